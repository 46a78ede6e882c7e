//! What a query says, before its names are looked up.

/// `<fetch>`
#[derive(Clone, Debug)]
pub struct Fetch {
    /// top
    pub top: Option<usize>,
    /// count: rows of a page
    pub count: Option<usize>,
    /// page, from 1
    pub page: Option<usize>,
    /// paging-cookie
    pub paging_cookie: Option<String>,
    /// returntotalrecordcount
    pub total: bool,
    /// distinct
    pub distinct: bool,
    /// aggregate
    pub aggregate: bool,
    /// aggregatelimit
    pub aggregate_limit: Option<usize>,
    /// useraworderby
    pub raw_order: bool,
    /// `<entity>`
    pub entity: Entity,
}

/// `<entity>`, and what a `<link-entity>` has in common with it
#[derive(Clone, Debug)]
pub struct Entity {
    /// The logical name of the table.
    pub name: String,
    /// all-attributes
    pub all: bool,
    /// no-attrs
    pub none: bool,
    /// `<attribute>`
    pub attributes: Vec<Attribute>,
    /// `<order>`
    pub orders: Vec<Order>,
    /// `<filter>`
    pub filters: Vec<Filter>,
    /// `<link-entity>`
    pub links: Vec<Link>,
}

impl Entity {
    /// The names of all tables that are linked in it, in its filters as well.
    pub fn linked(&self) -> Vec<&str> {
        let mut names = Vec::new();
        for link in &self.links {
            link.tables(&mut names);
        }
        for filter in &self.filters {
            filter.tables(&mut names);
        }
        names
    }
}

impl Link {
    fn tables<'a>(&'a self, names: &mut Vec<&'a str>) {
        names.push(&self.entity.name);
        names.extend(self.entity.linked());
    }
}

impl Filter {
    fn tables<'a>(&'a self, names: &mut Vec<&'a str>) {
        for part in &self.parts {
            match part {
                Part::Condition(_) => {}
                Part::Filter(filter) => filter.tables(names),
                Part::Link(link) => link.tables(names),
            }
        }
    }
}

/// `<attribute>`
#[derive(Clone, Debug)]
pub struct Attribute {
    /// The logical name of the column.
    pub name: String,
    /// alias
    pub alias: Option<String>,
    /// aggregate
    pub aggregate: Option<String>,
    /// groupby
    pub group_by: bool,
    /// dategrouping
    pub date_grouping: Option<String>,
    /// distinct
    pub distinct: bool,
    /// The element as it was written, for messages.
    pub text: String,
}

/// `<order>`
#[derive(Clone, Debug)]
pub struct Order {
    /// attribute
    pub attribute: Option<String>,
    /// alias, of a column of an aggregate query
    pub alias: Option<String>,
    /// entityname
    pub entity_name: Option<String>,
    /// descending
    pub descending: bool,
}

/// `<filter>`
#[derive(Clone, Debug)]
pub struct Filter {
    /// One of the parts is enough.
    pub any: bool,
    /// What it consists of.
    pub parts: Vec<Part>,
}

/// A part of a filter.
#[derive(Clone, Debug)]
pub enum Part {
    /// `<condition>`
    Condition(Condition),
    /// `<filter>`
    Filter(Filter),
    /// `<link-entity>`
    Link(Link),
}

/// `<condition>`
#[derive(Clone, Debug)]
pub struct Condition {
    /// attribute
    pub attribute: String,
    /// entityname
    pub entity_name: Option<String>,
    /// operator
    pub operator: String,
    /// value, or the `<value>` elements
    pub values: Vec<String>,
    /// valueof
    pub value_of: Option<String>,
}

/// `<link-entity>`
#[derive(Clone, Debug)]
pub struct Link {
    /// Table, columns, filters and so on.
    pub entity: Entity,
    /// from: the column of this table
    pub from: Option<String>,
    /// to: the column of the table around it
    pub to: Option<String>,
    /// alias
    pub alias: Option<String>,
    /// link-type
    pub how: How,
}

/// link-type
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// inner
    Inner,
    /// outer
    Outer,
    /// matchfirstrowusingcrossapply
    First,
    /// exists and in: as inner, but each row of the table around it once, and no columns
    Exists,
    /// any: there is a row that fits
    Any,
    /// not any: there is none
    NotAny,
    /// all: there are rows, and none that fits
    All,
    /// not all: the service takes it as any
    NotAll,
}

impl How {
    /// Whether it stands in a filter.
    pub fn is_filter(self) -> bool {
        matches!(self, How::Any | How::NotAny | How::All | How::NotAll)
    }
}
