//! FetchXML: XML to a tree ([`parser`]), names looked up and values read ([`bind`]), rows joined, filtered, ordered and cut into
//! pages ([`rows`]), and written ([`write`]).

mod aggregate;
mod ast;
mod bind;
mod condition;
mod cookie;
mod date_part;
mod error;
mod key;
mod link;
mod operator;
mod order;
mod output;
mod page;
mod parser;
mod period;
mod rows;
mod scope;
mod table;
mod test;
mod totals;
mod value;
mod write;

use uuid::Uuid;

pub use bind::Query;
pub use parser::parse;
pub use write::{Answer, Wanted};

use crate::store::Store;

/// What a query is held against.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// The data.
    pub store: &'a Store,
    /// Who asks.
    pub caller: Uuid,
    /// Seconds since 1970.
    pub now: i64,
    /// The most rows that a page has.
    pub page_size: usize,
}
