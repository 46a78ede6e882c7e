//! `$orderby`: the order of rows, and the first rows in it.

use std::cmp::Ordering;

use uuid::Uuid;

use super::error::{ApiResult, ODataError};
use crate::model::{Entity, Scalar, Value};

/// An order: columns, each with whether it goes down; rows that are the same in all of them are in the order of their keys.
#[derive(Debug)]
pub struct Order(Vec<(usize, bool)>);

/// A place between two rows in an order: the values of the row before it, and its key.
pub type Place = (Vec<Scalar>, Uuid);

impl Order {
    /// The order that `$orderby` asks for.
    pub fn new<T: Entity>(order_by: &[(String, bool)]) -> ApiResult<Self> {
        let schema = T::schema();
        let columns = order_by.iter().map(|(name, descending)| {
            let column = schema.column(name).or_else(|| schema.navigation(name));
            let column = column.ok_or_else(|| {
                if name.contains(['/', '(']) {
                    ODataError::unsupported(format!("$orderby by anything but a column: '{name}'"))
                } else {
                    ODataError::no_property(name, schema.logical_name)
                }
            })?;
            Ok((column, *descending))
        });
        columns.collect::<ApiResult<_>>().map(Self)
    }

    /// Whether it is that of the keys alone.
    pub fn is_of_keys(&self) -> bool {
        self.0.is_empty()
    }

    /// The columns.
    pub fn columns(&self) -> impl ExactSizeIterator<Item = usize> + '_ {
        self.0.iter().map(|(column, _)| *column)
    }

    /// Which of two rows comes first.
    pub fn compare<T: Entity>(&self, left: &T, right: &T) -> Ordering {
        self.compare_values(left, |place| right.value(self.0[place].0)).then_with(|| left.id().cmp(&right.id()))
    }

    /// Whether a row comes behind a place.
    pub fn is_after<T: Entity>(&self, row: &T, (values, key): &Place) -> bool {
        let order = self.compare_values(row, |place| values[place].as_value());
        order.then_with(|| row.id().cmp(key)) == Ordering::Greater
    }

    fn compare_values<'v, T: Entity>(&self, row: &T, other: impl Fn(usize) -> Value<'v>) -> Ordering {
        for (place, (column, descending)) in self.0.iter().enumerate() {
            let order = row.value(*column).order(other(place));
            if order != Ordering::Equal {
                return if *descending { order.reverse() } else { order };
            }
        }
        Ordering::Equal
    }
}

/// The first rows in an order, out of rows that come in any. Most of many rows are told to be none of them by one comparison.
#[derive(Debug)]
pub struct Firsts<'o, 's, T> {
    order: &'o Order,
    most: usize,
    rows: Vec<&'s T>,
    /// So many rows are before this one that it is none of the first.
    last: Option<&'s T>,
}

impl<'o, 's, T: Entity> Firsts<'o, 's, T> {
    /// The first so many rows, of none yet.
    pub fn new(order: &'o Order, most: usize) -> Self {
        Self { order, most, rows: Vec::new(), last: None }
    }

    /// Takes a row in.
    pub fn push(&mut self, row: &'s T) {
        if self.last.is_some_and(|last| self.order.compare(row, last) != Ordering::Less) {
            return;
        }
        self.rows.push(row);
        if self.rows.len() >= 2 * self.most.max(16) {
            self.cut();
        }
    }

    /// Leaves no more rows than are asked for.
    fn cut(&mut self) {
        if self.rows.len() > self.most {
            let (_, last, _) =
                self.rows.select_nth_unstable_by(self.most, |left, right| self.order.compare(*left, *right));
            self.last = Some(*last);
            self.rows.truncate(self.most);
        }
    }

    /// The first rows, in order.
    pub fn rows(mut self) -> Vec<&'s T> {
        self.cut();
        self.rows.sort_unstable_by(|left, right| self.order.compare(*left, *right));
        self.rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{SystemUser, UserText};

    fn users(count: u32) -> Vec<SystemUser> {
        let user = |number: u32| {
            let mut user = SystemUser::new(Uuid::from_u128(u128::from(number)), Uuid::nil());
            let name = number.wrapping_mul(2_654_435_761) % 97;
            user.set_text(UserText::LastName, (name > 5).then(|| format!("Name {name:02}")).as_deref());
            user.access_mode = i64::from(number % 3);
            user
        };
        (0..count).map(user).collect()
    }

    #[test]
    fn the_first_rows_are_those_of_the_whole_order() {
        let users = users(1000);
        for order_by in [vec![("lastname", false)], vec![("accessmode", true), ("lastname", false)], vec![]] {
            let order_by: Vec<(String, bool)> =
                order_by.into_iter().map(|(name, down)| (name.to_owned(), down)).collect();
            let order = Order::new::<SystemUser>(&order_by).unwrap();
            let mut whole: Vec<&SystemUser> = users.iter().collect();
            whole.sort_by(|left, right| order.compare(*left, *right));
            for most in [0, 1, 7, 100, 999, 1000, 5000] {
                let mut firsts = Firsts::new(&order, most);
                users.iter().rev().for_each(|user| firsts.push(user));
                assert_eq!(firsts.rows(), whole[..most.min(1000)], "{order_by:?} {most}");
            }
            let values = order.columns().map(|column| whole[499].value(column).to_scalar()).collect();
            let place = (values, whole[499].id);
            assert_eq!(users.iter().filter(|user| order.is_after(*user, &place)).count(), 500);
        }
    }
}
