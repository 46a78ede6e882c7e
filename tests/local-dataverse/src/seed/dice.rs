//! Numbers that look random and are the same on every machine and with every version of this program.

use crate::model::hash::spread;

/// A sequence of numbers: SplitMix64.
#[derive(Clone, Debug)]
pub struct Dice(u64);

/// What is thrown for: the same number of a user and of a unit must not give the same sequence.
#[derive(Clone, Copy, Debug)]
pub enum Throw {
    /// For the tree of business units.
    Units = 1,
    /// For users.
    Users,
    /// For teams.
    Teams,
    /// For the members of teams.
    Members,
}

impl Dice {
    /// The dice for one row: a row is the same however many others there are.
    pub fn new(seed_number: u64, throw: Throw, number: u32) -> Self {
        let mut dice = Self(seed_number);
        dice.0 = dice.next() ^ ((throw as u64) << 32 | u64::from(number));
        dice.0 = dice.next();
        dice
    }

    /// The next number.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        spread(self.0)
    }

    /// A number below this one.
    pub fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(bound)) >> 64) as u64
    }

    /// A place in a list of this length.
    pub fn place(&mut self, length: usize) -> usize {
        self.below(length as u64) as usize
    }

    /// One of a list.
    pub fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.place(list.len())]
    }

    /// True so many times in a thousand.
    pub fn chance(&mut self, per_mille: u64) -> bool {
        self.below(1000) < per_mille
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sequence_never_changes() {
        // What the reference implementation of SplitMix64 gives.
        let mut dice = Dice(1_234_567);
        assert_eq!([dice.next(), dice.next()], [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]);
        let mut dice = Dice::new(1, Throw::Users, 1);
        assert_eq!([0; 5].map(|_| dice.below(1000)), [83, 600, 632, 34, 793]);
    }

    #[test]
    fn numbers_are_spread_and_stay_below_their_bound() {
        let mut dice = Dice::new(7, Throw::Units, 7);
        let mut seen = [0; 10];
        (0..10_000).for_each(|_| seen[dice.place(10)] += 1);
        assert!(seen.iter().all(|count| (800..1200).contains(count)), "{seen:?}");
        let hits = (0..10_000).filter(|_| dice.chance(300)).count();
        assert!((2700..3300).contains(&hits), "{hits}");
    }

    #[test]
    fn rows_and_seeds_have_sequences_of_their_own() {
        let first = |seed, throw, number| Dice::new(seed, throw, number).next();
        let all = [
            first(1, Throw::Users, 1),
            first(1, Throw::Users, 2),
            first(2, Throw::Users, 1),
            first(1, Throw::Units, 1),
            first(2, Throw::Units, 1),
        ];
        assert_eq!(all.iter().collect::<std::collections::HashSet<_>>().len(), all.len());
    }
}
