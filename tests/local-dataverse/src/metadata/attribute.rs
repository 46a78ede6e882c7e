//! `AttributeMetadata`: a column's definition.

use serde_json::{Value as Json, json};

use super::attribute_type::AttributeType;
use super::column::Column;
use super::names;
use super::parts::{Object, id, label, managed, object};
use crate::model::Kind;

/// The definition of a column, but for what it leads to.
pub fn definition(column: &Column) -> Object {
    let kind = AttributeType::of(column);
    let mut members = plain(column, kind);
    let (own, complex): (Vec<_>, Vec<_>) = own(column, kind).into_iter().partition(|(_, value)| !value.is_object());
    members.extend(own.into_iter().map(|(name, value)| (name.to_owned(), value)));
    members.extend(complex_of_all(column, kind));
    members.extend(complex.into_iter().map(|(name, value)| (name.to_owned(), value)));
    members
}

/// The names of the properties that all attributes have.
pub fn common_properties(column: &Column) -> Vec<String> {
    let kind = AttributeType::of(column);
    let parts = [plain(column, kind), complex_of_all(column, kind)];
    parts.into_iter().flatten().map(|(name, _)| name).collect()
}

fn names_of(column: &Column) -> (&'static str, &'static str) {
    names::of(column.table, column.logical_name).unwrap_or((column.logical_name, column.logical_name))
}

/// The path that the identifiers of a column's definition start with.
fn path<'a>(column: &Column, part: &'a str) -> [&'a str; 4] {
    ["attribute", column.table, column.logical_name, part]
}

/// What all attributes have, the values that are no objects.
fn plain(column: &Column, kind: AttributeType) -> Object {
    let writable = column.create || column.update;
    object([
        ("MetadataId", json!(id(&path(column, "")))),
        ("HasChanged", Json::Null),
        ("AttributeOf", attribute_of(column)),
        ("AttributeType", kind.code().into()),
        ("ColumnNumber", column.number.into()),
        ("DeprecatedVersion", Json::Null),
        ("IntroducedVersion", "5.0.0.0".into()),
        ("EntityLogicalName", column.table.into()),
        ("IsCustomAttribute", false.into()),
        ("IsPrimaryId", column.is_key.into()),
        ("IsValidODataAttribute", true.into()),
        ("IsPrimaryName", column.is_name.into()),
        ("IsValidForCreate", column.create.into()),
        ("IsValidForRead", true.into()),
        ("IsValidForUpdate", column.update.into()),
        ("CanBeSecuredForRead", false.into()),
        ("CanBeSecuredForCreate", false.into()),
        ("CanBeSecuredForUpdate", false.into()),
        ("IsSecured", false.into()),
        ("IsRetrievable", false.into()),
        ("IsFilterable", false.into()),
        ("IsSearchable", false.into()),
        ("IsManaged", true.into()),
        ("LinkedAttributeId", Json::Null),
        ("LogicalName", column.logical_name.into()),
        ("IsValidForForm", writable.into()),
        ("IsRequiredForForm", false.into()),
        ("IsValidForGrid", true.into()),
        ("SchemaName", names_of(column).0.into()),
        ("ExternalName", Json::Null),
        ("IsLogical", false.into()),
        ("IsDataSourceSecret", false.into()),
        ("InheritsFrom", Json::Null),
        ("CreatedOn", "1900-01-01T00:00:00Z".into()),
        ("ModifiedOn", "1900-01-01T00:00:00Z".into()),
        ("SourceType", if has_source(kind) { 0.into() } else { Json::Null }),
        ("AutoNumberFormat", Json::Null),
    ])
}

/// What all attributes have, the values that are objects.
fn complex_of_all(column: &Column, kind: AttributeType) -> Object {
    let required = required_level(column);
    object([
        ("AttributeTypeName", json!({ "Value": kind.type_name() })),
        ("Description", label("", &[])),
        ("DisplayName", label(names_of(column).1, &path(column, "label"))),
        ("IsAuditEnabled", managed("canmodifyauditsettings", false, true)),
        ("IsGlobalFilterEnabled", managed("canmodifyglobalfiltersettings", false, true)),
        ("IsSortableEnabled", managed("canmodifyissortablesettings", false, true)),
        ("IsCustomizable", managed("iscustomizable", true, false)),
        ("IsRenameable", managed("isrenameable", true, false)),
        ("IsValidForAdvancedFind", managed("canmodifysearchsettings", true, true)),
        ("RequiredLevel", managed("canmodifyrequirementlevelsettings", required, required == "None")),
        ("CanModifyAdditionalSettings", managed("canmodifyadditionalsettings", true, true)),
        ("Settings", json!([])),
    ])
}

/// What attributes of this type have alone.
fn own(column: &Column, kind: AttributeType) -> Vec<(&'static str, Json)> {
    kind.own_properties().iter().map(|name| (*name, own_value(column, kind, name))).collect()
}

fn own_value(column: &Column, kind: AttributeType, name: &str) -> Json {
    let (least, most) = match column.kind {
        Kind::Int(least, most) => (json!(least), json!(most)),
        Kind::BigInt => (json!(i64::MIN), json!(i64::MAX)),
        _ => float_bounds(column),
    };
    match name {
        "MinValue" => least,
        "MaxValue" => most,
        "Precision" => precision(column).into(),
        "MaxLength" => max_length(column.kind).into(),
        // The service reserves two bytes for a character.
        "DatabaseLength" => max_length(column.kind).saturating_mul(2).into(),
        "Format" => format(column, kind),
        "FormatName" => json!({ "Value": format(column, kind) }),
        "ImeMode" => if kind == AttributeType::DateTime { "Inactive" } else { "Auto" }.into(),
        "IsLocalizable" | "IsBaseCurrency" | "DefaultValue" | "CanStoreFullImage" => false.into(),
        "FormulaDefinition" => {
            if kind == AttributeType::DateTime {
                Json::Null
            } else {
                "".into()
            }
        }
        "SourceTypeMask" => 0.into(),
        "YomiOf" => yomi_of(column),
        "MinSupportedValue" => "1753-01-01T00:00:00Z".into(),
        "MaxSupportedValue" => "9999-12-30T23:59:59Z".into(),
        "DateTimeBehavior" => json!({ "Value": "UserLocal" }),
        "CanChangeDateTimeBehavior" => managed("canmodifybehavior", false, false),
        "Targets" => targets(column),
        "DefaultFormValue" => (-1).into(),
        "ChildPicklistLogicalNames" => json!([]),
        "IsPrimaryImage" => true.into(),
        "MaxHeight" | "MaxWidth" => 144.into(),
        "MaxSizeInKB" => 10_240.into(),
        "ManagedPropertyLogicalName" => managed_name(column).into(),
        "ParentComponentType" => 0.into(),
        "ValueAttributeTypeCode" => "Boolean".into(),
        _ => Json::Null,
    }
}

fn float_bounds(column: &Column) -> (Json, Json) {
    match column.logical_name {
        name if name.ends_with("latitude") => (json!(-90.0), json!(90.0)),
        name if name.ends_with("longitude") => (json!(-180.0), json!(180.0)),
        "exchangerate" => (json!(0.000_000_000_1), json!(100_000_000_000.0)),
        _ => (json!(0.0), json!(1_000_000_000.0)),
    }
}

fn precision(column: &Column) -> u32 {
    match column.logical_name {
        "exchangerate" => 12,
        "creditlimit" => 2,
        _ => 5,
    }
}

fn max_length(kind: Kind) -> u32 {
    if let Kind::Text(longest) = kind { longest } else { 0 }
}

fn format(column: &Column, kind: AttributeType) -> Json {
    let name = column.logical_name;
    match kind {
        AttributeType::String if name.contains("emailaddress") || name == "mobilealertemail" => "Email".into(),
        AttributeType::String if name.ends_with("url") => "Url".into(),
        AttributeType::String if name.ends_with("phone") => "Phone".into(),
        AttributeType::String => "Text".into(),
        AttributeType::Memo => "TextArea".into(),
        AttributeType::DateTime if matches!(name, "overriddencreatedon" | "overwritetime") => "DateOnly".into(),
        AttributeType::DateTime => "DateAndTime".into(),
        AttributeType::Lookup => "None".into(),
        AttributeType::Integer if name.ends_with("utcoffset") => "TimeZone".into(),
        AttributeType::Integer => "None".into(),
        _ => Json::Null,
    }
}

fn yomi_of(column: &Column) -> Json {
    column.logical_name.strip_prefix("yomi").map_or(Json::Null, Json::from)
}

fn attribute_of(column: &Column) -> Json {
    match column.logical_name {
        "entityimage_url" | "entityimage_timestamp" | "entityimage" => "entityimageid".into(),
        _ => Json::Null,
    }
}

fn targets(column: &Column) -> Json {
    match column.kind {
        Kind::Lookup(target, _) => json!([target.logical_name()]),
        _ if column.logical_name == "regardingobjectid" => json!(["knowledgearticle", "opportunity"]),
        _ => json!([]),
    }
}

fn managed_name(column: &Column) -> &'static str {
    if column.logical_name == "iscustomizable" { "iscustomizableanddeletable" } else { column.logical_name }
}

/// Types whose values can be computed.
fn has_source(kind: AttributeType) -> bool {
    kind.own_properties().contains(&"SourceTypeMask")
}

fn required_level(column: &Column) -> &'static str {
    const SYSTEM: &str = "SystemRequired";
    match (column.table, column.logical_name) {
        _ if column.is_key => SYSTEM,
        (_, "businessunitid" | "organizationid") => SYSTEM,
        // Forms ask for these, the service does not.
        ("systemuser", "firstname" | "lastname") => "ApplicationRequired",
        ("systemuser", "internalemailaddress" | "domainname" | "accessmode" | "caltype") => SYSTEM,
        ("systemuser", "incomingemaildeliverymethod" | "outgoingemaildeliverymethod") => SYSTEM,
        ("role", "name" | "parentrootroleid" | "isinherited" | "ismanaged" | "iscustomizable" | "canbedeleted") => {
            SYSTEM
        }
        ("role", "componentstate" | "overwritetime" | "roleidunique" | "solutionid") => SYSTEM,
        ("team", "name" | "administratorid" | "teamtype" | "membershiptype" | "isdefault") => SYSTEM,
        ("businessunit" | "privilege" | "organization", "name") => SYSTEM,
        ("teammembership" | "teamroles" | "systemuserroles", name) if name.ends_with("id") => SYSTEM,
        _ => "None",
    }
}

#[cfg(test)]
mod tests {
    use super::super::column::columns;
    use super::*;
    use crate::model::Set;

    fn of(set: Set, name: &str) -> Object {
        definition(columns(set).iter().find(|column| column.logical_name == name).unwrap())
    }

    #[test]
    fn a_definition_has_the_properties_of_a_recorded_one_in_their_order() {
        let names: Vec<String> = of(Set::Users, "isdisabled").keys().cloned().collect();
        // A yes/no column of a real environment, without the options.
        let recorded = "MetadataId HasChanged AttributeOf AttributeType ColumnNumber DeprecatedVersion IntroducedVersion \
            EntityLogicalName IsCustomAttribute IsPrimaryId IsValidODataAttribute IsPrimaryName IsValidForCreate \
            IsValidForRead IsValidForUpdate CanBeSecuredForRead CanBeSecuredForCreate CanBeSecuredForUpdate IsSecured \
            IsRetrievable IsFilterable IsSearchable IsManaged LinkedAttributeId LogicalName IsValidForForm \
            IsRequiredForForm IsValidForGrid SchemaName ExternalName IsLogical IsDataSourceSecret InheritsFrom CreatedOn \
            ModifiedOn SourceType AutoNumberFormat DefaultValue FormulaDefinition SourceTypeMask AttributeTypeName \
            Description DisplayName IsAuditEnabled IsGlobalFilterEnabled IsSortableEnabled IsCustomizable IsRenameable \
            IsValidForAdvancedFind RequiredLevel CanModifyAdditionalSettings Settings";
        assert_eq!(names, recorded.split_whitespace().collect::<Vec<_>>());
    }

    #[test]
    fn a_definition_says_what_the_column_takes() {
        let email = of(Set::Users, "internalemailaddress");
        assert_eq!((&email["AttributeType"], &email["MaxLength"]), (&json!("String"), &json!(100)));
        assert_eq!(
            (&email["SchemaName"], &email["FormatName"]["Value"]),
            (&json!("InternalEMailAddress"), &json!("Email"))
        );
        assert_eq!(email["RequiredLevel"]["Value"], "SystemRequired");
        assert_eq!(email["DisplayName"]["UserLocalizedLabel"]["Label"], "Primary Email");
        let unit = of(Set::Users, "businessunitid");
        assert_eq!((&unit["Targets"], &unit["IsValidForUpdate"]), (&json!(["businessunit"]), &json!(true)));
        let offset = of(Set::Users, "address1_utcoffset");
        assert_eq!((&offset["MinValue"], &offset["MaxValue"]), (&json!(-1500), &json!(1500)));
        let key = of(Set::Users, "systemuserid");
        assert_eq!((&key["IsPrimaryId"], &key["IsValidForUpdate"]), (&json!(true), &json!(false)));
        assert_eq!(of(Set::Users, "fullname")["IsPrimaryName"], true);
        assert_eq!(of(Set::Users, "firstname")["RequiredLevel"]["Value"], "ApplicationRequired");
        assert_eq!(of(Set::Teams, "regardingobjectid")["AttributeType"], "Lookup");
        assert_eq!(of(Set::Users, "yomifirstname")["YomiOf"], "firstname");
    }

    #[test]
    fn no_two_definitions_have_one_id() {
        let ids = Set::ALL.into_iter().flat_map(columns).map(|column| definition(&column)["MetadataId"].clone());
        let ids: Vec<String> = ids.map(|id| id.as_str().unwrap().to_owned()).collect();
        let different: std::collections::HashSet<&String> = ids.iter().collect();
        assert_eq!(different.len(), ids.len());
    }
}
