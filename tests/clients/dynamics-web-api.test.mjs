// The npm package dynamics-web-api, unpatched, against Local Dataverse; each change is compared with the server's ledger.
// LOCAL_DATAVERSE_URL is the server's address.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { DynamicsWebApi } from "dynamics-web-api";

const url = process.env.LOCAL_DATAVERSE_URL;
const tenant = "11111111-1111-4111-8111-111111111111";
const sales = "b0000000-0000-4000-8000-000000000002";
const adele = "c0000000-0000-4000-8000-000000000002";
const salesManager = "a0000004-0000-4000-8000-000000000002";
const roles = "systemuserroles_association";

async function token() {
  const form = new URLSearchParams({
    client_id: "22222222-2222-4222-8222-222222222222",
    client_secret: "local-dataverse-secret",
    grant_type: "client_credentials",
    scope: `${url}.default`,
  });
  const reply = await fetch(`${url}${tenant}/oauth2/v2.0/token`, { method: "POST", body: form });
  return (await reply.json()).access_token;
}

const api = new DynamicsWebApi({ serverUrl: url, dataApi: { version: "9.2" }, onTokenRefresh: token });

async function changes() {
  const { entries } = await (await fetch(`${url}_local/ledger`)).json();
  return entries.map((entry) => `${entry.operation} ${entry.entitySet}`);
}

beforeEach(() => fetch(`${url}_local/reset`, { method: "POST" }));

test("one row, with chosen columns and an expanded lookup", async () => {
  const user = await api.retrieve({
    collection: "systemusers",
    key: adele,
    select: ["fullname"],
    expand: [{ property: "businessunitid", select: ["name"] }],
  });
  assert.equal(user.fullname, "Adele Example");
  assert.equal(user.businessunitid.name, "Sales");
});

test("a row that is not there is an error with the service's code", async () => {
  await assert.rejects(api.retrieve({ collection: "systemusers", key: "ffff0000-0000-4000-8000-000000000009" }), (error) => {
    assert.equal(error.status, 404);
    assert.equal(error.code, "0x80040217");
    return true;
  });
});

test("a list, page by page", async () => {
  const first = await api.retrieveMultiple({ collection: "systemusers", select: ["fullname"], maxPageSize: 2, orderBy: ["fullname asc"] });
  assert.equal(first.value.length, 2);
  const second = await api.retrieveMultiple({ collection: "systemusers", select: ["fullname"], maxPageSize: 2 }, first.oDataNextLink);
  assert.equal(second.value.length, 2);
  const all = await api.retrieveAll({ collection: "systemusers", select: ["fullname"], maxPageSize: 2 });
  assert.equal(new Set(all.value.map((user) => user.systemuserid)).size, 5);
});

test("a filter, a count, and an expanded collection", async () => {
  const found = await api.retrieveMultiple({
    collection: "systemusers",
    select: ["lastname"],
    filter: "lastname eq 'Sample-O''Neil' and isdisabled eq false",
    count: true,
    expand: [{ property: roles, select: ["name"] }],
  });
  assert.equal(found.oDataCount, 1);
  assert.equal(found.value[0][roles][0].name, "System Administrator");
  assert.equal(await api.count({ collection: "systemusers" }), 5);
  assert.equal(await api.count({ collection: "systemusers", filter: "isdisabled eq true" }), 1);
});

test("formatted values", async () => {
  const user = await api.retrieve({ collection: "systemusers", key: adele, select: ["_businessunitid_value"], includeAnnotations: "*" });
  assert.equal(user["_businessunitid_value@OData.Community.Display.V1.FormattedValue"], "Sales");
});

test("create, with the id and with the row", async () => {
  const data = { internalemailaddress: "erika@contoso.example", "businessunitid@odata.bind": `/businessunits(${sales})` };
  const id = await api.create({ collection: "systemusers", data });
  assert.match(id, /^[0-9a-f-]{36}$/);
  const row = await api.create({ collection: "systemusers", data: { ...data, internalemailaddress: "franz@contoso.example", firstname: "Franz" }, returnRepresentation: true });
  assert.equal(row.firstname, "Franz");
  assert.deepEqual(await changes(), ["create systemusers", "create systemusers"]);
});

test("update, only where nobody was quicker", async () => {
  const user = await api.retrieve({ collection: "systemusers", key: adele, select: ["title"] });
  const update = (title) =>
    api.update({ collection: "systemusers", key: adele, data: { title }, ifmatch: user["@odata.etag"], returnRepresentation: true });
  assert.equal((await update("Dr")).title, "Dr");
  assert.equal(await update("Prof"), false, "the client turns 412 into false");
  assert.deepEqual(await changes(), ["update systemusers"]);
});

test("upsert makes a row only where it may", async () => {
  const data = { internalemailaddress: "u@contoso.example", "businessunitid@odata.bind": `/businessunits(${sales})` };
  const key = "c2000000-0000-4000-8000-000000000001";
  await api.upsert({ collection: "systemusers", key, data, ifnonematch: "*" });
  assert.equal(await api.upsert({ collection: "systemusers", key, data, ifnonematch: "*" }), null, "it is there already");
  assert.deepEqual(await changes(), ["create systemusers"]);
});

test("associate and disassociate", async () => {
  const link = { collection: "systemusers", primaryKey: adele, relationshipName: roles, relatedKey: salesManager };
  await api.associate({ ...link, relatedCollection: "roles" });
  await api.disassociate(link);
  assert.deepEqual(await changes(), ["associate systemusers", "disassociate systemusers"]);
});

test("a batch: changes in a changeset, then a read", async () => {
  api.startBatch();
  api.create({
    collection: "systemusers",
    data: { internalemailaddress: "b@contoso.example", "businessunitid@odata.bind": `/businessunits(${sales})` },
    contentId: "1",
  });
  api.update({ collection: "systemusers", key: adele, data: { jobtitle: "Clerk" } });
  api.retrieveMultiple({ collection: "systemusers", select: ["fullname"], inChangeSet: false });
  const replies = await api.executeBatch();
  assert.equal(replies.length, 3);
  assert.match(String(replies[0]), /[0-9a-f-]{36}/);
  assert.equal(replies[2].value.length, 6);
  assert.deepEqual(await changes(), ["create systemusers", "update systemusers"]);
});

test("a changeset that fails leaves nothing", async () => {
  api.startBatch();
  api.update({ collection: "systemusers", key: adele, data: { jobtitle: "Clerk" } });
  api.update({ collection: "systemusers", key: adele, data: { shoesize: 42 } });
  await assert.rejects(api.executeBatch());
  assert.deepEqual(await changes(), []);
});

test("WhoAmI", async () => {
  const me = await api.callFunction("WhoAmI");
  assert.equal(me.UserId, "c0000000-0000-4000-8000-000000000001");
});
