//! What a client is made from, as C sets it.

use libc::c_char;
use secrecy::SecretString;

use super::border::{export, free};
use super::error::d365_error;
use crate::config::Config;
use crate::error::{Error, Result, Status};

/// The settings of a client to come: URL, credential, options. One thread at a time.
pub struct d365_config(pub(super) Config);

/// Starts the settings for the environment at `url`, such as `https://contoso.crm4.dynamics.com/`.
///
/// Plain http is allowed to this machine only. On success `*config` is a handle that the caller frees with `d365_config_free`.
///
/// Returns OK, INVALID_ARGUMENT, INVALID_CONFIGURATION.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn d365_config_new(
    url: *const c_char,
    config: *mut *mut d365_config,
    error: *mut *mut d365_error,
) -> Status {
    export!(error; url = text(url), config = out(config); {
        config.set(Box::into_raw(Box::new(d365_config(Config::new(url)?))));
        Ok(Status::Ok)
    })
}

/// Signs in as an application: `login_id` is "client_id@tenant_id", `secret` the secret's value as UTF-8, which is copied and
/// wiped when it is no longer needed. The caller wipes its own copy.
///
/// Returns OK, INVALID_ARGUMENT, INVALID_CONFIGURATION.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn d365_config_set_secret(
    config: *mut d365_config,
    login_id: *const c_char,
    secret: *const u8,
    secret_len: usize,
    error: *mut *mut d365_error,
) -> Status {
    export!(error; config = handle_mut(config), login_id = text(login_id), secret = bytes(secret, secret_len); {
        config.0.client_secret(login_id, secret_text(secret, "secret")?)?;
        Ok(Status::Ok)
    })
}

/// Uses an access token that the caller got elsewhere, until the environment refuses it.
///
/// Returns OK, INVALID_ARGUMENT, INVALID_CONFIGURATION.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn d365_config_set_access_token(
    config: *mut d365_config,
    token: *const u8,
    token_len: usize,
    error: *mut *mut d365_error,
) -> Status {
    export!(error; config = handle_mut(config), token = bytes(token, token_len); {
        config.0.access_token(secret_text(token, "token")?)?;
        Ok(Status::Ok)
    })
}

/// Sets an option by its name: "api_path" ("api/data/v9.1/"), "authority" (URL of the sign-in host; by default that of the
/// environment's cloud), "proxy" (URL, "none" or "system"), "user_agent", "timeout_ms" (120000, for one request),
/// "connect_timeout_ms" (15000), "max_tries" (8), "max_wait_ms" (600000, all waiting between the tries of a request), "page_size"
/// (5000), "root_certificate" (path of a PEM file to trust beside the system's roots).
///
/// Returns OK, INVALID_ARGUMENT, INVALID_CONFIGURATION.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn d365_config_set_option(
    config: *mut d365_config,
    name: *const c_char,
    value: *const c_char,
    error: *mut *mut d365_error,
) -> Status {
    export!(error; config = handle_mut(config), name = text(name), value = text(value); {
        config.0.option(name, value)?;
        Ok(Status::Ok)
    })
}

/// Frees settings; NULL is fine. Clients made from them go on.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn d365_config_free(config: *mut d365_config) {
    // SAFETY: a handle or NULL, freed once.
    unsafe { free(config) }
}

fn secret_text(bytes: &[u8], name: &str) -> Result<SecretString> {
    let text = std::str::from_utf8(bytes).map_err(|_| {
        Error::new(Status::InvalidArgument, format!("The argument '{name}' is not UTF-8.")).with_target(name)
    })?;
    Ok(SecretString::from(text))
}
