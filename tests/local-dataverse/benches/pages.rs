//! What it costs to make the JSON of a page of 5,000 rows.

use std::sync::LazyLock;

use divan::Bencher;
use divan::counter::BytesCount;
use local_dataverse::{Environment, Options};

static ENVIRONMENT: LazyLock<Environment> = LazyLock::new(|| {
    Environment::new(Options { users: 20_000, units: 30, roles: 10, teams: 20, ..Options::default() })
});

/// Columns as a synchronization asks for them.
const TWENTY: &str = "systemusers?$select=systemuserid,fullname,firstname,lastname,internalemailaddress,domainname,isdisabled,\
    jobtitle,title,employeeid,mobilephone,homephone,_businessunitid_value,accessmode,azureactivedirectoryobjectid,createdon,\
    modifiedon,caltype,islicensed,versionnumber";
const ANNOTATED: &[(&str, &str)] = &[("prefer", "odata.include-annotations=\"*\"")];

fn main() {
    LazyLock::force(&ENVIRONMENT);
    divan::main();
}

fn measure(bencher: Bencher<'_, '_>, resource: &str, headers: &[(&'static str, &'static str)]) {
    let resource = &resource.replace(' ', "%20");
    let get = || ENVIRONMENT.get(resource, headers).expect("the environment knows all of these");
    bencher.counter(BytesCount::from(get().len())).bench(get);
}

#[divan::bench]
fn all_columns(bencher: Bencher<'_, '_>) {
    measure(bencher, "systemusers", &[]);
}

#[divan::bench]
fn all_columns_annotated(bencher: Bencher<'_, '_>) {
    measure(bencher, "systemusers", ANNOTATED);
}

#[divan::bench]
fn twenty_columns(bencher: Bencher<'_, '_>) {
    measure(bencher, TWENTY, &[]);
}

#[divan::bench]
fn one_column(bencher: Bencher<'_, '_>) {
    measure(bencher, "systemusers?$select=fullname", &[]);
}

#[divan::bench]
fn user_roles(bencher: Bencher<'_, '_>) {
    measure(bencher, "systemuserrolescollection", &[]);
}

#[divan::bench]
fn roles_of_users_expanded(bencher: Bencher<'_, '_>) {
    measure(bencher, "systemusers?$select=fullname&$expand=systemuserroles_association($select=name)", &[]);
}

#[divan::bench]
fn units_of_users_expanded(bencher: Bencher<'_, '_>) {
    measure(bencher, "systemusers?$select=fullname&$expand=businessunitid($select=name)", &[]);
}
