// The settings: shown by their kind, and changed in place.

import { byId, element } from "./dom.js";
import { ask } from "./server.js";

/** maxPageSize as "Max page size". */
function readable(name) {
  const words = name.replace(/([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** How a value is shown and read: as JSON where it is more than a word or a list of words. */
function kindOf(name, value) {
  if (typeof value === "boolean") return "yes-no";
  if (typeof value === "number") return "number";
  // Those that may have no value are limits, and words.
  if (value === null) return name.startsWith("limit") ? "number" : "text-or-none";
  if (typeof value === "string") return "text";
  return Array.isArray(value) && value.every((item) => typeof item === "string") ? "list" : "json";
}

function field(name, value) {
  const kind = kindOf(name, value);
  const common = { name, "data-kind": kind };
  if (kind === "yes-no") return element("input", { ...common, type: "checkbox", checked: value });
  if (kind === "number") return element("input", { ...common, type: "number", value: value ?? "", placeholder: "none" });
  const text = kind === "list" ? value.join(", ") : kind === "json" ? JSON.stringify(value) : value ?? "";
  return element("input", { ...common, type: "text", value: text, spellcheck: "false", placeholder: "none" });
}

/** What a field says, as JSON has it. */
function read(input) {
  switch (input.dataset.kind) {
    case "yes-no": return input.checked;
    case "number": return input.value === "" ? null : Number(input.value);
    case "text-or-none": return input.value === "" ? null : input.value;
    case "list": return input.value.split(",").map((item) => item.trim()).filter(Boolean);
    case "json": return JSON.parse(input.value);
    default: return input.value;
  }
}

let shown = "";

/** Shows the settings as they are now, but for a field that somebody is typing into. */
export async function showSettings() {
  show(await ask("settings"));
}

function show(settings, force = false) {
  const text = JSON.stringify(settings);
  const form = byId("settings");
  if (!force && (text === shown || form.contains(document.activeElement))) return;
  shown = text;
  const rows = Object.entries(settings).map(([name, value]) => {
    const isLong = kindOf(name, value) === "json" || (kindOf(name, value) === "list" && value.length > 2);
    return element("label", { title: name, class: isLong ? "long" : null }, readable(name), field(name, value));
  });
  form.replaceChildren(...rows);
}

/** Makes the fields work; `attempt` runs something and shows its error. */
export function prepareSettings(attempt) {
  byId("settings").addEventListener("submit", (event) => event.preventDefault());
  byId("settings").addEventListener("change", (event) => attempt(async () => {
    const input = event.target;
    try {
      shown = JSON.stringify(await ask("settings", "PATCH", { [input.name]: read(input) }));
    } catch (error) {
      // The field shows again what is in force.
      show(await ask("settings"), true);
      throw error;
    }
  }));
}
