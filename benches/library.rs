//! What parts of the library cost by the clock: `cargo bench -p dynamics365-benches`.

use divan::Bencher;
use dynamics365::Call;
use dynamics365::bench::Gate;
use dynamics365_benches::WORKS;

fn main() {
    divan::main();
}

#[divan::bench(args = WORKS.map(|(name, _)| name))]
fn library(bencher: Bencher<'_, '_>, name: &str) {
    let (_, prepare) = WORKS.into_iter().find(|(known, _)| *known == name).expect("it is in the list");
    bencher.bench_local(prepare());
}

/// All threads of a client pass the same gate.
#[divan::bench(threads = [1, 2, 8])]
fn gate_of_many_threads(bencher: Bencher<'_, '_>) {
    let gate = Gate::default();
    bencher.with_inputs(Call::new).bench_refs(|call| gate.pass(call));
}
