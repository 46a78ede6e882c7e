//! Lists of who holds which role, and of what changed since.

use libc::c_char;

use super::border::export;
use super::client::d365_client;
use super::error::d365_error;
use super::lists::start;
use super::rows::d365_rows;
use crate::changes::{self, ChangeToken};
use crate::error::Status;
use crate::roles::RoleRef;
use crate::rows::Rows;
use crate::{UnitRef, memberships};

/// Lists the users who hold a role, those who hold it through a team included. `role` is a roleid, or a name: then the roles of that name in all business units,
/// or in `business_unit` (id or name) where that is not NULL.
///
/// The columns: systemuserid, fullname, internalemailaddress, businessunitid, isdisabled, roleid, rolename, rolebusinessunitid, teamid, teamname; the last two
/// are empty for a user who holds the role itself. A user who holds it in several ways comes once for each.
///
/// Any thread. On success `*rows` is a handle as of `d365_user_list`; ROLE_NOT_FOUND and BUSINESS_UNIT_NOT_FOUND are told by the first `d365_rows_next`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn d365_role_members(
    client: *const d365_client,
    role: *const c_char,
    business_unit: *const c_char,
    rows: *mut *mut d365_rows,
    error: *mut *mut d365_error,
) -> Status {
    export!(error; client = handle(client), role = text(role), business_unit = optional_text(business_unit), rows = out(rows); {
        let (role, unit) = (RoleRef::from(role), business_unit.map(UnitRef::from));
        start(client, rows, move |client| memberships::members(client, &role, unit.as_ref()))
    })
}

/// Lists every role that any user of the environment holds, those of teams included, from the intersect tables: 5,000 pairs a request. With `user_names` the
/// table of users is read first, so that fullname is filled.
///
/// The columns: systemuserid, fullname, roleid, rolename, rolebusinessunitid, teamid, teamname; the last two are empty for a role that the user holds itself.
///
/// Any thread. On success `*rows` is a handle as of `d365_user_list`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn d365_role_assignments(
    client: *const d365_client,
    user_names: bool,
    rows: *mut *mut d365_rows,
    error: *mut *mut d365_error,
) -> Status {
    export!(error; client = handle(client), rows = out(rows); {
        start(client, rows, move |client| memberships::all(client, user_names))
    })
}

/// Lists what was created, changed or deleted in a table since `token` was handed out, or all rows where that is NULL. `table` is one of systemuser, role,
/// businessunit, team, systemuserroles, teamroles, teammembership; `columns` are logical names separated by commas, and must be the same for the same token.
///
/// The columns: reason ("deleted" for a row that is gone), id (of that row), and then those asked for. Once `d365_rows_next` returned END, `d365_rows_token` has
/// the token for the next time.
///
/// Any thread. On success `*rows` is a handle as of `d365_user_list`. Told by the first `d365_rows_next`: NOT_TRACKED where the environment does not track the table's
/// changes, TOKEN_EXPIRED where the token is too old (then read all rows again, with NULL), INVALID_ARGUMENT for another table's token.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn d365_changes(
    client: *const d365_client,
    table: *const c_char,
    columns: *const c_char,
    token: *const c_char,
    rows: *mut *mut d365_rows,
    error: *mut *mut d365_error,
) -> Status {
    export!(error; client = handle(client), table = text(table), columns = names(columns), token = optional_text(token), rows = out(rows); {
        let (table, token) = (table.to_owned(), token.map(str::to_owned));
        let next = ChangeToken::default();
        let told = next.clone();
        let started = Rows::start(&client.0, move |client| changes::since(client, &table, &columns, token.as_deref(), told))?;
        rows.set(d365_rows::with_token(started, next));
        Ok(Status::Ok)
    })
}
