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
