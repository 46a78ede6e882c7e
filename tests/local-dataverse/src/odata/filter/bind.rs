//! Looks up the names of a filter, checks its types, and turns `not` inward.

use super::ast::{Comparison, Expression, Operand, Quantifier, TextFunction};
use crate::model::text::Pattern;
use crate::model::{Collection, Entity, Kind, Scalar, Set, Target, with_set};
use crate::odata::{ApiResult, ODataError, scalar};

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Source {
    /// A column of the row.
    Column(usize),
    /// A column of the row of a set that a lookup column refers to.
    Related(usize, Set, usize),
}

/// A filter that is ready to be applied to rows of one table.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// All hold.
    All(Vec<Condition>),
    /// One holds.
    Any(Vec<Condition>),
    /// A value compared with a constant.
    Constant(Source, Comparison, Scalar),
    /// Two values of the row compared.
    Columns(Source, Comparison, Source),
    /// The text fits a pattern, or does not.
    Text(Source, Pattern, bool),
    /// The value is one of these, or none of them.
    In(Source, Vec<Scalar>, bool),
    /// A condition on the rows of a collection, or its opposite; without a condition, whether there are any.
    Lambda(Collection, Quantifier, Option<Box<Condition>>, bool),
}

/// Prepares a filter for the rows of `T`.
pub fn bind<T: Entity>(expression: &Expression) -> ApiResult<Condition> {
    condition_of::<T>(expression)
}

fn condition<T: Entity>(expression: &Expression, negated: bool) -> ApiResult<Condition> {
    Ok(match expression {
        Expression::Not(inner) => condition::<T>(inner, !negated)?,
        Expression::And(..) | Expression::Or(..) => {
            let is_and = matches!(expression, Expression::And(..));
            let mut parts = Vec::new();
            flatten::<T>(expression, is_and, negated, &mut parts)?;
            // De Morgan: not (a and b) is (not a) or (not b).
            if is_and != negated { Condition::All(parts) } else { Condition::Any(parts) }
        }
        Expression::Compare(left, comparison, right) => {
            let comparison = if negated { comparison.negated() } else { *comparison };
            compare::<T>(left, comparison, right)?
        }
        Expression::Text(function, path, needle) => {
            let (source, kind) = source::<T>(path)?;
            if !matches!(kind, Kind::Text(_)) {
                return Err(ODataError::query(format!(
                    "No function signature for the function with name '{}' matches the specified arguments: '{}' is of \
                     type {}.",
                    function.name(),
                    path.join("/"),
                    kind.edm()
                )));
            }
            Condition::Text(source, pattern(*function, needle), negated)
        }
        Expression::In(path, values) => {
            let (source, kind) = source::<T>(path)?;
            let values = values.iter().map(|value| from_list(kind, value, path));
            Condition::In(source, values.collect::<ApiResult<_>>()?, negated)
        }
        Expression::Bare(operand) => return Err(bare::<T>(operand)),
        Expression::Lambda(quantifier, name, inner) => lambda::<T>(*quantifier, name, inner.as_deref(), negated)?,
    })
}

/// The refusal of an operand in the place of a condition: OData allows a boolean one.
fn bare<T: Entity>(operand: &Operand) -> ODataError {
    let is_boolean = match operand {
        Operand::Literal(value) => matches!(value, Scalar::Bool(_)),
        Operand::Property(path) => match source::<T>(path) {
            Ok((_, kind)) => matches!(kind, Kind::Bool(..)),
            Err(error) => return error,
        },
        Operand::Enum(..) => false,
    };
    if is_boolean {
        return ODataError::unsupported("a boolean without a comparison in $filter; write <property> eq true");
    }
    ODataError::query("The $filter expression must evaluate to a single boolean value.")
}

fn lambda<T: Entity>(
    quantifier: Quantifier,
    name: &str,
    inner: Option<&Expression>,
    negated: bool,
) -> ApiResult<Condition> {
    let table = T::schema().logical_name;
    let collection = Collection::of::<T>(name).ok_or_else(|| ODataError::no_property(name, table))?;
    let bound = inner.map(|inner| with_set!(collection.target(), Row => condition_of::<Row>(inner)));
    Ok(Condition::Lambda(collection, quantifier, bound.transpose()?.map(Box::new), negated))
}

fn condition_of<T: Entity>(expression: &Expression) -> ApiResult<Condition> {
    condition::<T>(expression, false)
}

/// Long chains of `and` (or of `or`) become one flat list, so that their length costs no stack later.
fn flatten<T: Entity>(
    expression: &Expression,
    is_and: bool,
    negated: bool,
    parts: &mut Vec<Condition>,
) -> ApiResult<()> {
    let mut left = expression;
    let mut rights = Vec::new();
    while let (Expression::And(first, second), true) | (Expression::Or(first, second), false) = (left, is_and) {
        rights.push(second);
        left = first;
    }
    parts.push(condition::<T>(left, negated)?);
    for right in rights.into_iter().rev() {
        parts.push(condition::<T>(right, negated)?);
    }
    Ok(())
}

/// The service makes a LIKE of these functions: signs for any text in the needle keep their meaning.
fn pattern(function: TextFunction, needle: &str) -> Pattern {
    Pattern::new(&match function {
        TextFunction::Contains => format!("%{needle}%"),
        TextFunction::StartsWith => format!("{needle}%"),
        TextFunction::EndsWith => format!("%{needle}"),
    })
}

fn compare<T: Entity>(left: &Operand, comparison: Comparison, right: &Operand) -> ApiResult<Condition> {
    match (left, right) {
        (Operand::Property(path), Operand::Literal(value)) => {
            let (source, kind) = source::<T>(path)?;
            let value = fitting(kind, value, comparison)?;
            Ok(Condition::Constant(source, comparison, value))
        }
        (Operand::Property(first), Operand::Property(second)) => {
            let (first, first_kind) = source::<T>(first)?;
            let (second, second_kind) = source::<T>(second)?;
            if first_kind.edm() != second_kind.edm() {
                return Err(incompatible(first_kind.edm(), second_kind.edm(), comparison));
            }
            Ok(Condition::Columns(first, comparison, second))
        }
        // No column of a table has such a type.
        (Operand::Enum(kind, value), _) | (_, Operand::Enum(kind, value)) => {
            Err(ODataError::query(format!("The string '{kind}'{value}'' is not a valid enumeration type constant.")))
        }
        (Operand::Literal(_), _) => {
            Err(ODataError::unsupported("a literal on the left of a comparison in $filter; put the property first"))
        }
    }
}

/// 400: a comparison of things that can't be compared.
pub fn incompatible(left: &str, right: &str, comparison: Comparison) -> ODataError {
    ODataError::query(format!(
        "A binary operator with incompatible types was detected. Found operand types '{left}' and '{right}' for \
         operator kind '{}'.",
        comparison.kind()
    ))
}

/// The literal as a value of the column's type.
fn fitting(kind: Kind, value: &Scalar, comparison: Comparison) -> ApiResult<Scalar> {
    let fits = matches!(
        (kind, value),
        (_, Scalar::Null)
            | (Kind::Text(_), Scalar::Text(_))
            | (Kind::Guid | Kind::Lookup(..), Scalar::Guid(_))
            | (Kind::Bool(..), Scalar::Bool(_))
            | (Kind::Int(..) | Kind::Choice(_) | Kind::BigInt | Kind::Double, Scalar::Int(_) | Scalar::Double(_))
            | (Kind::Date, Scalar::Date(_))
    );
    if fits {
        return Ok(value.clone());
    }
    Err(incompatible(kind.edm(), value.edm(), comparison))
}

/// A value of `PropertyValues`: text there stands for any type.
fn from_list(kind: Kind, value: &Scalar, path: &[String]) -> ApiResult<Scalar> {
    let Scalar::Text(text) = value else { return fitting(kind, value, Comparison::Equal) };
    scalar::read(kind, text).ok_or_else(|| {
        ODataError::query(format!(
            "The value '{text}' is not of type {} of the property '{}'.",
            kind.edm(),
            path.join("/")
        ))
    })
}

/// Finds the column that a path names.
fn source<T: Entity>(path: &[String]) -> ApiResult<(Source, Kind)> {
    let schema = T::schema();
    match path {
        [name] => {
            let column = schema.column(name).or_else(|| schema.navigation(name));
            let column = column.ok_or_else(|| ODataError::no_property(name, schema.logical_name))?;
            Ok((Source::Column(column), schema.columns[column].kind))
        }
        [navigation, name] => {
            let column = schema
                .navigation(navigation)
                .ok_or_else(|| ODataError::no_property(navigation, schema.logical_name))?;
            let Kind::Lookup(target, _) = schema.columns[column].kind else {
                return Err(ODataError::no_property(navigation, schema.logical_name));
            };
            let Target::Held(set) = target else {
                let table = target.logical_name();
                return Err(ODataError::unsupported(format!("columns of the table '{table}' in $filter")));
            };
            let (related, kind) = with_set!(set, Row => related::<Row>(name))?;
            Ok((Source::Related(column, set, related), kind))
        }
        _ => Err(ODataError::unsupported(format!("the path '{}' over several tables in $filter", path.join("/")))),
    }
}

fn related<T: Entity>(name: &str) -> ApiResult<(usize, Kind)> {
    let schema = T::schema();
    let column = schema.column(name).or_else(|| schema.navigation(name));
    let column = column.ok_or_else(|| ODataError::no_property(name, schema.logical_name))?;
    Ok((column, schema.columns[column].kind))
}
