//! All data as JSON: `{"systemusers":[{...}],...}`, every column of every row, the rows by key.

use std::sync::Arc;

use bytes::Bytes;
use uuid::Uuid;

use crate::model::{Entity, Set, with_set};
use crate::odata::json;
use crate::store::Store;

/// So many rows make a piece.
const ROWS: usize = 200;

/// The pieces of the text, each made when its turn comes.
pub fn whole(store: Store) -> impl Iterator<Item = Bytes> + Send {
    let store = Arc::new(store);
    let sets = Set::ALL.into_iter().flat_map(move |set| {
        let separator = if set == Set::ALL[0] { "{" } else { "," };
        let head = format!("{separator}\"{}\":[", set.names().entity_set);
        std::iter::once(Bytes::from(head)).chain(rows(store.clone(), set)).chain([Bytes::from_static(b"]")])
    });
    sets.chain([Bytes::from_static(b"}")])
}

/// The rows of one set, with commas between them.
fn rows(store: Arc<Store>, set: Set) -> impl Iterator<Item = Bytes> {
    // The key of the last row of the piece before; none once all rows were had.
    let mut place = Some(None);
    std::iter::from_fn(move || {
        let after = place?;
        let mut out = Vec::new();
        place = with_set!(set, Row => piece::<Row>(&store, after, &mut out)).map(Some);
        Some(Bytes::from(out))
    })
}

/// Appends the rows after a key; the key of the last one where there may be more.
fn piece<T: Entity>(store: &Store, after: Option<Uuid>, out: &mut Vec<u8>) -> Option<Uuid> {
    let mut last = None;
    let mut count = 0;
    for row in T::table(store).after(after).take(ROWS) {
        if after.is_some() || count > 0 {
            out.push(b',');
        }
        append(row.as_ref(), out);
        last = Some(row.id());
        count += 1;
    }
    last.filter(|_| count == ROWS)
}

fn append<T: Entity>(row: &T, out: &mut Vec<u8>) {
    for (index, column) in T::schema().columns.iter().enumerate() {
        out.push(if index == 0 { b'{' } else { b',' });
        json::write_text(out, column.name);
        out.push(b':');
        json::write(out, row.value(index));
    }
    out.push(b'}');
}
