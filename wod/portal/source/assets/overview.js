// What the operator sees, from the answer of GET /api/operator.
import { day, h, moment, plural } from "./dom.js";
import { days, legend, seats } from "./chart.js";

const panel = (title, ...children) => h("section", { class: "panel" }, h("h2", {}, title), ...children);
const none = (text) => h("p", { class: "soft" }, text);

// Wide tables scroll inside their box, also by keyboard.
function table(caption, heads, rows) {
  return h(
    "div",
    { class: "table", tabindex: "0", role: "region", "aria-label": caption },
    h(
      "table",
      {},
      h("caption", { class: "sr" }, caption),
      h("thead", {}, h("tr", {}, ...heads.map((each) => h("th", { scope: "col" }, each)))),
      h(
        "tbody",
        {},
        ...rows.map(([first, ...rest]) =>
          h("tr", {}, h("th", { scope: "row" }, first), ...rest.map((each) => h("td", {}, each ?? "–"))),
        ),
      ),
    ),
  );
}

function health({ healthy }) {
  if (healthy === null || healthy === undefined) return "? unknown";
  return healthy ? h("span", { class: "good" }, "✓ well") : h("span", { class: "wrong" }, "✗ not well");
}

function figure(value, text, wrong = false) {
  return h("p", { class: "panel figure" }, h("b", { class: wrong && "wrong" }, String(value)), text);
}

function figures(data) {
  const sum = (list, name) => list.reduce((total, each) => total + (each[name] || 0), 0);
  const well = data.backends.filter((each) => each.healthy).length;
  const today = data.registrations.at(-1)?.count ?? 0;
  const lost = data.deadLetters.length + (data.outbox?.givenUp ?? 0);
  return h(
    "div",
    { class: "figures" },
    figure(
      `${well} of ${data.backends.length}`,
      "backends well",
      data.backends.some((each) => each.healthy === false),
    ),
    figure(sum(data.seats, "free"), "seats free"),
    figure(sum(data.seats, "taken"), "seats taken"),
    figure(sum(data.seats, "stuck"), "seats stuck", sum(data.seats, "stuck") > 0),
    figure(today, "registrations today"),
    figure(lost, "given up or dead", lost > 0),
  );
}

function backends(list) {
  const rows = list.map((each) => [
    each.name,
    health(each),
    each.revision?.replace(/^[^+]*[+]/, "").slice(0, 12),
    moment(each.seen) || "never",
    each.running,
    each.waiting,
    each.dead,
  ]);
  return panel(
    "Backends",
    list.length
      ? table("Backends", ["Name", "Health", "Revision", "Last report", "Running", "Waiting", "Dead"], rows)
      : none("No backend is known yet."),
  );
}

function places(list) {
  if (!list.length) return panel("Seats by workshop", none("The catalogue is empty."));
  const rows = list.map((each) => [each.name, each.places, each.free, each.taken, each.stuck]);
  return panel(
    "Seats by workshop",
    legend(),
    seats(list),
    h(
      "details",
      { id: "seats-numbers" },
      h("summary", {}, "The numbers"),
      table("Seats by workshop", ["Workshop", "Places", "Free", "Taken", "Stuck"], rows),
    ),
  );
}

function registrations(list) {
  return panel(
    "Registrations over time",
    days(list),
    h(
      "details",
      { id: "days-numbers" },
      h("summary", {}, "The numbers"),
      table(
        "Registrations by day",
        ["Day", "Registrations"],
        list.map((each) => [day(each.day), each.count]),
      ),
    ),
  );
}

function queue({ outbox, deadLetters }) {
  const { waiting = 0, givenUp = 0, oldest = null } = outbox ?? {};
  const since = moment(oldest);
  const letters = deadLetters.map((each) => [each.backend, each.text, each.reason, moment(each.since)]);
  return panel(
    "Queue and dead letters",
    h(
      "p",
      {},
      `${plural(waiting, "mail or order waits", "mails or orders wait")} to be sent${since && `, the oldest since ${since}`}; `,
      h("span", { class: givenUp && "wrong" }, `${givenUp} given up`),
      ".",
    ),
    letters.length ? table("Dead letters", ["Backend", "Order", "Why", "Since"], letters) : none("No dead letters."),
  );
}

function drift(report) {
  if (!report) return panel("Drift", none("No drift report yet: `wod drift` writes one."));
  const rows = (report.hosts ?? []).map((each) => [
    each.name,
    each.reachable
      ? each.drifted
        ? h("span", { class: "wrong" }, plural(each.drifted, "difference", "differences"))
        : h("span", { class: "good" }, "✓ as rolled out")
      : h("span", { class: "wrong" }, "✗ not reachable"),
  ]);
  return panel(
    "Drift",
    h("p", {}, `${report.summary}, `, moment(report.time)),
    rows.length > 0 && table("Drift", ["Host", "State"], rows),
  );
}

export function overview(data) {
  return [
    figures(data),
    backends(data.backends),
    h("div", { class: "pair" }, places(data.seats), registrations(data.registrations)),
    queue(data),
    drift(data.drift),
  ];
}
