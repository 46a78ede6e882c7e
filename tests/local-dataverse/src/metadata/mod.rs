//! What the service tells about its tables: definitions of tables, columns, keys and relationships, made from the schemas.

mod attribute;
mod attribute_type;
mod column;
pub mod csdl;
mod key;
mod names;
pub mod operations;
mod option_set;
mod parts;
mod query;
mod relationship;
mod table;

use serde_json::Value as Json;
use uuid::Uuid;

pub use query::Query;

use crate::model::{AlternateKey, Children, Relationship, Set};
use crate::settings::Settings;
use attribute_type::AttributeType;
use column::{Column, columns};
use parts::Object;

/// ObjectTypeCode of a set's table.
pub fn type_code(set: Set) -> u32 {
    table::facts(set).type_code
}

/// The schema name of a set's table: `SystemUser`
pub fn schema_name(set: Set) -> &'static str {
    table::facts(set).schema_name
}

/// The schema name of a column: `FullName`. A name that is not known stands for itself.
pub fn schema_name_of_column(set: Set, logical_name: &'static str) -> &'static str {
    names::of(set.names().logical, logical_name).map_or(logical_name, |(schema_name, _)| schema_name)
}

/// The type of a definition, or what the definitions of a collection have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// `EntityMetadata`
    Table,
    /// `AttributeMetadata`
    Attribute,
    /// `StringAttributeMetadata` and others
    AttributeOf(AttributeType),
    /// `EntityKeyMetadata`
    Key,
    /// `RelationshipMetadataBase`
    Relationship,
    /// `OneToManyRelationshipMetadata`
    OneToMany,
    /// `ManyToManyRelationshipMetadata`
    ManyToMany,
    /// `OptionSetMetadata`
    OptionSet,
    /// `BooleanOptionSetMetadata`
    BooleanOptionSet,
}

impl Type {
    /// The name of the type without its namespace.
    pub fn name(self) -> &'static str {
        match self {
            Self::Table => "EntityMetadata",
            Self::Attribute => "AttributeMetadata",
            Self::AttributeOf(kind) => kind.definition(),
            Self::Key => "EntityKeyMetadata",
            Self::Relationship => "RelationshipMetadataBase",
            Self::OneToMany => "OneToManyRelationshipMetadata",
            Self::ManyToMany => "ManyToManyRelationshipMetadata",
            Self::OptionSet => "OptionSetMetadata",
            Self::BooleanOptionSet => "BooleanOptionSetMetadata",
        }
    }

    /// The derived type with this name.
    pub fn cast(self, name: &str) -> Option<Self> {
        match self {
            Self::Attribute => AttributeType::of_definition(name).map(Self::AttributeOf),
            Self::Relationship => {
                [Self::OneToMany, Self::ManyToMany].into_iter().find(|relationship| relationship.name() == name)
            }
            _ => None,
        }
    }

    /// Whether a definition is of this type.
    pub fn takes(self, definition: &Definition) -> bool {
        let own = definition.own_type();
        self == own
            || match self {
                Self::Attribute => matches!(own, Self::AttributeOf(_)),
                Self::Relationship => matches!(own, Self::OneToMany | Self::ManyToMany),
                _ => false,
            }
    }

    /// The property by which a definition can be named besides its MetadataId.
    pub fn name_property(self) -> &'static str {
        match self {
            Self::Table | Self::Attribute | Self::AttributeOf(_) | Self::Key => "LogicalName",
            Self::Relationship | Self::OneToMany | Self::ManyToMany => "SchemaName",
            Self::OptionSet | Self::BooleanOptionSet => "Name",
        }
    }

    /// The names of the properties that all definitions of the type have.
    fn properties(self) -> Vec<String> {
        let sample = columns(Set::Users).swap_remove(0);
        let of = |members: Object| members.keys().cloned().collect();
        match self {
            Self::Table => of(table::definition(Set::Users, &Settings::default())),
            Self::Attribute => attribute::common_properties(&sample),
            Self::AttributeOf(kind) => {
                let own = kind.own_properties().iter().map(|name| (*name).to_owned());
                attribute::common_properties(&sample).into_iter().chain(own).collect()
            }
            Self::Key => {
                AlternateKey::all_of(Set::Users).first().map_or(Vec::new(), |key| of(key::definition(Set::Users, key)))
            }
            Self::Relationship => relationship::common_properties(),
            Self::OneToMany => of(relationship::one_to_many(Children::USERS_OF_UNIT)),
            Self::ManyToMany => of(relationship::many_to_many(Relationship::UserRole)),
            Self::OptionSet | Self::BooleanOptionSet => {
                let name = if self == Self::OptionSet { "accessmode" } else { "isdisabled" };
                let column = columns(Set::Users).into_iter().find(|column| column.logical_name == name);
                column.and_then(|column| option_set::definition(&column)).map_or(Vec::new(), of)
            }
        }
    }

    /// What a navigation property of a definition leads to, and whether to many.
    pub fn navigation(self, name: &str) -> Option<(Self, bool)> {
        match (self, name) {
            (Self::Table, "Attributes") => Some((Self::Attribute, true)),
            (Self::Table, "Keys") => Some((Self::Key, true)),
            (Self::Table, "OneToManyRelationships" | "ManyToOneRelationships") => Some((Self::OneToMany, true)),
            (Self::Table, "ManyToManyRelationships") => Some((Self::ManyToMany, true)),
            (Self::AttributeOf(AttributeType::Boolean), "OptionSet" | "GlobalOptionSet") => {
                Some((Self::BooleanOptionSet, false))
            }
            (Self::AttributeOf(kind), "OptionSet" | "GlobalOptionSet") if kind.has_options() => {
                Some((Self::OptionSet, false))
            }
            _ => None,
        }
    }
}

/// A definition.
#[derive(Clone, Copy, Debug)]
pub enum Definition {
    /// Of a table.
    Table(Set),
    /// Of a column.
    Attribute(Column),
    /// Of an alternate key.
    Key(Set, &'static AlternateKey),
    /// Of a relationship of one to many.
    OneToMany(Children),
    /// Of a relationship of many to many.
    ManyToMany(Relationship),
    /// Of the options of a column.
    OptionSet(Column),
}

impl Definition {
    /// Its type, with nothing left out.
    fn own_type(&self) -> Type {
        match self {
            Self::Table(_) => Type::Table,
            Self::Attribute(column) => Type::AttributeOf(AttributeType::of(column)),
            Self::Key(..) => Type::Key,
            Self::OneToMany(_) => Type::OneToMany,
            Self::ManyToMany(_) => Type::ManyToMany,
            Self::OptionSet(column) if AttributeType::of(column) == AttributeType::Boolean => Type::BooleanOptionSet,
            Self::OptionSet(_) => Type::OptionSet,
        }
    }

    /// Its properties, but for what it leads to.
    fn members(&self, settings: &Settings) -> Object {
        match self {
            Self::Table(set) => table::definition(*set, settings),
            Self::Attribute(column) => attribute::definition(column),
            Self::Key(set, key) => key::definition(*set, key),
            Self::OneToMany(children) => relationship::one_to_many(*children),
            Self::ManyToMany(relationship) => relationship::many_to_many(*relationship),
            Self::OptionSet(column) => option_set::definition(column).unwrap_or_default(),
        }
    }

    /// What a navigation property leads to.
    pub fn related(&self, name: &str) -> Vec<Self> {
        match (self, name) {
            (Self::Table(set), "Attributes") => columns(*set).into_iter().map(Self::Attribute).collect(),
            (Self::Table(set), "Keys") => AlternateKey::all_of(*set).iter().map(|key| Self::Key(*set, key)).collect(),
            (Self::Table(set), "OneToManyRelationships") => relationship::named_in(*set).map(Self::OneToMany).collect(),
            (Self::Table(set), "ManyToOneRelationships") => relationship::naming(*set).map(Self::OneToMany).collect(),
            (Self::Table(set), "ManyToManyRelationships") => relationship::tying(*set).map(Self::ManyToMany).collect(),
            (Self::Attribute(column), "OptionSet") => vec![Self::OptionSet(*column)],
            // Nothing is shared between columns: a GlobalOptionSet is null.
            _ => Vec::new(),
        }
    }

    /// Whether this is the value of the property by which the definition is named.
    pub fn is_named(&self, name: &str) -> bool {
        match self {
            Self::Table(set) => set.names().logical == name,
            Self::Attribute(column) => column.logical_name == name,
            Self::Key(_, key) => key.name == name,
            Self::OneToMany(children) => children.name() == name,
            Self::ManyToMany(relationship) => relationship.name() == name,
            Self::OptionSet(column) => name == format!("{}_{}", column.table, column.logical_name),
        }
    }

    /// Whether this is its MetadataId.
    pub fn has_id(&self, id: Uuid) -> bool {
        match self {
            Self::Table(set) => table::of_metadata_id(id) == Some(*set),
            other => {
                other.members(&Settings::default()).get("MetadataId").and_then(Json::as_str) == Some(&id.to_string())
            }
        }
    }
}

/// All definitions of tables.
pub fn tables() -> Vec<Definition> {
    Set::ALL.map(Definition::Table).into()
}

/// All definitions of relationships.
pub fn relationships() -> Vec<Definition> {
    let one_to_many = Children::all().map(Definition::OneToMany);
    one_to_many.chain(Relationship::ALL.map(Definition::ManyToMany)).collect()
}
