// "My registration". The token stands behind the # of the address, which browsers send to nobody; it goes out as a header.
import { $, badge, h, hours, link, moment, show, web } from "./dom.js";
import { Trouble, call, get, load } from "./api.js";
import { check, soothe } from "./form.js";
import { mailLink } from "./register.js";

const STATES = {
  preparing: "Being prepared",
  ready: "Ready",
  ending: "Ends soon",
  over: "Over",
  failed: "Could not be prepared",
};
const state = { end: 0, poll: 0, tries: 0, shown: "" };
const token = () => location.hash.slice(1);
const api = (method, path) => call(method, path, { headers: { "x-registration": token() } });

function accept({ status, data }) {
  if (status === 401) throw new Trouble("unknown");
  if (status === 429) throw new Trouble("busy");
  if (status >= 500) throw new Trouble("away");
  if (status !== 200 || !(data?.state in STATES)) throw new Trouble("nonsense");
  return data;
}

function left(seconds) {
  const pad = (number) => String(number).padStart(2, "0");
  return `${Math.floor(seconds / 3600)}:${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`;
}

function tick() {
  const clock = $("clock");
  if (clock) clock.textContent = left(Math.max(0, Math.round((state.end - Date.now()) / 1000)));
}

const WORDS = {
  preparing: () => "We are setting up a system for you. This takes a few minutes; this page looks by itself.",
  ready: (my) =>
    `Your workshop is ready${my.username ? `. Your user name is ${my.username}, and the password is in your mail` : ""}.`,
  ending: () => "Your time is nearly up. Save your work, and download what you want to keep.",
  over: () => "Thank you for taking part! The seat is free for somebody else now.",
  failed: () =>
    "Something went wrong on our side while your workshop was prepared. You did nothing wrong. Please book it again.",
};

function running(my) {
  return [
    h("p", { class: "clock", id: "clock", role: "timer", "aria-label": "Time left", "aria-live": "off" }),
    h("p", { class: "soft" }, "left, until ", h("time", { datetime: my.endDate }, moment(my.endDate))),
  ];
}

function actions(my) {
  const start = web(my.startUrl);
  const open = ["ready", "ending"].includes(my.state);
  return h(
    "p",
    { class: "actions" },
    open && start && h("a", { class: "button", href: start, rel: "noreferrer" }, "Start the workshop"),
    open &&
      my.extensionsLeft > 0 &&
      h("button", { class: "button second", type: "button", onclick: extend }, `Extend by ${hours(my.duration)}`),
    !["over", "failed"].includes(my.state) &&
      h(
        "button",
        { class: "button danger second", type: "button", onclick: () => $("sure").showModal() },
        "Give my seat back",
      ),
    my.state === "failed" && h("a", { class: "button", href: "/" }, "See all workshops"),
    link(my.replayLink, "Watch the replay", { class: "button second" }),
  );
}

// Badges' pages go by the number of the replay, which the catalogue knows; where it does not, the general page is good.
async function aim(share, number) {
  const workshop = await get(`/api/workshops/${number}`, (data) => Number.isInteger(data?.replayId)).catch(() => null);
  if (workshop?.replayId > 0) share.href = `/workshop/${workshop.replayId}/finisher-badge`;
}

function farewell(my) {
  if (my.state !== "over") return null;
  const share = h("a", { href: "/finisher-badge/" }, "Share your badge");
  if (my.workshopId) aim(share, my.workshopId);
  return h(
    "div",
    {},
    h("div", { class: "person" }, badge(my.badgeImg), h("p", {}, "Did you finish it? ", share, ".")),
    h(
      "p",
      { class: "actions" },
      link(my.feedback, "Give feedback", { class: "button" }),
      h("a", { class: "button second", href: "/" }, "Take another workshop"),
    ),
  );
}

function draw(my) {
  state.end = Date.now() + (Number(my.secondsLeft) || 0) * 1000;
  const focused = $("my").contains(document.activeElement) && document.activeElement.textContent;
  show(
    $("my"),
    h(
      "div",
      { class: "panel" },
      h("p", {}, h("span", { class: `state ${my.state}` }, STATES[my.state])),
      h("h2", {}, my.workshop ?? "Your workshop"),
      h("p", {}, my.name && `${my.name}, `, lower(WORDS[my.state](my), my.name)),
      ...(["ready", "ending"].includes(my.state) ? running(my) : []),
      actions(my),
      farewell(my),
    ),
  );
  if (focused) [...$("my").querySelectorAll("a, button")].find((each) => each.textContent === focused)?.focus();
  if (state.shown && state.shown !== my.state) say(`${STATES[my.state]}. ${WORDS[my.state](my)}`);
  state.shown = my.state;
  tick();
  later(my.state);
}

const lower = (text, name) => (name ? text[0].toLowerCase() + text.slice(1) : text);

// Often while something is being prepared, rarely otherwise, never when all is over.
function later(now) {
  clearTimeout(state.poll);
  if (["over", "failed"].includes(now)) return;
  const pause = now === "preparing" ? (state.tries++ < 24 ? 5000 : 15000) : 60000;
  state.poll = setTimeout(look, document.hidden ? pause * 4 : pause);
}

// What is shown stays when the API is away for a moment.
async function look() {
  try {
    draw(accept(await api("GET", "/api/my")));
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    later("ready");
  }
}

function say(text, kind = "") {
  $("said").replaceChildren(h("p", { class: `note ${kind}` }, text));
}

async function act(method, path, done) {
  try {
    const answer = await api(method, path);
    if (answer.status === 403) return say(answer.data?.message ?? "That is not possible now.", "warn");
    draw(accept(answer));
    say(done(answer.data));
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    say(`${error.message} Nothing is changed, or you will see it here: please try again in a moment.`, "bad");
  }
}

const extend = () => act("POST", "/api/my/extend", (my) => `Your session now lasts until ${moment(my.endDate)}.`);
const giveBack = () => act("DELETE", "/api/my", () => "Your seat is given back.");

function unknown() {
  $("link").hidden = false;
  const text = token()
    ? "This link leads to no registration. It may be cut off, or be of an old registration."
    : "This page shows your registration when you open it by the link in one of our mails.";
  show($("my"), h("p", { class: "note warn" }, text));
}

async function open() {
  clearTimeout(state.poll);
  Object.assign(state, { tries: 0, shown: "" });
  $("said").replaceChildren();
  $("link").hidden = true;
  if (!token()) return unknown();
  await load($("my"), "Loading your registration …", async () => {
    try {
      draw(accept(await api("GET", "/api/my")));
    } catch (error) {
      if (error.kind !== "unknown") throw error;
      unknown();
    }
  });
}

$("sure-no").addEventListener("click", () => $("sure").close());
$("sure-yes").addEventListener("click", () => {
  $("sure").close();
  giveBack();
});
soothe($("link-form"));
$("link-form").addEventListener("submit", (event) => {
  event.preventDefault();
  if (!check($("link-form"))) return;
  const said = h("p", { class: "note" });
  $("said").replaceChildren(said);
  mailLink($("link-form").querySelector("button"), $("link-email").value.trim().toLowerCase(), said);
});
addEventListener("hashchange", open);
setInterval(tick, 1000);
open();
