//! Change tracking: what was created, changed and deleted since a token was given.

use uuid::Uuid;

use super::Call;
use super::read::{Listing, link_with, page_size, total_reply};
use crate::model::{Entity, Relationship, Set};
use crate::odata::{ApiResult, Cookie, DeltaToken, List, ODataError, Selection, json};
use crate::reply::Reply;
use crate::settings::Settings;
use crate::state::now;
use crate::store::Store;

/// The ordered column in the cookie of a delta's page that ends with a row that is there.
const CHANGED: &str = "versionnumber";
/// The same for a page that ends with one that is gone.
const DELETED: &str = "deletedversionnumber";

/// The token of a list whose changes are tracked: from its first page on, until its last one hands it out. What happens in
/// between is told by the delta. None where the request does not ask for it.
pub fn token<T: Entity>(call: &Call<'_>, list: &List, store: &Store) -> ApiResult<Option<DeltaToken>> {
    if !call.preferences.track_changes && list.tracking.is_none() {
        return Ok(None);
    }
    let days = allowed::<T>(call)?;
    match list.tracking {
        Some(token) => token.check(store, now(), days).map(|()| Some(token)),
        None => Ok(Some(DeltaToken::of(store, now()))),
    }
}

/// The address at which the changes since a token are told.
pub fn link(call: &Call<'_>, token: DeltaToken) -> String {
    link_with(call, &["$skiptoken", "$deltatoken"], &format!("$deltatoken={}", token.write()))
}

/// Refuses what can't go with change tracking; the days that a token is good for.
fn allowed<T: Entity>(call: &Call<'_>) -> ApiResult<u32> {
    call.options.tracked()?;
    let settings = call.state.settings.read();
    must_be_tracked::<T>(&settings)?;
    Ok(settings.expire_change_tracking_in_days)
}

fn must_be_tracked<T: Entity>(settings: &Settings) -> ApiResult<()> {
    let table = T::schema().logical_name;
    if !Set::of_table(table).is_some_and(|set| settings.tracks(set)) {
        let message = format!("Entity {table} isn't enabled for change tracking.");
        return Err(ODataError::bad_request("0x80072491", message));
    }
    let intersect = Relationship::ALL.into_iter().find(|relationship| relationship.intersect() == table);
    if intersect
        .is_some_and(|relationship| !settings.tracks(relationship.left()) && !settings.tracks(relationship.right()))
    {
        return Err(ODataError::bad_request(
            "0x80072492",
            format!(
                "Changes cannot be retrieved for intersect entity {table} since both related entities are not enabled for \
                 change tracking."
            ),
        ));
    }
    Ok(())
}

/// A row that was changed, or the deletion of one, and its version.
struct Entry {
    is_deleted: bool,
    version: u64,
    id: Uuid,
}

/// The part of a table's history that a request asks for.
struct Delta {
    after: u64,
    until: DeltaToken,
    /// Behind which entry the page starts.
    place: Option<Entry>,
    page: u64,
}

impl Delta {
    fn of<T: Entity>(call: &Call<'_>, store: &Store) -> ApiResult<Self> {
        let days = allowed::<T>(call)?;
        let token = DeltaToken::read(call.options.delta_token.as_deref().unwrap_or_default())?;
        token.check(store, now(), days)?;
        let after = token.version;
        let Some(text) = &call.options.skip_token else {
            return Ok(Self { after, until: DeltaToken::of(store, now()), place: None, page: 1 });
        };
        let foreign = || ODataError::bad_request("0x80040203", "The paging cookie does not belong to this query.");
        let cookie = Cookie::read(text, T::schema().key)?;
        let until = cookie.tracking.ok_or_else(foreign)?;
        until.check(store, now(), days)?;
        let [(name, Some(version))] = cookie.values.as_slice() else { return Err(foreign()) };
        let is_deleted = match name.as_str() {
            CHANGED => false,
            DELETED => true,
            _ => return Err(foreign()),
        };
        let version = version.parse().map_err(|_| foreign())?;
        Ok(Self { after, until, place: Some(Entry { is_deleted, version, id: cookie.key }), page: cookie.page })
    }

    /// Rows that are there first, then those that are gone, each in the order of their versions.
    fn entries<T: Entity>(&self, place: Option<&Entry>, store: &Store) -> impl Iterator<Item = Entry> {
        let table = T::table(store);
        let until = self.until.version;
        let (changed_after, deleted_after) = match place {
            None => (self.after, self.after),
            Some(Entry { is_deleted: false, version, .. }) => (*version, self.after),
            Some(Entry { is_deleted: true, version, .. }) => (until, *version),
        };
        let changed = table.history.changed(changed_after, until);
        // A row that was made again after it was deleted is told as a row.
        let deleted = table.history.deleted(deleted_after, until).filter(|(_, id)| !table.contains(*id));
        let changed = changed.map(|(version, id)| Entry { is_deleted: false, version, id });
        changed.chain(deleted.map(|(version, id)| Entry { is_deleted: true, version, id }))
    }

    fn count<T: Entity>(&self, store: &Store) -> usize {
        self.entries::<T>(None, store).count()
    }

    fn cookie<T: Entity>(&self, last: &Entry) -> String {
        let name = if last.is_deleted { DELETED } else { CHANGED };
        let values = vec![(name.to_owned(), Some(last.version.to_string()))];
        let cookie = Cookie { page: self.page + 1, values, key: last.id, tracking: Some(self.until) };
        cookie.write(T::schema().key)
    }
}

/// `GET systemusers?$deltatoken=...`
pub fn since<T: Entity>(call: &Call<'_>) -> ApiResult<Reply> {
    let schema = T::schema();
    let page_size = page_size(call);
    let selection = Selection::new::<T>(call.options.select.as_deref(), call.preferences.annotate())?;
    let store = call.state.store.read();
    let delta = Delta::of::<T>(call, &store)?;
    let mut entries: Vec<Entry> = delta.entries::<T>(delta.place.as_ref(), &store).take(page_size + 1).collect();
    let more = entries.len() > page_size;
    entries.truncate(page_size);
    let next = entries.last().filter(|_| more);
    let listing = Listing {
        context: format!("{}{}/$delta", schema.entity_set, selection.context()),
        count: call.options.count.then(|| (delta.count::<T>(&store), false)),
        delta_link: next.is_none().then(|| link(call, delta.until)),
        next_link: next.map(|last| super::read::next_link(call, &delta.cookie::<T>(last))),
    };
    Ok(listing.reply(call, |out| {
        for (index, entry) in entries.iter().enumerate() {
            out.extend_from_slice(if index == 0 { b"{" } else { b",{" });
            match T::table(&store).get(entry.id) {
                Some(row) => selection.write(out, &**row, &store),
                None => deletion(out, call, schema.entity_set, entry.id),
            }
            out.push(b'}');
        }
    }))
}

/// `GET systemusers/$count?$deltatoken=...`
pub fn count_since<T: Entity>(call: &Call<'_>) -> ApiResult<Reply> {
    let store = call.state.store.read();
    Ok(total_reply(Delta::of::<T>(call, &store)?.count::<T>(&store)))
}

fn deletion(out: &mut Vec<u8>, call: &Call<'_>, entity_set: &str, id: Uuid) {
    out.extend_from_slice(b"\"@odata.context\":");
    json::write_text(out, &format!("{}$metadata#{entity_set}/$deletedEntity", call.base()));
    out.extend_from_slice(format!(",\"id\":\"{id}\",\"reason\":\"deleted\"").as_bytes());
}
