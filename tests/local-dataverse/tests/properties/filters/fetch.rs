//! Filters as FetchXML.

use super::print;
use super::tree::{Column, Filter, Function, Literal, Operator};

/// What holds for no row at all.
const NEVER: &str = "<condition attribute=\"versionnumber\" operator=\"null\"/>";

/// The query that finds the users who pass a filter. `None` where FetchXML can't say it: that all rows of a collection pass.
pub fn xml_of(filter: &Filter) -> Option<String> {
    let links = "<link-entity name='businessunit' from='businessunitid' to='businessunitid' link-type='outer' alias='unit'/>\
                 <link-entity name='systemuser' from='systemuserid' to='parentsystemuserid' link-type='outer' alias='manager'/>";
    let filter = part(filter, false)?;
    Some(format!("<fetch><entity name='systemuser'><no-attrs/>{links}<filter>{filter}</filter></entity></fetch>"))
}

/// Whether XML can hold a character.
pub fn is_xml(letter: char) -> bool {
    !matches!(letter, '\0'..='\x08' | '\x0b' | '\x0c' | '\x0e'..='\x1f' | '\u{fffe}' | '\u{ffff}')
}

/// A filter, or its opposite: `not` is pushed to the conditions, of which each has one.
fn part(filter: &Filter, negated: bool) -> Option<String> {
    Some(match filter {
        Filter::Not(inner) => part(inner, !negated)?,
        Filter::And(left, right) => both(left, right, if negated { "or" } else { "and" }, negated)?,
        Filter::Or(left, right) => both(left, right, if negated { "and" } else { "or" }, negated)?,
        Filter::Compare(column, Operator::Eq | Operator::Ne, Literal::Null) => {
            let is_null = matches!(filter, Filter::Compare(_, Operator::Eq, _)) != negated;
            condition(*column, if is_null { "null" } else { "not-null" }, "")
        }
        Filter::Compare(_, _, Literal::Null) => NEVER.to_owned(),
        Filter::Compare(column, operator, literal) => {
            condition(*column, name(*operator, negated), &attribute("value", &text(literal)))
        }
        Filter::Columns(left, operator, right) => {
            let (entity, other) = place(*right);
            let other = if entity.is_empty() { other } else { format!("{entity}.{other}") };
            condition(*left, name(*operator, negated), &attribute("valueof", &other))
        }
        Filter::Text(function, column, needle) => {
            let (operator, pattern) = match (function, negated) {
                (Function::Contains, false) => ("like", format!("%{needle}%")),
                (Function::Contains, true) => ("not-like", format!("%{needle}%")),
                (Function::StartsWith, false) => ("begins-with", needle.clone()),
                (Function::StartsWith, true) => ("not-begin-with", needle.clone()),
                (Function::EndsWith, false) => ("ends-with", needle.clone()),
                (Function::EndsWith, true) => ("not-end-with", needle.clone()),
            };
            condition(*column, operator, &attribute("value", &pattern))
        }
        Filter::In(column, values) => {
            let values: String = values.iter().map(|one| format!("<value>{}</value>", escaped(&text(one)))).collect();
            let condition = condition(*column, if negated { "not-in" } else { "in" }, "");
            condition.replace("/>", &format!(">{values}</condition>"))
        }
        Filter::Lambda(false, _) => return None,
        Filter::Lambda(true, inner) => {
            let inner = inner.as_ref().map_or(Some(String::new()), |inner| part(inner, false))?;
            format!(
                "<link-entity name='systemuserroles' from='systemuserid' to='systemuserid' link-type='{}'>\
                 <link-entity name='role' from='roleid' to='roleid'>\
                 <link-entity name='businessunit' from='businessunitid' to='businessunitid' link-type='outer' alias='roleunit'/>\
                 </link-entity><filter>{}</filter></link-entity>",
                if negated { "not any" } else { "any" },
                of_role(&inner)
            )
        }
    })
}

/// Conditions of a lambda are those of its role: the link around it is the intersect table.
fn of_role(conditions: &str) -> String {
    conditions
        .replace("entityname=\"unit\"", "entityname=\"roleunit\"")
        .replace("valueof=\"unit.", "valueof=\"roleunit.")
        .replace("<condition attribute=", "<condition entityname=\"role\" attribute=")
        .replace("valueof=\"", "valueof=\"role.")
        .replace("valueof=\"role.roleunit.", "valueof=\"roleunit.")
}

fn both(left: &Filter, right: &Filter, kind: &str, negated: bool) -> Option<String> {
    Some(format!("<filter type='{kind}'>{}{}</filter>", part(left, negated)?, part(right, negated)?))
}

fn condition(column: Column, operator: &str, value: &str) -> String {
    let (entity, name) = place(column);
    let entity = if entity.is_empty() { String::new() } else { attribute("entityname", entity) };
    format!("<condition{entity} attribute=\"{name}\" operator=\"{operator}\"{value}/>")
}

/// The alias of the table and the logical name of a column.
fn place((path, _): Column) -> (&'static str, String) {
    let (entity, name) = match path.split_once('/') {
        Some(("businessunitid", name)) => ("unit", name),
        Some((_, name)) => ("manager", name),
        None => ("", path),
    };
    (entity, name.strip_prefix('_').and_then(|name| name.strip_suffix("_value")).unwrap_or(name).to_owned())
}

fn attribute(name: &str, value: &str) -> String {
    format!(" {name}=\"{}\"", escaped(value))
}

fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for letter in text.chars() {
        match letter {
            '&' | '<' | '>' | '"' | '\'' | '/' | '\t' | '\n' | '\r' => escaped += &format!("&#{};", letter as u32),
            _ => escaped.push(letter),
        }
    }
    escaped
}

fn text(literal: &Literal) -> String {
    match literal {
        Literal::Null => String::new(),
        Literal::Text(text) => text.clone(),
        Literal::Int(number) => number.to_string(),
        Literal::Double(number) => format!("{number:?}"),
        Literal::Bool(flag) => flag.to_string(),
        Literal::Guid(id) => format!("{{{id}}}"),
        Literal::Date(seconds) => jiff::Timestamp::from_second(*seconds).unwrap().to_string(),
    }
}

fn name(operator: Operator, negated: bool) -> &'static str {
    print::name(match (operator, negated) {
        (operator, false) => operator,
        (Operator::Eq, true) => Operator::Ne,
        (Operator::Ne, true) => Operator::Eq,
        (Operator::Gt, true) => Operator::Le,
        (Operator::Ge, true) => Operator::Lt,
        (Operator::Lt, true) => Operator::Ge,
        (Operator::Le, true) => Operator::Gt,
    })
}
