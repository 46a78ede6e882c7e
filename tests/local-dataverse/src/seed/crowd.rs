//! All generated users and teams at once: made by several threads, put into tables that are filled from left to right.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::thread;

use uuid::Uuid;

use super::dice::{Dice, Throw};
use super::names::team_name;
use super::people::Generator;
use super::plan::Plan;
use super::{APPLICATION_USER, CREATED, default_team_id, generated_team_id, generated_user_id};
use crate::model::{
    Children, Entity, Inline, Intersect, Link, SystemUser, Team, TeamMember, UserRole, Value, lookups_of,
};
use crate::store::{Crowd, Links, Store, Table};

/// It takes so many users to be worth another thread.
const WORTH_A_THREAD: u32 = 2000;
/// The most members of a generated team.
const MOST_MEMBERS: u64 = 24;

/// Some generated users with what ties them to roles and teams.
#[derive(Default)]
struct Part {
    users: Vec<Arc<SystemUser>>,
    user_roles: Vec<Link<UserRole>>,
    team_members: Vec<Link<TeamMember>>,
}

/// Puts the generated users into a store that has no rows yet, and the members of generated teams.
pub fn fill(store: &mut Store, plan: &Plan) {
    let mut parts = parts(plan, store.version());
    let members = (1..=plan.teams).flat_map(|number| members(plan, number)).collect();
    parts.push(Part { team_members: members, ..Part::default() });
    let mut last_version = store.version() + u64::from(plan.users);
    let mut next = || {
        last_version += 1;
        last_version
    };
    for part in &mut parts {
        part.user_roles.iter_mut().for_each(|link| link.version = next());
        part.team_members.iter_mut().for_each(|link| link.version = next());
    }
    store.start_with(crowd(&parts, last_version));
}

/// The tables and indexes of all users.
fn crowd(parts: &[Part], last_version: u64) -> Crowd {
    let users = || parts.iter().flat_map(|part| &part.users);
    let user_roles = || parts.iter().flat_map(|part| &part.user_roles);
    let team_members = || parts.iter().flat_map(|part| &part.team_members);
    let children = |(children, column): &(Children, usize)| {
        let pair = |user: &Arc<SystemUser>| match user.value(*column) {
            Value::Guid(parent) => Some((parent, user.id)),
            _ => None,
        };
        (*children, users().filter_map(pair).collect())
    };
    thread::scope(|scope| {
        let tables = scope.spawn(|| (table_of(user_roles()), table_of(team_members())));
        let links = scope.spawn(|| (links_of(user_roles()), links_of(team_members())));
        let children = scope.spawn(|| lookups_of::<SystemUser>().iter().map(children).collect());
        let user_index = users().map(|user| &**user).into();
        let users: Table<SystemUser> = users().cloned().collect();
        let ((role_table, member_table), (role_links, member_links)) = (ready(tables), ready(links));
        Crowd {
            last_version,
            last_identity: users.len() as i64,
            users,
            user_index,
            children: ready(children),
            user_roles: (role_table, role_links),
            team_members: (member_table, member_links),
        }
    })
}

fn table_of<'a, R: Intersect>(links: impl Iterator<Item = &'a Link<R>>) -> Table<Link<R>> {
    links.map(|link| Inline::from(*link)).collect()
}

fn links_of<'a, R: Intersect>(links: impl Iterator<Item = &'a Link<R>> + Clone) -> Links {
    links.map(|link| (link.left, link.right)).into()
}

/// The users and what ties them to roles and default teams, in the order of their numbers.
fn parts(plan: &Plan, last_version: u64) -> Vec<Part> {
    let threads = thread::available_parallelism().map_or(1, |count| count.get() as u32);
    let threads = threads.min(plan.users / WORTH_A_THREAD).max(1);
    let size = plan.users.div_ceil(threads).max(1);
    thread::scope(|scope| {
        let make = |start: u32| Part::new(plan, start + 1..=plan.users.min(start + size), last_version);
        let starts = (0..plan.users).step_by(size as usize);
        // The threads must all be at work before the first of them is waited for.
        let threads: Vec<_> = starts.map(|start| scope.spawn(move || make(start))).collect();
        threads.into_iter().map(ready).collect()
    })
}

fn ready<T>(thread: thread::ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

impl Part {
    fn new(plan: &Plan, numbers: RangeInclusive<u32>, last_version: u64) -> Self {
        let mut part = Self::default();
        let mut generator = Generator::default();
        for number in numbers {
            let mut user = generator.user(plan, number);
            user.version = last_version + u64::from(number);
            user.identity = i64::from(number);
            part.user_roles.extend(generator.roles.iter().map(|role| Link::new(user.id, *role)));
            part.team_members.push(Link::new(default_team_id(user.business_unit), user.id));
            part.users.push(Arc::new(user));
        }
        part
    }
}

/// Generated team `number`, from 1, and the roles that it holds.
pub fn team(plan: &Plan, number: u32) -> (Team, Vec<Uuid>) {
    let dice = &mut Dice::new(plan.seed_number, Throw::Teams, number);
    let unit = plan.throw_unit(dice);
    let mut team = Team::new(generated_team_id(number), &team_name(plan.seed_number, number), unit);
    team.created_on = CREATED;
    team.administrator = Some(members(plan, number).next().map_or(APPLICATION_USER, |link| link.right));
    let mut roles: Vec<Uuid> = (0..=dice.below(2)).map(|_| plan.throw_role(dice, unit)).collect();
    roles.sort_unstable();
    roles.dedup();
    (team, roles)
}

/// The members of generated team `number`: users of any unit.
fn members(plan: &Plan, number: u32) -> impl Iterator<Item = Link<TeamMember>> {
    let dice = &mut Dice::new(plan.seed_number, Throw::Members, number);
    let count = MOST_MEMBERS.min(u64::from(plan.users));
    let count = if count == 0 { 0 } else { 1 + dice.below(count) };
    let mut users: Vec<u32> = (0..count).map(|_| 1 + dice.below(u64::from(plan.users)) as u32).collect();
    users.sort_unstable();
    users.dedup();
    users.into_iter().map(move |user| Link::new(generated_team_id(number), generated_user_id(user)))
}
