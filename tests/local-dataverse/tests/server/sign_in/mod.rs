//! The sign-in host, and what the Web API does with its tokens.

mod applications;
mod assertions;
mod discovery;
mod granted;
mod refusals;
mod tokens;
