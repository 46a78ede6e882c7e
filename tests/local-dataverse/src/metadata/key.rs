//! `EntityKeyMetadata`: definitions of alternate keys.

use serde_json::{Value as Json, json};

use super::parts::{Object, id, label, managed, object};
use crate::model::{AlternateKey, Set};

/// The definition of an alternate key of a set's table.
pub fn definition(set: Set, key: &AlternateKey) -> Object {
    let table = set.names().logical;
    object([
        ("MetadataId", json!(id(&["key", table, key.name]))),
        ("HasChanged", Json::Null),
        ("KeyAttributes", json!(key.columns)),
        ("EntityLogicalName", table.into()),
        ("EntityKeyIndexStatus", "Active".into()),
        ("IsManaged", true.into()),
        ("IsSecondaryKey", false.into()),
        ("IntroducedVersion", "9.0.0.0".into()),
        ("LogicalName", key.name.into()),
        ("SchemaName", key.schema_name.into()),
        ("IsExportKey", false.into()),
        ("IsSynchronous", false.into()),
        ("IsCustomizable", managed("iscustomizable", false, false)),
        ("DisplayName", label(key.label, &["key", table, key.name, "label"])),
    ])
}
