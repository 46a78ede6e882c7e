//! Dates and times as text. A page of 5,000 rows has 10,000 of them: they are put together here, without a calendar's generality.

use super::short::Short;

/// A moment of the years 0 to 9999.
struct Moment {
    year: u32,
    month: u32,
    day: u32,
    hour: u32,
    minute: u32,
    second: u32,
}

impl Moment {
    /// 0000-01-01T00:00:00Z and 10000-01-01T00:00:00Z.
    const RANGE: std::ops::Range<i64> = -62_167_219_200..253_402_300_800;

    fn of(seconds: i64) -> Option<Self> {
        if !Self::RANGE.contains(&seconds) {
            return None;
        }
        let in_day = seconds.rem_euclid(86_400) as u32;
        // Days since the 1st of March of a year before all others that are divisible by 400: leap days come last then.
        let days = (seconds.div_euclid(86_400) + 719_468 + 146_097) as u32;
        let (era, day_of_era) = (days / 146_097, days % 146_097);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
        Some(Self {
            year: year_of_era + era * 400 + u32::from(month <= 2) - 400,
            month,
            day: day_of_year - (153 * shifted_month + 2) / 5 + 1,
            hour: in_day / 3600,
            minute: in_day / 60 % 60,
            second: in_day % 60,
        })
    }
}

/// As the service writes it: `2024-03-15T16:21:58Z`. What no calendar has is written as the service's earliest date.
pub fn written(seconds: i64) -> Short {
    let mut text = Short::EMPTY;
    let Some(Moment { year, month, day, hour, minute, second }) = Moment::of(seconds) else {
        text.push(b"1900-01-01T00:00:00Z");
        return text;
    };
    text.push_two(year / 100);
    text.push_two(year % 100);
    for (separator, number) in [(b'-', month), (b'-', day), (b'T', hour), (b':', minute), (b':', second)] {
        text.push(&[separator]);
        text.push_two(number);
    }
    text.push(b"Z");
    text
}

/// As an English reader sees it: `3/15/2024 4:21 PM`.
pub fn american(seconds: i64) -> Short {
    let mut text = Short::EMPTY;
    let Some(Moment { year, month, day, hour, minute, .. }) = Moment::of(seconds) else { return text };
    text.push_plain(month);
    text.push(b"/");
    text.push_plain(day);
    text.push(b"/");
    text.push_plain(year);
    text.push(b" ");
    text.push_plain((hour + 11) % 12 + 1);
    text.push(b":");
    text.push_two(minute);
    text.push(if hour < 12 { b" AM" } else { b" PM" });
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_same(seconds: i64) {
        let time = jiff::Timestamp::from_second(seconds).unwrap();
        assert_eq!(written(seconds).as_str(), time.to_string(), "{seconds}");
        let half = if time.to_zoned(jiff::tz::TimeZone::UTC).hour() < 12 { "AM" } else { "PM" };
        let expected = time.to_zoned(jiff::tz::TimeZone::UTC).strftime("%-m/%-d/%-Y %-I:%M").to_string();
        assert_eq!(american(seconds).as_str(), format!("{expected} {half}"), "{seconds}");
    }

    #[test]
    fn ten_thousand_years_are_as_in_a_calendar() {
        // A step of some months that is no multiple of a day visits all days of a year and all times of a day; jiff's range ends
        // 26 hours before the last year does.
        let last = jiff::Timestamp::MAX.as_second();
        (Moment::RANGE.start..last).step_by(97 * 86_400 - 1867).for_each(assert_same);
        for seconds in [Moment::RANGE.start, -1, 0, 1, 951_782_400, 951_868_799, 1_709_164_800, 4_107_542_400, last] {
            assert_same(seconds);
        }
    }

    #[test]
    fn what_is_outside_of_these_years_is_the_earliest_date_of_the_service() {
        for seconds in [i64::MIN, Moment::RANGE.start - 1, Moment::RANGE.end, i64::MAX] {
            assert_eq!(written(seconds).as_str(), "1900-01-01T00:00:00Z");
            assert_eq!(american(seconds).as_str(), "");
        }
        assert_eq!(written(Moment::RANGE.end - 1).as_str(), "9999-12-31T23:59:59Z");
    }

    #[test]
    fn an_english_reader_sees_twelve_hours() {
        assert_eq!(american(1_710_519_718).as_str(), "3/15/2024 4:21 PM");
        assert_eq!(american(1_710_460_800).as_str(), "3/15/2024 12:00 AM");
        assert_eq!(american(1_710_504_000).as_str(), "3/15/2024 12:00 PM");
    }
}
