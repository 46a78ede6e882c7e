//! `OptionSetMetadata` and `BooleanOptionSetMetadata`: the choices of a column.

use serde_json::{Value as Json, json};

use super::column::Column;
use super::names;
use super::parts::{Object, id, label, managed, object};
use crate::model::Kind;

/// The options of a column that has some.
pub fn definition(column: &Column) -> Option<Object> {
    let (kind, options) = match column.kind {
        Kind::Bool(no, yes) => {
            let options = object([("TrueOption", option(column, 1, yes)), ("FalseOption", option(column, 0, no))]);
            ("Boolean", options)
        }
        Kind::Choice(labels) => {
            let options = labels.iter().map(|(value, label)| option(column, *value, label)).collect();
            ("Picklist", object([("Options", Json::Array(options))]))
        }
        _ => return None,
    };
    let text = names::of(column.table, column.logical_name).map_or(column.logical_name, |(_, label)| label);
    let path = |part| ["options", column.table, column.logical_name, part];
    let mut members = object([
        ("MetadataId", json!(id(&path("")))),
        ("HasChanged", Json::Null),
        ("IsCustomOptionSet", false.into()),
        ("IsGlobal", false.into()),
        ("IsManaged", true.into()),
        ("Name", format!("{}_{}", column.table, column.logical_name).into()),
        ("ExternalTypeName", Json::Null),
        ("OptionSetType", kind.into()),
        ("IntroducedVersion", "5.0.0.0".into()),
        ("Description", label("", &[])),
        ("DisplayName", label(text, &path("label"))),
        ("IsCustomizable", managed("iscustomizable", true, false)),
    ]);
    members.extend(options);
    Some(members)
}

fn option(column: &Column, value: i64, text: &str) -> Json {
    json!({
        "Value": value,
        "Color": null,
        "IsManaged": true,
        "ExternalValue": "",
        "ParentValues": [],
        "MetadataId": null,
        "HasChanged": null,
        "Label": label(text, &["option", column.table, column.logical_name, &value.to_string()]),
        "Description": label("", &[]),
    })
}
