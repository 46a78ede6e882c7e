//! Literals of `$filter`: numbers, dates, identifiers and the words `null`, `true` and `false`.

use uuid::Uuid;

use crate::model::Scalar;

/// A word as a literal, where it is one.
pub fn literal(word: &str) -> Option<Scalar> {
    match word {
        "null" => return Some(Scalar::Null),
        "true" => return Some(Scalar::Bool(true)),
        "false" => return Some(Scalar::Bool(false)),
        _ => {}
    }
    if word.len() == 36
        && let Ok(id) = Uuid::try_parse(word)
    {
        return Some(Scalar::Guid(id));
    }
    number(word).or_else(|| date(word).map(Scalar::Date))
}

/// A number; the letters of version 3 that name its type may follow it.
fn number(word: &str) -> Option<Scalar> {
    let digits = word.strip_prefix(['+', '-']).unwrap_or(word);
    if !digits.starts_with(|next: char| next.is_ascii_digit()) {
        return None;
    }
    if let Ok(number) = word.trim_end_matches(['L', 'l']).parse::<i64>() {
        return Some(Scalar::Int(number));
    }
    let text = word.trim_end_matches(['M', 'm', 'D', 'd', 'F', 'f']);
    // Digits stand on both sides of a point.
    let whole = text.split(['e', 'E']).next().unwrap_or_default();
    if whole.ends_with('.') {
        return None;
    }
    text.parse::<f64>().ok().map(Scalar::Double)
}

/// A date, or a date with time, in seconds since 1970.
pub fn date(text: &str) -> Option<i64> {
    if let Ok(time) = text.parse::<jiff::Timestamp>() {
        return Some(time.as_second());
    }
    if text.len() != 10 {
        return None;
    }
    let day = text.parse::<jiff::civil::Date>().ok()?;
    Some(day.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_second())
}

/// Whether a word is a time of day, such as `08:00` or `08:00:00.5`.
pub fn is_time_of_day(word: &str) -> bool {
    word.len() >= 5 && word.as_bytes()[2] == b':' && word.parse::<jiff::civil::Time>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_literals_or_none() {
        for (word, expected) in [
            ("null", Some(Scalar::Null)),
            ("true", Some(Scalar::Bool(true))),
            ("12", Some(Scalar::Int(12))),
            ("-12L", Some(Scalar::Int(-12))),
            ("1.5", Some(Scalar::Double(1.5))),
            ("2e3", Some(Scalar::Double(2000.0))),
            ("1.5d", Some(Scalar::Double(1.5))),
            ("2024-01-15", Some(Scalar::Date(1_705_276_800))),
            ("2024-01-15T08:00:00Z", Some(Scalar::Date(1_705_305_600))),
            ("1.", None),
            ("1.e5", None),
            ("-.5", None),
            ("+inf", None),
            ("1e", None),
            ("True", None),
            ("firstname", None),
        ] {
            assert_eq!(literal(word), expected, "{word}");
        }
    }
}
