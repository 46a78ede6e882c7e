//! The tables: rows as structs, and descriptions of their columns.

mod business_unit;
mod entity;
mod role;
mod schema;
mod system_user;
mod system_user_columns;
pub mod text;
mod value;

pub use business_unit::BusinessUnit;
pub use entity::{Collection, Entity};
pub use role::Role;
pub use schema::{Column, Kind, Others, Target};
pub use system_user::SystemUser;
pub use value::{Scalar, Value};
