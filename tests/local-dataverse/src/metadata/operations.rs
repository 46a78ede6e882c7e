//! The functions and actions that this server offers, as `$metadata` tells of them.

use crate::model::Set;

/// A function or action.
#[derive(Debug)]
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

/// All of them.
pub const ALL: [Operation; 7] = [
    function("WhoAmI", &[], "mscrm.WhoAmIResponse"),
    function("RetrieveVersion", &[], "mscrm.RetrieveVersionResponse"),
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
];

/// A complex type: its name, and its properties with their types.
pub type Complex = (&'static str, &'static [(&'static str, &'static str)]);

const PRIVILEGES: &[(&str, &str)] = &[("RolePrivileges", "Collection(mscrm.RolePrivilege)")];

/// The complex types that rows and results have.
pub const COMPLEX: [Complex; 8] = [
    (
        "BooleanManagedProperty",
        &[("Value", "Edm.Boolean"), ("CanBeChanged", "Edm.Boolean"), ("ManagedPropertyLogicalName", "Edm.String")],
    ),
    ("WhoAmIResponse", &[("BusinessUnitId", "Edm.Guid"), ("UserId", "Edm.Guid"), ("OrganizationId", "Edm.Guid")]),
    ("RetrieveVersionResponse", &[("Version", "Edm.String")]),
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
pub const ENUMERATIONS: [Enumeration; 1] =
    [("PrivilegeDepth", &[("Basic", 0), ("Local", 1), ("Deep", 2), ("Global", 3), ("RecordFilter", 4)])];
