//! Relationships of many to many.

use super::entity::Entity;
use super::set::Set;

/// A relationship of many to many. The navigation property has the relationship's name on both sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Relationship {
    /// `systemuserroles_association`
    UserRole,
    /// `teamroles_association`
    TeamRole,
    /// `teammembership_association`
    TeamMember,
}

impl Relationship {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::UserRole, Self::TeamRole, Self::TeamMember];

    /// The name of the relationship and of its navigation properties.
    pub fn name(self) -> &'static str {
        match self {
            Self::UserRole => "systemuserroles_association",
            Self::TeamRole => "teamroles_association",
            Self::TeamMember => "teammembership_association",
        }
    }

    /// The logical name of its intersect table.
    pub fn intersect(self) -> &'static str {
        match self {
            Self::UserRole => "systemuserroles",
            Self::TeamRole => "teamroles",
            Self::TeamMember => "teammembership",
        }
    }

    /// The set whose rows stand on the left: those that hold or have members.
    pub fn left(self) -> Set {
        match self {
            Self::UserRole => Set::Users,
            Self::TeamRole | Self::TeamMember => Set::Teams,
        }
    }

    /// The set whose rows stand on the right.
    pub fn right(self) -> Set {
        match self {
            Self::UserRole | Self::TeamRole => Set::Roles,
            Self::TeamMember => Set::Users,
        }
    }
}

/// A relationship seen from one of its sides: what a navigation property of a row leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Collection {
    /// The relationship.
    pub relationship: Relationship,
    /// Whether the row with the property stands on the left.
    pub from_left: bool,
}

impl Collection {
    /// The collection behind a navigation property of a set's rows.
    pub fn of_set(set: Set, name: &str) -> Option<Self> {
        let relationship = Relationship::ALL.into_iter().find(|relationship| relationship.name() == name)?;
        let from_left = relationship.left() == set;
        (from_left || relationship.right() == set).then_some(Self { relationship, from_left })
    }

    /// The collection behind a navigation property of rows of `T`.
    pub fn of<T: Entity>(name: &str) -> Option<Self> {
        Self::of_set(Set::of_table(T::schema().logical_name)?, name)
    }

    /// The name of the navigation property.
    pub fn name(self) -> &'static str {
        self.relationship.name()
    }

    /// The set of the rows that it leads to.
    pub fn target(self) -> Set {
        if self.from_left { self.relationship.right() } else { self.relationship.left() }
    }

    /// A pair of the row with the property and one that it leads to, as left and right.
    pub fn ordered<K>(self, own: K, other: K) -> (K, K) {
        if self.from_left { (own, other) } else { (other, own) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relationship_is_seen_from_both_sides_only() {
        let roles = Collection::of_set(Set::Users, "systemuserroles_association").unwrap();
        assert_eq!((roles.target(), roles.ordered(1, 2)), (Set::Roles, (1, 2)));
        let members = Collection::of_set(Set::Roles, "systemuserroles_association").unwrap();
        assert_eq!((members.target(), members.ordered(1, 2)), (Set::Users, (2, 1)));
        assert_eq!(Collection::of_set(Set::Units, "systemuserroles_association"), None);
        assert_eq!(
            Collection::of_set(Set::Users, "teammembership_association").map(Collection::target),
            Some(Set::Teams)
        );
    }
}
