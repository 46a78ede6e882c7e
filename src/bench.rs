//! What `benches/` measures: parts of the library that are no part of its face.
//!
//! Hidden, and without a feature of its own: cargo keeps one file of a library that C programs load, and would build it anew each time
//! that a build with the feature and one without take turns.

use serde_json::{Map, Value};
use url::Url;
use uuid::Uuid;

use crate::attributes::{self, Purpose};
use crate::call::Call;
use crate::client::Client;
use crate::error::Result;
use crate::holder::{self, Kind};
use crate::http::{self, Response};
use crate::odata::{self, Batch, Column, Query};
use crate::users;

/// The reply to a request for users.
pub struct Reply {
    response: Response,
    columns: Vec<Column>,
}

impl Reply {
    /// A page as it comes from the environment, and the columns that were asked for; none: the usual ones.
    pub fn new(body: Vec<u8>, columns: &[String]) -> Result<Self> {
        Ok(Reply { response: Response::for_test(200, body), columns: users::columns_of(columns, &[])? })
    }

    /// The rows as a C program gets them.
    pub fn read(&self) -> Result<Batch> {
        odata::read_page(&self.response, &self.columns, usize::MAX).map(|page| page.batch)
    }
}

/// The address of a list of users.
pub fn list_url(client: &Client, query: &Query) -> Result<Url> {
    Ok(odata::list_url(client.api(), users::USER.set, &users::columns_of(&query.columns, &[])?, query))
}

/// The address of one user with its roles.
pub fn user_url(client: &Client, id: Uuid) -> Result<Url> {
    holder::url(client, Kind::User, id)
}

/// The address of many users with their roles: what a bulk reads ahead.
pub fn read_ahead_url(client: &Client, ids: &[Uuid]) -> Result<Url> {
    holder::url_of_many(client, Kind::User, ids)
}

/// The body of an update, checked and written.
pub fn update_body(attributes: &Map<String, Value>) -> Result<Vec<u8>> {
    let checked = attributes::check(attributes, Purpose::Update, true)?;
    Ok(Value::Object(checked.payload()).to_string().into_bytes())
}

/// The gate that holds requests back while the environment asks for that.
#[derive(Default)]
pub struct Gate(http::Gate);

impl Gate {
    /// What a request does there while the gate is open.
    pub fn pass(&self, call: &Call) -> Result<()> {
        if self.0.closed_for().is_zero() { Ok(()) } else { self.0.wait(call) }
    }

    /// What a throttled request does, here for no time at all.
    pub fn close(&self) {
        self.0.close_for(std::time::Duration::ZERO);
    }
}
