//! Fills a store with what the options ask for.

use super::plan::{Plan, PlannedRole, PlannedUnit};
use super::{
    ADELE, APPLICATION_USER, BRUNO, CHIARA, CLIENT_ID, CREATED, CUSTOMER_SERVICE_REPRESENTATIVE, DORA, ORGANIZATION_ID,
    ROOT_UNIT, SALES_UNIT, SALESPERSON, SERVICE_UNIT, SYSTEM_ADMINISTRATOR, SYSTEM_ADMINISTRATOR_TEMPLATE, crowd,
    default_team_id, object_id, privilege_id, role_id,
};
use crate::model::{
    BusinessUnit, Link, Organization, Others, Privilege, Role, SystemUser, Team, TeamMember, TeamRole, UserRole,
    UserText,
};
use crate::options::{Options, Seed};
use crate::rules::{organizations, privileges};
use crate::settings::Settings;
use crate::store::Store;

/// The store that these options describe.
pub fn populate(options: &Options) -> Store {
    let plan = Plan::new(options);
    let mut store = Store::new();
    crowd::fill(&mut store, &plan);
    add_organization(&mut store, &options.settings);
    for name in privileges::ALL {
        store.seed(Privilege { id: privilege_id(name), version: 0, name }, CREATED);
    }
    for unit in &plan.units {
        add_unit(&mut store, unit);
    }
    for role in &plan.roles {
        add_role(&mut store, role, &plan.units);
    }
    add_application_user(&mut store);
    if options.seed == Seed::Contoso {
        add_people(&mut store);
    }
    for number in 1..=options.teams {
        let (team, roles) = crowd::team(&plan, number);
        for role in roles {
            store.seed(Link::<TeamRole>::new(team.id, role), CREATED);
        }
        store.seed(team, CREATED);
    }
    store
}

fn add_unit(store: &mut Store, planned: &PlannedUnit) {
    let unit = BusinessUnit {
        id: planned.id,
        version: 0,
        created_on: CREATED,
        modified_on: CREATED,
        created_by: None,
        modified_by: None,
        name: planned.name.as_str().into(),
        parent: planned.parent,
        is_disabled: false,
        others: Others::default(),
    };
    store.seed(unit, CREATED);
    let mut team = Team::new(default_team_id(planned.id), &planned.name, planned.id);
    team.is_default = true;
    team.created_on = CREATED;
    store.seed(team, CREATED);
}

fn add_organization(store: &mut Store, settings: &Settings) {
    let mut organization = Organization {
        id: ORGANIZATION_ID,
        version: 0,
        created_on: CREATED,
        modified_on: CREATED,
        modified_by: None,
        name: "contoso".into(),
        db_settings: None,
        expire_change_tracking: 0,
        others: Others::default(),
    };
    organizations::describe(&mut organization, settings);
    store.seed(organization, CREATED);
}

fn add_role(store: &mut Store, planned: &PlannedRole, units: &[PlannedUnit]) {
    for unit in units {
        let role = Role {
            id: planned.id(unit.id),
            version: 0,
            created_on: CREATED,
            modified_on: CREATED,
            created_by: None,
            modified_by: None,
            name: planned.name.as_str().into(),
            business_unit: unit.id,
            parent: unit.parent.map(|parent| planned.id(parent)),
            root: planned.id(ROOT_UNIT),
            template: planned.is_administrator.then_some(SYSTEM_ADMINISTRATOR_TEMPLATE),
            is_managed: false,
            others: Others::default(),
        };
        store.seed(role, CREATED);
    }
}

fn add_user(store: &mut Store, mut user: SystemUser, roles: &[u32]) {
    user.created_on = CREATED;
    user.identity = store.next_identity();
    user.compute_full_name();
    for role in roles {
        store.seed(Link::<UserRole>::new(user.id, role_id(*role, user.business_unit)), CREATED);
    }
    store.seed(Link::<TeamMember>::new(default_team_id(user.business_unit), user.id), CREATED);
    store.seed(user, CREATED);
}

fn add_application_user(store: &mut Store) {
    let mut user = SystemUser::new(APPLICATION_USER, ROOT_UNIT);
    user.set_text(UserText::FirstName, Some("Connector"));
    user.set_text(UserText::LastName, Some("Local Dataverse"));
    user.set_text(UserText::Email, Some("connector@contoso.example"));
    user.set_text(UserText::DomainName, Some("connector@contoso.example"));
    user.application_id = CLIENT_ID.parse().ok();
    user.object_id = CLIENT_ID.parse().ok();
    // Application users are unlicensed and never interactive.
    user.access_mode = 4;
    add_user(store, user, &[SYSTEM_ADMINISTRATOR]);
}

fn add_people(store: &mut Store) {
    let mut person = |id, first: &str, last: &str, unit, disabled, roles: &[u32]| {
        let mut user = SystemUser::new(id, unit);
        let email = format!("{}@contoso.example", first.to_lowercase());
        user.set_text(UserText::FirstName, Some(first));
        user.set_text(UserText::LastName, Some(last));
        user.set_text(UserText::Email, Some(&email));
        user.set_text(UserText::DomainName, Some(&email));
        user.is_disabled = Some(disabled);
        user.object_id = Some(object_id(id));
        add_user(store, user, roles);
    };
    person(ADELE, "Adele", "Example", SALES_UNIT, false, &[SALESPERSON]);
    person(BRUNO, "Bruno", "Example", SERVICE_UNIT, false, &[CUSTOMER_SERVICE_REPRESENTATIVE]);
    person(CHIARA, "Chiara", "Example", SALES_UNIT, true, &[]);
    person(DORA, "Dora", "Sample-O'Neil", ROOT_UNIT, false, &[SYSTEM_ADMINISTRATOR]);
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeSet, HashSet};

    use uuid::Uuid;

    use super::*;
    use crate::model::{Entity, Relationship, Value};
    use crate::seed::{BASIC_USER, generated_user_id};
    use crate::store::{Table, UserName};

    fn environment(users: u32, seed_number: u64) -> Store {
        populate(&Options { users, units: 12, roles: 7, teams: 9, seed_number, ..Options::default() })
    }

    /// All values of all rows, but for versions, which follow from how many rows there are.
    fn values<T: Entity>(table: &Table<T>) -> Vec<String> {
        let versionless = |row: &T| {
            let columns = T::schema().columns.iter().enumerate().filter(|(_, column)| column.name != "versionnumber");
            columns.map(|(index, _)| format!("{:?} ", row.value(index))).collect()
        };
        table.iter().map(|row| versionless(row)).collect()
    }

    #[test]
    fn a_seed_number_gives_one_environment_and_another_number_another() {
        let (one, same, other) = (environment(5000, 1), environment(5000, 1), environment(5000, 2));
        assert!(one.users.iter().eq(same.users.iter()));
        assert!(one.user_roles.iter().eq(same.user_roles.iter()));
        assert!(one.team_members.iter().eq(same.team_members.iter()));
        assert!(one.team_roles.iter().eq(same.team_roles.iter()));
        assert!(one.units.iter().eq(same.units.iter()) && one.roles.iter().eq(same.roles.iter()));
        assert!(one.teams.iter().eq(same.teams.iter()));
        assert_eq!(one.users.len(), other.users.len());
        assert_ne!(values(&one.users), values(&other.users));
        assert_ne!(values(&one.units), values(&other.units));
        assert_ne!(values(&one.roles), values(&other.roles));
        assert_ne!(values(&one.team_members), values(&other.team_members));
    }

    #[test]
    fn a_user_is_the_same_among_few_and_among_many() {
        let (few, many) = (environment(10, 3), environment(10_000, 3));
        for number in 1..=10 {
            let id = generated_user_id(number);
            let [mut one, mut other] = [&few, &many].map(|store| (**store.users.get(id).unwrap()).clone());
            (one.version, other.version) = (0, 0);
            assert_eq!(one, other);
            let roles = |store: &Store| store.links(Relationship::UserRole).of_left(id).collect::<Vec<_>>();
            assert_eq!(roles(&few), roles(&many));
        }
    }

    #[test]
    fn every_user_has_roles_of_his_own_unit_and_belongs_to_its_default_team() {
        let store = environment(5000, 1);
        for number in 1..=5000 {
            let user = store.users.get(generated_user_id(number)).unwrap();
            let roles: Vec<Uuid> = store.links(Relationship::UserRole).of_left(user.id).collect();
            assert!(roles.contains(&role_id(BASIC_USER, user.business_unit)), "{user:?}");
            for role in roles {
                let role = store.roles.get(role).unwrap();
                assert_eq!(role.business_unit, user.business_unit);
                assert_eq!(role.template, None, "no administrators are generated");
            }
            let teams = store.links(Relationship::TeamMember).of_right(user.id);
            let default: Vec<Uuid> = teams.filter(|team| store.teams.get(*team).unwrap().is_default).collect();
            assert_eq!(default, [default_team_id(user.business_unit)]);
            assert!(user.manager.is_none_or(|manager| manager != user.id && store.users.contains(manager)));
        }
    }

    #[test]
    fn every_unit_has_a_copy_of_every_role_below_that_of_its_parent() {
        let store = environment(0, 1);
        assert_eq!((store.units.len(), store.roles.len()), (15, 15 * 13));
        let roots: BTreeSet<Uuid> = store.roles.iter().map(|role| role.root).collect();
        assert_eq!(roots.len(), 13);
        for unit in store.units.iter() {
            let copies: Vec<_> = store.roles.iter().filter(|role| role.business_unit == unit.id).collect();
            assert_eq!(copies.iter().map(|role| role.root).collect::<BTreeSet<_>>(), roots);
            for copy in copies {
                let above = copy.parent.map(|parent| store.roles.get(parent).unwrap());
                assert_eq!(above.map(|above| above.business_unit), unit.parent);
                assert_eq!(above.map_or(copy.id, |above| above.root), copy.root);
                assert!(above.is_none_or(|above| above.name == copy.name));
            }
            assert!(store.teams.get(default_team_id(unit.id)).is_some_and(|team| team.is_default));
        }
    }

    #[test]
    fn teams_have_members_and_roles_of_their_own_unit() {
        let store = environment(1000, 1);
        let teams: Vec<_> = store.teams.iter().filter(|team| !team.is_default).collect();
        assert_eq!(teams.len(), 9);
        for team in teams {
            let members: Vec<Uuid> = store.links(Relationship::TeamMember).of_left(team.id).collect();
            assert!(members.contains(&team.administrator.unwrap()), "{team:?}");
            let roles: Vec<Uuid> = store.links(Relationship::TeamRole).of_left(team.id).collect();
            assert!(!roles.is_empty());
            assert!(roles.iter().all(|role| store.roles.get(*role).unwrap().business_unit == team.business_unit));
        }
        assert_eq!(environment(0, 1).team_members.len(), 5, "nobody but the five of the seed");
    }

    #[test]
    fn what_is_found_by_index_is_what_is_in_the_rows() {
        let store = environment(5000, 1);
        let user = store.users.get(generated_user_id(4321)).unwrap();
        let name = user.text(UserText::DomainName).unwrap().to_uppercase();
        let found = store.user_index.find(UserName::Domain, Value::Text(&name));
        assert_eq!(found.collect::<Vec<_>>(), [user.id]);
        for (table, relationship) in [
            (pairs(&store.user_roles), Relationship::UserRole),
            (pairs(&store.team_members), Relationship::TeamMember),
            (pairs(&store.team_roles), Relationship::TeamRole),
        ] {
            let links = store.links(relationship);
            for (left, right) in &table {
                assert!(links.contains(*left, *right) && links.of_right(*right).any(|other| other == *left));
            }
            let lefts: HashSet<Uuid> = table.iter().map(|(left, _)| *left).collect();
            assert_eq!(lefts.into_iter().map(|left| links.of_left(left).count()).sum::<usize>(), table.len());
        }
    }

    fn pairs<R: crate::model::Intersect>(table: &Table<Link<R>>) -> Vec<(Uuid, Uuid)> {
        table.iter().map(|link| (link.left, link.right)).collect()
    }

    #[test]
    fn versions_and_identities_are_given_once() {
        let mut store = environment(3000, 1);
        let mut versions = HashSet::new();
        let users = store.users.iter().map(|row| row.version);
        let links =
            store.user_roles.iter().map(|row| row.version).chain(store.team_members.iter().map(|row| row.version));
        let others = store.roles.iter().map(|row| row.version).chain(store.teams.iter().map(|row| row.version));
        assert!(users.chain(links).chain(others).all(|version| versions.insert(version)));
        assert!(!versions.contains(&store.next_version()));
        let identities: HashSet<i64> = store.users.iter().map(|row| row.identity).collect();
        assert_eq!(identities.len(), 3005);
        assert!(!identities.contains(&store.next_identity()));
    }

    #[test]
    fn people_differ_in_more_than_their_numbers() {
        let store = environment(3000, 1);
        let share = |holds: &dyn Fn(&SystemUser) -> bool| store.users.iter().filter(|user| holds(user)).count();
        assert!((100..300).contains(&share(&|user| user.is_disabled == Some(true))));
        assert!((100..300).contains(&share(&|user| user.access_mode != 0)));
        assert!((20..150).contains(&share(&|user| user.named("islicensed") == Value::Bool(false))));
        assert!((100..200).contains(&share(&|user| user.text(UserText::DomainName) != user.text(UserText::Email))));
        assert!(share(&|user| user.text(UserText::MobilePhone).is_none()) > 500);
        let units: HashSet<Uuid> = store.users.iter().map(|user| user.business_unit).collect();
        assert_eq!(units.len(), 15);
    }
}
