//! The columns of `systemuser`, in the order in which a recorded row of a real environment has them.

use uuid::Uuid;

use super::schema::build::{computed, field, fixed, preset, sparse};
use super::schema::{Access, Column, Kind, Target};
use super::set::Set;
use super::system_user::{SystemUser, UserText};
use super::value::Value;
use crate::seed;

type Labels = &'static [(i64, &'static str)];

const NO_YES: Kind = Kind::Bool("No", "Yes");
const ACCESS_MODES: Labels = &[
    (0, "Read-Write"),
    (1, "Administrative"),
    (2, "Read"),
    (3, "Support User"),
    (4, "Non-interactive"),
    (5, "Delegated Admin"),
];
const CAL_TYPES: Labels = &[
    (0, "Professional"),
    (1, "Administrative"),
    (2, "Basic"),
    (3, "Device Professional"),
    (4, "Device Basic"),
    (5, "Essential"),
    (6, "Device Essential"),
    (7, "Enterprise"),
    (8, "Device Enterprise"),
];
const MAIL_DELIVERY: Labels =
    &[(0, "None"), (1, "Microsoft Dynamics 365 for Outlook"), (2, "Server-Side Synchronization or Email Router")];
const MAILBOX_APPROVAL: Labels = &[(0, "Empty"), (1, "Approved"), (2, "Pending Approval"), (3, "Rejected")];
const PHONES: Labels = &[(1, "Main Phone"), (2, "Other Phone"), (3, "Home Phone"), (4, "Mobile Phone")];
const INVITE_STATUS: Labels = &[
    (0, "Invitation Not Sent"),
    (1, "Invited"),
    (2, "Invitation Near Expired"),
    (3, "Invitation Expired"),
    (4, "Invitation Accepted"),
    (5, "Invitation Rejected"),
    (6, "Invitation Revoked"),
];

fn text(row: &SystemUser, which: UserText) -> Value<'_> {
    row.text(which).map_or(Value::Null, Value::Text)
}

/// A text with a place in the row.
macro_rules! text_field {
    ($name:literal, $longest:literal, $which:ident) => {
        field(
            $name,
            Kind::Text($longest),
            |row| text(row, UserText::$which),
            |row, value| row.set_text(UserText::$which, value.into_text().as_deref()),
        )
    };
}

fn guid(value: Option<Uuid>) -> Value<'static> {
    value.map_or(Value::Null, Value::Guid)
}

pub(super) static COLUMNS: [Column<SystemUser>; 131] = [
    computed("ownerid", Kind::Guid, |row| Value::Guid(row.id)),
    sparse("address1_postofficebox", Kind::Text(40)),
    sparse("yomimiddlename", Kind::Text(50)),
    sparse("mobilealertemail", Kind::Text(100)),
    fixed("address1_composite", Kind::Text(1000), Value::Null),
    fixed("userpuid", Kind::Text(100), Value::Null),
    field(
        "accessmode",
        Kind::Choice(ACCESS_MODES),
        |row| Value::Int(row.access_mode),
        |row, value| row.access_mode = value.into_int().unwrap_or(0),
    ),
    computed(
        "azurestate",
        Kind::Choice(&[(0, "Exists"), (1, "Soft deleted"), (2, "Not found or hard deleted")]),
        |row| Value::Int(if row.is_gone_from_entra { 2 } else { 0 }),
    ),
    text_field!("internalemailaddress", 100, Email),
    computed("address1_addressid", Kind::Guid, |row| Value::Guid(row.part_id(1))),
    text_field!("middlename", 50, MiddleName),
    fixed("entityimage", Kind::Image, Value::Null),
    sparse(
        "_mobileofflineprofileid_value",
        Kind::Lookup(Target::Elsewhere("mobileofflineprofile"), "mobileofflineprofileid"),
    ),
    text_field!("photourl", 200, PhotoUrl),
    computed("organizationid", Kind::Guid, |_| Value::Guid(seed::ORGANIZATION_ID)),
    text_field!("homephone", 50, HomePhone),
    sparse("address1_upszone", Kind::Text(4)),
    fixed("entityimage_url", Kind::Text(200), Value::Null),
    computed("_createdby_value", Kind::Lookup(Target::Held(Set::Users), "createdby"), |row| guid(row.created_by)),
    // Set by the address of a row that is made by its alternate key, and by nothing else.
    Column {
        name: "azureactivedirectoryobjectid",
        kind: Kind::Guid,
        create: false,
        update: false,
        access: Access::Field(|row| guid(row.object_id), Some(|row, value| row.object_id = value.into_guid())),
    },
    sparse("yammeremailaddress", Kind::Text(200)),
    preset("address1_shippingmethodcode", Kind::Choice(&[(1, "Default Value")]), Value::Int(1)),
    preset("caltype", Kind::Choice(CAL_TYPES), Value::Int(7)),
    text_field!("governmentid", 100, GovernmentId),
    sparse("address2_upszone", Kind::Text(4)),
    computed("yomifullname", Kind::Text(200), |row| text(row, UserText::FullName)),
    computed("_modifiedby_value", Kind::Lookup(Target::Held(Set::Users), "modifiedby"), |row| guid(row.modified_by)),
    fixed("applicationiduri", Kind::Text(1024), Value::Null),
    text_field!("nickname", 50, Nickname),
    preset("incomingemaildeliverymethod", Kind::Choice(MAIL_DELIVERY), Value::Int(2)),
    preset("displayinserviceviews", NO_YES, Value::Bool(false)),
    text_field!("firstname", 256, FirstName),
    sparse("personalemailaddress", Kind::Text(100)),
    preset("setupuser", NO_YES, Value::Bool(false)),
    preset("address1_addresstypecode", Kind::Choice(&[(1, "Default Value")]), Value::Int(1)),
    text_field!("salutation", 20, Salutation),
    sparse("address2_city", Kind::Text(128)),
    sparse("address2_longitude", Kind::Double),
    sparse("address1_line2", Kind::Text(1024)),
    preset("address2_addresstypecode", Kind::Choice(&[(1, "Default Value")]), Value::Int(1)),
    sparse("sharepointemailaddress", Kind::Text(1024)),
    sparse("stageid", Kind::Guid),
    fixed("azuredeletedon", Kind::Date, Value::Null),
    preset("preferredphonecode", Kind::Choice(PHONES), Value::Int(1)),
    sparse("address2_utcoffset", Kind::Int(-1500, 1500)),
    field(
        "isdisabled",
        Kind::Bool("Enabled", "Disabled"),
        |row| row.is_disabled.map_or(Value::Null, Value::Bool),
        |row, value| row.is_disabled = value.into_bool(),
    ),
    fixed("_modifiedonbehalfby_value", Kind::Lookup(Target::Held(Set::Users), "modifiedonbehalfby"), Value::Null),
    text_field!("mobilephone", 64, MobilePhone),
    fixed("entityimageid", Kind::Guid, Value::Null),
    sparse("address1_name", Kind::Text(100)),
    preset("address2_shippingmethodcode", Kind::Choice(&[(1, "Default Value")]), Value::Int(1)),
    computed("fullname", Kind::Text(200), |row| text(row, UserText::FullName)),
    sparse("processid", Kind::Guid),
    sparse("address2_stateorprovince", Kind::Text(128)),
    sparse("yomifirstname", Kind::Text(64)),
    sparse("importsequencenumber", Kind::Int(i32::MIN as i64, i32::MAX as i64)),
    sparse("_positionid_value", Kind::Lookup(Target::Elsewhere("position"), "positionid")),
    computed("_calendarid_value", Kind::Lookup(Target::Elsewhere("calendar"), "calendarid"), |row| {
        Value::Guid(row.part_id(3))
    }),
    preset("invitestatuscode", Kind::Choice(INVITE_STATUS), Value::Int(0)),
    sparse("address2_line3", Kind::Text(1024)),
    computed("modifiedon", Kind::Date, |row| Value::Date(row.modified_on)),
    sparse("address1_stateorprovince", Kind::Text(128)),
    sparse("address1_telephone3", Kind::Text(50)),
    fixed("defaultodbfoldername", Kind::Text(200), Value::Text("Dynamics365")),
    sparse("address1_telephone2", Kind::Text(50)),
    text_field!("address1_telephone1", 64, MainPhone),
    sparse("utcconversiontimezonecode", Kind::Int(-1, i32::MAX as i64)),
    computed("identityid", Kind::Int(i32::MIN as i64, i32::MAX as i64), |row| Value::Int(row.identity)),
    fixed("isemailaddressapprovedbyo365admin", NO_YES, Value::Bool(false)),
    text_field!("lastname", 256, LastName),
    sparse("address2_latitude", Kind::Double),
    sparse("address1_county", Kind::Text(128)),
    preset("issyncwithdirectory", NO_YES, Value::Bool(true)),
    text_field!("address1_city", 128, City),
    sparse("address2_postofficebox", Kind::Text(40)),
    sparse("address1_fax", Kind::Text(64)),
    fixed("traversedpath", Kind::Text(1250), Value::Null),
    fixed("_createdonbehalfby_value", Kind::Lookup(Target::Held(Set::Users), "createdonbehalfby"), Value::Null),
    preset("userlicensetype", Kind::Int(i32::MIN as i64, i32::MAX as i64), Value::Int(38)),
    sparse("address2_line1", Kind::Text(1024)),
    preset("islicensed", NO_YES, Value::Bool(true)),
    sparse("_territoryid_value", Kind::Lookup(Target::Elsewhere("territory"), "territoryid")),
    sparse("passportlo", Kind::Int(0, 1_000_000_000)),
    sparse("address1_utcoffset", Kind::Int(-1500, 1500)),
    field(
        "_parentsystemuserid_value",
        Kind::Lookup(Target::Held(Set::Users), "parentsystemuserid"),
        |row| guid(row.manager),
        |row, value| row.manager = value.into_guid(),
    ),
    sparse("address1_line3", Kind::Text(1024)),
    computed("_queueid_value", Kind::Lookup(Target::Elsewhere("queue"), "queueid"), |row| Value::Guid(row.part_id(4))),
    field(
        "_businessunitid_value",
        Kind::Lookup(Target::Held(Set::Units), "businessunitid"),
        |row| Value::Guid(row.business_unit),
        |row, value| row.business_unit = value.into_guid().unwrap_or(row.business_unit),
    ),
    sparse("yammeruserid", Kind::Text(128)),
    sparse("address1_postalcode", Kind::Text(40)),
    text_field!("address1_country", 128, Country),
    computed("deletedstate", Kind::Choice(&[(0, "Not deleted"), (1, "Soft deleted")]), |row| {
        Value::Int(i64::from(row.is_deleted))
    }),
    text_field!("skills", 100, Skills),
    field(
        "applicationid",
        Kind::Guid,
        |row| guid(row.application_id),
        |row, value| row.application_id = value.into_guid(),
    ),
    sparse("address2_county", Kind::Text(128)),
    sparse("address2_postalcode", Kind::Text(40)),
    fixed("exchangerate", Kind::Double, Value::Null),
    sparse("passporthi", Kind::Int(0, 1_000_000_000)),
    sparse("address1_line1", Kind::Text(1024)),
    sparse("yomilastname", Kind::Text(64)),
    sparse("address2_country", Kind::Text(128)),
    sparse("address2_name", Kind::Text(100)),
    fixed("defaultfilterspopulated", NO_YES, Value::Bool(false)),
    computed("_defaultmailbox_value", Kind::Lookup(Target::Elsewhere("mailbox"), "defaultmailbox"), |row| {
        Value::Guid(row.part_id(5))
    }),
    Column {
        name: "systemuserid",
        kind: Kind::Guid,
        create: true,
        update: false,
        access: Access::Field(|row| Value::Guid(row.id), None),
    },
    sparse("timezoneruleversionnumber", Kind::Int(-1, i32::MAX as i64)),
    computed("windowsliveid", Kind::Text(1024), |row| text(row, UserText::DomainName)),
    fixed("overriddencreatedon", Kind::Date, Value::Null),
    sparse("address2_fax", Kind::Text(50)),
    text_field!("employeeid", 100, EmployeeId),
    sparse(
        "_transactioncurrencyid_value",
        Kind::Lookup(Target::Elsewhere("transactioncurrency"), "transactioncurrencyid"),
    ),
    computed("address2_addressid", Kind::Guid, |row| Value::Guid(row.part_id(2))),
    preset("emailrouteraccessapproval", Kind::Choice(MAILBOX_APPROVAL), Value::Int(2)),
    preset("preferredaddresscode", Kind::Choice(&[(1, "Mailing Address"), (2, "Other Address")]), Value::Int(1)),
    fixed("address2_composite", Kind::Text(1000), Value::Null),
    preset("preferredemailcode", Kind::Choice(&[(1, "Default Value")]), Value::Int(1)),
    text_field!("domainname", 1024, DomainName),
    text_field!("title", 128, Title),
    sparse("address2_telephone3", Kind::Text(64)),
    sparse("address2_telephone2", Kind::Text(64)),
    sparse("address2_telephone1", Kind::Text(64)),
    sparse("address1_latitude", Kind::Double),
    text_field!("jobtitle", 100, JobTitle),
    preset("isintegrationuser", NO_YES, Value::Bool(false)),
    sparse("address1_longitude", Kind::Double),
    computed("createdon", Kind::Date, |row| Value::Date(row.created_on)),
    preset("outgoingemaildeliverymethod", Kind::Choice(MAIL_DELIVERY), Value::Int(2)),
    sparse("address2_line2", Kind::Text(1024)),
    fixed("entityimage_timestamp", Kind::BigInt, Value::Null),
    fixed("disabledreason", Kind::Text(500), Value::Null),
    computed("versionnumber", Kind::BigInt, |row| Value::Int(row.version as i64)),
];
