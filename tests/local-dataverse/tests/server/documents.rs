//! The service document and `$metadata`.

use std::collections::BTreeSet;

use local_dataverse::seed;
use roxmltree::{Document, Node};

use crate::client::{Fixture, user};

fn metadata(fixture: &Fixture, path: &str, headers: &[(&str, &str)]) -> String {
    let reply = fixture.send("GET", path, headers, None);
    assert_eq!((reply.status, reply.header("content-type")), (200, "application/xml"), "{}", reply.text);
    reply.text
}

fn elements<'a, 'd>(node: Node<'a, 'd>, name: &'static str) -> impl Iterator<Item = Node<'a, 'd>> {
    node.descendants().filter(move |node| node.tag_name().name() == name)
}

fn attribute<'a>(node: Node<'a, '_>, name: &str) -> &'a str {
    node.attribute(name).unwrap_or_else(|| panic!("{:?} has no {name}", node.tag_name().name()))
}

/// The name of a type without namespace and collection.
fn plain(kind: &str) -> &str {
    let inner = kind.strip_prefix("Collection(").and_then(|kind| kind.strip_suffix(')')).unwrap_or(kind);
    inner.trim_start_matches("mscrm.").trim_start_matches("Microsoft.Dynamics.CRM.")
}

#[test]
fn the_service_document_lists_the_entity_sets() {
    let fixture = Fixture::new();
    for path in ["", "/api/data/v9.2"] {
        let reply = fixture.get(path);
        let body = reply.json();
        assert!(body["@odata.context"].as_str().unwrap().ends_with("/api/data/v9.2/$metadata"), "{body}");
        let entries = reply.rows();
        assert!(entries.len() >= 8);
        for entry in entries {
            assert_eq!((&entry["kind"], &entry["name"]), (&"EntitySet".into(), &entry["url"]));
            assert_eq!(fixture.get(&format!("{}?$top=1", entry["url"].as_str().unwrap())).status, 200, "{entry}");
        }
    }
    assert_eq!(fixture.send("POST", "", &[], None).status, 405);
    assert_eq!(fixture.send("DELETE", "$metadata", &[], None).status, 405);
    assert_eq!(fixture.get("$metadata/systemusers").status, 404);
}

#[test]
fn metadata_is_a_schema_in_which_every_name_leads_to_something() {
    let fixture = Fixture::new();
    let text = metadata(&fixture, "$metadata", &[("Accept", "application/xml")]);
    let document = Document::parse(&text).unwrap();
    let root = document.root_element();
    assert_eq!((root.tag_name().name(), root.attribute("Version")), ("Edmx", Some("4.0")));
    let schema = elements(root, "Schema").next().unwrap();
    assert_eq!(
        (schema.attribute("Namespace"), schema.attribute("Alias")),
        (Some("Microsoft.Dynamics.CRM"), Some("mscrm"))
    );
    let names = |kind| elements(schema, kind).map(|node| attribute(node, "Name")).collect::<Vec<_>>();
    let types: BTreeSet<&str> = ["EntityType", "ComplexType", "EnumType"].into_iter().flat_map(names).collect();
    assert_eq!(types.len(), ["EntityType", "ComplexType", "EnumType"].into_iter().flat_map(names).count());

    for entity in elements(schema, "EntityType").filter(|entity| entity.attribute("Abstract").is_none()) {
        let name = attribute(entity, "Name");
        assert!(types.contains(plain(attribute(entity, "BaseType"))), "{name}");
        let properties: Vec<&str> = elements(entity, "Property").map(|node| attribute(node, "Name")).collect();
        let navigation: Vec<&str> =
            elements(entity, "NavigationProperty").map(|node| attribute(node, "Name")).collect();
        let all: BTreeSet<&&str> = properties.iter().chain(&navigation).collect();
        assert_eq!(all.len(), properties.len() + navigation.len(), "{name} has two properties of one name");
        for key in elements(entity, "PropertyRef") {
            assert!(properties.contains(&attribute(key, "Name")), "{name}");
        }
        for property in elements(entity, "NavigationProperty") {
            let target = plain(attribute(property, "Type"));
            let target = elements(schema, "EntityType").find(|node| node.attribute("Name") == Some(target)).unwrap();
            let partner = elements(target, "NavigationProperty")
                .find(|node| node.attribute("Name") == property.attribute("Partner"))
                .unwrap_or_else(|| panic!("{name}: {property:?} has no partner"));
            // The way there leads back.
            assert_eq!(plain(attribute(partner, "Type")), name);
            assert_eq!(partner.attribute("Partner"), property.attribute("Name"));
            for constraint in elements(property, "ReferentialConstraint") {
                assert!(properties.contains(&attribute(constraint, "Property")));
                let there: Vec<&str> = elements(target, "Property").map(|node| attribute(node, "Name")).collect();
                assert!(there.contains(&attribute(constraint, "ReferencedProperty")));
            }
        }
    }
    for typed in ["Property", "Parameter", "ReturnType"].into_iter().flat_map(|kind| elements(schema, kind)) {
        let kind = attribute(typed, "Type");
        let inner = plain(kind);
        assert!(inner.starts_with("Edm.") || types.contains(inner), "{kind}");
    }
    let sets: Vec<Node> = elements(schema, "EntitySet").collect();
    for set in &sets {
        let kind = plain(attribute(*set, "EntityType"));
        let entity = elements(schema, "EntityType").find(|node| node.attribute("Name") == Some(kind)).unwrap();
        let navigation: BTreeSet<&str> =
            elements(entity, "NavigationProperty").map(|node| attribute(node, "Name")).collect();
        let bound: BTreeSet<&str> =
            elements(*set, "NavigationPropertyBinding").map(|node| attribute(node, "Path")).collect();
        assert_eq!(bound, navigation, "{kind}");
        for binding in elements(*set, "NavigationPropertyBinding") {
            assert!(sets.iter().any(|set| set.attribute("Name") == binding.attribute("Target")), "{binding:?}");
        }
    }
    for import in elements(schema, "FunctionImport") {
        assert!(names("Function").contains(&plain(attribute(import, "Function"))), "{import:?}");
    }
}

#[test]
fn metadata_tells_what_the_data_are() {
    let fixture = Fixture::new();
    let text = metadata(&fixture, "$metadata", &[]);
    let document = Document::parse(&text).unwrap();
    let entity = |name| {
        elements(document.root_element(), "EntityType").find(|node| node.attribute("Name") == Some(name)).unwrap()
    };
    let described: BTreeSet<&str> =
        elements(entity("systemuser"), "Property").map(|node| attribute(node, "Name")).collect();
    let row = fixture.get(&user(seed::ADELE)).json();
    let there: BTreeSet<&str> =
        row.as_object().unwrap().keys().map(String::as_str).filter(|name| !name.starts_with('@')).collect();
    assert_eq!(described, there);
    let email = elements(entity("systemuser"), "Property")
        .find(|node| node.attribute("Name") == Some("internalemailaddress"))
        .unwrap();
    assert_eq!((email.attribute("Type"), email.attribute("MaxLength")), (Some("Edm.String"), Some("100")));
    // Every navigation property can be expanded.
    for set in elements(document.root_element(), "EntitySet") {
        let name = attribute(set, "Name");
        for binding in elements(set, "NavigationPropertyBinding") {
            let path = format!("{name}?$top=1&$expand={}", attribute(binding, "Path"));
            assert_eq!(fixture.get(&path).status, 200, "{path}");
        }
    }
    for function in elements(document.root_element(), "FunctionImport") {
        let reply = fixture.get(&format!("{}()", attribute(function, "Name")));
        assert_ne!(reply.status, 404, "{function:?}: {}", reply.text);
    }
}

#[test]
fn metadata_is_annotated_when_asked_for() {
    let fixture = Fixture::new();
    fixture.server.settings_mut(|settings| settings.change_tracked_tables = vec!["role".into()]);
    let tracked = |text: &str| {
        let document = Document::parse(text).unwrap();
        let annotations = elements(document.root_element(), "Annotation")
            .filter(|node| node.attribute("Term") == Some("Org.OData.Capabilities.V1.ChangeTracking"));
        annotations.map(|node| attribute(node.parent().unwrap(), "Name").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(tracked(&metadata(&fixture, "$metadata", &[])), [] as [&str; 0]);
    assert_eq!(tracked(&metadata(&fixture, "$metadata?annotations=true", &[])), ["roles"]);
    let asked = [("Prefer", "odata.include-annotations=\"*\"")];
    assert_eq!(tracked(&metadata(&fixture, "$metadata", &asked)), ["roles"]);
}
