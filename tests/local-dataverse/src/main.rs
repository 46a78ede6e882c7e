//! `local-dataverse`: the server as a program.

use std::fs;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::thread;

use clap::{Parser, ValueEnum};
use local_dataverse::{FaultRule, Options, Seed, Server, Settings, seed};
use serde_json::{Value as Json, json};
use tokio::runtime::Runtime;
#[cfg(unix)]
use tokio::signal::unix;
#[cfg(windows)]
use tokio::signal::windows;
use tokio::sync::oneshot;

/// A local stand-in for a Dataverse environment: users, roles, business units, teams, sign-in.
#[derive(Debug, Parser)]
#[command(name = "local-dataverse", version)]
struct Arguments {
    /// The port on 127.0.0.1; 0 takes a free one
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// What the environment holds at its start
    #[arg(long, value_enum, default_value_t = SeedName::Contoso)]
    seed: SeedName,
    /// So many generated users more
    #[arg(long, default_value_t = 0)]
    users: u32,
    /// So many generated business units more
    #[arg(long, default_value_t = 0)]
    units: u32,
    /// So many generated roles more, each with a copy in every business unit
    #[arg(long, default_value_t = 0)]
    roles: u32,
    /// So many generated teams more
    #[arg(long, default_value_t = 0)]
    teams: u32,
    /// Give each generated user so many roles, instead of one to five
    #[arg(long, value_name = "N")]
    roles_per_user: Option<u32>,
    /// What generated rows follow from: the same number, the same rows
    #[arg(long, default_value_t = 1, value_name = "S")]
    seed_number: u64,
    /// HTTPS, with a certificate made at the start
    #[arg(long)]
    tls: bool,
    /// Write the certificate that clients have to trust into this file, in PEM; with --tls
    #[arg(long, value_name = "FILE", requires = "tls")]
    tls_ca_file: Option<PathBuf>,
    /// The limits of the real service: 6,000 requests and 1,200 s of execution in 300 s, 52 requests at once
    #[arg(long)]
    service_protection: bool,
    /// Another value of a setting, such as maxPageSize=2; may be given several times
    #[arg(long = "setting", value_name = "NAME=VALUE")]
    settings: Vec<String>,
    /// A fault rule, such as '{"path":"WhoAmI","action":{"status":503}}'; may be given several times
    #[arg(long = "fault", value_name = "JSON")]
    faults: Vec<String>,
    /// End when standard input ends, so that the server does not outlive the program that started it
    #[arg(long)]
    until_eof: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum SeedName {
    /// Three business units, six roles, five users
    Contoso,
    /// The root business unit, two roles, the application user
    Empty,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), String> {
    let faults = arguments.faults.iter().map(|text| fault(text)).collect::<Result<Vec<_>, _>>()?;
    let server = Server::start(Options {
        port: arguments.port,
        seed: match arguments.seed {
            SeedName::Contoso => Seed::Contoso,
            SeedName::Empty => Seed::Empty,
        },
        users: arguments.users,
        units: arguments.units,
        roles: arguments.roles,
        teams: arguments.teams,
        roles_per_user: arguments.roles_per_user,
        seed_number: arguments.seed_number,
        tls: arguments.tls,
        settings: settings(arguments)?,
    })
    .map_err(|error| refusal(arguments.port, &error))?;
    for rule in faults {
        server.set_fault(rule).map_err(|error| format!("--fault: {error}"))?;
    }
    if let (Some(path), Some(authority)) = (&arguments.tls_ca_file, server.certificate_authority()) {
        fs::write(path, authority).map_err(|error| format!("{} can't be written: {error}", path.display()))?;
    }
    let ends = Ends::prepare().map_err(|error| format!("Signals can't be waited for: {error}"))?;
    introduce(&server, arguments).map_err(|error| format!("Standard output is closed: {error}"))?;
    ends.wait(arguments.until_eof).map_err(|error| format!("Standard input can't be read: {error}"))
}

fn refusal(port: u16, error: &io::Error) -> String {
    let advice = match error.kind() {
        io::ErrorKind::AddrInUse => {
            " Another program listens there: end it, or choose another port with --port (0 takes a free one)."
        }
        io::ErrorKind::PermissionDenied if port < 1024 => " Choose a port above 1023 with --port.",
        _ => "",
    };
    format!("{error}.{advice}")
}

fn fault(text: &str) -> Result<FaultRule, String> {
    let rule: FaultRule = serde_json::from_str(text)
        .map_err(|error| format!("--fault {text}: {error}. The README of Local Dataverse has examples."))?;
    rule.check().map_err(|error| format!("--fault {text}: {error}"))?;
    Ok(rule)
}

fn settings(arguments: &Arguments) -> Result<Settings, String> {
    let mut settings = Settings::default();
    if arguments.service_protection {
        settings = settings.with_service_protection();
    }
    for text in &arguments.settings {
        let (name, value) = text
            .split_once('=')
            .ok_or_else(|| format!("--setting {text}: give a name and a value, such as maxPageSize=2."))?;
        // What is no JSON is text, so that nobody has to quote a word.
        let value = serde_json::from_str(value).unwrap_or_else(|_| Json::from(value));
        settings = settings.merged(&json!({ name: value })).map_err(|error| format!("--setting {text}: {error}"))?;
    }
    Ok(settings)
}

fn introduce(server: &Server, arguments: &Arguments) -> io::Result<()> {
    let url = server.url();
    let mut out = io::stdout().lock();
    writeln!(out, "Local Dataverse listens on {url}")?;
    writeln!(out, "  Web API    {url}api/data/v9.2/")?;
    writeln!(out, "  Token      {url}{}/oauth2/v2.0/token", seed::TENANT_ID)?;
    writeln!(out, "  Tenant id  {}", seed::TENANT_ID)?;
    writeln!(out, "  Client id  {}", seed::CLIENT_ID)?;
    writeln!(out, "  Secret     {}", seed::CLIENT_SECRET)?;
    writeln!(out, "  Login id   {}@{}", seed::CLIENT_ID, seed::TENANT_ID)?;
    writeln!(out, "  Control    {url}_local/ledger, requests, settings, faults, snapshot, reset")?;
    if server.certificate_authority().is_some() {
        match &arguments.tls_ca_file {
            Some(path) => writeln!(out, "  To trust   {}", path.display())?,
            None => writeln!(out, "  To trust   {url}_local/ca.pem (or give --tls-ca-file)")?,
        }
    }
    out.flush()
}

/// What ends the program: Ctrl+C, the signal that ends programs, or the end of standard input where that is asked for.
struct Ends {
    runtime: Runtime,
    interrupt: Interrupt,
    #[cfg(unix)]
    terminate: unix::Signal,
}

#[cfg(unix)]
type Interrupt = unix::Signal;
#[cfg(windows)]
type Interrupt = windows::CtrlC;

impl Ends {
    /// From now on signals are waited for.
    fn prepare() -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let _inside = runtime.enter();
        Ok(Self {
            #[cfg(unix)]
            interrupt: unix::signal(unix::SignalKind::interrupt())?,
            #[cfg(unix)]
            terminate: unix::signal(unix::SignalKind::terminate())?,
            #[cfg(windows)]
            interrupt: windows::ctrl_c()?,
            runtime,
        })
    }

    fn wait(mut self, until_eof: bool) -> io::Result<()> {
        let (at_eof, eof) = oneshot::channel();
        if until_eof {
            thread::spawn(move || {
                let ended = io::stdin().lock().read_to_end(&mut Vec::new());
                // Nobody waits any more where a signal came first.
                let _ = at_eof.send(ended.map(drop));
            });
        }
        #[cfg(unix)]
        let terminated = self.terminate.recv();
        #[cfg(not(unix))]
        let terminated = std::future::pending::<Option<()>>();
        self.runtime.block_on(async {
            tokio::select! {
                ended = eof, if until_eof => ended.unwrap_or(Ok(())),
                _ = self.interrupt.recv() => Ok(()),
                _ = terminated => Ok(()),
            }
        })
    }
}
