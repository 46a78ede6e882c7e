//! Change tracking: delta links, what they tell and what they refuse.

use std::collections::BTreeMap;

use local_dataverse::{Options, seed};
use serde_json::{Value, json};

use crate::client::{Fixture, Reply, user};

const TRACK: (&str, &str) = ("Prefer", "odata.track-changes");

/// A link of the server as a path.
fn path_of(fixture: &Fixture, link: &Value) -> String {
    let link = link.as_str().unwrap_or_else(|| panic!("there is no link"));
    format!("/{}", link.strip_prefix(fixture.server.url()).unwrap())
}

/// Starts to track a table and gives the path of its delta link.
fn start(fixture: &Fixture, path: &str) -> String {
    let reply = fixture.send("GET", path, &[TRACK], None);
    assert_eq!(reply.status, 200, "{}", reply.text);
    path_of(fixture, &reply.json()["@odata.deltaLink"])
}

fn is_deletion(row: &Value) -> bool {
    row["@odata.context"].as_str().is_some_and(|context| context.ends_with("/$deletedEntity"))
}

fn add_team(fixture: &Fixture, name: &str) -> String {
    let reply = fixture.send("POST", "teams", &[("Prefer", "return=representation")], Some(json!({ "name": name })));
    assert_eq!(reply.status, 201, "{}", reply.text);
    reply.json()["teamid"].as_str().unwrap().to_owned()
}

fn names(reply: &Reply) -> Vec<String> {
    let rows = reply.rows();
    rows.iter().map(|row| row["name"].as_str().or(row["reason"].as_str()).unwrap().to_owned()).collect()
}

#[test]
fn the_first_read_gives_all_rows_and_a_delta_link_as_the_service_writes_it() {
    let fixture = Fixture::new();
    let reply = fixture.send("GET", "systemusers?$select=fullname", &[TRACK], None);
    assert_eq!((reply.status, reply.rows().len()), (200, 5));
    assert_eq!(reply.header("preference-applied"), "odata.track-changes");
    assert!(reply.json()["@odata.context"].as_str().unwrap().ends_with("#systemusers(fullname)"));
    let link = reply.json()["@odata.deltaLink"].as_str().unwrap().to_owned();
    let (query, token) = link.split_once("&$deltatoken=").unwrap();
    assert!(query.ends_with("/systemusers?$select=fullname"), "{link}");
    // 919042!08/22/2017 08:10:44, with escapes in small letters.
    let (version, date) = token.split_once("%21").unwrap();
    assert!(version.parse::<u64>().is_ok(), "{link}");
    let shape: String = date.chars().map(|next| if next.is_ascii_digit() { '0' } else { next }).collect();
    assert_eq!(shape, "00%0f00%0f0000%0000%0a00%0a00");
    let plain = fixture.get("systemusers?$select=fullname");
    assert!(plain.json().get("@odata.deltaLink").is_none());
}

#[test]
fn a_delta_tells_what_was_created_changed_and_deleted_and_leads_on() {
    let fixture = Fixture::new();
    let doomed = add_team(&fixture, "Doomed");
    let delta = start(&fixture, "teams?$select=name");
    let created = add_team(&fixture, "New");
    let changed = seed::default_team_id(seed::SALES_UNIT);
    assert_eq!(fixture.patch(&format!("teams({changed})"), json!({ "description": "of Sales" })).status, 204);
    assert_eq!(fixture.send("DELETE", &format!("teams({doomed})"), &[], None).status, 204);

    let reply = fixture.get(&delta);
    let rows = reply.rows();
    assert!(reply.json()["@odata.context"].as_str().unwrap().ends_with("#teams(name)/$delta"), "{}", reply.text);
    // A change of any column counts, and a row comes with the selected ones.
    assert_eq!(names(&reply), ["New", "Sales", "deleted"]);
    assert_eq!(rows[0]["teamid"], created);
    assert!(rows[0]["@odata.etag"].is_string() && rows[0].get("description").is_none(), "{}", rows[0]);
    let context = format!("{}api/data/v9.2/$metadata#teams/$deletedEntity", fixture.server.url());
    assert_eq!(rows[2], json!({ "@odata.context": context, "id": doomed, "reason": "deleted" }));

    let next = path_of(&fixture, &reply.json()["@odata.deltaLink"]);
    assert_ne!(next, delta);
    assert_eq!(fixture.get(&next).rows(), [] as [Value; 0]);
    // A token can be used again.
    assert_eq!(names(&fixture.get(&delta)), ["New", "Sales", "deleted"]);
}

#[test]
fn a_row_that_came_and_went_is_told_as_deleted_and_one_that_came_back_as_a_row() {
    let fixture = Fixture::new();
    let delta = start(&fixture, "teams?$select=name");
    let id = add_team(&fixture, "Short");
    fixture.send("DELETE", &format!("teams({id})"), &[], None);
    assert_eq!(names(&fixture.get(&delta)), ["deleted"]);
    assert_eq!(fixture.patch(&format!("teams({id})"), json!({ "name": "Again" })).status, 204);
    assert_eq!(names(&fixture.get(&delta)), ["Again"]);
    fixture.send("DELETE", &format!("teams({id})"), &[], None);
    assert_eq!(names(&fixture.get(&delta)), ["deleted"]);
}

#[test]
fn the_first_read_is_paged_and_what_happens_meanwhile_is_in_the_delta() {
    let fixture = Fixture::with(Options { users: 15, ..Options::default() });
    let size = ("Prefer", "odata.maxpagesize=7");
    let first = fixture.send("GET", "systemusers?$select=jobtitle", &[TRACK, size], None);
    assert!(first.json().get("@odata.deltaLink").is_none());
    let next = path_of(&fixture, &first.json()["@odata.nextLink"]);
    assert!(next.contains("istracking%3D%22True%22"), "{next}");

    let seen = first.rows()[0]["systemuserid"].as_str().unwrap().to_owned();
    fixture.patch(&format!("systemusers({seen})"), json!({ "jobtitle": "Clerk" }));
    let early = "00000000-0000-4000-8000-000000000001";
    fixture.create(json!({ "systemuserid": early }));

    // The pages that follow need no Prefer header: the link says that changes are tracked.
    let second = fixture.send("GET", &next, &[size], None);
    assert_eq!(second.header("preference-applied"), "odata.maxpagesize=7");
    let third = fixture.send("GET", &path_of(&fixture, &second.json()["@odata.nextLink"]), &[size], None);
    assert_eq!((first.rows().len(), second.rows().len(), third.rows().len()), (7, 7, 6));
    let delta = path_of(&fixture, &third.json()["@odata.deltaLink"]);
    assert!(!delta.contains("skiptoken"), "{delta}");
    let changes = fixture.get(&delta);
    assert_eq!(changes.column("systemuserid"), [seen.as_str(), early]);
}

#[test]
fn a_delta_is_paged_rows_before_deletions_up_to_one_moment() {
    let fixture = Fixture::new();
    let doomed: Vec<String> = (0..3).map(|number| add_team(&fixture, &format!("Doomed {number}"))).collect();
    let delta = start(&fixture, "teams?$select=name&$count=true");
    for id in &doomed {
        fixture.send("DELETE", &format!("teams({id})"), &[], None);
    }
    let made: Vec<String> = (0..4).map(|number| add_team(&fixture, &format!("Team {number}"))).collect();

    let (mut path, mut pages, mut last) = (delta, Vec::new(), String::new());
    loop {
        let reply = fixture.send("GET", &path, &[("Prefer", "odata.maxpagesize=2")], None);
        pages.push(names(&reply));
        if pages.len() == 1 {
            assert_eq!(reply.json()["@odata.count"], 7);
            // Belongs to the next delta, although it concerns a row that was not told yet.
            fixture.patch(&format!("teams({})", made[3]), json!({ "name": "Late" }));
            add_team(&fixture, "Later");
            path = path_of(&fixture, &reply.json()["@odata.nextLink"]);
            assert!(path.contains("istracking%3D%22True%22") && path.contains("$deltatoken="), "{path}");
            continue;
        }
        match reply.json()["@odata.nextLink"].as_str() {
            Some(_) => {
                assert!(reply.json().get("@odata.deltaLink").is_none());
                path = path_of(&fixture, &reply.json()["@odata.nextLink"]);
            }
            None => {
                last.push_str(&path_of(&fixture, &reply.json()["@odata.deltaLink"]));
                break;
            }
        }
    }
    let expected = [vec!["Team 0", "Team 1"], vec!["Team 2", "deleted"], vec!["deleted", "deleted"]];
    assert_eq!(pages, expected);
    assert_eq!(names(&fixture.get(&last)), ["Late", "Later"]);
}

#[test]
fn the_changes_can_be_counted() {
    let fixture = Fixture::new();
    let delta = start(&fixture, "teams?$select=name");
    let count = |fixture: &Fixture| fixture.get(&delta.replace("/teams?$select=name&", "/teams/$count?")).text;
    assert_eq!(count(&fixture), "0");
    let id = add_team(&fixture, "One");
    add_team(&fixture, "Two");
    assert_eq!(count(&fixture), "2");
    fixture.send("DELETE", &format!("teams({id})"), &[], None);
    assert_eq!(count(&fixture), "2");
}

#[test]
fn roles_that_users_get_and_lose_are_changes_of_the_intersect_table() {
    let fixture = Fixture::new();
    let delta = start(&fixture, "systemuserrolescollection");
    let users = start(&fixture, "systemusers?$select=fullname");
    let role = seed::role_id(seed::SALES_MANAGER, seed::SALES_UNIT);
    let held = seed::role_id(seed::SALESPERSON, seed::SALES_UNIT);
    let address = format!("{}api/data/v9.2/roles({role})", fixture.server.url());
    let path = format!("{}/systemuserroles_association", user(seed::ADELE));
    assert_eq!(fixture.send("POST", &format!("{path}/$ref"), &[], Some(json!({ "@odata.id": address }))).status, 204);
    assert_eq!(fixture.send("DELETE", &format!("{path}({held})/$ref"), &[], None).status, 204);
    let rows = fixture.get(&delta).rows();
    assert_eq!((rows.len(), &rows[0]["roleid"]), (2, &Value::from(role.to_string())));
    assert!(is_deletion(&rows[1]), "{}", rows[1]);
    // The user's own row is as it was.
    assert_eq!(fixture.get(&users).rows(), [] as [Value; 0]);
}

#[test]
fn what_cannot_go_with_change_tracking_is_refused_in_the_services_words() {
    let fixture = Fixture::new();
    let delta = start(&fixture, "systemusers?$select=fullname");
    for (name, option) in [
        ("filter", "$filter=isdisabled eq false"),
        ("orderby", "$orderby=fullname"),
        ("expand", "$expand=businessunitid"),
        ("top", "$top=1"),
    ] {
        let path = format!("systemusers?{}", option.replace(' ', "%20"));
        for reply in [fixture.send("GET", &path, &[TRACK], None), fixture.get(&format!("{delta}&{option}"))] {
            let expected = format!("The \"${name}\" query parameter isn't supported when Change Tracking is enabled.");
            assert_eq!((reply.status, reply.message()), (400, expected));
        }
    }
    let related = format!("{}/systemuserroles_association", user(seed::ADELE));
    assert_eq!(fixture.send("GET", &related, &[TRACK], None).status, 501);
    assert_eq!(fixture.get(&format!("{related}/$count?$deltatoken=1")).status, 501);
    assert_eq!(fixture.get(&format!("{}?$deltatoken=1", user(seed::ADELE))).status, 400);
}

#[test]
fn a_table_that_is_not_tracked_says_so() {
    let fixture = Fixture::new();
    let delta = start(&fixture, "systemusers?$select=fullname");
    fixture.server.settings_mut(|settings| settings.change_tracked_tables = vec!["systemuserroles".into()]);
    let reply = fixture.send("GET", "systemusers", &[TRACK], None);
    assert_eq!((reply.status, reply.code().as_str()), (400, "0x80072491"));
    assert_eq!(reply.message(), "Entity systemuser isn't enabled for change tracking.");
    assert_eq!(fixture.get(&delta).code(), "0x80072491");
    // Its own two tables have to be tracked for an intersect table, at least one of them.
    assert_eq!(fixture.send("GET", "systemuserrolescollection", &[TRACK], None).code(), "0x80072492");
    fixture.server.settings_mut(|settings| settings.change_tracked_tables.push("role".into()));
    assert_eq!(fixture.send("GET", "systemuserrolescollection", &[TRACK], None).status, 200);
    let wrong = json!({ "changeTrackedTables": ["systemusers"] });
    let reply = fixture.send_without_token("PATCH", "/_local/settings", &[], Some(wrong));
    assert_eq!(reply.status, 400);
    assert!(reply.text.contains("'systemusers' is no table"), "{}", reply.text);
}

#[test]
fn a_token_expires_after_the_days_that_the_organization_keeps_changes() {
    let fixture = Fixture::new();
    let delta = start(&fixture, "systemusers?$select=fullname");
    let path = format!("organizations({})", seed::ORGANIZATION_ID);
    let kept = || {
        fixture.get(&format!("{path}?$select=expirechangetrackingindays")).json()["expirechangetrackingindays"].clone()
    };
    assert_eq!(kept(), 7);
    assert_eq!(fixture.patch(&path, json!({ "expirechangetrackingindays": 0 })).status, 204);
    let reply = fixture.get(&delta);
    assert_eq!((reply.status, reply.code().as_str()), (400, "0x80044352"));
    assert_eq!(reply.message(), "Version stamp associated with the client has expired. Please perform a full sync.");
    fixture.server.settings_mut(|settings| settings.expire_change_tracking_in_days = 30);
    assert_eq!((fixture.get(&delta).status, kept()), (200, json!(30)));
    let wrong = json!({ "expireChangeTrackingInDays": 366 });
    assert_eq!(fixture.send_without_token("PATCH", "/_local/settings", &[], Some(wrong)).status, 400);
}

#[test]
fn tokens_from_before_a_reset_and_those_that_are_none_are_refused() {
    let fixture = Fixture::with(Options { users: 5, ..Options::default() });
    let size = ("Prefer", "odata.maxpagesize=3");
    let page = fixture.send("GET", "systemusers?$select=fullname", &[TRACK, size], None);
    let next = path_of(&fixture, &page.json()["@odata.nextLink"]);
    let delta = start(&fixture, "systemusers?$select=fullname");
    fixture.send_without_token("POST", "/_local/reset", &[], None);
    // The data are the same again, and so are the versions; the token is about the old ones nevertheless.
    for path in [&delta, &next] {
        assert_eq!(fixture.get(path).code(), "0x80044352", "{path}");
    }
    let delta = start(&fixture, "systemusers?$select=fullname");
    assert_eq!(fixture.get(&delta).status, 200);
    let snapshot = fixture.server.snapshot();
    fixture.server.restore(&snapshot);
    assert_eq!(fixture.get(&delta).code(), "0x80044352");
    let stem = delta.split("$deltatoken=").next().unwrap();
    for token in ["", "1", "x%2108%2f22%2f2017%2008%3a10%3a44", "1%212017-08-22"] {
        let reply = fixture.get(&format!("{stem}$deltatoken={token}"));
        assert_eq!((reply.status, reply.code().as_str()), (400, "0x80040203"), "{token}");
    }
    // An old one, and one of a version that is yet to come.
    for token in ["919042%2108%2f22%2f2017%2008%3a10%3a44", "9999999999%2108%2f22%2f2117%2008%3a10%3a44"] {
        assert_eq!(fixture.get(&format!("{stem}$deltatoken={token}")).code(), "0x80044352", "{token}");
    }
    // The cookie of a list that is not tracked leads nowhere in a delta.
    let plain = fixture.send("GET", "systemusers?$select=fullname", &[size], None);
    let cookie = plain.json()["@odata.nextLink"].as_str().unwrap().split("$skiptoken=").nth(1).unwrap().to_owned();
    let fresh = start(&fixture, "systemusers?$select=fullname");
    assert_eq!(fixture.get(&format!("{fresh}&$skiptoken={cookie}")).code(), "0x80040203");
}

#[test]
fn a_changeset_that_failed_changed_nothing() {
    let fixture = Fixture::new();
    let doomed = add_team(&fixture, "Doomed");
    let delta = start(&fixture, "teams?$select=name");
    let part = |id: u32, request: &str, body: Value| {
        format!(
            "--c\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\nContent-ID: {id}\r\n\r\n\
             {request} HTTP/1.1\r\nContent-Type: application/json\r\n\r\n{body}\r\n"
        )
    };
    let sales = seed::default_team_id(seed::SALES_UNIT);
    let body = format!(
        "--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n{}{}{}{}--c--\r\n--b--\r\n",
        part(1, "POST teams", json!({ "name": "New" })),
        part(2, &format!("PATCH teams({sales})"), json!({ "description": "x" })),
        part(3, &format!("DELETE teams({doomed})"), json!(null)),
        part(4, &format!("DELETE teams({sales})"), json!(null)),
    );
    let reply = fixture.post_text("$batch", &[("Content-Type", "multipart/mixed; boundary=b")], &body);
    assert_eq!(reply.status, 400, "{}", reply.text);
    assert!(reply.text.contains("Can't delete the default"), "{}", reply.text);
    assert_eq!(fixture.get(&delta).rows(), [] as [Value; 0]);
    fixture.send("DELETE", &format!("teams({doomed})"), &[], None);
    assert_eq!(names(&fixture.get(&delta)), ["deleted"]);
}

/// Takes the rows of a page into a copy of the table.
fn apply(copy: &mut BTreeMap<String, Value>, reply: &Reply) {
    for row in reply.rows() {
        if is_deletion(&row) {
            copy.remove(row["id"].as_str().unwrap());
        } else {
            copy.insert(row["teamid"].as_str().unwrap().to_owned(), row["description"].clone());
        }
    }
}

#[test]
fn a_copy_that_follows_the_deltas_loses_nothing_while_others_write() {
    let fixture = Fixture::new();
    let size = ("Prefer", "odata.maxpagesize=3");
    for number in 0..20 {
        add_team(&fixture, &format!("Team {number}"));
    }
    let mut copy = BTreeMap::new();
    let follow = |copy: &mut BTreeMap<String, Value>, mut reply: Reply| loop {
        apply(copy, &reply);
        match reply.json()["@odata.nextLink"].is_string() {
            true => reply = fixture.send("GET", &path_of(&fixture, &reply.json()["@odata.nextLink"]), &[size], None),
            false => return path_of(&fixture, &reply.json()["@odata.deltaLink"]),
        }
    };
    let writing = std::sync::atomic::AtomicUsize::new(3);
    let last = std::thread::scope(|scope| {
        for writer in 0..3 {
            let (fixture, writing) = (&fixture, &writing);
            scope.spawn(move || {
                for number in 0..40 {
                    let id = add_team(fixture, &format!("Team of {writer} {number}"));
                    fixture.patch(&format!("teams({id})"), json!({ "description": format!("{writer}/{number}") }));
                    if number % 3 == 0 {
                        fixture.send("DELETE", &format!("teams({id})"), &[], None);
                    }
                }
                writing.fetch_sub(1, std::sync::atomic::Ordering::SeqCst);
            });
        }
        let first = fixture.send("GET", "teams?$select=description", &[TRACK, size], None);
        let mut delta = follow(&mut copy, first);
        while writing.load(std::sync::atomic::Ordering::SeqCst) > 0 {
            delta = follow(&mut copy, fixture.send("GET", &delta, &[size], None));
        }
        delta
    });
    let end = follow(&mut copy, fixture.send("GET", &last, &[size], None));
    assert_eq!(fixture.get(&end).rows(), [] as [Value; 0]);
    let mut truth = BTreeMap::new();
    apply(&mut truth, &fixture.get("teams?$select=description"));
    assert_eq!(copy, truth);
    assert_eq!(truth.len(), 20 + 3 * 26 + 3);
}
