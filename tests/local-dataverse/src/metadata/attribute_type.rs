//! The types of attributes: their names, and which properties they add to those of all attributes.

use super::column::Column;
use crate::model::Kind;

/// The type of an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttributeType {
    BigInt,
    Boolean,
    DateTime,
    Decimal,
    Double,
    EntityName,
    File,
    Image,
    Integer,
    Lookup,
    ManagedProperty,
    Memo,
    Money,
    MultiSelectPicklist,
    Picklist,
    State,
    Status,
    String,
    Uniqueidentifier,
}

use AttributeType::*;

impl AttributeType {
    /// All of them.
    const ALL: [Self; 19] = [
        BigInt,
        Boolean,
        DateTime,
        Decimal,
        Double,
        EntityName,
        File,
        Image,
        Integer,
        Lookup,
        ManagedProperty,
        Memo,
        Money,
        MultiSelectPicklist,
        Picklist,
        State,
        Status,
        String,
        Uniqueidentifier,
    ];

    /// The type of a column.
    pub fn of(column: &Column) -> Self {
        match column.kind {
            Kind::Text(_) if is_memo(column) => Memo,
            Kind::Text(_) => String,
            // A reference to rows of several tables.
            Kind::Guid if column.name != column.logical_name => Lookup,
            Kind::Guid => Uniqueidentifier,
            Kind::Bool(..) => Boolean,
            Kind::Int(..) => Integer,
            Kind::Choice(_) => Picklist,
            Kind::BigInt => BigInt,
            Kind::Double if column.logical_name == "exchangerate" => Decimal,
            Kind::Double => Double,
            Kind::Date => DateTime,
            Kind::Lookup(..) => Lookup,
            Kind::Image => Image,
            Kind::Complex => ManagedProperty,
        }
    }

    /// The type whose definitions have this name, such as `StringAttributeMetadata`.
    pub fn of_definition(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.definition() == name)
    }

    /// The name of its definitions' type.
    pub fn definition(self) -> &'static str {
        match self {
            BigInt => "BigIntAttributeMetadata",
            Boolean => "BooleanAttributeMetadata",
            DateTime => "DateTimeAttributeMetadata",
            Decimal => "DecimalAttributeMetadata",
            Double => "DoubleAttributeMetadata",
            EntityName => "EntityNameAttributeMetadata",
            File => "FileAttributeMetadata",
            Image => "ImageAttributeMetadata",
            Integer => "IntegerAttributeMetadata",
            Lookup => "LookupAttributeMetadata",
            ManagedProperty => "ManagedPropertyAttributeMetadata",
            Memo => "MemoAttributeMetadata",
            Money => "MoneyAttributeMetadata",
            MultiSelectPicklist => "MultiSelectPicklistAttributeMetadata",
            Picklist => "PicklistAttributeMetadata",
            State => "StateAttributeMetadata",
            Status => "StatusAttributeMetadata",
            String => "StringAttributeMetadata",
            Uniqueidentifier => "UniqueIdentifierAttributeMetadata",
        }
    }

    /// AttributeType: the older name, which has none for the newer types.
    pub fn code(self) -> &'static str {
        match self {
            File | Image | MultiSelectPicklist => "Virtual",
            BigInt => "BigInt",
            Boolean => "Boolean",
            DateTime => "DateTime",
            Decimal => "Decimal",
            Double => "Double",
            EntityName => "EntityName",
            Integer => "Integer",
            Lookup => "Lookup",
            ManagedProperty => "ManagedProperty",
            Memo => "Memo",
            Money => "Money",
            Picklist => "Picklist",
            State => "State",
            Status => "Status",
            String => "String",
            Uniqueidentifier => "Uniqueidentifier",
        }
    }

    /// AttributeTypeName
    pub fn type_name(self) -> &'static str {
        match self {
            BigInt => "BigIntType",
            Boolean => "BooleanType",
            DateTime => "DateTimeType",
            Decimal => "DecimalType",
            Double => "DoubleType",
            EntityName => "EntityNameType",
            File => "FileType",
            Image => "ImageType",
            Integer => "IntegerType",
            Lookup => "LookupType",
            ManagedProperty => "ManagedPropertyType",
            Memo => "MemoType",
            Money => "MoneyType",
            MultiSelectPicklist => "MultiSelectPicklistType",
            Picklist => "PicklistType",
            State => "StateType",
            Status => "StatusType",
            String => "StringType",
            Uniqueidentifier => "UniqueidentifierType",
        }
    }

    /// The properties that its definitions have besides those of all attributes.
    pub fn own_properties(self) -> &'static [&'static str] {
        match self {
            BigInt => &["MaxValue", "MinValue"],
            Boolean => &["DefaultValue", "FormulaDefinition", "SourceTypeMask"],
            DateTime => &[
                "MinSupportedValue",
                "MaxSupportedValue",
                "Format",
                "ImeMode",
                "SourceTypeMask",
                "FormulaDefinition",
                "DateTimeBehavior",
                "CanChangeDateTimeBehavior",
            ],
            Decimal => &["MaxValue", "MinValue", "Precision", "ImeMode", "FormulaDefinition", "SourceTypeMask"],
            Double => &["ImeMode", "MaxValue", "MinValue", "Precision"],
            EntityName => &["IsEntityReferenceStored", "DefaultFormValue"],
            File => &["MaxSizeInKB"],
            Image => &["IsPrimaryImage", "MaxHeight", "MaxWidth", "MaxSizeInKB", "CanStoreFullImage"],
            Integer => &["Format", "MaxValue", "MinValue", "FormulaDefinition", "SourceTypeMask"],
            Lookup => &["Targets", "Format"],
            ManagedProperty => {
                &["ManagedPropertyLogicalName", "ParentAttributeName", "ParentComponentType", "ValueAttributeTypeCode"]
            }
            Memo => &["Format", "ImeMode", "MaxLength", "IsLocalizable", "FormatName"],
            Money => &[
                "ImeMode",
                "MaxValue",
                "MinValue",
                "Precision",
                "PrecisionSource",
                "CalculationOf",
                "IsBaseCurrency",
                "FormulaDefinition",
                "SourceTypeMask",
            ],
            MultiSelectPicklist => &[
                "DefaultFormValue",
                "FormulaDefinition",
                "SourceTypeMask",
                "ParentPicklistLogicalName",
                "ChildPicklistLogicalNames",
            ],
            Picklist => &[
                "DefaultFormValue",
                "FormulaDefinition",
                "SourceTypeMask",
                "ParentPicklistLogicalName",
                "ChildPicklistLogicalNames",
            ],
            State | Status => &["DefaultFormValue"],
            String => &[
                "Format",
                "ImeMode",
                "MaxLength",
                "YomiOf",
                "IsLocalizable",
                "DatabaseLength",
                "FormulaDefinition",
                "SourceTypeMask",
                "FormatName",
            ],
            Uniqueidentifier => &[],
        }
    }

    /// Whether its definitions lead to a set of options.
    pub fn has_options(self) -> bool {
        matches!(self, Boolean | EntityName | MultiSelectPicklist | Picklist | State | Status)
    }
}

/// Text of several lines.
fn is_memo(column: &Column) -> bool {
    column.logical_name.ends_with("_composite") || (column.logical_name == "description" && column.table != "role")
}
