//! Secrets and tokens are in no log, no error and no Debug output.

use dynamics365::{Client, Config, Operation, requests};
use local_dataverse::{Action, seed};
use serde_json::json;

use crate::support::*;

#[test]
fn no_text_holds_the_secret_or_a_token() {
    let server = server();
    let mut texts = Vec::new();

    let config = config(&server);
    texts.push(format!("{config:?}"));
    let client = Client::new(config).unwrap();
    texts.push(format!("{client:?}"));
    let operation = Operation::start(&client, requests::who_am_i).unwrap();
    operation.wait(None).unwrap().unwrap();
    let log = operation.take_log();
    assert!(log.contains("/oauth2/v2.0/token -> 200") && log.contains("WhoAmI() -> 200"), "{log}");
    texts.extend([log, format!("{operation:?}")]);

    // A server that sends back what it was sent, as some proxies do.
    fault(
        &server,
        "POST",
        "/oauth2/",
        Action {
            status: Some(400),
            body: Some(json!(format!("client_secret={}", seed::CLIENT_SECRET))),
            ..Action::default()
        },
    );
    let mut config = Config::new(server.url()).unwrap();
    config.client_secret(&login(seed::CLIENT_ID), seed::CLIENT_SECRET.into()).unwrap();
    let operation = Operation::start(&Client::new(config).unwrap(), requests::who_am_i).unwrap();
    let error = operation.wait(None).unwrap().unwrap_err();
    texts.extend([error.to_string(), format!("{error:?}"), operation.take_log()]);

    for text in texts {
        assert!(!text.contains(seed::CLIENT_SECRET), "{text}");
        assert!(!text.contains("eyJ") && !text.contains("Bearer"), "{text}");
    }
}
