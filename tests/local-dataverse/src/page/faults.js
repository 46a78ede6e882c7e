// The faults in force: shown, added, taken back.

import { byId, element, grouped } from "./dom.js";
import { ask } from "./server.js";

/** The faults that are offered; any other is had through POST /_local/faults. */
const KINDS = [
  ["500 Internal Server Error", { status: 500 }],
  ["503 Service Unavailable", { status: 503 }],
  ["429 with Retry-After of 5 seconds", {
    status: 429,
    retryAfter: { seconds: 5 },
    body: { error: { code: "0x80072322", message: "Number of requests exceeded the limit of 6000 over time window of 300 seconds." } },
  }],
  ["429 with a date in 5 seconds", {
    status: 429,
    retryAfter: { dateAfterSeconds: 5 },
    body: { error: { code: "0x80072322", message: "Number of requests exceeded the limit of 6000 over time window of 300 seconds." } },
  }],
  ["closed before the request is read", { close: "beforeRead" }],
  ["closed after the request is read", { close: "afterRead" }],
  ["closed after the change is applied", { close: "afterApplied" }],
  ["reset after the change is applied", { close: "afterApplied", reset: true }],
  ["a delay of 5 seconds", { delayMs: 5000 }],
  ["a delay of 5 seconds after the change", { delayReplyMs: 5000 }],
  ["a body that comes slowly", { trickle: { bytes: 16, everyMs: 200 } }],
  ["a body cut after 40 bytes", { truncate: 40 }],
  ["a body without an end", { endless: true }],
  ["a body of garbage", { garbage: true }],
  ["a gigabyte that gzip makes small", { bomb: 1e9 }],
  ["a wrong content type", { headers: { "Content-Type": "text/html" } }],
  ["a redirect to another host", { status: 307, headers: { Location: "https://elsewhere.contoso.example/" } }],
];

/** An action in a few words. */
export function describeAction(action) {
  const words = [];
  if (action.status) words.push(`status ${action.status}${action.applied ? " after the change" : ""}`);
  if (action.retryAfter) words.push("Retry-After");
  if (action.close) words.push({ beforeRead: "closed before the request is read", afterRead: "closed after the request is read", afterApplied: "closed after the change" }[action.close]);
  if (action.reset) words.push("by a reset");
  if (action.delayMs) words.push(`delayed by ${action.delayMs} ms`);
  if (action.delayReplyMs) words.push(`reply delayed by ${action.delayReplyMs} ms`);
  if (action.pause) words.push(`pause of ${action.pause.ms} ms in the body`);
  if (action.trickle) words.push(`${action.trickle.bytes} bytes every ${action.trickle.everyMs} ms`);
  if (action.truncate !== undefined) words.push(`body cut after ${action.truncate} bytes`);
  if (action.endless) words.push("endless body");
  if (action.garbage) words.push("garbage");
  if (action.bomb) words.push(`${grouped(action.bomb)} bytes compressed`);
  if (action.extraHeaders) words.push(`${action.extraHeaders.count} more headers`);
  const headers = Object.entries(action.headers ?? {}).map(([name, value]) => `${name}: ${value}`);
  return [...words, ...headers].join(", ");
}

function describeRule(rule) {
  const which = `${rule.method ?? "any method"}, ${rule.path ? `path with \u201c${rule.path}\u201d` : "any path"}`;
  const left = rule.times === 0 ? "always" : `${grouped(rule.times - rule.acted)} more`;
  const start = rule.nth > 1 ? `, from match ${rule.nth} on` : "";
  const chance = rule.probability === undefined ? "" : `, with probability ${rule.probability} (seed ${rule.seed})`;
  return `${which}${start}${chance}: ${left}; ${grouped(rule.matched)} matched, ${grouped(rule.acted)} hit`;
}

let shown = "";

/** Shows the rules as they are now. */
export async function showFaults() {
  const { faults } = await ask("faults");
  const text = JSON.stringify(faults);
  if (text === shown) return;
  shown = text;
  byId("clear-faults").disabled = faults.length === 0;
  const items = faults.map((rule) => {
    const button = element("button", { type: "button", "data-id": rule.id, "aria-label": `Remove fault ${rule.id}` }, "Remove");
    return element("li", {}, element("div", {}, element("div", { class: "name" }, describeAction(rule.action)), element("div", { class: "quiet" }, describeRule(rule))), button);
  });
  byId("faults").replaceChildren(...(items.length > 0 ? items : [element("li", { class: "empty" }, "None: all requests are answered as they should be.")]));
}

/** Makes the form and the buttons work; `attempt` runs something and shows its error. */
export function prepareFaults(attempt) {
  byId("fault-kind").append(...KINDS.map(([name], index) => element("option", { value: index }, name)));
  byId("fault-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const rule = { times: Number(byId("fault-times").value), action: KINDS[byId("fault-kind").value][1] };
    if (byId("fault-method").value) rule.method = byId("fault-method").value;
    if (byId("fault-path").value.trim()) rule.path = byId("fault-path").value.trim();
    attempt(async () => {
      await ask("faults", "POST", rule);
      await showFaults();
    });
  });
  byId("clear-faults").addEventListener("click", () => attempt(async () => {
    await ask("faults", "DELETE");
    await showFaults();
  }));
  byId("faults").addEventListener("click", (event) => {
    const id = event.target.dataset.id;
    if (id === undefined) return;
    attempt(async () => {
      await ask(`faults/${id}`, "DELETE");
      await showFaults();
    });
  });
}
