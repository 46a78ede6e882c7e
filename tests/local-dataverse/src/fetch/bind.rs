//! A query with its names looked up.

use super::ast::{Entity, Fetch, Order};
use super::order::Sort;
use super::output::Outputs;
use super::page::Paging;
use super::rows::{Join, Source, Tree};
use super::scope::Scope;
use super::test::Test;
use super::totals::Totals;
use super::{Scene, condition, error, table};
use crate::model::Set;
use crate::odata::ApiResult;

/// A query, ready to run.
pub struct Query<'a> {
    pub(super) plan: Plan<'a>,
    pub(super) distinct: bool,
    pub(super) paging: Paging,
    /// Whether the number of all rows is asked for.
    pub total: bool,
}

/// Tables, conditions, columns and orders.
pub struct Plan<'a> {
    pub(super) scene: Scene<'a>,
    pub(super) scope: Scope,
    pub(super) tree: Tree<'a>,
    pub(super) outputs: Outputs,
    pub(super) orders: Vec<Sort>,
    /// The columns of an aggregate query, which has no others.
    pub(super) totals: Option<Totals>,
    pub(super) raw_order: bool,
}

impl<'a> Query<'a> {
    /// Looks up the names of a query of the table `set`. `total`: the number of all rows is asked for elsewhere; `top`: so is a limit.
    pub fn new(fetch: &Fetch, set: Set, scene: Scene<'a>, total: bool, top: Option<usize>) -> ApiResult<Self> {
        if table::of_name(&fetch.entity.name)? != set {
            return Err(error::other_table());
        }
        if let (Some(_), true) = (fetch.top, total) {
            return Err(error::exclusive("top", "returntotalrecordcount"));
        }
        let mut plan = Plan { raw_order: fetch.raw_order, ..Plan::new(set, scene) };
        if fetch.aggregate {
            plan.aggregates(fetch);
            plan.take_totals(&fetch.entity, 0)?;
            plan.conditions(&fetch.entity)?;
            plan.check_totals()?;
        } else {
            plan.columns(&fetch.entity, fetch.distinct)?;
            plan.conditions(&fetch.entity)?;
            // The orders of links come after those of the entity, which can name the links.
            let orders = plan.orders(&fetch.entity, 0)?;
            plan.orders.splice(..0, orders);
        }
        let paging = Paging::new(fetch, &plan, top)?;
        Ok(Self { plan, distinct: fetch.distinct, paging, total: fetch.total || total })
    }

    /// What follows the entity set's name in `@odata.context`.
    pub fn context(&self) -> &str {
        &self.plan.outputs.context
    }
}

impl<'a> Plan<'a> {
    /// A plan with nothing but its first table.
    pub fn new(set: Set, scene: Scene<'a>) -> Self {
        let root = Source { set, join: None, after: Vec::new() };
        Self {
            scene,
            scope: Scope::new(set),
            tree: Tree { store: scene.store, sources: vec![root] },
            outputs: Outputs::default(),
            orders: Vec::new(),
            totals: None,
            raw_order: false,
        }
    }

    /// Adds a joined table behind the others.
    pub fn push(&mut self, set: Set, join: Join<'a>) {
        self.tree.sources.push(Source { set, join: Some(join), after: Vec::new() });
    }

    /// Adds the links and the filters of the first table.
    pub fn conditions(&mut self, entity: &Entity) -> ApiResult<()> {
        for link in &entity.links {
            self.link(link, 0)?;
        }
        // A condition is held against a row as soon as all of its tables are joined.
        for test in self.filters(entity, 0)? {
            let source = test.last_source();
            self.tree.sources[source].after.push(test);
        }
        Ok(())
    }

    /// The filters of the table at `place`, all of which must hold.
    pub fn filters(&self, entity: &Entity, place: usize) -> ApiResult<Vec<Test>> {
        let mut tests = Vec::new();
        for filter in &entity.filters {
            match condition::filter(filter, place, &self.scope, self.scene)? {
                Test::All(parts) => tests.extend(parts),
                test => tests.push(test),
            }
        }
        Ok(tests)
    }

    /// The orders of the table at `place`.
    pub fn orders(&self, entity: &Entity, place: usize) -> ApiResult<Vec<Sort>> {
        let orders = entity.orders.iter().map(|Order { attribute, alias, entity_name, descending }| {
            let (Some(attribute), None) = (attribute, alias) else {
                return Err(error::missing(
                    "<order> has 'alias' in an aggregate query, and 'attribute' in all others.",
                ));
            };
            let source = match entity_name {
                Some(name) => self.scope.find(name)?,
                None => place,
            };
            Ok(Sort::new(self.scope.field(source, attribute)?, *descending, self.raw_order))
        });
        orders.collect()
    }
}
