//! The tables: rows as structs, and descriptions of their columns.

mod alternate_key;
mod business_unit;
mod entity;
pub mod hash;
mod link;
mod organization;
mod privilege;
mod relationship;
mod role;
mod schema;
mod set;
mod system_user;
mod system_user_columns;
mod team;
pub mod text;
mod texts;
mod value;

pub use alternate_key::AlternateKey;
pub use business_unit::BusinessUnit;
pub use entity::{Entity, Inline};
pub use link::{Intersect, Link, TeamMember, TeamRole, UserRole, link_id};
pub use organization::Organization;
pub use privilege::Privilege;
pub use relationship::{Children, Collection, Relationship, Side, lookups_of};
pub use role::Role;
pub use schema::{Access, Column, Kind, Others, Target};
pub use set::Set;
pub(crate) use set::with_set;
pub use system_user::{SystemUser, UserText};
pub use team::Team;
pub use texts::Texts;
pub use value::{Scalar, Value};
