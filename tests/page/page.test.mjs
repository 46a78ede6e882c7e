// The page of Local Dataverse, as a person sees and uses it.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { ADELE, SALES, SALES_MANAGER, Server, launch, open, row, until } from "./support.mjs";

let browser;
let server;

before(async () => {
  browser = await launch();
  server = await Server.start("--users", "60");
});
after(async () => {
  await browser?.close();
  await server?.stop();
});
beforeEach(() => server.reset());

/** Opens the page, does what the test does, and looks whether the page had reason to complain. */
async function onThePage(work, options) {
  const opened = await open(browser, server.url, options);
  await work(opened.page);
  await opened.close();
}

const texts = (locator) => locator.allInnerTexts();

test("users are shown with their state, unit, roles and teams", () => onThePage(async (page) => {
  const adele = row(page, "users", "Adele Example");
  await adele.waitFor();
  assert.equal(await adele.locator("td").nth(2).innerText(), "Sales");
  assert.deepEqual(await texts(adele.locator(".chip:not(.team)")), ["Salesperson"]);
  assert.deepEqual(await texts(adele.locator(".chip.team")), ["Sales"]);
  assert.match(await row(page, "users", "Chiara Example").innerText(), /disabled/);
  assert.match(await row(page, "users", "Connector Local Dataverse").innerText(), /application/);
  assert.match(await page.locator("#counts").innerText(), /Users\s+65\s/);
}));

test("a change shows without a reload, in the user, the requests and the ledger", () => onThePage(async (page) => {
  await row(page, "users", "Adele Example").waitFor();
  assert.equal(await server.api("PATCH", `systemusers(${ADELE})`, { lastname: "Changed", jobtitle: "Clerk" }), 204);
  await row(page, "users", "Adele Changed").waitFor();
  const change = row(page, "ledger", "update");
  assert.match(await change.innerText(), /lastname: Example \u2192 Changed/);
  assert.match(await change.innerText(), /jobtitle: \u2013 \u2192 Clerk/);
  assert.match(await row(page, "requests", "PATCH").innerText(), /204/);
}));

test("a role that is given shows with its name", () => onThePage(async (page) => {
  const body = { "@odata.id": `${server.url}api/data/v9.2/roles(${SALES_MANAGER})` };
  assert.equal(await server.api("POST", `systemusers(${ADELE})/systemuserroles_association/$ref`, body), 204);
  await row(page, "users", "Adele Example").filter({ hasText: "Sales Manager" }).waitFor();
  assert.match(await row(page, "ledger", "associate").innerText(), /Adele Example[^]*\+ Sales Manager/);
}));

test("a name that is markup is shown as the text that it is", () => onThePage(async (page) => {
  const name = "<script>window.ran = true</script><img src=x onerror='window.ran = true'>";
  const user = {
    firstname: name, internalemailaddress: "script@contoso.example", domainname: "script@contoso.example",
    "businessunitid@odata.bind": `/businessunits(${SALES})`,
  };
  assert.equal(await server.api("POST", "systemusers", user), 204);
  await page.getByLabel("Search users").fill("script@");
  const shown = page.locator("#users tr .name");
  await until("the user is found", async () => (await texts(shown)).join() === name);
  assert.match(await row(page, "ledger", "create").innerText(), /<script>window\.ran/);
  assert.equal(await page.evaluate(() => window.ran), undefined);
  assert.equal(await page.locator("main script, main img").count(), 0);
}));

test("a path that is markup is text in the requests too", () => onThePage(async (page) => {
  await server.api("GET", "systemusers?$filter=fullname%20eq%20'%3Cimg%20src=x%20onerror=alert(1)%3E'");
  await row(page, "requests", "<img src=x onerror=alert(1)>").waitFor();
}));

test("users are searched for", () => onThePage(async (page) => {
  const search = page.getByLabel("Search users");
  await search.fill("chiara");
  await until("only Chiara is left", async () => (await page.locator("#users tr").count()) === 1);
  assert.equal(await page.locator("#users-range").innerText(), "1 to 1 of 1 found");
  await search.fill("nobody of that name");
  await row(page, "users", "Nobody was found.").waitFor();
  await search.fill("");
  await row(page, "users", "Adele Example").waitFor();
}));

test("users are leafed through page by page", () => onThePage(async (page) => {
  const range = page.locator("#users-range");
  const names = () => texts(page.locator("#users .name"));
  await until("the first page", async () => (await range.innerText()) === "1 to 10 of 65");
  const first = await names();
  const [back, on] = [page.getByRole("button", { name: "Previous page of users" }), page.getByRole("button", { name: "Next page of users" })];
  assert.ok(await back.isDisabled());
  const seen = [...first];
  for (let start = 11; start <= 61; start += 10) {
    await on.click();
    await until(`the page from ${start}`, async () => (await range.innerText()).startsWith(`${start} to `));
    seen.push(...await names());
  }
  assert.equal(new Set(seen).size, 65);
  assert.ok(await on.isDisabled());
  for (let times = 0; times < 6; times += 1) await back.click();
  await until("the first page again", async () => (await names()).join() === first.join());
}));

test("a fault is added, acts, shows at the request, and is gone when it is used up", () => onThePage(async (page) => {
  await page.getByLabel("whose path has").fill("WhoAmI");
  await page.getByLabel("this happens").selectOption({ label: "503 Service Unavailable" });
  await page.getByRole("button", { name: "Add" }).click();
  const rule = page.locator("#faults li").filter({ hasText: "status 503" });
  await rule.waitFor();
  assert.match(await rule.innerText(), /any method, path with \u201cWhoAmI\u201d: 1 more; 0 matched, 0 hit/);
  assert.equal(await server.api("GET", "WhoAmI()"), 503);
  assert.equal(await server.api("GET", "WhoAmI()"), 200);
  await row(page, "requests", "Fault: status 503").waitFor();
  await page.getByText("None: all requests are answered as they should be.").waitFor();
}));

test("every fault that the page offers is one that the server takes", () => onThePage(async (page) => {
  const kinds = await page.locator("#fault-kind option").count();
  assert.ok(kinds > 10);
  for (let kind = 0; kind < kinds; kind += 1) {
    await page.getByLabel("this happens").selectOption({ index: kind });
    await page.getByRole("button", { name: "Add" }).click();
    await until(`fault ${kind} is in force`, async () => (await page.locator("#faults li:not(.empty)").count()) === kind + 1);
  }
  const described = await texts(page.locator("#faults .name"));
  assert.ok(described.every((text) => text.length > 3), described.join("\n"));
  assert.ok(await page.locator("#alarm").isHidden());
}));

test("faults from elsewhere show too, and are removed one by one or all at once", () => onThePage(async (page) => {
  const rule = (path) => ({ path, times: 0, probability: 0.5, seed: 7, action: { delayMs: 1 } });
  await server.local("POST", "faults", ["one", "two", "three"].map(rule));
  const items = page.locator("#faults li:not(.empty)");
  await until("all are shown", async () => (await items.count()) === 3);
  assert.match(await items.first().innerText(), /with probability 0\.5 \(seed 7\): always/);
  await items.filter({ hasText: "two" }).getByRole("button").click();
  await until("one is gone", async () => (await items.count()) === 2);
  assert.deepEqual((await server.local("GET", "faults")).faults.map((fault) => fault.path), ["one", "three"]);
  await page.getByRole("button", { name: "Clear all" }).click();
  await until("none is left", async () => (await items.count()) === 0);
  assert.deepEqual((await server.local("GET", "faults")).faults, []);
  assert.ok(await page.getByRole("button", { name: "Clear all" }).isDisabled());
}));

test("a connection that was closed shows as a request without a reply", () => onThePage(async (page) => {
  await server.local("POST", "faults", { path: "WhoAmI", action: { close: "afterRead" } });
  await assert.rejects(server.api("GET", "WhoAmI()"));
  assert.match(await row(page, "requests", "no reply").innerText(), /Fault: closed after the request is read/);
}));

test("a setting is changed and is in force at once", () => onThePage(async (page) => {
  await page.getByLabel("Max page size").fill("2");
  await page.getByLabel("Max page size").press("Enter");
  await until("the server has it", async () => (await server.local("GET", "settings")).maxPageSize === 2);
  await page.getByLabel("Keep roles on business unit change").check();
  await until("the server has this one too", async () => (await server.local("GET", "settings")).keepRolesOnBusinessUnitChange);
  await page.getByLabel("Denied privileges").fill("prvReadUser, prvReadRole");
  await page.getByLabel("Denied privileges").press("Enter");
  const denied = async () => (await server.local("GET", "settings")).deniedPrivileges.join();
  await until("and the list", async () => (await denied()) === "prvReadUser,prvReadRole");
}));

test("a setting without a value can be given one, and it can be taken away again", () => onThePage(async (page) => {
  const settings = () => server.local("GET", "settings");
  for (const [label, name, text, value] of [
    ["Limit requests", "limitRequests", "5000", 5000],
    ["Challenge authority", "challengeAuthority", "https://login.contoso.example", "https://login.contoso.example"],
  ]) {
    for (const [typed, expected] of [[text, value], ["", null]]) {
      await page.getByLabel(label).fill(typed);
      await page.getByLabel(label).press("Enter");
      await until(`${name} is ${expected}`, async () => (await settings())[name] === expected);
    }
  }
}));

test("a wrong setting is told in the server's words, and the field shows what is in force", async () => {
  const { page, discard } = await open(browser, server.url);
  await page.getByLabel("Max page size").fill("0");
  await page.getByLabel("Max page size").press("Enter");
  await page.getByRole("alert").filter({ hasText: "maxPageSize must be between 1 and 5000, not 0." }).waitFor();
  assert.equal(await page.getByLabel("Max page size").inputValue(), "5000");
  // The browser writes the refused request into its console.
  await discard();
});

test("a setting that is changed elsewhere shows", () => onThePage(async (page) => {
  await page.getByLabel("Max page size").waitFor();
  await server.local("PATCH", "settings", { maxPageSize: 77, limitRequests: 10 });
  await until("it shows", async () => (await page.getByLabel("Max page size").inputValue()) === "77");
  assert.equal(await page.getByLabel("Limit requests").inputValue(), "10");
}));

test("a reset and a snapshot are made after a question", () => onThePage(async (page) => {
  await server.api("PATCH", `systemusers(${ADELE})`, { lastname: "Kept" });
  page.once("dialog", (dialog) => dialog.accept("kept"));
  await page.getByRole("button", { name: "Keep a snapshot" }).click();
  await until("it is there", async () => (await fetch(`${server.url}_local/snapshot?name=kept`)).status === 200);
  await row(page, "users", "Adele Kept").waitFor();
  page.once("dialog", (dialog) => dialog.dismiss());
  await page.getByRole("button", { name: "Reset" }).click();
  assert.equal((await server.local("GET", "ledger")).last, 1);
  page.once("dialog", (dialog) => dialog.accept());
  await page.getByRole("button", { name: "Reset" }).click();
  await row(page, "users", "Adele Example").waitFor();
  await row(page, "ledger", "Nothing was changed yet.").waitFor();
  await server.local("POST", "reset", { snapshot: "kept" });
  await row(page, "users", "Adele Kept").waitFor();
}));

test("a pause holds the page still until it is over", () => onThePage(async (page) => {
  const pause = page.getByRole("button", { name: "Pause" });
  await pause.click();
  await page.getByRole("status").filter({ hasText: "Paused" }).waitFor();
  const asked = [];
  // What was under way when it began may still end.
  await page.waitForLoadState("networkidle");
  page.on("request", (request) => asked.push(request.url()));
  await server.api("PATCH", `systemusers(${ADELE})`, { lastname: "Later" });
  await page.waitForTimeout(1500);
  assert.deepEqual(asked, []);
  await pause.click();
  await row(page, "users", "Adele Later").waitFor();
}));

test("what is needed to sign in is there", () => onThePage(async (page) => {
  const facts = page.locator("#sign-in");
  await facts.getByText("local-dataverse-secret").waitFor();
  assert.match(await facts.innerText(), new RegExp(`${server.url}api/data/v9\\.2/`));
}));

test("a server that is gone is told, and that it is back", async () => {
  const mortal = await Server.start();
  const { page, discard } = await open(browser, mortal.url);
  await mortal.stop();
  await page.getByRole("status").filter({ hasText: "The server does not answer" }).waitFor();
  const port = new URL(mortal.url).port;
  const again = await Server.start("--port", port);
  await page.getByRole("status").filter({ hasText: "Live" }).waitFor();
  await discard();
  await again.stop();
});

test("the page is served over TLS and HTTP/2 too", async () => {
  const secure = await Server.start("--tls");
  const { page, close } = await open(browser, secure.url, { ignoreHTTPSErrors: true });
  await row(page, "users", "Adele Example").waitFor();
  assert.equal(await page.evaluate(() => performance.getEntriesByType("navigation")[0].nextHopProtocol), "h2");
  await close();
  await secure.stop();
});
