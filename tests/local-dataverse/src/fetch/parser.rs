//! XML to a tree. Attributes that the service knows only from views and reports (`uiname`, `savedqueryid` and the like) say nothing.

use roxmltree::{Document, Node};

use super::ast::{Attribute, Condition, Entity, Fetch, Filter, How, Link, Order, Part};
use super::error;
use crate::odata::{ApiResult, ODataError};

/// The service joins no more tables than this in one query.
const MOST_LINKS: usize = 15;
/// The service takes no more conditions and links than this in one query.
const MOST_CONDITIONS: usize = 500;
/// How deep filters may be nested.
const DEEPEST: usize = 100;
/// The service gives no more rows than this at once.
const MOST_ROWS: usize = 5000;

/// Reads a query.
pub fn parse(text: &str) -> ApiResult<Fetch> {
    if text.trim().is_empty() {
        return Err(error::empty());
    }
    let document = Document::parse(text).map_err(error::xml)?;
    let root = document.root_element();
    if !root.has_tag_name("fetch") {
        return Err(error::element(root.tag_name().name(), ""));
    }
    Parser { text, links: 0, conditions: 0 }.fetch(root)
}

struct Parser<'t> {
    text: &'t str,
    links: usize,
    conditions: usize,
}

/// The attributes of `<fetch>`: those of the published schema, and those that are documented besides.
const KNOWN: &str = "aggregate aggregatelimit count datasource distinct latematerialize mapping min-active-row-version no-lock \
                     options output-format page paging-cookie returntotalrecordcount savedqueryid top useraworderby utc-offset \
                     version";

impl Parser<'_> {
    fn fetch(&mut self, root: Node<'_, '_>) -> ApiResult<Fetch> {
        if let Some(mapping) = root.attribute("mapping").filter(|mapping| !["logical", "internal"].contains(mapping)) {
            return Err(ODataError::bad_request(
                "0x80041116",
                format!(
                    "The only valid values for mapping are 'logical' or 'internal' which is deprecated. The value is \
                     '{mapping}'."
                ),
            ));
        }
        if root.has_attribute("utc-offset") {
            return Err(ODataError::bad_request(
                "0x8004111d",
                "The utc-offset attribute is not supported for deserialization.",
            ));
        }
        if let Some(other) =
            root.attributes().find(|attribute| !KNOWN.split(' ').any(|known| known == attribute.name()))
        {
            return Err(error::unknown_attribute(other.name(), "fetch"));
        }
        if root.attribute("datasource").is_some_and(|source| source == "retained") {
            return Err(ODataError::unsupported("datasource='retained' in FetchXML"));
        }
        for name in ["no-lock", "latematerialize"] {
            flag(root, name)?;
        }
        let mut entities = elements(root);
        let entity = entities.next().ok_or_else(|| error::missing("<fetch> needs an <entity>."))?;
        if let Some(other) = Some(entity).filter(|node| !node.has_tag_name("entity")).or_else(|| entities.next()) {
            return Err(error::element(other.tag_name().name(), "fetch"));
        }
        let top = number(root, "top")?;
        if let Some(top) = top.filter(|top| *top > MOST_ROWS) {
            return Err(error::attribute_value("top", &top.to_string(), &format!("at most {MOST_ROWS}")));
        }
        let fetch = Fetch {
            top,
            count: number(root, "count")?,
            page: number(root, "page")?,
            paging_cookie: root.attribute("paging-cookie").filter(|cookie| !cookie.is_empty()).map(str::to_owned),
            total: flag(root, "returntotalrecordcount")?,
            distinct: flag(root, "distinct")?,
            aggregate: flag(root, "aggregate")?,
            aggregate_limit: number(root, "aggregatelimit")?,
            raw_order: flag(root, "useraworderby")?,
            entity: self.entity(entity, 0)?,
        };
        let paging =
            [("page", fetch.page.is_some()), ("count", fetch.count.is_some()), ("returntotalrecordcount", fetch.total)];
        match paging.iter().find(|(_, is_there)| *is_there && fetch.top.is_some()) {
            Some((other, _)) => Err(error::exclusive("top", other)),
            None => Ok(fetch),
        }
    }

    /// The content of `<entity>` or `<link-entity>`.
    fn entity(&mut self, node: Node<'_, '_>, depth: usize) -> ApiResult<Entity> {
        let mut entity = Entity {
            name: required(node, "name")?,
            all: false,
            none: false,
            attributes: Vec::new(),
            orders: Vec::new(),
            filters: Vec::new(),
            links: Vec::new(),
        };
        for child in elements(node) {
            match child.tag_name().name() {
                "all-attributes" => entity.all = true,
                "no-attrs" => entity.none = true,
                "attribute" => entity.attributes.push(self.attribute(child)?),
                "order" => entity.orders.push(order(child)?),
                "filter" => entity.filters.push(self.filter(child, depth + 1)?),
                "link-entity" => {
                    let link = self.link(child, depth + 1)?;
                    if link.how.is_filter() {
                        // The service takes these links beside the filters as well as inside of them.
                        entity.filters.push(Filter { any: false, parts: vec![Part::Link(link)] });
                    } else {
                        entity.links.push(link);
                    }
                }
                other => return Err(error::element(other, node.tag_name().name())),
            }
        }
        Ok(entity)
    }

    fn attribute(&self, node: Node<'_, '_>) -> ApiResult<Attribute> {
        if node.has_attribute("rowaggregate") {
            return Err(ODataError::unsupported("rowaggregate in FetchXML"));
        }
        Ok(Attribute {
            name: required(node, "name")?,
            alias: alias(node)?,
            aggregate: node.attribute("aggregate").map(str::to_owned),
            group_by: flag(node, "groupby")?,
            date_grouping: node.attribute("dategrouping").map(str::to_owned),
            distinct: flag(node, "distinct")?,
            text: self.text[node.range()].to_owned(),
        })
    }

    fn filter(&mut self, node: Node<'_, '_>, depth: usize) -> ApiResult<Filter> {
        if depth > DEEPEST {
            return Err(error::xml(format_args!("Filters are nested more than {DEEPEST} deep.")));
        }
        let any = match node.attribute("type").unwrap_or("and") {
            "and" => false,
            "or" => true,
            other => {
                return Err(ODataError::bad_request(
                    "0x80041122",
                    format!("Unsupported filter type. Valid values are 'and', or 'or'. The value is '{other}'."),
                ));
            }
        };
        let mut parts = Vec::new();
        for child in elements(node) {
            parts.push(match child.tag_name().name() {
                "condition" => Part::Condition(self.condition(child)?),
                "filter" => Part::Filter(self.filter(child, depth + 1)?),
                "link-entity" => {
                    let link = self.link(child, depth + 1)?;
                    if !link.how.is_filter() {
                        return Err(error::attribute_value(
                            "link-type",
                            child.attribute("link-type").unwrap_or("inner"),
                            "any, not any, all or not all inside of <filter>",
                        ));
                    }
                    Part::Link(link)
                }
                other => return Err(error::element(other, "filter")),
            });
        }
        Ok(Filter { any, parts })
    }

    fn condition(&mut self, node: Node<'_, '_>) -> ApiResult<Condition> {
        self.count()?;
        let mut values: Vec<String> = node.attribute("value").map(str::to_owned).into_iter().collect();
        for child in elements(node) {
            if !child.has_tag_name("value") {
                return Err(error::element(child.tag_name().name(), "condition"));
            }
            values.push(child.children().filter_map(|part| part.text().filter(|_| part.is_text())).collect());
        }
        Ok(Condition {
            attribute: required(node, "attribute")?,
            entity_name: node.attribute("entityname").map(str::to_owned),
            operator: required(node, "operator")?,
            values,
            value_of: node.attribute("valueof").map(str::to_owned),
        })
    }

    fn link(&mut self, node: Node<'_, '_>, depth: usize) -> ApiResult<Link> {
        self.links += 1;
        if self.links > MOST_LINKS {
            return Err(ODataError::bad_request(
                "0x8004430D",
                "Number of link entities in query exceeded maximum limit.",
            ));
        }
        self.count()?;
        for name in ["intersect", "visible"] {
            flag(node, name)?;
        }
        let how = match node.attribute("link-type").unwrap_or("inner") {
            "inner" | "natural" => How::Inner,
            "outer" => How::Outer,
            "matchfirstrowusingcrossapply" => How::First,
            "exists" | "in" => How::Exists,
            "any" => How::Any,
            "not any" => How::NotAny,
            "all" => How::All,
            "not all" => How::NotAll,
            other => {
                return Err(ODataError::bad_request(
                    "0x80041117",
                    format!(
                        "The only valid values for link-type attribute are 'natural', \
                         'inner','in','exists','matchfirstrowusingcrossapply' and 'outer'. The value is '{other}'."
                    ),
                ));
            }
        };
        Ok(Link {
            from: node.attribute("from").map(str::to_owned),
            to: node.attribute("to").map(str::to_owned),
            alias: alias(node)?,
            how,
            entity: self.entity(node, depth)?,
        })
    }

    fn count(&mut self) -> ApiResult<()> {
        self.conditions += 1;
        if self.conditions > MOST_CONDITIONS {
            return Err(ODataError::bad_request("0x8004430C", "Number of conditions in query exceeded maximum limit."));
        }
        Ok(())
    }
}

fn order(node: Node<'_, '_>) -> ApiResult<Order> {
    let order = Order {
        attribute: node.attribute("attribute").map(str::to_owned),
        alias: node.attribute("alias").map(str::to_owned),
        entity_name: node.attribute("entityname").map(str::to_owned),
        descending: flag(node, "descending")?,
    };
    if order.attribute.is_none() && order.alias.is_none() {
        return Err(error::missing("<order> needs the attribute 'attribute', or 'alias' in an aggregate query."));
    }
    Ok(order)
}

fn elements<'a, 'i>(node: Node<'a, 'i>) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children().filter(Node::is_element)
}

fn required(node: Node<'_, '_>, name: &str) -> ApiResult<String> {
    let value = node.attribute(name).filter(|value| !value.is_empty());
    let element = node.tag_name().name();
    value.map(str::to_owned).ok_or_else(|| error::missing(format_args!("<{element}> needs the attribute '{name}'.")))
}

fn alias(node: Node<'_, '_>) -> ApiResult<Option<String>> {
    let Some(alias) = node.attribute("alias") else { return Ok(None) };
    let fits = |next: char| next.is_ascii_alphanumeric() || next == '_';
    if alias.chars().all(fits) && alias.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_') {
        Ok(Some(alias.to_owned()))
    } else {
        Err(error::alias(alias))
    }
}

fn flag(node: Node<'_, '_>, name: &str) -> ApiResult<bool> {
    match node.attribute(name) {
        None | Some("false" | "0") => Ok(false),
        Some("true" | "1") => Ok(true),
        Some(other) => Err(error::flag(name, other)),
    }
}

fn number(node: Node<'_, '_>, name: &str) -> ApiResult<Option<usize>> {
    let Some(text) = node.attribute(name) else { return Ok(None) };
    match text.parse::<i64>() {
        Ok(number) if number > 0 => Ok(Some(number as usize)),
        Ok(_) => Err(error::not_positive(name)),
        Err(_) => Err(error::attribute_value(name, text, "a whole number")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> &'static str {
        parse(text).map(|_| "").unwrap_or_else(|error| error.code)
    }

    #[test]
    fn a_query_is_read_with_all_its_parts() {
        let fetch = parse(
            "<fetch count='5' page='2' returntotalrecordcount='1' no-lock='false' mapping='logical' version='1.0'>
               <entity name='systemuser'><attribute name='fullname' alias='who'/><order attribute='fullname' descending='true'/>
                 <filter type='or'><condition attribute='firstname' operator='in'><value>A</value><value> B<!-- or -->&amp;C</value></condition>
                   <filter><condition attribute='lastname' operator='null'/></filter></filter>
                 <link-entity name='role' from='roleid' to='roleid' link-type='outer' alias='r'><all-attributes/></link-entity>
               </entity></fetch>",
        )
        .unwrap();
        assert_eq!((fetch.count, fetch.page, fetch.total, fetch.distinct), (Some(5), Some(2), true, false));
        assert_eq!(fetch.entity.attributes[0].alias.as_deref(), Some("who"));
        assert!(fetch.entity.orders[0].descending && fetch.entity.filters[0].any);
        let Part::Condition(condition) = &fetch.entity.filters[0].parts[0] else { panic!("no condition") };
        assert_eq!(condition.values, ["A", " B&C"]);
        assert_eq!((fetch.entity.links[0].how, fetch.entity.links[0].entity.all), (How::Outer, true));
    }

    #[test]
    fn what_is_no_query_is_refused_with_the_code_of_its_fault() {
        let entity = "<entity name='role'/>";
        for (text, expected) in [
            ("", "0x80041124"),
            ("<fetch>", "0x80040201"),
            ("<fetch><entity name='a' name='b'/></fetch>", "0x80040201"),
            ("<query/>", "0x8004111c"),
            ("<fetch/>", "0x80041123"),
            ("<fetch><entity/></fetch>", "0x80041123"),
            ("<fetch><entity name='role'/><entity name='role'/></fetch>", "0x8004111c"),
            ("<fetch><entity name='role'><column name='x'/></entity></fetch>", "0x8004111c"),
            (&format!("<fetch distinct='yes'>{entity}</fetch>"), "0x80041115"),
            (&format!("<fetch no-lock='yes'>{entity}</fetch>"), "0x80041118"),
            (&format!("<fetch aggregate='yes'>{entity}</fetch>"), "0x8004111a"),
            (&format!("<fetch useraworderby='yes'>{entity}</fetch>"), "0x800410fd"),
            (&format!("<fetch mapping='physical'>{entity}</fetch>"), "0x80041116"),
            (&format!("<fetch utc-offset='60'>{entity}</fetch>"), "0x8004111d"),
            (&format!("<fetch distict='true'>{entity}</fetch>"), "0x80041139"),
            (&format!("<fetch page='0'>{entity}</fetch>"), "0x8004110c"),
            (&format!("<fetch count='few'>{entity}</fetch>"), "0x80041139"),
            (&format!("<fetch top='5001'>{entity}</fetch>"), "0x80041139"),
            (&format!("<fetch top='1' page='1'>{entity}</fetch>"), "0x80040203"),
            (&format!("<fetch top='1' returntotalrecordcount='true'>{entity}</fetch>"), "0x80040203"),
            ("<fetch><entity name='role'><order descending='1'/></entity></fetch>", "0x80041123"),
            ("<fetch><entity name='role'><order attribute='name' descending='up'/></entity></fetch>", "0x80041119"),
            ("<fetch><entity name='role'><filter type='xor'/></entity></fetch>", "0x80041122"),
            ("<fetch><entity name='role'><filter><link-entity name='a'/></filter></entity></fetch>", "0x80041139"),
            ("<fetch><entity name='role'><link-entity name='a' link-type='left'/></entity></fetch>", "0x80041117"),
            ("<fetch><entity name='role'><link-entity name='a' alias='1a'/></entity></fetch>", "0x80041109"),
        ] {
            assert_eq!(code(text), expected, "{text}");
        }
    }

    #[test]
    fn a_query_has_at_most_15_links_and_500_conditions() {
        let query = |inner: &str| format!("<fetch><entity name='role'>{inner}</entity></fetch>");
        let link = "<link-entity name='role' from='roleid' to='roleid'/>";
        let condition = "<condition attribute='name' operator='null'/>";
        let filter = |count: usize| format!("<filter>{}</filter>", condition.repeat(count));
        assert_eq!(code(&query(&link.repeat(15))), "");
        assert_eq!(code(&query(&link.repeat(16))), "0x8004430D");
        assert_eq!(code(&query(&filter(500))), "");
        assert_eq!(code(&query(&filter(501))), "0x8004430C");
        assert_eq!(code(&query(&format!("{}{link}", filter(500)))), "0x8004430C");
    }

    #[test]
    fn filters_that_are_nested_very_deep_are_refused() {
        let nested = |depth: usize| {
            format!(
                "<fetch><entity name='role'>{}{}</entity></fetch>",
                "<filter>".repeat(depth),
                "</filter>".repeat(depth)
            )
        };
        assert_eq!(code(&nested(100)), "");
        assert_eq!(code(&nested(101)), "0x80040201");
        assert_eq!(code(&nested(20_000)), "0x80040201");
    }
}
