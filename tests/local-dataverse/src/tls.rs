//! TLS with a certificate that the server makes for itself when it starts.

use std::io;
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose, date_time_ymd,
};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;

/// What the certificate is good for. The server listens on 127.0.0.1 alone.
const NAMES: [&str; 2] = ["localhost", "127.0.0.1"];
/// Some systems trust no certificate that lasts longer than 398 days, whoever signed it.
const DAYS: i64 = 365;

/// The server's side of TLS.
#[derive(Clone)]
pub struct Tls {
    /// Takes connections.
    pub acceptor: TlsAcceptor,
    /// The certificate, in PEM, of the authority that signed the server's: what a client has to trust.
    pub authority: String,
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Tls")
    }
}

impl Tls {
    /// Makes an authority and a certificate that it signs. The authority's key is forgotten then: it signs nothing else.
    pub fn generate() -> io::Result<Self> {
        let authority = authority().map_err(io::Error::other)?;
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let certificate =
            server().and_then(|parameters| parameters.signed_by(&key, &authority)).map_err(io::Error::other)?;
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone(), authority.der().clone()], key.into())
            .map_err(io::Error::other)?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Self { acceptor: TlsAcceptor::from(Arc::new(config)), authority: authority.pem() })
    }
}

fn authority() -> Result<CertifiedIssuer<'static, KeyPair>, rcgen::Error> {
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name = name("Local Dataverse, an authority for tests");
    parameters.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    limit(&mut parameters);
    CertifiedIssuer::self_signed(parameters, KeyPair::generate()?)
}

fn server() -> Result<CertificateParams, rcgen::Error> {
    let mut parameters = CertificateParams::new(NAMES.map(String::from))?;
    parameters.distinguished_name = name("Local Dataverse");
    parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    parameters.use_authority_key_identifier_extension = true;
    limit(&mut parameters);
    Ok(parameters)
}

fn name(common: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, common);
    name
}

/// From yesterday on, for a client whose clock is a little late.
fn limit(parameters: &mut CertificateParams) {
    let day = |days: i64| {
        let time = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24 * days);
        let date = time.to_zoned(jiff::tz::TimeZone::UTC).date();
        date_time_ymd(date.year().into(), date.month() as u8, date.day() as u8)
    };
    parameters.not_before = day(-1);
    parameters.not_after = day(DAYS);
}
