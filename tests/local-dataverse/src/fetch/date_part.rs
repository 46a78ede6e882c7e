//! Parts of dates that rows are grouped by.

use jiff::tz::TimeZone;
use jiff::{Timestamp, civil};

use super::error;
use crate::odata::{ApiResult, ODataError};

/// A part of a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DatePart {
    /// The day of the month.
    Day,
    /// The week of the year.
    Week,
    /// The month of the year.
    Month,
    /// The quarter of the year.
    Quarter,
    /// The year.
    Year,
}

impl DatePart {
    /// The part with this name in `dategrouping`.
    pub fn of(name: &str) -> ApiResult<Self> {
        Ok(match name {
            "day" => Self::Day,
            "week" => Self::Week,
            "month" => Self::Month,
            "quarter" => Self::Quarter,
            "year" => Self::Year,
            "fiscal-period" | "fiscal-year" => {
                return Err(ODataError::unsupported(format!("dategrouping='{name}' in FetchXML")));
            }
            _ => return Err(error::date_grouping(format_args!("There is no '{name}'."))),
        })
    }

    /// The part of a date in UTC, as the service's database counts: weeks start on Sundays, the first one with the year.
    pub fn in_date(self, seconds: i64) -> i64 {
        let Ok(moment) = Timestamp::from_second(seconds) else { return 0 };
        let date: civil::Date = moment.to_zoned(TimeZone::UTC).date();
        i64::from(match self {
            Self::Day => i16::from(date.day()),
            Self::Week => {
                let before = date.first_of_year().weekday().to_sunday_zero_offset();
                (date.day_of_year() - 1 + i16::from(before)) / 7 + 1
            }
            Self::Month => i16::from(date.month()),
            Self::Quarter => i16::from((date.month() - 1) / 3 + 1),
            Self::Year => date.year(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_dates_are_those_of_the_services_database() {
        // 2023-03-25 and 2023-08-27, as in https://learn.microsoft.com/power-apps/developer/data-platform/fetchxml/aggregate-data
        let parts = |date: &str| {
            let seconds = date.parse::<Timestamp>().unwrap().as_second();
            [DatePart::Day, DatePart::Week, DatePart::Month, DatePart::Quarter, DatePart::Year]
                .map(|part| part.in_date(seconds))
        };
        assert_eq!(parts("2023-03-25T12:00:00Z"), [25, 12, 3, 1, 2023]);
        assert_eq!(parts("2023-08-27T12:00:00Z"), [27, 35, 8, 3, 2023]);
        assert_eq!(parts("2024-01-06T23:59:59Z"), [6, 1, 1, 1, 2024]);
        assert_eq!(parts("2024-01-07T00:00:00Z"), [7, 2, 1, 1, 2024]);
        assert_eq!(parts("2024-12-31T00:00:00Z"), [31, 53, 12, 4, 2024]);
    }
}
