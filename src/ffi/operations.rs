//! The operations on one user or role: each starts work on another thread and returns at once.

use libc::c_char;
use serde::Serialize;

use super::border::{Out, export};
use super::client::d365_client;
use super::error::d365_error;
use super::flags;
use super::operation::d365_operation;
use crate::client::Client;
use crate::error::{Result, Status};
use crate::operation::Operation;
use crate::roles::RoleRef;
use crate::{Subject, UnitRef, diagnosis, requests, roles, users};

pub(super) fn start<T: Serialize>(
    client: &d365_client,
    operation: Out<*mut d365_operation>,
    work: impl FnOnce(&Client) -> Result<T> + Send + 'static,
) -> Result<Status> {
    operation.set(d365_operation::into_raw(Operation::start(&client.0, work)?));
    Ok(Status::Ok)
}

/// The same for work on one user or team.
pub(super) fn start_on<T: Serialize>(
    client: &d365_client,
    subject: Subject,
    operation: Out<*mut d365_operation>,
    work: impl FnOnce(&Client) -> Result<T> + Send + 'static,
) -> Result<Status> {
    operation.set(d365_operation::into_raw(Operation::start_on(&client.0, Some(subject), work)?));
    Ok(Status::Ok)
}

/// Reads one user. `user_id` is its systemuserid, `columns` are logical names separated by commas; NULL means the usual ones. Beside those of
/// the table there is the column "businessunitname", the name of its business unit.
///
/// Result: `{"systemuserid":"...","fullname":"...", ...}`, the columns asked for, in that order, null where not set. Lookups are asked
/// for by their plain names ("businessunitid").
///
/// Fails with USER_NOT_FOUND, and with whatever any request fails with: AUTHENTICATION_FAILED, ACCESS_DENIED, THROTTLED,
/// SERVICE_UNAVAILABLE, TIMED_OUT, SERVER_ERROR, UNEXPECTED_RESPONSE, CANCELLED.
///
/// Any thread. On success `*operation` is a handle to wait for with `d365_operation_wait` and to free with
/// `d365_operation_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn d365_user_get(
    client: *const d365_client,
    user_id: *const c_char,
    columns: *const c_char,
    operation: *mut *mut d365_operation,
    error: *mut *mut d365_error,
) -> Status {
    export!(error; client = handle(client), user_id = guid(user_id), columns = names(columns), operation = out(operation); {
        start(client, operation, move |client| users::get(client, user_id, &columns))
    })
}

/// Creates a user. `attributes_json` is an object (NULL: an empty one) of the attributes that may be set on add: systemuserid, domainname, firstname, lastname,
/// businessunitid, isdisabled, internalemailaddress, photourl, employeeid, governmentid, homephone, jobtitle, middlename, mobilephone,
/// nickname, salutation, skills, title. businessunitid and internalemailaddress are needed. Booleans may be text ("True"). The library
/// chooses the systemuserid where none is given, and never creates a user twice.
///
/// `flags`: 0; D365_PLAN to change nothing and be told what would be made (`"planned":true,"changed":false`); D365_ANY_ATTRIBUTE to send attributes
/// beyond that list as they are, under their logical names, a lookup as "<name>@odata.bind" with "/<entity set>(<id>)". With an applicationid among them
/// the user is an application user, and internalemailaddress is not needed.
///
/// Result: `{"changed":true,"planned":false,"action":"Created","user":{...},"changes":[],"warnings":[],"rolesRemoved":[],"rolesRestored":[],
/// "rolesWithoutCopy":[]}`.
///
/// Fails with MISSING_ATTRIBUTE and INVALID_ATTRIBUTE before any request, ALREADY_EXISTS, BUSINESS_UNIT_NOT_FOUND,
/// CONSTRAINT_VIOLATION, OUTCOME_UNKNOWN, and as d365_user_get.
///
/// Any thread. On success `*operation` is a handle to wait for with `d365_operation_wait` and to free with
/// `d365_operation_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn d365_user_create(
    client: *const d365_client,
    attributes_json: *const c_char,
    flags: u32,
    operation: *mut *mut d365_operation,
    error: *mut *mut d365_error,
) -> Status {
    export!(error; client = handle(client), attributes_json = json_object(attributes_json), operation = out(operation); {
        let options = flags::options(flags)?;
        start(client, operation, move |client| users::create(client, &attributes_json, options))
    })
}

/// Updates a user: reads it, and sends only what differs. The attributes are those of d365_user_create but systemuserid and domainname;
/// domainname is left out with a warning. An empty text or null clears an attribute, except isdisabled, which is never sent as null.
///
/// `flags`: 0; D365_PLAN to change nothing and be told what would be changed; D365_ANY_ATTRIBUTE as in d365_user_create.
///
/// Result: as d365_user_create, with the action "Updated" and `"changes":[{"attribute":"jobtitle","before":null,"after":"Clerk"}]`; where nothing differs
/// `"changed":false,"action":"Unchanged"`, and nothing is sent.
/// rolesRemoved are the roles that a change of the business unit cost.
///
/// Fails with INVALID_ATTRIBUTE before any request, USER_NOT_FOUND, BUSINESS_UNIT_NOT_FOUND, CONSTRAINT_VIOLATION, OUTCOME_UNKNOWN, and
/// as d365_user_get.
///
/// Any thread. On success `*operation` is a handle to wait for with `d365_operation_wait` and to free with
/// `d365_operation_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn d365_user_update(
    client: *const d365_client,
    user_id: *const c_char,
    attributes_json: *const c_char,
    flags: u32,
    operation: *mut *mut d365_operation,
    error: *mut *mut d365_error,
) -> Status {
    export!(error; client = handle(client), user_id = guid(user_id), attributes_json = json_object(attributes_json), operation = out(operation); {
        let options = flags::options(flags)?;
        start_on(client, Subject::user(user_id), operation, move |client| users::update(client, user_id, &attributes_json, options))
    })
}

/// Enables or disables a user. `flags`: 0 or D365_PLAN.
///
/// Result: as d365_user_update, with the action "Enabled", "Disabled" or "Unchanged".
///
/// Fails as d365_user_update.
///
/// Any thread. On success `*operation` is a handle to wait for with `d365_operation_wait` and to free with
/// `d365_operation_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn d365_user_set_enabled(
    client: *const d365_client,
    user_id: *const c_char,
    enabled: bool,
    flags: u32,
    operation: *mut *mut d365_operation,
    error: *mut *mut d365_error,
) -> Status {
    export!(error; client = handle(client), user_id = guid(user_id), operation = out(operation); {
        let mode = flags::mode(flags, flags::PLAN)?;
        start_on(client, Subject::user(user_id), operation, move |client| users::set_enabled(client, user_id, enabled, mode))
    })
}

/// Moves a user to a business unit, given by its businessunitid or its name. The environment usually takes all roles from a user who moves: those are in
/// rolesRemoved. `flags`: 0; D365_PLAN to change nothing and be told which roles the move puts at risk; D365_RESTORE_ROLES to give the user the roles of the
/// same names in the new business unit: those are in rolesRestored, and the ones that have no copy there in rolesWithoutCopy.
///
/// Result: as d365_user_update, with the action "Moved" or "Unchanged".
///
/// Fails as d365_user_update.
///
/// Any thread. On success `*operation` is a handle to wait for with `d365_operation_wait` and to free with
/// `d365_operation_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn d365_user_move(
    client: *const d365_client,
    user_id: *const c_char,
    business_unit: *const c_char,
    flags: u32,
    operation: *mut *mut d365_operation,
    error: *mut *mut d365_error,
) -> Status {
    export!(error; client = handle(client), user_id = guid(user_id), business_unit = text(business_unit), operation = out(operation); {
        let mode = flags::mode(flags, flags::PLAN | flags::RESTORE_ROLES)?;
        let restore = flags & flags::RESTORE_ROLES != 0;
        let unit = UnitRef::from(business_unit);
        start_on(client, Subject::user(user_id), operation, move |client| users::move_to(client, user_id, &unit, restore, mode))
    })
}

/// Reads one role. `columns` as in d365_user_get.
///
/// Result: `{"roleid":"...","name":"...", ...}`.
///
/// Fails with ROLE_NOT_FOUND, and as d365_user_get.
///
/// Any thread. On success `*operation` is a handle to wait for with `d365_operation_wait` and to free with
/// `d365_operation_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn d365_role_get(
    client: *const d365_client,
    role_id: *const c_char,
    columns: *const c_char,
    operation: *mut *mut d365_operation,
    error: *mut *mut d365_error,
) -> Status {
    export!(error; client = handle(client), role_id = guid(role_id), columns = names(columns), operation = out(operation); {
        start(client, operation, move |client| roles::get(client, role_id, &columns))
    })
}

/// Assigns a role to a user. `role` is a roleid, or the name of a role: that of the user's own business unit, or of `business_unit` (id or name) where that
/// is not NULL. `flags`: 0, or D365_PLAN to change nothing and be told what would be.
///
/// Result: `{"changed":true,"planned":false,"action":"Added","user":{"systemuserid","fullname","businessunitid"},"role":{"roleid","name","businessunitid"}}`;
/// where it was so already, `"changed":false,"action":"Unchanged"`.
///
/// Fails with USER_NOT_FOUND, ROLE_NOT_FOUND, AMBIGUOUS_NAME, CONSTRAINT_VIOLATION, OUTCOME_UNKNOWN, and as d365_user_get.
///
/// Any thread. On success `*operation` is a handle to wait for with `d365_operation_wait` and to free with
/// `d365_operation_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn d365_role_assign(
    client: *const d365_client,
    user_id: *const c_char,
    role: *const c_char,
    business_unit: *const c_char,
    flags: u32,
    operation: *mut *mut d365_operation,
    error: *mut *mut d365_error,
) -> Status {
    export!(error; client = handle(client), user_id = guid(user_id), role = text(role), business_unit = optional_text(business_unit), operation = out(operation); {
        let mode = flags::mode(flags, flags::PLAN)?;
        let (role, unit) = (RoleRef::from(role), business_unit.map(UnitRef::from));
        start_on(client, Subject::user(user_id).with_roles(), operation, move |client| roles::assign(client, user_id, &role, unit.as_ref(), mode))
    })
}

/// Revokes a role from a user. `role` is a roleid, or the name of a role: that of the user's own business unit, or of `business_unit` (id or name) where that
/// is not NULL. `flags`: 0, or D365_PLAN to change nothing and be told what would be.
///
/// Result: `{"changed":true,"planned":false,"action":"Removed","user":{"systemuserid","fullname","businessunitid"},"role":{"roleid","name","businessunitid"}}`;
/// where it was so already, `"changed":false,"action":"Unchanged"`.
///
/// Fails with USER_NOT_FOUND, ROLE_NOT_FOUND, AMBIGUOUS_NAME, CONSTRAINT_VIOLATION, OUTCOME_UNKNOWN, and as d365_user_get.
///
/// Any thread. On success `*operation` is a handle to wait for with `d365_operation_wait` and to free with
/// `d365_operation_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn d365_role_revoke(
    client: *const d365_client,
    user_id: *const c_char,
    role: *const c_char,
    business_unit: *const c_char,
    flags: u32,
    operation: *mut *mut d365_operation,
    error: *mut *mut d365_error,
) -> Status {
    export!(error; client = handle(client), user_id = guid(user_id), role = text(role), business_unit = optional_text(business_unit), operation = out(operation); {
        let mode = flags::mode(flags, flags::PLAN)?;
        let (role, unit) = (RoleRef::from(role), business_unit.map(UnitRef::from));
        start_on(client, Subject::user(user_id).with_roles(), operation, move |client| roles::revoke(client, user_id, &role, unit.as_ref(), mode))
    })
}

/// Gives a user exactly these roles: adds what is missing, then takes what is too much. `roles_json` is a JSON list of roleids and names of roles, which are
/// those of the user's own business unit or of `business_unit` (id or name, or NULL). Every role is found before anything is changed. `flags`: 0 or D365_PLAN.
///
/// Result: `{"changed":true,"planned":false,"user":{...},"roles":[{"action":"Added","role":{...}}, ...]}`, actions as of d365_role_assign and
/// d365_role_revoke.
///
/// Fails as d365_role_assign; the error says what was done before it.
///
/// Any thread. On success `*operation` is a handle to wait for with `d365_operation_wait` and to free with
/// `d365_operation_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn d365_user_set_roles(
    client: *const d365_client,
    user_id: *const c_char,
    roles_json: *const c_char,
    business_unit: *const c_char,
    flags: u32,
    operation: *mut *mut d365_operation,
    error: *mut *mut d365_error,
) -> Status {
    export!(error; client = handle(client), user_id = guid(user_id), roles_json = json_texts(roles_json),
        business_unit = optional_text(business_unit), operation = out(operation); {
        let mode = flags::mode(flags, flags::PLAN)?;
        let roles: Vec<RoleRef> = roles_json.iter().map(|role| RoleRef::from(role.as_str())).collect();
        let unit = business_unit.map(UnitRef::from);
        start_on(client, Subject::user(user_id).with_roles(), operation, move |client| roles::set(client, user_id, &roles, unit.as_ref(), mode))
    })
}

/// Deletes a user, which an environment offers only with the feature "delete disabled users"; the user must be disabled and gone from Microsoft Entra ID, and is
/// only marked as deleted the first time. `flags`: 0 or D365_PLAN.
///
/// Result: as d365_user_update, with the action "Deleted".
///
/// Fails with USER_NOT_FOUND, NOT_SUPPORTED where the environment does not delete users, CONSTRAINT_VIOLATION, OUTCOME_UNKNOWN, and as d365_user_get.
///
/// Any thread. On success `*operation` is a handle to wait for with `d365_operation_wait` and to free with
/// `d365_operation_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn d365_user_delete(
    client: *const d365_client,
    user_id: *const c_char,
    flags: u32,
    operation: *mut *mut d365_operation,
    error: *mut *mut d365_error,
) -> Status {
    export!(error; client = handle(client), user_id = guid(user_id), operation = out(operation); {
        let mode = flags::mode(flags, flags::PLAN)?;
        start_on(client, Subject::user(user_id), operation, move |client| users::delete(client, user_id, mode))
    })
}

/// Asks the environment who the client is: the cheapest request that shows that URL, credential and application user fit.
///
/// Result: `{"UserId":"...","BusinessUnitId":"...","OrganizationId":"..."}`.
///
/// Fails as d365_user_get.
///
/// Any thread. On success `*operation` is a handle to wait for with `d365_operation_wait` and to free with
/// `d365_operation_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn d365_who_am_i(
    client: *const d365_client,
    operation: *mut *mut d365_operation,
    error: *mut *mut d365_error,
) -> Status {
    export!(error; client = handle(client), operation = out(operation); {
        start(client, operation, requests::who_am_i)
    })
}

/// Finds out why a connection does not work, or that it does: the host's name, the connection, TLS, whether it is a Dataverse environment, signing in, the
/// application user, its privileges. The walk stops at the first step that fails.
///
/// Result: `{"success":true,"steps":[{"step":"NameResolution","success":true,"detail":"...","milliseconds":1,"status":null,"httpStatus":null,"code":null},...],
/// "who":{"UserId":"...",...},"version":"9.2...","missingPrivileges":["prvAssignRole"]}`. success is false where a step failed; privileges for changes may be
/// missing all the same.
///
/// Fails with CANCELLED only: everything else is in the result.
///
/// Any thread. On success `*operation` is a handle to wait for with `d365_operation_wait` and to free with
/// `d365_operation_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn d365_client_test(
    client: *const d365_client,
    operation: *mut *mut d365_operation,
    error: *mut *mut d365_error,
) -> Status {
    export!(error; client = handle(client), operation = out(operation); {
        start(client, operation, diagnosis::diagnose)
    })
}

/// Sends any other request of the Web API. `path` is relative to the API path, or a URL of the environment itself; `headers_json` is NULL or
/// an object of header names and values; `body` may be NULL with length 0.
///
/// Result: `{"status":200,"headers":{...},"body":...}`; header names in lower case, the body as JSON where it is that, otherwise as text,
/// null where there is none.
///
/// Only GET and HEAD are repeated after faults that may have been carried out; otherwise the status is OUTCOME_UNKNOWN. Fails with
/// INVALID_ARGUMENT before any request, NOT_FOUND, ALREADY_EXISTS, PRECONDITION_FAILED, NOT_SUPPORTED, and as d365_user_get.
///
/// Any thread. On success `*operation` is a handle to wait for with `d365_operation_wait` and to free with
/// `d365_operation_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn d365_request(
    client: *const d365_client,
    method: *const c_char,
    path: *const c_char,
    headers_json: *const c_char,
    body: *const u8,
    body_len: usize,
    operation: *mut *mut d365_operation,
    error: *mut *mut d365_error,
) -> Status {
    export!(error; client = handle(client), method = text(method), path = text(path), headers_json = json_object(headers_json), body = bytes(body, body_len), operation = out(operation); {
        let (method, path) = (method.to_owned(), path.to_owned());
        let body = (!body.is_empty()).then(|| body.to_vec());
        start(client, operation, move |client| requests::request(client, &method, &path, &headers_json, body))
    })
}
