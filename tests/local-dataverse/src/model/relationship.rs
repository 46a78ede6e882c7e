//! Relationships of many to many and of one to many, and the collections that a row has by them.

use std::sync::LazyLock;

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

    /// The set of its intersect table.
    pub const fn intersect_set(self) -> Set {
        match self {
            Self::UserRole => Set::UserRoles,
            Self::TeamRole => Set::TeamRoles,
            Self::TeamMember => Set::TeamMembers,
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

/// A relationship of many to many seen from one of its sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Side {
    /// The relationship.
    pub relationship: Relationship,
    /// Whether the row with the collection stands on the left.
    pub from_left: bool,
}

impl Side {
    /// The set of the rows on the other side.
    pub fn target(self) -> Set {
        if self.from_left { self.relationship.right() } else { self.relationship.left() }
    }

    /// The same relationship seen from the other side.
    pub fn reversed(self) -> Self {
        Self { from_left: !self.from_left, ..self }
    }

    /// A pair of the row with the collection and one of the other side, as left and right.
    pub fn ordered<K>(self, own: K, other: K) -> (K, K) {
        if self.from_left { (own, other) } else { (other, own) }
    }
}

/// A relationship of one to many: the rows whose lookup names a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Children(usize);

/// The relationship's name, which is that of its navigation property; the set of the rows that are named, the set of those that
/// name them, and the attribute by which they do.
type OneToMany = (&'static str, Set, Set, &'static str);

const ONE_TO_MANY: [OneToMany; 26] = [
    ("business_unit_system_users", Set::Units, Set::Users, "businessunitid"),
    ("business_unit_roles", Set::Units, Set::Roles, "businessunitid"),
    ("business_unit_teams", Set::Units, Set::Teams, "businessunitid"),
    ("business_unit_parent_business_unit", Set::Units, Set::Units, "parentbusinessunitid"),
    ("organization_business_units", Set::Organizations, Set::Units, "organizationid"),
    ("role_parent_role", Set::Roles, Set::Roles, "parentroleid"),
    ("role_parent_root_role", Set::Roles, Set::Roles, "parentrootroleid"),
    ("user_parent_user", Set::Users, Set::Users, "parentsystemuserid"),
    ("lk_teambase_administratorid", Set::Users, Set::Teams, "administratorid"),
    ("lk_systemuserbase_createdby", Set::Users, Set::Users, "createdby"),
    ("lk_systemuserbase_modifiedby", Set::Users, Set::Users, "modifiedby"),
    ("lk_systemuser_createdonbehalfby", Set::Users, Set::Users, "createdonbehalfby"),
    ("lk_systemuser_modifiedonbehalfby", Set::Users, Set::Users, "modifiedonbehalfby"),
    ("lk_rolebase_createdby", Set::Users, Set::Roles, "createdby"),
    ("lk_rolebase_modifiedby", Set::Users, Set::Roles, "modifiedby"),
    ("lk_role_createdonbehalfby", Set::Users, Set::Roles, "createdonbehalfby"),
    ("lk_role_modifiedonbehalfby", Set::Users, Set::Roles, "modifiedonbehalfby"),
    ("lk_businessunitbase_createdby", Set::Users, Set::Units, "createdby"),
    ("lk_businessunitbase_modifiedby", Set::Users, Set::Units, "modifiedby"),
    ("lk_teambase_createdby", Set::Users, Set::Teams, "createdby"),
    ("lk_teambase_modifiedby", Set::Users, Set::Teams, "modifiedby"),
    ("lk_organizationbase_modifiedby", Set::Users, Set::Organizations, "modifiedby"),
    ("lk_businessunit_createdonbehalfby", Set::Users, Set::Units, "createdonbehalfby"),
    ("lk_businessunit_modifiedonbehalfby", Set::Users, Set::Units, "modifiedonbehalfby"),
    ("lk_team_createdonbehalfby", Set::Users, Set::Teams, "createdonbehalfby"),
    ("lk_team_modifiedonbehalfby", Set::Users, Set::Teams, "modifiedonbehalfby"),
];

impl Children {
    /// How many relationships there are.
    pub const COUNT: usize = ONE_TO_MANY.len();
    /// The users of a business unit.
    pub const USERS_OF_UNIT: Self = Self(0);
    /// The roles of a business unit.
    pub const ROLES_OF_UNIT: Self = Self(1);
    /// The teams of a business unit.
    pub const TEAMS_OF_UNIT: Self = Self(2);
    /// The business units below a business unit.
    pub const UNITS_OF_UNIT: Self = Self(3);
    /// A role that is no copy, with its copies.
    pub const COPIES_OF_ROLE: Self = Self(6);
    /// The users whose manager a user is.
    pub const USERS_OF_MANAGER: Self = Self(7);
    /// The teams that a user administers.
    pub const TEAMS_OF_ADMINISTRATOR: Self = Self(8);

    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..Self::COUNT).map(Self)
    }

    /// The relationship's number, from 0.
    pub fn number(self) -> usize {
        self.0
    }

    /// The name of the relationship and of its navigation property.
    pub fn name(self) -> &'static str {
        ONE_TO_MANY[self.0].0
    }

    /// The set of the rows that are named: those with the collection.
    pub fn parent(self) -> Set {
        ONE_TO_MANY[self.0].1
    }

    /// The set of the rows that name one.
    pub fn child(self) -> Set {
        ONE_TO_MANY[self.0].2
    }

    /// The attribute by which they do, and the navigation property that leads back.
    pub fn attribute(self) -> &'static str {
        ONE_TO_MANY[self.0].3
    }
}

/// The lookups of rows of `T` that make collections elsewhere: the relationship and the column.
pub fn lookups_of<T: Entity>() -> &'static [(Children, usize)] {
    type BySet = [Vec<(Children, usize)>; Set::ALL.len()];
    static LOOKUPS: LazyLock<BySet> = LazyLock::new(|| {
        Set::ALL.map(|set| {
            let own = Children::all().filter(|children| children.child() == set);
            own.filter_map(|children| Some((children, set.navigation(children.attribute())?))).collect()
        })
    });
    &LOOKUPS[T::SET as usize]
}

/// What a navigation property of a row leads to, where it leads to many rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Collection {
    /// The rows that a relationship of many to many ties to the row.
    Linked(Side),
    /// The rows whose lookup names the row.
    Children(Children),
}

impl Collection {
    /// All collections that the rows of a set have.
    pub fn all_of(set: Set) -> impl Iterator<Item = Self> {
        let sides = Relationship::ALL.into_iter().filter_map(move |relationship| {
            let from_left = relationship.left() == set;
            let side = Side { relationship, from_left };
            (from_left || relationship.right() == set).then_some(Self::Linked(side))
        });
        sides.chain(Children::all().filter(move |children| children.parent() == set).map(Self::Children))
    }

    /// The collection behind a navigation property of a set's rows.
    pub fn of_set(set: Set, name: &str) -> Option<Self> {
        Self::all_of(set).find(|collection| collection.name() == name)
    }

    /// The collection behind a navigation property of rows of `T`.
    pub fn of<T: Entity>(name: &str) -> Option<Self> {
        Self::of_set(T::SET, name)
    }

    /// The name of the navigation property.
    pub fn name(self) -> &'static str {
        match self {
            Self::Linked(side) => side.relationship.name(),
            Self::Children(children) => children.name(),
        }
    }

    /// The set of the rows that it leads to.
    pub fn target(self) -> Set {
        match self {
            Self::Linked(side) => side.target(),
            Self::Children(children) => children.child(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::schema::{Kind, Target};
    use super::super::with_set;
    use super::*;

    fn side(set: Set, name: &str) -> Option<Side> {
        match Collection::of_set(set, name)? {
            Collection::Linked(side) => Some(side),
            Collection::Children(_) => None,
        }
    }

    #[test]
    fn a_relationship_of_many_to_many_is_seen_from_both_sides_only() {
        let roles = side(Set::Users, "systemuserroles_association").unwrap();
        assert_eq!((roles.target(), roles.ordered(1, 2)), (Set::Roles, (1, 2)));
        let members = side(Set::Roles, "systemuserroles_association").unwrap();
        assert_eq!((members.target(), members.ordered(1, 2)), (Set::Users, (2, 1)));
        assert_eq!(Collection::of_set(Set::Units, "systemuserroles_association"), None);
        assert_eq!(side(Set::Users, "teammembership_association").map(Side::target), Some(Set::Teams));
    }

    #[test]
    fn a_relationship_of_one_to_many_is_a_collection_of_the_row_that_is_named() {
        let users = Collection::of_set(Set::Units, "business_unit_system_users");
        assert_eq!(users, Some(Collection::Children(Children::USERS_OF_UNIT)));
        assert_eq!(users.map(Collection::target), Some(Set::Users));
        assert_eq!(Collection::of_set(Set::Users, "business_unit_system_users"), None);
        for (children, name) in [
            (Children::ROLES_OF_UNIT, "business_unit_roles"),
            (Children::TEAMS_OF_UNIT, "business_unit_teams"),
            (Children::UNITS_OF_UNIT, "business_unit_parent_business_unit"),
            (Children::COPIES_OF_ROLE, "role_parent_root_role"),
            (Children::USERS_OF_MANAGER, "user_parent_user"),
            (Children::TEAMS_OF_ADMINISTRATOR, "lk_teambase_administratorid"),
        ] {
            assert_eq!(children.name(), name);
        }
    }

    /// The lookups of a table that name rows of tables that are held: their attributes and the set of what they name.
    fn lookups<T: Entity>() -> Vec<(&'static str, Set)> {
        let columns = T::schema().columns.iter();
        let held = columns.filter_map(|column| match column.kind {
            Kind::Lookup(Target::Held(set), attribute) => Some((attribute, set)),
            _ => None,
        });
        held.collect()
    }

    #[test]
    fn every_lookup_of_a_held_table_has_its_collection() {
        for set in Set::ALL {
            let mut expected = with_set!(set, Row => lookups::<Row>());
            let own = Children::all().filter(|children| children.child() == set);
            let mut there: Vec<(&str, Set)> = own.map(|children| (children.attribute(), children.parent())).collect();
            expected.sort_unstable();
            there.sort_unstable();
            assert_eq!(there, expected, "{set:?}");
            assert_eq!(with_set!(set, Row => lookups_of::<Row>()).len(), expected.len(), "{set:?}");
        }
    }

    #[test]
    fn no_table_has_two_navigation_properties_of_one_name() {
        for set in Set::ALL {
            let mut names: Vec<&str> = Collection::all_of(set).map(Collection::name).collect();
            let count = names.len();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), count, "{set:?}");
            assert!(names.iter().all(|name| set.navigation(name).is_none()), "{set:?}");
        }
    }
}
