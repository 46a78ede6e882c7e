//! Fills a store with what the options ask for.

use uuid::Uuid;

use super::{
    ADELE, APPLICATION_USER, BASIC_USER, BRUNO, CHIARA, CLIENT_ID, CUSTOMER_SERVICE_REPRESENTATIVE, DORA,
    ORGANIZATION_ID, ROLE_NAMES, ROOT_UNIT, SALES_UNIT, SALESPERSON, SERVICE_UNIT, SYSTEM_ADMINISTRATOR,
    SYSTEM_ADMINISTRATOR_TEMPLATE, default_team_id, generated_role_id, generated_unit_id, generated_user_id,
    privilege_id, role_id,
};
use crate::model::{BusinessUnit, Link, Organization, Others, Privilege, Role, SystemUser, Team, TeamMember, UserRole};
use crate::options::{Options, Seed};
use crate::rules::{organizations, privileges};
use crate::settings::Settings;
use crate::store::Store;

/// When everything of a seed was created: 2024-01-15T08:00:00Z.
const CREATED: i64 = 1_705_305_600;
const FIRST_NAMES: [&str; 8] = ["Anna", "Boris", "Clara", "Dario", "Elena", "Felix", "Greta", "Hugo"];
const LAST_NAMES: [&str; 7] = ["Example", "Sample", "Muster", "Specimen", "Instance", "Pattern", "Model"];

/// The store that these options describe.
pub fn populate(options: &Options) -> Store {
    let mut store = Store::new();
    let names: &[&str] = match options.seed {
        Seed::Contoso => &ROLE_NAMES,
        Seed::Empty => &ROLE_NAMES[..2],
    };
    add_organization(&mut store, &options.settings);
    for name in privileges::ALL {
        store.seed(Privilege { id: privilege_id(name), version: 0, name }, CREATED);
    }
    let mut units = vec![ROOT_UNIT];
    add_unit(&mut store, ROOT_UNIT, "Contoso", None);
    if options.seed == Seed::Contoso {
        add_unit(&mut store, SALES_UNIT, "Sales", Some(ROOT_UNIT));
        add_unit(&mut store, SERVICE_UNIT, "Service", Some(ROOT_UNIT));
        units.extend([SALES_UNIT, SERVICE_UNIT]);
    }
    for number in 1..=options.units {
        add_unit(&mut store, generated_unit_id(number), &format!("Unit {number:04}"), Some(ROOT_UNIT));
        units.push(generated_unit_id(number));
    }
    for (name, number) in names.iter().zip(1..) {
        add_role(&mut store, name, &units, |unit| role_id(number, unit));
    }
    for number in 1..=options.roles {
        add_role(&mut store, &format!("Role {number:04}"), &units, |unit| generated_role_id(number, unit));
    }
    add_application_user(&mut store);
    if options.seed == Seed::Contoso {
        add_people(&mut store);
    }
    for number in 1..=options.users {
        let unit = units[number as usize % units.len()];
        add_generated_user(&mut store, number, unit);
    }
    store
}

fn add_unit(store: &mut Store, id: Uuid, name: &str, parent: Option<Uuid>) {
    let unit = BusinessUnit {
        id,
        version: 0,
        created_on: CREATED,
        modified_on: CREATED,
        created_by: None,
        modified_by: None,
        name: name.into(),
        parent,
        is_disabled: false,
        others: Others::default(),
    };
    store.seed(unit, CREATED);
    let mut team = Team::new(default_team_id(id), name, id);
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

fn add_role(store: &mut Store, name: &str, units: &[Uuid], id: impl Fn(Uuid) -> Uuid) {
    for unit in units {
        let is_root = *unit == ROOT_UNIT;
        let role = Role {
            id: id(*unit),
            version: 0,
            created_on: CREATED,
            modified_on: CREATED,
            created_by: None,
            modified_by: None,
            name: name.into(),
            business_unit: *unit,
            parent: (!is_root).then(|| id(ROOT_UNIT)),
            root: id(ROOT_UNIT),
            template: (name == ROLE_NAMES[0]).then_some(SYSTEM_ADMINISTRATOR_TEMPLATE),
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
    user.first_name = Some("Connector".into());
    user.last_name = Some("Local Dataverse".into());
    user.email = Some("connector@contoso.example".into());
    user.domain_name = Some("connector@contoso.example".into());
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
        user.first_name = Some(first.into());
        user.last_name = Some(last.into());
        user.email = Some(email.as_str().into());
        user.domain_name = Some(email.into());
        user.is_disabled = Some(disabled);
        user.object_id = Some(object_id(id));
        add_user(store, user, roles);
    };
    person(ADELE, "Adele", "Example", SALES_UNIT, false, &[SALESPERSON]);
    person(BRUNO, "Bruno", "Example", SERVICE_UNIT, false, &[CUSTOMER_SERVICE_REPRESENTATIVE]);
    person(CHIARA, "Chiara", "Example", SALES_UNIT, true, &[]);
    person(DORA, "Dora", "Sample-O'Neil", ROOT_UNIT, false, &[SYSTEM_ADMINISTRATOR]);
}

fn add_generated_user(store: &mut Store, number: u32, unit: Uuid) {
    let id = generated_user_id(number);
    let mut user = SystemUser::new(id, unit);
    let email = format!("user{number:06}@contoso.example");
    user.first_name = Some(FIRST_NAMES[number as usize % FIRST_NAMES.len()].into());
    user.last_name = Some(format!("{} {number:06}", LAST_NAMES[number as usize % LAST_NAMES.len()]).into());
    user.employee_id = Some(format!("{number:06}").into());
    user.email = Some(email.as_str().into());
    user.domain_name = Some(email.into());
    user.object_id = Some(object_id(id));
    add_user(store, user, &[BASIC_USER]);
}

/// The Entra object of a user of the seed: the same id with another first digit.
fn object_id(user: Uuid) -> Uuid {
    let mut bytes = *user.as_bytes();
    bytes[0] ^= 0x70;
    Uuid::from_bytes(bytes)
}
