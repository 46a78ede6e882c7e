//! The settings of a client by their names, as callers give them.

use std::time::Duration;

use crate::address::checked_url;
use crate::auth::{EndpointVersion, SigningAlgorithm};
use crate::config::{Config, DEFAULT_API_PATH};
use crate::error::{Error, Result, Status};
use crate::http::Proxy;

/// The names that [`Config::option`] takes.
const OPTIONS: &str = "api_path, authority, token_endpoint_version, assertion_algorithm, proxy, user_agent, timeout_ms, connect_timeout_ms, \
    max_tries, max_wait_ms, first_backoff_ms, max_backoff_ms, page_size, root_certificate, max_body_bytes, max_decompression_ratio, max_json_depth, max_headers";

impl Config {
    /// Sets one setting by its name.
    ///
    /// | Name | Value | Default |
    /// |---|---|---|
    /// | `api_path` | path of the Web API | `api/data/v9.1/` |
    /// | `authority` | URL of the sign-in host | that of the environment's cloud |
    /// | `token_endpoint_version` | version of the sign-in host's token end point: 1 or 2 | 2 |
    /// | `assertion_algorithm` | how the key of a certificate signs: `PS256` or `RS256` | `PS256` |
    /// | `proxy` | URL, `none` or `system` | `system` |
    /// | `user_agent` | text | `dynamics365/<version>` |
    /// | `timeout_ms` | for one request, in milliseconds | 120000 |
    /// | `connect_timeout_ms` | for one connection, in milliseconds | 15000 |
    /// | `max_tries` | how often a request is sent at most, 1 to 100 | 8 |
    /// | `max_wait_ms` | all waiting between the tries of a request, in milliseconds | 600000 |
    /// | `first_backoff_ms` | the longest wait after the first failure, in milliseconds; it doubles with each further one | 500 |
    /// | `max_backoff_ms` | the longest wait of all between two tries, in milliseconds | 30000 |
    /// | `page_size` | rows a page, 1 to 5000 | 5000 |
    /// | `root_certificate` | path of a PEM file to trust beside the system's roots | none |
    /// | `max_body_bytes` | the largest reply that is read, unpacked | 268435456 |
    /// | `max_decompression_ratio` | how many bytes one byte of a compressed reply may become | 1000 |
    /// | `max_json_depth` | how deep the JSON of a reply may be nested, 1 to 120 | 64 |
    /// | `max_headers` | how many headers a reply may have, 1 to 1000 | 100 |
    pub fn option(&mut self, name: &str, value: &str) -> Result<()> {
        let number = |range: std::ops::RangeInclusive<u64>| {
            value.trim().parse::<u64>().ok().filter(|number| range.contains(number)).ok_or_else(|| {
                let what = format!("The option '{name}' can't be '{}'.", value.escape_debug());
                Error::new(Status::InvalidConfiguration, what).with_advice(format!(
                    "Give a whole number from {} to {}.",
                    range.start(),
                    range.end()
                ))
            })
        };
        const DAY: u64 = 86_400_000;
        match name {
            "api_path" => self.api_path = api_path(value)?,
            "authority" => self.authority = Some(checked_url("The authority", value)?),
            "token_endpoint_version" => self.endpoint_version = endpoint_version(value)?,
            "assertion_algorithm" => self.assertion_algorithm = assertion_algorithm(value)?,
            "proxy" => self.proxy = Proxy::parse(value)?,
            "user_agent" => {
                if value.is_empty() || !value.chars().all(|c| c == ' ' || c.is_ascii_graphic()) {
                    return Err(Error::new(Status::InvalidConfiguration, "A user agent is printable ASCII text."));
                }
                value.clone_into(&mut self.user_agent);
            }
            "timeout_ms" => self.timeout = Duration::from_millis(number(1..=DAY)?),
            "connect_timeout_ms" => self.connect_timeout = Duration::from_millis(number(1..=DAY)?),
            "max_tries" => self.retry.max_tries = number(1..=100)? as u32,
            "max_wait_ms" => self.retry.max_wait = Duration::from_millis(number(0..=DAY)?),
            "first_backoff_ms" => self.retry.first_backoff = Duration::from_millis(number(1..=DAY)?),
            "max_backoff_ms" => self.retry.max_backoff = Duration::from_millis(number(1..=DAY)?),
            "page_size" => self.page_size = number(1..=5000)? as u32,
            "max_body_bytes" => self.limits.max_body = number(1024..=1 << 40)?,
            "max_decompression_ratio" => self.limits.max_ratio = number(1..=1_000_000)?,
            "max_json_depth" => self.limits.max_json_depth = number(1..=120)? as usize,
            "max_headers" => self.limits.max_headers = number(1..=1000)? as usize,
            "root_certificate" => {
                self.root_certificates = std::fs::read(value).map_err(|error| {
                    Error::new(
                        Status::InvalidConfiguration,
                        format!("The root certificate '{value}' can't be read: {error}."),
                    )
                })?;
            }
            _ => {
                return Err(Error::new(
                    Status::InvalidConfiguration,
                    format!("There is no option '{}'.", name.escape_debug()),
                )
                .with_advice(format!("The options are {OPTIONS}.")));
            }
        }
        Ok(())
    }
}

/// A value that is none of those that an option takes.
fn not_one_of(name: &str, value: &str, values: &str) -> Error {
    Error::new(Status::InvalidConfiguration, format!("The option '{name}' can't be '{}'.", value.escape_debug()))
        .with_advice(format!("Give {values}."))
}

fn endpoint_version(value: &str) -> Result<EndpointVersion> {
    match value.trim().trim_start_matches(['v', 'V']) {
        "1" | "1.0" => Ok(EndpointVersion::V1),
        "2" | "2.0" => Ok(EndpointVersion::V2),
        _ => Err(not_one_of("token_endpoint_version", value, "1 or 2")),
    }
}

fn assertion_algorithm(value: &str) -> Result<SigningAlgorithm> {
    match value.trim().to_ascii_uppercase().as_str() {
        "PS256" => Ok(SigningAlgorithm::Ps256),
        "RS256" => Ok(SigningAlgorithm::Rs256),
        _ => Err(not_one_of("assertion_algorithm", value, "PS256 or RS256")),
    }
}

fn api_path(value: &str) -> Result<String> {
    let path = value.trim().trim_matches('/');
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '-' | '_');
    if path.is_empty()
        || !path.chars().all(fits)
        || path.split('/').any(|segment| segment.is_empty() || segment.starts_with('.'))
    {
        return Err(Error::new(
            Status::InvalidConfiguration,
            format!("The API path '{}' can't be used.", value.escape_debug()),
        )
        .with_advice(format!("Give a path such as '{DEFAULT_API_PATH}'.")));
    }
    Ok(format!("{path}/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_checked_when_they_are_set() {
        let mut config = Config::new("https://contoso.example/").unwrap();
        for (name, value) in [
            ("api_path", ""),
            ("api_path", "../x"),
            ("api_path", "api/data?x"),
            ("api_path", "api/data#x"),
            ("api_path", "api/%2e%2e/x"),
            ("authority", "http://login.example/"),
            ("token_endpoint_version", "3"),
            ("assertion_algorithm", "none"),
            ("proxy", "::"),
            ("user_agent", "a\nb"),
            ("timeout_ms", "-1"),
            ("max_tries", "0"),
            ("page_size", "5001"),
            ("max_body_bytes", "10"),
            ("max_decompression_ratio", "0"),
            ("max_json_depth", "121"),
            ("max_headers", "0"),
            ("root_certificate", "no such file"),
            ("colour", "red"),
        ] {
            assert_eq!(config.option(name, value).unwrap_err().status(), Status::InvalidConfiguration, "{name}");
        }
        config.option("api_path", "/api/data/v9.2").unwrap();
        assert_eq!(config.api_path, "api/data/v9.2/");
        config.option("token_endpoint_version", "v1.0").unwrap();
        assert_eq!(config.endpoint_version, EndpointVersion::V1);
        config.option("assertion_algorithm", "rs256").unwrap();
        assert_eq!(config.assertion_algorithm, SigningAlgorithm::Rs256);
    }

    #[test]
    fn every_option_is_in_the_list_of_them() {
        let source = include_str!("options.rs");
        let (arms, _) = source.split_once("#[cfg(test)]").unwrap();
        let names =
            arms.lines().filter_map(|line| line.trim().strip_prefix('"')?.split_once("\" => ").map(|(name, _)| name));
        let names: Vec<_> = names.filter(|name| name.contains('_') || matches!(*name, "authority" | "proxy")).collect();
        assert!(names.len() > 10, "{names:?}");
        for name in names {
            assert!(OPTIONS.split(", ").any(|option| option.trim() == name), "{name}");
            assert!(source.contains(&format!("/// | `{name}` |")), "{name}");
        }
    }
}
