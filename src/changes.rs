//! What changed since the last time, from Dataverse's change tracking.

use std::sync::{Arc, Mutex, PoisonError};

use reqwest::Method;
use url::Url;

use crate::business_units::BUSINESS_UNIT;
use crate::client::Client;
use crate::error::{Error, Result, Status};
use crate::http::{Effect, Request};
use crate::memberships::{TEAM_MEMBER, TEAM_ROLE, USER_ROLE};
use crate::odata::{self, Batch, Column, Entity, Query};
use crate::roles::ROLE;
use crate::teams::TEAM;
use crate::users::USER;

/// The tables whose changes can be asked for.
const TABLES: [&Entity; 7] = [&USER, &ROLE, &BUSINESS_UNIT, &TEAM, &USER_ROLE, &TEAM_ROLE, &TEAM_MEMBER];

/// The columns before those of the table: the reason why a row is gone ("deleted"), and then the id of that row. Both are empty for a row that
/// is there.
pub const LEADING_COLUMNS: [&str; 2] = ["reason", "id"];

/// Where the changes stand, once all rows were read: a text for the next time.
#[derive(Debug, Clone, Default)]
pub struct ChangeToken(Arc<Mutex<Option<String>>>);

impl ChangeToken {
    /// The text; none before the last row was read.
    pub fn get(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, text: String) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(text);
    }
}

/// The rows of a table that were created, changed or deleted since `token` was given out; without one, all rows. The columns are
/// [`LEADING_COLUMNS`] and then those asked for; none means the table's usual ones. `next` gets the token for the next time.
///
/// # Errors
/// `InvalidArgument` where the table is none of those that are known, or the token is none of this environment and table;
/// and at the first batch `NotTracked` where the environment does not track the table's changes, `TokenExpired` where the token is too old:
/// then all must be read again.
pub fn since(
    client: &Client,
    table: &str,
    columns: &[String],
    token: Option<&str>,
    next: ChangeToken,
) -> Result<Changes> {
    let entity = TABLES.into_iter().find(|entity| entity.name.eq_ignore_ascii_case(table.trim())).ok_or_else(|| {
        let names: Vec<_> = TABLES.iter().map(|entity| entity.name).collect();
        Error::new(
            Status::InvalidArgument,
            format!("The table '{}' is none whose changes are read.", table.escape_debug()),
        )
        .with_advice(format!("Use one of {}.", names.join(", ")))
    })?;
    let mut all: Vec<Column> = LEADING_COLUMNS.iter().map(|name| Column::own(name, name)).collect();
    let own = odata::columns_of(entity, columns)?;
    let first = odata::list_url(client.api(), entity.set, &own, &Query::default());
    all.extend(own);
    let url = match token {
        None => first,
        Some(token) => link(&first, token).ok_or_else(|| {
            Error::new(
                Status::InvalidArgument,
                format!(
                    "The change token is none of the table {} with these columns in this environment.",
                    entity.name
                ),
            )
            .with_advice("Give the token that was returned for the same table and columns, or none to read all rows.")
        })?,
    };
    Ok(Changes { client: client.clone(), entity, columns: all, url: Some(url), is_first: token.is_none(), next })
}

/// The address that a token stands for. A token that leads elsewhere would get the access token sent there.
fn link(first: &Url, token: &str) -> Option<Url> {
    let url = Url::parse(token.trim()).ok()?;
    let value =
        |url: &Url, name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    // A user name in it would become a header of its own.
    let plain = url.username().is_empty() && url.password().is_none();
    let same_place = plain && url.origin() == first.origin() && url.path() == first.path();
    let same_columns = value(&url, "$select") == value(first, "$select");
    (same_place && same_columns && value(&url, "$deltatoken").is_some()).then_some(url)
}

/// The pages of changes.
pub struct Changes {
    client: Client,
    entity: &'static Entity,
    columns: Vec<Column>,
    url: Option<Url>,
    is_first: bool,
    next: ChangeToken,
}

impl Changes {
    fn fetch(&mut self, url: Url) -> Result<Batch> {
        let about = format!("the changes of {}", self.entity.name);
        let mut prefer = format!("odata.maxpagesize={}", self.client.page_size());
        if self.is_first {
            prefer.push_str(",odata.track-changes");
        }
        let request = Request::new(Method::GET, url, Effect::Read).header("prefer", &prefer);
        let response = self.client.send(request)?;
        if !response.is_success() {
            return Err(odata::to_error(&response, &about, Some(self.entity)));
        }
        let page = odata::read_page(&response, &self.columns, usize::MAX)?;
        match (page.next, page.delta) {
            (Some(next), _) => self.url = Some(self.client.own_link(&next, &about)?),
            (None, Some(delta)) => self.next.set(self.client.own_link(&delta, &about)?.into()),
            (None, None) => return Err(self.not_tracked()),
        }
        Ok(page.batch)
    }

    /// The environment left the wish for tracking out.
    fn not_tracked(&self) -> Error {
        Error::new(
            Status::NotTracked,
            format!("The environment does not track the changes of the table {}.", self.entity.name),
        )
        .with_advice("Turn on change tracking for the table, or read all rows each time.")
        .with_target(self.entity.name)
    }
}

impl Iterator for Changes {
    type Item = Result<Batch>;

    fn next(&mut self) -> Option<Self::Item> {
        let url = self.url.take()?;
        Some(self.fetch(url))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_must_be_of_the_same_environment_table_and_columns() {
        let first = Url::parse("https://contoso.example/api/data/v9.2/roles?$select=roleid,name").unwrap();
        let good = "https://contoso.example/api/data/v9.2/roles?$select=roleid,name&$deltatoken=7%2101%2f01%2f2026";
        assert_eq!(link(&first, good).unwrap().as_str(), good);
        for bad in [
            "",
            "7",
            "https://elsewhere.example/api/data/v9.2/roles?$select=roleid,name&$deltatoken=7",
            "https://user:x@contoso.example/api/data/v9.2/roles?$select=roleid,name&$deltatoken=7",
            "http://contoso.example/api/data/v9.2/roles?$select=roleid,name&$deltatoken=7",
            "https://contoso.example/api/data/v9.2/teams?$select=roleid,name&$deltatoken=7",
            "https://contoso.example/api/data/v9.2/roles?$select=roleid&$deltatoken=7",
            "https://contoso.example/api/data/v9.2/roles?$select=roleid,name",
        ] {
            assert!(link(&first, bad).is_none(), "{bad}");
        }
    }
}
