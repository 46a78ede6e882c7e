//! Certificates that applications sign in with.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use uuid::Uuid;
use x509_parser::der_parser::asn1_rs::Oid;
use x509_parser::oid_registry::OID_PKCS1_RSAENCRYPTION;
use x509_parser::pem::parse_x509_pem;

/// A certificate of an application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// A number of its own.
    pub key_id: Uuid,
    /// Whose it is, such as `CN=connector`.
    pub subject: String,
    /// The SHA-1 thumbprint, in hexadecimal digits.
    pub thumbprint: String,
    /// The SHA-256 thumbprint, in hexadecimal digits.
    pub thumbprint_sha256: String,
    /// Its time, in seconds since 1970.
    pub from: i64,
    /// The end of its time.
    pub until: i64,
    /// The RSA key, as PKCS#1 has it.
    pub key: Vec<u8>,
}

impl Certificate {
    /// Reads the first certificate of a PEM text; the error says what is wrong with it.
    pub fn parse(pem: &str) -> Result<Self, String> {
        let no_pem = "A certificate must be PEM text that begins with -----BEGIN CERTIFICATE-----.";
        let (_, block) = parse_x509_pem(pem.as_bytes()).map_err(|_| no_pem)?;
        if block.label != "CERTIFICATE" {
            return Err(format!("{no_pem} This one is a {}.", block.label));
        }
        let certificate = block.parse_x509().map_err(|error| format!("The certificate can't be read: {error}."))?;
        let key = certificate.public_key();
        if key.algorithm.algorithm != OID_PKCS1_RSAENCRYPTION {
            let text = "The certificate's key must be RSA: Microsoft Entra takes no other for sign-in; this one is";
            return Err(format!("{text} {}.", name_of(&key.algorithm.algorithm)));
        }
        Ok(Self {
            key_id: Uuid::new_v4(),
            subject: certificate.subject().to_string(),
            thumbprint: hexadecimal(digest(&SHA1_FOR_LEGACY_USE_ONLY, &block.contents).as_ref()),
            thumbprint_sha256: hexadecimal(digest(&SHA256, &block.contents).as_ref()),
            from: certificate.validity().not_before.timestamp(),
            until: certificate.validity().not_after.timestamp(),
            key: key.subject_public_key.data.to_vec(),
        })
    }
}

fn name_of(algorithm: &Oid<'_>) -> String {
    let names = x509_parser::oid_registry::OidRegistry::default().with_all_crypto();
    names.get(algorithm).map_or_else(|| algorithm.to_id_string(), |entry| entry.sn().to_owned())
}

/// The hexadecimal form of a thumbprint in a JWT's header: base64, in the alphabet of URLs or the older one, padded or not.
pub fn thumbprint(text: &str) -> Option<String> {
    let standard = text.trim_end_matches('=').replace('-', "+").replace('_', "/");
    STANDARD_NO_PAD.decode(standard).ok().map(|bytes| hexadecimal(&bytes))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}
