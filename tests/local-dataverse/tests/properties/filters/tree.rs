//! Filters as trees, and how they are made.

use std::fmt;

use proptest::collection::vec;
use proptest::prelude::*;
use uuid::Uuid;

use crate::support::text;
use crate::world::{double, guid};

/// The type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    Text,
    Int,
    Long,
    Double,
    Bool,
    Guid,
    Date,
}

/// A column, or a column of the row behind a lookup: a path and its type.
pub type Column = (&'static str, Type);

const USER: [Column; 23] = [
    ("firstname", Type::Text),
    ("lastname", Type::Text),
    ("fullname", Type::Text),
    ("jobtitle", Type::Text),
    ("nickname", Type::Text),
    ("internalemailaddress", Type::Text),
    ("address1_utcoffset", Type::Int),
    ("preferredphonecode", Type::Int),
    ("accessmode", Type::Int),
    ("versionnumber", Type::Long),
    ("address1_latitude", Type::Double),
    ("isdisabled", Type::Bool),
    ("displayinserviceviews", Type::Bool),
    ("stageid", Type::Guid),
    ("systemuserid", Type::Guid),
    ("_businessunitid_value", Type::Guid),
    ("_parentsystemuserid_value", Type::Guid),
    ("createdon", Type::Date),
    ("businessunitid/name", Type::Text),
    ("businessunitid/divisionname", Type::Text),
    ("parentsystemuserid/jobtitle", Type::Text),
    ("parentsystemuserid/isdisabled", Type::Bool),
    ("businessunitid/_parentbusinessunitid_value", Type::Guid),
];

const ROLE: [Column; 6] = [
    ("name", Type::Text),
    ("roleid", Type::Guid),
    ("_businessunitid_value", Type::Guid),
    ("_parentroleid_value", Type::Guid),
    ("ismanaged", Type::Bool),
    ("businessunitid/name", Type::Text),
];

/// A constant.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    Null,
    Text(String),
    Int(i64),
    Double(f64),
    Bool(bool),
    Guid(Uuid),
    /// Seconds since 1970.
    Date(i64),
}

/// A comparison, as a filter spells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    Eq,
    Ne,
    Gt,
    Ge,
    Lt,
    Le,
}

/// A function of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    Contains,
    StartsWith,
    EndsWith,
}

/// A condition on a row.
#[derive(Clone)]
pub enum Filter {
    Compare(Column, Operator, Literal),
    Columns(Column, Operator, Column),
    Text(Function, Column, String),
    In(Column, Vec<Literal>),
    Not(Box<Filter>),
    And(Box<Filter>, Box<Filter>),
    Or(Box<Filter>, Box<Filter>),
    /// Over the roles of a user: whether one of them is enough, and the condition.
    Lambda(bool, Option<Box<Filter>>),
}

impl fmt::Debug for Filter {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", super::text_of(self, 0))
    }
}

fn literal(kind: Type) -> BoxedStrategy<Literal> {
    match kind {
        Type::Text => prop_oneof![9 => text(), 1 => Just(String::new())].prop_map(Literal::Text).boxed(),
        Type::Long => (1_000_000i64..1_000_060).prop_map(Literal::Int).boxed(),
        Type::Int => prop_oneof![6 => -3i64..6, 1 => any::<i64>()].prop_map(Literal::Int).boxed(),
        Type::Double => prop_oneof![double().prop_map(Literal::Double), (-2i64..3).prop_map(Literal::Int)].boxed(),
        Type::Bool => any::<bool>().prop_map(Literal::Bool).boxed(),
        Type::Guid => prop_oneof![guid(), Just(local_dataverse::seed::ROOT_UNIT)].prop_map(Literal::Guid).boxed(),
        // Around the time of the seed and around now.
        Type::Date => prop_oneof![1_705_305_599i64..1_705_305_602, 0i64..4_000_000_000].prop_map(Literal::Date).boxed(),
    }
}

fn operator() -> impl Strategy<Value = Operator> {
    proptest::sample::select(vec![Operator::Eq, Operator::Ne, Operator::Gt, Operator::Ge, Operator::Lt, Operator::Le])
}

fn function() -> impl Strategy<Value = Function> {
    proptest::sample::select(vec![Function::Contains, Function::StartsWith, Function::EndsWith])
}

fn condition(columns: &'static [Column], weight_of_in: u32) -> impl Strategy<Value = Filter> {
    let column = || proptest::sample::select(columns);
    let texts: Vec<Column> = columns.iter().filter(|(_, kind)| *kind == Type::Text).copied().collect();
    prop_oneof![
        6 => column().prop_flat_map(|column| (Just(column), operator(), prop_oneof![5 => literal(column.1), 1 => Just(Literal::Null)]))
            .prop_map(|(column, operator, literal)| Filter::Compare(column, operator, literal)),
        2 => (column(), operator(), any::<proptest::sample::Index>()).prop_map(move |(left, operator, index)| {
            let same: Vec<Column> = columns.iter().filter(|(_, kind)| *kind == left.1).copied().collect();
            Filter::Columns(left, operator, *index.get(&same))
        }),
        4 => (function(), proptest::sample::select(texts), text())
            .prop_map(|(function, column, needle)| Filter::Text(function, column, needle)),
        weight_of_in => column().prop_flat_map(|column| (Just(column), vec(literal(column.1), 1..4)))
            .prop_map(|(column, values)| Filter::In(column, values)),
    ]
}

fn combined(leaf: impl Strategy<Value = Filter> + 'static) -> impl Strategy<Value = Filter> {
    leaf.prop_recursive(4, 16, 2, |inner| {
        prop_oneof![
            inner.clone().prop_map(|one| Filter::Not(Box::new(one))),
            (inner.clone(), inner.clone()).prop_map(|(left, right)| Filter::And(Box::new(left), Box::new(right))),
            (inner.clone(), inner).prop_map(|(left, right)| Filter::Or(Box::new(left), Box::new(right))),
        ]
    })
}

/// Any filter over users that the server claims to understand.
pub fn filter() -> impl Strategy<Value = Filter> {
    let lambda =
        (any::<bool>(), proptest::option::weighted(0.9, combined(condition(&ROLE, 0)))).prop_map(|(one, inner)| {
            match inner {
                // all() needs a condition.
                None => Filter::Lambda(true, None),
                inner => Filter::Lambda(one, inner.map(Box::new)),
            }
        });
    combined(prop_oneof![6 => condition(&USER, 2), 1 => lambda])
}
