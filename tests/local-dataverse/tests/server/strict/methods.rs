//! Methods that a path does not take.

use local_dataverse::seed;

use crate::client::{Fixture, user};

#[test]
fn a_refused_method_is_answered_with_those_that_the_path_takes() {
    let fixture = Fixture::new();
    let adele = user(seed::ADELE);
    let roles = format!("{adele}/systemuserroles_association");
    for (path, methods) in [
        ("", "GET"),
        ("$metadata", "GET"),
        ("$batch", "POST"),
        ("systemusers", "GET, POST"),
        ("systemusers/$count", "GET"),
        (&adele, "GET, PATCH, DELETE"),
        (
            "teams(azureactivedirectoryobjectid=00000000-0000-0000-0000-000000000001,membershiptype=0)",
            "GET, PATCH, DELETE",
        ),
        (&format!("{adele}/nickname"), "GET, PUT, DELETE"),
        (&format!("{adele}/nickname/$value"), "GET"),
        (&format!("{adele}/businessunitid/$ref"), "GET, PUT, DELETE"),
        (&format!("{roles}/$count"), "GET"),
        (&format!("{roles}/$ref"), "GET, POST, DELETE"),
        (&format!("{roles}({})/$ref", seed::role_id(seed::SALESPERSON, seed::SALES_UNIT)), "DELETE"),
        ("WhoAmI()", "GET"),
        (&format!("{adele}/Microsoft.Dynamics.CRM.RetrieveUserPrivileges()"), "GET"),
        (&format!("{adele}/Microsoft.Dynamics.CRM.SetBusinessSystemUser"), "POST"),
    ] {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"] {
            let reply = fixture.send(method, path, &[], None);
            if methods.split(", ").any(|known| known == method) {
                assert_ne!(reply.status, 405, "{method} {path}");
            } else {
                assert_eq!((reply.status, reply.header("allow")), (405, methods), "{method} {path}: {}", reply.text);
            }
            fixture.server.reset();
        }
    }
}

#[test]
fn head_is_no_method_of_the_service() {
    let fixture = Fixture::new();
    let reply = fixture.send("HEAD", "systemusers", &[], None);
    assert_eq!((reply.status, reply.header("allow"), reply.text.as_str()), (405, "GET, POST", ""));
}

#[test]
fn a_row_is_not_created_in_a_collection_of_another() {
    let fixture = Fixture::new();
    let path = format!("businessunits({})/business_unit_system_users", seed::SALES_UNIT);
    let reply = fixture.send("POST", &path, &[], Some(serde_json::json!({})));
    assert_eq!(reply.status, 501, "{}", reply.text);
}
