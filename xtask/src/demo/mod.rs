//! `cargo xtask demo`: the connector's whole job against Local Dataverse, step by step.

mod check;
mod driver;
mod steps;

use std::collections::HashMap;
use std::io::Read;
use std::time::Instant;

use anyhow::{Context, Result};
use clap::Args;
use serde_json::Value;

use crate::dataverse::{Dataverse, SECRET};
use crate::powershell::{PowerShell, PowerShells};
use crate::project::{Built, Profile, Project};
use crate::stage::{self, Staged};
use crate::style::{Style, padded, paint};

use check::Happened;
use driver::Driver;
use steps::{STEPS, Step};

/// The options of `cargo xtask demo`.
#[derive(Args)]
pub struct Options {
    /// Leave the server running at the end, and print the lines that connect a prompt to it
    #[arg(long)]
    keep: bool,
}

/// The task.
pub fn run(project: &Project, options: &Options) -> Result<bool> {
    let built = project.build(Profile::Dev)?;
    let staged = stage::stage(project, &built.library)?;
    let shell = PowerShells::of(project).any()?;
    println!("{} runs Connector.ps1 as OpenIAM would, against Local Dataverse.\n", paint(Style::Bold, &shell.name));
    let server = Dataverse::start(&built.dataverse)?;
    let different = play(project, &server, &staged, &shell, true)?;
    table(&server)?;
    if different == 0 {
        println!("\n{}", paint(Style::Good, format!("All {} steps came out as expected.", STEPS.len())));
    } else {
        println!("\n{}", paint(Style::Bad, format!("{different} of {} steps came out different.", STEPS.len())));
    }
    if options.keep {
        keep(project, &server, &staged)?;
    }
    Ok(different == 0)
}

/// Plays all steps on a server of its own, for the tests: how many there are, and how many came out different.
pub fn quietly(project: &Project, built: &Built, staged: &Staged, shell: &PowerShell) -> Result<(usize, usize)> {
    let server = Dataverse::start(&built.dataverse)?;
    Ok((STEPS.len(), play(project, &server, staged, shell, false)?))
}

/// Plays the steps and tells how many came out different; those are shown in any case.
fn play(project: &Project, server: &Dataverse, staged: &Staged, shell: &PowerShell, show: bool) -> Result<usize> {
    let roles: HashMap<String, String> = server
        .rows("roles?$select=roleid,name")?
        .iter()
        .filter_map(|role| Some((role["roleid"].as_str()?.to_owned(), role["name"].as_str()?.to_owned())))
        .collect();
    let script = project.root.join("xtask").join("demo").join("Demo.ps1");
    let mut driver = Driver::start(shell, &script, &staged.connector)?;
    let mut different = 0;
    for (index, step) in STEPS.iter().enumerate() {
        let (requests, changes) = (server.requests()?.len(), server.ledger()?.len());
        if let Some((method, path, status)) = step.fault {
            server.add_fault(&Dataverse::fault(method, path, status))?;
        }
        let started = Instant::now();
        let outcome =
            driver.run(&script_of(step, &server.url)).with_context(|| format!("in the step '{}'", step.title))?;
        let took = started.elapsed();
        let role_name = |id: &str| roles.get(id).cloned().unwrap_or_else(|| id.to_owned());
        let happened = Happened {
            outcome,
            wire: server.requests()?[requests..].iter().map(check::request_line).collect(),
            changes: server.ledger()?[changes..].iter().map(|entry| check::change_line(entry, role_name)).collect(),
        };
        let differences = check::differences(&step.expected, &happened);
        different += usize::from(!differences.is_empty());
        if show || !differences.is_empty() {
            print_step(index + 1, step, &happened, took.as_millis(), &differences);
        }
    }
    Ok(different)
}

/// The request as PowerShell: the globals that OpenIAM sets, and the call.
fn script_of(step: &Step, url: &str) -> String {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
    let mut names: Vec<&str> = Vec::new();
    for (name, ..) in step.attributes {
        if !names.contains(name) {
            names.push(name);
        }
    }
    let attributes: Vec<String> = names
        .iter()
        .map(|name| {
            let values = step.attributes.iter().filter(|(other, ..)| other == name);
            let values: Vec<String> = values
                .map(|(_, value, operation)| {
                    format!("[pscustomobject]@{{ Value = {}; Operation = '{operation}' }}", quoted(value))
                })
                .collect();
            format!("[pscustomobject]@{{ Name = '{name}'; Values = @({}) }}", values.join(", "))
        })
        .collect();
    let (query, requested) = step.search.unwrap_or_default();
    let requested: Vec<String> = requested.iter().map(|name| quoted(name)).collect();
    format!(
        "$global:headerAttributes = [pscustomobject]@{{ Type = 'USER'; Login = {}; Password = {}; Url = {}; IdentityName = {} }}; \
         $global:authority = {}; $global:attributes = @({}); $global:searchQuery = {}; $global:requestedAttributes = @({}); {}",
        quoted(&Dataverse::login()),
        quoted(SECRET),
        quoted(url),
        quoted(step.identity),
        quoted(url),
        attributes.join(", "),
        quoted(query),
        requested.join(", "),
        step.function
    )
}

fn print_step(number: usize, step: &Step, happened: &Happened, took: u128, differences: &[String]) {
    let outcome = check::outcome_of(&happened.outcome);
    let style = if differences.is_empty() { Style::Good } else { Style::Bad };
    println!(
        "{} {}",
        paint(Style::Bold, format!("{number:2}. {}", step.title)),
        paint(Style::Dim, format!("({})", step.function))
    );
    if let Some((query, _)) = step.search {
        println!("    query    {query}");
    }
    println!("    outcome  {} {}", paint(style, outcome), paint(Style::Dim, format!("in {took} ms")));
    for line in &happened.wire {
        println!("    wire     {}", paint(Style::Dim, request_shown(line)));
    }
    for line in &happened.changes {
        println!("    change   {}", paint(Style::Notice, line));
    }
    for text in [&happened.outcome.error, &happened.outcome.messages] {
        if !text.is_empty() {
            println!("    says     {}", shortened(text, 300));
        }
    }
    for record in happened.outcome.records.iter().take(3) {
        println!("    record   {}", shortened(&record.join("  "), 104));
    }
    if happened.outcome.records.len() > 3 {
        println!("    record   ... and {} more", happened.outcome.records.len() - 3);
    }
    for difference in differences {
        println!("    {}", paint(Style::Bad, format!("WRONG    {difference}")));
    }
}

/// A request with its status in view, however long its query is.
fn request_shown(line: &str) -> String {
    let (request, status) = line.rsplit_once(" -> ").unwrap_or((line, ""));
    format!("{} -> {status}", shortened(request, 96))
}

fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 3).chain("...".chars()).collect()
}

/// The users and their roles as they stand in the server, read without the library.
fn table(server: &Dataverse) -> Result<()> {
    let name_of = |row: &Value, column: &str| row[column].as_str().unwrap_or_default().to_owned();
    let units: HashMap<String, String> = server
        .rows("businessunits?$select=businessunitid,name")?
        .iter()
        .map(|unit| (name_of(unit, "businessunitid"), name_of(unit, "name")))
        .collect();
    let users =
        server.rows("systemusers?$select=fullname,jobtitle,isdisabled,_businessunitid_value&$orderby=fullname")?;
    println!("\n{}", paint(Style::Bold, "Users and roles in the server:"));
    println!(
        "  {}",
        paint(Style::Dim, format!("{:28} {:10} {:17} {:9} {}", "User", "Unit", "Job title", "State", "Roles"))
    );
    for user in users {
        let path = format!("systemusers({})/systemuserroles_association?$select=name", name_of(&user, "systemuserid"));
        let roles: Vec<String> = server.rows(&path)?.iter().map(|role| name_of(role, "name")).collect();
        let unit = units.get(&name_of(&user, "_businessunitid_value")).cloned().unwrap_or_default();
        let (style, state) =
            if user["isdisabled"] == true { (Style::Notice, "disabled") } else { (Style::Good, "enabled") };
        println!(
            "  {:28} {unit:10} {:17} {} {}",
            name_of(&user, "fullname"),
            name_of(&user, "jobtitle"),
            padded(style, state, 9),
            roles.join(", ")
        );
    }
    Ok(())
}

fn keep(project: &Project, server: &Dataverse, staged: &Staged) -> Result<()> {
    println!("\nThe server goes on at {}. These lines connect a PowerShell prompt in this folder to it:\n", server.url);
    println!("  Import-Module ./{}", project.shown(&staged.module).to_string().replace('\\', "/"));
    println!(
        "  $credential = [pscredential]::new('{}', (ConvertTo-SecureString '{SECRET}' -AsPlainText -Force))",
        Dataverse::login()
    );
    println!("  Connect-Dynamics365 -Url {0} -Authority {0} -Credential $credential\n", server.url);
    println!("Press Enter to stop it.");
    std::io::stdin().read_exact(&mut [0])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_becomes_one_line_of_powershell() {
        for step in STEPS {
            let script = script_of(step, "http://127.0.0.1:1/");
            assert!(!script.contains('\n') && script.ends_with(step.function), "{script}");
            assert_eq!(script.matches('\'').count() % 2, 0, "{script}");
        }
    }

    #[test]
    fn long_texts_are_cut() {
        assert_eq!(shortened("abcdef", 6), "abcdef");
        assert_eq!(shortened("abcdefg", 6), "abc...");
    }
}
