//! `$metadata`: what is here, in OData's Common Schema Definition Language.

use std::fmt::Write;

use super::column::{Column, columns};
use super::operations::{self, Operation};
use crate::model::{AlternateKey, Collection, Kind, Set, Target};
use crate::settings::Settings;

/// What the service's schema starts with: the vocabularies that its annotations come from.
const START: &str = concat!(
    r#"<?xml version="1.0" encoding="utf-8"?>"#,
    r#"<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx">"#,
    r#"<edmx:Reference Uri="http://vocabularies.odata.org/OData.Community.Keys.V1.xml">"#,
    r#"<edmx:Include Namespace="OData.Community.Keys.V1" Alias="Keys" />"#,
    r#"<edmx:IncludeAnnotations TermNamespace="OData.Community.Keys.V1" /></edmx:Reference>"#,
    r#"<edmx:Reference Uri="http://docs.oasis-open.org/odata/odata/v4.0/os/vocabularies/Org.OData.Capabilities.V1.xml">"#,
    r#"<edmx:Include Namespace="Org.OData.Capabilities.V1" Alias="Capabilities" /></edmx:Reference>"#,
    r#"<edmx:DataServices><Schema Namespace="Microsoft.Dynamics.CRM" Alias="mscrm" "#,
    r#"xmlns="http://docs.oasis-open.org/odata/ns/edm">"#,
);
const END: &str = "</Schema></edmx:DataServices></edmx:Edmx>";

/// The document; with annotations it tells which tables are tracked.
pub fn document(settings: &Settings, annotate: bool) -> String {
    let mut xml = String::with_capacity(128 * 1024);
    xml.push_str(START);
    xml.push_str(r#"<EntityType Name="crmbaseentity" Abstract="true" />"#);
    for set in Set::ALL {
        entity_type(&mut xml, set);
    }
    for (name, properties) in operations::COMPLEX {
        let _ = write!(xml, r#"<ComplexType Name="{name}">"#);
        for (name, kind) in properties {
            let _ = write!(xml, r#"<Property Name="{name}" Type="{kind}" />"#);
        }
        xml.push_str("</ComplexType>");
    }
    for (name, members) in operations::ENUMERATIONS {
        let _ = write!(xml, r#"<EnumType Name="{name}">"#);
        for (name, value) in members {
            let _ = write!(xml, r#"<Member Name="{name}" Value="{value}" />"#);
        }
        xml.push_str("</EnumType>");
    }
    for operation in &operations::ALL {
        describe(&mut xml, operation);
    }
    container(&mut xml, settings, annotate);
    xml.push_str(END);
    xml
}

fn entity_type(xml: &mut String, set: Set) {
    let names = set.names();
    let _ = write!(
        xml,
        r#"<EntityType Name="{}" BaseType="mscrm.crmbaseentity"><Key><PropertyRef Name="{}" /></Key>"#,
        names.logical, names.key
    );
    if set.column("ownerid").is_some() {
        xml.push_str(r#"<Property Name="ownerid" Type="Edm.Guid" />"#);
    }
    for column in columns(set) {
        property(xml, &column);
    }
    for column in columns(set) {
        lookup(xml, &column, set);
    }
    for collection in Collection::all_of(set) {
        let partner = match collection {
            Collection::Linked(side) => side.relationship.name(),
            Collection::Children(children) => children.attribute(),
        };
        let _ = write!(
            xml,
            r#"<NavigationProperty Name="{}" Type="Collection(mscrm.{})" Partner="{partner}" />"#,
            collection.name(),
            collection.target().names().logical
        );
    }
    for key in AlternateKey::all_of(set) {
        alternate_key(xml, key);
    }
    xml.push_str("</EntityType>");
}

fn property(xml: &mut String, column: &Column) {
    let kind = match column.kind {
        Kind::Complex => "mscrm.BooleanManagedProperty",
        kind => kind.edm(),
    };
    let _ = write!(xml, r#"<Property Name="{}" Type="{kind}""#, column.name);
    if let Kind::Text(longest) = column.kind {
        let _ = write!(xml, r#" MaxLength="{longest}""#);
    }
    xml.push_str(if column.is_key { r#" Nullable="false" />"# } else { " />" });
}

/// The navigation property of a lookup, where what it leads to is held here.
fn lookup(xml: &mut String, column: &Column, set: Set) {
    let Kind::Lookup(Target::Held(target), navigation) = column.kind else { return };
    let names = target.names();
    let _ = write!(xml, r#"<NavigationProperty Name="{navigation}" Type="mscrm.{}""#, names.logical);
    let partner = Collection::all_of(target).find(|collection| match collection {
        Collection::Children(children) => children.child() == set && children.attribute() == navigation,
        Collection::Linked(_) => false,
    });
    if let Some(partner) = partner {
        let _ = write!(xml, r#" Partner="{}""#, partner.name());
    }
    let _ = write!(
        xml,
        r#"><ReferentialConstraint Property="{}" ReferencedProperty="{}" /></NavigationProperty>"#,
        column.name, names.key
    );
}

fn alternate_key(xml: &mut String, key: &AlternateKey) {
    let _ = write!(
        xml,
        concat!(
            r#"<Annotation Term="OData.Community.Keys.V1.AlternateKeys"><Collection>"#,
            r#"<Record Type="OData.Community.Keys.V1.AlternateKey"><PropertyValue Property="Name" String="{}" />"#,
            r#"<PropertyValue Property="Key"><Collection>"#
        ),
        key.name
    );
    for name in key.columns {
        let _ = write!(
            xml,
            concat!(
                r#"<Record Type="OData.Community.Keys.V1.PropertyRef"><PropertyValue Property="Alias" String="{0}" />"#,
                r#"<PropertyValue Property="Name" PropertyPath="{0}" /></Record>"#
            ),
            name
        );
    }
    xml.push_str("</Collection></PropertyValue></Record></Collection></Annotation>");
}

fn describe(xml: &mut String, operation: &Operation) {
    let element = if operation.is_action { "Action" } else { "Function" };
    let _ = write!(xml, r#"<{element} Name="{}""#, operation.name);
    if operation.bound_to.is_some() {
        xml.push_str(r#" IsBound="true""#);
    }
    xml.push('>');
    if let Some(set) = operation.bound_to {
        let _ = write!(xml, r#"<Parameter Name="entity" Type="mscrm.{}" Nullable="false" />"#, set.names().logical);
    }
    for (name, kind) in operation.parameters {
        let _ = write!(xml, r#"<Parameter Name="{name}" Type="{kind}" Nullable="false" />"#);
    }
    if let Some(kind) = operation.returns {
        let _ = write!(xml, r#"<ReturnType Type="{kind}" Nullable="false" />"#);
    }
    let _ = write!(xml, "</{element}>");
}

fn container(xml: &mut String, settings: &Settings, annotate: bool) {
    xml.push_str(r#"<EntityContainer Name="System">"#);
    for set in Set::ALL {
        let names = set.names();
        let _ = write!(
            xml,
            r#"<EntitySet Name="{}" EntityType="Microsoft.Dynamics.CRM.{}">"#,
            names.entity_set, names.logical
        );
        for column in columns(set) {
            if let Kind::Lookup(Target::Held(target), navigation) = column.kind {
                binding(xml, navigation, target);
            }
        }
        for collection in Collection::all_of(set) {
            binding(xml, collection.name(), collection.target());
        }
        if annotate && settings.tracks(set) {
            xml.push_str(concat!(
                r#"<Annotation Term="Org.OData.Capabilities.V1.ChangeTracking"><Record>"#,
                r#"<PropertyValue Property="Supported" Bool="true" /></Record></Annotation>"#
            ));
        }
        xml.push_str("</EntitySet>");
    }
    for operation in operations::ALL.iter().filter(|operation| operation.bound_to.is_none()) {
        let kind = if operation.is_action { "Action" } else { "Function" };
        let _ = write!(xml, r#"<{kind}Import Name="{0}" {kind}="Microsoft.Dynamics.CRM.{0}" />"#, operation.name);
    }
    xml.push_str("</EntityContainer>");
}

fn binding(xml: &mut String, path: &str, target: Set) {
    let _ = write!(xml, r#"<NavigationPropertyBinding Path="{path}" Target="{}" />"#, target.names().entity_set);
}
