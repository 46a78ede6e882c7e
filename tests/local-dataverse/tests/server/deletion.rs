//! Users that are deleted, where the environment has the feature, and users without a licence.

use local_dataverse::seed;
use serde_json::json;

use crate::client::{Fixture, user};

fn delete(fixture: &Fixture, id: uuid::Uuid) -> (u16, String) {
    let reply = fixture.send("DELETE", &user(id), &[], None);
    (reply.status, if reply.text.is_empty() { String::new() } else { reply.code() })
}

#[test]
fn only_a_disabled_user_without_an_account_is_deleted_first_softly_then_for_good() {
    let fixture = Fixture::new();
    assert_eq!(delete(&fixture, seed::CHIARA), (400, "0x80040800".into()), "the feature is off");
    fixture.server.settings_mut(|settings| settings.delete_disabled_users = true);
    assert_eq!(delete(&fixture, seed::ADELE), (400, "0x80048356".into()), "Adele is enabled");
    assert_eq!(delete(&fixture, seed::CHIARA), (400, "0x80048359".into()), "Chiara has an account");
    fixture.server.settings_mut(|settings| settings.users_gone_from_entra.push(seed::CHIARA));
    assert_eq!(fixture.get(&user(seed::CHIARA)).json()["azurestate"], 2);
    assert_eq!(delete(&fixture, seed::CHIARA).0, 204);
    assert_eq!(fixture.get(&user(seed::CHIARA)).json()["deletedstate"], 1);
    let enable = fixture.patch(&user(seed::CHIARA), json!({ "isdisabled": false }));
    assert_eq!(enable.code(), "0x80048357");
    assert_eq!(delete(&fixture, seed::CHIARA).0, 204);
    assert_eq!(fixture.get(&user(seed::CHIARA)).status, 404);
    let members = fixture.get(&format!("teammemberships?$filter=systemuserid eq {}", seed::CHIARA));
    assert!(members.rows().is_empty());
}

#[test]
fn a_user_whom_others_refer_to_is_not_deleted() {
    let fixture = Fixture::new();
    fixture.server.settings_mut(|settings| {
        settings.delete_disabled_users = true;
        settings.users_gone_from_entra.push(seed::CHIARA);
    });
    let manager = json!({ "parentsystemuserid@odata.bind": format!("/{}", user(seed::CHIARA)) });
    assert_eq!(fixture.patch(&user(seed::ADELE), manager).status, 204);
    assert_eq!(delete(&fixture, seed::CHIARA), (400, "0x80048610".into()));
    assert_eq!(delete(&fixture, uuid::Uuid::from_u128(9)), (404, "0x80040217".into()));
}

#[test]
fn a_user_without_licence_is_not_enabled() {
    let fixture = Fixture::new();
    assert_eq!(fixture.patch(&user(seed::CHIARA), json!({ "islicensed": false })).status, 204);
    let enable = json!({ "isdisabled": false });
    let reply = fixture.patch(&user(seed::CHIARA), enable.clone());
    assert_eq!((reply.code().as_str(), reply.message().as_str()), ("0x8004D24C", "Cannot enable an unlicensed user"));
    assert_eq!(fixture.patch(&user(seed::CHIARA), json!({ "accessmode": 4 })).status, 204);
    assert_eq!(fixture.patch(&user(seed::CHIARA), enable).status, 204, "a user who is never at a screen needs none");
}
