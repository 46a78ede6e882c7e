//! A certificate that an application signs in with: its thumbprints, and its key or someone who has that.

use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use rustls::crypto::ring::sign::any_supported_type;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::{CertifiedKey, SigningKey};
use rustls::{InconsistentKeys, SignatureAlgorithm, SignatureScheme};
use secrecy::ExposeSecret;
use zeroize::Zeroizing;

use super::question::{Ask, Asker, Subject};
use crate::error::{Error, Result, Status};

/// How an assertion is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SigningAlgorithm {
    /// RSASSA-PSS with SHA-256, and the SHA-256 thumbprint: what Microsoft asks for.
    #[default]
    Ps256,
    /// RSASSA-PKCS1-v1_5 with SHA-256, and the SHA-1 thumbprint: for keys that know nothing newer.
    Rs256,
}

/// A certificate and whoever signs with its key.
pub(crate) struct Certificate {
    der: CertificateDer<'static>,
    signer: Signer,
}

enum Signer {
    Key(Arc<dyn SigningKey>),
    Caller(Ask),
}

impl Certificate {
    /// Reads certificate and private key from PEM: the key as PKCS#8 or PKCS#1, without a password.
    pub(crate) fn from_pem(pem: &[u8]) -> Result<Self> {
        let certificates = read_certificates(pem)?;
        if has(pem, "ENCRYPTED") {
            return Err(invalid("The private key of the certificate is encrypted, and the library takes it without a password only.")
                .with_advice("Decrypt it by 'openssl pkey -in app.pem -out key.pem', or let the caller sign (Connect-Dynamics365 -CertificatePath takes a PFX with its password)."));
        }
        let key = PrivateKeyDer::from_pem_slice(pem).map(Zeroizing::new).map_err(|_| {
            invalid("The certificate's PEM text has no private key that can be read.").with_advice(
                "Put the key after the certificate, as 'PRIVATE KEY' (PKCS#8) or 'RSA PRIVATE KEY' (PKCS#1).",
            )
        })?;
        let key = any_supported_type(&key).ok().filter(|key| key.algorithm() == SignatureAlgorithm::RSA);
        let key = key.ok_or_else(|| {
            invalid("The private key of the certificate can't be used.").with_cause(
                "Microsoft Entra takes RSA keys; this one is of another kind, damaged, or shorter than 2048 bits.",
            )
        })?;
        let fits = |certificate: &CertificateDer<'static>| {
            let pair = CertifiedKey::new(vec![certificate.clone()], key.clone());
            !matches!(pair.keys_match(), Err(rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch)))
        };
        let der = certificates.into_iter().find(fits).ok_or_else(|| {
            invalid("The private key is not the one of the certificate.")
                .with_advice("Put a certificate and its own key into one PEM text.")
        })?;
        Ok(Certificate { der, signer: Signer::Key(key) })
    }

    /// A certificate, as DER or PEM, whose key the caller keeps: `ask` takes to it what is to be signed.
    pub(crate) fn signed_by_caller(certificate: &[u8], ask: Ask) -> Result<Self> {
        let der = if has(certificate, "-----BEGIN ") {
            read_certificates(certificate)?.swap_remove(0)
        } else if is_der(certificate) && !is_pfx(certificate) {
            CertificateDer::from(certificate.to_vec())
        } else {
            return Err(invalid("The certificate is neither DER nor PEM."));
        };
        Ok(Certificate { der, signer: Signer::Caller(ask) })
    }

    /// The SHA-1 thumbprint, as `x5t` has it.
    pub(crate) fn sha1(&self) -> String {
        URL_SAFE_NO_PAD.encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, &self.der))
    }

    /// The SHA-256 thumbprint, as `x5t#S256` has it.
    pub(crate) fn sha256(&self) -> String {
        URL_SAFE_NO_PAD.encode(digest(&SHA256, &self.der))
    }

    /// Signs. Where the caller has the key, this waits for its answer.
    pub(crate) fn sign(&self, algorithm: SigningAlgorithm, message: &[u8], asker: &Asker<'_>) -> Result<Vec<u8>> {
        let key = match &self.signer {
            Signer::Caller(by) => {
                let answer = asker.ask(by, Subject::Signature { algorithm, message: message.to_vec() })?;
                return Ok(answer.bytes.expose_secret().clone());
            }
            Signer::Key(key) => key,
        };
        let scheme = match algorithm {
            SigningAlgorithm::Ps256 => SignatureScheme::RSA_PSS_SHA256,
            SigningAlgorithm::Rs256 => SignatureScheme::RSA_PKCS1_SHA256,
        };
        let failed = || Error::new(Status::Internal, "The client assertion could not be signed.");
        key.choose_scheme(&[scheme]).ok_or_else(failed)?.sign(message).map_err(|_| failed())
    }
}

/// Shows whose certificate it is by its thumbprint, as Entra lists it.
impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Certificate(")?;
        for byte in digest(&SHA1_FOR_LEGACY_USE_ONLY, &self.der).as_ref() {
            write!(f, "{byte:02X}")?;
        }
        f.write_str(")")
    }
}

fn read_certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>> {
    if is_pfx(pem) {
        return Err(invalid("The certificate is a PFX (PKCS#12) file, which the library does not read.").with_advice(
            "Convert it by 'openssl pkcs12 -in app.pfx -nodes -out app.pem', or use Connect-Dynamics365 -CertificatePath, which reads it.",
        ));
    }
    let certificates = CertificateDer::pem_slice_iter(pem).collect::<std::result::Result<Vec<_>, _>>();
    match certificates {
        Ok(certificates) if certificates.iter().any(|der| !is_der(der)) => Err(invalid("The certificate is damaged.")),
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        Ok(_) => Err(invalid("The certificate's PEM text has no certificate.")
            .with_advice("Give a text with '-----BEGIN CERTIFICATE-----' and, after it, the private key.")),
        Err(_) => Err(invalid("The certificate's PEM text can't be read.")),
    }
}

fn invalid(what: &str) -> Error {
    Error::new(Status::InvalidConfiguration, what)
}

fn has(text: &[u8], part: &str) -> bool {
    text.windows(part.len()).any(|window| window == part.as_bytes())
}

/// A SEQUENCE of DER that is as long as it says.
fn is_der(bytes: &[u8]) -> bool {
    content(bytes, 0x30).is_some_and(|(_, rest)| rest.is_empty())
}

/// A PFX begins with its version, the INTEGER 3; a certificate with another SEQUENCE.
fn is_pfx(bytes: &[u8]) -> bool {
    content(bytes, 0x30).is_some_and(|(inner, _)| inner.starts_with(&[0x02, 0x01, 0x03]))
}

/// The content of a DER element with this tag, and what follows the element.
fn content(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (first, rest) = bytes.split_first()?;
    let (length, rest) = rest.split_first()?;
    let (length, rest) = match length {
        0..=0x7F => (usize::from(*length), rest),
        0x81..=0x84 => {
            let (digits, rest) = rest.split_at_checked(usize::from(length - 0x80))?;
            (digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)), rest)
        }
        _ => return None,
    };
    (*first == tag).then(|| rest.split_at_checked(length)).flatten()
}
