// Batches of the npm package dynamics-web-api, unpatched: the replies, and what the server's ledger says of them.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { adele, api, bruno, ledger, line, link, nobody, reset, roles, rolesOf, sales, salesManager } from "./support.mjs";

beforeEach(reset);

const person = (name) => ({ internalemailaddress: `${name}@contoso.example`, "businessunitid@odata.bind": `/businessunits(${sales})` });

test("changes in a changeset, then a read", async () => {
  api.startBatch();
  api.create({ collection: "systemusers", data: person("b"), contentId: "1" });
  api.update({ collection: "systemusers", key: adele, data: { jobtitle: "Clerk" } });
  api.retrieveMultiple({ collection: "systemusers", select: ["fullname"], inChangeSet: false });
  const replies = await api.executeBatch();
  assert.equal(replies.length, 3);
  assert.match(String(replies[0]), /[0-9a-f-]{36}/);
  assert.equal(replies[2].value.length, 6);
  const [created, updated, ...others] = await ledger();
  assert.deepEqual([created.operation, created.after.internalemailaddress], ["create", "b@contoso.example"]);
  assert.ok(String(replies[0]).includes(created.id));
  assert.deepEqual(updated, line("update", "systemusers", adele, { jobtitle: null }, { jobtitle: "Clerk" }));
  assert.deepEqual(others, []);
});

test("a new user is given a role in the changeset that makes it", async () => {
  api.startBatch();
  api.create({ collection: "systemusers", data: person("c"), contentId: "1" });
  api.associate({ contentId: "$1", relationshipName: roles, relatedCollection: "roles", relatedKey: salesManager });
  await api.executeBatch();
  const [created, given, ...others] = await ledger();
  assert.equal(created.operation, "create");
  assert.deepEqual(given, link("associate", created.id, salesManager));
  assert.deepEqual(others, []);
  assert.deepEqual(await rolesOf(created.id), ["Sales Manager"]);
});

test("a new user is the manager of another, by a reference in a body", async () => {
  api.startBatch();
  api.create({ collection: "systemusers", data: person("m"), contentId: "1" });
  api.update({ collection: "systemusers", key: adele, data: { "parentsystemuserid@odata.bind": "$1", jobtitle: "$1" } });
  await api.executeBatch();
  const [created, updated] = await ledger();
  assert.deepEqual(updated, line("update", "systemusers", adele, { jobtitle: null, _parentsystemuserid_value: null }, { jobtitle: "$1", _parentsystemuserid_value: created.id }));
});

test("a changeset that fails leaves nothing", async () => {
  api.startBatch();
  api.create({ collection: "systemusers", data: person("x"), contentId: "1" });
  api.update({ collection: "systemusers", key: adele, data: { jobtitle: "Clerk" } });
  api.update({ collection: "systemusers", key: adele, data: { shoesize: 42 } });
  await assert.rejects(api.executeBatch());
  assert.deepEqual(await ledger(), []);
  assert.equal(await api.count({ collection: "systemusers" }), 5);
});

test("requests outside of a changeset stand alone", async () => {
  api.startBatch();
  api.update({ collection: "systemusers", key: adele, data: { jobtitle: "Clerk" }, inChangeSet: false });
  api.update({ collection: "systemusers", key: nobody, data: { jobtitle: "Clerk" }, inChangeSet: false });
  api.update({ collection: "systemusers", key: bruno, data: { jobtitle: "Clerk" }, inChangeSet: false });
  const replies = await api.executeBatch({ continueOnError: true });
  assert.equal(replies.length, 3);
  assert.equal(replies[1].status, 404);
  assert.equal(replies[1].error.code, "0x80040217");
  assert.deepEqual(await ledger(), [
    line("update", "systemusers", adele, { jobtitle: null }, { jobtitle: "Clerk" }),
    line("update", "systemusers", bruno, { jobtitle: null }, { jobtitle: "Clerk" }),
  ]);
});

test("the first failure ends a batch, and what was done before it stays", async () => {
  api.startBatch();
  api.update({ collection: "systemusers", key: adele, data: { jobtitle: "Clerk" }, inChangeSet: false });
  api.update({ collection: "systemusers", key: nobody, data: { jobtitle: "Clerk" }, inChangeSet: false });
  api.update({ collection: "systemusers", key: bruno, data: { jobtitle: "Clerk" }, inChangeSet: false });
  await assert.rejects(api.executeBatch());
  assert.deepEqual((await ledger()).map((entry) => entry.id), [adele]);
});

test("a precondition within a changeset", async () => {
  const { "@odata.etag": etag } = await api.retrieve({ collection: "systemusers", key: adele, select: ["title"] });
  await api.update({ collection: "systemusers", key: adele, data: { title: "Dr" } });
  api.startBatch();
  api.update({ collection: "systemusers", key: bruno, data: { title: "Prof" } });
  api.update({ collection: "systemusers", key: adele, data: { title: "Prof" }, ifmatch: etag });
  await assert.rejects(api.executeBatch());
  assert.equal((await ledger()).length, 1, "only what came before the batch");
});
