//! `EntityMetadata`: a table's definition.

use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::parts::{Object, id, label, managed, object};
use crate::model::{Relationship, Set};
use crate::rules::privileges;
use crate::seed::privilege_id;
use crate::settings::Settings;

/// What is known about a table besides its columns.
pub struct Facts {
    /// `SystemUser`
    pub schema_name: &'static str,
    /// `SystemUsers`
    pub collection_schema_name: &'static str,
    /// `User`
    label: &'static str,
    /// `Users`
    collection_label: &'static str,
    description: &'static str,
    /// ObjectTypeCode
    pub type_code: u32,
    ownership: &'static str,
    has_email: bool,
}

/// The facts about a set's table.
pub fn facts(set: Set) -> Facts {
    let facts = |schema_name, collection_schema_name, label, collection_label, type_code| Facts {
        schema_name,
        collection_schema_name,
        label,
        collection_label,
        description: "",
        type_code,
        ownership: "None",
        has_email: false,
    };
    match set {
        Set::Users => Facts {
            description: "Person with access to the Microsoft CRM system and who owns objects in the Microsoft CRM database.",
            ownership: "BusinessOwned",
            has_email: true,
            ..facts("SystemUser", "SystemUsers", "User", "Users", 8)
        },
        Set::Roles => Facts {
            description: "Grouping of security privileges. Users are assigned roles that authorize their access to the Microsoft \
                          CRM system.",
            ownership: "BusinessOwned",
            ..facts("Role", "Roles", "Security Role", "Security Roles", 1036)
        },
        Set::Units => Facts {
            description: "Business, division, or department in the Microsoft Dynamics 365 database.",
            ownership: "BusinessOwned",
            has_email: true,
            ..facts("BusinessUnit", "BusinessUnits", "Business Unit", "Business Units", 10)
        },
        Set::Teams => Facts {
            description: "Collection of system users that routinely collaborate. Teams can be used to simplify record sharing and \
                          provide team members with common access to organization data when team members belong to different \
                          Business Units.",
            ownership: "BusinessOwned",
            has_email: true,
            ..facts("Team", "Teams", "Team", "Teams", 9)
        },
        Set::Organizations => Facts {
            description: "Top level of the Microsoft Dynamics 365 business hierarchy. The organization can be a specific business, \
                          holding company, or corporation.",
            ownership: "OrganizationOwned",
            ..facts("Organization", "Organizations", "Organization", "Organizations", 1019)
        },
        Set::Privileges => Facts {
            description: "Permission to perform an action in Microsoft CRM. The platform checks for the privilege and rejects the \
                          attempt if the user does not hold the privilege.",
            ..facts("Privilege", "Privileges", "Privilege", "Privileges", 1023)
        },
        Set::UserRoles => facts("SystemUserRoles", "SystemUserRolesCollection", "", "", 15),
        Set::TeamRoles => facts("TeamRoles", "TeamRolesCollection", "", "", 40),
        Set::TeamMembers => facts("TeamMembership", "TeamMemberships", "", "", 23),
    }
}

/// The identifier of a table's definition.
pub fn metadata_id(set: Set) -> Uuid {
    id(&["table", set.names().logical])
}

/// The set whose table's definition has this identifier.
pub fn of_metadata_id(wanted: Uuid) -> Option<Set> {
    Set::ALL.into_iter().find(|set| metadata_id(*set) == wanted)
}

/// The definition of a table, but for what it leads to.
pub fn definition(set: Set, settings: &Settings) -> Object {
    let facts = facts(set);
    let is_intersect = Relationship::ALL.into_iter().any(|relationship| relationship.intersect_set() == set);
    let mut members = plain(set, &facts, is_intersect, settings.tracks(set));
    members.extend(complex(set, &facts, is_intersect));
    members
}

fn plain(set: Set, facts: &Facts, is_intersect: bool, is_tracked: bool) -> Object {
    let names = set.names();
    let has_image = set.column("entityimage").is_some();
    object([
        ("ActivityTypeMask", 0.into()),
        ("AutoRouteToOwnerQueue", false.into()),
        ("CanTriggerWorkflow", (!is_intersect).into()),
        ("EntityHelpUrlEnabled", false.into()),
        ("EntityHelpUrl", Json::Null),
        ("IsDocumentManagementEnabled", false.into()),
        ("IsOneNoteIntegrationEnabled", false.into()),
        ("IsInteractionCentricEnabled", false.into()),
        ("IsKnowledgeManagementEnabled", false.into()),
        ("IsSLAEnabled", false.into()),
        ("IsBPFEntity", false.into()),
        ("IsDocumentRecommendationsEnabled", false.into()),
        ("IsMSTeamsIntegrationEnabled", false.into()),
        ("SettingOf", Json::Null),
        ("DataProviderId", Json::Null),
        ("DataSourceId", Json::Null),
        ("AutoCreateAccessTeams", false.into()),
        ("IsActivity", false.into()),
        ("IsActivityParty", false.into()),
        ("IsRetrieveAuditEnabled", false.into()),
        ("IsRetrieveMultipleAuditEnabled", false.into()),
        ("IsArchivalEnabled", false.into()),
        ("IsRetentionEnabled", false.into()),
        ("ClusterMode", "Local".into()),
        ("IsAvailableOffline", true.into()),
        ("IsChildEntity", false.into()),
        ("IsAIRUpdated", false.into()),
        ("IconLargeName", Json::Null),
        ("IconMediumName", Json::Null),
        ("IconSmallName", Json::Null),
        ("IconVectorName", Json::Null),
        ("IsCustomEntity", false.into()),
        ("IsBusinessProcessEnabled", false.into()),
        ("SyncToExternalSearchIndex", false.into()),
        ("IsOptimisticConcurrencyEnabled", (!is_intersect).into()),
        ("ChangeTrackingEnabled", is_tracked.into()),
        ("IsImportable", (!is_intersect).into()),
        ("IsIntersect", is_intersect.into()),
        ("IsManaged", true.into()),
        ("IsEnabledForCharts", false.into()),
        ("IsEnabledForTrace", false.into()),
        ("IsValidForAdvancedFind", (!is_intersect).into()),
        ("DaysSinceRecordLastModified", 0.into()),
        ("MobileOfflineFilters", "".into()),
        ("IsReadingPaneEnabled", true.into()),
        ("IsQuickCreateEnabled", false.into()),
        ("LogicalName", names.logical.into()),
        ("ObjectTypeCode", facts.type_code.into()),
        ("OwnershipType", facts.ownership.into()),
        ("PrimaryNameAttribute", set.name_column().map_or(Json::Null, Json::from)),
        ("PrimaryImageAttribute", if has_image { "entityimage".into() } else { Json::Null }),
        ("PrimaryIdAttribute", names.key.into()),
        ("RecurrenceBaseEntityLogicalName", Json::Null),
        ("ReportViewName", if is_intersect { Json::Null } else { format!("Filtered{}", facts.schema_name).into() }),
        ("SchemaName", facts.schema_name.into()),
        ("IntroducedVersion", "5.0.0.0".into()),
        ("IsStateModelAware", false.into()),
        ("EnforceStateTransitions", false.into()),
        ("ExternalName", Json::Null),
        ("EntityColor", Json::Null),
        ("LogicalCollectionName", names.entity_set.into()),
        ("ExternalCollectionName", Json::Null),
        ("CollectionSchemaName", facts.collection_schema_name.into()),
        ("EntitySetName", names.entity_set.into()),
        ("IsEnabledForExternalChannels", false.into()),
        ("IsPrivate", is_intersect.into()),
        ("UsesBusinessDataLabelTable", false.into()),
        ("IsLogicalEntity", false.into()),
        ("HasNotes", false.into()),
        ("HasActivities", false.into()),
        ("HasFeedback", false.into()),
        ("IsSolutionAware", (set == Set::Roles).into()),
        ("CreatedOn", "1900-01-01T00:00:00Z".into()),
        ("ModifiedOn", "1900-01-01T00:00:00Z".into()),
        ("HasEmailAddresses", facts.has_email.into()),
        ("OwnerId", Json::Null),
        ("OwnerIdType", 8.into()),
        ("OwningBusinessUnit", Json::Null),
        ("TableType", "Standard".into()),
        ("MetadataId", json!(metadata_id(set))),
        ("HasChanged", Json::Null),
    ])
}

fn complex(set: Set, facts: &Facts, is_intersect: bool) -> Object {
    let text = |text, part| label(text, &["table", set.names().logical, part]);
    let is_main = !is_intersect;
    object([
        ("Description", text(facts.description, "description")),
        ("DisplayCollectionName", text(facts.collection_label, "collection")),
        ("DisplayName", text(facts.label, "label")),
        ("IsAuditEnabled", managed("canmodifyauditsettings", false, true)),
        ("IsValidForQueue", managed("canmodifyqueuesettings", false, true)),
        ("IsConnectionsEnabled", managed("canmodifyconnectionsettings", false, true)),
        ("IsCustomizable", managed("iscustomizable", is_main, false)),
        ("IsRenameable", managed("isrenameable", is_main, false)),
        ("IsMappable", managed("ismappable", is_main, false)),
        ("IsDuplicateDetectionEnabled", managed("canmodifyduplicatedetectionsettings", false, true)),
        ("CanCreateAttributes", managed("cancreateattributes", is_main, false)),
        ("CanCreateForms", managed("cancreateforms", is_main, false)),
        ("CanCreateViews", managed("cancreateviews", is_main, false)),
        ("CanCreateCharts", managed("cancreatecharts", false, false)),
        ("CanBeRelatedEntityInRelationship", managed("canberelatedentityinrelationship", is_main, false)),
        ("CanBePrimaryEntityInRelationship", managed("canbeprimaryentityinrelationship", is_main, false)),
        ("CanBeInManyToMany", managed("canbeinmanytomany", is_main, false)),
        ("CanBeInCustomEntityAssociation", managed("canbeincustomentityassociation", false, false)),
        ("CanEnableSyncToExternalSearchIndex", managed("canenablesynctoexternalsearchindex", is_main, true)),
        ("CanModifyAdditionalSettings", managed("canmodifyadditionalsettings", true, true)),
        ("CanChangeHierarchicalRelationship", managed("canchangehierarchicalrelationship", false, false)),
        ("CanChangeTrackingBeEnabled", managed("canchangetrackingbeenabled", true, true)),
        ("IsMailMergeEnabled", managed("canmodifymailmergesettings", false, true)),
        ("IsVisibleInMobile", managed("canmodifymobilevisibility", false, false)),
        ("IsVisibleInMobileClient", managed("canmodifymobileclientvisibility", is_main, false)),
        ("IsReadOnlyInMobileClient", managed("canmodifymobileclientreadonly", false, false)),
        ("IsOfflineInMobileClient", managed("canmodifymobileclientoffline", is_main, true)),
        ("Privileges", privileges(set, is_intersect)),
        ("Settings", json!([])),
    ])
}

/// The privileges that the table's rows need, as far as this environment has them.
fn privileges(set: Set, is_intersect: bool) -> Json {
    let verbs = ["Create", "Read", "Write", "Delete", "Append", "AppendTo", "Assign", "Share"];
    let own = verbs.into_iter().filter(|_| !is_intersect);
    let known = own.filter_map(|verb| Some((verb, privileges::of_table(set, verb)?)));
    let described = known.map(|(verb, name)| {
        json!({
            "CanBeBasic": true,
            "CanBeDeep": true,
            "CanBeGlobal": true,
            "CanBeLocal": true,
            "CanBeEntityReference": false,
            "CanBeParentEntityReference": false,
            "CanBeRecordFilter": false,
            "Name": name,
            "PrivilegeId": privilege_id(name),
            "PrivilegeType": verb,
        })
    });
    described.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_definition_has_the_properties_of_a_recorded_one_in_their_order() {
        let recorded = "ActivityTypeMask AutoRouteToOwnerQueue CanTriggerWorkflow EntityHelpUrlEnabled EntityHelpUrl \
            IsDocumentManagementEnabled IsOneNoteIntegrationEnabled IsInteractionCentricEnabled IsKnowledgeManagementEnabled \
            IsSLAEnabled IsBPFEntity IsDocumentRecommendationsEnabled IsMSTeamsIntegrationEnabled SettingOf DataProviderId \
            DataSourceId AutoCreateAccessTeams IsActivity IsActivityParty IsRetrieveAuditEnabled \
            IsRetrieveMultipleAuditEnabled IsArchivalEnabled IsRetentionEnabled ClusterMode IsAvailableOffline IsChildEntity \
            IsAIRUpdated IconLargeName IconMediumName IconSmallName IconVectorName IsCustomEntity IsBusinessProcessEnabled \
            SyncToExternalSearchIndex IsOptimisticConcurrencyEnabled ChangeTrackingEnabled IsImportable IsIntersect IsManaged \
            IsEnabledForCharts IsEnabledForTrace IsValidForAdvancedFind DaysSinceRecordLastModified MobileOfflineFilters \
            IsReadingPaneEnabled IsQuickCreateEnabled LogicalName ObjectTypeCode OwnershipType PrimaryNameAttribute \
            PrimaryImageAttribute PrimaryIdAttribute RecurrenceBaseEntityLogicalName ReportViewName SchemaName \
            IntroducedVersion IsStateModelAware EnforceStateTransitions ExternalName EntityColor LogicalCollectionName \
            ExternalCollectionName CollectionSchemaName EntitySetName IsEnabledForExternalChannels IsPrivate \
            UsesBusinessDataLabelTable IsLogicalEntity HasNotes HasActivities HasFeedback IsSolutionAware CreatedOn \
            ModifiedOn HasEmailAddresses OwnerId OwnerIdType OwningBusinessUnit TableType MetadataId HasChanged Description \
            DisplayCollectionName DisplayName IsAuditEnabled IsValidForQueue IsConnectionsEnabled IsCustomizable IsRenameable \
            IsMappable IsDuplicateDetectionEnabled CanCreateAttributes CanCreateForms CanCreateViews CanCreateCharts \
            CanBeRelatedEntityInRelationship CanBePrimaryEntityInRelationship CanBeInManyToMany \
            CanBeInCustomEntityAssociation CanEnableSyncToExternalSearchIndex CanModifyAdditionalSettings \
            CanChangeHierarchicalRelationship CanChangeTrackingBeEnabled IsMailMergeEnabled IsVisibleInMobile \
            IsVisibleInMobileClient IsReadOnlyInMobileClient IsOfflineInMobileClient Privileges Settings";
        let unit = definition(Set::Units, &Settings::default());
        let names: Vec<&String> = unit.keys().collect();
        assert_eq!(names, recorded.split_whitespace().collect::<Vec<_>>());
        // Values of the recorded definition of this table.
        for (name, value) in [
            ("LogicalName", json!("businessunit")),
            ("SchemaName", json!("BusinessUnit")),
            ("CollectionSchemaName", json!("BusinessUnits")),
            ("ObjectTypeCode", json!(10)),
            ("OwnershipType", json!("BusinessOwned")),
            ("ReportViewName", json!("FilteredBusinessUnit")),
            ("PrimaryNameAttribute", json!("name")),
            ("PrimaryImageAttribute", Json::Null),
            ("HasEmailAddresses", json!(true)),
            ("IsSolutionAware", json!(false)),
            ("IsIntersect", json!(false)),
            ("IsCustomizable", managed("iscustomizable", true, false)),
        ] {
            assert_eq!(unit[name], value, "{name}");
        }
        assert_eq!(unit["DisplayName"]["UserLocalizedLabel"]["Label"], "Business Unit");
        assert_eq!(unit["Privileges"][0]["Name"], "prvCreateBusinessUnit");
    }

    #[test]
    fn a_definition_follows_the_setting_of_change_tracking() {
        let settings = Settings { change_tracked_tables: vec!["role".into()], ..Settings::default() };
        assert_eq!(definition(Set::Roles, &settings)["ChangeTrackingEnabled"], true);
        assert_eq!(definition(Set::Users, &settings)["ChangeTrackingEnabled"], false);
    }

    #[test]
    fn a_definition_is_found_by_its_id() {
        for set in Set::ALL {
            assert_eq!(of_metadata_id(metadata_id(set)), Some(set));
        }
        assert_eq!(of_metadata_id(Uuid::nil()), None);
    }
}
