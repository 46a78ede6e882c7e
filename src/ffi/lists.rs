//! Lists: each starts fetching pages on another thread and returns at once.

use libc::c_char;

use super::border::{Out, export};
use super::client::d365_client;
use super::error::d365_error;
use super::rows::d365_rows;
use crate::client::Client;
use crate::error::{Result, Status};
use crate::odata::{Batch, Query};
use crate::rows::Rows;
use crate::{business_units, roles, users};

pub(super) fn start<I: Iterator<Item = Result<Batch>>>(
    client: &d365_client,
    rows: Out<*mut d365_rows>,
    list: impl FnOnce(&Client) -> Result<I> + Send + 'static,
) -> Result<Status> {
    rows.set(d365_rows::into_raw(Rows::start(&client.0, list)?));
    Ok(Status::Ok)
}

pub(super) fn query(columns: Vec<String>, filter: Option<&str>, order_by: Option<&str>, first: u64) -> Query {
    let given = |text: Option<&str>| text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    Query { columns, filter: given(filter), order_by: given(order_by), first: (first > 0).then_some(first) }
}

/// Lists users. `columns` are logical names separated by commas; NULL means systemuserid, fullname, domainname, internalemailaddress, firstname, lastname, businessunitid, isdisabled, accessmode,
/// applicationid, photourl, employeeid, governmentid, homephone, jobtitle, middlename, mobilephone, nickname, salutation, skills, title. Beside those of the
/// table there are the columns "roles", the names of the roles that the user holds of its own, separated by GS (0x1D), and
/// "businessunitname", the name of its business unit.
/// `filter` and `order_by` are OData expressions ("isdisabled eq true", "name desc") or NULL. At most `first` rows; 0 means all.
///
/// Any thread. On success `*rows` is a handle to read with `d365_rows_next` and to free with `d365_rows_free`; a wrong column or
/// filter, and whatever a request fails with, is told by the first `d365_rows_next`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn d365_user_list(
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
        start(client, rows, move |client| users::list(client, &query))
    })
}

/// Lists roles. `columns` are logical names separated by commas; NULL means roleid, name, businessunitid, parentrootroleid, ismanaged.
/// `filter` and `order_by` are OData expressions ("isdisabled eq true", "name desc") or NULL. At most `first` rows; 0 means all.
///
/// Any thread. On success `*rows` is a handle to read with `d365_rows_next` and to free with `d365_rows_free`; a wrong column or
/// filter, and whatever a request fails with, is told by the first `d365_rows_next`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn d365_role_list(
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
        start(client, rows, move |client| roles::list(client, &query))
    })
}

/// Lists business units. `columns` are logical names separated by commas; NULL means businessunitid, name, parentbusinessunitid, isdisabled.
/// `filter` and `order_by` are OData expressions ("isdisabled eq true", "name desc") or NULL. At most `first` rows; 0 means all.
///
/// Any thread. On success `*rows` is a handle to read with `d365_rows_next` and to free with `d365_rows_free`; a wrong column or
/// filter, and whatever a request fails with, is told by the first `d365_rows_next`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn d365_business_unit_list(
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
        start(client, rows, move |client| business_units::list(client, &query))
    })
}

/// Lists the roles that a user holds of its own. `columns` as in `d365_role_list`.
///
/// Any thread. On success `*rows` is a handle as of `d365_user_list`; an unknown user is USER_NOT_FOUND at the first
/// `d365_rows_next`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn d365_user_roles(
    client: *const d365_client,
    user_id: *const c_char,
    columns: *const c_char,
    rows: *mut *mut d365_rows,
    error: *mut *mut d365_error,
) -> Status {
    export!(error; client = handle(client), user_id = guid(user_id), columns = names(columns), rows = out(rows); {
        let query = query(columns, None, None, 0);
        start(client, rows, move |client| users::roles(client, user_id, &query))
    })
}
