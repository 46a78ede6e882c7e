//! Rules of teams. Every business unit has a default team, to which all of its users belong and nobody else.

use uuid::Uuid;

use super::users::duplicate_key;
use super::{Change, children, must_exist, required, row, units};
use crate::model::{
    BusinessUnit, Children, Entity, Relationship, Scalar, Set, Team, TeamMember, TeamRole, Value, text,
};
use crate::odata::payload::Changes;
use crate::odata::{ApiResult, ODataError, key};
use crate::store::Store;

const LOGICAL_NAME: &str = "team";
const UNIT: &str = "_businessunitid_value";

/// Adds a team.
pub fn create(change: &mut Change<'_>, mut values: Changes) -> ApiResult<Uuid> {
    let sent = values.names::<Team>();
    let name = values.take::<Team>("name").and_then(Scalar::into_text);
    let name = required(name, "name", LOGICAL_NAME)?;
    // The service puts a team into the caller's unit when the request names none.
    let own = change.store.users.get(change.actor.caller).map(|caller| caller.business_unit);
    let unit = values.take::<Team>(UNIT).and_then(Scalar::into_guid).or(own);
    let unit = required(unit, "businessunitid", LOGICAL_NAME)?;
    units::must_be_enabled(change.store, unit)?;
    let id = values.key.unwrap_or_else(Uuid::new_v4);
    if change.store.teams.contains(id) {
        return Err(duplicate_key());
    }
    let mut team = Team::new(id, &name, unit);
    team.created_on = change.actor.now;
    team.created_by = Some(change.actor.caller);
    values.apply(&mut team);
    let caller = change.actor.caller;
    team.administrator.get_or_insert(caller);
    if is_of_group(&team) && team.object_id.is_none() {
        return Err(ODataError::bad_request(
            "0x80040200",
            "A team of a group needs the group's object id: azureactivedirectoryobjectid.",
        ));
    }
    if is_of_group(&team) && team.named("membershiptype") == Value::Null {
        let column = Team::schema().column("membershiptype");
        column.into_iter().for_each(|column| team.set(column, Scalar::Int(Team::MEMBERS_AND_GUESTS)));
    }
    name_must_be_free(change.store, &team)?;
    key::must_be_unique(&team, change.store)?;
    change.store.insert(change.actor, team, sent);
    Ok(id)
}

/// The default team of a new business unit.
pub fn add_default(change: &mut Change<'_>, unit: &BusinessUnit) {
    let mut team = Team::new(Uuid::new_v4(), &unit.name, unit.id);
    team.is_default = true;
    team.created_on = change.actor.now;
    team.created_by = Some(change.actor.caller);
    change.store.insert(change.actor, team, Vec::new());
}

/// A default team has the name of its business unit.
pub fn rename_default(change: &mut Change<'_>, unit: Uuid, name: &str) {
    let Some(id) = default_of(change.store, unit) else { return };
    let Some(team) = change.store.teams.get(id) else { return };
    let mut team = (**team).clone();
    team.name = name.into();
    change.store.replace(change.actor, team, Vec::new());
}

/// The default team of a business unit.
pub fn default_of(store: &Store, unit: Uuid) -> Option<Uuid> {
    children::<Team>(store, Children::TEAMS_OF_UNIT, unit).find(|team| team.is_default).map(|team| team.id)
}

/// Keeps the membership of default teams in step with a user's business unit.
pub fn follow_user(change: &mut Change<'_>, user: Uuid, before: Option<Uuid>, after: Uuid) {
    if before == Some(after) {
        return;
    }
    if let Some(team) = before.and_then(|unit| default_of(change.store, unit)) {
        change.store.disassociate::<TeamMember>(change.actor, team, user);
        change.store.ledger.last_is_derived();
    }
    if let Some(team) = default_of(change.store, after) {
        change.store.associate::<TeamMember>(change.actor, team, user);
        change.store.ledger.last_is_derived();
    }
}

/// Changes a team.
pub fn update(change: &mut Change<'_>, id: Uuid, values: Changes) -> ApiResult<()> {
    let before = row::<Team>(change.store, id)?.clone();
    let sent = values.names::<Team>();
    if values.key.is_some_and(|key| key != id) {
        return Err(ODataError::bad_request("0x80040203", "The attribute 'teamid' of a team can't be changed."));
    }
    let mut team = before.clone();
    values.apply(&mut team);
    required((!team.name.is_empty()).then_some(()), "name", LOGICAL_NAME)?;
    required(
        team.administrator.or(before.administrator).or(before.is_default.then_some(id)),
        "administratorid",
        LOGICAL_NAME,
    )?;
    if before.is_default && !text::same(&before.name, &team.name) {
        return Err(ODataError::bad_request(
            "0x80040203",
            "The name of a default business unit team can't be changed: it is that of the business unit.",
        ));
    }
    let moves = team.business_unit != before.business_unit;
    if moves && before.is_default {
        return Err(ODataError::bad_request(
            "0x80040203",
            "The business unit of a default business unit team can't be changed.",
        ));
    }
    name_must_be_free(change.store, &team)?;
    key::must_be_unique(&team, change.store)?;
    change.store.replace(change.actor, team, sent);
    if moves && !change.settings.keep_roles_on_business_unit_change {
        drop_roles(change, id);
    }
    Ok(())
}

/// Takes a team out.
pub fn delete(change: &mut Change<'_>, id: Uuid) -> ApiResult<()> {
    let team = row::<Team>(change.store, id)?;
    if team.is_default {
        return Err(ODataError::bad_request("0x80040203", "Can't delete the default business unit team."));
    }
    remove(change, id);
    Ok(())
}

/// Takes a team out with all that it holds, whatever its kind.
pub fn remove(change: &mut Change<'_>, id: Uuid) {
    drop_roles(change, id);
    for user in change.store.links(Relationship::TeamMember).of_left(id).collect::<Vec<_>>() {
        change.store.disassociate::<TeamMember>(change.actor, id, user);
    }
    change.store.delete::<Team>(change.actor, id);
}

fn drop_roles(change: &mut Change<'_>, id: Uuid) {
    for role in change.store.links(Relationship::TeamRole).of_left(id).collect::<Vec<_>>() {
        change.store.disassociate::<TeamRole>(change.actor, id, role);
    }
}

fn name_must_be_free(store: &Store, team: &Team) -> ApiResult<()> {
    let mut others = children::<Team>(store, Children::TEAMS_OF_UNIT, team.business_unit);
    if others.any(|other| other.id != team.id && text::same(&other.name, &team.name)) {
        return Err(ODataError::bad_request("0x8004022a", "An object with the specified name already exists."));
    }
    Ok(())
}

fn is_of_group(team: &Team) -> bool {
    matches!(team.team_type, Team::SECURITY_GROUP | Team::OFFICE_GROUP)
}

/// Whether a user may be put into a team.
pub fn may_add(store: &Store, team: Uuid, user: Uuid) -> ApiResult<()> {
    let team = row::<Team>(store, team)?;
    must_exist(store, Set::Users, user)?;
    if team.is_default {
        return Err(ODataError::bad_request(
            "0x8004830B",
            format!("Can't add members to the default business unit team (TeamId = {}).", team.id),
        ));
    }
    members_are_own(team)
}

/// Whether a user may be taken out of a team.
pub fn may_remove(store: &Store, team: Uuid) -> ApiResult<()> {
    let team = row::<Team>(store, team)?;
    if team.is_default {
        return Err(ODataError::bad_request(
            "0x8004830C",
            format!("Can't remove members from the default business unit team (TeamId = {}).", team.id),
        ));
    }
    members_are_own(team)
}

fn members_are_own(team: &Team) -> ApiResult<()> {
    if is_of_group(team) {
        return Err(ODataError::bad_request(
            "0x80040203",
            format!("The members of the team {} are those of its Microsoft Entra group: change the group.", team.id),
        ));
    }
    Ok(())
}
