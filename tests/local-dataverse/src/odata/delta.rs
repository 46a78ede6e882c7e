//! Delta tokens: from where on changes are told.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::error::{ApiResult, ODataError};
use crate::store::Store;

const DATE: &str = "%m/%d/%Y %H:%M:%S";

/// What is behind `$deltatoken=`: `919042!08/22/2017 08:10:44`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeltaToken {
    /// The version of the last change that the client knows of.
    pub version: u64,
    /// When the token was made, in seconds since 1970.
    second: i64,
}

impl DeltaToken {
    /// A token that stands for all that is in the store.
    pub fn of(store: &Store, now: i64) -> Self {
        Self { version: store.version(), second: now.max(store.start().second) }
    }

    /// Refuses a token that is older than so many days, or is not about this store.
    pub fn check(self, store: &Store, now: i64, days: u32) -> ApiResult<()> {
        let start = store.start();
        let is_known = self.second >= start.second && (start.version..=store.version()).contains(&self.version);
        if is_known && now - self.second < i64::from(days) * 86_400 {
            return Ok(());
        }
        Err(ODataError::bad_request(
            "0x80044352",
            "Version stamp associated with the client has expired. Please perform a full sync.",
        ))
    }

    /// Reads a token, after the URL's own escapes are decoded.
    pub fn read(text: &str) -> ApiResult<Self> {
        let malformed = || {
            ODataError::bad_request(
                "0x80040203",
                format!("The $deltatoken '{text}' is malformed: it must be one of an @odata.deltaLink."),
            )
        };
        let (version, date) = text.trim().split_once('!').ok_or_else(malformed)?;
        let version = version.parse().map_err(|_| malformed())?;
        let date =
            DateTime::strptime(DATE, date).and_then(|date| date.to_zoned(TimeZone::UTC)).map_err(|_| malformed())?;
        Ok(Self { version, second: date.timestamp().as_second() })
    }

    /// The token as [`DeltaToken::read`] takes it.
    pub fn text(self) -> String {
        let date = Timestamp::from_second(self.second).unwrap_or_default().to_zoned(TimeZone::UTC);
        format!("{}!{}", self.version, date.strftime(DATE))
    }

    /// The token, escaped for a URL.
    pub fn write(self) -> String {
        // There are no letters in it but those of the escapes, which the service writes small.
        utf8_percent_encode(&self.text(), NON_ALPHANUMERIC).to_string().to_lowercase()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_written_as_the_service_does() {
        let token = DeltaToken { version: 919_042, second: 1_503_389_444 };
        assert_eq!(token.text(), "919042!08/22/2017 08:10:44");
        assert_eq!(token.write(), "919042%2108%2f22%2f2017%2008%3a10%3a44");
        assert_eq!(DeltaToken::read(&token.text()).unwrap(), token);
    }

    #[test]
    fn what_is_no_token_is_refused() {
        for text in
            ["", "!", "1!", "1!08/22/2017", "x!08/22/2017 08:10:44", "1!22/08/2017 08:10:44", "1 08/22/2017 08:10:44"]
        {
            assert_eq!(DeltaToken::read(text).unwrap_err().code, "0x80040203", "{text}");
        }
    }

    #[test]
    fn a_token_expires_and_belongs_to_one_store() {
        let mut store = Store::new();
        store.begin(1000);
        store.next_version();
        let token = DeltaToken::of(&store, 2000);
        assert!(token.check(&store, 2000, 1).is_ok());
        assert!(token.check(&store, 2000 + 86_399, 1).is_ok());
        for (now, days) in [(2000 + 86_400, 1), (2000, 0)] {
            assert_eq!(token.check(&store, now, days).unwrap_err().code, "0x80044352", "{now} {days}");
        }
        let unknown = [
            DeltaToken { second: 999, ..token },
            DeltaToken { version: store.version() + 1, ..token },
            DeltaToken { version: store.start().version - 1, ..token },
        ];
        for token in unknown {
            assert_eq!(token.check(&store, 2000, 7).unwrap_err().code, "0x80044352", "{token:?}");
        }
    }
}
