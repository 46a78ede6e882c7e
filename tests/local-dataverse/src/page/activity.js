// The last requests and the last changes.

import { byId, element, emptyRow, fill, grouped, timeOfDay } from "./dom.js";
import { describeAction } from "./faults.js";
import { ask } from "./server.js";

const SHOWN = 60;
const lasts = {};

const ofStatus = (status) =>
  status === 0 ? "none" : status < 300 ? "good" : status < 400 ? "moved" : status < 500 ? "warn" : "bad";

function readable(path) {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function requestRow(entry) {
  const status = element("span", { class: `badge ${ofStatus(entry.status)}` }, entry.status === 0 ? "no reply" : entry.status);
  const fault = entry.fault ? element("span", { class: "quiet" }, `Fault: ${describeAction(entry.fault)}`) : null;
  const request = element("span", { class: "code" }, `${entry.method} ${readable(entry.path)}`);
  const row = element(
    "tr", { title: `Request ${entry.number}, REQ_ID ${entry.requestId}${entry.caller ? `, by ${entry.caller}` : ""}` },
    element("td", { class: "time" }, timeOfDay(entry.time)),
    element("td", {}, status),
    element("td", {}, request, fault),
    element("td", { class: "number" }, entry.durationMs.toFixed(1)),
  );
  return { number: entry.number, row };
}

/** A value as a person reads it. */
const value = (data) => (data === null || data === undefined ? "\u2013" : typeof data === "string" ? data : JSON.stringify(data));

/** A row by its name where it has one. */
function named(id, names) {
  const name = names[id];
  return name === undefined ? element("span", { class: "code" }, id) : element("span", { title: id }, name);
}

function alterations(entry, names) {
  if (entry.relationship) {
    const sign = entry.operation === "associate" ? "+ " : "\u2212 ";
    return [element("div", {}, sign, named(entry.relatedId, names)), element("span", { class: "quiet code" }, entry.relationship)];
  }
  const columns = Object.keys(entry.after ?? entry.before ?? {});
  if (entry.operation !== "update") return [element("span", { class: "quiet" }, `${columns.length} columns`)];
  if (columns.length === 0) return [element("span", { class: "quiet" }, "nothing was different")];
  return columns.map((name) => element(
    "div", {},
    `${name}: `, element("span", { class: "was" }, value(entry.before[name])), element("span", { class: "arrow" }, " \u2192 "), value(entry.after[name]),
  ));
}

function ledgerRow(entry, names) {
  const kinds = { create: "good", update: "moved", delete: "bad", associate: "good", disassociate: "warn" };
  const gone = entry.before?.fullname ?? entry.before?.name;
  const whose = gone !== undefined && entry.operation === "delete" ? gone : named(entry.id, names);
  const row = element(
    "tr", { title: `${entry.id}, at ${entry.time} by ${names[entry.caller] ?? entry.caller}, REQ_ID ${entry.requestId}` },
    element("td", { class: "number" }, grouped(entry.number)),
    element("td", {}, element("span", { class: `badge ${kinds[entry.operation]}` }, entry.operation), element("span", { class: "quiet" }, entry.entitySet)),
    element("td", {}, element("div", { class: "name" }, whose), element("div", { class: "columns" }, ...alterations(entry, names))),
  );
  return { number: entry.number, row };
}

async function show(name, list, columns, make, nothing, last, extra = "") {
  const answer = await ask(`${name}?after=${Math.max(0, last - SHOWN)}${extra}`);
  const rows = answer[list].slice(-SHOWN).reverse().map((entry) => make(entry, answer.names));
  byId(`${name}-range`).textContent = answer.last > SHOWN ? `${SHOWN} of ${grouped(answer.last)}` : "";
  if (rows.length === 0) byId(name).replaceChildren(emptyRow(columns, nothing));
  else fill(byId(name), rows, lasts[name]);
  lasts[name] = answer.last;
}

export const showRequests = (last) => show("requests", "requests", 4, requestRow, "No request yet.", last);
export const showLedger = (last) => show("ledger", "entries", 3, ledgerRow, "Nothing was changed yet.", last, "&names=true");
