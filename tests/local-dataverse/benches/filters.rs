//! What it costs to find rows among 100,000 users.

use std::sync::LazyLock;

use divan::Bencher;
use divan::counter::ItemsCount;
use local_dataverse::{Environment, Options, seed};

const USERS: u32 = 100_000;

static ENVIRONMENT: LazyLock<Environment> = LazyLock::new(|| {
    Environment::new(Options { users: USERS, units: 200, roles: 10, teams: 20, ..Options::default() })
});

fn main() {
    LazyLock::force(&ENVIRONMENT);
    divan::main();
}

fn measure(bencher: Bencher<'_, '_>, query: &str) {
    let resource = &format!("systemusers?$select=fullname&{}", query.replace(' ', "%20"));
    let get = || ENVIRONMENT.get(resource, &[]).expect("the environment knows all of these");
    get();
    bencher.counter(ItemsCount::new(USERS)).bench(get);
}

#[divan::bench(args = [
    "domainname eq 'nobody@contoso.example'",
    "internalemailaddress eq 'nobody@contoso.example'",
    "employeeid eq '054321'",
    "jobtitle eq 'nobody'",
    "contains(fullname,'xyz')",
    "startswith(lastname,'xyz')",
    "endswith(internalemailaddress,'xyz')",
    "isdisabled eq true and accessmode eq 4",
    "createdon gt 2030-01-01T00:00:00Z",
    "businessunitid/name eq 'nobody'",
    "systemuserroles_association/any(r:r/name eq 'nobody')",
    "systemuserroles_association/all(r:r/name eq 'nobody')",
    "teammembership_association/any(t:t/name eq 'nobody')",
])]
fn filter(bencher: Bencher<'_, '_>, filter: &str) {
    measure(bencher, &format!("$filter={filter}"));
}

#[divan::bench]
fn key(bencher: Bencher<'_, '_>) {
    measure(bencher, &format!("$filter=systemuserid eq {}", seed::generated_user_id(77_777)));
}

#[divan::bench]
fn business_unit(bencher: Bencher<'_, '_>) {
    measure(bencher, &format!("$filter=_businessunitid_value eq {}", seed::generated_unit_id(199)));
}

#[divan::bench]
fn order_by_name(bencher: Bencher<'_, '_>) {
    measure(bencher, "$orderby=fullname");
}

/// The page after the first in the order of two columns.
#[divan::bench]
fn order_by_name_second_page(bencher: Bencher<'_, '_>) {
    let first = ENVIRONMENT.get("systemusers?$select=fullname&$orderby=fullname", &[]).expect("a page");
    let first: serde_json::Value = serde_json::from_slice(&first).expect("JSON");
    let link = first["@odata.nextLink"].as_str().expect("there are more");
    let token = link.split_once("$skiptoken=").expect("a place").1;
    measure(bencher, &format!("$orderby=fullname&$skiptoken={token}"));
}
