//! The operators of conditions, by their names.

use std::ops::RangeInclusive;

use super::period::{Part, Period};
use crate::odata::filter::ast::Comparison;

/// What a condition does with the column's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// eq and its like
    Compare(Comparison),
    /// A pattern of LIKE: what stands before and after the value, and whether it must not fit.
    Like(&'static str, &'static str, bool),
    /// in, or not-in
    In(bool),
    /// between, or not-between
    Between(bool),
    /// null, or not-null
    Null(bool),
    /// The user who asks, his business unit or his teams.
    Own(Own, bool),
    /// A date within a period.
    Within(Period),
}

/// What belongs to the user who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Own {
    /// The user himself.
    User,
    /// His business unit.
    Unit,
    /// His teams.
    Teams,
    /// He and his teams.
    UserOrTeams,
}

/// The service has these, this server not yet.
const MISSING: [&str; 24] = [
    "above",
    "eq-or-above",
    "under",
    "eq-or-under",
    "not-under",
    "eq-useroruserhierarchy",
    "eq-useroruserhierarchyandteams",
    "eq-userlanguage",
    "contain-values",
    "not-contain-values",
    "in-fiscal-period",
    "in-fiscal-period-and-year",
    "in-fiscal-year",
    "in-or-after-fiscal-period-and-year",
    "in-or-before-fiscal-period-and-year",
    "last-fiscal-period",
    "last-fiscal-year",
    "last-x-fiscal-periods",
    "last-x-fiscal-years",
    "next-fiscal-period",
    "next-fiscal-year",
    "next-x-fiscal-periods",
    "next-x-fiscal-years",
    "this-fiscal-period",
];

/// Whether the service has an operator that this server lacks.
pub fn is_missing(name: &str) -> bool {
    MISSING.contains(&name) || name == "this-fiscal-year"
}

/// The operator with this name.
pub fn of_name(name: &str) -> Option<Operator> {
    use Operator::{Between, Compare, In, Like, Null, Own as Of, Within};
    Some(match name {
        "eq" => Compare(Comparison::Equal),
        "ne" | "neq" => Compare(Comparison::NotEqual),
        "gt" => Compare(Comparison::Greater),
        "ge" => Compare(Comparison::GreaterOrEqual),
        "lt" => Compare(Comparison::Less),
        "le" => Compare(Comparison::LessOrEqual),
        "like" => Like("", "", false),
        "not-like" => Like("", "", true),
        "begins-with" => Like("", "%", false),
        "not-begin-with" => Like("", "%", true),
        "ends-with" => Like("%", "", false),
        "not-end-with" => Like("%", "", true),
        "in" => In(false),
        "not-in" => In(true),
        "between" => Between(false),
        "not-between" => Between(true),
        "null" => Null(false),
        "not-null" => Null(true),
        "eq-userid" => Of(Own::User, false),
        "ne-userid" => Of(Own::User, true),
        "eq-businessid" => Of(Own::Unit, false),
        "ne-businessid" => Of(Own::Unit, true),
        "eq-userteams" => Of(Own::Teams, false),
        "eq-useroruserteams" => Of(Own::UserOrTeams, false),
        _ => Within(period(name)?),
    })
}

fn period(name: &str) -> Option<Period> {
    Some(match name {
        "on" => Period::On,
        "on-or-before" => Period::OnOrBefore,
        "on-or-after" => Period::OnOrAfter,
        "yesterday" => Period::Whole(Part::Day, -1),
        "today" => Period::Whole(Part::Day, 0),
        "tomorrow" => Period::Whole(Part::Day, 1),
        "last-seven-days" => Period::SevenDays(-1),
        "next-seven-days" => Period::SevenDays(1),
        _ => {
            if let Some(unit) = name.strip_prefix("last-x-") {
                return Part::of_plural(unit).filter(|part| *part != Part::Minute).map(Period::Last);
            }
            if let Some(unit) = name.strip_prefix("next-x-") {
                return Part::of_plural(unit).filter(|part| *part != Part::Minute).map(Period::Next);
            }
            if let Some(unit) = name.strip_prefix("olderthan-x-") {
                return Part::of_plural(unit).map(Period::Before);
            }
            let (which, unit) = name.split_once('-')?;
            let offset = match which {
                "last" => -1,
                "this" => 0,
                "next" => 1,
                _ => return None,
            };
            match unit {
                "week" => Period::Whole(Part::Week, offset),
                "month" => Period::Whole(Part::Month, offset),
                "year" => Period::Whole(Part::Year, offset),
                _ => return None,
            }
        }
    })
}

impl Operator {
    /// How many values it takes.
    pub fn arity(self) -> RangeInclusive<usize> {
        match self {
            Operator::Compare(_) | Operator::Like(..) => 1..=1,
            Operator::In(_) => 1..=usize::MAX,
            Operator::Between(_) => 2..=2,
            Operator::Null(_) | Operator::Own(..) => 0..=0,
            Operator::Within(period) => {
                if period.takes_value() {
                    1..=1
                } else {
                    0..=0
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operator_of_the_service_is_known_or_known_to_be_missing() {
        // https://learn.microsoft.com/power-apps/developer/data-platform/fetchxml/reference/operators
        let all = "above begins-with between contain-values ends-with eq eq-businessid eq-or-above eq-or-under eq-userid \
                   eq-userlanguage eq-useroruserhierarchy eq-useroruserhierarchyandteams eq-useroruserteams eq-userteams ge gt in \
                   in-fiscal-period in-fiscal-period-and-year in-fiscal-year in-or-after-fiscal-period-and-year \
                   in-or-before-fiscal-period-and-year last-fiscal-period last-fiscal-year last-month last-seven-days last-week \
                   last-x-days last-x-fiscal-periods last-x-fiscal-years last-x-hours last-x-months last-x-weeks last-x-years \
                   last-year le like lt ne ne-businessid ne-userid neq next-fiscal-period next-fiscal-year next-month \
                   next-seven-days next-week next-x-days next-x-fiscal-periods next-x-fiscal-years next-x-hours next-x-months \
                   next-x-weeks next-x-years next-year not-begin-with not-between not-contain-values not-end-with not-in not-like \
                   not-null not-under null olderthan-x-days olderthan-x-hours olderthan-x-minutes olderthan-x-months \
                   olderthan-x-weeks olderthan-x-years on on-or-after on-or-before this-fiscal-period this-fiscal-year this-month \
                   this-week this-year today tomorrow under yesterday";
        for name in all.split_whitespace() {
            assert!(of_name(name).is_some() != is_missing(name), "{name}");
        }
        for name in ["equals", "EQ", "last-x-minutes", "next-x-eons", "this-day", "olderthan-x", ""] {
            assert!(of_name(name).is_none() && !is_missing(name), "{name}");
        }
    }
}
