//! While changesets come and go, others read: nobody sees half of one, whether it stays or not.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use local_dataverse::seed;
use serde_json::json;

use crate::client::{Fixture, user};

/// A changeset that gives two users the same job; the second request may be one that fails.
fn changeset(job: &str, fails: bool) -> String {
    let part = |id: u32, key, body: serde_json::Value| {
        format!(
            "--c\r\nContent-Type: application/http\r\nContent-ID: {id}\r\n\r\nPATCH {} HTTP/1.1\r\nContent-Type: application/json\r\n\r\n{body}\r\n",
            user(key)
        )
    };
    let last = if fails { json!({"jobtitle": job, "shoesize": 42}) } else { json!({"jobtitle": job}) };
    let parts = [part(1, seed::ADELE, json!({"jobtitle": job})), part(2, seed::BRUNO, last)].concat();
    format!("--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n{parts}--c--\r\n--b--\r\n")
}

#[test]
fn nobody_sees_half_of_a_changeset() {
    let fixture = Fixture::new();
    let over = AtomicBool::new(false);
    let path = format!(
        "systemusers?$select=jobtitle&$filter=systemuserid eq {} or systemuserid eq {}",
        seed::ADELE,
        seed::BRUNO
    );
    thread::scope(|scope| {
        let readers = [(); 2].map(|()| {
            scope.spawn(|| {
                let mut seen = 0;
                while !over.load(Ordering::Relaxed) {
                    let jobs = fixture.get(&path).column("jobtitle");
                    assert_eq!(jobs[0], jobs[1]);
                    assert!(!jobs[0].starts_with("fails"), "{jobs:?}");
                    seen += 1;
                }
                seen
            })
        });
        for number in 0..150 {
            let fails = number % 2 == 0;
            let job = format!("{} {number}", if fails { "fails" } else { "stays" });
            let reply = fixture.post_text(
                "$batch",
                &[("Content-Type", "multipart/mixed; boundary=b")],
                &changeset(&job, fails),
            );
            assert_eq!(reply.status, if fails { 400 } else { 200 }, "{}", reply.text);
        }
        over.store(true, Ordering::Relaxed);
        for reader in readers {
            assert!(reader.join().unwrap() > 0, "each reader has looked");
        }
    });
    assert_eq!(fixture.server.ledger().len(), 150, "two lines of each changeset that stayed");
}
