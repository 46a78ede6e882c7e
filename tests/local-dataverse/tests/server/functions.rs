//! Functions and actions that belong to no table of their own.

use local_dataverse::seed;
use serde_json::json;

use crate::client::{Fixture, user};

const NAMESPACE: &str = "Microsoft.Dynamics.CRM";

#[test]
fn the_environment_tells_who_it_is() {
    let fixture = Fixture::new();
    for kind in ["Default", "Internet", "Intranet"] {
        let path = format!("RetrieveCurrentOrganization(AccessType={NAMESPACE}.EndpointAccessType'{kind}')");
        let reply = fixture.get(&path);
        let detail = reply.json()["Detail"].clone();
        assert_eq!(detail["OrganizationId"], seed::ORGANIZATION_ID.to_string(), "{}", reply.text);
        assert_eq!((&detail["TenantId"], &detail["UniqueName"]), (&json!(seed::TENANT_ID), &json!("contoso")));
        assert_eq!(detail["OrganizationVersion"], fixture.get("RetrieveVersion()").json()["Version"]);
        assert_eq!(detail["Endpoints"]["Keys"][0], "WebApplication");
        assert_eq!(detail["Endpoints"]["Values"][0], fixture.server.url());
    }
    let by_alias = format!("RetrieveCurrentOrganization(AccessType=@p1)?@p1={NAMESPACE}.EndpointAccessType'Default'");
    assert_eq!(fixture.get(&by_alias).status, 200);
    for wrong in
        ["", "AccessType='Default'", "AccessType=Microsoft.Dynamics.CRM.EndpointAccessType'Moon'", "AccessType=@p1"]
    {
        let reply = fixture.get(&format!("RetrieveCurrentOrganization({wrong})"));
        assert_eq!((reply.status, reply.code().as_str()), (400, "0x80060888"), "{wrong}: {}", reply.text);
    }
}

#[test]
fn rows_are_counted_by_table() {
    let fixture = Fixture::new();
    for path in [
        "RetrieveTotalRecordCount(EntityNames=['systemuser','businessunit'])",
        "RetrieveTotalRecordCount(EntityNames=@p1)?@p1=[\"systemuser\",\"businessunit\"]",
    ] {
        let reply = fixture.get(&path.replace('"', "%22"));
        let counts = &reply.json()["EntityRecordCountCollection"];
        assert_eq!(counts["Count"], 2, "{path}: {}", reply.text);
        assert_eq!((&counts["Keys"], &counts["Values"]), (&json!(["systemuser", "businessunit"]), &json!([5, 3])));
    }
    let unknown = fixture.get("RetrieveTotalRecordCount(EntityNames=['unicorn'])");
    assert_eq!((unknown.status, unknown.code().as_str()), (400, "0x80041102"));
    assert_eq!(fixture.get("RetrieveTotalRecordCount(EntityNames='systemuser')").status, 400);
}

#[test]
fn small_functions_answer_in_the_services_form() {
    let fixture = Fixture::new();
    let context =
        |reply: &serde_json::Value| reply["@odata.context"].as_str().unwrap().split('#').nth(1).unwrap().to_owned();
    let languages = fixture.get("RetrieveProvisionedLanguages()").json();
    assert_eq!(languages["RetrieveProvisionedLanguages"], json!([1033]));
    assert_eq!(context(&languages), "Microsoft.Dynamics.CRM.RetrieveProvisionedLanguagesResponse");
    assert_eq!(fixture.get("RetrieveAvailableLanguages()").json()["LocaleIds"], json!([1033]));
    assert!(fixture.get("RetrieveTimestamp()").json()["Timestamp"].as_str().unwrap().contains('!'));
    assert_eq!(fixture.get("WhoAmI(a=1)").status, 400);
    assert_eq!(fixture.send("POST", "WhoAmI()", &[], None).status, 405);
    assert_eq!(fixture.get("WhoAmI()/UserId").status, 501);
    assert_eq!(fixture.get("RetrieveUnicorn()").status, 501);
    let action = format!("{}/{NAMESPACE}.SetBusinessSystemUser", user(seed::ADELE));
    assert_eq!(fixture.get(&action).status, 405);
}

#[test]
fn members_of_a_team_come_and_go_together() {
    let fixture = Fixture::new();
    let made = fixture.send("POST", "teams", &[], Some(json!({ "name": "Night shift" })));
    let id = made.header("odata-entityid").split(['(', ')']).nth(1).unwrap().to_owned();
    let change = |action: &str, users: &[uuid::Uuid]| {
        let members: Vec<_> = users
            .iter()
            .map(|id| json!({ "systemuserid": id, "@odata.type": "Microsoft.Dynamics.CRM.systemuser" }))
            .collect();
        fixture.send("POST", &format!("teams({id})/{NAMESPACE}.{action}"), &[], Some(json!({ "Members": members })))
    };
    let names = || {
        let mut names =
            fixture.get(&format!("teams({id})/teammembership_association?$select=firstname")).column("firstname");
        names.sort();
        names
    };
    assert_eq!(change("AddMembersTeam", &[seed::ADELE, seed::BRUNO]).status, 204);
    assert_eq!(names(), ["Adele", "Bruno"]);
    // One that is not there, and nothing of the rest is done.
    let stranger = uuid::Uuid::from_u128(7);
    assert_eq!(change("AddMembersTeam", &[seed::DORA, stranger]).code(), "0x80040217");
    assert_eq!(change("RemoveMembersTeam", &[seed::ADELE, stranger]).code(), "0x80040217");
    assert_eq!(names(), ["Adele", "Bruno"]);
    assert_eq!(change("RemoveMembersTeam", &[seed::ADELE]).status, 204);
    assert_eq!(names(), ["Bruno"]);
    assert_eq!(change("AddMembersTeam", &[]).status, 400);
}
