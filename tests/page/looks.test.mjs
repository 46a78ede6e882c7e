// How the page looks, and whether it can be used without eyes or without a mouse.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ADELE, Server, launch, open, row } from "./support.mjs";

let browser;
let server;

before(async () => {
  browser = await launch();
  server = await Server.start("--users", "20");
  // Something to show in every part.
  await server.local("POST", "faults", { path: "roles", times: 0, action: { status: 503 } });
  for (const path of ["WhoAmI()", "roles", "nothing"]) await server.api("GET", path);
  await server.api("PATCH", `systemusers(${ADELE})`, { jobtitle: "Clerk" });
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** Text whose contrast with what is behind it is below that of WCAG's level AA, and how many texts there were. */
function faint() {
  const parse = (color) => color.match(/[\d.]+/g).map(Number);
  const light = (channel) => (channel <= 10 ? channel / 255 / 12.92 : ((channel / 255 + 0.055) / 1.055) ** 2.4);
  const luminance = ([red, green, blue]) => 0.2126 * light(red) + 0.7152 * light(green) + 0.0722 * light(blue);
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = parse(getComputedStyle(at).backgroundColor);
      if (color[3] === undefined || color[3] === 1) return color;
    }
    return [255, 255, 255];
  };
  const found = [];
  let count = 0;
  for (const element of document.querySelectorAll("body *")) {
    const says = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim() !== "");
    if (!says || element.disabled || element.closest(".skip, script, noscript") || element.getClientRects().length === 0) continue;
    count += 1;
    const [one, other] = [luminance(parse(getComputedStyle(element).color)), luminance(behind(element))];
    const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    if (contrast < 4.5) found.push(`${element.tagName} ${element.className} "${element.textContent}": ${contrast.toFixed(2)}`);
  }
  return { found, count };
}

for (const colorScheme of ["light", "dark"]) {
  test(`every text can be read when the page is ${colorScheme}`, async () => {
    const { page, close } = await open(browser, server.url, { colorScheme, reducedMotion: "reduce" });
    await row(page, "ledger", "Clerk").waitFor();
    await row(page, "requests", "Fault: status 503").waitFor();
    const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor.match(/\d+/)[0]);
    assert.equal(Number(background) > 128, colorScheme === "light");
    const { found, count } = await page.evaluate(faint);
    assert.ok(count > 100, `${count} texts`);
    assert.deepEqual(found, []);
    await close();
  });
}

test("every control has a name, every table says what its columns are", async () => {
  const { page, close } = await open(browser, server.url);
  await row(page, "users", "Adele Example").waitFor();
  await page.getByLabel("Max page size").waitFor();
  const nameless = await page.evaluate(() => [...document.querySelectorAll("button, input, select")]
    .filter((control) => !(control.getAttribute("aria-label") || control.labels?.length || control.textContent.trim()))
    .map((control) => control.outerHTML));
  assert.deepEqual(nameless, []);
  for (const table of await page.locator("table").all()) {
    const columns = await table.locator("thead th[scope=col]").count();
    assert.equal(await table.locator("tbody tr").first().locator("td").count(), columns);
  }
  assert.deepEqual(await page.getByRole("heading", { level: 2 }).allInnerTexts(), [
    "At a glance", "Users", "Last requests", "Last changes", "Faults in force", "Signing in", "Settings",
  ]);
  assert.equal(await page.evaluate(() => document.documentElement.lang), "en");
  await close();
});

test("the keyboard reaches everything, and shows where it is", async () => {
  const { page, close } = await open(browser, server.url);
  await row(page, "users", "Adele Example").waitFor();
  const reached = new Set();
  for (let times = 0; times < 80; times += 1) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate(() => {
      const { id, className, outerHTML } = document.activeElement;
      const outline = getComputedStyle(document.activeElement).outlineStyle;
      return { name: id || document.activeElement.getAttribute("name") || className, outline, html: outerHTML.slice(0, 80) };
    });
    if (at.html.startsWith("<body")) break;
    assert.notEqual(at.outline, "none", at.html);
    reached.add(at.name);
  }
  for (const name of ["pause", "reset", "search", "users-on", "fault-kind", "fault-path", "clear-faults", "maxPageSize"]) {
    assert.ok(reached.has(name), `${name} is not among ${[...reached]}`);
  }
  await close();
});

test("on a narrow screen nothing is cut off but what scrolls by itself", async () => {
  const { page, close } = await open(browser, server.url, { viewport: { width: 390, height: 800 } });
  await row(page, "users", "Adele Example").waitFor();
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth));
  await close();
});
