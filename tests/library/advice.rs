//! What the environment says beside its replies about how much it takes.

use std::time::Duration;

use dynamics365::{Client, Config, requests};
use local_dataverse::seed;

use crate::scripted::{self, Scripted};
use crate::support::*;

#[test]
fn the_last_reply_says_how_much_is_left() {
    let headers: [&[(&str, &str)]; 5] = [
        &[],
        &[
            ("x-ms-dop-hint", "4"),
            ("x-ms-ratelimit-burst-remaining-xrm-requests", "5999"),
            ("x-ms-ratelimit-time-remaining-xrm-requests", "1,199.50"),
        ],
        // What a reply does not say, or says in no number, stays as it was.
        &[("x-ms-ratelimit-burst-remaining-xrm-requests", "5998"), ("x-ms-dop-hint", "many")],
        &[("x-ms-ratelimit-burst-remaining-xrm-requests", "-3"), ("x-ms-dop-hint", "0")],
        &[
            ("x-ms-ratelimit-burst-remaining-xrm-requests", "1e300"),
            ("x-ms-ratelimit-time-remaining-xrm-requests", "NaN"),
        ],
    ];
    let next = std::sync::atomic::AtomicUsize::new(0);
    let server = Scripted::start(move |seen| {
        if seen.target.contains("/oauth2/") {
            return scripted::granted("a token");
        }
        let headers = headers[next.fetch_add(1, std::sync::atomic::Ordering::Relaxed)];
        let id = "c0000000-0000-4000-8000-000000000001";
        let body = format!(r#"{{"UserId":"{id}","BusinessUnitId":"{id}","OrganizationId":"{id}"}}"#);
        scripted::reply(200, headers, body)
    });
    let mut config = Config::new(server.url()).unwrap();
    config.client_secret(&login(seed::CLIENT_ID), "a secret".into()).unwrap();
    let client = Client::new(config).unwrap();
    let time = Some(Duration::from_millis(1_199_500));
    for (parallelism, requests_left, time_left) in [
        (None, None, None),
        (Some(4), Some(5999), time),
        (Some(4), Some(5998), time),
        (Some(4), Some(5998), time),
        (Some(4), Some(5998), time),
    ] {
        requests::who_am_i(&client).unwrap();
        let told = (client.advised_parallelism(), client.requests_left(), client.time_left());
        assert_eq!(told, (parallelism, requests_left, time_left));
    }
}
