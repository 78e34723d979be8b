// Forms: what is wrong is said next to its field, and the first wrong field has the focus.
import { $ } from "./dom.js";

// As narrow as the API's own rule (wod/api/registration.py).
const EMAIL = /^[A-Za-z0-9_][A-Za-z0-9._%+'-]*@([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,63}$/;
const WORDS = {
  name: "Please tell us your name.",
  terms: "Please accept the terms.",
  username: "Please give your user name.",
  password: "Please give your password.",
  email: "Please give your e-mail address.",
};

function fault(input) {
  const value = input.value.trim();
  if (input.required && (input.type === "checkbox" ? !input.checked : !value)) return WORDS[input.name];
  if (input.type === "email" && !EMAIL.test(value))
    return "Please give a whole e-mail address, such as ada@example.org.";
  if (input.type === "text" && value.length > 255) return "Please use fewer than 256 characters.";
  return "";
}

export function mark(input, text) {
  $(`${input.id}-error`).textContent = text;
  input.setAttribute("aria-invalid", text ? "true" : "false");
  return text;
}

const inputs = (form) => [...form.querySelectorAll("input")];

// Whether all fields are well.
export function check(form) {
  const wrong = inputs(form).filter((input) => mark(input, fault(input)));
  wrong[0]?.focus();
  return wrong.length === 0;
}

// A mark goes away as soon as its fault does; none appears while somebody is still writing.
export function soothe(form) {
  form.addEventListener("input", ({ target }) => {
    if (target.getAttribute("aria-invalid") === "true" && !fault(target)) mark(target, "");
  });
}

export async function busy(button, text, work) {
  const before = button.textContent;
  button.disabled = true;
  button.textContent = text;
  try {
    return await work();
  } finally {
    button.disabled = false;
    button.textContent = before;
  }
}
