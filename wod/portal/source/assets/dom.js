// Elements, dates and pictures: what every page needs. Text is only ever set as text, never as HTML.
const SVG = "http://www.w3.org/2000/svg";

export const $ = (id) => document.getElementById(id);

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== false && value != null) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child != null && child !== false));
  return element;
}

export const h = (tag, attributes = {}, ...children) => filled(document.createElement(tag), attributes, children);
export const s = (tag, attributes = {}, ...children) =>
  filled(document.createElementNS(SVG, tag), attributes, children);

export function show(element, ...children) {
  element.replaceChildren(...children);
  element.setAttribute("aria-busy", "false");
}

const MOMENT = new Intl.DateTimeFormat(undefined, {
  weekday: "short",
  day: "numeric",
  month: "short",
  hour: "numeric",
  minute: "2-digit",
  timeZoneName: "short",
});

// In the reader's language and time zone, with the zone named; nothing for what is no date.
export function moment(text) {
  const date = new Date(text ?? NaN);
  return Number.isNaN(date.valueOf()) ? "" : MOMENT.format(date);
}

const DAY = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", timeZone: "UTC" });

// A day such as 2026-11-24, without its year; what is no day stays as it is.
export function day(text) {
  const date = new Date(text ?? NaN);
  return Number.isNaN(date.valueOf()) ? String(text) : DAY.format(date);
}

export const plural = (count, one, many) => `${count} ${count === 1 ? one : many}`;

export function hours(count) {
  return plural(Number(count) || 4, "hour", "hours");
}

// Only web addresses become links: a registry of workshops is written by many hands.
export function link(address, text, attributes = {}) {
  const safe = web(address);
  return safe && h("a", { href: safe, ...attributes }, text);
}

export function web(address) {
  try {
    const url = new URL(address, location.origin);
    return address && ["http:", "https:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

function source(name, folder) {
  if (!name) return null;
  const url = web(/^(https?:)?\/\//.test(name) || name.startsWith("/") ? name : folder + name);
  const origins = [location.origin, ...(document.documentElement.dataset.pictures ?? "").split(" ")];
  return url && origins.includes(new URL(url).origin) ? url : null;
}

const initials = (text) =>
  (text ?? "")
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean)
    .slice(0, 2)
    .map((word) => word[0])
    .join("")
    .toUpperCase();

// A picture that fades in over a generated one, which stays where there is none, or where it does not load.
export function picture(name, text, folder, tone, round = false) {
  const box = h(
    "div",
    { class: `picture tone${(Number(tone) || 0) % 6}${round ? " round" : ""}`, "aria-hidden": "true" },
    h("span", {}, initials(text)),
  );
  const src = source(name, folder);
  if (src)
    box.append(
      h("img", {
        src,
        alt: "",
        loading: "lazy",
        onload: (event) => event.target.classList.add("there"),
        onerror: (event) => event.target.remove(),
      }),
    );
  return box;
}

export function badge(name) {
  const src = source(name, "/img/badges/") ?? "/img/badges/finisher.svg";
  return h("img", { class: "badge-small", src, alt: "", loading: "lazy", onerror: (event) => event.target.remove() });
}
