// The catalogue: search and categories, each category with an address of its own.
import { $, h, hours, link, picture, plural, show } from "./dom.js";
import { get, isList, load } from "./api.js";

const state = { workshops: [] };
const slug = (name) => name.trim().toLowerCase().replace(/\s+/g, "-");
const categories = (workshop) => (Array.isArray(workshop.category) ? workshop.category : []).filter(Boolean);
const words = (workshop) =>
  [workshop.name, workshop.description, workshop.presenter, ...categories(workshop)].join(" ").toLowerCase();

function chosen() {
  const found = location.pathname.match(/^\/category\/([^/]+)/);
  try {
    return found ? decodeURIComponent(found[1]) : "";
  } catch {
    return found[1];
  }
}

function all() {
  const names = new Map();
  for (const name of state.workshops.flatMap(categories)) names.set(slug(name), names.get(slug(name)) ?? name.trim());
  return [...names].sort((one, other) => one[1].localeCompare(other[1]));
}

const within = (category) =>
  state.workshops.filter((each) => !category || categories(each).some((name) => slug(name) === category));

function go(event) {
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
  event.preventDefault();
  history.pushState(null, "", event.currentTarget.getAttribute("href"));
  draw();
}

function chips(current) {
  const chip = (name, text) =>
    h(
      "li",
      {},
      h(
        "a",
        {
          href: name ? `/category/${encodeURIComponent(name)}` : "/",
          "aria-current": name === current && "true",
          onclick: go,
        },
        `${text} (${within(name).length})`,
      ),
    );
  const focused = document.activeElement?.closest?.("#categories a")?.getAttribute("href");
  $("categories").replaceChildren(chip("", "All"), ...all().map(([name, text]) => chip(name, text)));
  if (focused)
    [...$("categories").querySelectorAll("a")].find((each) => each.getAttribute("href") === focused)?.focus();
}

function seats(workshop) {
  const free = Math.max(0, Number(workshop.capacity) || 0);
  return free ? plural(free, "seat left", "seats left") : "Full right now";
}

function card(workshop) {
  const replay = link(workshop.replayLink, "Replay");
  return h(
    "li",
    { class: "card" },
    picture(workshop.workshopImg, workshop.name, "/img/wod/", workshop.id),
    h(
      "div",
      { class: "body" },
      h(
        "p",
        { class: "tags" },
        workshop.popular && h("span", { class: "tag" }, "★ Popular"),
        workshop.beta && h("span", { class: "tag" }, "Beta"),
        ...categories(workshop).map((name) => h("span", { class: "tag plain" }, name)),
      ),
      h("h3", {}, h("a", { href: `/workshop/${workshop.id}` }, workshop.name)),
      h("p", { class: "excerpt" }, workshop.description ?? ""),
      h(
        "ul",
        { class: "facts" },
        h("li", { class: "strong" }, seats(workshop)),
        h("li", {}, hours(workshop.duration)),
        workshop.presenter && h("li", {}, `By ${workshop.presenter}`),
        replay && h("li", {}, "With a replay"),
        workshop.badgeImg && h("li", {}, "With a badge"),
      ),
    ),
  );
}

function draw() {
  const category = chosen();
  const query = new URLSearchParams(location.search).get("q") ?? "";
  if (document.activeElement !== $("search")) $("search").value = query;
  chips(category);
  const sought = query.toLowerCase().split(/\s+/).filter(Boolean);
  const found = within(category).filter((each) => sought.every((word) => words(each).includes(word)));
  const title = all().find(([name]) => name === category)?.[1] ?? (category ? "No such category" : "All workshops");
  $("list-title").textContent = title;
  document.title = document.title.replace(/^.*? · /, `${category ? title : "Workshops"} · `);
  $("count").textContent = plural(found.length, "workshop", "workshops");
  show($("list"), found.length ? h("ul", { class: "cards" }, ...found.map(card)) : nothing());
}

function nothing() {
  const text = state.workshops.length
    ? "No workshop fits your search."
    : "There are no workshops right now. Please come back soon.";
  return h(
    "div",
    { class: "panel empty" },
    h("img", { src: "/img/empty.svg", alt: "", width: 280, height: 200 }),
    h("p", { class: "lead" }, text),
    state.workshops.length > 0 &&
      h("p", { class: "actions" }, h("a", { class: "button", href: "/" }, "Show all workshops")),
  );
}

$("search").addEventListener("input", () => {
  const query = $("search").value.trim();
  history.replaceState(null, "", location.pathname + (query ? `?q=${encodeURIComponent(query)}` : ""));
  draw();
});
addEventListener("popstate", draw);

load($("list"), "Loading the workshops …", async () => {
  const found = await get("/api/workshops?active=true", isList);
  state.workshops = found
    .filter((each) => each.name)
    .sort((one, other) => (one.priority ?? 1e6) - (other.priority ?? 1e6));
  document.querySelector(".filters").hidden = false;
  draw();
});
