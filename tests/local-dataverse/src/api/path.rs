//! What a path names.

use uuid::Uuid;

use crate::metadata::operations::{self, Operation};
use crate::model::{Collection, Entity, Set, with_set};
use crate::odata::key::Key;
use crate::odata::reference::VERSIONS;
use crate::odata::{ApiResult, ODataError, decode};

/// What a path names.
#[derive(Clone, Debug, PartialEq)]
pub enum Resource {
    /// `systemusers`
    Rows(Set),
    /// `systemusers/$count`
    Count(Set),
    /// `systemusers(id)`
    Row(Set, Uuid),
    /// `teams(azureactivedirectoryobjectid=...,membershiptype=0)` where there is no such row
    Missing(Set, Key),
    /// `systemusers(id)/fullname`, and `systemusers(id)/businessunitid`
    Property(Set, Uuid, String),
    /// `systemusers(id)/fullname/$value`
    PropertyText(Set, Uuid, String),
    /// `systemusers(id)/businessunitid/$ref`
    PropertyReference(Set, Uuid, String),
    /// `systemusers(id)/systemuserroles_association`
    Related(Set, Uuid, Collection),
    /// `systemusers(id)/systemuserroles_association/$count`
    RelatedCount(Set, Uuid, Collection),
    /// `systemusers(id)/systemuserroles_association/$ref`
    References(Set, Uuid, Collection),
    /// `systemusers(id)/systemuserroles_association(role)/$ref`
    Reference(Set, Uuid, Collection, Uuid),
    /// `systemusers(id)/Microsoft.Dynamics.CRM.SetBusinessSystemUser`: the name behind the namespace, and what stands between
    /// its parentheses
    Bound(Set, Uuid, String, String),
    /// The service document: nothing behind the version
    Service,
    /// `$metadata`
    Metadata,
    /// `EntityDefinitions(LogicalName='systemuser')/Attributes` and the like: the segments
    Definitions(Vec<String>),
    /// `WhoAmI()` and others that belong to no row
    Function(&'static Operation, String),
}

impl Resource {
    /// The set whose rows are read or changed, where it is one.
    pub fn set(&self) -> Option<Set> {
        match self {
            Resource::Rows(set)
            | Resource::Count(set)
            | Resource::Row(set, _)
            | Resource::Missing(set, _)
            | Resource::Property(set, ..)
            | Resource::PropertyText(set, ..)
            | Resource::PropertyReference(set, ..)
            | Resource::Bound(set, ..) => Some(*set),
            Resource::Related(_, _, collection)
            | Resource::RelatedCount(_, _, collection)
            | Resource::References(_, _, collection)
            | Resource::Reference(_, _, collection, _) => Some(collection.target()),
            Resource::Service | Resource::Metadata | Resource::Definitions(_) | Resource::Function(..) => None,
        }
    }
}

impl Resource {
    /// The methods that it takes, as the `Allow` header lists them.
    pub fn methods(&self) -> &'static str {
        match self {
            Resource::Rows(_) => "GET, POST",
            Resource::Row(..) | Resource::Missing(..) => "GET, PATCH, DELETE",
            Resource::Property(..) | Resource::PropertyReference(..) => "GET, PUT, DELETE",
            Resource::References(..) => "GET, POST, DELETE",
            Resource::Reference(..) => "DELETE",
            Resource::Bound(set, _, name, _) if operations::bound(*set, name).is_some_and(|known| known.is_action) => {
                "POST"
            }
            Resource::Count(_)
            | Resource::PropertyText(..)
            | Resource::Related(..)
            | Resource::RelatedCount(..)
            | Resource::Bound(..)
            | Resource::Service
            | Resource::Metadata
            | Resource::Definitions(_)
            | Resource::Function(..) => "GET",
        }
    }
}

/// Entity sets of the real service that are asked for often enough to deserve a better answer than 404.
const ELSEWHERE: [&str; 4] = ["roleprivilegescollection", "accounts", "contacts", "queues"];

/// Entity sets of metadata.
const DEFINITIONS: [&str; 4] =
    ["EntityDefinitions", "RelationshipDefinitions", "GlobalOptionSetDefinitions", "ManagedPropertyDefinitions"];

/// Parts of a row that the real service has and this server not yet.
const PARTS: [&str; 2] = ["systemuserprofiles_association", "roleprivileges_association"];

/// What the names of types and operations start with.
pub const NAMESPACE: &str = "Microsoft.Dynamics.CRM.";

/// The version and the rest of a path of the API.
pub fn version(path: &str) -> ApiResult<(String, &str)> {
    let rest = path.strip_prefix("/api/data").unwrap_or_default().trim_start_matches('/');
    let (version, rest) = rest.split_once('/').unwrap_or((rest, ""));
    match version {
        _ if VERSIONS.contains(&version) => Ok((version[1..].to_owned(), rest)),
        _ if version.starts_with("v8.") || version.starts_with("v7.") => {
            Err(ODataError::unsupported(format!("API version {version}; it offers v9.0, v9.1 and v9.2")))
        }
        _ => Err(ODataError::no_resource(version)),
    }
}

/// Whether a path of the API has no version.
pub fn lacks_version(path: &str) -> bool {
    let rest = path.strip_prefix("/api/data").unwrap_or_default().trim_start_matches('/');
    let mut digits = rest.split('/').next().unwrap_or_default().chars();
    !(digits.next() == Some('v') && digits.next().is_some_and(|next| next.is_ascii_digit()))
}

/// What keys in a path stand for.
pub struct Keys<'a> {
    /// The text that a name such as `@p1` stands for.
    pub alias: &'a dyn Fn(&str) -> Option<String>,
    /// The row with a key.
    pub find: &'a dyn Fn(Set, &Key) -> Option<Uuid>,
}

impl Keys<'_> {
    fn read(&self, set: Set, text: &str) -> ApiResult<Key> {
        Key::read(set, text, self.alias)
    }

    fn row(&self, set: Set, text: &str) -> ApiResult<Uuid> {
        (self.find)(set, &self.read(set, text)?).ok_or_else(|| Key::missing(set))
    }
}

/// What the part behind the version names.
pub fn parse(rest: &str, keys: &Keys<'_>) -> ApiResult<Resource> {
    let decoded: Vec<String> =
        rest.trim_end_matches('/').split('/').map(|segment| decode(segment, false)).collect::<ApiResult<_>>()?;
    let segments: Vec<&str> = decoded.iter().map(String::as_str).collect();
    let (first, others) = match segments.as_slice() {
        [""] | [] => return Ok(Resource::Service),
        ["$metadata"] => return Ok(Resource::Metadata),
        [first, others @ ..] => (*first, others),
    };
    let (name, key) = split_key(first)?;
    let Some(set) = Set::of_name(name) else {
        if let Some(operation) = operations::unbound(name) {
            if !others.is_empty() {
                return Err(ODataError::unsupported(format!("'{}' behind the function '{name}'", others.join("/"))));
            }
            return Ok(Resource::Function(operation, key.unwrap_or_default().to_owned()));
        }
        return match name {
            "$all" | "$entity" | "$crossjoin" => Err(ODataError::unsupported(format!("'{name}'"))),
            _ if DEFINITIONS.contains(&name) => Ok(Resource::Definitions(decoded)),
            _ if ELSEWHERE.contains(&name) => Err(ODataError::unsupported(format!("'{name}'"))),
            _ if key.is_some() && first.ends_with("()") => {
                Err(ODataError::unsupported(format!("the function '{name}'")))
            }
            _ => Err(ODataError::no_resource(name)),
        };
    };
    let Some(key) = key else {
        return match others {
            [] => Ok(Resource::Rows(set)),
            ["$count"] => Ok(Resource::Count(set)),
            [next, ..] => {
                let name = next.split('(').next().unwrap_or_default();
                let known = ["$ref", "$query", "$each", "$filter", "$orderby", "$skip", "$top"].contains(&name);
                Err(if known || name.starts_with(NAMESPACE) {
                    ODataError::unsupported(format!("'{next}' behind '{first}'"))
                } else {
                    ODataError::no_resource(next)
                })
            }
        };
    };
    let key = keys.read(set, key)?;
    match (keys.find)(set, &key) {
        Some(id) => part_of_row(set, id, others, keys),
        None if others.is_empty() => Ok(Resource::Missing(set, key)),
        None => Err(Key::missing(set)),
    }
}

fn part_of_row(set: Set, id: Uuid, others: &[&str], keys: &Keys<'_>) -> ApiResult<Resource> {
    let Some((next, rest)) = others.split_first() else { return Ok(Resource::Row(set, id)) };
    let (name, key) = split_key(next)?;
    if let Some(collection) = Collection::of_set(set, name) {
        return match (key, rest) {
            (None, []) => Ok(Resource::Related(set, id, collection)),
            (None, ["$count"]) => Ok(Resource::RelatedCount(set, id, collection)),
            (None, ["$ref"]) => Ok(Resource::References(set, id, collection)),
            (Some(other), ["$ref"]) => {
                Ok(Resource::Reference(set, id, collection, keys.row(collection.target(), other)?))
            }
            _ => Err(ODataError::unsupported(format!("'{}' behind a row", others.join("/")))),
        };
    }
    if let (Some(operation), []) = (name.strip_prefix(NAMESPACE), rest) {
        return Ok(Resource::Bound(set, id, operation.to_owned(), key.unwrap_or_default().to_owned()));
    }
    match rest {
        _ if PARTS.contains(&name) || name == "$ref" => Err(ODataError::unsupported(format!("'{name}'"))),
        [] if key.is_none() => Ok(Resource::Property(set, id, name.to_owned())),
        ["$value"] if key.is_none() => Ok(Resource::PropertyText(set, id, name.to_owned())),
        ["$ref"] if key.is_none() => Ok(Resource::PropertyReference(set, id, name.to_owned())),
        [next, ..] if !leads_on(set, name) => Err(ODataError::no_resource(next)),
        _ => Err(ODataError::unsupported(format!("'{}' behind a row", others.join("/")))),
    }
}

/// Whether a property of a set's rows leads to another row.
fn leads_on(set: Set, name: &str) -> bool {
    with_set!(set, Row => Row::schema().navigation(name).is_some())
}

/// A segment's name, and the key in parentheses behind it.
pub fn split_key(segment: &str) -> ApiResult<(&str, Option<&str>)> {
    let Some((name, key)) = segment.split_once('(') else { return Ok((segment, None)) };
    let key = key
        .strip_suffix(')')
        .ok_or_else(|| ODataError::query(format!("Bad Request - Error in query syntax: '{segment}'.")))?;
    Ok((name, Some(key)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A path over an empty store.
    fn parse(rest: &str) -> ApiResult<Resource> {
        let found = |_: Set, key: &Key| if let Key::Id(id) = key { Some(*id) } else { None };
        super::parse(rest, &Keys { alias: &|_| None, find: &found })
    }

    const ID: &str = "c0000000-0000-4000-8000-000000000002";
    const ROLE: &str = "a0000003-0000-4000-8000-000000000002";
    const ROLES: &str = "systemuserroles_association";

    #[test]
    fn paths_name_their_resources() {
        let (id, role) = (ID.parse().unwrap(), ROLE.parse().unwrap());
        let roles = Collection::of_set(Set::Users, ROLES).unwrap();
        let members = Collection::of_set(Set::Roles, ROLES).unwrap();
        for (path, resource) in [
            ("systemusers".to_owned(), Resource::Rows(Set::Users)),
            ("roles/$count".to_owned(), Resource::Count(Set::Roles)),
            (format!("businessunits({ID})"), Resource::Row(Set::Units, id)),
            (format!("systemusers%28{ID}%29"), Resource::Row(Set::Users, id)),
            (format!("systemusers({ID})/fullname"), Resource::Property(Set::Users, id, "fullname".into())),
            (
                format!("systemusers({ID})/businessunitid/$ref"),
                Resource::PropertyReference(Set::Users, id, "businessunitid".into()),
            ),
            (format!("systemusers({ID})/fullname/$value"), Resource::PropertyText(Set::Users, id, "fullname".into())),
            (format!("systemusers({ID})/{ROLES}"), Resource::Related(Set::Users, id, roles)),
            (format!("systemusers({ID})/{ROLES}/$count"), Resource::RelatedCount(Set::Users, id, roles)),
            (format!("systemusers({ID})/{ROLES}/$ref"), Resource::References(Set::Users, id, roles)),
            (format!("systemusers({ID})/{ROLES}({ROLE})/$ref"), Resource::Reference(Set::Users, id, roles, role)),
            (format!("roles({ROLE})/{ROLES}/$ref"), Resource::References(Set::Roles, role, members)),
            (
                format!("systemusers({ID})/Microsoft.Dynamics.CRM.X()"),
                Resource::Bound(Set::Users, id, "X".into(), String::new()),
            ),
            ("WhoAmI()".to_owned(), Resource::Function(operations::unbound("WhoAmI").unwrap(), String::new())),
        ] {
            assert_eq!(parse(&path), Ok(resource), "{path}");
        }
    }

    #[test]
    fn what_is_not_there_is_told_from_what_is_not_supported() {
        assert_eq!(parse("unicorns").unwrap_err().status, 404);
        assert_eq!(parse("accounts").unwrap_err().status, 501);
        assert_eq!(parse("systemusers(1)").unwrap_err().status, 400);
        assert_eq!(parse(&format!("systemusers({{{ID}}})")).unwrap_err().status, 400);
        assert_eq!(parse("systemusers(domainname='a')").unwrap_err().status, 400);
        let path = format!("systemusers(azureactivedirectoryobjectid={ID})");
        assert!(matches!(parse(&path), Ok(Resource::Missing(Set::Users, _))));
        assert_eq!(parse(&format!("{path}/fullname")).unwrap_err().code, "0x80060891");
    }

    #[test]
    fn a_path_without_a_version_is_recognized() {
        assert!(lacks_version("/api/data"));
        assert!(lacks_version("/api/data/systemusers"));
        assert!(!lacks_version("/api/data/v9.1/systemusers"));
        assert_eq!(version("/api/data/v8.2/x").unwrap_err().status, 501);
    }
}
