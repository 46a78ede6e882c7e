// The page: asks for the state every second, and shows what is different.

import { showLedger, showRequests } from "./activity.js";
import { byId, element, grouped } from "./dom.js";
import { prepareFaults, showFaults } from "./faults.js";
import { ask } from "./server.js";
import { prepareSettings, showSettings } from "./settings.js";
import { prepareUsers, restartUsers, showUsers } from "./users.js";

const PERIOD = 1000;
let seen = {};
let isPaused = false;

const COUNTS = [
  ["Users", (status) => status.rows.systemusers],
  ["Roles", (status) => status.rows.roles],
  ["Business units", (status) => status.rows.businessunits],
  ["Teams", (status) => status.rows.teams],
  ["Role memberships", (status) => status.rows.systemuserrolescollection],
  ["Changes", (status) => status.ledger],
  ["Requests", (status) => status.requests],
  ["Open connections", (status) => status.connections.open],
];

const SIGN_IN = [
  ["Web API", "webApi"], ["Token end point", "token"], ["Tenant id", "tenantId"], ["Client id", "clientId"], ["Secret", "clientSecret"], ["Login Id", "loginId"],
];

function showStatus(status) {
  byId("url").textContent = status.url;
  byId("version").textContent = `version ${status.version}`;
  const counts = COUNTS.map(([name, count]) => element("div", {}, element("dt", {}, name), element("dd", {}, grouped(count(status) ?? 0))));
  byId("counts").replaceChildren(...counts);
  if (byId("sign-in").childElementCount === 0) {
    byId("sign-in").append(...SIGN_IN.flatMap(([name, key]) => [element("dt", {}, name), element("dd", {}, element("code", {}, status.signIn[key]))]));
  }
}

/** Asks for all that may be different, and shows it. */
async function refresh() {
  const status = await ask("status");
  showStatus(status);
  const now = { ledger: status.ledger, requests: status.requests, users: status.rows.systemusers, resets: status.resets };
  const before = seen;
  const isNew = (key) => now[key] !== before[key];
  if (isNew("resets")) restartUsers();
  await Promise.all([
    isNew("ledger") || isNew("users") || isNew("resets") ? showUsers(status.rows.systemusers) : null,
    isNew("requests") || isNew("resets") ? showRequests(status.requests) : null,
    isNew("ledger") || isNew("resets") ? showLedger(status.ledger) : null,
    showFaults(),
    showSettings(),
  ]);
  seen = now;
}

/** Runs something that was asked for, and shows what went wrong. */
async function attempt(work) {
  try {
    await work();
    alarm("");
  } catch (error) {
    alarm(error.message);
  }
}

function alarm(text) {
  byId("alarm").textContent = text;
  byId("alarm").hidden = text === "";
}

function live(state, text) {
  const sign = byId("liveness");
  if (sign.textContent !== text) sign.textContent = text;
  sign.className = `liveness ${state}`;
}

async function turn() {
  if (isPaused) live("", "Paused");
  else if (!document.hidden) {
    try {
      await refresh();
      live("live", "Live");
    } catch (error) {
      // It asks again: the server may be on its way back.
      live("lost", error instanceof TypeError ? "The server does not answer" : error.message);
    }
  }
  setTimeout(turn, PERIOD);
}

byId("pause").addEventListener("click", () => {
  isPaused = !isPaused;
  byId("pause").setAttribute("aria-pressed", String(isPaused));
  if (isPaused) live("", "Paused");
});
byId("reset").addEventListener("click", () => {
  if (!confirm("Back to the seed? Data, ledger, settings and faults start anew.")) return;
  attempt(async () => {
    await ask("reset", "POST", {});
    await refresh();
  });
});
byId("keep").addEventListener("click", () => {
  const name = prompt("A name for the snapshot; POST /_local/reset with it goes back:", "snapshot");
  if (name) attempt(() => ask("snapshot", "POST", { name }));
});
prepareUsers(attempt);
prepareFaults(attempt);
prepareSettings(attempt);
turn();
