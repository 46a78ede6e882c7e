//! Which user holds which role.

use std::collections::{BTreeSet, HashMap};

use uuid::Uuid;

/// The pairs of user and role, found from either side.
#[derive(Clone, Debug, Default)]
pub struct Memberships {
    by_user: HashMap<Uuid, Vec<Uuid>>,
    by_role: HashMap<Uuid, BTreeSet<Uuid>>,
}

impl Memberships {
    /// The roles that a user holds, by key.
    pub fn roles_of(&self, user: Uuid) -> &[Uuid] {
        self.by_user.get(&user).map_or(&[], Vec::as_slice)
    }

    /// The users who hold a role, by key.
    pub fn users_of(&self, role: Uuid) -> impl Iterator<Item = Uuid> + '_ {
        self.by_role.get(&role).into_iter().flatten().copied()
    }

    /// Whether the user holds the role.
    pub fn contains(&self, user: Uuid, role: Uuid) -> bool {
        self.roles_of(user).binary_search(&role).is_ok()
    }

    /// Adds a pair; false where it was there already.
    pub fn add(&mut self, user: Uuid, role: Uuid) -> bool {
        let roles = self.by_user.entry(user).or_default();
        let Err(place) = roles.binary_search(&role) else { return false };
        roles.insert(place, role);
        self.by_role.entry(role).or_default().insert(user);
        true
    }

    /// Removes a pair; false where it was not there.
    pub fn remove(&mut self, user: Uuid, role: Uuid) -> bool {
        let Some(roles) = self.by_user.get_mut(&user) else { return false };
        let Ok(place) = roles.binary_search(&role) else { return false };
        roles.remove(place);
        if roles.is_empty() {
            self.by_user.remove(&user);
        }
        if let Some(users) = self.by_role.get_mut(&role) {
            users.remove(&user);
        }
        true
    }
}
