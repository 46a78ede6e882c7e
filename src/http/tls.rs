//! TLS by rustls: the system's roots, and those that the caller adds.

use std::sync::Arc;

use once_cell::sync::Lazy;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::Verifier;

use crate::error::{Error, Result, Status};

/// One provider for all clients of the process.
static PROVIDER: Lazy<Arc<CryptoProvider>> = Lazy::new(|| Arc::new(rustls::crypto::ring::default_provider()));

/// The configuration for a client. Reading the system's roots takes a moment, so a client that only speaks to this machine
/// in plain HTTP (`needed` is false) gets a configuration that trusts nobody.
pub(super) fn config(needed: bool, extra_roots: &[u8]) -> Result<ClientConfig> {
    let unusable = |what: String| {
        Error::new(Status::InvalidConfiguration, what)
            .with_advice("Check the certificates of this system and 'root_certificate'.")
    };
    let builder = ClientConfig::builder_with_provider(PROVIDER.clone())
        .with_safe_default_protocol_versions()
        .map_err(|error| unusable(format!("TLS can't be set up: {error}.")))?;
    if !needed {
        return Ok(builder.with_root_certificates(RootCertStore::empty()).with_no_client_auth());
    }
    let extra = CertificateDer::pem_slice_iter(extra_roots)
        .collect::<std::result::Result<Vec<_>, _>>()
        .map_err(|error| unusable(format!("The root certificate is not readable as PEM: {error}.")))?;
    if !extra_roots.is_empty() && extra.is_empty() {
        return Err(unusable("The root certificate's file holds no certificate.".into()));
    }
    let verifier = Verifier::new_with_extra_roots(extra, PROVIDER.clone())
        .map_err(|error| unusable(format!("The system's root certificates can't be used: {error}.")))?;
    Ok(builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier)).with_no_client_auth())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_root_certificate_that_is_none_is_refused() {
        for pem in ["not a certificate", "-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n"] {
            let error = config(true, pem.as_bytes()).err().unwrap();
            assert_eq!(error.status(), Status::InvalidConfiguration);
        }
        assert!(config(false, b"").is_ok());
    }
}
