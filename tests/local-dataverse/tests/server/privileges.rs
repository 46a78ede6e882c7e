//! Privileges: what roles give, and what follows from it.

use local_dataverse::{Options, Seed, seed};
use serde_json::{Value, json};

use crate::client::{Fixture, user};

fn names(reply: &Value) -> Vec<String> {
    let entries = reply["RolePrivileges"].as_array().unwrap().iter();
    entries.map(|entry| entry["PrivilegeName"].as_str().unwrap().to_owned()).collect()
}

fn privileges_of(fixture: &Fixture, id: uuid::Uuid) -> Vec<String> {
    names(&fixture.get(&format!("{}/Microsoft.Dynamics.CRM.RetrieveUserPrivileges()", user(id))).json())
}

#[test]
fn an_administrator_has_all_privileges_and_others_those_of_their_roles() {
    let fixture = Fixture::new();
    let all = privileges_of(&fixture, seed::DORA);
    assert!(all.contains(&"prvAssignRole".to_owned()));
    let adele = privileges_of(&fixture, seed::ADELE);
    assert!(adele.contains(&"prvReadUser".to_owned()) && !adele.contains(&"prvWriteUser".to_owned()));
    assert!(privileges_of(&fixture, seed::CHIARA).is_empty(), "Chiara has no role");
    fixture.server.settings_mut(|settings| {
        settings.role_privileges.insert("Salesperson".into(), vec!["prvWriteUser".into()]);
    });
    assert_eq!(privileges_of(&fixture, seed::ADELE), ["prvWriteUser"]);
    let role = seed::role_id(seed::SALESPERSON, seed::SALES_UNIT);
    let of_role = fixture.get(&format!("roles({role})/Microsoft.Dynamics.CRM.RetrieveRolePrivilegesRole()")).json();
    assert_eq!(names(&of_role), ["prvWriteUser"]);
}

#[test]
fn roles_of_a_team_count_for_its_members() {
    let fixture = Fixture::new();
    let team = format!("teams({})", seed::default_team_id(seed::SALES_UNIT));
    let role = seed::role_id(seed::SYSTEM_ADMINISTRATOR, seed::SALES_UNIT);
    let address = format!("{}api/data/v9.2/roles({role})", fixture.server.url());
    let path = format!("{team}/teamroles_association/$ref");
    assert_eq!(fixture.send("POST", &path, &[], Some(json!({ "@odata.id": address }))).status, 204);
    assert!(privileges_of(&fixture, seed::CHIARA).contains(&"prvWriteUser".to_owned()));
}

#[test]
fn single_privileges_are_asked_for_by_name() {
    let fixture = Fixture::new();
    let ask = |call: &str| fixture.get(&format!("{}/Microsoft.Dynamics.CRM.{call}", user(seed::ADELE)));
    assert_eq!(
        names(&ask("RetrieveUserPrivilegeByPrivilegeName(PrivilegeName='prvreaduser')").json()),
        ["prvReadUser"]
    );
    assert!(names(&ask("RetrieveUserPrivilegeByPrivilegeName(PrivilegeName='prvWriteUser')").json()).is_empty());
    let several = ask("RetrieveUserSetOfPrivilegesByNames(PrivilegeNames=@p)?@p=[\"prvReadRole\",\"prvWriteRole\"]");
    assert_eq!(names(&several.json()), ["prvReadRole"]);
    assert_eq!(ask("RetrieveUserPrivilegeByPrivilegeName(PrivilegeName='prvFly')").status, 400);
    assert_eq!(ask("RetrieveUserPrivilegeByPrivilegeName(Name='prvReadUser')").status, 400);
    assert_eq!(ask("RetrieveUserPrivilegeByPrivilegeName(PrivilegeName=prvReadUser)").status, 400);
    assert_eq!(
        fixture.get("privileges?$select=name&$filter=name eq 'prvAssignRole'").column("name"),
        ["prvAssignRole"]
    );
    assert_eq!(fixture.send("POST", "privileges", &[], Some(json!({}))).code(), "0x80040800");
}

#[test]
fn a_caller_who_may_only_read_changes_nothing() {
    let fixture = Fixture::with(Options { seed: Seed::Contoso, ..Options::default() });
    // The application user becomes an ordinary one, now that Dora remains as administrator.
    let association = format!("{}/systemuserroles_association", user(seed::APPLICATION_USER));
    let basic = seed::role_id(seed::BASIC_USER, seed::ROOT_UNIT);
    let address = format!("{}api/data/v9.2/roles({basic})", fixture.server.url());
    assert_eq!(
        fixture.send("POST", &format!("{association}/$ref"), &[], Some(json!({ "@odata.id": address }))).status,
        204
    );
    let administrator = seed::role_id(seed::SYSTEM_ADMINISTRATOR, seed::ROOT_UNIT);
    assert_eq!(fixture.send("DELETE", &format!("{association}({administrator})/$ref"), &[], None).status, 204);
    let before = fixture.server.ledger().len();
    assert_eq!(fixture.get(&user(seed::ADELE)).status, 200);
    let refused = [
        (fixture.patch(&user(seed::ADELE), json!({ "jobtitle": "Clerk" })), "prvWriteUser"),
        (fixture.create(json!({})), "prvCreateUser"),
        (fixture.send("DELETE", &format!("{association}({basic})/$ref"), &[], None), "prvAssignRole"),
        (fixture.send("POST", "teams", &[], Some(json!({ "name": "T" }))), "prvCreateTeam"),
    ];
    for (reply, privilege) in refused {
        assert_eq!((reply.status, reply.code().as_str()), (403, "0x80040220"), "{privilege}: {}", reply.text);
        assert!(reply.message().contains(privilege) && reply.message().contains("roleCount=1"), "{}", reply.text);
    }
    assert_eq!(fixture.server.ledger().len(), before);
}

#[test]
fn a_setting_that_names_no_privilege_is_refused() {
    let fixture = Fixture::new();
    for settings in
        [json!({ "deniedPrivileges": ["prvFly"] }), json!({ "rolePrivileges": { "Salesperson": ["prvFly"] } })]
    {
        let reply = fixture.send_without_token("PATCH", "/_local/settings", &[], Some(settings));
        assert_eq!(reply.status, 400);
        assert!(reply.text.contains("prvFly") && reply.text.contains("prvReadUser"), "{}", reply.text);
    }
}
