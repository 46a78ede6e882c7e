//! How a server starts.

use crate::seed;
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
#[derive(Clone, Debug, PartialEq)]
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
    /// So many generated teams on top of the seed.
    pub teams: u32,
    /// How many roles a generated user has, from 1; none: one to five.
    pub roles_per_user: Option<u32>,
    /// Generated rows follow from this number: the same number, the same rows.
    pub seed_number: u64,
    /// HTTPS in place of HTTP, with a certificate made at the start: see [`crate::Server::certificate_authority`].
    pub tls: bool,
    /// The settings at the start, and after a reset.
    pub settings: Settings,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 0,
            seed: Seed::default(),
            users: 0,
            units: 0,
            roles: 0,
            teams: 0,
            roles_per_user: None,
            seed_number: 1,
            tls: false,
            settings: Settings::default(),
        }
    }
}

impl Options {
    /// What can't be made of these options, and what to do.
    pub(crate) fn check(&self) -> Result<(), String> {
        let Some(wanted) = self.roles_per_user else { return Ok(()) };
        let roles = seed::roles_for_users(self);
        if wanted == 0 {
            return Err("Every generated user has a role: the number of roles for each must be 1 or more.".into());
        }
        if wanted as usize > roles {
            let lacking = wanted as usize - roles;
            return Err(format!(
                "A generated user can't have {wanted} roles: there are {roles}, as System Administrator is not given away. \
                 Generate {lacking} more (--roles {}).",
                self.roles as usize + lacking
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_roles_for_each_than_there_are_and_none_are_refused() {
        let options = |roles, roles_per_user, seed| Options { roles, roles_per_user, seed, ..Options::default() };
        assert_eq!(options(0, Some(5), Seed::Contoso).check(), Ok(()));
        assert_eq!(options(4, Some(5), Seed::Empty).check(), Ok(()));
        let error = options(2, Some(10), Seed::Contoso).check().unwrap_err();
        assert!(error.contains("10 roles: there are 7") && error.contains("--roles 5"), "{error}");
        assert!(options(0, Some(0), Seed::Contoso).check().unwrap_err().contains("1 or more"));
    }
}
