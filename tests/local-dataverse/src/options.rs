//! How a server starts.

use crate::settings::Settings;

/// What the environment holds at its start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Seed {
    /// A root business unit with two children, six roles, five users: see [`crate::seed`].
    #[default]
    Contoso,
    /// The root business unit, the roles System Administrator and Basic User, and the application user.
    Empty,
}

/// How a server starts. The default is a free port and the seed `contoso`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Options {
    /// The port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// What the environment holds.
    pub seed: Seed,
    /// So many generated users on top of the seed.
    pub users: u32,
    /// So many generated business units on top of the seed.
    pub units: u32,
    /// So many generated roles, each with a copy for every business unit, on top of the seed.
    pub roles: u32,
    /// HTTPS in place of HTTP, with a certificate made at the start: see [`crate::Server::certificate_authority`].
    pub tls: bool,
    /// The settings at the start, and after a reset.
    pub settings: Settings,
}
