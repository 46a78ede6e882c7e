//! Clients for many operations.

use super::border::{export, handle};
use super::client::d365_client;
use super::error::d365_error;
use crate::bulk::MOST;
use crate::error::{Error, Status};

/// Makes a client for many operations of another one. It shares everything with that: connections, token, throttle gate, questions. Of the operations that
/// are started with it at most `limit` are at work at once, 1 to 52; 0 means as many as the environment advised (`x-ms-dop-hint`), at most 32, or 8 where it
/// said nothing. The others wait for their turn: they begin in the order in which they were started, and those on the same user or team are done one after the
/// other. Operations that begin by reading a user or a team with its roles find it read ahead, many with one request.
///
/// Changes go out one by one, never in a `$batch`: each has an outcome of its own.
///
/// On success `*bulk` is a handle that the caller frees with `d365_client_free`; what was started goes on then. Both clients may be freed in any
/// order. Any thread. Two thousand assignments, eight at a time:
///
/// ```c
/// d365_client *bulk = NULL;
/// d365_operation *operations[2000] = {0};
/// size_t i;
/// d365_client_bulk(client, 8, &bulk, NULL);
/// for (i = 0; i < 2000; i++) {
///     d365_role_assign(bulk, users[i], "Basic User", NULL, 0, &operations[i], NULL);
/// }
/// for (i = 0; i < 2000; i++) {
///     d365_error *error = NULL;
///     d365_status status;
///     do { status = d365_operation_wait(operations[i], 1000, &error); } while (status == D365_STATUS_PENDING);
///     printf("%s: %s\n", users[i], d365_status_name(status));
///     d365_error_free(error);
///     d365_operation_free(operations[i]);
/// }
/// d365_client_free(bulk);
/// ```
///
/// Returns OK, INVALID_ARGUMENT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn d365_client_bulk(
    client: *const d365_client,
    limit: u32,
    bulk: *mut *mut d365_client,
    error: *mut *mut d365_error,
) -> Status {
    export!(error; client = handle(client), bulk = out(bulk); {
        if limit > MOST {
            let what = format!("The argument 'limit' is {limit}; the service allows {MOST} requests at once.");
            return Err(Error::new(Status::InvalidArgument, what).with_target("limit"));
        }
        bulk.set(Box::into_raw(Box::new(d365_client(client.0.bulk((limit > 0).then_some(limit))))));
        Ok(Status::Ok)
    })
}

/// How many operations of a client of `d365_client_bulk` are at work at once; 0 for NULL and for another client. Any thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn d365_client_limit(client: *const d365_client) -> u32 {
    // SAFETY: a handle or NULL.
    unsafe { handle(client, "client") }.ok().and_then(|client| client.0.limit()).map_or(0, |limit| limit as u32)
}

/// Begins no further operation of a client of `d365_client_bulk`; NULL and other clients are left alone. Operations that wait for their turn, and those that
/// are started later, fail with CANCELLED: nothing was changed. Those at work go on: wait for them, or cancel them with
/// `d365_operation_cancel`. Any thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn d365_client_stop(client: *const d365_client) {
    export!(std::ptr::null_mut(); client = handle(client); {
        client.0.stop();
        Ok(Status::Ok)
    });
}
