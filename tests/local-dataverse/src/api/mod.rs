//! The Web API: `/api/data/v9.x/`.

mod associations;
mod authorize;
mod batch;
mod functions;
mod headers;
mod path;
mod privileges;
mod read;
mod write;

pub use authorize::{Caller, authorize};
pub use path::lacks_version as path_lacks_version;

use http::{Method, StatusCode};

use crate::model::{BusinessUnit, Entity, Role, SystemUser};
use crate::odata::{ApiResult, ODataError, QueryOptions};
use crate::reply::Reply;
use crate::state::{Incoming, State};
use headers::Preferences;
use path::{Resource, Set};

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
    let _shared = state.changesets.read();
    execute_one(state, request, caller)
}

/// Carries out one request, whoever else is at work.
fn execute_one(state: &State, request: &Incoming, caller: Caller) -> Reply {
    let outcome = prepare(state, request, caller).and_then(|(call, resource)| dispatch(&call, &resource));
    outcome.unwrap_or_else(|error| refusal(&error))
}

/// An error of the API as a reply.
pub fn refusal(error: &ODataError) -> Reply {
    let reply = Reply::with_body(error.status, headers::JSON, error.body());
    match error.retry_after {
        Some(seconds) => reply.header("retry-after", seconds.to_string()),
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
    let resource = path::parse(rest)?;
    let options = QueryOptions::parse(&request.query)?;
    let preferences = Preferences::parse(request)?;
    let origin = request.origin(&state.origin);
    Ok((Call { state, request, caller, version, origin, options, preferences }, resource))
}

fn dispatch(call: &Call<'_>, resource: &Resource) -> ApiResult<Reply> {
    privileges::check(call, resource)?;
    match resource {
        Resource::Function(function) => functions::answer(call, function),
        Resource::Roles(user) => match call.request.method {
            Method::GET => read::roles_of(call, *user),
            _ => Err(not_allowed(call)),
        },
        Resource::Members(role) => match call.request.method {
            Method::GET => read::members_of(call, *role),
            _ => Err(not_allowed(call)),
        },
        Resource::RoleReferences(user) => associations::references(call, *user),
        Resource::RoleReference(user, role) => associations::reference(call, *user, *role),
        Resource::MoveUser(user) => functions::move_user(call, *user),
        Resource::Rows(set) | Resource::Count(set) | Resource::Row(set, _) | Resource::Property(set, ..) => match set {
            Set::Users => table::<SystemUser>(call, resource),
            Set::Roles => table::<Role>(call, resource),
            Set::Units => table::<BusinessUnit>(call, resource),
        },
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
        (Resource::Property(_, id, name), &Method::GET) => read::property::<T>(call, *id, name),
        (Resource::Property(..), &Method::PUT | &Method::DELETE) => {
            Err(ODataError::unsupported("PUT and DELETE of a single property; use PATCH on the row"))
        }
        _ => Err(not_allowed(call)),
    }
}

fn not_allowed(call: &Call<'_>) -> ODataError {
    ODataError::method(&call.request.method, &call.request.path)
}

/// A reply that carries JSON of the API.
fn json_reply(status: StatusCode, body: Vec<u8>) -> Reply {
    Reply::with_body(status, headers::JSON, body)
}

/// The address of a row.
fn address_of<T: Entity>(call: &Call<'_>, id: uuid::Uuid) -> String {
    format!("{}{}({id})", call.base(), T::schema().entity_set)
}
