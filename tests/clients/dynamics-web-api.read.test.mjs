// Reading with the npm package dynamics-web-api, unpatched.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { adele, api, applicationUser, dora, ledger, nobody, reset, roles, sales, service, url } from "./support.mjs";

beforeEach(reset);

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
  await assert.rejects(api.retrieve({ collection: "systemusers", key: nobody }), (error) => {
    assert.equal(error.status, 404);
    assert.equal(error.code, "0x80040217");
    assert.equal(error.message, `Entity 'systemuser' With Id = ${nobody} Does Not Exist`);
    return true;
  });
});

test("a row that has not changed is not sent again", async () => {
  const user = await api.retrieve({ collection: "systemusers", key: adele, select: ["fullname"] });
  const again = await api.retrieve({ collection: "systemusers", key: adele, select: ["fullname"], ifnonematch: user["@odata.etag"] });
  assert.equal(again, undefined, "the client gives nothing for 304");
  await api.update({ collection: "systemusers", key: adele, data: { title: "Dr" } });
  const changed = await api.retrieve({ collection: "systemusers", key: adele, select: ["title"], ifnonematch: user["@odata.etag"] });
  assert.equal(changed.title, "Dr");
});

test("one property, and the row behind a lookup", async () => {
  const name = await api.retrieve({ collection: "systemusers", key: adele, navigationProperty: "fullname" });
  assert.equal(name.value, "Adele Example");
  const unit = await api.retrieve({ collection: "systemusers", key: adele, navigationProperty: "businessunitid", select: ["name"] });
  assert.equal(unit.name, "Sales");
});

test("a list, page by page", async () => {
  const first = await api.retrieveMultiple({ collection: "systemusers", select: ["fullname"], maxPageSize: 2, orderBy: ["fullname asc"] });
  assert.deepEqual(first.value.map((user) => user.fullname), ["Adele Example", "Bruno Example"]);
  assert.ok(first.oDataNextLink.includes("$skiptoken="));
  const second = await api.retrieveMultiple({ collection: "systemusers", select: ["fullname"], maxPageSize: 2 }, first.oDataNextLink);
  assert.deepEqual(second.value.map((user) => user.fullname), ["Chiara Example", "Connector Local Dataverse"]);
  const third = await api.retrieveMultiple({ collection: "systemusers", select: ["fullname"], maxPageSize: 2 }, second.oDataNextLink);
  assert.deepEqual(third.value.map((user) => user.fullname), ["Dora Sample-O'Neil"]);
  assert.equal(third.oDataNextLink, undefined);
  const all = await api.retrieveAll({ collection: "systemusers", select: ["fullname"], maxPageSize: 2 });
  assert.equal(new Set(all.value.map((user) => user.systemuserid)).size, 5);
});

test("the first rows of an order, with a count of all", async () => {
  const found = await api.retrieveMultiple({ collection: "systemusers", select: ["firstname"], orderBy: ["isdisabled desc", "firstname desc"], top: 2, count: true });
  assert.deepEqual(found.value.map((user) => user.firstname), ["Chiara", "Dora"]);
  assert.equal(found.oDataCount, 5);
});

test("filters: text with a quote, a lookup, a lambda, and an alias", async () => {
  const found = async (filter, queryParams) => {
    const rows = await api.retrieveMultiple({ collection: "systemusers", select: ["firstname"], orderBy: ["firstname"], filter, queryParams });
    return rows.value.map((user) => user.firstname);
  };
  assert.deepEqual(await found("lastname eq 'Sample-O''Neil' and isdisabled eq false"), ["Dora"]);
  assert.deepEqual(await found(`_businessunitid_value eq ${sales}`), ["Adele", "Chiara"]);
  assert.deepEqual(await found("businessunitid/name ne 'Sales'"), ["Bruno", "Connector", "Dora"]);
  assert.deepEqual(await found(`${roles}/any(r:startswith(r/name,'System'))`), ["Connector", "Dora"]);
  assert.deepEqual(await found("Microsoft.Dynamics.CRM.In(PropertyName=@p1,PropertyValues=@p2)", ["@p1='firstname'", "@p2=['Adele','Bruno']"]), ["Adele", "Bruno"]);
});

test("counts, of a list and of all rows", async () => {
  assert.equal(await api.count({ collection: "systemusers" }), 5);
  assert.equal(await api.count({ collection: "systemusers", filter: "isdisabled eq true" }), 1);
  assert.equal(await api.countAll({ collection: "systemusers", filter: "isdisabled eq false", select: ["systemuserid"] }), 4);
});

test("an expanded collection with options of its own", async () => {
  const user = await api.retrieve({
    collection: "systemusers",
    key: dora,
    select: ["fullname"],
    expand: [{ property: roles, select: ["name"], filter: "startswith(name,'System')", orderBy: ["name"], top: 1 }],
  });
  assert.deepEqual(user[roles].map((role) => role.name), ["System Administrator"]);
  const none = await api.retrieve({ collection: "systemusers", key: dora, select: ["fullname"], expand: [{ property: roles, filter: "name eq 'x'" }] });
  assert.deepEqual(none[roles], []);
});

test("formatted values, by their long names and by the client's short ones", async () => {
  const user = await api.retrieve({
    collection: "systemusers",
    key: adele,
    select: ["_businessunitid_value", "isdisabled", "accessmode"],
    includeAnnotations: "*",
  });
  assert.equal(user["_businessunitid_value@OData.Community.Display.V1.FormattedValue"], "Sales");
  assert.equal(user._businessunitid_value_Formatted, "Sales");
  assert.equal(user._businessunitid_value_LogicalName, "businessunit");
  assert.equal(user._businessunitid_value_NavigationProperty, "businessunitid");
  assert.equal(user.isdisabled_Formatted, "Enabled");
  assert.equal(user.accessmode_Formatted, "Read-Write");
  const plain = await api.retrieve({ collection: "systemusers", key: adele, select: ["isdisabled"] });
  assert.equal(plain.isdisabled_Formatted, undefined);
});

test("functions, unbound and bound", async () => {
  const me = await api.callFunction("WhoAmI");
  assert.equal(me.UserId, applicationUser);
  assert.match((await api.callFunction("RetrieveVersion")).Version, /^9\.2\./);
  const privileges = await api.callFunction({ collection: "systemusers", key: dora, functionName: "Microsoft.Dynamics.CRM.RetrieveUserPrivileges" });
  assert.ok(privileges.RolePrivileges.length > 0);
});

test("in the name of another user", async () => {
  const me = await api.callFunction({ functionName: "WhoAmI", impersonate: dora });
  assert.equal(me.UserId, dora);
  await assert.rejects(api.callFunction({ functionName: "WhoAmI", impersonate: nobody }), (error) => error.status >= 400 && error.status < 500);
});

test("what is refused says why, and reading changes nothing", async () => {
  const refused = (request, status) => assert.rejects(api.retrieveMultiple(request), (error) => error.status === status && error.message.length > 0);
  await refused({ collection: "systemusers", filter: "shoesize eq 5" }, 400);
  await refused({ collection: "systemusers", select: ["shoesize"] }, 400);
  await refused({ collection: "unicorns" }, 404);
  assert.deepEqual(await ledger(), []);
});

test("the log knows what the client asked for", async () => {
  await api.retrieveMultiple({ collection: "businessunits", select: ["name"], filter: `businessunitid eq ${service}` });
  const { requests } = await (await fetch(`${url}_local/requests`)).json();
  const last = requests.at(-1);
  assert.equal(last.method, "GET");
  assert.ok(last.path.startsWith("/api/data/v9.2/businessunits?$select=name&$filter="), last.path);
  assert.equal(last.status, 200);
});
