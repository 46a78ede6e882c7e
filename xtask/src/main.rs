//! The tasks of the project: `cargo xtask demo` shows the connector at work, `cargo xtask test` runs every test,
//! `cargo xtask load` loads Local Dataverse.

mod audit;
mod bench;
mod bytes;
mod command;
mod dataverse;
mod debian;
mod declarations;
mod demo;
mod dotnet;
mod elf;
mod fuzz;
mod header;
mod instructions;
mod lasting;
mod library;
mod load;
mod other_version;
mod package;
mod powershell;
mod project;
mod reliability;
mod remap;
mod soak;
mod stage;
mod style;
mod symbols;
mod test;
mod tour;
mod windows;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::project::Project;

/// The project's tasks.
#[derive(Parser)]
#[command(bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Runs Connector.ps1 against Local Dataverse as OpenIAM would, and shows each step
    Demo(demo::Options),
    /// Runs every test of the project
    Test(test::Options),
    /// Tries a million damaged replies, and hostile input, on the library
    Fuzz(fuzz::Options),
    /// Works with the library for ten minutes on a server with faults: memory and handles must stay flat
    Soak(soak::Options),
    /// Builds the native library and puts the module and the connector together in target/module
    Stage(stage::Options),
    /// Builds the release: a ZIP file with everything, its sums and its bill of materials, in target/package
    Package(package::Options),
    /// Asks a public database for known weaknesses of the crates in Cargo.lock
    Audit,
    /// Loads Local Dataverse from two processes, and compares its ledger and its data with what they were told
    Load(load::Options),
    /// One of these processes
    #[command(hide = true)]
    LoadClient(load::client::Options),
    /// Builds the DLL and tests it, the module and the connector under wine: the suite `windows` of the tests
    Windows,
    /// Writes include/dynamics365.h anew from the library's source
    Header,
    /// Measures what the module's work costs beside other ways to do it, and writes docs/benchmarks.md
    Bench(bench::Options),
    /// Runs the commands of docs/tour.md, and writes what they show behind them
    Tour,
    /// Runs every operation under every fault, and writes docs/reliability.md
    Reliability,
}

fn main() -> ExitCode {
    match run(Arguments::parse().task) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// False when the task did its work and what it looked at was not as it should be.
fn run(task: Task) -> Result<bool> {
    match task {
        Task::Demo(options) => demo::run(&Project::find()?, &options),
        Task::Test(options) => test::run(&Project::find()?, &options),
        Task::Fuzz(options) => fuzz::run(&Project::find()?, &options),
        Task::Soak(options) => soak::run(&Project::find()?, &options),
        Task::Stage(options) => stage::run(&Project::find()?, &options),
        Task::Package(options) => package::run(&Project::find()?, &options),
        Task::Audit => audit::run(&Project::find()?),
        Task::Load(options) => load::run(&Project::find()?, &options),
        Task::LoadClient(options) => load::client::run(&options),
        Task::Windows => test::run(&Project::find()?, &test::Options::windows()),
        Task::Header => header::write(&Project::find()?),
        Task::Bench(options) => bench::run(&Project::find()?, &options),
        Task::Tour => tour::run(&Project::find()?),
        Task::Reliability => reliability::run(&Project::find()?),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_workflows_call_tasks_that_there_are() {
        let folder = Project::find().unwrap().root.join(".github").join("workflows");
        let mut calls = 0;
        for path in stage::entries(&folder).unwrap() {
            for line in fs::read_to_string(&path).unwrap().lines() {
                let Some((_, call)) = line.split_once("run: cargo xtask ") else { continue };
                // Names of tasks that a matrix gives are its own list.
                let tasks =
                    if call.contains("matrix.task") { vec!["audit", "fuzz", "load", "soak"] } else { vec![call] };
                for task in tasks {
                    let words = task.replace("${{ ", "").replace(" }}", "");
                    let parsed = Arguments::try_parse_from(["xtask"].into_iter().chain(words.split_whitespace()));
                    parsed.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
                    calls += 1;
                }
            }
        }
        assert!(calls > 5, "{calls}");
    }
}
