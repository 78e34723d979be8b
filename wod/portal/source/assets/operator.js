// The operator's page. The token is in this page's memory alone: closing or reloading the page logs out.
import { $, h, plural } from "./dom.js";
import { Trouble, call } from "./api.js";
import { busy, check, soothe } from "./form.js";
import { overview } from "./overview.js";

const RENEW = 100000;
const AGAIN = 30000;
const state = { token: "", timers: [] };
const isOverview = (data) =>
  ["backends", "seats", "registrations", "deadLetters"].every((name) => Array.isArray(data?.[name]));

function say(text, kind = "bad") {
  $("said").replaceChildren(...(text ? [h("p", { class: `note ${kind}` }, text)] : []));
}

function out(text) {
  state.timers.forEach(clearInterval);
  Object.assign(state, { token: "", timers: [] });
  $("overview").hidden = true;
  $("overview").replaceChildren();
  $("as-of").textContent = "";
  $("login").hidden = false;
  $("password").value = "";
  say(text, "warn");
  $("username").focus();
}

async function login() {
  const { username, password } = Object.fromEntries(new FormData($("login-form")));
  const { status, data } = await call("POST", "/api/login", { body: { username: username.trim(), password } });
  if (status === 401 || status === 404) return say("User name or password is wrong.");
  if (status === 429) return say("Too many tries. Please wait a minute.");
  if (status !== 200 || !data?.accessToken) return say("The log-in did not work. Please try again in a moment.");
  if (!(data.roles ?? []).some((role) => ["ROLE_ADMIN", "ROLE_MODERATOR"].includes(role)))
    return say("This account may not see the overview: it needs the role moderator or admin.");
  state.token = data.accessToken;
  $("login").hidden = true;
  $("password").value = "";
  say("");
  state.timers = [setInterval(guarded(renew), RENEW), setInterval(guarded(refresh), AGAIN)];
  await refresh();
}

const headers = () => ({ "x-access-token": state.token });

async function renew() {
  const { status, data } = await call("POST", "/api/refresh", { headers: headers() });
  if (status === 401 || status === 403) return out("You were logged out. Please log in again.");
  if (status === 200 && data?.accessToken) state.token = data.accessToken;
}

async function refresh() {
  if (document.hidden && !$("overview").hidden) return;
  const { status, data } = await call("GET", "/api/operator", { headers: headers() });
  if (!state.token) return;
  if (status === 401 || status === 403) return out("You were logged out. Please log in again.");
  if (status !== 200 || !isOverview(data)) throw new Trouble("nonsense");
  const open = [...$("overview").querySelectorAll("details[open]")].map((each) => each.id);
  $("overview").replaceChildren(...overview(data));
  open.forEach((id) => $(id)?.setAttribute("open", ""));
  if ($("overview").hidden) $("overview").hidden = false;
  $("as-of").textContent =
    `As of ${new Date(data.now).toLocaleTimeString(undefined, { timeZoneName: "short" })}, looks again every ${plural(AGAIN / 1000, "second", "seconds")}`;
  say("");
}

function guarded(work) {
  return async () => {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
      say(
        `${error.message} ${$("overview").hidden ? "Please try again in a moment." : "What you see is of before; it is tried again by itself."}`,
      );
    }
  };
}

soothe($("login-form"));
$("login-form").addEventListener("submit", (event) => {
  event.preventDefault();
  if (check($("login-form"))) busy($("login-form").querySelector("button"), "Logging in …", guarded(login));
});
document.addEventListener("visibilitychange", () => state.token && !document.hidden && guarded(refresh)());
