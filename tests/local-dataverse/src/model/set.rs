//! The entity sets that this server holds, and a way from a set's name to the struct of its rows.

use super::entity::Entity;
use super::schema::Schema;

/// An entity set that this server holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Set {
    /// `systemusers`
    Users,
    /// `roles`
    Roles,
    /// `businessunits`
    Units,
    /// `teams`
    Teams,
    /// `organizations`
    Organizations,
    /// `privileges`
    Privileges,
    /// `systemuserrolescollection`
    UserRoles,
    /// `teamrolescollection`
    TeamRoles,
    /// `teammemberships`
    TeamMembers,
}

/// Runs an expression with a type name that stands for the struct of a set's rows.
macro_rules! with_set {
    ($set:expr, $row:ident => $body:expr) => {{
        use $crate::model;
        match $set {
            model::Set::Users => {
                type $row = model::SystemUser;
                $body
            }
            model::Set::Roles => {
                type $row = model::Role;
                $body
            }
            model::Set::Units => {
                type $row = model::BusinessUnit;
                $body
            }
            model::Set::Teams => {
                type $row = model::Team;
                $body
            }
            model::Set::Organizations => {
                type $row = model::Organization;
                $body
            }
            model::Set::Privileges => {
                type $row = model::Privilege;
                $body
            }
            model::Set::UserRoles => {
                type $row = model::Link<model::UserRole>;
                $body
            }
            model::Set::TeamRoles => {
                type $row = model::Link<model::TeamRole>;
                $body
            }
            model::Set::TeamMembers => {
                type $row = model::Link<model::TeamMember>;
                $body
            }
        }
    }};
}
pub(crate) use with_set;

/// The names of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Names {
    /// `systemuser`
    pub logical: &'static str,
    /// `systemusers`
    pub entity_set: &'static str,
    /// `systemuserid`
    pub key: &'static str,
}

fn names_of<T: Entity>() -> Names {
    let Schema { logical_name, entity_set, key, .. } = T::schema();
    Names { logical: logical_name, entity_set, key }
}

impl Set {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Users,
        Self::Roles,
        Self::Units,
        Self::Teams,
        Self::Organizations,
        Self::Privileges,
        Self::UserRoles,
        Self::TeamRoles,
        Self::TeamMembers,
    ];

    /// The names of the set's table.
    pub fn names(self) -> Names {
        with_set!(self, Row => names_of::<Row>())
    }

    /// The position of the column with this name.
    pub fn column(self, name: &str) -> Option<usize> {
        with_set!(self, Row => Row::schema().column(name))
    }

    /// The column that names a row to a person.
    pub fn name_column(self) -> Option<&'static str> {
        with_set!(self, Row => Row::schema().name_column)
    }

    /// The position of the lookup column behind a navigation property.
    pub fn navigation(self, name: &str) -> Option<usize> {
        with_set!(self, Row => Row::schema().navigation(name))
    }

    /// The set with this name, such as `systemusers`.
    pub fn of_name(entity_set: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|set| set.names().entity_set == entity_set)
    }

    /// The set of the table with this logical name, such as `systemuser`.
    pub fn of_table(logical_name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|set| set.names().logical == logical_name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_set_is_found_by_its_names() {
        for set in Set::ALL {
            assert_eq!(Set::of_name(set.names().entity_set), Some(set));
            assert_eq!(Set::of_table(set.names().logical), Some(set));
        }
        assert_eq!(Set::of_name("accounts"), None);
    }
}
