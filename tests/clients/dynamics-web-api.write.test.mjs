// Changes with the npm package dynamics-web-api, unpatched: each is compared with what the server's ledger says of it.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { adele, api, applicationUser, bruno, chiara, dora, ledger, line, link, nobody, reset, roles, rolesOf, sales, salesManager, salesperson, service } from "./support.mjs";

beforeEach(reset);

const person = (name, more = {}) => ({
  internalemailaddress: `${name}@contoso.example`,
  "businessunitid@odata.bind": `/businessunits(${sales})`,
  ...more,
});

test("create, with the id", async () => {
  const id = await api.create({ collection: "systemusers", data: person("erika", { firstname: "Erika", jobtitle: "" }) });
  assert.match(id, /^[0-9a-f-]{36}$/);
  const [created, ...others] = await ledger();
  assert.deepEqual(others, []);
  assert.deepEqual([created.operation, created.entitySet, created.id, created.before], ["create", "systemusers", id, null]);
  assert.deepEqual(
    [created.after.internalemailaddress, created.after.firstname, created.after._businessunitid_value, created.after.jobtitle],
    ["erika@contoso.example", "Erika", sales, undefined],
  );
});

test("create, with the row", async () => {
  const row = await api.create({ collection: "systemusers", data: person("franz", { firstname: "Franz" }), returnRepresentation: true, select: ["firstname", "isdisabled"] });
  assert.deepEqual([row.firstname, row.isdisabled], ["Franz", false]);
  assert.equal((await ledger())[0].id, row.systemuserid);
});

test("a create that is refused leaves nothing", async () => {
  await assert.rejects(api.create({ collection: "systemusers", data: { firstname: "Nobody" } }), (error) => error.status === 400 && error.code === "0x80040530");
  await assert.rejects(api.create({ collection: "systemusers", data: person("x", { shoesize: 42 }) }), (error) => error.status === 400);
  assert.deepEqual(await ledger(), []);
});

test("update, only where nobody was quicker", async () => {
  const user = await api.retrieve({ collection: "systemusers", key: adele, select: ["title"] });
  const update = (title) =>
    api.update({ collection: "systemusers", key: adele, data: { title }, ifmatch: user["@odata.etag"], returnRepresentation: true });
  assert.equal((await update("Dr")).title, "Dr");
  assert.equal(await update("Prof"), false, "the client turns 412 into false");
  assert.deepEqual(await ledger(), [line("update", "systemusers", adele, { title: null }, { title: "Dr" })]);
});

test("an update is no upsert: the client asks for a row that is there", async () => {
  assert.equal(await api.update({ collection: "systemusers", key: nobody, data: { title: "Dr" } }).catch((error) => error.status), 404);
  assert.deepEqual(await ledger(), []);
});

test("one property", async () => {
  await api.updateSingleProperty({ collection: "systemusers", key: adele, fieldValuePair: { jobtitle: "Clerk" } });
  await api.deleteRecord({ collection: "systemusers", key: adele, fieldName: "jobtitle" });
  assert.deepEqual(await ledger(), [
    line("update", "systemusers", adele, { jobtitle: null }, { jobtitle: "Clerk" }),
    line("update", "systemusers", adele, { jobtitle: "Clerk" }, { jobtitle: null }),
  ]);
});

test("disable and enable", async () => {
  await api.update({ collection: "systemusers", key: adele, data: { isdisabled: true } });
  await api.update({ collection: "systemusers", key: chiara, data: { isdisabled: false } });
  assert.deepEqual(await ledger(), [
    line("update", "systemusers", adele, { isdisabled: false }, { isdisabled: true }),
    line("update", "systemusers", chiara, { isdisabled: true }, { isdisabled: false }),
  ]);
});

test("a move to another business unit takes the roles", async () => {
  await api.update({ collection: "systemusers", key: adele, data: { "businessunitid@odata.bind": `/businessunits(${service})` } });
  assert.deepEqual(await ledger(), [
    line("update", "systemusers", adele, { _businessunitid_value: sales }, { _businessunitid_value: service }),
    link("disassociate", adele, salesperson),
  ]);
  assert.deepEqual(await rolesOf(adele), []);
});

test("a move by the action", async () => {
  await api.callAction({
    collection: "systemusers",
    key: bruno,
    actionName: "Microsoft.Dynamics.CRM.SetBusinessSystemUser",
    action: { BusinessUnit: { businessunitid: sales }, ReassignPrincipal: { systemuserid: dora } },
  });
  const [moved] = await ledger();
  assert.deepEqual(moved, line("update", "systemusers", bruno, { _businessunitid_value: service }, { _businessunitid_value: sales }));
});

test("upsert makes a row only where it may", async () => {
  const key = "c2000000-0000-4000-8000-000000000001";
  const upsert = (more) => api.upsert({ collection: "systemusers", key, data: person("u"), ...more });
  assert.equal(await upsert({ ifmatch: "*" }), null, "there is none to be changed");
  await upsert({ ifnonematch: "*" });
  assert.equal(await upsert({ ifnonematch: "*" }), null, "it is there already");
  const lines = await ledger();
  assert.deepEqual(lines.map(({ operation, id }) => [operation, id]), [["create", key]]);
});

test("delete: a role goes, a user stays", async () => {
  const id = await api.create({ collection: "roles", data: { name: "For a while" } });
  const copies = await api.retrieveMultiple({ collection: "roles", select: ["roleid"], filter: `_parentrootroleid_value eq ${id}` });
  assert.equal(copies.value.length, 3, "each business unit has one");
  await api.deleteRecord({ collection: "roles", key: id });
  const gone = (await ledger()).filter(({ operation }) => operation === "delete");
  assert.deepEqual(gone.map((entry) => entry.id).sort(), copies.value.map((role) => role.roleid).sort());
  assert.ok(gone.every(({ before, after }) => before.name === "For a while" && after === null));
  await assert.rejects(api.deleteRecord({ collection: "systemusers", key: adele }), (error) => error.status === 400);
  assert.equal(await api.count({ collection: "systemusers" }), 5);
});

test("associate and disassociate, each told once", async () => {
  const given = { collection: "systemusers", primaryKey: adele, relationshipName: roles, relatedKey: salesManager };
  await api.associate({ ...given, relatedCollection: "roles" });
  await api.associate({ ...given, relatedCollection: "roles" });
  assert.deepEqual(await rolesOf(adele), ["Sales Manager", "Salesperson"]);
  await api.disassociate(given);
  await api.disassociate(given);
  assert.deepEqual(await rolesOf(adele), ["Salesperson"]);
  assert.deepEqual(await ledger(), [link("associate", adele, salesManager), link("disassociate", adele, salesManager)]);
});

test("the same from the role's side", async () => {
  const given = { collection: "roles", primaryKey: salesManager, relationshipName: roles, relatedKey: adele };
  await api.associate({ ...given, relatedCollection: "systemusers" });
  await api.disassociate(given);
  assert.deepEqual(await ledger(), [link("associate", adele, salesManager), link("disassociate", adele, salesManager)]);
});

test("associations that the service refuses", async () => {
  const give = (user, role) => api.associate({ collection: "systemusers", primaryKey: user, relationshipName: roles, relatedCollection: "roles", relatedKey: role });
  await assert.rejects(give(bruno, salesManager), (error) => error.code === "0x80041409");
  await assert.rejects(give(chiara, salesManager), (error) => error.code === "0x80040225");
  await assert.rejects(give(adele, nobody), (error) => error.status === 404);
  await assert.rejects(give(nobody, salesManager), (error) => error.status === 404);
  assert.deepEqual(await ledger(), []);
});

test("a lookup, set and emptied by its reference", async () => {
  const manager = { collection: "systemusers", primaryKey: adele, navigationProperty: "parentsystemuserid" };
  await api.associateSingleValued({ ...manager, relatedCollection: "systemusers", relatedKey: dora });
  const user = await api.retrieve({ collection: "systemusers", key: adele, select: ["_parentsystemuserid_value"] });
  assert.equal(user._parentsystemuserid_value, dora);
  await api.disassociateSingleValued(manager);
  assert.deepEqual(await ledger(), [
    line("update", "systemusers", adele, { _parentsystemuserid_value: null }, { _parentsystemuserid_value: dora }),
    line("update", "systemusers", adele, { _parentsystemuserid_value: dora }, { _parentsystemuserid_value: null }),
  ]);
});

test("a change in the name of another user is that user's", async () => {
  await api.update({ collection: "systemusers", key: adele, data: { title: "Dr" }, impersonate: dora });
  const changed = line("update", "systemusers", adele, { title: null }, { title: "Dr" }, dora);
  assert.deepEqual(await ledger(), [{ ...changed, impersonator: applicationUser }]);
});
