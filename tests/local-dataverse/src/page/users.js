// The users, page by page: the server finds them, so that a million of them hurt nobody.

import { byId, element, emptyRow, grouped } from "./dom.js";
import { ask } from "./server.js";

const PAGE = 10;
/** What `after` was for each page so far; the last one is shown. */
let places = [""];
let next = null;
let total = 0;
let shown = "";

const STATES = { enabled: "good", disabled: "none", broken: "bad" };

function row(user) {
  const name = user.name ?? "(no name)";
  const facts = [user.email, user.domainName === user.email ? null : user.domainName].filter(Boolean).join(" \u00b7 ");
  const application = user.isApplication ? element("span", { class: "badge moved" }, "application") : null;
  return element(
    "tr", {},
    element("td", { title: user.id }, element("span", { class: "name" }, name), element("span", { class: "quiet" }, facts || user.id)),
    element("td", {}, element("div", { class: "chips" }, element("span", { class: `badge ${STATES[user.state]}` }, user.state), application)),
    element("td", {}, user.businessUnit ?? ""),
    element("td", {}, element("div", { class: "chips" }, ...user.roles.map((role) => element("span", { class: "chip" }, role)))),
    element("td", {}, element("div", { class: "chips" }, ...user.teams.map((team) => element("span", { class: "chip team" }, team)))),
  );
}

/** Shows the page of users as it is now. */
export async function showUsers(count = total) {
  total = count;
  const search = byId("search").value.trim();
  const place = places.at(-1);
  const query = new URLSearchParams({ search, after: place, top: PAGE });
  const page = await ask(`users?${query}`);
  // Meanwhile another page may have been asked for.
  if (search !== byId("search").value.trim() || place !== places.at(-1)) return;
  next = page.next;
  byId("users-back").disabled = places.length === 1;
  byId("users-on").disabled = next === null;
  const first = (places.length - 1) * PAGE + 1;
  const last = first + page.users.length - 1;
  const of = search === "" ? ` of ${grouped(total)}` : next === null ? ` of ${grouped(last)} found` : " found so far";
  byId("users-range").textContent = page.users.length === 0 ? "" : `${grouped(first)} to ${grouped(last)}${of}`;
  const text = JSON.stringify(page.users);
  if (text === shown) return;
  shown = text;
  const rows = page.users.map(row);
  const nobody = search === "" ? "There are no users." : "Nobody was found.";
  byId("users").replaceChildren(...(rows.length > 0 ? rows : [emptyRow(5, nobody)]));
}

/** Makes the search field and the buttons work; `attempt` runs something and shows its error. */
export function prepareUsers(attempt) {
  let waiting;
  byId("search").addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      places = [""];
      attempt(showUsers);
    }, 150);
  });
  byId("search-form").addEventListener("submit", (event) => event.preventDefault());
  byId("users-on").addEventListener("click", () => {
    if (next === null) return;
    places.push(next);
    attempt(showUsers);
  });
  byId("users-back").addEventListener("click", () => {
    if (places.length > 1) places.pop();
    attempt(showUsers);
  });
}

/** Back to the first page: the data are others. */
export function restartUsers() {
  places = [""];
}
