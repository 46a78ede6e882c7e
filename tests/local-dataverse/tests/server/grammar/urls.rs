//! The other query options, and paths.

use local_dataverse::seed;

use super::Gives::{Malformed, Unsupported, Users};
use super::{EVERYBODY, NOBODY, check, escaped};
use crate::client::{Fixture, user};

#[test]
fn other_query_options() {
    check(
        &[
            ("$top=2", Users("Adele Bruno")),
            ("$top=0", NOBODY),
            ("$top=-1", Malformed),
            ("$top=%2B1", Malformed),
            ("$top=1.5", Malformed),
            ("$top=two", Malformed),
            ("$top=", Malformed),
            ("$top", Malformed),
            ("$top=99999999999999999999", Malformed),
            ("$top=1&$top=2", Malformed),
            ("%24top=2", Users("Adele Bruno")),
            ("$Top=2", Malformed),
            ("top=2", EVERYBODY),
            ("anything=else", EVERYBODY),
            ("&&", EVERYBODY),
            ("$nothing=1", Malformed),
            ("$skip=1", Malformed),
            ("$count=true", EVERYBODY),
            ("$count=false", EVERYBODY),
            ("$count=True", Malformed),
            ("$count=1", Malformed),
            ("$count", Malformed),
            ("$search=Adele", Unsupported),
            ("$apply=aggregate($count as n)", Unsupported),
            ("$compute=accessmode add 1 as x", Unsupported),
            ("$filter=firstname eq @p&@p='Adele'", Users("Adele")),
            (
                "$filter=Microsoft.Dynamics.CRM.In(PropertyName=@p1,PropertyValues=@p2)&@p1='firstname'&@p2=[%22Adele%22]",
                Users("Adele"),
            ),
            ("$filter=firstname eq @p", Malformed),
            ("$filter=firstname eq @p&@p=", Malformed),
            ("$filter=firstname eq @p&@p=@q&@q='Adele'", Unsupported),
            ("@p='Adele'", EVERYBODY),
            ("$expand=businessunitid", EVERYBODY),
            ("$expand=businessunitid($select=name)", EVERYBODY),
            ("$expand=businessunitid,systemuserroles_association", EVERYBODY),
            (
                "$expand=systemuserroles_association($select=name;$filter=name eq 'x';$orderby=name desc;$top=1)",
                EVERYBODY,
            ),
            ("$expand=nothing", Malformed),
            ("$expand=firstname", Malformed),
            ("$expand=businessunitid(", Malformed),
            ("$expand=businessunitid($select=nothing)", Malformed),
            ("$expand=businessunitid($nothing=1)", Malformed),
            ("$expand=,", Malformed),
            ("$expand=*", Unsupported),
            ("$expand=businessunitid/$ref", Unsupported),
            ("$expand=systemuserroles_association/$count", Unsupported),
            ("$expand=businessunitid($levels=2)", Unsupported),
            ("$expand=territoryid", Unsupported),
            ("$skiptoken=Start@Next", Malformed),
        ],
        |option| format!("systemusers?$select=firstname&$orderby=firstname&{}", option.replace(' ', "%20")),
    );
    check(
        &[
            ("firstname", EVERYBODY),
            ("firstname asc", EVERYBODY),
            ("firstname  desc", Users("Dora Connector Chiara Bruno Adele")),
            ("isdisabled desc, firstname", Users("Chiara Adele Bruno Connector Dora")),
            ("firstname ASC", Malformed),
            ("firstname up", Malformed),
            ("firstname asc desc", Malformed),
            ("nothing", Malformed),
            ("firstname,", Malformed),
            ("", Malformed),
            ("length(firstname)", Unsupported),
            ("systemuserroles_association/$count", Unsupported),
            ("businessunitid/name", Unsupported),
        ],
        |order| format!("systemusers?$select=firstname&$orderby={}", escaped(order)),
    );
}

#[test]
fn paths_of_resources() {
    let fixture = Fixture::new();
    let adele = user(seed::ADELE);
    let mut wrong = Vec::new();
    for (path, expected) in [
        ("systemusers", 200),
        ("systemusers/", 200),
        ("systemusers?", 200),
        ("systemusers/$count", 200),
        ("systemusers/$count?$filter=firstname%20eq%20%27Adele%27", 200),
        ("{adele}", 200),
        ("systemusers(systemuserid=c0000000-0000-4000-8000-000000000002)", 200),
        ("systemusers%28c0000000-0000-4000-8000-000000000002%29", 200),
        ("{adele}/firstname", 200),
        ("{adele}/firstname/$value", 200),
        ("{adele}/systemuserroles_association", 200),
        ("{adele}/systemuserroles_association/$count", 200),
        ("{adele}/systemuserroles_association/$ref", 200),
        ("WhoAmI()", 200),
        ("WhoAmI", 200),
        ("systemusers('c0000000-0000-4000-8000-000000000002')", 400),
        ("systemusers(c0000000-0000-4000-8000-000000000002", 400),
        ("systemusers()", 400),
        ("systemusers(1)", 400),
        ("systemusers(nothing=1)", 400),
        ("systemusers(c0000000-0000-4000-8000-000000000002)(1)", 400),
        ("WhoAmI(x=1)", 400),
        ("Systemusers", 404),
        (".systemusers", 404),
        ("unicorns", 404),
        ("systemusers/c0000000-0000-4000-8000-000000000002", 404),
        ("systemusers/firstname", 404),
        ("systemusers/$count/nothing", 404),
        ("systemusers//firstname", 404),
        ("{adele}/nothing", 404),
        ("{adele}/firstname/$value/nothing", 404),
        ("{adele}/firstname/nothing", 404),
        ("systemusers(@p)?@p=c0000000-0000-4000-8000-000000000002", 501),
        ("systemusers(domainname='x')", 400),
        ("systemusers/$ref", 501),
        ("systemusers/$query", 501),
        ("systemusers/$each", 501),
        ("systemusers/$filter(@f)?@f=true", 501),
        ("systemusers/Microsoft.Dynamics.CRM.systemuser", 501),
        ("{adele}/$ref", 501),
        ("{adele}/businessunitid/name", 501),
        ("{adele}/Microsoft.Dynamics.CRM.systemuser", 501),
        ("$entity?$id={adele}", 501),
        ("$all", 501),
        ("$crossjoin(systemusers,roles)", 501),
        ("AnyFunctionOfTheService()", 501),
    ] {
        let reply = fixture.send("GET", &path.replace("{adele}", &adele), &[], None);
        if reply.status != expected || (expected >= 400 && reply.message().is_empty()) {
            wrong.push(format!("{path}: expected {expected}, got {} {}", reply.status, reply.text));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
