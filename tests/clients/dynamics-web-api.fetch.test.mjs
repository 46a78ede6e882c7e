// FetchXML with the npm package dynamics-web-api, unpatched.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { api, reset } from "./support.mjs";

beforeEach(reset);

const users = (inside, attributes = "") => `<fetch ${attributes}><entity name="systemuser"><attribute name="firstname"/>${inside}</entity></fetch>`;
const names = (found) => found.value.map((user) => user.firstname);

test("columns, a filter and an order", async () => {
  const found = await api.fetch({
    collection: "systemusers",
    fetchXml: users('<filter><condition attribute="lastname" operator="eq" value="example"/><condition attribute="isdisabled" operator="eq" value="0"/></filter><order attribute="firstname" descending="true"/>'),
  });
  assert.deepEqual(names(found), ["Bruno", "Adele"]);
  assert.equal(found.value[0].lastname, undefined, "only what was asked for");
});

test("text with quotes and wildcards", async () => {
  const found = async (operator, value) =>
    names(await api.fetch({ collection: "systemusers", fetchXml: users(`<filter><condition attribute="lastname" operator="${operator}" value="${value}"/></filter>`) }));
  assert.deepEqual(await found("eq", "Sample-O'Neil"), ["Dora"]);
  assert.deepEqual(await found("like", "%&apos;neil"), ["Dora"]);
  assert.deepEqual(await found("like", "s_mple%"), ["Dora"]);
  assert.deepEqual(await found("eq", "&lt;nobody&gt; &amp; no one"), []);
});

test("a linked table", async () => {
  const found = await api.fetch({
    collection: "systemusers",
    fetchXml: users(
      '<link-entity name="systemuserroles" from="systemuserid" to="systemuserid" intersect="true"><link-entity name="role" from="roleid" to="roleid" alias="held"><attribute name="name"/><filter><condition attribute="name" operator="eq" value="System Administrator"/></filter></link-entity></link-entity><order attribute="firstname"/>',
    ),
  });
  assert.deepEqual(names(found), ["Connector", "Dora"]);
  assert.deepEqual(found.value.map((user) => user["held.name"]), ["System Administrator", "System Administrator"]);
});

test("pages, with the cookie that the service gave", async () => {
  const fetchXml = users('<order attribute="firstname"/>', 'count="2"');
  const request = { collection: "systemusers", fetchXml, includeAnnotations: "*" };
  const first = await api.fetch(request);
  assert.deepEqual(names(first), ["Adele", "Bruno"]);
  assert.equal(first.PagingInfo.nextPage, 2);
  const second = await api.fetch({ ...request, pageNumber: 2, pagingCookie: first.PagingInfo.cookie });
  assert.deepEqual(names(second), ["Chiara", "Connector"]);
  const third = await api.fetch({ ...request, pageNumber: 3, pagingCookie: second.PagingInfo.cookie });
  assert.deepEqual(names(third), ["Dora"]);
  assert.equal(third.PagingInfo, undefined, "there are no more");
  const all = await api.fetchAll(request);
  assert.deepEqual(names(all), ["Adele", "Bruno", "Chiara", "Connector", "Dora"]);
});

test("formatted values", async () => {
  const found = await api.fetch({
    collection: "systemusers",
    fetchXml: users('<attribute name="businessunitid"/><filter><condition attribute="firstname" operator="eq" value="Adele"/></filter>'),
    includeAnnotations: "*",
  });
  assert.equal(found.value[0]._businessunitid_value_Formatted, "Sales");
});

test("in a batch", async () => {
  api.startBatch();
  api.fetch({ collection: "systemusers", fetchXml: users('<filter><condition attribute="firstname" operator="eq" value="Adele"/></filter>') });
  const [found] = await api.executeBatch();
  assert.deepEqual(names(found), ["Adele"]);
});

test("what is no FetchXML is refused with a reason", async () => {
  for (const fetchXml of ["<fetch>", '<fetch><entity name="unicorn"/></fetch>', users('<filter><condition attribute="shoesize" operator="eq" value="1"/></filter>')]) {
    await assert.rejects(api.fetch({ collection: "systemusers", fetchXml }), (error) => error.status === 400 && error.message.length > 0);
  }
});
