//! What it costs to make an environment.

use divan::Bencher;
use divan::counter::ItemsCount;
use local_dataverse::{Environment, Options};

fn main() {
    divan::main();
}

#[divan::bench(args = [0, 10_000, 100_000], sample_count = 10)]
fn users(bencher: Bencher<'_, '_>, users: u32) {
    let options = Options { users, ..Options::default() };
    bencher.counter(ItemsCount::new(users)).bench(|| Environment::new(options.clone()));
}

/// 1,003 units with 26 roles each.
#[divan::bench(sample_count = 10)]
fn units_and_roles() -> Environment {
    Environment::new(Options { units: 1000, roles: 20, ..Options::default() })
}

#[divan::bench(sample_count = 10)]
fn teams() -> Environment {
    Environment::new(Options { users: 10_000, teams: 1000, ..Options::default() })
}
