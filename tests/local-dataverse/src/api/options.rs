//! Which query options go with which request.

use http::Method;

use super::Call;
use super::path::Resource;
use crate::odata::{ApiResult, ODataError};

/// The options that say what is written of a row.
const ROW: &[&str] = &["$select", "$expand"];
/// The options of lists.
const LIST: &[&str] =
    &["$select", "$expand", "$filter", "$orderby", "$top", "$count", "$skiptoken", "$deltatoken", "fetchXml"];

/// Refuses an option that has no meaning in this request, and so one that would be passed over in silence.
pub fn check(call: &Call<'_>, resource: &Resource) -> ApiResult<()> {
    let options = &call.options;
    let method = &call.request.method;
    if !call.methods.split(", ").any(|known| known == method.as_str()) {
        // The method is what is wrong.
        return Ok(());
    }
    let allowed = match (resource, method) {
        (Resource::Rows(_) | Resource::Related(..), &Method::GET) => LIST,
        // What is of no use there is refused in words of its own.
        (Resource::Count(_) | Resource::RelatedCount(..) | Resource::Definitions(_), &Method::GET) => LIST,
        (Resource::Rows(_), &Method::POST) => ROW,
        (Resource::Row(..) | Resource::Missing(..), &Method::GET | &Method::PATCH) => ROW,
        (Resource::Property(set, _, name), &Method::GET) if set.navigation(name).is_some() => ROW,
        (Resource::References(..), &Method::DELETE) => &["$id"],
        _ => &[],
    };
    let Some(name) = options.names().find(|name| !allowed.contains(name)) else { return Ok(()) };
    if matches!(resource, Resource::References(..)) && *method == Method::GET && LIST[2..].contains(&name) {
        return Err(ODataError::unsupported(format!("the query option {name} of a list of references")));
    }
    let path = &call.request.path;
    Err(ODataError::query(format!("The query option '{name}' can't be used in {method} {path}.")))
}
