//! Alternate keys: columns other than the primary key that tell one row from all others.

use super::set::Set;

/// An alternate key.
#[derive(Debug, PartialEq, Eq)]
pub struct AlternateKey {
    /// Its logical name.
    pub name: &'static str,
    /// Its schema name.
    pub schema_name: &'static str,
    /// Its label.
    pub label: &'static str,
    /// The names of its columns.
    pub columns: &'static [&'static str],
}

const USER: AlternateKey = AlternateKey {
    name: "aadobjectid",
    schema_name: "AADObjectid",
    label: "AADObjectid",
    columns: &["azureactivedirectoryobjectid"],
};

const TEAM: AlternateKey = AlternateKey {
    name: "aadobjectid_membershiptype",
    schema_name: "AADObjectId_MembershipType",
    label: "AADObjectId with MembershipType",
    columns: &["azureactivedirectoryobjectid", "membershiptype"],
};

impl AlternateKey {
    /// The alternate keys of a set's table.
    pub fn all_of(set: Set) -> &'static [Self] {
        match set {
            Set::Users => &[USER],
            Set::Teams => &[TEAM],
            _ => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_columns_of_a_key_are_there() {
        for set in Set::ALL {
            for key in AlternateKey::all_of(set) {
                assert!(key.columns.iter().all(|name| set.column(name).is_some()), "{key:?}");
            }
        }
    }
}
