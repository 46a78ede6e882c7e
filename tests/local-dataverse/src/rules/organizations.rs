//! The organization's row. Some of what it says changes rules: that is the same as in [`crate::Settings`], some of it written as XML.

use uuid::Uuid;

use super::{Change, row};
use crate::model::{Organization, Scalar};
use crate::odata::payload::Changes;
use crate::odata::{ApiResult, ODataError};
use crate::settings::Settings;

/// A setting of the organization with the one of this server that it stands for.
struct Twin {
    name: &'static str,
    of: fn(&mut Settings) -> &mut bool,
}

const TWINS: [Twin; 3] = [
    Twin {
        name: "EnableOwnershipAcrossBusinessUnits",
        of: |settings| &mut settings.record_ownership_across_business_units,
    },
    Twin {
        name: "DoNotRemoveRolesOnChangeBusinessUnit",
        of: |settings| &mut settings.keep_roles_on_business_unit_change,
    },
    Twin {
        name: "AllowRoleAssignmentOnDisabledUsers",
        of: |settings| &mut settings.allow_role_assignment_on_disabled_users,
    },
];

/// Writes into the row what the settings say.
pub fn describe(organization: &mut Organization, settings: &Settings) {
    organization.db_settings = Some(written(settings).into());
    organization.expire_change_tracking = i64::from(settings.expire_change_tracking_in_days);
}

/// The settings that the row asks for.
pub fn followed(organization: &Organization, settings: &Settings) -> ApiResult<Settings> {
    let mut changed = read(organization.db_settings.as_deref().unwrap_or_default(), settings)?;
    // The column takes no other numbers than the setting.
    changed.expire_change_tracking_in_days =
        u32::try_from(organization.expire_change_tracking).unwrap_or(settings.expire_change_tracking_in_days);
    Ok(changed)
}

/// The text of `orgdborgsettings` for these settings.
fn written(settings: &Settings) -> String {
    let mut settings = settings.clone();
    let elements = TWINS.map(|twin| format!("<{0}>{1}</{0}>", twin.name, (twin.of)(&mut settings)));
    format!("<OrgSettings>{}</OrgSettings>", elements.concat())
}

/// The settings that a text of `orgdborgsettings` asks for; what it does not name stays as it was.
fn read(text: &str, settings: &Settings) -> ApiResult<Settings> {
    let wrong =
        |reason: String| ODataError::bad_request("0x80040203", format!("orgdborgsettings can't be read: {reason}"));
    let document = roxmltree::Document::parse(text).map_err(|error| wrong(error.to_string()))?;
    let root = document.root_element();
    if !root.has_tag_name("OrgSettings") {
        return Err(wrong(format!("its root is '{}', not 'OrgSettings'", root.tag_name().name())));
    }
    let mut changed = settings.clone();
    for element in root.children().filter(roxmltree::Node::is_element) {
        let Some(twin) = TWINS.iter().find(|twin| element.has_tag_name(twin.name)) else { continue };
        let value = element.text().unwrap_or_default().trim().to_ascii_lowercase();
        *(twin.of)(&mut changed) =
            value.parse().map_err(|_| wrong(format!("'{}' must be true or false, not '{value}'", twin.name)))?;
    }
    Ok(changed)
}

/// Changes the organization. The settings follow once the change is done: see [`crate::state::State::follow_organization`].
pub fn update(change: &mut Change<'_>, id: Uuid, mut values: Changes) -> ApiResult<()> {
    let before = row::<Organization>(change.store, id)?.clone();
    let sent = values.names::<Organization>();
    let mut settings = change.settings.clone();
    if let Some(text) = values.take::<Organization>("orgdborgsettings").and_then(Scalar::into_text) {
        settings = read(&text, change.settings)?;
    }
    let mut organization = before;
    values.apply(&mut organization);
    organization.db_settings = Some(written(&settings).into());
    change.store.replace(change.actor, organization, sent);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let settings = Settings { keep_roles_on_business_unit_change: true, ..Settings::default() };
        assert_eq!(read(&written(&settings), &Settings::default()).unwrap(), settings);
    }

    #[test]
    fn a_setting_that_is_not_named_stays_and_others_are_left_alone() {
        let before = Settings { allow_role_assignment_on_disabled_users: true, ..Settings::default() };
        let text = "<OrgSettings><IsMRUEnabled>true</IsMRUEnabled></OrgSettings>";
        assert_eq!(read(text, &before).unwrap(), before);
    }

    #[test]
    fn what_is_no_such_xml_is_refused() {
        for text in [
            "",
            "true",
            "<a/>",
            "<OrgSettings>",
            "<OrgSettings><EnableOwnershipAcrossBusinessUnits>1</EnableOwnershipAcrossBusinessUnits></OrgSettings>",
        ] {
            assert_eq!(read(text, &Settings::default()).unwrap_err().code, "0x80040203", "{text}");
        }
    }
}
