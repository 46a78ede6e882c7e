//! OData as Dataverse speaks it: addresses, columns, pages of rows, error bodies.

mod batch;
mod entity;
mod error;
mod fields;
mod page;
mod query;
mod row;
mod scan;

pub use batch::Batch;
pub(crate) use entity::Entity;
pub(crate) use error::{is_code, is_own_refusal, to_error};
pub(crate) use page::{likely_next, read_page};
pub(crate) use query::{Column, columns_of, list_url, one_of, row_url};
pub use query::{Query, quote};
pub use row::Row;
pub(crate) use row::{id_of, read_row, select_row};
