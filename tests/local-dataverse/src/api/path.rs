//! What a path names.

use uuid::Uuid;

use crate::ledger::USER_ROLES;
use crate::odata::{ApiResult, ODataError, decode};

/// The entity sets that this server holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Set {
    /// systemusers
    Users,
    /// roles
    Roles,
    /// businessunits
    Units,
}

/// What a path names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resource {
    /// `systemusers`
    Rows(Set),
    /// `systemusers/$count`
    Count(Set),
    /// `systemusers(id)`
    Row(Set, Uuid),
    /// `systemusers(id)/fullname`
    Property(Set, Uuid, String),
    /// `systemusers(id)/systemuserroles_association`
    Roles(Uuid),
    /// `roles(id)/systemuserroles_association`
    Members(Uuid),
    /// `systemusers(id)/systemuserroles_association/$ref`
    RoleReferences(Uuid),
    /// `systemusers(id)/systemuserroles_association(role)/$ref`
    RoleReference(Uuid, Uuid),
    /// `systemusers(id)/Microsoft.Dynamics.CRM.SetBusinessSystemUser`
    MoveUser(Uuid),
    /// `WhoAmI()` and others that belong to no row
    Function(String),
}

/// Entity sets of the real service that are asked for often enough to deserve a better answer than 404.
const ELSEWHERE: [&str; 11] = [
    "teams",
    "organizations",
    "systemuserrolescollection",
    "teamrolescollection",
    "teammemberships",
    "roleprivilegescollection",
    "privileges",
    "EntityDefinitions",
    "$metadata",
    "accounts",
    "contacts",
];

/// Parts of a row that the real service has and this server not yet.
const PARTS: [&str; 6] = [
    "teammembership_association",
    "systemuserprofiles_association",
    "teamroles_association",
    "roleprivileges_association",
    "business_unit_system_users",
    "business_unit_roles",
];

/// The version and the rest of a path of the API.
pub fn version(path: &str) -> ApiResult<(String, &str)> {
    let rest = path.strip_prefix("/api/data").unwrap_or_default().trim_start_matches('/');
    let (version, rest) = rest.split_once('/').unwrap_or((rest, ""));
    match version {
        "v9.0" | "v9.1" | "v9.2" => Ok((version[1..].to_owned(), rest)),
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

/// What the part behind the version names.
pub fn parse(rest: &str) -> ApiResult<Resource> {
    let decoded: Vec<String> =
        rest.trim_end_matches('/').split('/').map(|segment| decode(segment, false)).collect::<ApiResult<_>>()?;
    let segments: Vec<&str> = decoded.iter().map(String::as_str).collect();
    let (first, others) = match segments.as_slice() {
        ["", ..] | [] => return Err(ODataError::unsupported("the service document; ask for an entity set")),
        [first, others @ ..] => (*first, others),
    };
    let (name, key) = split_key(first)?;
    let set = match name {
        "systemusers" => Set::Users,
        "roles" => Set::Roles,
        "businessunits" => Set::Units,
        "WhoAmI" | "RetrieveVersion" => return Ok(Resource::Function(name.to_owned())),
        _ if ELSEWHERE.contains(&name) => return Err(ODataError::unsupported(format!("'{name}'"))),
        _ if key.is_some() && first.ends_with("()") => {
            return Err(ODataError::unsupported(format!("the function '{name}'")));
        }
        _ => return Err(ODataError::no_resource(name)),
    };
    let Some(key) = key else {
        return match others {
            [] => Ok(Resource::Rows(set)),
            ["$count"] => Ok(Resource::Count(set)),
            [next, ..] => Err(ODataError::no_resource(next)),
        };
    };
    let id = parse_key(key)?;
    part_of_row(set, id, others)
}

fn part_of_row(set: Set, id: Uuid, others: &[&str]) -> ApiResult<Resource> {
    let Some((next, rest)) = others.split_first() else { return Ok(Resource::Row(set, id)) };
    let (name, key) = split_key(next)?;
    if name == USER_ROLES {
        return match (set, key, rest) {
            (Set::Users, None, []) => Ok(Resource::Roles(id)),
            (Set::Roles, None, []) => Ok(Resource::Members(id)),
            (Set::Users, None, ["$ref"]) => Ok(Resource::RoleReferences(id)),
            (Set::Users, Some(role), ["$ref"]) => Ok(Resource::RoleReference(id, parse_key(role)?)),
            (Set::Roles, ..) => Err(ODataError::unsupported(format!("'{name}' from the role's side"))),
            _ => Err(ODataError::unsupported(format!("'{}' behind a row", others.join("/")))),
        };
    }
    match (name, rest) {
        ("Microsoft.Dynamics.CRM.SetBusinessSystemUser", []) if set == Set::Users => Ok(Resource::MoveUser(id)),
        _ if name.starts_with("Microsoft.Dynamics.CRM.") || PARTS.contains(&name) => {
            Err(ODataError::unsupported(format!("'{name}'")))
        }
        (_, []) if key.is_none() => Ok(Resource::Property(set, id, name.to_owned())),
        _ => Err(ODataError::unsupported(format!("'{}' behind a row", others.join("/")))),
    }
}

fn split_key(segment: &str) -> ApiResult<(&str, Option<&str>)> {
    let Some((name, key)) = segment.split_once('(') else { return Ok((segment, None)) };
    let key = key
        .strip_suffix(')')
        .ok_or_else(|| ODataError::query(format!("Bad Request - Error in query syntax: '{segment}'.")))?;
    Ok((name, Some(key)))
}

fn parse_key(key: &str) -> ApiResult<Uuid> {
    if let Some((name, value)) = key.split_once('=') {
        // `systemusers(systemuserid=...)` is the long form of the key; others are alternate keys.
        if matches!(name, "systemuserid" | "roleid" | "businessunitid") {
            return parse_key(value);
        }
        return Err(ODataError::unsupported(format!("the alternate key '{name}'")));
    }
    // The service takes 36 characters, without braces or quotes.
    if key.len() == 36
        && let Ok(id) = Uuid::try_parse(key)
    {
        return Ok(id);
    }
    Err(ODataError::query(format!("Bad Request - Error in query syntax: '{key}' is no GUID.")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "c0000000-0000-4000-8000-000000000002";
    const ROLE: &str = "a0000003-0000-4000-8000-000000000002";

    #[test]
    fn paths_name_their_resources() {
        let (id, role) = (ID.parse().unwrap(), ROLE.parse().unwrap());
        for (path, resource) in [
            ("systemusers".to_owned(), Resource::Rows(Set::Users)),
            ("roles/$count".to_owned(), Resource::Count(Set::Roles)),
            (format!("businessunits({ID})"), Resource::Row(Set::Units, id)),
            (format!("systemusers%28{ID}%29"), Resource::Row(Set::Users, id)),
            (format!("systemusers({ID})/fullname"), Resource::Property(Set::Users, id, "fullname".into())),
            (format!("systemusers({ID})/{USER_ROLES}"), Resource::Roles(id)),
            (format!("systemusers({ID})/{USER_ROLES}/$ref"), Resource::RoleReferences(id)),
            (format!("systemusers({ID})/{USER_ROLES}({ROLE})/$ref"), Resource::RoleReference(id, role)),
            ("WhoAmI()".to_owned(), Resource::Function("WhoAmI".into())),
        ] {
            assert_eq!(parse(&path), Ok(resource), "{path}");
        }
    }

    #[test]
    fn what_is_not_there_is_told_from_what_is_not_supported() {
        assert_eq!(parse("unicorns").unwrap_err().status, 404);
        assert_eq!(parse("teams").unwrap_err().status, 501);
        assert_eq!(parse("systemusers(1)").unwrap_err().status, 400);
        assert_eq!(parse(&format!("systemusers({{{ID}}})")).unwrap_err().status, 400);
        assert_eq!(parse("systemusers(domainname='a')").unwrap_err().status, 501);
    }

    #[test]
    fn a_path_without_a_version_is_recognized() {
        assert!(lacks_version("/api/data"));
        assert!(lacks_version("/api/data/systemusers"));
        assert!(!lacks_version("/api/data/v9.1/systemusers"));
        assert_eq!(version("/api/data/v8.2/x").unwrap_err().status, 501);
    }
}
