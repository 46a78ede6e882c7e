//! `cargo xtask fuzz`: the property tests over damaged replies and hostile input, with many more cases than `cargo test` has time for.

use anyhow::Result;
use clap::Args;

use crate::project::Project;

/// The options of `cargo xtask fuzz`.
#[derive(Args)]
pub struct Options {
    /// How many damaged replies to try; those over a connection are a fiftieth of it, those with several requests a five hundredth
    #[arg(long, default_value_t = 1_000_000)]
    cases: u32,
}

/// The task: runs the tests, optimized, and lets them say how many cases, how long, and how much memory it was.
pub fn run(project: &Project, options: &Options) -> Result<bool> {
    let mut all = true;
    for (what, target, filter) in [
        ("Damaged replies", ["--lib", "--quiet"], "fuzz::"),
        ("Damaged replies over a connection", ["--test", "library"], "fuzz::"),
        ("Hostile names, filters, headers, paths and secrets", ["--test", "library"], "injection::"),
    ] {
        println!("{what}");
        let mut command = project.cargo();
        command.args(["test", "--release", "--package", "dynamics365"]).args(target).arg(filter);
        command.args(["--", "--nocapture", "--test-threads", "2"]);
        command.env("DYNAMICS365_FUZZ_CASES", options.cases.to_string());
        command.env("DYNAMICS365_PROPERTY_CASES", (options.cases / 500).max(200).to_string());
        all &= command.status()?.success();
    }
    Ok(all)
}
