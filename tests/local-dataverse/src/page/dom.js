// Elements and numbers. Text from data becomes text nodes and nothing else: nothing of it can become markup.

/** An element with attributes, and children that are elements or text. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, String(value));
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

export const byId = (id) => document.getElementById(id);

/** 1000005 as 1,000,005. */
export const grouped = (number) => Number(number).toLocaleString("en-US");

/** The time of day of a time stamp, where the reader is. */
export function timeOfDay(stamp) {
  const time = new Date(stamp);
  const two = (number) => String(number).padStart(2, "0");
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}

/** A row of a table that says why there is no other. */
export const emptyRow = (columns, text) => element("tr", {}, element("td", { class: "empty", colspan: columns }, text));

/** Puts rows into a table; those that were not there at the last call are shown as new. */
export function fill(body, rows, last) {
  const isFirst = last === undefined;
  for (const { number, row } of rows) {
    if (!isFirst && number > last) row.classList.add("fresh");
  }
  body.replaceChildren(...rows.map(({ row }) => row));
}
