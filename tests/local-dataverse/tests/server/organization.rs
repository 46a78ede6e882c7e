//! The organization's settings, which change rules.

use local_dataverse::seed;
use serde_json::json;

use crate::client::Fixture;

fn path() -> String {
    format!("organizations({})", seed::ORGANIZATION_ID)
}

fn settings(fixture: &Fixture) -> String {
    let row = fixture.get(&format!("{}?$select=orgdborgsettings,name", path())).json();
    assert_eq!(row["name"], "contoso");
    row["orgdborgsettings"].as_str().unwrap().to_owned()
}

#[test]
fn there_is_one_organization_whose_row_tells_the_settings() {
    let fixture = Fixture::new();
    assert_eq!(fixture.get("organizations?$select=name").column("name"), ["contoso"]);
    assert!(settings(&fixture).contains("<DoNotRemoveRolesOnChangeBusinessUnit>false<"));
    fixture.server.settings_mut(|settings| settings.keep_roles_on_business_unit_change = true);
    assert!(settings(&fixture).contains("<DoNotRemoveRolesOnChangeBusinessUnit>true<"));
}

#[test]
fn a_change_of_its_row_changes_the_rules() {
    let fixture = Fixture::new();
    let text = "<OrgSettings><EnableOwnershipAcrossBusinessUnits>true</EnableOwnershipAcrossBusinessUnits>\
        <AllowRoleAssignmentOnDisabledUsers>true</AllowRoleAssignmentOnDisabledUsers></OrgSettings>";
    assert_eq!(fixture.patch(&path(), json!({ "orgdborgsettings": text })).status, 204);
    let changed = fixture.server.settings();
    assert!(changed.record_ownership_across_business_units && changed.allow_role_assignment_on_disabled_users);
    // Chiara is disabled, and the role is of another unit than hers.
    let role = seed::role_id(seed::SALESPERSON, seed::SERVICE_UNIT);
    let address = format!("{}api/data/v9.2/roles({role})", fixture.server.url());
    let to = format!("systemusers({})/systemuserroles_association/$ref", seed::CHIARA);
    assert_eq!(fixture.send("POST", &to, &[], Some(json!({ "@odata.id": address }))).status, 204);
    fixture.server.reset();
    assert!(!fixture.server.settings().record_ownership_across_business_units);
}

#[test]
fn settings_that_can_not_be_read_are_refused_and_change_nothing() {
    let fixture = Fixture::new();
    for text in [
        "true",
        "<OrgSettings><EnableOwnershipAcrossBusinessUnits>yes</EnableOwnershipAcrossBusinessUnits></OrgSettings>",
    ] {
        assert_eq!(fixture.patch(&path(), json!({ "orgdborgsettings": text })).status, 400, "{text}");
    }
    assert!(fixture.server.ledger().is_empty());
    assert_eq!(fixture.send("DELETE", &path(), &[], None).code(), "0x80040800");
    assert_eq!(fixture.send("POST", "organizations", &[], Some(json!({}))).code(), "0x80040800");
}

#[test]
fn a_changeset_that_fails_leaves_the_rules_as_they_were() {
    let fixture = Fixture::new();
    let text =
        "<OrgSettings><AllowRoleAssignmentOnDisabledUsers>true</AllowRoleAssignmentOnDisabledUsers></OrgSettings>";
    let part = |id: u32, path: &str, body: &str| {
        format!(
            "--c\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\nContent-ID: {id}\r\n\r\n\
             PATCH /api/data/v9.2/{path} HTTP/1.1\r\nContent-Type: application/json\r\n\r\n{body}\r\n"
        )
    };
    let body = format!(
        "--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n{}{}--c--\r\n--b--\r\n",
        part(1, &path(), &json!({ "orgdborgsettings": text }).to_string()),
        part(2, &format!("systemusers({})", seed::ADELE), r#"{"shoesize":42}"#),
    );
    let reply = fixture.post_text("$batch", &[("Content-Type", "multipart/mixed; boundary=b")], &body);
    assert_eq!(reply.status, 400, "{}", reply.text);
    assert!(!fixture.server.settings().allow_role_assignment_on_disabled_users);
    assert!(settings(&fixture).contains("<AllowRoleAssignmentOnDisabledUsers>false<"));
}
