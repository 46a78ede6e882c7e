//! Conditions: names looked up, values read by the types of their columns.

use std::collections::HashSet;

use jiff::civil::Weekday;
use uuid::Uuid;

use super::ast::{Condition, Filter, Part};
use super::key::Key;
use super::operator::{self, Operator, Own};
use super::period::Period;
use super::scope::Scope;
use super::table::Field;
use super::test::Test;
use super::{Scene, error, link, value};
use crate::model::text::Pattern;
use crate::model::{Entity, Kind, Relationship, Scalar, Value};
use crate::odata::{ApiResult, ODataError};

/// A filter of the table `own` of a query.
pub fn filter(filter: &Filter, own: usize, scope: &Scope, scene: Scene<'_>) -> ApiResult<Test> {
    let parts = filter.parts.iter().map(|part| match part {
        Part::Condition(one) => condition(one, own, scope, scene),
        Part::Filter(inner) => self::filter(inner, own, scope, scene),
        Part::Link(inner) => link::test(inner, own, scope, scene),
    });
    let parts: Vec<Test> = parts.collect::<ApiResult<_>>()?;
    // A filter without conditions filters nothing, whatever its type.
    Ok(if filter.any && !parts.is_empty() { Test::Any(parts) } else { Test::All(parts) })
}

fn condition(condition: &Condition, own: usize, scope: &Scope, scene: Scene<'_>) -> ApiResult<Test> {
    let source = match &condition.entity_name {
        Some(name) => scope.find(name)?,
        None => own,
    };
    let field = scope.field(source, &condition.attribute)?;
    let name = condition.operator.as_str();
    let operator = operator::of_name(name).ok_or_else(|| {
        if operator::is_missing(name) {
            ODataError::unsupported(format!("the operator '{name}' in FetchXML"))
        } else {
            error::operator(format_args!("There is no operator '{name}'."))
        }
    })?;
    if !fits(operator, field.kind()) {
        return Err(error::operator(format_args!("'{name}' does not fit the attribute '{}'.", field.display())));
    }
    if let Some(other) = &condition.value_of {
        let Operator::Compare(comparison) = operator else {
            return Err(error::operator(format_args!("'{name}' does not go with valueof.")));
        };
        return Ok(Test::Columns(field, comparison, other_column(&field, other, own, scope)?));
    }
    let arity = operator.arity();
    if !arity.contains(&condition.values.len()) {
        let wanted = if arity.start() == arity.end() { arity.start().to_string() } else { "at least 1".to_owned() };
        return Err(error::value_count(name, &wanted, condition.values.len(), &condition.attribute));
    }
    with_values(operator, field, &condition.values, scene)
}

/// The column that `valueof` names: `lastname`, or `alias.lastname` for one of another table.
fn other_column(field: &Field, name: &str, own: usize, scope: &Scope) -> ApiResult<Field> {
    let other = match name.split_once('.') {
        Some((entity, attribute)) => scope.field(scope.find(entity)?, attribute)?,
        None => scope.field(own, name)?,
    };
    if field.kind().edm() != other.kind().edm() {
        return Err(error::operator(format_args!(
            "'{}' and '{}' can't be compared: their types differ.",
            field.display(),
            other.display()
        )));
    }
    Ok(other)
}

/// Whether an operator goes with columns of a type.
fn fits(operator: Operator, kind: Kind) -> bool {
    let is_id = matches!(kind, Kind::Guid | Kind::Lookup(..));
    match (operator, kind) {
        (Operator::Null(_), _) => true,
        (_, Kind::Image | Kind::Complex) => false,
        (Operator::Like(..), _) => matches!(kind, Kind::Text(_)),
        (Operator::Own(..), _) => is_id,
        (Operator::Within(_), _) => kind == Kind::Date,
        (Operator::Between(_), _) => {
            matches!(kind, Kind::Int(..) | Kind::BigInt | Kind::Double | Kind::Date | Kind::Choice(_))
        }
        (Operator::Compare(_) | Operator::In(_), _) => true,
    }
}

fn with_values(operator: Operator, field: Field, values: &[String], scene: Scene<'_>) -> ApiResult<Test> {
    let one = |index: usize| value::read(&field, &values[index]);
    Ok(match operator {
        Operator::Compare(comparison) => Test::Compare(field, comparison, one(0)?),
        Operator::Like(before, after, negated) => {
            Test::Like(field, Pattern::new(&format!("{before}{}{after}", values[0])), negated)
        }
        Operator::In(negated) => {
            let keys = values.iter().map(|text| Ok(Key::new(value::read(&field, text)?.as_value())));
            Test::Member(field, keys.collect::<ApiResult<_>>()?, negated)
        }
        Operator::Between(negated) => Test::Between(field, one(0)?, one(1)?, negated),
        Operator::Null(negated) => Test::Null(field, negated),
        Operator::Own(own, negated) => Test::Member(field, owned(own, scene), negated),
        Operator::Within(period) => within(period, field, values.first(), scene)?,
    })
}

/// What belongs to the user who asks.
fn owned(own: Own, scene: Scene<'_>) -> HashSet<Key> {
    let store = scene.store;
    let unit = || store.users.get(scene.caller).map(|user| user.business_unit);
    let teams = || store.links(Relationship::TeamMember).of_right(scene.caller);
    let ids: Vec<Uuid> = match own {
        Own::User => vec![scene.caller],
        Own::Unit => unit().into_iter().collect(),
        Own::Teams => teams().collect(),
        Own::UserOrTeams => teams().chain([scene.caller]).collect(),
    };
    ids.into_iter().map(Key::Guid).collect()
}

fn within(period: Period, field: Field, text: Option<&String>, scene: Scene<'_>) -> ApiResult<Test> {
    let text = text.map_or("", String::as_str);
    let value = match (period.takes_value(), period.takes_date()) {
        (false, _) => 0,
        (true, true) => match value::read(&field, text)? {
            Scalar::Date(seconds) => seconds,
            _ => 0,
        },
        (true, false) => {
            let number = text.trim().parse().ok().filter(|number| *number > 0);
            number.ok_or_else(|| error::value_type(&field.display(), "System.Int32", text))?
        }
    };
    let bounds = period.bounds(value, scene.now, week_start(scene));
    let (from, to) = bounds.ok_or_else(|| error::value_type(&field.display(), "System.DateTime", text))?;
    Ok(Test::Within(field, from, to))
}

/// The day that weeks start with, as the organization has it.
fn week_start(scene: Scene<'_>) -> Weekday {
    let organization = scene.store.organizations.iter().next();
    match organization.map(|row| row.named("weekstartdaycode")) {
        Some(Value::Int(day)) => Weekday::from_sunday_zero_offset(day as i8).unwrap_or(Weekday::Sunday),
        _ => Weekday::Sunday,
    }
}
