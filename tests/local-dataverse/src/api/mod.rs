//! The Web API: `/api/data/v9.x/`.

mod arguments;
mod associations;
mod authorize;
mod batch;
mod changes;
mod definitions;
mod documents;
mod fetch;
mod functions;
mod headers;
mod impersonation;
mod media;
mod options;
mod organization_functions;
mod parameters;
mod path;
mod privilege_functions;
mod privileges;
mod property;
mod read;
mod team_actions;
mod write;

pub use authorize::{Caller, authorize};
pub use path::lacks_version as path_lacks_version;

use http::{Method, StatusCode};

use crate::model::{Entity, Set, with_set};
use crate::odata::key::Key;
use crate::odata::{ApiResult, ODataError, QueryOptions};
use crate::reply::Reply;
use crate::state::{Incoming, State};
use headers::Preferences;
use path::Resource;

/// A request with all that is known about it.
pub struct Call<'a> {
    /// The server.
    pub state: &'a State,
    /// The request.
    pub request: &'a Incoming,
    /// Who asks.
    pub caller: Caller,
    /// `9.1`
    pub version: String,
    /// `http://127.0.0.1:8080`
    pub origin: String,
    /// The query options.
    pub options: QueryOptions,
    /// The `Prefer` header.
    pub preferences: Preferences,
    /// The methods that the path takes.
    pub methods: &'static str,
}

impl Call<'_> {
    /// The address of the API, with a slash at its end.
    fn base(&self) -> String {
        format!("{}/api/data/v{}/", self.origin, self.version)
    }
}

/// Whether a path is one of the Web API.
pub fn is_api(path: &str) -> bool {
    path == "/api/data" || path.starts_with("/api/data/")
}

/// Carries out a request of a caller who is known.
pub fn execute(state: &State, request: &Incoming, caller: Caller) -> Reply {
    if batch::is_batch(request) {
        return batch::execute(state, request, caller);
    }
    // While a changeset is under way, everybody else waits.
    let _shared = state.settled();
    execute_one(state, request, caller)
}

/// Carries out one request, whoever else is at work.
fn execute_one(state: &State, request: &Incoming, caller: Caller) -> Reply {
    let outcome = prepare(state, request, caller).and_then(|(call, resource)| {
        let reply = dispatch(&call, &resource)?;
        if resource.set() == Some(Set::Organizations) && request.method != Method::GET {
            state.follow_organization();
        }
        Ok(reply)
    });
    outcome.unwrap_or_else(|error| refusal(&error))
}

/// An error of the API as a reply.
pub fn refusal(error: &ODataError) -> Reply {
    let reply = Reply::with_body(error.status, headers::JSON, error.body());
    let reply = match error.retry_after {
        Some(seconds) => reply.header("retry-after", seconds.to_string()),
        None => reply,
    };
    match error.allow {
        Some(methods) => reply.header("allow", methods),
        None => reply,
    }
}

/// Adds the headers that every reply of the API has.
pub fn finish(request: &Incoming, reply: Reply) -> Reply {
    headers::common(request, reply)
}

fn prepare<'a>(state: &'a State, request: &'a Incoming, caller: Caller) -> ApiResult<(Call<'a>, Resource)> {
    let (version, rest) = path::version(&request.path)?;
    headers::check(request)?;
    let caller = impersonation::impersonated(state, request, caller)?;
    let options = QueryOptions::parse(&request.query);
    let alias = |name: &str| options.as_ref().ok()?.alias(name).map(str::to_owned);
    let find = |set: Set, key: &Key| key.find(set, &state.store.read());
    let resource = path::parse(rest, &path::Keys { alias: &alias, find: &find })?;
    let options = options?;
    let preferences = Preferences::parse(request)?;
    let origin = request.origin(&state.origin);
    let methods = resource.methods();
    Ok((Call { state, request, caller, version, origin, options, preferences, methods }, resource))
}

fn dispatch(call: &Call<'_>, resource: &Resource) -> ApiResult<Reply> {
    options::check(call, resource)?;
    privileges::check(call, resource)?;
    if let Some(text) = &call.options.fetch_xml {
        return match (resource, &call.request.method) {
            (Resource::Rows(set), &Method::GET) => fetch::rows(call, *set, text),
            _ => {
                Err(ODataError::query("The query option 'fetchXml' can only be applied to the rows of an entity set."))
            }
        };
    }
    match resource {
        Resource::Service => documents::service(call),
        Resource::Metadata => documents::metadata(call),
        Resource::Definitions(segments) => definitions::answer(call, segments),
        Resource::Function(operation, parameters) => functions::answer(call, operation, parameters),
        Resource::Bound(set, id, operation, parameters) => functions::bound(call, *set, *id, operation, parameters),
        Resource::Related(set, id, collection) => match call.request.method {
            Method::GET => read::related(call, *set, *id, *collection),
            Method::POST => {
                Err(ODataError::unsupported("creating a row in the collection of another; create it in its own set"))
            }
            _ => Err(not_allowed(call)),
        },
        Resource::RelatedCount(set, id, collection) => match call.request.method {
            Method::GET => read::related_count(call, *set, *id, *collection),
            _ => Err(not_allowed(call)),
        },
        Resource::References(set, id, collection) => associations::references(call, *set, *id, *collection),
        Resource::Reference(set, id, collection, other) => {
            associations::reference(call, *set, *id, *collection, *other)
        }
        Resource::Rows(set)
        | Resource::Count(set)
        | Resource::Row(set, _)
        | Resource::Missing(set, _)
        | Resource::Property(set, ..)
        | Resource::PropertyText(set, ..)
        | Resource::PropertyReference(set, ..) => with_set!(*set, Row => table::<Row>(call, resource)),
    }
}

fn table<T: write::Writable>(call: &Call<'_>, resource: &Resource) -> ApiResult<Reply> {
    let method = &call.request.method;
    match (resource, method) {
        (Resource::Rows(_), &Method::GET) => read::rows::<T>(call),
        (Resource::Rows(_), &Method::POST) => write::create::<T>(call),
        (Resource::Count(_), &Method::GET) => read::count::<T>(call),
        (Resource::Row(_, id), &Method::GET) => read::row::<T>(call, *id),
        (Resource::Row(_, id), &Method::PATCH) => write::patch::<T>(call, *id),
        (Resource::Row(_, id), &Method::DELETE) => write::delete::<T>(call, *id),
        (Resource::Missing(_, key), &Method::PATCH) => write::create_by_key::<T>(call, key),
        (Resource::Missing(set, _), &Method::GET | &Method::DELETE) => Err(Key::missing(*set)),
        (Resource::Property(_, id, name), &Method::GET) => property::get::<T>(call, *id, name),
        (Resource::Property(_, id, name), &Method::PUT) => property::put::<T>(call, *id, name),
        (Resource::Property(_, id, name), &Method::DELETE) => property::delete::<T>(call, *id, name),
        (Resource::PropertyText(_, id, name), &Method::GET) => property::text::<T>(call, *id, name),
        (Resource::PropertyReference(_, id, name), &Method::GET) => property::reference::<T>(call, *id, name),
        (Resource::PropertyReference(_, id, name), &Method::PUT) => property::refer::<T>(call, *id, name),
        (Resource::PropertyReference(_, id, name), &Method::DELETE) => property::delete::<T>(call, *id, name),
        _ => Err(not_allowed(call)),
    }
}

fn not_allowed(call: &Call<'_>) -> ODataError {
    ODataError::method(&call.request.method, &call.request.path, call.methods)
}

/// A reply that carries JSON of the API.
fn json_reply(status: StatusCode, body: impl Into<bytes::Bytes>) -> Reply {
    Reply::with_body(status, headers::JSON, body)
}

/// The address of a row.
fn address_of<T: Entity>(call: &Call<'_>, id: uuid::Uuid) -> String {
    format!("{}{}({id})", call.base(), T::schema().entity_set)
}
