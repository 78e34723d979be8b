// Pictures of numbers, drawn as SVG; each is accompanied by its numbers as a table.
import { day, h, plural, s } from "./dom.js";

const ROW = 52;
const WIDTH = 480;
const KINDS = ["free", "taken", "stuck"];

const count = (seat) => KINDS.reduce((sum, kind) => sum + (seat[kind] || 0), 0);
const short = (text) => (text.length > 38 ? `${text.slice(0, 37)}…` : text);
const spoken = (seat) => `${seat.name}: ${KINDS.map((kind) => `${seat[kind] || 0} ${kind}`).join(", ")}`;

function bar(seat, at, scale) {
  let x = 0;
  return KINDS.map((kind) => {
    const width = Math.max(0, seat[kind] || 0) * scale;
    const drawn =
      width > 0 &&
      s("rect", { class: kind, x: x + 0.5, y: at * ROW + 22.5, width: Math.max(1, width - 2), height: 18, rx: 3 });
    x += width;
    return drawn;
  });
}

// Seats by workshop: its name, how many are free, and a stacked bar below.
export function seats(list) {
  const scale = (WIDTH - 1) / Math.max(1, ...list.map(count));
  const rows = list.map((seat, at) =>
    s(
      "g",
      {},
      s("title", {}, spoken(seat)),
      s("text", { class: "name", x: 0, y: at * ROW + 15 }, short(seat.name)),
      s(
        "text",
        { x: WIDTH, y: at * ROW + 15, "text-anchor": "end" },
        `${seat.free} of ${Math.max(seat.places, count(seat))} free`,
      ),
      ...bar(seat, at, scale),
    ),
  );
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
  const most = Math.max(0, ...list.map((each) => each.count));
  const tall = ({ count }) => (count / Math.max(1, most)) * height;
  const step = WIDTH / Math.max(1, list.length);
  const columns = list.map((each, at) =>
    s(
      "g",
      {},
      s("title", {}, `${day(each.day)}: ${each.count}`),
      s("rect", {
        class: "column",
        x: at * step + 2,
        y: 16 + height - tall(each),
        width: step - 4,
        height: tall(each),
        rx: 2,
      }),
    ),
  );
  const sum = list.reduce((total, each) => total + each.count, 0);
  const ends = list.length
    ? [
        s("text", { x: 0, y: height + 34 }, day(list[0].day)),
        s("text", { x: WIDTH, y: height + 34, "text-anchor": "end" }, day(list.at(-1).day)),
        s("text", { x: 0, y: 13 }, `most in a day: ${most}`),
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
