// What the tests share: servers, a client of the API, the browser, and pages that remember what went wrong in them.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const TENANT = "11111111-1111-4111-8111-111111111111";
const CLIENT = "22222222-2222-4222-8222-222222222222";
const LIMIT = 20_000;

export const ADELE = "c0000000-0000-4000-8000-000000000002";
export const SALES = "b0000000-0000-4000-8000-000000000002";
/** The copy of Sales Manager in Sales. */
export const SALES_MANAGER = "a0000004-0000-4000-8000-000000000002";

/** A server of its own for a test file or a test, with a client of its API that has signed in. */
export class Server {
  static async start(...options) {
    const program = process.env.LOCAL_DATAVERSE
      ?? fileURLToPath(new URL("../../target/debug/local-dataverse", import.meta.url));
    const port = options.includes("--port") ? [] : ["--port", "0"];
    const child = spawn(program, [...port, "--until-eof", ...options], { stdio: ["pipe", "pipe", "inherit"] });
    const url = await new Promise((resolve, reject) => {
      let text = "";
      child.stdout.on("data", (data) => {
        text += data;
        const match = /listens on (\S+)\n/.exec(text);
        if (match) resolve(match[1]);
      });
      child.on("error", reject);
      child.on("exit", () => reject(new Error(`Local Dataverse ended: ${text}`)));
    });
    const server = Object.assign(new Server(), { url, child });
    if (url.startsWith("http:")) await server.signIn();
    return server;
  }

  async signIn() {
    const body = new URLSearchParams({
      grant_type: "client_credentials", client_id: CLIENT, client_secret: "local-dataverse-secret", scope: `${this.url}.default`,
    });
    const response = await fetch(`${this.url}${TENANT}/oauth2/v2.0/token`, { method: "POST", body });
    this.token = (await response.json()).access_token;
  }

  /** A request of the Web API: its status. */
  async api(method, path, body) {
    const headers = { Authorization: `Bearer ${this.token}`, "Content-Type": "application/json" };
    const response = await fetch(`${this.url}api/data/v9.2/${path}`, { method, headers, body: body && JSON.stringify(body) });
    await response.arrayBuffer();
    return response.status;
  }

  /** A request of /_local/: its answer. */
  async local(method, path, body) {
    const response = await fetch(`${this.url}_local/${path}`, { method, body: body && JSON.stringify(body) });
    assert.equal(response.status, 200, path);
    return response.json();
  }

  async reset() {
    await this.local("POST", "reset");
  }

  /** Ends it, and waits until it has ended. */
  async stop() {
    if (this.child.exitCode !== null) return;
    const ended = new Promise((resolve) => this.child.on("exit", resolve));
    this.child.stdin.end();
    await ended;
  }
}

function executable() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  for (const name of ["chromium", "chromium-browser", "google-chrome"]) {
    try {
      return execFileSync("which", [name], { encoding: "utf8" }).trim();
    } catch {
      // The next one may be there.
    }
  }
  throw new Error("There is no Chromium: install it, or name it in the variable CHROMIUM.");
}

/** The browser, with a profile of its own that is thrown away. */
export function launch() {
  const quiet = ["--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
  return chromium.launch({ executablePath: executable(), args: ["--no-sandbox", "--disable-gpu", "--disable-quic", ...quiet] });
}

/** The page of a server, and what it complained of. */
export async function open(browser, url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(LIMIT);
  const complaints = [];
  const hosts = new Set();
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => hosts.add(new URL(request.url()).origin));
  await page.addInitScript(() => {
    window.violations = [];
    document.addEventListener("securitypolicyviolation", (event) => window.violations.push(`${event.violatedDirective}: ${event.blockedURI}`));
  });
  await page.goto(url);
  await page.getByRole("status").filter({ hasText: "Live" }).waitFor();
  return {
    page,
    /** Nothing was complained of, nothing violated the policy, nothing was asked of another host. */
    async close() {
      assert.deepEqual(complaints, []);
      assert.deepEqual(await page.evaluate(() => window.violations), []);
      assert.deepEqual([...hosts], [new URL(url).origin]);
      await context.close();
    },
    /** Closes a page that has reason to complain. */
    discard: () => context.close(),
  };
}

/** Waits until something holds; what it gives back is handed on. */
export async function until(what, check) {
  const end = Date.now() + LIMIT;
  for (;;) {
    const result = await check();
    if (result) return result;
    assert.ok(Date.now() < end, `it never came to this: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** The row of a table that has this text. */
export const row = (page, table, text) => page.locator(`#${table} tr`).filter({ hasText: text });
