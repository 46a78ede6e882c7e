//! Finds users by what names them, without a look at every row.

use std::collections::BTreeSet;

use uuid::Uuid;

use crate::model::{SystemUser, UserText, Value, text};

/// What names a user, beside the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserName {
    /// domainname
    Domain,
    /// internalemailaddress
    Email,
    /// applicationid
    Application,
    /// azureactivedirectoryobjectid
    Object,
}

impl UserName {
    const ALL: [Self; 4] = [Self::Domain, Self::Email, Self::Application, Self::Object];

    /// The one that is in a column.
    pub fn of_column(name: &str) -> Option<Self> {
        match name {
            "domainname" => Some(Self::Domain),
            "internalemailaddress" => Some(Self::Email),
            "applicationid" => Some(Self::Application),
            "azureactivedirectoryobjectid" => Some(Self::Object),
            _ => None,
        }
    }

    /// A user's value of it.
    pub fn of(self, user: &SystemUser) -> Value<'_> {
        let text = |which| user.text(which).map_or(Value::Null, Value::Text);
        let guid = |id: Option<Uuid>| id.map_or(Value::Null, Value::Guid);
        match self {
            Self::Domain => text(UserText::DomainName),
            Self::Email => text(UserText::Email),
            Self::Application => guid(user.application_id),
            Self::Object => guid(user.object_id),
        }
    }
}

/// Users by what names them: by a hash of it, which takes a small part of the room that the text would.
#[derive(Clone, Debug, Default)]
pub struct UserIndex([BTreeSet<(u64, Uuid)>; UserName::ALL.len()]);

/// The users at a start, made at once.
impl<'a, I: Iterator<Item = &'a SystemUser> + Clone> From<I> for UserIndex {
    fn from(users: I) -> Self {
        Self(UserName::ALL.map(|name| {
            let mut entries: Vec<_> = users.clone().filter_map(|user| entry(name, user)).collect();
            // Quicker, and in less memory, than what the set does by itself.
            entries.sort_unstable();
            entries.into_iter().collect()
        }))
    }
}

impl UserIndex {
    /// Takes a user in.
    pub fn add(&mut self, user: &SystemUser) {
        for name in UserName::ALL {
            self.0[name as usize].extend(entry(name, user));
        }
    }

    /// Takes a user out.
    pub fn remove(&mut self, user: &SystemUser) {
        for name in UserName::ALL {
            if let Some(entry) = entry(name, user) {
                self.0[name as usize].remove(&entry);
            }
        }
    }

    /// Those who may have this name, by key: all who have it, and hardly anybody else.
    pub fn find(&self, name: UserName, value: Value<'_>) -> impl Iterator<Item = Uuid> + '_ {
        let range = hash(value).map(|hash| self.0[name as usize].range((hash, Uuid::nil())..=(hash, Uuid::max())));
        range.into_iter().flatten().map(|(_, id)| *id)
    }
}

fn entry(name: UserName, user: &SystemUser) -> Option<(u64, Uuid)> {
    hash(name.of(user)).map(|hash| (hash, user.id))
}

/// Nothing is found by null.
fn hash(value: Value<'_>) -> Option<u64> {
    match value {
        Value::Text(text) => Some(text::hash(text)),
        Value::Guid(id) => {
            let (high, low) = id.as_u64_pair();
            Some(high ^ low.rotate_left(29))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(number: u128, domain_name: &str, email: Option<&str>) -> SystemUser {
        let mut user = SystemUser::new(Uuid::from_u128(number), Uuid::nil());
        user.set_text(UserText::DomainName, Some(domain_name));
        user.set_text(UserText::Email, email);
        user.application_id = Some(Uuid::from_u128(number + 100));
        user
    }

    fn found(index: &UserIndex, name: UserName, value: Value<'_>) -> Vec<u128> {
        index.find(name, value).map(|id| id.as_u128()).collect()
    }

    #[test]
    fn users_are_found_without_regard_to_case_until_they_are_taken_out() {
        let users =
            [user(2, "B\u{c9}A@contoso.example", Some("x@contoso.example")), user(1, "a", Some("X@contoso.example"))];
        let mut grown = UserIndex::default();
        users.iter().for_each(|user| grown.add(user));
        for mut index in [grown, users.iter().into()] {
            let (domain_name, email) = (Value::Text("b\u{e9}a@CONTOSO.example"), Value::Text("x@contoso.example"));
            let application = Value::Guid(Uuid::from_u128(102));
            assert_eq!(found(&index, UserName::Domain, domain_name), [2]);
            assert_eq!(found(&index, UserName::Email, email), [1, 2]);
            assert_eq!(found(&index, UserName::Application, application), [2]);
            for (name, value) in [
                (UserName::Email, Value::Text("y@contoso.example")),
                (UserName::Object, application),
                (UserName::Object, Value::Null),
                (UserName::Application, Value::Bool(true)),
            ] {
                assert_eq!(found(&index, name, value), []);
            }
            index.remove(&users[0]);
            assert_eq!(found(&index, UserName::Domain, domain_name), []);
            assert_eq!(found(&index, UserName::Email, email), [1]);
            assert_eq!(found(&index, UserName::Application, application), []);
        }
    }
}
