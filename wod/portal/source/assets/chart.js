// Pictures of numbers, drawn as SVG; each is accompanied by its numbers as a table.
import { h, plural, s } from "./dom.js";

const ROW = 34;
const NAMES = 165;
const WIDTH = 480;
const KINDS = ["free", "taken", "stuck"];

function bar(seat, at, scale) {
  let x = NAMES;
  return KINDS.map((kind) => {
    const width = Math.max(0, seat[kind] || 0) * scale;
    const drawn =
      width > 0 &&
      s("rect", { class: kind, x: x + 0.5, y: at * ROW + 6.5, width: Math.max(1, width - 2), height: ROW - 14, rx: 3 });
    x += width;
    return drawn;
  });
}

const short = (text) => (text.length > 22 ? `${text.slice(0, 21)}…` : text);
const spoken = (seat) => `${seat.name}: ${KINDS.map((kind) => `${seat[kind] || 0} ${kind}`).join(", ")}`;

// Seats by workshop, as stacked bars.
export function seats(list) {
  const most = Math.max(1, ...list.map((seat) => KINDS.reduce((sum, kind) => sum + (seat[kind] || 0), 0)));
  const scale = (WIDTH - NAMES - 70) / most;
  const rows = list.map((seat, at) => {
    const total = KINDS.reduce((sum, kind) => sum + (seat[kind] || 0), 0);
    return s(
      "g",
      {},
      s("title", {}, spoken(seat)),
      s("text", { class: "name", x: 0, y: at * ROW + 21 }, short(seat.name)),
      ...bar(seat, at, scale),
      s("text", { x: NAMES + total * scale + 6, y: at * ROW + 21 }, `${seat.free} of ${Math.max(seat.places, total)}`),
    );
  });
  return s(
    "svg",
    {
      class: "chart",
      viewBox: `0 0 ${WIDTH} ${Math.max(1, list.length) * ROW}`,
      role: "img",
      "aria-label": `Seats by workshop. ${list.map(spoken).join(". ")}`,
    },
    ...rows,
  );
}

export function legend() {
  const words = { free: "Free", taken: "Taken", stuck: "Stuck: held by nobody who is still there" };
  return h(
    "ul",
    { class: "legend" },
    ...KINDS.map((kind) =>
      h(
        "li",
        {},
        s(
          "svg",
          { class: "chart", viewBox: "0 0 16 16", "aria-hidden": "true" },
          s("rect", { class: kind, x: 1, y: 1, width: 14, height: 14, rx: 3 }),
        ),
        words[kind],
      ),
    ),
  );
}

// Registrations by day, as columns.
export function days(list) {
  const height = 140;
  const most = Math.max(0, ...list.map((day) => day.count));
  const tall = (day) => (day.count / Math.max(1, most)) * height;
  const step = WIDTH / Math.max(1, list.length);
  const columns = list.map((day, at) =>
    s(
      "g",
      {},
      s("title", {}, `${day.day}: ${day.count}`),
      s("rect", {
        class: "column",
        x: at * step + 2,
        y: 16 + height - tall(day),
        width: step - 4,
        height: tall(day),
        rx: 2,
      }),
    ),
  );
  const sum = list.reduce((total, day) => total + day.count, 0);
  const ends = list.length
    ? [
        s("text", { x: 0, y: height + 34 }, list[0].day),
        s("text", { x: WIDTH, y: height + 34, "text-anchor": "end" }, list.at(-1).day),
        s("text", { x: 0, y: 11 }, `most in a day: ${most}`),
      ]
    : [];
  return s(
    "svg",
    {
      class: "chart",
      viewBox: `0 0 ${WIDTH} ${height + 42}`,
      role: "img",
      "aria-label": `Registrations in ${plural(list.length, "day", "days")}: ${sum} in all, ${most} at most in a day`,
    },
    s("line", { class: "axis", x1: 0, x2: WIDTH, y1: height + 16.5, y2: height + 16.5 }),
    ...columns,
    ...ends,
  );
}
