//! Filters as FetchXML, which has an opposite of each condition in place of `not`.

use super::tree::{Filter, Function, Literal, Operator, Type};

/// A query of users with this filter; `None` where FetchXML can't say it.
pub fn fetch_of(filter: &Filter) -> Option<String> {
    let condition = element(filter, false)?;
    Some(format!(
        "<fetch><entity name=\"systemuser\"><attribute name=\"systemuserid\"/><filter>{condition}</filter>\
         <link-entity name=\"businessunit\" from=\"businessunitid\" to=\"businessunitid\" link-type=\"outer\" alias=\"unit\"/>\
         <link-entity name=\"systemuser\" from=\"systemuserid\" to=\"parentsystemuserid\" link-type=\"outer\" alias=\"manager\"/>\
         </entity></fetch>"
    ))
}

fn element(filter: &Filter, negated: bool) -> Option<String> {
    Some(match filter {
        Filter::Not(inner) => element(inner, !negated)?,
        Filter::And(left, right) => joined(if negated { "or" } else { "and" }, left, right, negated)?,
        Filter::Or(left, right) => joined(if negated { "and" } else { "or" }, left, right, negated)?,
        Filter::Compare((path, kind), operator, literal) => {
            let operator = if negated { opposite(*operator) } else { *operator };
            let ordered = !matches!(operator, Operator::Eq | Operator::Ne);
            match literal {
                Literal::Null if ordered => return None,
                Literal::Null => condition(path, if operator == Operator::Eq { "null" } else { "not-null" }, ""),
                _ if ordered && matches!(kind, Type::Guid | Type::Bool) => return None,
                literal => condition(path, name(operator), &format!(" value=\"{}\"", value(literal)?)),
            }
        }
        Filter::Columns((left, kind), operator, (right, _)) => {
            let operator = if negated { opposite(*operator) } else { *operator };
            let ordered = !matches!(operator, Operator::Eq | Operator::Ne);
            let elsewhere = left.contains('/') || right.contains('/');
            if elsewhere || (ordered && matches!(kind, Type::Guid | Type::Bool)) {
                return None;
            }
            condition(left, name(operator), &format!(" valueof=\"{}\"", attribute(right)))
        }
        Filter::Text(function, (path, _), needle) => {
            let needle = text(needle)?;
            let (operator, needle) = match (function, negated) {
                (Function::Contains, false) => ("like", format!("%{needle}%")),
                (Function::Contains, true) => ("not-like", format!("%{needle}%")),
                (Function::StartsWith, false) => ("begins-with", needle),
                (Function::StartsWith, true) => ("not-begin-with", needle),
                (Function::EndsWith, false) => ("ends-with", needle),
                (Function::EndsWith, true) => ("not-end-with", needle),
            };
            condition(path, operator, &format!(" value=\"{needle}\""))
        }
        Filter::In((path, _), values) => {
            let values: Vec<String> = values
                .iter()
                .map(|one| value(one).map(|one| format!("<value>{one}</value>")))
                .collect::<Option<_>>()?;
            let operator = if negated { "not-in" } else { "in" };
            condition(path, operator, "").replace("/>", &format!(">{}</condition>", values.concat()))
        }
        Filter::Lambda(..) => return None,
    })
}

fn joined(kind: &str, left: &Filter, right: &Filter, negated: bool) -> Option<String> {
    Some(format!("<filter type=\"{kind}\">{}{}</filter>", element(left, negated)?, element(right, negated)?))
}

fn condition(path: &str, operator: &str, value: &str) -> String {
    let (entity, column) = match path.split_once('/') {
        Some(("businessunitid", column)) => (" entityname=\"unit\"", column),
        Some((_, column)) => (" entityname=\"manager\"", column),
        None => ("", path),
    };
    format!("<condition{entity} attribute=\"{}\" operator=\"{operator}\"{value}/>", attribute(column))
}

/// FetchXML knows lookups by the names of their attributes.
fn attribute(column: &str) -> &str {
    column.strip_prefix('_').and_then(|name| name.strip_suffix("_value")).unwrap_or(column)
}

fn value(literal: &Literal) -> Option<String> {
    Some(match literal {
        Literal::Null => return None,
        Literal::Text(value) => text(value)?,
        Literal::Int(number) => i32::try_from(*number).ok()?.to_string(),
        Literal::Double(number) => number.to_string(),
        Literal::Bool(flag) => u8::from(*flag).to_string(),
        Literal::Guid(id) => format!("{{{id}}}"),
        Literal::Date(seconds) => jiff::Timestamp::from_second(*seconds).unwrap().to_string(),
    })
}

/// Text within XML; `None` where XML has no way to say it, or where it says nothing.
fn text(text: &str) -> Option<String> {
    let sayable = |next: char| matches!(next, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..);
    if text.is_empty() || !text.chars().all(sayable) {
        return None;
    }
    let escaped = text.chars().map(|next| match next {
        '&' | '<' | '>' | '"' | '\t' | '\n' | '\r' => format!("&#{};", next as u32),
        _ => next.to_string(),
    });
    Some(escaped.collect())
}

fn name(operator: Operator) -> &'static str {
    super::print::name(operator)
}

fn opposite(operator: Operator) -> Operator {
    match operator {
        Operator::Eq => Operator::Ne,
        Operator::Ne => Operator::Eq,
        Operator::Gt => Operator::Le,
        Operator::Ge => Operator::Lt,
        Operator::Lt => Operator::Ge,
        Operator::Le => Operator::Gt,
    }
}
