//! Text as the service's database takes it: case does not count, and `contains` and its like are patterns of SQL's LIKE.

use std::cmp::Ordering;

/// A letter without its case.
fn fold(letter: char) -> char {
    if letter.is_ascii() {
        return letter.to_ascii_lowercase();
    }
    let mut lower = letter.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(lower), None) => lower,
        // No letter becomes two: a pattern's `_` stands for one.
        _ => letter,
    }
}

/// A text without its case.
pub fn folded(text: &str) -> String {
    text.chars().map(fold).collect()
}

/// Compares two texts without regard to case.
pub fn compare(left: &str, right: &str) -> Ordering {
    let (mut lefts, mut rights) = (left.bytes(), right.bytes());
    loop {
        // Most texts differ in one of their first letters: what is behind it need not be looked at.
        let place = left.len() - lefts.len();
        match (lefts.next(), rights.next()) {
            (Some(one), Some(other)) if one.is_ascii() && other.is_ascii() => {
                let order = one.to_ascii_lowercase().cmp(&other.to_ascii_lowercase());
                if order != Ordering::Equal {
                    return order;
                }
            }
            (Some(_), Some(_)) => return left[place..].chars().map(fold).cmp(right[place..].chars().map(fold)),
            (one, other) => return one.is_some().cmp(&other.is_some()),
        }
    }
}

/// Whether two texts are the same without regard to case.
pub fn same(left: &str, right: &str) -> bool {
    compare(left, right) == Ordering::Equal
}

/// A number that all texts have in common which are the same without regard to case.
pub fn hash(text: &str) -> u64 {
    // FNV-1a.
    let add = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    let start = 0xcbf2_9ce4_8422_2325;
    if text.is_ascii() {
        return text.bytes().fold(start, |hash, byte| add(hash, byte.to_ascii_lowercase()));
    }
    text.chars().fold(start, |hash, letter| fold(letter).encode_utf8(&mut [0; 4]).bytes().fold(hash, add))
}

/// A pattern of LIKE: `%` stands for any text, `_` for any letter, `[a-f]` for one of these, `[^a-f]` for none of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern {
    elements: Vec<Element>,
    plain: Option<Plain>,
}

#[derive(Clone, Debug, PartialEq)]
enum Element {
    /// `%`
    Any,
    /// `_`
    One,
    /// A letter, without its case.
    Letter(char),
    /// `[...]`: ranges of letters without their case, and whether these are the ones that do not fit.
    Set(Vec<(char, char)>, bool),
    /// A `[` that nothing closes: SQL Server finds nothing then.
    Nothing,
}

/// Most patterns are a word, with or without `%` at its ends: these need no search letter by letter.
#[derive(Clone, Debug, PartialEq)]
struct Plain {
    word: Box<str>,
    at_start: bool,
    at_end: bool,
}

impl Pattern {
    /// The pattern that a text writes down.
    pub fn new(text: &str) -> Self {
        let mut elements = Vec::new();
        let mut rest = text;
        while let Some(next) = rest.chars().next() {
            rest = &rest[next.len_utf8()..];
            match next {
                '%' => elements.push(Element::Any),
                '_' => elements.push(Element::One),
                '[' => match rest.split_once(']') {
                    Some((inside, after)) => {
                        elements.push(set(inside));
                        rest = after;
                    }
                    None => elements.push(Element::Nothing),
                },
                letter => elements.push(Element::Letter(fold(letter))),
            }
        }
        Self { plain: plain(&elements), elements }
    }

    /// Whether the whole of a text fits.
    pub fn fits(&self, text: &str) -> bool {
        match &self.plain {
            Some(plain) if text.is_ascii() => plain.fits(text.as_bytes()),
            _ => fits(&self.elements, text),
        }
    }
}

fn set(inside: &str) -> Element {
    let (inside, inverted) = match inside.strip_prefix('^') {
        Some(rest) => (rest, true),
        None => (inside, false),
    };
    let letters: Vec<char> = inside.chars().map(fold).collect();
    let (mut ranges, mut place) = (Vec::new(), 0);
    while place < letters.len() {
        if let [first, '-', last, ..] = letters[place..] {
            ranges.push((first, last));
            place += 3;
        } else {
            ranges.push((letters[place], letters[place]));
            place += 1;
        }
    }
    Element::Set(ranges, inverted)
}

fn plain(elements: &[Element]) -> Option<Plain> {
    let (at_start, elements) = match elements {
        [Element::Any, rest @ ..] => (false, rest),
        _ => (true, elements),
    };
    let (at_end, elements) = match elements {
        [rest @ .., Element::Any] => (false, rest),
        _ => (true, elements),
    };
    let letters = elements.iter().map(|element| match element {
        Element::Letter(letter) => Some(*letter),
        _ => None,
    });
    Some(Plain { word: letters.collect::<Option<String>>()?.into(), at_start, at_end })
}

impl Plain {
    fn fits(&self, text: &[u8]) -> bool {
        let word = self.word.as_bytes();
        if text.len() < word.len() {
            return false;
        }
        match (self.at_start, self.at_end) {
            (true, true) => text.eq_ignore_ascii_case(word),
            (true, false) => text[..word.len()].eq_ignore_ascii_case(word),
            (false, true) => text[text.len() - word.len()..].eq_ignore_ascii_case(word),
            (false, false) => Self::is_within(word, text),
        }
    }

    /// The word is in lower case, and no longer than the text.
    fn is_within(word: &[u8], text: &[u8]) -> bool {
        let Some((first, rest)) = word.split_first() else { return true };
        let starts = text[..=text.len() - word.len()].iter().enumerate();
        starts
            .filter(|(_, letter)| letter.to_ascii_lowercase() == *first)
            .any(|(start, _)| text[start + 1..start + word.len()].eq_ignore_ascii_case(rest))
    }
}

fn fits(elements: &[Element], text: &str) -> bool {
    let (mut place, mut rest) = (0, text.chars());
    // Where to go on when what follows the last `%` does not fit: that `%` then takes one letter more.
    let mut retry: Option<(usize, std::str::Chars<'_>)> = None;
    loop {
        if elements.get(place) == Some(&Element::Any) {
            place += 1;
            retry = Some((place, rest.clone()));
            continue;
        }
        let Some(letter) = rest.next() else { return elements[place..].iter().all(|element| *element == Element::Any) };
        if elements.get(place).is_some_and(|element| takes(element, fold(letter))) {
            place += 1;
            continue;
        }
        let Some((after, from)) = &mut retry else { return false };
        if from.next().is_none() {
            return false;
        }
        place = *after;
        rest = from.clone();
    }
}

fn takes(element: &Element, letter: char) -> bool {
    match element {
        Element::One => true,
        Element::Letter(wanted) => *wanted == letter,
        Element::Set(ranges, inverted) => {
            ranges.iter().any(|(first, last)| (*first..=*last).contains(&letter)) != *inverted
        }
        Element::Any | Element::Nothing => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_fit_as_in_sql() {
        for (pattern, text, expected) in [
            ("", "", true),
            ("", "a", false),
            ("%", "", true),
            ("%%", "abc", true),
            ("abc", "ABC", true),
            ("a%", "abc", true),
            ("%c", "abc", true),
            ("%b%", "abc", true),
            ("%BC%", "aBbCc", true),
            ("%aab%", "AAAB", true),
            ("%bcd%", "abc", false),
            ("%abc%", "bc", false),
            ("%d%", "abc", false),
            ("a_c", "abc", true),
            ("a_c", "ac", false),
            ("_", "\u{e9}", true),
            ("a%b%c", "aXbYbZc", true),
            ("a%b%c", "aXbYbZ", false),
            ("%ab", "aab", true),
            ("[a-c]x", "Bx", true),
            ("[a-c]x", "dx", false),
            ("[^a-c]x", "dx", true),
            ("[^a-c]x", "bx", false),
            ("[-ac]", "-", true),
            ("100[%]", "100%", true),
            ("100[%]", "1000", false),
            ("a[_]b", "a_b", true),
            ("a[_]b", "axb", false),
            ("[[]x", "[x", true),
            ("a]", "a]", true),
            ("[]", "a", false),
            ("%[a%", "[a", false),
            ("\u{c9}%", "\u{e9}cole", true),
            ("%\u{212a}%", "kelvin", true),
        ] {
            assert_eq!(Pattern::new(pattern).fits(text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn many_signs_for_any_text_cost_no_more_than_a_few() {
        let pattern = Pattern::new(&format!("{}b", "%a".repeat(200)));
        assert!(!pattern.fits(&"a".repeat(5000)));
    }

    #[test]
    fn case_does_not_count() {
        assert!(same("\u{c9}COLE", "\u{e9}cole"));
        assert!(!same("ecole", "\u{e9}cole"));
        assert_eq!(hash("\u{c9}COLE"), hash("\u{e9}cole"));
        assert_eq!((hash("\u{212a}elvin"), hash("Kelvin")), (hash("kelvin"), hash("kelvin")), "the Kelvin sign");
        assert_ne!(hash("ab"), hash("ba"));
        for (left, right, expected) in [
            ("a", "B", Ordering::Less),
            ("", "a", Ordering::Less),
            ("ab", "A", Ordering::Greater),
            ("AB\u{c9}x", "ab\u{e9}X", Ordering::Equal),
            ("ab\u{e9}", "abz", Ordering::Greater),
            ("\u{212a}a", "kb", Ordering::Less),
            ("\u{212a}", "K", Ordering::Equal),
            ("\u{e9}", "", Ordering::Greater),
        ] {
            assert_eq!(compare(left, right), expected, "{left} {right}");
            assert_eq!(compare(right, left), expected.reverse(), "{right} {left}");
        }
    }
}
