//! Which attributes of a user may be set on add and on update, and what their values must be.
//!
//! The two lists are those of the connector's documentation, "Add vs Update operations difference"; the lengths are those
//! of Microsoft's systemuser table.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::change::AttributeChange;
use crate::error::{Error, Result, Status};
use crate::odata::{Column, Row};

/// What a value must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The row's own key.
    Key,
    /// A reference to a business unit.
    BusinessUnit,
    /// True or false, never null.
    Boolean,
    /// Text of at most so many UTF-16 units.
    Text(usize),
}

/// An attribute that may be set.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Attribute {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    on_update: bool,
}

const fn both(name: &'static str, kind: Kind) -> Attribute {
    Attribute { name, kind, on_update: true }
}

const fn add_only(name: &'static str, kind: Kind) -> Attribute {
    Attribute { name, kind, on_update: false }
}

/// In the order of the documentation.
const ATTRIBUTES: [Attribute; 18] = [
    add_only("systemuserid", Kind::Key),
    add_only("domainname", Kind::Text(1024)),
    both("firstname", Kind::Text(256)),
    both("lastname", Kind::Text(256)),
    both("businessunitid", Kind::BusinessUnit),
    both("isdisabled", Kind::Boolean),
    both("internalemailaddress", Kind::Text(100)),
    both("photourl", Kind::Text(200)),
    both("employeeid", Kind::Text(100)),
    both("governmentid", Kind::Text(100)),
    both("homephone", Kind::Text(50)),
    both("jobtitle", Kind::Text(100)),
    both("middlename", Kind::Text(50)),
    both("mobilephone", Kind::Text(64)),
    both("nickname", Kind::Text(50)),
    both("salutation", Kind::Text(20)),
    both("skills", Kind::Text(100)),
    both("title", Kind::Text(128)),
];

/// What is being done with the attributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Add,
    Update,
}

impl Purpose {
    fn allows(self, attribute: &Attribute) -> bool {
        self == Purpose::Add || attribute.on_update
    }

    fn allowed(self) -> String {
        let names: Vec<_> =
            ATTRIBUTES.iter().filter(|attribute| self.allows(attribute)).map(|attribute| attribute.name).collect();
        names.join(", ")
    }

    fn word(self) -> &'static str {
        match self {
            Purpose::Add => "adding",
            Purpose::Update => "updating",
        }
    }
}

/// A value that fits its attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Setting {
    Guid(Uuid),
    Boolean(bool),
    Text(String),
    /// The attribute is cleared.
    Null,
}

impl Setting {
    pub(crate) fn to_json(&self) -> Value {
        match self {
            Setting::Guid(id) => Value::from(id.to_string()),
            Setting::Boolean(value) => Value::from(*value),
            Setting::Text(text) => Value::from(text.as_str()),
            Setting::Null => Value::Null,
        }
    }

    /// Whether a row's value is this one already.
    pub(crate) fn is(&self, current: &Value) -> bool {
        match (self, current) {
            (Setting::Guid(id), Value::String(text)) => Uuid::parse_str(text).is_ok_and(|current| current == *id),
            (Setting::Null, Value::String(text)) => text.is_empty(),
            (setting, current) => setting.to_json() == *current,
        }
    }
}

/// An attribute beyond the table above, which is sent as it is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Other {
    /// Its logical name.
    name: String,
    /// Whether it is a lookup, set by `<name>@odata.bind`.
    is_lookup: bool,
    value: Value,
}

impl Other {
    /// The column that has its value.
    pub(crate) fn column(&self) -> Column {
        if self.is_lookup {
            Column::own(&self.name, &format!("_{}_value", self.name))
        } else {
            Column::own(&self.name, &self.name)
        }
    }

    /// Whether a row's value is this one already.
    pub(crate) fn is(&self, row: &Row) -> bool {
        let current = row.get(&self.name).unwrap_or(&Value::Null);
        match (&self.value, current) {
            (Value::String(path), Value::String(id)) if self.is_lookup => {
                path.to_ascii_lowercase().ends_with(&format!("({})", id.to_ascii_lowercase()))
            }
            (Value::String(text), Value::Null) => text.is_empty(),
            (value, current) => value == current,
        }
    }

    fn property(&self) -> String {
        if self.is_lookup { format!("{}{BIND}", self.name) } else { self.name.clone() }
    }
}

/// What follows the name of a lookup that is set.
const BIND: &str = "@odata.bind";

/// Attributes that were checked, and what the caller should know about those that were left out.
#[derive(Debug, Default)]
pub(crate) struct Checked {
    pub(crate) settings: Vec<(&'static Attribute, Setting)>,
    pub(crate) others: Vec<Other>,
    pub(crate) warnings: Vec<String>,
}

impl Checked {
    /// The body of a create or an update.
    pub(crate) fn payload(&self) -> Row {
        let pair = |(attribute, setting): &(&'static Attribute, Setting)| match (attribute.kind, setting) {
            (Kind::BusinessUnit, Setting::Guid(id)) => {
                (format!("{}{BIND}", attribute.name), json!(format!("/businessunits({id})")))
            }
            _ => (attribute.name.to_owned(), setting.to_json()),
        };
        let others = self.others.iter().map(|other| (other.property(), other.value.clone()));
        self.settings.iter().map(pair).chain(others).collect()
    }

    /// The row that a create is to make.
    pub(crate) fn row(&self, id: Uuid) -> Row {
        let mut row = Row::from_iter([("systemuserid".to_owned(), json!(id.to_string()))]);
        for (attribute, setting) in &self.settings {
            let property = if attribute.kind == Kind::BusinessUnit { "_businessunitid_value" } else { attribute.name };
            row.insert(property.to_owned(), setting.to_json());
        }
        row.extend(self.others.iter().map(|other| (other.column().property, other.value.clone())));
        row
    }

    /// What an update of this row changes.
    pub(crate) fn changes(&self, before: &Row) -> Vec<AttributeChange> {
        let change = |attribute: &str, after: Value| AttributeChange {
            attribute: attribute.to_owned(),
            before: before.get(attribute).cloned().unwrap_or(Value::Null),
            after,
        };
        let settings = self.settings.iter().map(|(attribute, setting)| change(attribute.name, setting.to_json()));
        settings.chain(self.others.iter().map(|other| change(&other.name, other.value.clone()))).collect()
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Setting> {
        self.settings.iter().find(|(attribute, _)| attribute.name == name).map(|(_, setting)| setting)
    }
}

/// Checks attributes as a caller gives them. Nothing is sent where this fails.
///
/// With `any` set, attributes beyond the table are taken as they are: which there are is the environment's to judge.
pub(crate) fn check(given: &Map<String, Value>, purpose: Purpose, any: bool) -> Result<Checked> {
    let mut checked = Checked::default();
    let mut unknown = Vec::new();
    for (name, value) in given {
        let Some(attribute) = ATTRIBUTES.iter().find(|attribute| attribute.name.eq_ignore_ascii_case(name.trim()))
        else {
            match other(name.trim(), value).filter(|_| any) {
                Some(other) if checked.others.iter().any(|known| known.name == other.name) => {
                    return Err(Error::new(
                        Status::InvalidAttribute,
                        format!("The attribute {} can't be set: it is given twice. No request was sent.", other.name),
                    ));
                }
                // A new row has nothing to clear.
                Some(other) if purpose == Purpose::Add && other.value.is_null() => {}
                Some(other) => checked.others.push(other),
                None => unknown.push(name.escape_debug().to_string()),
            }
            continue;
        };
        if !purpose.allows(attribute) {
            if attribute.name == "domainname" {
                checked.warnings.push(
                    "domainname was left out: Dynamics 365 does not allow changing it after the user was created."
                        .into(),
                );
            } else {
                unknown.push(attribute.name.to_owned());
            }
            continue;
        }
        if checked.get(attribute.name).is_some() {
            return Err(invalid(attribute, "it is given twice, in different spellings"));
        }
        match setting(attribute, value)? {
            Setting::Null if attribute.kind == Kind::Boolean => checked.warnings.push(format!(
                "{} was left out: a null would leave the user in a broken state; give true or false.",
                attribute.name
            )),
            // A new row has nothing to clear.
            Setting::Null if purpose == Purpose::Add => {}
            Setting::Null if attribute.kind == Kind::BusinessUnit => {
                return Err(invalid(attribute, "a user is always in a business unit, so it can't be cleared"));
            }
            setting => checked.settings.push((attribute, setting)),
        }
    }
    if !unknown.is_empty() {
        let are = if unknown.len() == 1 { "is not an attribute" } else { "are not attributes" };
        let what = format!("{} {are} that can be set when {} a user.", unknown.join(", "), purpose.word());
        let mut advice = format!("The allowed ones are: {}.", purpose.allowed());
        if unknown.iter().any(|name| name.eq_ignore_ascii_case("roleid")) {
            advice.push_str(" Roles are assigned and revoked by operations of their own.");
        }
        return Err(Error::new(Status::InvalidAttribute, what).with_advice(advice));
    }
    if purpose == Purpose::Add {
        check_required(&checked)?;
    }
    Ok(checked)
}

/// A user needs a business unit and an e-mail address. The first has the text of the documentation's error table.
fn check_required(checked: &Checked) -> Result<()> {
    // An application user is known by its application, and has no address of its own.
    let is_application = checked.others.iter().any(|other| other.name == "applicationid");
    let needed: &[&str] =
        if is_application { &["businessunitid"] } else { &["businessunitid", "internalemailaddress"] };
    let missing: Vec<_> = needed.iter().copied().filter(|name| checked.get(name).is_none()).collect();
    let Some(first) = missing.first() else {
        return Ok(());
    };
    let error = Error::new(
        Status::MissingAttribute,
        format!("Unable to retrieve attribute={first} for entityLogicalName=systemuser. No request was sent."),
    );
    let names = missing.join(" and ");
    Err(error
        .with_cause(format!("No {names} was specified for the create user operation."))
        .with_advice(format!("Specify {names}, or find out why the connector does not receive this value.")))
}

/// An attribute beyond the table; none where the name can't be one, or the value is a structure.
fn other(name: &str, value: &Value) -> Option<Other> {
    let (name, is_lookup) = name.strip_suffix(BIND).map_or((name, false), |name| (name, true));
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let fits = match value {
        Value::String(path) => !is_lookup || path.starts_with('/'),
        Value::Array(_) | Value::Object(_) => false,
        _ => !is_lookup || value.is_null(),
    };
    // These are the library's own to set, or the server's.
    let is_reserved = matches!(name, "systemuserid" | "ownerid" | "roleid");
    (is_name && fits && !is_reserved).then(|| Other {
        name: name.to_ascii_lowercase(),
        is_lookup,
        value: value.clone(),
    })
}

fn setting(attribute: &Attribute, value: &Value) -> Result<Setting> {
    let text = match value {
        Value::Null => return Ok(Setting::Null),
        Value::Bool(value) if attribute.kind == Kind::Boolean => return Ok(Setting::Boolean(*value)),
        Value::String(text) if text.trim().is_empty() => return Ok(Setting::Null),
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return Err(invalid(attribute, "its value is neither text, number, boolean nor null")),
    };
    match attribute.kind {
        Kind::Key | Kind::BusinessUnit => Uuid::parse_str(text.trim())
            .map(Setting::Guid)
            .map_err(|_| invalid(attribute, &format!("'{}' is no GUID", text.escape_debug()))),
        Kind::Boolean if text.trim().eq_ignore_ascii_case("true") => Ok(Setting::Boolean(true)),
        Kind::Boolean if text.trim().eq_ignore_ascii_case("false") => Ok(Setting::Boolean(false)),
        Kind::Boolean => Err(invalid(attribute, &format!("'{}' is neither true nor false", text.escape_debug()))),
        Kind::Text(longest) => {
            let length = text.encode_utf16().count();
            if length > longest {
                return Err(invalid(attribute, &format!("it is {length} characters long, and may have {longest}")));
            }
            Ok(Setting::Text(text))
        }
    }
}

fn invalid(attribute: &Attribute, why: &str) -> Error {
    Error::new(
        Status::InvalidAttribute,
        format!("The attribute {} can't be set: {why}. No request was sent.", attribute.name),
    )
    .with_target(attribute.name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const UNIT: &str = "b0000000-0000-4000-8000-000000000002";

    fn checked(purpose: Purpose, given: Value) -> Result<Checked> {
        check(given.as_object().unwrap(), purpose, false)
    }

    #[test]
    fn the_lists_are_those_of_the_documentation() {
        let add = "systemuserid, domainname, firstname, lastname, businessunitid, isdisabled, internalemailaddress, photourl, employeeid, \
                   governmentid, homephone, jobtitle, middlename, mobilephone, nickname, salutation, skills, title";
        assert_eq!(Purpose::Add.allowed(), add);
        assert_eq!(Purpose::Update.allowed(), add.strip_prefix("systemuserid, domainname, ").unwrap());
    }

    #[test]
    fn an_unknown_attribute_is_an_error_that_lists_the_allowed_ones() {
        let error =
            checked(Purpose::Update, json!({ "jobtitle": "x", "fullname": "y", "systemuserid": UNIT })).unwrap_err();
        assert_eq!(error.status(), Status::InvalidAttribute);
        let text = error.to_string();
        assert!(
            text.starts_with("fullname, systemuserid are not attributes") && text.contains(&Purpose::Update.allowed()),
            "{text}"
        );
        let roles = checked(Purpose::Add, json!({ "roleid": UNIT })).unwrap_err().to_string();
        assert!(roles.contains("operations of their own"), "{roles}");
    }

    #[test]
    fn domainname_is_left_out_on_update_with_a_warning() {
        let update = checked(Purpose::Update, json!({ "domainname": "x@contoso.example", "title": "Dr" })).unwrap();
        assert_eq!(update.settings.len(), 1);
        assert!(update.warnings[0].starts_with("domainname was left out"), "{:?}", update.warnings);
    }

    #[test]
    fn booleans_come_as_such_or_as_text_and_isdisabled_is_never_null() {
        for (given, expected) in
            [(json!(true), true), (json!("True"), true), (json!("False"), false), (json!(" false "), false)]
        {
            let update = checked(Purpose::Update, json!({ "IsDisabled": given })).unwrap();
            assert_eq!(update.get("isdisabled"), Some(&Setting::Boolean(expected)));
        }
        for empty in [json!(null), json!(""), json!(" ")] {
            let update = checked(Purpose::Update, json!({ "isdisabled": empty })).unwrap();
            assert!(update.settings.is_empty() && update.warnings[0].contains("broken state"), "{:?}", update.warnings);
        }
        assert!(
            checked(Purpose::Update, json!({ "isdisabled": "maybe" }))
                .unwrap_err()
                .to_string()
                .contains("neither true nor false")
        );
        assert!(checked(Purpose::Update, json!({ "isdisabled": 1 })).is_err());
    }

    #[test]
    fn an_empty_value_clears_on_update_and_is_left_out_on_add() {
        let update = checked(Purpose::Update, json!({ "jobtitle": "", "skills": null })).unwrap();
        assert_eq!((update.get("jobtitle"), update.get("skills")), (Some(&Setting::Null), Some(&Setting::Null)));
        assert!(
            checked(Purpose::Update, json!({ "businessunitid": "" }))
                .unwrap_err()
                .to_string()
                .contains("can't be cleared")
        );
        let add = checked(
            Purpose::Add,
            json!({ "businessunitid": UNIT, "internalemailaddress": "a@b.example", "title": "" }),
        )
        .unwrap();
        assert_eq!(add.settings.len(), 2);
    }

    #[test]
    fn add_needs_business_unit_and_email_and_says_so_in_the_words_of_the_documentation() {
        let error =
            checked(Purpose::Add, json!({ "internalemailaddress": "a@b.example", "businessunitid": "" })).unwrap_err();
        assert_eq!(error.status(), Status::MissingAttribute);
        assert!(
            error
                .to_string()
                .starts_with("Unable to retrieve attribute=businessunitid for entityLogicalName=systemuser"),
            "{error}"
        );
        let error = checked(Purpose::Add, json!({ "businessunitid": UNIT })).unwrap_err();
        assert!(error.to_string().starts_with("Unable to retrieve attribute=internalemailaddress for"), "{error}");
        assert!(
            checked(Purpose::Add, json!({}))
                .unwrap_err()
                .to_string()
                .contains("businessunitid and internalemailaddress")
        );
    }

    #[test]
    fn values_must_fit() {
        for given in [
            json!({ "businessunitid": "Sales" }),
            json!({ "jobtitle": ["x"] }),
            json!({ "salutation": "x".repeat(21) }),
            json!({ "jobtitle": "x", "JobTitle": "y" }),
        ] {
            assert_eq!(
                checked(Purpose::Update, given.clone()).unwrap_err().status(),
                Status::InvalidAttribute,
                "{given}"
            );
        }
        assert!(checked(Purpose::Update, json!({ "salutation": "x".repeat(20), "employeeid": 42 })).is_ok());
    }

    #[test]
    fn other_attributes_go_as_they_are_where_they_may() {
        let given = json!({ "address1_city": "Ulm", "parentsystemuserid@odata.bind": format!("/systemusers({UNIT})"), "accessmode": 4 });
        assert_eq!(checked(Purpose::Update, given.clone()).unwrap_err().status(), Status::InvalidAttribute);
        let any = check(given.as_object().unwrap(), Purpose::Update, true).unwrap();
        assert_eq!(Value::Object(any.payload()), given);
        let row = Row::from_iter([
            ("address1_city".to_owned(), json!("Ulm")),
            ("parentsystemuserid".to_owned(), json!(UNIT.to_uppercase())),
            ("accessmode".to_owned(), json!(0)),
        ]);
        assert_eq!(any.others.iter().map(|other| other.is(&row)).collect::<Vec<_>>(), [true, true, false]);
        for bad in [
            json!({ "a b": 1 }),
            json!({ "address1_city": [1] }),
            json!({ "managerid@odata.bind": "x" }),
            json!({ "roleid": 1 }),
            json!({ "": 1 }),
        ] {
            assert!(check(bad.as_object().unwrap(), Purpose::Update, true).is_err(), "{bad}");
        }
        assert!(
            check(json!({ "accessmode": 1, "AccessMode": 2 }).as_object().unwrap(), Purpose::Update, true).is_err()
        );
    }

    #[test]
    fn an_application_user_needs_no_address() {
        let given = json!({ "businessunitid": UNIT, "applicationid": UNIT });
        assert!(check(given.as_object().unwrap(), Purpose::Add, true).is_ok());
    }

    #[test]
    fn a_setting_is_compared_by_its_type() {
        assert!(Setting::Guid(UNIT.parse().unwrap()).is(&json!(UNIT.to_uppercase())));
        assert!(Setting::Null.is(&json!("")) && Setting::Null.is(&Value::Null));
        assert!(!Setting::Boolean(false).is(&Value::Null));
        assert!(!Setting::Text("a".into()).is(&json!("A")));
    }
}
