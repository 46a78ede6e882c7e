//! Pages: by number and by cookie.

use local_dataverse::{Options, seed};
use percent_encoding::percent_decode_str;
use serde_json::json;

use super::{annotated, path, refusal, run};
use crate::client::{Fixture, Reply};

const COOKIE: &str = "@Microsoft.Dynamics.CRM.fetchxmlpagingcookie";
const MORE: &str = "@Microsoft.Dynamics.CRM.morerecords";

/// The inner cookie of a reply, ready for the next query.
pub fn cookie_of(reply: &Reply) -> Option<String> {
    let body = reply.json();
    let outer = body[COOKIE].as_str()?;
    let document = roxmltree::Document::parse(outer).unwrap();
    let root = document.root_element();
    assert_eq!(root.attribute("istracking"), Some("False"));
    let once = percent_decode_str(root.attribute("pagingcookie").unwrap()).decode_utf8().unwrap();
    Some(percent_decode_str(&once).decode_utf8().unwrap().into_owned())
}

fn attribute(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

/// All rows of a query, page by page; `rest` is what stands inside of `<fetch>`.
pub fn all(
    fixture: &Fixture,
    set: &str,
    size: usize,
    attributes: &str,
    rest: &str,
    by_cookie: bool,
) -> (Vec<String>, usize) {
    let (mut rows, mut cookie) = (Vec::new(), String::new());
    for page in 1.. {
        let given = if by_cookie { format!("paging-cookie=\"{}\"", attribute(&cookie)) } else { String::new() };
        let query = format!("<fetch count='{size}' page='{page}' {attributes} {given}>{rest}</fetch>");
        let reply = annotated(fixture, set, &query);
        let found = reply.rows();
        assert!(found.len() <= size);
        rows.extend(found.iter().map(ToString::to_string));
        if reply.json()[MORE] != true {
            assert_eq!(cookie_of(&reply), None, "the last page has no cookie");
            return (rows, page);
        }
        assert_eq!(found.len(), size);
        if by_cookie {
            cookie = cookie_of(&reply).expect("a page with more behind it has a cookie");
        }
    }
    unreachable!("pages are counted without end")
}

#[test]
fn pages_with_and_without_cookies_give_every_row_once_and_in_order() {
    let fixture = Fixture::with(Options { users: 95, ..Options::default() });
    for orders in [
        "",
        "<order attribute='lastname' descending='true'/><order attribute='firstname'/>",
        "<order attribute='isdisabled'/>",
        "<order attribute='jobtitle'/>",
        "<order attribute='businessunitid'/>",
        "<order attribute='accessmode' descending='true'/>",
        "<order attribute='createdon'/>",
        "<order attribute='systemuserid' descending='true'/>",
    ] {
        let entity = format!("<entity name='systemuser'><attribute name='fullname'/>{orders}</entity>");
        let whole: Vec<String> = annotated(&fixture, "systemusers", &format!("<fetch>{entity}</fetch>"))
            .rows()
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(whole.len(), 100);
        for by_cookie in [false, true] {
            let (rows, pages) = all(&fixture, "systemusers", 10, "", &entity, by_cookie);
            assert_eq!((rows, pages), (whole.clone(), 10), "{orders} {by_cookie}");
        }
    }
}

#[test]
fn a_page_tells_what_comes_next_in_the_services_form_where_that_is_asked_for() {
    let fixture = Fixture::new();
    let query = "<fetch count='2' page='1'><entity name='systemuser'><attribute name='fullname'/>\
                 <order attribute='fullname' descending='true'/></entity></fetch>";
    let reply = annotated(&fixture, "systemusers", query);
    let body = reply.json();
    assert_eq!(body[MORE], true);
    assert!(body[COOKIE].as_str().unwrap().starts_with("<cookie pagenumber=\"2\" pagingcookie=\"%253ccookie%2520page"));
    assert_eq!(
        cookie_of(&reply).unwrap(),
        format!(
            "<cookie page=\"1\"><fullname last=\"Connector Local Dataverse\" first=\"Dora Sample-O'Neil\" />\
             <systemuserid last=\"{{{}}}\" first=\"{{{}}}\" /></cookie>",
            seed::APPLICATION_USER.to_string().to_uppercase(),
            seed::DORA.to_string().to_uppercase()
        )
    );
    assert!(body.get("@odata.nextLink").is_none());
    let only = [("Prefer", "odata.include-annotations=\"Microsoft.Dynamics.CRM.morerecords\"")];
    let reply = fixture.send("GET", &path("systemusers", query), &only, None);
    assert_eq!((&reply.json()[MORE], reply.json().get(COOKIE)), (&json!(true), None));
    let plain = run(&fixture, "systemusers", query);
    assert!(!plain.text.contains("Microsoft.Dynamics.CRM"), "{}", plain.text);
}

#[test]
fn a_cookie_goes_on_behind_its_row_whatever_happened_before_it() {
    let fixture = Fixture::new();
    let query = |page: usize, cookie: &str| {
        format!(
            "<fetch count='2' page='{page}' paging-cookie=\"{}\"><entity name='systemuser'><attribute name='firstname'/>\
             <order attribute='firstname'/></entity></fetch>",
            attribute(cookie)
        )
    };
    let first = annotated(&fixture, "systemusers", &query(1, ""));
    assert_eq!(first.column("firstname"), ["Adele", "Bruno"]);
    let cookie = cookie_of(&first).unwrap();
    fixture.patch(&format!("systemusers({})", seed::BRUNO), json!({ "firstname": "Zeno" }));
    assert_eq!(annotated(&fixture, "systemusers", &query(2, &cookie)).column("firstname"), ["Chiara", "Connector"]);
    // The cookie of another page than the one before says nothing.
    assert_eq!(annotated(&fixture, "systemusers", &query(3, &cookie)).column("firstname"), ["Zeno"]);
    assert_eq!(annotated(&fixture, "systemusers", &query(1, &cookie)).column("firstname"), ["Adele", "Chiara"]);
}

#[test]
fn a_cookie_that_is_none_and_one_of_another_query_are_refused() {
    let fixture = Fixture::new();
    let page = |cookie: &str, order: &str| {
        let query = format!(
            "<fetch count='1' page='2' paging-cookie=\"{}\"><entity name='systemuser'>{order}</entity></fetch>",
            attribute(cookie)
        );
        run(&fixture, "systemusers", &query)
    };
    let order = "<order attribute='fullname'/>";
    let id = "<systemuserid last=\"{C0000000-0000-4000-8000-000000000002}\" first=\"{C0000000-0000-4000-8000-000000000002}\" />";
    let good = format!("<cookie page=\"1\"><fullname last=\"A\" first=\"A\" />{id}</cookie>");
    assert_eq!(page(&good, order).status, 200);
    for (cookie, order, code) in [
        ("nonsense", order, "0x80040203"),
        ("<cookie><systemuserid/></cookie>", order, "0x80040203"),
        ("%3ccookie%20page%3d%221%22%3e", order, "0x80040203"),
        (&good, "", "0x80041129"),
        (&good, "<order attribute='createdon'/>", "0x80041129"),
        (&good.replace("fullname", "title"), order, "0x80041129"),
        (&good.replace("{C", "{X"), order, "0x80041129"),
    ] {
        assert_eq!(refusal(&page(cookie, order)), (400, code.to_owned()), "{cookie} {order}");
    }
}

#[test]
fn top_limits_and_does_not_page() {
    let fixture = Fixture::new();
    let query = "<fetch top='2'><entity name='systemuser'><attribute name='firstname'/></entity></fetch>";
    let reply = annotated(&fixture, "systemusers", query);
    assert_eq!(reply.rows().len(), 2);
    assert!(reply.json().get(MORE).is_none());
    let with_count = fixture.get(&format!("{}&$count=true", path("systemusers", query)));
    assert_eq!(refusal(&with_count), (400, "0x80040203".to_owned()));
    assert_eq!(
        run(&fixture, "systemusers", "<fetch top='2' page='1'><entity name='systemuser'/></fetch>").message(),
        "The top attribute can't be specified with paging attribute page"
    );
}

#[test]
fn all_rows_are_counted_up_to_5000() {
    let fixture = Fixture::with(Options { users: 6000, ..Options::default() });
    let query = |attributes: &str, filter: &str| {
        format!("<fetch {attributes}><entity name='systemuser'><no-attrs/>{filter}</entity></fetch>")
    };
    let body = annotated(&fixture, "systemusers", &query("count='1' returntotalrecordcount='true'", "")).json();
    assert_eq!(body["@odata.count"], 5000);
    assert_eq!(body["@Microsoft.Dynamics.CRM.totalrecordcount"], -1);
    assert_eq!(body["@Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded"], true);
    let filter =
        format!("<filter><condition attribute='systemuserid' operator='eq' value='{}'/></filter>", seed::ADELE);
    let body = annotated(&fixture, "systemusers", &query("returntotalrecordcount='true'", &filter)).json();
    assert_eq!(body["@odata.count"], 1);
    assert_eq!(body["@Microsoft.Dynamics.CRM.totalrecordcount"], 1);
    assert_eq!(body["@Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded"], false);
    assert!(run(&fixture, "systemusers", &query("", &filter)).json().get("@odata.count").is_none());
}

#[test]
fn a_page_has_at_most_5000_rows_and_no_more_than_the_preference_and_the_setting_say() {
    let fixture = Fixture::with(Options { users: 6000, ..Options::default() });
    let query = |count: &str| {
        path("systemusers", &format!("<fetch {count}><entity name='systemuser'><no-attrs/></entity></fetch>"))
    };
    for count in ["", "count='10000'", "count='5000'"] {
        let reply = fixture.send("GET", &query(count), &[("Prefer", "odata.include-annotations=\"*\"")], None);
        assert_eq!((reply.rows().len(), &reply.json()[MORE]), (5000, &json!(true)), "{count}");
    }
    let small = [("Prefer", "odata.maxpagesize=3")];
    assert_eq!(fixture.send("GET", &query(""), &small, None).rows().len(), 3);
    fixture.server.settings_mut(|settings| settings.max_page_size = 7);
    assert_eq!(fixture.get(&query("")).rows().len(), 7);
}

#[test]
fn without_a_cookie_there_is_no_way_behind_50000_rows() {
    let fixture = Fixture::new();
    let query = |page: usize| {
        format!("<fetch count='5000' page='{page}'><entity name='systemuser'><no-attrs/></entity></fetch>")
    };
    assert_eq!(run(&fixture, "systemusers", &query(10)).rows().len(), 0);
    let reply = run(&fixture, "systemusers", &query(11));
    assert_eq!(refusal(&reply), (400, "0x80040203".to_owned()));
    assert!(reply.message().contains("paging cookie"), "{}", reply.text);
}
