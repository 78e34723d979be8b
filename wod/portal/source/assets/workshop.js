// A workshop's page: what it is, and a seat in it.
import { $, badge, h, hours, link, picture, plural, show } from "./dom.js";
import { get, isList, load } from "./api.js";
import { offer } from "./register.js";

function wanted() {
  const [, kind, number] = location.pathname.match(/^\/(workshops?)\/(\d+)/) ?? [];
  // The original's mails name a workshop by its replay, under /workshops/.
  return (each) => Number(number) === (kind === "workshops" ? each.replayId || each.id : each.id);
}

function person(workshop) {
  return (
    workshop.presenter &&
    h(
      "div",
      { class: "person" },
      picture(workshop.avatar, workshop.presenter, "/img/wod/SpeakerImages/", workshop.presenter.length, true),
      h(
        "p",
        {},
        h("b", {}, workshop.presenter),
        workshop.role && h("br"),
        workshop.role && h("span", { class: "soft" }, workshop.role),
      ),
    )
  );
}

function facts(workshop, free) {
  return h(
    "ul",
    { class: "facts" },
    h("li", { class: "strong" }, free ? plural(free, "seat left", "seats left") : "Full right now"),
    h("li", {}, `${hours(workshop.duration)} of access`),
  );
}

function page(workshop, free) {
  const replay = link(workshop.replayLink, "Watch the replay", { class: "button second" });
  const tags = (Array.isArray(workshop.category) ? workshop.category : []).map((name) =>
    h("span", { class: "tag plain" }, name),
  );
  return h(
    "div",
    { class: "about" },
    picture(workshop.workshopImg, workshop.name, "/img/wod/", workshop.id),
    h(
      "p",
      { class: "tags" },
      workshop.popular && h("span", { class: "tag" }, "★ Popular"),
      workshop.beta && h("span", { class: "tag" }, "Beta"),
      ...tags,
    ),
    h("h1", {}, workshop.name),
    facts(workshop, free),
    person(workshop),
    h("p", { class: "description" }, workshop.description ?? ""),
    workshop.preRequisite && h("p", {}, h("b", {}, "Before you start: "), workshop.preRequisite),
    h(
      "div",
      { class: "person" },
      badge(workshop.badgeImg),
      h("p", { class: "soft" }, "Finish it, and this badge is yours."),
    ),
    replay && h("p", { class: "actions" }, replay),
  );
}

function unknown() {
  return h(
    "div",
    { class: "panel empty" },
    h("img", { src: "/img/lost.svg", alt: "", width: 280, height: 200 }),
    h("h1", {}, "This workshop is not offered"),
    h("p", { class: "lead" }, "It may have ended, or the address may be mistyped."),
    h("p", { class: "actions" }, h("a", { class: "button", href: "/" }, "See all workshops")),
  );
}

load($("workshop"), "Loading the workshop …", async () => {
  const workshop = (await get("/api/workshops?active=true", isList)).find(wanted());
  if (!workshop) return show($("workshop"), unknown());
  document.title = document.title.replace(/^.*? · /, `${workshop.name} · `);
  const free = Math.max(0, Number(workshop.capacity) || 0);
  show($("workshop"), page(workshop, free));
  offer(workshop, free);
});
