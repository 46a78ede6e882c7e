//! OData as the Web API speaks it: query options, filters, pages, bodies, errors.

pub mod annotations;
pub mod cookie;
mod date;
mod delta;
mod error;
pub mod expand;
pub mod filter;
pub mod json;
pub mod key;
mod list;
mod options;
mod order;
pub mod payload;
pub mod reference;
pub mod scalar;
mod select;
mod short;
mod template;
pub mod unique;

pub use cookie::Cookie;
pub use delta::DeltaToken;
pub use error::{ApiResult, ODataError};
pub use list::{COUNT_LIMIT, List, Page};
pub use options::{QueryOptions, decode};
pub use select::Selection;
