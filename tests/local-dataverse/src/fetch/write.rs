//! Rows as JSON.

use super::bind::{Plan, Query};
use super::page::Page;
use super::table::Row;
use crate::model::{Kind, Value};
use crate::odata::{ApiResult, annotations, json};
use crate::store::Store;

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

/// What a query gives.
#[derive(Debug, Default)]
pub struct Answer {
    /// The rows, as the members of an array.
    pub rows: Vec<u8>,
    /// Whether there are more.
    pub more: bool,
    /// The cookie for the next page, where there is one and the query allows for it.
    pub cookie: Option<String>,
    /// How many rows there are in all, not above the limit, and whether there are more.
    pub total: Option<(usize, bool)>,
}

/// A property of a row.
struct Member<'m> {
    name: &'m str,
    kind: Kind,
    value: Value<'m>,
    /// The column that goes by another name.
    alias_of: Option<&'m str>,
}

impl<'a> Query<'a> {
    /// Runs the query.
    pub fn answer(&self, wanted: Wanted) -> ApiResult<Answer> {
        match &self.plan.totals {
            None => {
                let Page { rows, more, cookie, total } = self.page();
                Ok(Answer { rows: self.write(&rows, wanted), more, cookie, total })
            }
            Some(totals) => {
                let rows = self.plan.aggregate(totals)?;
                let total = self.total.then_some((rows.len(), false));
                let (rows, more) = self.paging.cut(rows);
                let mut out = Vec::new();
                for row in rows {
                    let members = totals.columns.iter().zip(row).map(|(total, value)| Member {
                        name: &total.name,
                        kind: total.kind(),
                        value,
                        alias_of: Some(total.field.attribute()),
                    });
                    object(&mut out, None, members, wanted, self.plan.tree.store);
                }
                Ok(Answer { rows: out, more, cookie: None, total })
            }
        }
    }

    fn write(&self, rows: &[Box<Row<'a>>], wanted: Wanted) -> Vec<u8> {
        let mut out = Vec::with_capacity(rows.len() * 256);
        for row in rows {
            let version = row[0].filter(|_| !self.distinct).map(|root| root.revision());
            object(&mut out, version, self.plan.members(row), wanted, self.plan.tree.store);
        }
        out
    }
}

impl<'a> Plan<'a> {
    fn members(&self, row: &Row<'a>) -> impl Iterator<Item = Member<'_>> {
        self.outputs.list.iter().map(|output| Member {
            name: &output.name,
            kind: output.field.kind,
            value: output.field.value(row, self.tree.store),
            alias_of: output.is_alias.then(|| output.field.attribute()),
        })
    }
}

/// Appends a row, with a comma before it where it is not the first. Null is left out: unlike OData's, rows of FetchXML have no property
/// for it.
fn object<'m>(
    out: &mut Vec<u8>,
    version: Option<u64>,
    members: impl Iterator<Item = Member<'m>>,
    wanted: Wanted,
    store: &Store,
) {
    if !out.is_empty() {
        out.push(b',');
    }
    let start = out.len();
    if let Some(version) = version {
        out.extend_from_slice(b",\"@odata.etag\":\"W/\\\"");
        out.extend_from_slice(itoa::Buffer::new().format(version).as_bytes());
        out.extend_from_slice(b"\\\"\"");
    }
    for member in members.filter(|member| member.value != Value::Null) {
        member.write(out, wanted, store);
    }
    // Each member has a comma before it: the first one's place is that of the brace.
    match out.get_mut(start) {
        Some(comma) => *comma = b'{',
        None => out.push(b'{'),
    }
    out.push(b'}');
}

impl Member<'_> {
    fn write(&self, out: &mut Vec<u8>, wanted: Wanted, store: &Store) {
        let mut annotate = |is_wanted: bool, annotation: &str, text: &str| {
            if is_wanted {
                annotations::write_one(out, self.name, annotation, text);
            }
        };
        if let Some(attribute) = self.alias_of {
            annotate(wanted.attribute, annotations::ATTRIBUTE, attribute);
        }
        if wanted.formatted
            && let Some(text) = annotations::formatted(self.kind, self.value, store)
        {
            annotate(true, annotations::FORMATTED, &text);
        }
        if let Kind::Lookup(target, navigation) = self.kind {
            annotate(wanted.navigation && self.alias_of.is_none(), annotations::NAVIGATION, navigation);
            annotate(wanted.table, annotations::TABLE, target.logical_name());
        }
        out.push(b',');
        json::write_text(out, self.name);
        out.push(b':');
        json::write(out, self.value);
    }
}
