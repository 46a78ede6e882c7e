//! The functions and actions that this server offers, as `$metadata` tells of them.

use crate::model::Set;

/// A function or action.
#[derive(Debug, PartialEq, Eq)]
pub struct Operation {
    /// Its name without the namespace.
    pub name: &'static str,
    /// Whether it changes something.
    pub is_action: bool,
    /// The set of the row that it belongs to.
    pub bound_to: Option<Set>,
    /// Its parameters besides that row: names and types.
    pub parameters: &'static [(&'static str, &'static str)],
    /// The type of its result.
    pub returns: Option<&'static str>,
}

const fn function(
    name: &'static str,
    parameters: &'static [(&'static str, &'static str)],
    returns: &'static str,
) -> Operation {
    Operation { name, is_action: false, bound_to: None, parameters, returns: Some(returns) }
}

const fn of_row(set: Set, operation: Operation) -> Operation {
    Operation { bound_to: Some(set), ..operation }
}

const fn action_of_team(name: &'static str) -> Operation {
    Operation {
        name,
        is_action: true,
        bound_to: Some(Set::Teams),
        parameters: &[("Members", "Collection(mscrm.systemuser)")],
        returns: None,
    }
}

/// All of them.
pub static ALL: [Operation; 14] = [
    function("WhoAmI", &[], "mscrm.WhoAmIResponse"),
    function("RetrieveVersion", &[], "mscrm.RetrieveVersionResponse"),
    function(
        "RetrieveCurrentOrganization",
        &[("AccessType", "mscrm.EndpointAccessType")],
        "mscrm.RetrieveCurrentOrganizationResponse",
    ),
    function(
        "RetrieveTotalRecordCount",
        &[("EntityNames", "Collection(Edm.String)")],
        "mscrm.RetrieveTotalRecordCountResponse",
    ),
    function("RetrieveTimestamp", &[], "mscrm.RetrieveTimestampResponse"),
    function("RetrieveProvisionedLanguages", &[], "mscrm.RetrieveProvisionedLanguagesResponse"),
    function("RetrieveAvailableLanguages", &[], "mscrm.RetrieveAvailableLanguagesResponse"),
    of_row(Set::Users, function("RetrieveUserPrivileges", &[], "mscrm.RetrieveUserPrivilegesResponse")),
    of_row(
        Set::Users,
        function(
            "RetrieveUserPrivilegeByPrivilegeName",
            &[("PrivilegeName", "Edm.String")],
            "mscrm.RetrieveUserPrivilegeByPrivilegeNameResponse",
        ),
    ),
    of_row(
        Set::Users,
        function(
            "RetrieveUserSetOfPrivilegesByNames",
            &[("PrivilegeNames", "Collection(Edm.String)")],
            "mscrm.RetrieveUserSetOfPrivilegesByNamesResponse",
        ),
    ),
    of_row(Set::Roles, function("RetrieveRolePrivilegesRole", &[], "mscrm.RetrieveRolePrivilegesRoleResponse")),
    Operation {
        name: "SetBusinessSystemUser",
        is_action: true,
        bound_to: Some(Set::Users),
        parameters: &[
            ("BusinessUnit", "mscrm.businessunit"),
            ("ReassignPrincipal", "mscrm.systemuser"),
            ("DoNotMoveAllRecords", "Edm.Boolean"),
        ],
        returns: None,
    },
    action_of_team("AddMembersTeam"),
    action_of_team("RemoveMembersTeam"),
];

/// The operation with this name that belongs to no row.
pub fn unbound(name: &str) -> Option<&'static Operation> {
    ALL.iter().find(|operation| operation.bound_to.is_none() && operation.name == name)
}

/// The operation with this name that belongs to rows of a set.
pub fn bound(set: Set, name: &str) -> Option<&'static Operation> {
    ALL.iter().find(|operation| operation.bound_to == Some(set) && operation.name == name)
}

/// A complex type: its name, and its properties with their types.
pub type Complex = (&'static str, &'static [(&'static str, &'static str)]);

const PRIVILEGES: &[(&str, &str)] = &[("RolePrivileges", "Collection(mscrm.RolePrivilege)")];

/// The complex types that rows and results have.
pub const COMPLEX: [Complex; 16] = [
    (
        "BooleanManagedProperty",
        &[("Value", "Edm.Boolean"), ("CanBeChanged", "Edm.Boolean"), ("ManagedPropertyLogicalName", "Edm.String")],
    ),
    ("WhoAmIResponse", &[("BusinessUnitId", "Edm.Guid"), ("UserId", "Edm.Guid"), ("OrganizationId", "Edm.Guid")]),
    ("RetrieveVersionResponse", &[("Version", "Edm.String")]),
    ("RetrieveCurrentOrganizationResponse", &[("Detail", "mscrm.OrganizationDetail")]),
    (
        "OrganizationDetail",
        &[
            ("OrganizationId", "Edm.Guid"),
            ("FriendlyName", "Edm.String"),
            ("OrganizationVersion", "Edm.String"),
            ("EnvironmentId", "Edm.String"),
            ("DatacenterId", "Edm.Guid"),
            ("Geo", "Edm.String"),
            ("TenantId", "Edm.String"),
            ("UrlName", "Edm.String"),
            ("UniqueName", "Edm.String"),
            ("State", "Edm.String"),
            ("SchemaType", "Edm.String"),
            ("OrganizationType", "Edm.String"),
            ("Endpoints", "mscrm.EndpointCollection"),
        ],
    ),
    (
        "EndpointCollection",
        &[
            ("Count", "Edm.Int32"),
            ("IsReadOnly", "Edm.Boolean"),
            ("Keys", "Collection(Edm.String)"),
            ("Values", "Collection(Edm.String)"),
        ],
    ),
    ("RetrieveTotalRecordCountResponse", &[("EntityRecordCountCollection", "mscrm.EntityRecordCountCollection")]),
    (
        "EntityRecordCountCollection",
        &[
            ("Count", "Edm.Int32"),
            ("IsReadOnly", "Edm.Boolean"),
            ("Keys", "Collection(Edm.String)"),
            ("Values", "Collection(Edm.Int64)"),
        ],
    ),
    ("RetrieveTimestampResponse", &[("Timestamp", "Edm.String")]),
    ("RetrieveProvisionedLanguagesResponse", &[("RetrieveProvisionedLanguages", "Collection(Edm.Int32)")]),
    ("RetrieveAvailableLanguagesResponse", &[("LocaleIds", "Collection(Edm.Int32)")]),
    (
        "RolePrivilege",
        &[
            ("Depth", "mscrm.PrivilegeDepth"),
            ("PrivilegeId", "Edm.Guid"),
            ("BusinessUnitId", "Edm.Guid"),
            ("PrivilegeName", "Edm.String"),
            ("RecordFilterId", "Edm.Guid"),
            ("RecordFilterUniqueName", "Edm.String"),
        ],
    ),
    ("RetrieveUserPrivilegesResponse", PRIVILEGES),
    ("RetrieveUserPrivilegeByPrivilegeNameResponse", PRIVILEGES),
    ("RetrieveUserSetOfPrivilegesByNamesResponse", PRIVILEGES),
    ("RetrieveRolePrivilegesRoleResponse", PRIVILEGES),
];

/// An enumeration: its name, and its members with their values.
pub type Enumeration = (&'static str, &'static [(&'static str, i64)]);

/// The enumerations that they use.
pub const ENUMERATIONS: [Enumeration; 2] = [
    ("EndpointAccessType", &[("Default", 0), ("Internet", 1), ("Intranet", 2)]),
    ("PrivilegeDepth", &[("Basic", 0), ("Local", 1), ("Deep", 2), ("Global", 3), ("RecordFilter", 4)]),
];
