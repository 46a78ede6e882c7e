//! `$filter`: text to tokens ([`lexer`]), tokens to a tree ([`parser`]), names looked up and types checked ([`bind`]), and rows
//! held against it ([`evaluate`]).

pub mod ast;
mod bind;
mod evaluate;
pub mod lexer;
mod parser;

pub use bind::Condition;

use crate::model::Entity;
use crate::odata::ApiResult;

/// A `$filter` made ready for rows of `T`.
pub fn compile<T: Entity>(text: &str) -> ApiResult<Condition> {
    bind::bind::<T>(&parser::parse(text)?)
}
