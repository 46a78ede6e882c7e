//! Periods that conditions on dates name. The service counts in the time zone of the user who asks: UTC for an application.

use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan};

/// A part of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A minute.
    Minute,
    /// An hour.
    Hour,
    /// A day.
    Day,
    /// A week.
    Week,
    /// A month.
    Month,
    /// A year.
    Year,
}

/// A period, seen from now or from the condition's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// on: the day that the value names
    On,
    /// on-or-before
    OnOrBefore,
    /// on-or-after
    OnOrAfter,
    /// This day, week, month or year, or one so many away.
    Whole(Part, i64),
    /// last-seven-days or next-seven-days
    SevenDays(i64),
    /// last-x-...: from the midnight so many ago until now
    Last(Part),
    /// next-x-...: from now until the end of the day so many ahead
    Next(Part),
    /// olderthan-x-...: before the midnight so many ago
    Before(Part),
}

/// From a second on, to a second that no longer belongs to it; `None` has no bound.
pub type Bounds = (Option<i64>, Option<i64>);

impl Part {
    /// `days` for a day.
    pub fn of_plural(name: &str) -> Option<Self> {
        Some(match name {
            "minutes" => Self::Minute,
            "hours" => Self::Hour,
            "days" => Self::Day,
            "weeks" => Self::Week,
            "months" => Self::Month,
            "years" => Self::Year,
            _ => return None,
        })
    }

    fn times(self, count: i64) -> Option<Span> {
        let span = Span::new();
        match self {
            Self::Minute => span.try_minutes(count),
            Self::Hour => span.try_hours(count),
            Self::Day => span.try_days(count),
            Self::Week => span.try_weeks(count),
            Self::Month => span.try_months(count),
            Self::Year => span.try_years(count),
        }
        .ok()
    }

    /// When the part began that a moment lies in.
    fn start(self, moment: DateTime, week_start: Weekday) -> Option<DateTime> {
        let date = moment.date();
        let date = match self {
            Self::Minute => return date.at(moment.hour(), moment.minute(), 0, 0).into(),
            Self::Hour => return date.at(moment.hour(), 0, 0, 0).into(),
            Self::Day => date,
            Self::Week => date.checked_sub(i64::from(week_start.until(date.weekday())).days()).ok()?,
            Self::Month => date.first_of_month(),
            Self::Year => date.first_of_year(),
        };
        Some(midnight(date))
    }
}

impl Period {
    /// Whether the condition has a value: a date or a number.
    pub fn takes_value(self) -> bool {
        !matches!(self, Self::Whole(..) | Self::SevenDays(_))
    }

    /// Whether the value is a date.
    pub fn takes_date(self) -> bool {
        matches!(self, Self::On | Self::OnOrBefore | Self::OnOrAfter)
    }

    /// Where the period begins and ends. `value` is the date in seconds since 1970, or the number. `None`: no calendar goes that far.
    pub fn bounds(self, value: i64, now: i64, week_start: Weekday) -> Option<Bounds> {
        let moment = if self.takes_date() { value } else { now };
        let moment = Timestamp::from_second(moment).ok()?.to_zoned(TimeZone::UTC).datetime();
        let today = midnight(moment.date());
        let tomorrow = today.checked_add(1.day()).ok()?;
        let shifted = |from: DateTime, part: Part, count: i64| from.checked_add(part.times(count)?).ok();
        Some(match self {
            Self::On => (second(today), second(tomorrow)),
            Self::OnOrBefore => (None, second(tomorrow)),
            Self::OnOrAfter => (second(today), None),
            Self::Whole(part, offset) => {
                let start = shifted(part.start(moment, week_start)?, part, offset)?;
                (second(start), second(shifted(start, part, 1)?))
            }
            Self::SevenDays(..0) => (second(shifted(today, Part::Day, -7)?), Some(now + 1)),
            Self::SevenDays(_) => (Some(now), second(shifted(tomorrow, Part::Day, 7)?)),
            Self::Last(Part::Hour) => {
                let hour = Part::Hour.start(moment, week_start)?;
                (second(shifted(hour, Part::Hour, -value)?), Some(now + 1))
            }
            Self::Last(part) => (second(shifted(today, part, -value)?), Some(now + 1)),
            Self::Next(Part::Hour) => (Some(now), second(shifted(moment, Part::Hour, value)?)),
            Self::Next(part) => (Some(now), second(shifted(tomorrow, part, value)?)),
            Self::Before(part @ (Part::Minute | Part::Hour)) => {
                (None, second(shifted(part.start(moment, week_start)?, part, -value)?))
            }
            Self::Before(part) => (None, second(shifted(today, part, -value)?)),
        })
    }
}

fn midnight(date: Date) -> DateTime {
    date.to_datetime(Time::midnight())
}

fn second(moment: DateTime) -> Option<i64> {
    TimeZone::UTC.to_timestamp(moment).ok().map(Timestamp::as_second)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::operator::{Operator, of_name};

    /// Monday, 2020-08-17 at 13:00.
    const NOW: i64 = 1_597_669_200;

    fn bounds(operator: &str, value: i64) -> String {
        let Some(Operator::Within(period)) = of_name(operator) else { panic!("{operator}") };
        let text = |bound: Option<i64>| {
            bound.map_or_else(String::new, |second| {
                let moment = Timestamp::from_second(second).unwrap().to_zoned(TimeZone::UTC).datetime();
                let text = moment.to_string();
                text.strip_suffix(":00").unwrap_or(&text).to_owned()
            })
        };
        let (from, to) = period.bounds(value, NOW, Weekday::Sunday).unwrap();
        format!("{} .. {}", text(from), text(to))
    }

    #[test]
    fn periods_reach_from_where_to_where_the_service_counts_them() {
        for (operator, value, expected) in [
            ("on", NOW - 86_400, "2020-08-16T00:00 .. 2020-08-17T00:00"),
            ("on-or-before", NOW, " .. 2020-08-18T00:00"),
            ("on-or-after", NOW, "2020-08-17T00:00 .. "),
            ("yesterday", 0, "2020-08-16T00:00 .. 2020-08-17T00:00"),
            ("today", 0, "2020-08-17T00:00 .. 2020-08-18T00:00"),
            ("tomorrow", 0, "2020-08-18T00:00 .. 2020-08-19T00:00"),
            ("last-week", 0, "2020-08-09T00:00 .. 2020-08-16T00:00"),
            ("this-week", 0, "2020-08-16T00:00 .. 2020-08-23T00:00"),
            ("next-week", 0, "2020-08-23T00:00 .. 2020-08-30T00:00"),
            ("last-month", 0, "2020-07-01T00:00 .. 2020-08-01T00:00"),
            ("this-month", 0, "2020-08-01T00:00 .. 2020-09-01T00:00"),
            ("next-month", 0, "2020-09-01T00:00 .. 2020-10-01T00:00"),
            ("last-year", 0, "2019-01-01T00:00 .. 2020-01-01T00:00"),
            ("this-year", 0, "2020-01-01T00:00 .. 2021-01-01T00:00"),
            ("next-year", 0, "2021-01-01T00:00 .. 2022-01-01T00:00"),
            ("last-seven-days", 0, "2020-08-10T00:00 .. 2020-08-17T13:00:01"),
            ("next-seven-days", 0, "2020-08-17T13:00 .. 2020-08-25T00:00"),
            ("last-x-hours", 2, "2020-08-17T11:00 .. 2020-08-17T13:00:01"),
            ("last-x-days", 4, "2020-08-13T00:00 .. 2020-08-17T13:00:01"),
            ("last-x-weeks", 2, "2020-08-03T00:00 .. 2020-08-17T13:00:01"),
            ("last-x-months", 3, "2020-05-17T00:00 .. 2020-08-17T13:00:01"),
            ("last-x-years", 2, "2018-08-17T00:00 .. 2020-08-17T13:00:01"),
            ("next-x-hours", 2, "2020-08-17T13:00 .. 2020-08-17T15:00"),
            ("next-x-days", 4, "2020-08-17T13:00 .. 2020-08-22T00:00"),
            ("next-x-weeks", 2, "2020-08-17T13:00 .. 2020-09-01T00:00"),
            ("next-x-months", 3, "2020-08-17T13:00 .. 2020-11-18T00:00"),
            ("next-x-years", 2, "2020-08-17T13:00 .. 2022-08-18T00:00"),
            ("olderthan-x-minutes", 90, " .. 2020-08-17T11:30"),
            ("olderthan-x-hours", 3, " .. 2020-08-17T10:00"),
            ("olderthan-x-days", 1, " .. 2020-08-16T00:00"),
            ("olderthan-x-weeks", 1, " .. 2020-08-10T00:00"),
            ("olderthan-x-months", 6, " .. 2020-02-17T00:00"),
            ("olderthan-x-years", 1, " .. 2019-08-17T00:00"),
        ] {
            assert_eq!(bounds(operator, value), expected, "{operator}");
        }
    }

    #[test]
    fn a_period_that_no_calendar_reaches_has_no_bounds() {
        assert_eq!(Period::Last(Part::Year).bounds(50_000, NOW, Weekday::Sunday), None);
        assert_eq!(Period::Next(Part::Day).bounds(i64::MAX, NOW, Weekday::Sunday), None);
    }
}
