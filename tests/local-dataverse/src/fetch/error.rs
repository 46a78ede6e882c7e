//! The refusals of FetchXML, as the service words them.

use std::fmt::Display;

use crate::metadata;
use crate::model::Set;
use crate::odata::ODataError;

/// The XML can't be read.
pub fn xml(reason: impl Display) -> ODataError {
    ODataError::bad_request("0x80040201", format!("Invalid XML. {reason}"))
}

/// There is no XML.
pub fn empty() -> ODataError {
    ODataError::bad_request("0x80041124", "Xml String can't be null.")
}

/// An element that does not belong where it stands.
pub fn element(name: &str, inside: &str) -> ODataError {
    let place = if inside.is_empty() { "as the root".to_owned() } else { format!("inside of <{inside}>") };
    ODataError::bad_request(
        "0x8004111c",
        format!("The element node encountered is invalid. There is no place for <{name}> {place}."),
    )
}

/// Something that must be there is missing.
pub fn missing(what: impl Display) -> ODataError {
    ODataError::bad_request("0x80041123", format!("A required element was not specified. {what}"))
}

/// A flag that is neither true nor false.
pub fn flag(attribute: &str, value: &str) -> ODataError {
    let code = match attribute {
        "distinct" => "0x80041115",
        "no-lock" => "0x80041118",
        "descending" => "0x80041119",
        "aggregate" => "0x8004111a",
        "groupby" => "0x8004112E",
        "useraworderby" => "0x800410fd",
        _ => "0x80041139",
    };
    ODataError::bad_request(
        code,
        format!(
            "The only valid values for {attribute} attribute are 'true', 'false', '1', and '0'. The value is '{value}'."
        ),
    )
}

/// An attribute of the XML with a value that it can't have.
pub fn attribute_value(attribute: &str, value: &str, wanted: &str) -> ODataError {
    ODataError::bad_request(
        "0x80041139",
        format!("The attribute value provided is invalid. {attribute} must be {wanted}, not '{value}'."),
    )
}

/// An attribute of the XML that no document knows.
pub fn unknown_attribute(name: &str, element: &str) -> ODataError {
    ODataError::bad_request("0x80041139", format!("The attribute '{name}' of <{element}> is not known."))
}

/// A number that must be above zero.
pub fn not_positive(attribute: &str) -> ODataError {
    ODataError::bad_request(
        "0x8004110c",
        format!("A value greater than zero must be specified. The attribute is '{attribute}'."),
    )
}

/// The query has attributes that exclude each other.
pub fn exclusive(attribute: &str, other: &str) -> ODataError {
    ODataError::bad_request(
        "0x80040203",
        format!("The {attribute} attribute can't be specified with paging attribute {other}"),
    )
}

/// No table with this name.
pub fn no_table(name: &str) -> ODataError {
    ODataError::bad_request(
        "0x80041102",
        format!("The entity with a name = '{name}' with namemapping = 'Logical' was not found in the MetadataCache."),
    )
}

/// The table is not the one of the path.
pub fn other_table() -> ODataError {
    ODataError::bad_request(
        "0x80041128",
        "The entity name specified in fetchxml does not match the entity name specified in the Entity or Query Expression.",
    )
}

/// No column with this name.
pub fn no_column(set: Set, name: &str) -> ODataError {
    let table = metadata::schema_name(set);
    ODataError::bad_request(
        "0x80041103",
        format!("'{table}' entity doesn't contain attribute with Name = '{name}' and NameMapping = 'Logical'."),
    )
}

/// Nothing in the query has this alias.
pub fn no_alias(name: &str) -> ODataError {
    ODataError::bad_request(
        "0x8004110b",
        format!("No alias for the given entity in the condition was found. The entity name is '{name}'."),
    )
}

/// Two columns or tables with one name.
pub fn duplicate_alias(name: &str) -> ODataError {
    ODataError::bad_request("0x80041130", format!("FetchXML should have unique aliases. '{name}' occurs twice."))
}

/// A name that no alias can have.
pub fn alias(name: &str) -> ODataError {
    ODataError::bad_request(
        "0x80041109",
        format!(
            "Invalid character specified for alias: {name}. Only characters within the ranges [A-Z], [a-z] or [0-9] or _ are \
             allowed.  The first character may only be in the ranges [A-Z], [a-z] or _."
        ),
    )
}

/// An operator that is none, or that does not fit the column.
pub fn operator(detail: impl Display) -> ODataError {
    ODataError::bad_request("0x80041120", format!("Unsupported condition operator. {detail}"))
}

/// A condition with too few or too many values.
pub fn value_count(operator: &str, wanted: &str, given: usize, column: &str) -> ODataError {
    ODataError::bad_request(
        "0x80040203",
        format!("The condition operator '{operator}' requires {wanted} value/s, not {given}. Parameter name: {column}"),
    )
}

/// A value that can't be one of the column.
pub fn value_type(column: &str, wanted: &str, value: &str) -> ODataError {
    ODataError::bad_request(
        "0x80040203",
        format!(
            "Condition for attribute '{column}': expected argument(s) of type '{wanted}' but received 'System.String'. The \
             value is '{value}'."
        ),
    )
}

/// An aggregate query that makes no sense.
pub fn aggregate(detail: impl Display) -> ODataError {
    ODataError::bad_request("0x8004111a", format!("An error occurred while processing Aggregates in Query. {detail}"))
}

/// A part of a date that there is not, or that does not go with the column.
pub fn date_grouping(detail: impl Display) -> ODataError {
    ODataError::bad_request("0x80041135", format!("An invalid value was specified for dategrouping. {detail}"))
}

/// A paging cookie that can't be read.
pub fn cookie() -> ODataError {
    ODataError::bad_request("0x80040203", "Malformed XML in the Paging Cookie")
}

/// A paging cookie of another query.
pub fn foreign_cookie() -> ODataError {
    ODataError::bad_request("0x80041129", "Order by columns do not match those in paging cookie.")
}
