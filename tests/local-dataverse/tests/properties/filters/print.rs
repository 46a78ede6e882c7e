//! Filters as text, in one of the spellings that mean the same.

use super::tree::{Column, Filter, Function, Literal, Operator};

/// The text of a filter. The number chooses among spellings: more or fewer parentheses and spaces, forms of dates and of numbers.
pub fn text_of(filter: &Filter, spelling: u64) -> String {
    let mut printer = Printer { choices: spelling, prefix: "" };
    printer.filter(filter, 0)
}

struct Printer {
    choices: u64,
    /// What stands before a path: the variable of the lambda around it.
    prefix: &'static str,
}

impl Printer {
    fn choose(&mut self, among: u64) -> u64 {
        let choice = self.choices % among;
        self.choices = self.choices.rotate_right(7).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ among;
        choice
    }

    fn space(&mut self) -> &'static str {
        if self.choose(6) == 0 { "  " } else { " " }
    }

    /// How tightly the text around it binds: 0 nothing, 1 or, 2 and, 3 not.
    fn filter(&mut self, filter: &Filter, around: u8) -> String {
        let (text, own) = match filter {
            Filter::Or(left, right) => (self.joined(left, "or", right, 1), 1),
            Filter::And(left, right) => (self.joined(left, "and", right, 2), 2),
            Filter::Not(inner) => (format!("not{}{}", self.space(), self.filter(inner, 4)), 3),
            Filter::Compare(column, operator, literal) => {
                let literal = self.literal(literal);
                (format!("{}{}{}{}{literal}", self.path(*column), self.space(), name(*operator), self.space()), 3)
            }
            Filter::Columns(left, operator, right) => {
                (format!("{}{}{} {}", self.path(*left), self.space(), name(*operator), self.path(*right)), 3)
            }
            Filter::Text(function, column, needle) => {
                let comma = if self.choose(3) == 0 { " , " } else { "," };
                (format!("{}({}{comma}{})", function_name(*function), self.path(*column), quoted(needle)), 5)
            }
            Filter::In(column, values) => (self.membership(*column, values), 5),
            Filter::Lambda(one, inner) => (self.lambda(*one, inner.as_deref()), 5),
        };
        if own < around || self.choose(8) == 0 { format!("({text})") } else { text }
    }

    fn joined(&mut self, left: &Filter, word: &str, right: &Filter, own: u8) -> String {
        // Both are associative: the right side needs no parentheses either.
        format!("{}{}{word} {}", self.filter(left, own), self.space(), self.filter(right, own))
    }

    fn path(&self, (path, _): Column) -> String {
        format!("{}{path}", self.prefix)
    }

    fn lambda(&mut self, one: bool, inner: Option<&Filter>) -> String {
        let word = if one { "any" } else { "all" };
        let Some(inner) = inner else { return format!("systemuserroles_association/{word}()") };
        self.prefix = "r/";
        let inner = self.filter(inner, 0);
        self.prefix = "";
        format!("systemuserroles_association/{word}(r:{inner})")
    }

    /// Property names are text here, and so may the values be.
    fn membership(&mut self, column: Column, values: &[Literal]) -> String {
        let values: Vec<String> = values
            .iter()
            .map(|value| match value {
                Literal::Text(text) => serde_json::to_string(text).unwrap(),
                other => {
                    let text = self.literal(other);
                    if self.choose(2) == 0 { format!("'{text}'") } else { format!("\"{text}\"") }
                }
            })
            .collect();
        format!("Microsoft.Dynamics.CRM.In(PropertyName='{}',PropertyValues=[{}])", self.path(column), values.join(","))
    }

    fn literal(&mut self, literal: &Literal) -> String {
        match literal {
            Literal::Null => "null".to_owned(),
            Literal::Text(text) => quoted(text),
            Literal::Int(number) => number.to_string(),
            Literal::Double(number) => format!("{number:?}"),
            Literal::Bool(flag) => flag.to_string(),
            Literal::Guid(id) if self.choose(2) == 0 => id.to_string().to_uppercase(),
            Literal::Guid(id) => id.to_string(),
            Literal::Date(seconds) => self.date(*seconds),
        }
    }

    fn date(&mut self, seconds: i64) -> String {
        let time = jiff::Timestamp::from_second(seconds).unwrap();
        if seconds % 86400 == 0 {
            return time.strftime("%Y-%m-%d").to_string();
        }
        match self.choose(3) {
            0 => time.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string(),
            1 => time
                .to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::offset(2)))
                .strftime("%Y-%m-%dT%H:%M:%S+02:00")
                .to_string(),
            _ => time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        }
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// The word of a comparison.
pub fn name(operator: Operator) -> &'static str {
    match operator {
        Operator::Eq => "eq",
        Operator::Ne => "ne",
        Operator::Gt => "gt",
        Operator::Ge => "ge",
        Operator::Lt => "lt",
        Operator::Le => "le",
    }
}

fn function_name(function: Function) -> &'static str {
    match function {
        Function::Contains => "contains",
        Function::StartsWith => "startswith",
        Function::EndsWith => "endswith",
    }
}
