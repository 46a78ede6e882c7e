//! Rows as JSON.

use super::bind::Query;
use super::page::Page;
use super::table::Row;
use crate::model::{Kind, Value};
use crate::odata::{annotations, json};

/// Which annotations of values are asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The value as a person reads it.
    pub formatted: bool,
    /// The navigation property of a lookup.
    pub navigation: bool,
    /// The table that a lookup refers to.
    pub table: bool,
    /// The column behind an alias.
    pub attribute: bool,
}

impl<'a> Query<'a> {
    /// The rows of a page as the members of an array. Null is left out: unlike OData's, rows of FetchXML have no property for it.
    pub fn write(&self, page: &Page<'a>, wanted: Wanted) -> Vec<u8> {
        let mut out = Vec::with_capacity(page.rows.len() * 256);
        for row in &page.rows {
            if !out.is_empty() {
                out.push(b',');
            }
            let start = out.len();
            if !self.distinct
                && let Some(root) = row[0]
            {
                out.extend_from_slice(b",\"@odata.etag\":\"W/\\\"");
                out.extend_from_slice(itoa::Buffer::new().format(root.revision()).as_bytes());
                out.extend_from_slice(b"\\\"\"");
            }
            self.members(&mut out, row, wanted);
            // Each member has a comma before it: the first one's place is that of the brace.
            match out.get_mut(start) {
                Some(comma) => *comma = b'{',
                None => out.push(b'{'),
            }
            out.push(b'}');
        }
        out
    }

    fn members(&self, out: &mut Vec<u8>, row: &Row<'a>, wanted: Wanted) {
        let store = self.plan.tree.store;
        for output in &self.plan.outputs.list {
            let value = output.field.value(row, store);
            if value == Value::Null {
                continue;
            }
            let mut annotate = |is_wanted: bool, annotation: &str, text: &str| {
                if is_wanted {
                    annotations::write_one(out, &output.name, annotation, text);
                }
            };
            let kind = output.field.kind;
            annotate(wanted.attribute && output.is_alias, annotations::ATTRIBUTE, output.field.attribute());
            if wanted.formatted
                && let Some(text) = annotations::formatted(kind, value, store)
            {
                annotate(true, annotations::FORMATTED, &text);
            }
            if let Kind::Lookup(target, navigation) = kind {
                annotate(wanted.navigation && !output.is_alias, annotations::NAVIGATION, navigation);
                annotate(wanted.table, annotations::TABLE, target.logical_name());
            }
            out.push(b',');
            json::write_text(out, &output.name);
            out.push(b':');
            json::write(out, value);
        }
    }
}
