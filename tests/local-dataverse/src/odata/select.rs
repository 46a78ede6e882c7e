//! `$select`: which columns of a row are written, and how.

use super::error::{ApiResult, ODataError};
use super::expand::{self, Expansion};
use super::options::QueryOptions;
use super::template::Template;
use crate::model::Entity;
use crate::store::Store;

/// What is written of a row.
#[derive(Debug)]
pub struct Selection {
    template: Template,
    expansions: Vec<Expansion>,
    /// What `@odata.context` names; empty without `$select`.
    context: String,
}

impl Selection {
    /// The columns that `$select` asks for, or all.
    pub fn new<T: Entity>(select: Option<&[String]>, annotate: bool) -> ApiResult<Self> {
        let schema = T::schema();
        let mut wanted: Vec<usize> = Vec::new();
        let mut context = String::new();
        match select {
            Some(names) if !names.is_empty() && !names.iter().any(|name| name == "*") => {
                for name in names {
                    let column = schema.column(name).or_else(|| schema.navigation(name));
                    let column = column.ok_or_else(|| ODataError::no_property(name, schema.logical_name))?;
                    if !wanted.contains(&column) {
                        wanted.push(column);
                    }
                }
                let listed: Vec<&str> = wanted.iter().map(|column| schema.columns[*column].name).collect();
                context = format!("({})", listed.join(","));
                for name in schema.always {
                    wanted.extend(schema.column(name).filter(|column| !wanted.contains(column)));
                }
            }
            _ => wanted.extend(0..schema.columns.len()),
        }
        Ok(Self { template: Template::new::<T>(&wanted, annotate), expansions: Vec::new(), context })
    }

    /// What `$select` and `$expand` ask for. `base` is the address of the API.
    pub fn with_expansions<T: Entity>(options: &QueryOptions, annotate: bool, base: &str) -> ApiResult<Self> {
        let mut selection = Self::new::<T>(options.select.as_deref(), annotate)?;
        if let Some(text) = &options.expand {
            selection.expansions = expand::parse::<T>(text, annotate, base)?;
            let mut listed: Vec<String> = Vec::new();
            let columns = selection.context.trim_matches(['(', ')']);
            if !columns.is_empty() {
                listed.push(columns.to_owned());
            }
            listed.extend(selection.expansions.iter().map(Expansion::context));
            selection.context = format!("({})", listed.join(","));
        }
        Ok(selection)
    }

    /// What follows the entity set's name in `@odata.context`.
    pub fn context(&self) -> &str {
        &self.context
    }

    /// Appends rows as the members of an array.
    pub fn write_all<T: Entity>(&self, out: &mut Vec<u8>, rows: &[&T], store: &Store) {
        for (index, row) in rows.iter().enumerate() {
            out.extend_from_slice(if index == 0 { b"{" } else { b",{" });
            self.write(out, *row, store);
            out.push(b'}');
        }
    }

    /// Appends the members of a row behind its opening brace: the ETag, then the columns.
    pub fn write<T: Entity>(&self, out: &mut Vec<u8>, row: &T, store: &Store) {
        out.extend_from_slice(b"\"@odata.etag\":\"W/\\\"");
        out.extend_from_slice(itoa::Buffer::new().format(row.version()).as_bytes());
        out.extend_from_slice(b"\\\"\"");
        self.template.write(out, row, store);
        for expansion in &self.expansions {
            expansion.write(out, row, store);
        }
    }
}
