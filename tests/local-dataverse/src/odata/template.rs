//! What of a row's JSON is known before the row is: the names of its columns, and the values of columns that hardly any row has a value
//! of its own in. Nine columns of ten of a user's row are of that kind.

use super::annotations::Annotations;
use super::json;
use crate::model::{Access, Entity};
use crate::store::Store;

/// How the columns of rows are written.
#[derive(Debug)]
pub struct Template {
    /// For a row without values in rarely used columns.
    plain: Pieces,
    /// For any row.
    full: Pieces,
}

#[derive(Debug)]
struct Pieces {
    pieces: Vec<Piece>,
    /// What follows the last value.
    end: Vec<u8>,
}

/// A value with what is written before it.
#[derive(Debug)]
struct Piece {
    before: Vec<u8>,
    /// The annotations of the value, and its name, which then is not in `before`.
    annotations: Option<(Annotations, Vec<u8>)>,
    column: usize,
}

impl Template {
    /// The template for these columns.
    pub fn new<T: Entity>(columns: &[usize], annotate: bool) -> Self {
        Self { plain: Pieces::new::<T>(columns, annotate, true), full: Pieces::new::<T>(columns, annotate, false) }
    }

    /// Appends the columns of a row, each with a comma before it.
    pub fn write<T: Entity>(&self, out: &mut Vec<u8>, row: &T, store: &Store) {
        let template = if row.others().is_empty() { &self.plain } else { &self.full };
        for piece in &template.pieces {
            let value = row.value(piece.column);
            out.extend_from_slice(&piece.before);
            if let Some((annotations, name)) = &piece.annotations {
                annotations.write(out, value, store);
                out.extend_from_slice(name);
            }
            json::write(out, value);
        }
        out.extend_from_slice(&template.end);
    }
}

impl Pieces {
    fn new<T: Entity>(columns: &[usize], annotate: bool, plain: bool) -> Self {
        let (mut pieces, mut text) = (Vec::new(), Vec::new());
        for index in columns {
            let column = &T::schema().columns[*index];
            let name = format!(",\"{}\":", column.name).into_bytes();
            match column.access {
                Access::Sparse(value) if plain => {
                    if annotate {
                        Annotations::of(column).write_plain(&mut text, value);
                    }
                    text.extend_from_slice(&name);
                    json::write(&mut text, value);
                }
                _ => {
                    let mut before = std::mem::take(&mut text);
                    let annotations = if annotate {
                        Some((Annotations::of(column), name))
                    } else {
                        before.extend_from_slice(&name);
                        None
                    };
                    pieces.push(Piece { before, annotations, column: *index });
                }
            }
        }
        Self { pieces, end: text }
    }
}
