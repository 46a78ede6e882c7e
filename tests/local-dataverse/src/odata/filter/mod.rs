//! `$filter`: text to tokens ([`lexer`]), tokens to a tree ([`parser`]), names looked up and types checked ([`bind`]), and rows
//! held against it ([`evaluate`]).

pub mod ast;
mod bind;
mod calls;
mod evaluate;
mod lexer;
pub mod literal;
mod names;
mod narrow;
mod parser;

pub use bind::{Condition, incompatible};
pub use evaluate::{compare, compare_columns};
pub use narrow::Narrowed;

use crate::model::Entity;
use crate::odata::ApiResult;

/// A `$filter` as a tree. `alias` gives the text that a name such as `@p1` stands for.
pub fn parse<'a>(text: &str, alias: impl Fn(&str) -> Option<&'a str>) -> ApiResult<ast::Expression> {
    parser::parse(text, lexer::tokens(text, alias)?)
}

/// A `$filter` made ready for rows of `T`.
/// `alias` gives the text that a name such as `@p1` stands for.
pub fn compile<'a, T: Entity>(text: &str, alias: impl Fn(&str) -> Option<&'a str>) -> ApiResult<Condition> {
    bind::bind::<T>(&parse(text, alias)?)
}
