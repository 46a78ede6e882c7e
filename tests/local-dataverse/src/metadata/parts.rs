//! What the definitions are made of: labels, managed properties, identifiers.

use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use crate::model::hash;

/// A JSON object whose members keep their order.
pub type Object = Map<String, Json>;

/// The one language of this environment: English.
const LANGUAGE: u32 = 1033;

/// An object with these members.
pub fn object<const N: usize>(members: [(&str, Json); N]) -> Object {
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// The identifier of a definition: always the same for the same names.
pub fn id(path: &[&str]) -> Uuid {
    hash::named_id(path)
}

/// A label in all languages of the environment; an empty text is none.
pub fn label(text: &str, path: &[&str]) -> Json {
    if text.is_empty() {
        return json!({ "LocalizedLabels": [], "UserLocalizedLabel": null });
    }
    let localized = json!({
        "Label": text,
        "LanguageCode": LANGUAGE,
        "IsManaged": true,
        "MetadataId": id(path),
        "HasChanged": null,
    });
    json!({ "LocalizedLabels": [localized], "UserLocalizedLabel": localized })
}

/// A property that solutions may lock.
pub fn managed(name: &str, value: impl Into<Json>, can_be_changed: bool) -> Json {
    json!({ "Value": value.into(), "CanBeChanged": can_be_changed, "ManagedPropertyLogicalName": name })
}
