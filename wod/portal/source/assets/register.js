// A seat: the form, and for each of the API's answers what a person does next.
import { $, h, moment } from "./dom.js";
import { Trouble, call } from "./api.js";
import { busy, check, mark, soothe } from "./form.js";

const contact = () => h("a", { href: `mailto:${$("answer").dataset.contact}` }, $("answer").dataset.contact);
const others = () => h("a", { class: "button second", href: "/" }, "See other workshops");
const button = (text, onclick) => h("button", { class: "button", type: "button", onclick }, text);

export function offer(workshop, free) {
  $("register").hidden = false;
  if (!free) return full(workshop);
  const form = $("form");
  soothe(form);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (check(form)) send(workshop);
  });
}

function body(workshop) {
  const { name, email, company } = Object.fromEntries(new FormData($("form")));
  const { notebook, sessionType, location } = workshop;
  const who = { name: name.trim(), email: email.trim().toLowerCase(), company: company.trim() };
  return { ...who, title: workshop.name, notebook, sessionType, location, termsAndConditions: true, proxy: "wod" };
}

async function send(workshop) {
  const given = body(workshop);
  $("answer").replaceChildren();
  try {
    const answer = await busy($("send"), "Booking …", () =>
      call("POST", "/api/customer", { body: given, limit: 30000 }),
    );
    judge(workshop, given, answer);
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    beside(
      "bad",
      error.message,
      ` We do not know whether your seat is booked: look into your mailbox, or just try again. Nobody is booked twice.`,
    );
  }
}

function judge(workshop, given, { status, data, text, retryAfter }) {
  if (status === 200 && data?.id) return booked(workshop, given);
  if (status === 200 && text === "") return refused();
  if (status === 202 && data?.endDate) return already(given, data);
  if (status === 202 && data === undefined && !text.includes("<"))
    return text.includes("full") ? full(workshop) : nowhere();
  if (status === 429)
    return beside("warn", `There are very many registrations right now. Please try again in ${retryAfter} seconds.`);
  if (status >= 400 && status < 500)
    return beside(
      "bad",
      "This workshop cannot be booked like this. It may just have been taken off the catalogue: ",
      h("a", { href: "/" }, "see all workshops"),
      ", or write to ",
      contact(),
      ".",
    );
  return beside(
    "bad",
    "The workshop service gave an answer that we do not understand. Look into your mailbox, or just try again. Nobody is booked twice.",
  );
}

// Beside the form, which keeps what was written.
function beside(kind, ...words) {
  $("answer").replaceChildren(h("div", { class: `note ${kind}` }, h("p", {}, ...words)));
}

// Instead of the form.
function instead(title, picture, ...children) {
  const heading = h("h2", { id: "register-title", tabindex: "-1" }, title);
  $("form-part").remove();
  $("answer").replaceChildren(
    picture && h("img", { src: picture, alt: "", width: 180, height: 129 }),
    heading,
    ...children,
  );
  return heading;
}

function booked(workshop, given) {
  instead(
    "Your seat is booked",
    "/img/booked.svg",
    h(
      "p",
      {},
      "A mail to ",
      h("b", {}, given.email),
      " is on its way, and within minutes a second one with your credentials. Your time starts with the second.",
    ),
    h("p", {}, "Nothing there after ten minutes? Look into the spam folder, or write to ", contact(), "."),
    h("p", { class: "actions" }, others()),
  ).focus();
}

function already(given, { title, endDate }) {
  const until = moment(endDate);
  const said = h("p", { role: "status" });
  instead(
    "You have a seat already",
    "/img/booked.svg",
    h(
      "p",
      {},
      "You are registered for ",
      h("b", {}, title ?? "a workshop"),
      until && ` until ${until}`,
      ". One workshop at a time: go on with it, or give the seat back first.",
    ),
    h(
      "p",
      {},
      "Both are on your registration’s page. The link to it is in the mails that you have; we gladly send it again.",
    ),
    said,
    h(
      "p",
      { class: "actions" },
      button("Mail me my link again", (event) => mailLink(event.target, given.email, said)),
      others(),
    ),
  ).focus();
}

export async function mailLink(button, email, said) {
  try {
    const { status } = await busy(button, "Sending …", () => call("POST", "/api/my/link", { body: { email } }));
    said.textContent =
      status === 202
        ? `If a registration is open for ${email}, its link is on its way. It is sent once in ten minutes at most.`
        : status === 429
          ? "There are very many requests right now. Please try again in a minute."
          : "The link could not be sent. Please try again later.";
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    said.textContent = `${error.message} Please try again in a moment.`;
  }
}

function full(workshop) {
  const focus = $("form-part")?.contains(document.activeElement);
  const heading = instead(
    "All seats are taken",
    "/img/empty.svg",
    h(
      "p",
      {},
      `Every seat of “${workshop.name}” is in use. Seats come back all the time, often within hours: when somebody finishes, or gives a seat back.`,
    ),
    h(
      "p",
      { class: "actions" },
      button("Look again", () => location.reload()),
      others(),
    ),
  );
  if (focus) heading.focus();
}

function nowhere() {
  instead(
    "This workshop cannot run right now",
    "/img/away.svg",
    h(
      "p",
      {},
      "There is no system for it at the moment, and that is our fault, not yours. Please tell us at ",
      contact(),
      ", or take another workshop.",
    ),
    h("p", { class: "actions" }, others()),
  ).focus();
}

function refused() {
  mark($("email"), "This address cannot be used for a registration.");
  beside(
    "bad",
    "We cannot accept this e-mail address: throw-away and blocked addresses are turned away. Use another one, such as that of your company or school, or write to ",
    contact(),
    ".",
  );
  $("email").focus();
}
