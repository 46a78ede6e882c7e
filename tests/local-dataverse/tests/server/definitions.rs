//! Metadata as JSON: definitions of tables, columns, keys and relationships.

use local_dataverse::seed;
use serde_json::{Value, json};

use crate::client::{Fixture, user};

const USER: &str = "EntityDefinitions(LogicalName='systemuser')";
const PICKLIST: &str = "Microsoft.Dynamics.CRM.PicklistAttributeMetadata";

fn context(value: &Value) -> &str {
    value["@odata.context"].as_str().unwrap().split("$metadata").nth(1).unwrap()
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).filter(|name| !name.starts_with("@odata.context")).collect()
}

#[test]
fn every_table_has_a_definition() {
    let fixture = Fixture::new();
    let reply = fixture.get("EntityDefinitions?$select=LogicalName,DisplayName,EntitySetName");
    let rows = reply.rows();
    assert_eq!(context(&reply.json()), "#EntityDefinitions(LogicalName,DisplayName,EntitySetName)");
    let names: Vec<&str> = rows.iter().map(|row| row["LogicalName"].as_str().unwrap()).collect();
    for name in
        ["systemuser", "role", "businessunit", "team", "organization", "systemuserroles", "teamroles", "teammembership"]
    {
        assert!(names.contains(&name), "{names:?}");
    }
    // MetadataId comes whatever is selected, and what is an object comes last.
    assert_eq!(keys(&rows[0]), ["LogicalName", "EntitySetName", "MetadataId", "DisplayName"]);
    assert_eq!(rows[0]["DisplayName"]["UserLocalizedLabel"]["Label"], "User");
    // Every entity set that is told is one that can be read.
    for row in &rows {
        assert_eq!(fixture.get(&format!("{}?$top=1", row["EntitySetName"].as_str().unwrap())).status, 200, "{row}");
    }
}

#[test]
fn a_table_is_found_by_its_name_and_by_its_id() {
    let fixture = Fixture::new();
    let by_name = fixture.get(USER).json();
    assert_eq!(context(&by_name), "#EntityDefinitions/$entity");
    assert_eq!(by_name["PrimaryIdAttribute"], "systemuserid");
    let id = by_name["MetadataId"].as_str().unwrap();
    for key in [id.to_owned(), format!("MetadataId={id}")] {
        assert_eq!(fixture.get(&format!("EntityDefinitions({key})")).json(), by_name, "{key}");
    }
    // The same id on every server.
    assert_eq!(Fixture::new().get(USER).json()["MetadataId"], id);
    let missing = fixture.get("EntityDefinitions(LogicalName='unicorn')");
    assert_eq!((missing.status, missing.code().as_str()), (404, "0x80040217"));
    assert!(missing.message().contains("Could not find an entity with name unicorn"), "{}", missing.text);
    assert_eq!(fixture.get(&format!("EntityDefinitions({})", seed::ADELE)).status, 404);
    assert_eq!(fixture.get("EntityDefinitions(SchemaName='SystemUser')").status, 400);
    assert_eq!(fixture.get("EntityDefinitions(x)").status, 400);
}

#[test]
fn definitions_are_filtered_as_the_service_does() {
    let fixture = Fixture::new();
    let names = |filter: &str| {
        let reply = fixture.get(&format!("EntityDefinitions?$select=LogicalName&$filter={filter}"));
        assert_eq!(reply.status, 200, "{filter}: {}", reply.text);
        reply.column("LogicalName")
    };
    assert_eq!(names("LogicalName eq 'role'"), ["role"]);
    assert_eq!(names("LogicalName eq 'role' or SchemaName eq 'Team'"), ["role", "team"]);
    assert_eq!(names("IsIntersect eq true"), ["systemuserroles", "teamroles", "teammembership"]);
    assert_eq!(names("not (IsIntersect eq false) and ObjectTypeCode lt 20"), ["systemuserroles"]);
    assert_eq!(names("CanCreateAttributes/Value eq false"), ["systemuserroles", "teamroles", "teammembership"]);
    assert_eq!(names("PrimaryNameAttribute eq 'fullname'"), ["systemuser"]);
    assert_eq!(names("PrimaryImageAttribute ne null"), ["systemuser"]);
    let owned = names("OwnershipType eq Microsoft.Dynamics.CRM.OwnershipTypes'BusinessOwned'");
    assert_eq!(owned, ["systemuser", "role", "businessunit", "team"]);
    fixture.server.settings_mut(|settings| settings.change_tracked_tables = vec!["team".into()]);
    assert_eq!(names("ChangeTrackingEnabled eq true and IsCustomEntity eq false"), ["team"]);
    let id = fixture.get(USER).json()["MetadataId"].as_str().unwrap().to_owned();
    assert_eq!(names(&format!("MetadataId eq {id}")), ["systemuser"]);
}

#[test]
fn what_the_service_does_not_offer_for_definitions_is_refused() {
    let fixture = Fixture::new();
    for function in ["startswith", "endswith", "contains"] {
        let reply = fixture.get(&format!("EntityDefinitions?$filter={function}(LogicalName,'role')"));
        assert_eq!((reply.status, reply.code().as_str()), (501, "0x8006088a"), "{}", reply.text);
        assert_eq!(reply.message(), format!("The \"{function}\" function isn't supported for Metadata Entities."));
    }
    for option in ["$top=1", "$orderby=LogicalName", "$count=true"] {
        let reply = fixture.get(&format!("EntityDefinitions?{option}"));
        let name = option.split('=').next().unwrap();
        assert_eq!(reply.message(), format!("The query parameter {name} is not supported"));
        assert_eq!((reply.status, reply.code().as_str()), (400, "0x80060888"));
    }
    for (path, status) in [
        ("EntityDefinitions?$select=Unicorn", 400),
        ("EntityDefinitions?$filter=Unicorn eq 1", 400),
        ("EntityDefinitions?$filter=LogicalName eq 1", 400),
        ("EntityDefinitions?$filter=IsIntersect eq 'true'", 400),
        ("EntityDefinitions?$filter=OwnershipType eq 'BusinessOwned'", 400),
        ("EntityDefinitions?$filter=LogicalName eq Microsoft.Dynamics.CRM.OwnershipTypes'None'", 400),
        ("EntityDefinitions?$filter=LogicalName eq SchemaName", 501),
        ("EntityDefinitions?$expand=Unicorns", 400),
        // Only the properties that all attributes have can be asked of all of them.
        ("EntityDefinitions?$expand=Attributes($select=MaxLength)", 400),
        ("EntityDefinitions(LogicalName='systemuser')/Unicorns", 404),
        ("EntityDefinitions(LogicalName='systemuser')/Attributes/Microsoft.Dynamics.CRM.UnicornMetadata", 404),
        ("EntityDefinitions(LogicalName='systemuser')/Attributes(LogicalName='shoesize')", 404),
        ("GlobalOptionSetDefinitions", 501),
        ("systemusers?$filter=accessmode eq Microsoft.Dynamics.CRM.AccessMode'Read'", 400),
    ] {
        assert_eq!(fixture.get(path).status, status, "{path}");
    }
    let body = json!({ "@odata.type": "Microsoft.Dynamics.CRM.EntityMetadata" });
    assert_eq!(fixture.send("POST", "EntityDefinitions", &[], Some(body)).status, 501);
}

#[test]
fn the_attributes_of_a_table_are_all_its_columns_with_their_types() {
    let fixture = Fixture::new();
    let reply = fixture.get(&format!("{USER}/Attributes"));
    assert_eq!(context(&reply.json()), "#EntityDefinitions('systemuser')/Attributes");
    let rows = reply.rows();
    // Every column that a row has, but for the owner's key; lookups by their own names.
    let row = fixture.get(&user(seed::ADELE)).json();
    let mut columns: Vec<String> = keys(&row)
        .into_iter()
        .filter(|name| !name.starts_with('@') && *name != "ownerid")
        .map(|name| name.strip_prefix('_').and_then(|name| name.strip_suffix("_value")).unwrap_or(name).to_owned())
        .collect();
    let mut names: Vec<String> = rows.iter().map(|row| row["LogicalName"].as_str().unwrap().to_owned()).collect();
    columns.sort();
    names.sort();
    assert_eq!(names, columns);
    let of = |name: &str| rows.iter().find(|row| row["LogicalName"] == name).unwrap();
    assert_eq!(of("firstname")["@odata.type"], "#Microsoft.Dynamics.CRM.StringAttributeMetadata");
    assert_eq!(keys(of("firstname"))[..2], ["@odata.type", "MetadataId"]);
    assert_eq!((&of("firstname")["MaxLength"], &of("firstname")["SchemaName"]), (&json!(256), &json!("FirstName")));
    assert_eq!(of("businessunitid")["Targets"], json!(["businessunit"]));
    assert_eq!(of("fullname")["IsValidForCreate"], false);
    assert_eq!(of("createdon")["AttributeTypeName"]["Value"], "DateTimeType");
    let required = fixture.get(&format!(
        "{USER}/Attributes?$select=LogicalName&$filter=RequiredLevel/Value eq Microsoft.Dynamics.CRM.AttributeRequiredLevel'ApplicationRequired'"
    ));
    assert_eq!(required.column("LogicalName"), ["firstname", "lastname"]);
}

#[test]
fn attributes_are_cast_to_their_types() {
    let fixture = Fixture::new();
    let path = format!(
        "{USER}/Attributes/{PICKLIST}?$select=LogicalName&$expand=OptionSet($select=Name,Options),GlobalOptionSet"
    );
    let reply = fixture.get(&path);
    assert_eq!(
        context(&reply.json()),
        format!(
            "#EntityDefinitions('systemuser')/Attributes/{PICKLIST}(LogicalName,OptionSet(Name,Options),GlobalOptionSet())"
        )
    );
    let rows = reply.rows();
    let mode = rows.iter().find(|row| row["LogicalName"] == "accessmode").unwrap();
    assert_eq!(keys(mode), ["LogicalName", "MetadataId", "OptionSet", "GlobalOptionSet"]);
    assert_eq!(mode["OptionSet"]["Name"], "systemuser_accessmode");
    let options = mode["OptionSet"]["Options"].as_array().unwrap();
    assert_eq!(
        (options[4]["Value"].as_i64(), &options[4]["Label"]["UserLocalizedLabel"]["Label"]),
        (Some(4), &json!("Non-interactive"))
    );
    assert!(mode["GlobalOptionSet"].is_null());

    let strings = fixture.get(&format!(
        "{USER}/Attributes/Microsoft.Dynamics.CRM.StringAttributeMetadata?$select=LogicalName,MaxLength&$filter=MaxLength gt 1000"
    ));
    assert!(strings.column("LogicalName").contains(&"domainname".to_owned()), "{}", strings.text);
    let lookups = fixture.get("EntityDefinitions(LogicalName='role')/Attributes/Microsoft.Dynamics.CRM.LookupAttributeMetadata?$select=LogicalName,Targets");
    assert!(
        lookups.rows().iter().any(|row| row["LogicalName"] == "parentrootroleid" && row["Targets"] == json!(["role"]))
    );
    let money =
        fixture.get(&format!("{USER}/Attributes/Microsoft.Dynamics.CRM.MoneyAttributeMetadata?$select=Precision"));
    assert_eq!(money.rows(), [] as [Value; 0]);
}

#[test]
fn one_attribute_and_its_options_have_paths_of_their_own() {
    let fixture = Fixture::new();
    let attribute = format!("{USER}/Attributes(LogicalName='accessmode')");
    let row = fixture.get(&attribute).json();
    assert_eq!(context(&row), "#EntityDefinitions('systemuser')/Attributes/$entity");
    assert_eq!(row["@odata.type"], format!("#{PICKLIST}"));
    let id = row["MetadataId"].as_str().unwrap();
    let table = fixture.get(USER).json()["MetadataId"].as_str().unwrap().to_owned();
    let by_id = fixture
        .get(&format!("EntityDefinitions({table})/Attributes({id})/{PICKLIST}?$select=LogicalName&$expand=OptionSet"))
        .json();
    assert_eq!(
        context(&by_id),
        format!("#EntityDefinitions({table})/Attributes/{PICKLIST}(LogicalName,OptionSet())/$entity")
    );
    assert_eq!(
        (&by_id["LogicalName"], &by_id["OptionSet"]["OptionSetType"]),
        (&json!("accessmode"), &json!("Picklist"))
    );
    let options = fixture.get(&format!("{attribute}/{PICKLIST}/OptionSet?$select=Options")).json();
    assert_eq!(
        context(&options),
        format!("#EntityDefinitions('systemuser')/Attributes('accessmode')/{PICKLIST}/OptionSet(Options)/$entity")
    );
    assert_eq!(options["Options"].as_array().unwrap().len(), 6);
    let flag = fixture
        .get(&format!(
            "{USER}/Attributes(LogicalName='isdisabled')/Microsoft.Dynamics.CRM.BooleanAttributeMetadata/OptionSet"
        ))
        .json();
    assert_eq!(flag["TrueOption"]["Label"]["UserLocalizedLabel"]["Label"], "Disabled");
    // A text has no options, and a choice is no text.
    assert_eq!(fixture.get(&format!("{USER}/Attributes(LogicalName='fullname')/{PICKLIST}")).status, 404);
    assert_eq!(fixture.get(&format!("{attribute}/OptionSet")).status, 404);
    assert_eq!(fixture.get(&format!("{attribute}/{PICKLIST}/GlobalOptionSet")).status, 204);
    assert_eq!(fixture.get(&format!("{USER}/LogicalName")).json()["value"], "systemuser");
    assert_eq!(fixture.get(&format!("{USER}/DisplayName")).json()["UserLocalizedLabel"]["Label"], "User");
    assert_eq!(fixture.get(&format!("{USER}/EntityColor")).status, 204);
}

#[test]
fn tables_expand_to_their_attributes_keys_and_relationships() {
    let fixture = Fixture::new();
    let rows = fixture
        .get("EntityDefinitions?$select=LogicalName&$filter=IsIntersect eq false&$expand=Attributes($select=LogicalName,AttributeType;$filter=IsPrimaryId eq true),Keys($select=KeyAttributes),ManyToManyRelationships($select=SchemaName)")
        .rows();
    let team = rows.iter().find(|row| row["LogicalName"] == "team").unwrap();
    assert_eq!(team["Attributes"][0]["LogicalName"], "teamid");
    assert_eq!(team["Attributes"][0]["@odata.type"], "#Microsoft.Dynamics.CRM.UniqueIdentifierAttributeMetadata");
    assert_eq!(team["Keys"][0]["KeyAttributes"], json!(["azureactivedirectoryobjectid", "membershiptype"]));
    let names: Vec<&Value> =
        team["ManyToManyRelationships"].as_array().unwrap().iter().map(|row| &row["SchemaName"]).collect();
    assert_eq!(names, ["teamroles_association", "teammembership_association"]);
}

#[test]
fn relationships_are_found_from_their_tables_and_on_their_own() {
    let fixture = Fixture::new();
    let named = fixture.get(
        "EntityDefinitions(LogicalName='businessunit')/OneToManyRelationships?$select=SchemaName,ReferencingEntity",
    );
    assert_eq!(
        named.column("SchemaName"),
        [
            "business_unit_system_users",
            "business_unit_roles",
            "business_unit_teams",
            "business_unit_parent_business_unit"
        ]
    );
    let naming = fixture.get(&format!("{USER}/ManyToOneRelationships?$filter=ReferencedEntity eq 'businessunit'"));
    assert_eq!(naming.rows()[0]["ReferencingEntityNavigationPropertyName"], "businessunitid");
    // What a relationship tells is what the data does.
    for row in fixture.get("RelationshipDefinitions/Microsoft.Dynamics.CRM.OneToManyRelationshipMetadata").rows() {
        let parent = format!(
            "EntityDefinitions(LogicalName='{}')?$select=EntitySetName",
            row["ReferencedEntity"].as_str().unwrap()
        );
        let set = fixture.get(&parent).json()["EntitySetName"].as_str().unwrap().to_owned();
        let property = row["ReferencedEntityNavigationPropertyName"].as_str().unwrap();
        let reply = fixture.get(&format!("{set}?$top=1&$expand={property}($top=1)"));
        assert_eq!(reply.status, 200, "{property}: {}", reply.text);
    }
    let all = fixture.get("RelationshipDefinitions?$select=SchemaName");
    assert!(all.rows().iter().all(|row| row["@odata.type"].is_string()));
    let one = fixture.get("RelationshipDefinitions(SchemaName='systemuserroles_association')").json();
    assert_eq!(
        (&one["@odata.type"], &one["IntersectEntityName"]),
        (&json!("#Microsoft.Dynamics.CRM.ManyToManyRelationshipMetadata"), &json!("systemuserroles"))
    );
    assert_eq!(fixture.get("RelationshipDefinitions?$select=ReferencedEntity").status, 400);
}

#[test]
fn reading_definitions_needs_its_privileges() {
    let fixture = Fixture::new();
    fixture.server.settings_mut(|settings| settings.denied_privileges = vec!["prvReadAttribute".into()]);
    assert_eq!(fixture.get(USER).status, 200);
    let reply = fixture.get(&format!("{USER}/Attributes"));
    assert_eq!((reply.status, reply.code().as_str()), (403, "0x80040220"));
    assert!(reply.message().contains("prvReadAttribute"), "{}", reply.text);
}
