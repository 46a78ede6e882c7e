//! Colour on a terminal, plain text everywhere else.

use std::fmt::Display;
use std::io::IsTerminal;
use std::sync::OnceLock;

/// A part of the text that stands out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Headings.
    Bold,
    /// What matters less.
    Dim,
    /// As it should be.
    Good,
    /// Not as it should be.
    Bad,
    /// Worth a look.
    Notice,
}

/// The text in a style, where the output is a terminal and the user has not asked for none (`NO_COLOR`).
pub fn paint(style: Style, text: impl Display) -> String {
    static COLOURED: OnceLock<bool> = OnceLock::new();
    let coloured = COLOURED.get_or_init(|| std::env::var_os("NO_COLOR").is_none() && std::io::stdout().is_terminal());
    if *coloured { coloured_text(style, text) } else { text.to_string() }
}

fn coloured_text(style: Style, text: impl Display) -> String {
    let code = match style {
        Style::Bold => 1,
        Style::Dim => 2,
        Style::Good => 32,
        Style::Bad => 31,
        Style::Notice => 33,
    };
    format!("\x1b[{code}m{text}\x1b[0m")
}

/// The text with spaces after it up to a width, counted before colour is added.
pub fn padded(style: Style, text: &str, width: usize) -> String {
    let space = width.saturating_sub(text.chars().count());
    format!("{}{:space$}", paint(style, text), "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_is_no_terminal_and_gets_plain_text() {
        assert_eq!(padded(Style::Good, "ok", 5), "ok   ");
        assert_eq!(coloured_text(Style::Bad, "no"), "\x1b[31mno\x1b[0m");
    }
}
