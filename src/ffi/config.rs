//! What a client is made from, as C sets it.

use libc::{c_char, c_void};
use secrecy::SecretString;

use super::border::{export, free};
use super::error::d365_error;
use super::question::{d365_free_callback, d365_question_callback, set_up};
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

/// Signs in as an application with its secret: `login_id` is "client_id@tenant_id", or the client id alone, and then the environment is
/// asked for its tenant. `secret` is the secret's value as UTF-8, which is copied and wiped when it is no longer needed. The caller wipes
/// its own copy.
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

/// Signs in as an application with its certificate: `login_id` as for `d365_config_set_secret`, `pem` a PEM text with the certificate and its
/// private key (RSA, as PKCS#8 or PKCS#1, without a password). The caller wipes its own copy.
///
/// Returns OK, INVALID_ARGUMENT, INVALID_CONFIGURATION.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn d365_config_set_certificate(
    config: *mut d365_config,
    login_id: *const c_char,
    pem: *const u8,
    pem_len: usize,
    error: *mut *mut d365_error,
) -> Status {
    export!(error; config = handle_mut(config), login_id = text(login_id), pem = bytes(pem, pem_len); {
        config.0.certificate(login_id, pem)?;
        Ok(Status::Ok)
    })
}

/// Signs in as an application with its certificate, whose private key stays with the caller: in a key store, on a card, in another
/// process. `certificate` is the certificate as DER or PEM. For each token a question of the kind `D365_ANSWER_KIND_SIGNATURE_PS256` (or
/// RS256, by the option "assertion_algorithm") asks the caller for a signature.
///
/// `callback` gets the questions, on threads of the library, with `user_data`, which `free_user_data` (may be NULL) frees when nobody can
/// call any more. With NULL for `callback`, the caller takes the questions by `d365_client_question` when `d365_operation_wait` or
/// `d365_rows_next` returns ANSWER_NEEDED: for a caller whose code can't run on a thread that is not its own. Where the call fails,
/// `user_data` stays the caller's.
///
/// Returns OK, INVALID_ARGUMENT, INVALID_CONFIGURATION.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn d365_config_set_certificate_signer(
    config: *mut d365_config,
    login_id: *const c_char,
    certificate: *const u8,
    certificate_len: usize,
    callback: d365_question_callback,
    user_data: *mut c_void,
    free_user_data: d365_free_callback,
    error: *mut *mut d365_error,
) -> Status {
    export!(error; config = handle_mut(config), login_id = text(login_id), certificate = bytes(certificate, certificate_len); {
        set_up(callback, user_data, free_user_data, |ask| config.0.ask_for_signatures(login_id, certificate, ask))
    })
}

/// Gets access tokens from the caller, whenever one is needed: at first, ahead of the end of the one before, and once where the
/// environment refuses it. A question of the kind `D365_ANSWER_KIND_TOKEN` asks for each. `callback`, `user_data` and `free_user_data` as for
/// `d365_config_set_certificate_signer`.
///
/// ```c
/// static void give_token(void *user_data, d365_question *question) {
///     const char *token = user_data;
///     d365_question_answer(question, (const uint8_t *)token, strlen(token), 3600, NULL);
///     d365_question_free(question);
/// }
/// ```
///
/// Returns OK, INVALID_ARGUMENT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn d365_config_set_token_source(
    config: *mut d365_config,
    callback: d365_question_callback,
    user_data: *mut c_void,
    free_user_data: d365_free_callback,
    error: *mut *mut d365_error,
) -> Status {
    export!(error; config = handle_mut(config); {
        set_up(callback, user_data, free_user_data, |ask| {
            config.0.ask_for_tokens(ask);
            Ok(())
        })
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
/// "connect_timeout_ms" (15000), "max_tries" (8), "max_wait_ms" (600000, all waiting between the tries of a request), "first_backoff_ms" (500, doubled with each failure), "max_backoff_ms" (30000), "page_size"
/// (5000), "root_certificate" (path of a PEM file to trust beside the system's roots), "token_endpoint_version" (1 or 2; 2),
/// "assertion_algorithm" ("PS256" or "RS256", how a certificate's key signs; PS256), and the limits of a reply: "max_body_bytes"
/// (268435456, unpacked), "max_decompression_ratio" (1000), "max_json_depth" (64), "max_headers" (100).
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
