//! What the rows of a generated environment have to do with each other, before any of them is made: the tree of business units, the
//! roles, and how many users each unit has.

use uuid::Uuid;

use super::dice::{Dice, Throw};
use super::names::{role_name, unit_name};
use super::{
    BASIC_USER, ROLE_NAMES, ROOT_UNIT, SALES_UNIT, SERVICE_UNIT, SYSTEM_ADMINISTRATOR, generated_role_id,
    generated_unit_id, role_id,
};
use crate::options::{Options, Seed};

/// Generated units are no deeper below the root than this.
const DEEPEST: u32 = 5;
/// Of a thousand users so many are in the root unit, where there are others.
const IN_ROOT: u64 = 40;

/// The plan of an environment.
#[derive(Debug)]
pub struct Plan {
    /// What generated rows follow from.
    pub seed_number: u64,
    /// The business units; each comes after its parent.
    pub units: Vec<PlannedUnit>,
    /// The roles, each of which has a copy in every unit.
    pub roles: Vec<PlannedRole>,
    /// How many users are generated.
    pub users: u32,
    /// How many roles each of them has; none: one to five.
    pub roles_per_user: Option<u32>,
    /// How many teams are generated.
    pub teams: u32,
    /// The roles for users and teams: all but System Administrator, the one that everybody has first.
    given: Vec<usize>,
    /// For each unit, how much of the whole the units up to it have.
    shares: Vec<u64>,
}

/// A business unit.
#[derive(Clone, Debug)]
pub struct PlannedUnit {
    /// Its key.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// The unit above it.
    pub parent: Option<Uuid>,
    depth: u32,
}

/// A role.
#[derive(Clone, Debug)]
pub struct PlannedRole {
    /// Its name.
    pub name: String,
    /// Whether it is System Administrator.
    pub is_administrator: bool,
    number: u32,
    is_generated: bool,
}

impl PlannedRole {
    /// The key of its copy in a unit.
    pub fn id(&self, unit: Uuid) -> Uuid {
        if self.is_generated { generated_role_id(self.number, unit) } else { role_id(self.number, unit) }
    }
}

impl Plan {
    /// What these options ask for.
    pub fn new(options: &Options) -> Self {
        let units = units(options);
        let roles = roles(options);
        let mut given: Vec<usize> = (0..roles.len()).filter(|place| !roles[*place].is_administrator).collect();
        // Everybody is a Basic User.
        if let Some(place) = given.iter().position(|place| is_basic(&roles[*place])) {
            given[..=place].rotate_right(1);
        }
        Self {
            seed_number: options.seed_number,
            shares: shares(options.seed_number, units.len()),
            units,
            roles,
            users: options.users,
            roles_per_user: options.roles_per_user,
            teams: options.teams,
            given,
        }
    }

    /// A unit, some more often than others.
    pub fn throw_unit(&self, dice: &mut Dice) -> Uuid {
        let thrown = dice.below(self.shares.last().copied().unwrap_or(1));
        self.units[self.shares.partition_point(|share| *share <= thrown)].id
    }

    /// The roles of a user of a unit, none of them twice.
    pub fn throw_roles(&self, dice: &mut Dice, unit: Uuid, roles: &mut Vec<Uuid>) {
        let count = self.roles_per_user.map_or_else(|| usual(dice), |count| count as usize).min(self.given.len());
        roles.clear();
        if count > 0 {
            roles.push(self.roles[self.given[0]].id(unit));
        }
        while roles.len() < count {
            let role = self.throw_role(dice, unit);
            if !roles.contains(&role) {
                roles.push(role);
            }
        }
        roles.sort_unstable();
    }

    /// A role of a unit that is no System Administrator.
    pub fn throw_role(&self, dice: &mut Dice, unit: Uuid) -> Uuid {
        self.roles[*dice.pick(&self.given)].id(unit)
    }
}

/// How many roles there are for users: all but System Administrator.
pub fn roles_for_users(options: &Options) -> usize {
    roles(options).iter().filter(|role| !role.is_administrator).count()
}

fn is_basic(role: &PlannedRole) -> bool {
    !role.is_generated && role.number == BASIC_USER
}

/// How many roles a user has where nothing else is asked for.
fn usual(dice: &mut Dice) -> usize {
    match dice.below(100) {
        0..40 => 1,
        40..75 => 2,
        75..92 => 3,
        92..98 => 4,
        _ => 5,
    }
}

fn units(options: &Options) -> Vec<PlannedUnit> {
    let unit = |id, name: &str, parent: Option<Uuid>| PlannedUnit {
        id,
        name: name.to_owned(),
        parent,
        depth: u32::from(parent.is_some()),
    };
    let mut units = vec![unit(ROOT_UNIT, "Contoso", None)];
    if options.seed == Seed::Contoso {
        units.push(unit(SALES_UNIT, "Sales", Some(ROOT_UNIT)));
        units.push(unit(SERVICE_UNIT, "Service", Some(ROOT_UNIT)));
    }
    for number in 1..=options.units {
        let mut dice = Dice::new(options.seed_number, Throw::Units, number);
        let above = loop {
            let above = dice.pick(&units);
            if above.depth < DEEPEST {
                break above;
            }
        };
        let (parent, depth) = (Some(above.id), above.depth + 1);
        units.push(PlannedUnit {
            id: generated_unit_id(number),
            name: unit_name(options.seed_number, number),
            parent,
            depth,
        });
    }
    units
}

fn roles(options: &Options) -> Vec<PlannedRole> {
    let names = match options.seed {
        Seed::Contoso => &ROLE_NAMES[..],
        Seed::Empty => &ROLE_NAMES[..2],
    };
    let fixed = names.iter().zip(1..).map(|(name, number)| PlannedRole {
        name: (*name).to_owned(),
        is_administrator: number == SYSTEM_ADMINISTRATOR,
        number,
        is_generated: false,
    });
    let generated = (1..=options.roles).map(|number| PlannedRole {
        name: role_name(options.seed_number, number),
        is_administrator: false,
        number,
        is_generated: true,
    });
    fixed.chain(generated).collect()
}

/// A few units have many users, most have few: the share of a unit falls with its rank, and ranks are thrown for.
fn shares(seed_number: u64, count: usize) -> Vec<u64> {
    let mut ranks: Vec<usize> = (1..count).collect();
    let mut dice = Dice::new(seed_number, Throw::Units, 0);
    for place in (1..ranks.len()).rev() {
        ranks.swap(place, dice.place(place + 1));
    }
    let others: Vec<u64> = ranks.into_iter().map(|rank| 1_000_000_000 / (rank as u64 + 1)).collect();
    let root = (others.iter().sum::<u64>() * IN_ROOT / (1000 - IN_ROOT)).max(1);
    let mut sum = 0;
    let all = std::iter::once(root).chain(others);
    all.map(|share| {
        sum += share;
        sum
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_a_tree_of_several_levels() {
        let plan = Plan::new(&Options { units: 300, ..Options::default() });
        let depths: Vec<usize> =
            (0..=DEEPEST).map(|depth| plan.units.iter().filter(|unit| unit.depth == depth).count()).collect();
        assert_eq!((depths[0], depths.iter().sum::<usize>()), (1, 303));
        assert!(depths[1..].iter().all(|count| *count > 2), "{depths:?}");
        for (place, unit) in plan.units.iter().enumerate().skip(1) {
            let parent = plan.units.iter().position(|other| Some(other.id) == unit.parent).unwrap();
            assert!(parent < place && plan.units[parent].depth + 1 == unit.depth, "{unit:?}");
        }
    }

    #[test]
    fn users_are_spread_unevenly_over_all_units() {
        let plan = Plan::new(&Options { units: 20, ..Options::default() });
        let mut counts = vec![0; plan.units.len()];
        for number in 0..10_000 {
            let unit = plan.throw_unit(&mut Dice::new(1, Throw::Users, number));
            counts[plan.units.iter().position(|other| other.id == unit).unwrap()] += 1;
        }
        let (least, most) = (*counts.iter().min().unwrap(), *counts.iter().max().unwrap());
        assert!(least > 0 && most > 5 * least, "{counts:?}");
    }

    #[test]
    fn a_user_has_as_many_roles_as_are_asked_for() {
        let plan = Plan::new(&Options { roles_per_user: Some(5), ..Options::default() });
        let mut roles = Vec::new();
        for number in 0..100 {
            plan.throw_roles(&mut Dice::new(1, Throw::Users, number), SALES_UNIT, &mut roles);
            roles.dedup();
            assert_eq!(roles.len(), 5);
            assert!(roles.contains(&role_id(BASIC_USER, SALES_UNIT)));
            assert!(!roles.contains(&role_id(SYSTEM_ADMINISTRATOR, SALES_UNIT)));
        }
    }
}
