//! Does one work once, for callgrind: `cargo xtask test --only instructions` counts the instructions of `measured`.

use std::process::ExitCode;

use dynamics365_benches::WORKS;

fn main() -> ExitCode {
    let Some(name) = std::env::args().nth(1) else {
        WORKS.iter().for_each(|(name, _)| println!("{name}"));
        return ExitCode::SUCCESS;
    };
    let Some((_, prepare)) = WORKS.iter().find(|(known, _)| *known == name) else {
        eprintln!("There is no work '{name}'; without a name this lists them.");
        return ExitCode::FAILURE;
    };
    let work = prepare();
    // Whatever is made at first use is there afterwards.
    work();
    measured(&*work);
    ExitCode::SUCCESS
}

/// Counting begins and ends with this function.
#[inline(never)]
fn measured(work: &dyn Fn()) {
    work();
    // Nothing may be made of the call and this function's end together.
    std::hint::black_box(());
}
