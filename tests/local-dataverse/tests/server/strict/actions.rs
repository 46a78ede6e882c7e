//! The parameters of actions.

use local_dataverse::seed;
use serde_json::{Value, json};

use crate::client::{Fixture, user};

fn move_adele(fixture: &Fixture, change: impl FnOnce(&mut Value)) -> (u16, String) {
    let mut body = json!({
        "BusinessUnit": { "businessunitid": seed::ROOT_UNIT, "@odata.type": "Microsoft.Dynamics.CRM.businessunit" },
        "ReassignPrincipal": { "systemuserid": seed::ADELE, "@odata.type": "#Microsoft.Dynamics.CRM.systemuser" },
        "DoNotMoveAllRecords": false,
    });
    change(&mut body);
    let path = format!("{}/Microsoft.Dynamics.CRM.SetBusinessSystemUser", user(seed::ADELE));
    let reply = fixture.send("POST", &path, &[], Some(body));
    (reply.status, reply.text)
}

#[test]
fn a_parameter_that_the_action_has_not_is_refused() {
    let fixture = Fixture::new();
    let (status, text) = move_adele(&fixture, |body| body["Speed"] = json!(1));
    assert_eq!(status, 400);
    let says = "The parameter 'Speed' in the request payload is not a valid parameter for the operation 'SetBusinessSystemUser'.";
    assert!(text.contains(says), "{text}");
    for action in ["AddMembersTeam", "RemoveMembersTeam"] {
        let path = format!("teams({})/Microsoft.Dynamics.CRM.{action}", seed::default_team_id(seed::SALES_UNIT));
        let body = json!({ "Members": [{ "systemuserid": seed::ADELE }], "Team": 1 });
        let reply = fixture.send("POST", &path, &[], Some(body));
        assert!(reply.status == 400 && reply.message().contains("The parameter 'Team'"), "{}", reply.text);
    }
    assert!(fixture.server.ledger().is_empty());
}

#[test]
fn a_row_in_a_parameter_is_of_its_type_and_has_its_columns() {
    let fixture = Fixture::new();
    type Change = fn(&mut Value);
    let changes: [(Change, &str); 6] = [
        (|body| body["BusinessUnit"]["@odata.type"] = json!("Microsoft.Dynamics.CRM.team"), "not assignable"),
        (|body| body["BusinessUnit"]["colour"] = json!("red"), "Invalid property 'colour'"),
        (|body| body["ReassignPrincipal"]["colour"] = json!("red"), "Invalid property 'colour'"),
        (|body| body["ReassignPrincipal"]["ownerid"] = json!(seed::DORA), "differ"),
        (|body| body["DoNotMoveAllRecords"] = json!("no"), "DoNotMoveAllRecords"),
        (|body| body["BusinessUnit"] = json!(1), "BusinessUnit"),
    ];
    for (change, says) in changes {
        let (status, text) = move_adele(&fixture, change);
        assert!(status == 400 && text.contains(says), "{says}: {text}");
    }
    assert!(fixture.server.ledger().is_empty());
    assert_eq!(move_adele(&fixture, |_| {}).0, 204);
}

#[test]
fn an_action_takes_its_parameters_in_the_body_and_no_query_options() {
    let fixture = Fixture::new();
    let body = json!({ "Members": [{ "systemuserid": seed::ADELE }] });
    for tail in ["(Members=1)", "?$select=teamid", "?$top=1"] {
        let path =
            format!("teams({})/Microsoft.Dynamics.CRM.AddMembersTeam{tail}", seed::default_team_id(seed::SALES_UNIT));
        let reply = fixture.send("POST", &path, &[], Some(body.clone()));
        assert_eq!(reply.status, 400, "{tail}: {}", reply.text);
    }
    assert!(fixture.server.ledger().is_empty());
}
