//! Keys of rows in addresses: `(guid)`, `(systemuserid=guid)`, and alternate keys.

use http::StatusCode;
use uuid::Uuid;

use super::error::{ApiResult, ODataError};
use super::filter::literal;
use crate::model::{AlternateKey, Entity, Kind, Scalar, Set, with_set};
use crate::store::Store;

/// What tells one row of a set from all others.
#[derive(Clone, Debug, PartialEq)]
pub enum Key {
    /// The primary key.
    Id(Uuid),
    /// An alternate key, with the values of its columns in their order.
    Alternate(&'static AlternateKey, Vec<Scalar>),
}

impl Key {
    /// Reads what is between the parentheses. `alias` gives the text that a name such as `@p1` stands for.
    pub fn read(set: Set, text: &str, alias: impl Fn(&str) -> Option<String>) -> ApiResult<Self> {
        let syntax =
            |value: &str| ODataError::query(format!("Bad Request - Error in query syntax: '{value}' is no GUID."));
        let resolved = |value: &str| match value.starts_with('@') {
            true => alias(value).ok_or_else(|| ODataError::query(format!("The parameter alias {value} has no value."))),
            false => Ok(value.to_owned()),
        };
        if !text.contains('=') {
            if text.starts_with('@') {
                return Err(ODataError::unsupported(format!("the parameter alias '{text}' as a key")));
            }
            return guid(text).map(Self::Id).ok_or_else(|| syntax(text));
        }
        let mut pairs = Vec::new();
        for pair in text.split(',') {
            let (name, value) = pair.split_once('=').ok_or_else(|| syntax(pair))?;
            pairs.push((name.trim(), resolved(value.trim())?));
        }
        // `systemusers(systemuserid=...)` is the long form of the primary key.
        if let [(name, value)] = pairs.as_slice()
            && *name == set.names().key
        {
            return guid(value).map(Self::Id).ok_or_else(|| syntax(value));
        }
        let is_of = |key: &&AlternateKey| {
            key.columns.len() == pairs.len() && pairs.iter().all(|(name, _)| key.columns.contains(name))
        };
        let key = AlternateKey::all_of(set).iter().find(is_of).ok_or_else(|| {
            let table = set.names().logical;
            ODataError::query(format!("The specified key attributes are not a defined key for the {table} entity"))
        })?;
        let values = key.columns.iter().map(|column| {
            let text = pairs.iter().find(|(name, _)| name == column).map_or("", |(_, value)| value.as_str());
            with_set!(set, Row => value::<Row>(column, text)).ok_or_else(|| {
                ODataError::query(format!("Bad Request - Error in query syntax: '{text}' is no value of '{column}'."))
            })
        });
        Ok(Self::Alternate(key, values.collect::<ApiResult<_>>()?))
    }

    /// The row with this key. A primary key is taken as it is.
    pub fn find(&self, set: Set, store: &Store) -> Option<Uuid> {
        match self {
            Self::Id(id) => Some(*id),
            Self::Alternate(key, values) => with_set!(set, Row => search::<Row>(key, values, store)),
        }
    }

    /// 404: there is no row with this alternate key.
    pub fn missing(set: Set) -> ODataError {
        let table = set.names().logical;
        let message = format!("A record with the specified key values does not exist in {table} entity");
        ODataError::new(StatusCode::NOT_FOUND, "0x80060891", message)
    }
}

/// Refuses a row whose alternate key another row has. A key with a null tells nothing.
pub fn must_be_unique<T: Entity>(row: &T, store: &Store) -> ApiResult<()> {
    for key in AlternateKey::all_of(T::SET) {
        let values: Vec<Scalar> = key.columns.iter().map(|name| row.named(name).to_scalar()).collect();
        if values.contains(&Scalar::Null) {
            continue;
        }
        if search::<T>(key, &values, store).is_some_and(|other| other != row.id()) {
            return Err(ODataError::new(
                StatusCode::PRECONDITION_FAILED,
                "0x80060892",
                format!(
                    "A record that has the attribute values {} already exists. The entity key {} requires that this set of \
                     attributes contains unique values. Select unique values and try again.",
                    key.columns.join(", "),
                    key.label
                ),
            ));
        }
    }
    Ok(())
}

fn search<T: Entity>(key: &AlternateKey, values: &[Scalar], store: &Store) -> Option<Uuid> {
    let columns: Vec<usize> = key.columns.iter().filter_map(|name| T::schema().column(name)).collect();
    let fits = |row: &T| columns.iter().zip(values).all(|(column, value)| row.value(*column) == value.as_value());
    let table = T::table(store);
    match columns.first().zip(values.first()).and_then(|(column, value)| T::indexed(store, *column, value.as_value())) {
        Some(mut keys) => keys.find(|key| table.get(*key).is_some_and(|row| fits(row))),
        None => table.iter().find(|row| fits(row)).map(|row| row.id()),
    }
}

fn value<T: Entity>(column: &str, text: &str) -> Option<Scalar> {
    let kind = T::schema().columns[T::schema().column(column)?].kind;
    match (kind, literal::literal(text)?) {
        (Kind::Guid, value @ Scalar::Guid(_)) => Some(value),
        (Kind::Choice(_) | Kind::Int(..), value @ Scalar::Int(_)) => Some(value),
        _ => None,
    }
}

/// The service takes 36 characters, without braces or quotes.
fn guid(text: &str) -> Option<Uuid> {
    if text.len() == 36 { Uuid::try_parse(text).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "c0000000-0000-4000-8000-000000000002";

    fn read(set: Set, text: &str) -> ApiResult<Key> {
        Key::read(set, text, |name| (name == "@p").then(|| ID.to_owned()))
    }

    #[test]
    fn keys_are_read_in_all_their_forms() {
        let id: Uuid = ID.parse().unwrap();
        for text in [ID.to_owned(), format!("systemuserid={ID}"), "systemuserid=@p".to_owned()] {
            assert_eq!(read(Set::Users, &text).unwrap(), Key::Id(id), "{text}");
        }
        let [user] = AlternateKey::all_of(Set::Users) else { panic!() };
        let expected = Key::Alternate(user, vec![Scalar::Guid(id)]);
        assert_eq!(read(Set::Users, &format!("azureactivedirectoryobjectid={ID}")).unwrap(), expected);
        let [team] = AlternateKey::all_of(Set::Teams) else { panic!() };
        let expected = Key::Alternate(team, vec![Scalar::Guid(id), Scalar::Int(0)]);
        // In any order.
        for text in [
            format!("azureactivedirectoryobjectid={ID},membershiptype=0"),
            format!("membershiptype=0,azureactivedirectoryobjectid={ID}"),
        ] {
            assert_eq!(read(Set::Teams, &text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for text in
            ["", "1", "systemuserid=1", "domainname='x'", "azureactivedirectoryobjectid=1", "systemuserid=@q", "a=1,b"]
        {
            assert_eq!(read(Set::Users, text).unwrap_err().status, 400, "{text}");
        }
        // A part of a key is none.
        let part = read(Set::Teams, &format!("azureactivedirectoryobjectid={ID}")).unwrap_err();
        assert_eq!(part.message, "The specified key attributes are not a defined key for the team entity");
    }
}
