//! Finds users by what names them, without a look at every row.

use std::collections::{BTreeSet, HashMap};

use uuid::Uuid;

use crate::model::{SystemUser, UserText, text};

/// Users by domain name, by e-mail address and by application.
#[derive(Clone, Debug, Default)]
pub struct UserIndex {
    domain_names: Texts,
    emails: Texts,
    applications: HashMap<Uuid, Uuid>,
}

/// Users by the hash of a text, which takes a small part of the room that the text would.
type Texts = BTreeSet<(u64, Uuid)>;

/// The users at a start, made at once.
impl<'a> FromIterator<&'a SystemUser> for UserIndex {
    fn from_iter<I: IntoIterator<Item = &'a SystemUser>>(users: I) -> Self {
        let (mut domain_names, mut emails, mut applications) = (Vec::new(), Vec::new(), HashMap::new());
        for user in users {
            domain_names.extend(entry(user, UserText::DomainName));
            emails.extend(entry(user, UserText::Email));
            applications.extend(user.application_id.map(|application| (application, user.id)));
        }
        domain_names.sort_unstable();
        emails.sort_unstable();
        Self { domain_names: domain_names.into_iter().collect(), emails: emails.into_iter().collect(), applications }
    }
}

impl UserIndex {
    /// Takes a user in.
    pub fn add(&mut self, user: &SystemUser) {
        self.domain_names.extend(entry(user, UserText::DomainName));
        self.emails.extend(entry(user, UserText::Email));
        self.applications.extend(user.application_id.map(|application| (application, user.id)));
    }

    /// Takes a user out.
    pub fn remove(&mut self, user: &SystemUser) {
        if let Some(entry) = entry(user, UserText::DomainName) {
            self.domain_names.remove(&entry);
        }
        if let Some(entry) = entry(user, UserText::Email) {
            self.emails.remove(&entry);
        }
        if let Some(application) = user.application_id {
            self.applications.remove(&application);
        }
    }

    /// Those who may have this text, by key: all who have it, and hardly anybody else. None where nothing is known about this text.
    pub fn with_text(&self, which: UserText, text: &str) -> Option<impl Iterator<Item = Uuid> + '_> {
        let texts = match which {
            UserText::DomainName => &self.domain_names,
            UserText::Email => &self.emails,
            _ => return None,
        };
        let hash = text::hash(text);
        Some(texts.range((hash, Uuid::nil())..=(hash, Uuid::max())).map(|(_, id)| *id))
    }

    /// The user of an application.
    pub fn of_application(&self, application: Uuid) -> Option<Uuid> {
        self.applications.get(&application).copied()
    }
}

fn entry(user: &SystemUser, which: UserText) -> Option<(u64, Uuid)> {
    user.text(which).map(|text| (text::hash(text), user.id))
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

    fn found(index: &UserIndex, which: UserText, text: &str) -> Vec<u128> {
        index.with_text(which, text).unwrap().map(|id| id.as_u128()).collect()
    }

    #[test]
    fn users_are_found_without_regard_to_case_until_they_are_taken_out() {
        let users =
            [user(2, "B\u{c9}A@contoso.example", Some("x@contoso.example")), user(1, "a", Some("X@contoso.example"))];
        let mut grown = UserIndex::default();
        users.iter().for_each(|user| grown.add(user));
        for mut index in [grown, users.iter().collect()] {
            assert_eq!(found(&index, UserText::DomainName, "b\u{e9}a@CONTOSO.example"), [2]);
            assert_eq!(found(&index, UserText::Email, "x@contoso.example"), [1, 2]);
            assert_eq!(found(&index, UserText::Email, "y@contoso.example"), []);
            assert_eq!(index.of_application(Uuid::from_u128(101)), Some(Uuid::from_u128(1)));
            assert!(index.with_text(UserText::JobTitle, "a").is_none());
            index.remove(&users[0]);
            assert_eq!(found(&index, UserText::DomainName, "b\u{e9}a@contoso.example"), []);
            assert_eq!(found(&index, UserText::Email, "x@contoso.example"), [1]);
            assert_eq!(index.of_application(Uuid::from_u128(102)), None);
        }
    }
}
