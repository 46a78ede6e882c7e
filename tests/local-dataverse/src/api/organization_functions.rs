//! Functions that tell about the environment and its tables.

use serde_json::{Value as Json, json};

use super::Call;
use super::functions::VERSION;
use super::parameters::Parameters;
use crate::model::{Entity, Set, with_set};
use crate::odata::{ApiResult, DeltaToken, ODataError};
use crate::seed::{ENVIRONMENT_ID, ORGANIZATION_ID, TENANT_ID, TENANT_NAME};
use crate::state::now;
use crate::store::Store;

/// `RetrieveCurrentOrganization(AccessType=Microsoft.Dynamics.CRM.EndpointAccessType'Default')`
pub fn current(call: &Call<'_>, parameters: &Parameters) -> ApiResult<Json> {
    let kind = "Microsoft.Dynamics.CRM.EndpointAccessType";
    parameters.enumeration("AccessType", kind, &["Default", "Internet", "Intranet"])?;
    let store = call.state.store.read();
    let name = store.organizations.iter().next().map(|row| row.name.to_string()).unwrap_or_default();
    let endpoints = [
        ("WebApplication", ""),
        ("OrganizationService", "XRMServices/2011/Organization.svc"),
        ("OrganizationDataService", "XRMServices/2011/OrganizationData.svc"),
    ];
    let addresses = endpoints.map(|(_, path)| format!("{}/{path}", call.origin));
    Ok(json!({
        "Detail": {
            "OrganizationId": ORGANIZATION_ID,
            "FriendlyName": TENANT_NAME,
            "OrganizationVersion": VERSION,
            "EnvironmentId": ENVIRONMENT_ID,
            "DatacenterId": "00000000-0000-0000-0000-000000000000",
            "Geo": "EUR",
            "TenantId": TENANT_ID,
            "UrlName": name,
            "UniqueName": name,
            "State": "Enabled",
            "SchemaType": "Standard",
            "OrganizationType": "Developer",
            "Endpoints": collection(&endpoints.map(|(name, _)| name), &addresses),
        }
    }))
}

/// `RetrieveTotalRecordCount(EntityNames=['systemuser','role'])`
pub fn counts(call: &Call<'_>, parameters: &Parameters) -> ApiResult<Json> {
    let names = parameters.texts("EntityNames")?;
    let store = call.state.store.read();
    let mut counts = Vec::new();
    for name in &names {
        let set = Set::of_table(name).ok_or_else(|| no_table(name))?;
        counts.push(with_set!(set, Row => count::<Row>(&store)));
    }
    Ok(json!({ "EntityRecordCountCollection": collection(&names, &counts) }))
}

fn count<T: Entity>(store: &Store) -> usize {
    T::table(store).len()
}

/// `RetrieveTimestamp()`
pub fn timestamp(call: &Call<'_>) -> Json {
    json!({ "Timestamp": DeltaToken::of(&call.state.store.read(), now()).text() })
}

/// `RetrieveProvisionedLanguages()` and the like: English.
pub fn languages(member: &str) -> Json {
    json!({ member: [1033] })
}

/// A dictionary as the service writes one.
fn collection(keys: &[impl serde::Serialize], values: &[impl serde::Serialize]) -> Json {
    json!({ "Count": keys.len(), "IsReadOnly": false, "Keys": keys, "Values": values })
}

fn no_table(name: &str) -> ODataError {
    ODataError::bad_request(
        "0x80041102",
        format!("The entity with a name = '{name}' with namemapping = 'Logical' was not found in the MetadataCache."),
    )
}
