// Metadata and change tracking with the npm packages odata-csdl and dynamics-web-api, unpatched.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import csdl from "odata-csdl";
import { adele, api, reset, sales, token, url } from "./support.mjs";

beforeEach(reset);

test("odata-csdl reads $metadata in its strict mode and without a message", async () => {
  const reply = await fetch(`${url}api/data/v9.2/$metadata`, { headers: { Authorization: `Bearer ${await token()}` } });
  const messages = [];
  const document = csdl.xml2json(await reply.text(), { strict: true, messages });
  assert.deepEqual(messages, []);
  const schema = document["Microsoft.Dynamics.CRM"];
  const user = schema.systemuser;
  assert.deepEqual(user.$Key, ["systemuserid"]);
  assert.equal(user.firstname.$MaxLength, 256);
  assert.equal(user.businessunitid.$Type, "mscrm.businessunit");
  assert.equal(user.businessunitid.$Partner, "business_unit_system_users");
  assert.equal(schema.businessunit.business_unit_system_users.$Collection, true);
  assert.equal(schema.System.systemusers.$NavigationPropertyBinding.businessunitid, "businessunits");
});

test("tables, attributes with options, and relationships", async () => {
  const table = await api.retrieveEntity({ key: "LogicalName='systemuser'", select: ["EntitySetName", "PrimaryIdAttribute"] });
  assert.equal(table.EntitySetName, "systemusers");
  const tables = await api.retrieveEntities({ select: ["LogicalName"], filter: "IsIntersect eq true" });
  assert.deepEqual(tables.value.map((entry) => entry.LogicalName), ["systemuserroles", "teamroles", "teammembership"]);
  const choices = await api.retrieveAttributes({
    entityKey: "LogicalName='systemuser'",
    castType: "Microsoft.Dynamics.CRM.PicklistAttributeMetadata",
    select: ["LogicalName"],
    expand: [{ property: "OptionSet" }],
  });
  const mode = choices.value.find((entry) => entry.LogicalName === "accessmode");
  assert.equal(mode.OptionSet.Options.find((option) => option.Value === 4).Label.UserLocalizedLabel.Label, "Non-interactive");
  const email = await api.retrieveAttribute({
    entityKey: "LogicalName='systemuser'",
    attributeKey: "LogicalName='internalemailaddress'",
    castType: "Microsoft.Dynamics.CRM.StringAttributeMetadata",
    select: ["MaxLength"],
  });
  assert.equal(email.MaxLength, 100);
  const relationships = await api.retrieveRelationships({
    castType: "Microsoft.Dynamics.CRM.OneToManyRelationshipMetadata",
    filter: "ReferencedEntity eq 'businessunit' and ReferencingEntity eq 'systemuser'",
  });
  assert.deepEqual(relationships.value.map((entry) => entry.SchemaName), ["business_unit_system_users"]);
});

test("a collection of one to many expands", async () => {
  const unit = await api.retrieve({
    collection: "businessunits",
    key: sales,
    select: ["name"],
    expand: [{ property: "business_unit_system_users", select: ["firstname"], orderBy: ["firstname asc"] }],
  });
  assert.deepEqual(unit.business_unit_system_users.map((user) => user.firstname), ["Adele", "Chiara"]);
});

test("changes since the last time, by the delta link", async () => {
  const request = { collection: "systemusers", select: ["jobtitle"], trackChanges: true };
  const first = await api.retrieveMultiple(request);
  assert.equal(first.value.length, 5);
  await api.update({ collection: "systemusers", key: adele, data: { jobtitle: "Clerk" } });
  const second = await api.retrieveMultiple(request, first.oDataDeltaLink);
  assert.deepEqual(second.value.map((user) => [user.systemuserid, user.jobtitle]), [[adele, "Clerk"]]);
  const third = await api.retrieveMultiple(request, second.oDataDeltaLink);
  assert.deepEqual(third.value, []);
});
