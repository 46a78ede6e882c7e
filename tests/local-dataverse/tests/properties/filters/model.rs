//! What a filter means, said as plainly as possible over JSON rows.
//!
//! How the service takes null: `ne` and `not contains` and the like hold for it (the SQL that it makes has `or ... is null`), an order
//! comparison with null holds neither way, and a comparison of two columns is SQL's, with `or <left> is null` for `ne`.

use std::cmp::Ordering;

use serde_json::{Map, Value};

use super::tree::{Column, Filter, Function, Literal, Operator, Type};
use crate::world::World;

type Row = Map<String, Value>;

/// Whether a row of a table passes.
pub fn passes(world: &World, set: &str, row: &Row, filter: &Filter) -> bool {
    truth(world, set, row, filter) == Some(true)
}

/// True, false, or SQL's unknown.
fn truth(world: &World, set: &str, row: &Row, filter: &Filter) -> Option<bool> {
    match filter {
        Filter::And(left, right) => match (truth(world, set, row, left), truth(world, set, row, right)) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        },
        Filter::Or(left, right) => match (truth(world, set, row, left), truth(world, set, row, right)) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (Some(false), Some(false)) => Some(false),
            _ => None,
        },
        Filter::Not(inner) => truth(world, set, row, inner).map(|truth| !truth),
        Filter::Compare(column, operator, literal) => {
            let value = value(world, set, row, *column);
            match (value, literal) {
                (value, Literal::Null) => match operator {
                    Operator::Eq => Some(value.is_null()),
                    Operator::Ne => Some(!value.is_null()),
                    _ => None,
                },
                (Value::Null, _) => match operator {
                    Operator::Eq => Some(false),
                    Operator::Ne => Some(true),
                    _ => None,
                },
                (value, literal) => Some(fits(*operator, order(&value, literal, column.1))),
            }
        }
        Filter::Columns(left, operator, right) => {
            columns(&value(world, set, row, *left), *operator, &value(world, set, row, *right), left.1)
        }
        Filter::Text(function, column, needle) => {
            let value = value(world, set, row, *column);
            Some(value.as_str().is_some_and(|text| like(text, *function, needle)))
        }
        Filter::In(column, values) => {
            let value = value(world, set, row, *column);
            Some(!value.is_null() && values.iter().any(|one| order(&value, one, column.1) == Ordering::Equal))
        }
        Filter::Lambda(one, inner) => {
            let key = row["systemuserid"].as_str().unwrap();
            let roles: Vec<&Row> = world.tables["roles"]
                .iter()
                .filter(|role| world.held.contains(&(key.to_owned(), role["roleid"].as_str().unwrap().to_owned())))
                .collect();
            let holds = |role: &&Row| inner.as_ref().is_none_or(|inner| passes(world, "roles", role, inner));
            Some(if *one { roles.iter().any(holds) } else { roles.iter().all(holds) })
        }
    }
}

fn columns(left: &Value, operator: Operator, right: &Value, kind: Type) -> Option<bool> {
    match (left, right, operator) {
        (Value::Null, _, Operator::Ne) => Some(true),
        (Value::Null, _, Operator::Eq) => Some(false),
        (Value::Null, ..) | (_, Value::Null, _) => None,
        _ => Some(fits(operator, order(left, &as_literal(right, kind), kind))),
    }
}

fn fits(operator: Operator, order: Ordering) -> bool {
    match operator {
        Operator::Eq => order.is_eq(),
        Operator::Ne => order.is_ne(),
        Operator::Gt => order.is_gt(),
        Operator::Ge => order.is_ge(),
        Operator::Lt => order.is_lt(),
        Operator::Le => order.is_le(),
    }
}

/// The value that a path leads to; null where a lookup on the way is empty.
fn value(world: &World, set: &str, row: &Row, (path, _): Column) -> Value {
    let Some((lookup, name)) = path.split_once('/') else { return row[path].clone() };
    let target = if lookup == "businessunitid" { "businessunits" } else { set };
    world.row(target, &row[&format!("_{lookup}_value")]).map_or(Value::Null, |row| row[name].clone())
}

fn as_literal(value: &Value, kind: Type) -> Literal {
    match kind {
        Type::Text => Literal::Text(value.as_str().unwrap().to_owned()),
        Type::Int | Type::Long => Literal::Int(value.as_i64().unwrap()),
        Type::Double => Literal::Double(value.as_f64().unwrap()),
        Type::Bool => Literal::Bool(value.as_bool().unwrap()),
        Type::Guid => Literal::Guid(value.as_str().unwrap().parse().unwrap()),
        Type::Date => Literal::Date(value.as_str().unwrap().parse::<jiff::Timestamp>().unwrap().as_second()),
    }
}

fn order(value: &Value, literal: &Literal, kind: Type) -> Ordering {
    match (as_literal(value, kind), literal) {
        (Literal::Text(left), Literal::Text(right)) => folded(&left).cmp(&folded(right)),
        (Literal::Int(left), Literal::Int(right)) => left.cmp(right),
        (Literal::Double(left), Literal::Double(right)) => left.total_cmp(right),
        (Literal::Double(left), Literal::Int(right)) => left.total_cmp(&(*right as f64)),
        (Literal::Bool(left), Literal::Bool(right)) => left.cmp(right),
        (Literal::Guid(left), Literal::Guid(right)) => left.cmp(right),
        (Literal::Date(left), Literal::Date(right)) => left.cmp(right),
        (left, right) => panic!("{left:?} and {right:?} can't be compared"),
    }
}

/// Text whose letters have no case.
pub fn folded(text: &str) -> Vec<char> {
    text.chars()
        .map(|letter| {
            let lower: Vec<char> = letter.to_lowercase().collect();
            if lower.len() == 1 { lower[0] } else { letter }
        })
        .collect()
}

/// SQL's LIKE, by trying everything.
fn like(text: &str, function: Function, needle: &str) -> bool {
    let pattern = match function {
        Function::Contains => format!("%{needle}%"),
        Function::StartsWith => format!("{needle}%"),
        Function::EndsWith => format!("%{needle}"),
    };
    matches(&folded(&pattern), &folded(text))
}

fn matches(pattern: &[char], text: &[char]) -> bool {
    match pattern {
        [] => text.is_empty(),
        ['%', rest @ ..] => (0..=text.len()).any(|skipped| matches(rest, &text[skipped..])),
        ['[', rest @ ..] => {
            let Some(end) = rest.iter().position(|letter| *letter == ']') else { return false };
            let (inside, wanted) = match &rest[..end] {
                ['^', inside @ ..] => (inside, false),
                inside => (inside, true),
            };
            !text.is_empty() && in_set(inside, text[0]) == wanted && matches(&rest[end + 1..], &text[1..])
        }
        ['_', rest @ ..] => !text.is_empty() && matches(rest, &text[1..]),
        [letter, rest @ ..] => text.first() == Some(letter) && matches(rest, &text[1..]),
    }
}

fn in_set(set: &[char], letter: char) -> bool {
    match set {
        [] => false,
        [first, '-', last, rest @ ..] => (*first..=*last).contains(&letter) || in_set(rest, letter),
        [one, rest @ ..] => *one == letter || in_set(rest, letter),
    }
}
