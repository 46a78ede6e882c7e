//! `OneToManyRelationshipMetadata` and `ManyToManyRelationshipMetadata`: definitions of relationships.

use serde_json::{Value as Json, json};

use super::parts::{Object, id, label, managed, object};
use crate::model::{Children, Relationship, Set};

/// What relationships of both kinds have.
fn base(name: &str, kind: &str) -> Object {
    object([
        ("MetadataId", json!(id(&["relationship", name]))),
        ("HasChanged", Json::Null),
        ("IsCustomRelationship", false.into()),
        ("IsValidForAdvancedFind", true.into()),
        ("SchemaName", name.into()),
        ("SecurityTypes", "None".into()),
        ("IsManaged", true.into()),
        ("RelationshipType", kind.into()),
        ("IntroducedVersion", "5.0.0.0".into()),
    ])
}

/// The names of the properties that relationships of both kinds have.
pub fn common_properties() -> Vec<String> {
    base("", "").keys().cloned().chain(["IsCustomizable".to_owned()]).collect()
}

/// The definition of a relationship of one to many.
pub fn one_to_many(children: Children) -> Object {
    let (parent, child) = (children.parent().names(), children.child().names());
    let is_hierarchical = matches!(children.name(), "business_unit_parent_business_unit" | "user_parent_user");
    let mut members = base(children.name(), "OneToManyRelationship");
    members.extend(object([
        ("ReferencedAttribute", parent.key.into()),
        ("ReferencedEntity", parent.logical.into()),
        ("ReferencingAttribute", children.attribute().into()),
        ("ReferencingEntity", child.logical.into()),
        ("IsHierarchical", is_hierarchical.into()),
        ("EntityKey", Json::Null),
        ("IsRelationshipAttributeDenormalized", false.into()),
        ("ReferencedEntityNavigationPropertyName", children.name().into()),
        ("ReferencingEntityNavigationPropertyName", children.attribute().into()),
        ("RelationshipBehavior", 1.into()),
        ("IsDenormalizedLookup", Json::Null),
        ("DenormalizedAttributeName", Json::Null),
        ("IsCustomizable", managed("iscustomizable", false, false)),
        ("AssociatedMenuConfiguration", menu("DoNotDisplay")),
        ("CascadeConfiguration", cascade(children)),
        ("RelationshipAttributes", json!([])),
    ]));
    members
}

/// The definition of a relationship of many to many.
pub fn many_to_many(relationship: Relationship) -> Object {
    let (left, right) = (relationship.left().names(), relationship.right().names());
    let mut members = base(relationship.name(), "ManyToManyRelationship");
    members.extend(object([
        ("Entity1LogicalName", left.logical.into()),
        ("Entity2LogicalName", right.logical.into()),
        ("IntersectEntityName", relationship.intersect().into()),
        ("Entity1IntersectAttribute", left.key.into()),
        ("Entity2IntersectAttribute", right.key.into()),
        ("Entity1NavigationPropertyName", relationship.name().into()),
        ("Entity2NavigationPropertyName", relationship.name().into()),
        ("IsCustomizable", managed("iscustomizable", false, false)),
        ("Entity1AssociatedMenuConfiguration", menu("UseCollectionName")),
        ("Entity2AssociatedMenuConfiguration", menu("UseCollectionName")),
    ]));
    members
}

/// The relationships in which the rows of a set are named.
pub fn named_in(set: Set) -> impl Iterator<Item = Children> {
    Children::all().filter(move |children| children.parent() == set)
}

/// The relationships in which the rows of a set name others.
pub fn naming(set: Set) -> impl Iterator<Item = Children> {
    Children::all().filter(move |children| children.child() == set)
}

/// The relationships of many to many of a set.
pub fn tying(set: Set) -> impl Iterator<Item = Relationship> {
    Relationship::ALL.into_iter().filter(move |relationship| relationship.left() == set || relationship.right() == set)
}

fn menu(behavior: &str) -> Json {
    json!({
        "Behavior": behavior,
        "Group": "Details",
        "Order": null,
        "IsCustomizable": false,
        "Icon": null,
        "ViewId": "00000000-0000-0000-0000-000000000000",
        "AvailableOffline": true,
        "MenuId": null,
        "QueryApi": null,
        "Label": label("", &[]),
    })
}

fn cascade(children: Children) -> Json {
    // A business unit takes its roles along when it is deleted.
    let delete = if children == Children::ROLES_OF_UNIT { "Cascade" } else { "NoCascade" };
    json!({
        "Assign": "NoCascade",
        "Delete": delete,
        "Archive": "NoCascade",
        "Merge": "NoCascade",
        "Reparent": "NoCascade",
        "Share": "NoCascade",
        "Unshare": "NoCascade",
        "RollupView": "NoCascade",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relationship_of_one_to_many_names_both_of_its_ends() {
        let users = one_to_many(Children::USERS_OF_UNIT);
        for (name, value) in [
            ("SchemaName", "business_unit_system_users"),
            ("RelationshipType", "OneToManyRelationship"),
            ("ReferencedEntity", "businessunit"),
            ("ReferencedAttribute", "businessunitid"),
            ("ReferencingEntity", "systemuser"),
            ("ReferencingAttribute", "businessunitid"),
            ("ReferencedEntityNavigationPropertyName", "business_unit_system_users"),
            ("ReferencingEntityNavigationPropertyName", "businessunitid"),
        ] {
            assert_eq!(users[name], value, "{name}");
        }
        assert_eq!(naming(Set::Users).count(), 6);
        assert!(named_in(Set::Units).any(|children| children == Children::USERS_OF_UNIT));
    }

    #[test]
    fn a_relationship_of_many_to_many_names_its_intersect_table() {
        let roles = many_to_many(Relationship::UserRole);
        assert_eq!(roles["IntersectEntityName"], "systemuserroles");
        assert_eq!(
            (&roles["Entity1LogicalName"], &roles["Entity2LogicalName"]),
            (&json!("systemuser"), &json!("role"))
        );
        assert_eq!(tying(Set::Users).count(), 2);
    }

    #[test]
    fn both_kinds_have_the_common_properties() {
        for name in common_properties() {
            assert!(one_to_many(Children::USERS_OF_UNIT).contains_key(&name), "{name}");
            assert!(many_to_many(Relationship::UserRole).contains_key(&name), "{name}");
        }
    }
}
