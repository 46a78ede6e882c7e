//! Clients as C sees them.

use super::border::{export, free, handle};
use super::config::d365_config;
use super::error::d365_error;
use crate::client::Client;
use crate::error::Status;

/// A client of one environment. Any number of threads may use it at once; they share connections, token and throttle gate.
pub struct d365_client(pub(super) Client);

/// Makes a client from settings, which stay the caller's. No request is sent.
///
/// On success `*client` is a handle that the caller frees with `d365_client_free`. A whole program:
///
/// ```c
/// d365_config *config = NULL;
/// d365_client *client = NULL;
/// d365_operation *operation = NULL;
/// d365_error *error = NULL;
/// const char *text;
/// size_t len;
/// if (d365_config_new("https://contoso.crm4.dynamics.com/", &config, &error) == D365_STATUS_OK
///     && d365_config_set_secret(config, login_id, secret, secret_len, &error) == D365_STATUS_OK
///     && d365_client_new(config, &client, &error) == D365_STATUS_OK
///     && d365_who_am_i(client, &operation, &error) == D365_STATUS_OK
///     && d365_operation_wait(operation, 60000, &error) == D365_STATUS_OK
///     && d365_operation_result(operation, &text, &len, &error) == D365_STATUS_OK) {
///     printf("%.*s\n", (int)len, text);
/// }
/// d365_operation_free(operation);
/// d365_client_free(client);
/// d365_config_free(config);
/// d365_error_free(error);
/// ```
///
/// Returns OK, INVALID_ARGUMENT, INVALID_CONFIGURATION.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn d365_client_new(
    config: *const d365_config,
    client: *mut *mut d365_client,
    error: *mut *mut d365_error,
) -> Status {
    export!(error; config = handle(config), client = out(client); {
        client.set(Box::into_raw(Box::new(d365_client(Client::new(config.0.clone())?))));
        Ok(Status::Ok)
    })
}

/// Frees a client; NULL is fine. Operations and rows that were started with it go on.
///
/// With the last of the clients that share connections, the library's threads for them end: when this returns they have ended, but for one whose
/// operation is still under way (also a cancelled one, whose request was not answered yet), which ends with that. Not to be called where the
/// system forbids to wait for threads, such as in `DllMain`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn d365_client_free(client: *mut d365_client) {
    // SAFETY: a handle or NULL, freed once.
    unsafe { free(client) }
}

/// How many requests at once the environment advised last (`x-ms-dop-hint`); 0 before it did, and for NULL. Any thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn d365_client_advised_parallelism(client: *const d365_client) -> u32 {
    // SAFETY: a handle or NULL.
    unsafe { handle(client, "client") }.ok().and_then(|client| client.0.advised_parallelism()).unwrap_or(0)
}

/// How many more requests the environment takes within its window of five minutes, as its last reply said
/// (`x-ms-ratelimit-burst-remaining-xrm-requests`); -1 before it did, and for NULL. Any thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn d365_client_requests_left(client: *const d365_client) -> i64 {
    // SAFETY: a handle or NULL.
    let left = unsafe { handle(client, "client") }.ok().and_then(|client| client.0.requests_left());
    left.and_then(|left| left.try_into().ok()).unwrap_or(-1)
}

/// How many milliseconds of execution time the environment takes further in that window
/// (`x-ms-ratelimit-time-remaining-xrm-requests`); -1 before it said so, and for NULL. Any thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn d365_client_time_left_ms(client: *const d365_client) -> i64 {
    // SAFETY: a handle or NULL.
    let left = unsafe { handle(client, "client") }.ok().and_then(|client| client.0.time_left());
    left.and_then(|left| left.as_millis().try_into().ok()).unwrap_or(-1)
}
