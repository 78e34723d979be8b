// Calls of the API. A call either answers {status, data, text, retryAfter} or throws a Trouble that says what happened.
import { $, h, show } from "./dom.js";

const SLOW = 2500;
const LIMIT = 20000;
const AWAY = [502, 503, 504];
const WORDS = {
  away: "We cannot reach the workshop service right now.",
  late: "The workshop service takes too long to answer.",
  nonsense: "The workshop service gave an answer that we do not understand.",
  busy: "There are very many requests right now.",
  unknown: "This link leads to no registration any more.",
};

export class Trouble extends Error {
  constructor(kind) {
    super(WORDS[kind]);
    this.kind = kind;
  }
}

export async function call(method, path, { body, headers = {}, limit = LIMIT } = {}) {
  const given = body === undefined ? headers : { "content-type": "application/json", ...headers };
  let response, text;
  try {
    response = await fetch(path, {
      method,
      headers: given,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(limit),
      credentials: "omit",
      cache: "no-store",
    });
    text = await response.text();
  } catch (error) {
    throw new Trouble(error.name === "TimeoutError" ? "late" : "away");
  }
  if (AWAY.includes(response.status)) throw new Trouble("away");
  return {
    status: response.status,
    text,
    data: parsed(text),
    retryAfter: Number(response.headers.get("retry-after")) || 60,
  };
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

// What a GET is expected to answer: 200 with what `fits`, else Trouble.
export async function get(path, fits, options) {
  const answer = await call("GET", path, options);
  if (answer.status === 429) throw new Trouble("busy");
  if (answer.status >= 500) throw new Trouble("away");
  if (answer.status !== 200 || !fits(answer.data))
    throw Object.assign(new Trouble("nonsense"), { status: answer.status });
  return answer.data;
}

export const isList = (data) => Array.isArray(data) && data.every((each) => each !== null && typeof each === "object");

// Fills `place` by `work`; says so when it is slow, and offers to try again when it fails.
export async function load(place, text, work) {
  place.setAttribute("aria-busy", "true");
  place.replaceChildren(waiting(text));
  const slow = setTimeout(() => place.replaceChildren(waiting("Still loading, this takes longer than usual …")), SLOW);
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    show(
      place,
      trouble(error, () => again(place, text, work)),
    );
  } finally {
    clearTimeout(slow);
  }
}

// The button that was pressed is gone; who uses a keyboard goes on from the page's main part.
function again(place, text, work) {
  $("main").focus({ preventScroll: true });
  return load(place, text, work);
}

export function waiting(text) {
  return h(
    "div",
    { class: "panel quiet", role: "status" },
    h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i")),
    h("p", {}, text),
  );
}

export function trouble(error, retry) {
  return h(
    "div",
    { class: "panel empty", role: "alert" },
    h("img", { src: "/img/away.svg", alt: "", width: 280, height: 200 }),
    h("p", { class: "lead" }, error.message, " Nothing is lost: please try again in a moment."),
    h("p", { class: "actions" }, h("button", { class: "button", type: "button", onclick: retry }, "Try again")),
  );
}
