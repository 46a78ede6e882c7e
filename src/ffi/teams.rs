//! Teams: lists of them, their members and roles, and changes of those roles.

use libc::c_char;

use super::border::export;
use super::client::d365_client;
use super::error::d365_error;
use super::flags;
use super::lists::{query, start as start_rows};
use super::operation::d365_operation;
use super::operations::start_on;
use super::rows::d365_rows;
use crate::error::Status;
use crate::roles::RoleRef;
use crate::{Subject, UnitRef, teams};

/// Lists teams. `columns` are logical names separated by commas; NULL means teamid, name, businessunitid, teamtype, isdefault, administratorid, description.
/// `filter` and `order_by` are OData expressions ("isdefault eq false", "name desc") or NULL. At most `first` rows; 0 means all.
///
/// Any thread. On success `*rows` is a handle to read with `d365_rows_next` and to free with `d365_rows_free`; a wrong column or
/// filter, and whatever a request fails with, is told by the first `d365_rows_next`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn d365_team_list(
    client: *const d365_client,
    columns: *const c_char,
    filter: *const c_char,
    order_by: *const c_char,
    first: u64,
    rows: *mut *mut d365_rows,
    error: *mut *mut d365_error,
) -> Status {
    export!(error; client = handle(client), columns = names(columns), filter = optional_text(filter),
        order_by = optional_text(order_by), rows = out(rows); {
        let query = query(columns, filter, order_by, first);
        start_rows(client, rows, move |client| teams::list(client, &query))
    })
}

/// Lists the users who belong to a team. `columns` as in `d365_user_list`.
///
/// Any thread. On success `*rows` is a handle as of `d365_user_list`; an unknown team is TEAM_NOT_FOUND at the first
/// `d365_rows_next`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn d365_team_members(
    client: *const d365_client,
    team_id: *const c_char,
    columns: *const c_char,
    rows: *mut *mut d365_rows,
    error: *mut *mut d365_error,
) -> Status {
    export!(error; client = handle(client), team_id = guid(team_id), columns = names(columns), rows = out(rows); {
        let query = query(columns, None, None, 0);
        start_rows(client, rows, move |client| teams::members(client, team_id, &query))
    })
}

/// Lists the roles that a team holds. `columns` as in `d365_role_list`.
///
/// Any thread. On success `*rows` is a handle as of `d365_user_list`; an unknown team is TEAM_NOT_FOUND at the first
/// `d365_rows_next`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn d365_team_roles(
    client: *const d365_client,
    team_id: *const c_char,
    columns: *const c_char,
    rows: *mut *mut d365_rows,
    error: *mut *mut d365_error,
) -> Status {
    export!(error; client = handle(client), team_id = guid(team_id), columns = names(columns), rows = out(rows); {
        let query = query(columns, None, None, 0);
        start_rows(client, rows, move |client| teams::roles(client, team_id, &query))
    })
}

/// Assigns a role to a team. `role` is a roleid, or the name of a role: that of the team's own business unit, or of `business_unit` (id or name) where that is
/// not NULL. `flags`: 0 or D365_PLAN.
///
/// Result: `{"changed":true,"planned":false,"action":"Added","team":{"teamid","name","businessunitid"},"role":{"roleid","name","businessunitid"}}`; where it
/// was so already, `"changed":false,"action":"Unchanged"`.
///
/// Fails with TEAM_NOT_FOUND, ROLE_NOT_FOUND, AMBIGUOUS_NAME, CONSTRAINT_VIOLATION, OUTCOME_UNKNOWN, and as d365_user_get.
///
/// Any thread. On success `*operation` is a handle to wait for with `d365_operation_wait` and to free with
/// `d365_operation_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn d365_team_role_assign(
    client: *const d365_client,
    team_id: *const c_char,
    role: *const c_char,
    business_unit: *const c_char,
    flags: u32,
    operation: *mut *mut d365_operation,
    error: *mut *mut d365_error,
) -> Status {
    export!(error; client = handle(client), team_id = guid(team_id), role = text(role), business_unit = optional_text(business_unit), operation = out(operation); {
        let mode = flags::mode(flags, flags::PLAN)?;
        let (role, unit) = (RoleRef::from(role), business_unit.map(UnitRef::from));
        start_on(client, Subject::team(team_id).with_roles(), operation, move |client| teams::assign_role(client, team_id, &role, unit.as_ref(), mode))
    })
}

/// Revokes a role from a team. The arguments are those of `d365_team_role_assign`.
///
/// Result: as d365_team_role_assign, with the action "Removed" or "Unchanged".
///
/// Fails as d365_team_role_assign.
///
/// Any thread. On success `*operation` is a handle to wait for with `d365_operation_wait` and to free with
/// `d365_operation_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn d365_team_role_revoke(
    client: *const d365_client,
    team_id: *const c_char,
    role: *const c_char,
    business_unit: *const c_char,
    flags: u32,
    operation: *mut *mut d365_operation,
    error: *mut *mut d365_error,
) -> Status {
    export!(error; client = handle(client), team_id = guid(team_id), role = text(role), business_unit = optional_text(business_unit), operation = out(operation); {
        let mode = flags::mode(flags, flags::PLAN)?;
        let (role, unit) = (RoleRef::from(role), business_unit.map(UnitRef::from));
        start_on(client, Subject::team(team_id).with_roles(), operation, move |client| teams::revoke_role(client, team_id, &role, unit.as_ref(), mode))
    })
}
