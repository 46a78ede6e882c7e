//! `local-dataverse`: the server as a program.

use std::io::{self, Read, Write};
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use local_dataverse::{Options, Seed, Server, Settings, seed};

/// A local stand-in for a Dataverse environment: users, roles, business units, sign-in.
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
    let arguments = Arguments::parse();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> io::Result<()> {
    let server = Server::start(Options {
        port: arguments.port,
        seed: match arguments.seed {
            SeedName::Contoso => Seed::Contoso,
            SeedName::Empty => Seed::Empty,
        },
        users: arguments.users,
        units: arguments.units,
        roles: arguments.roles,
        settings: Settings::default(),
    })?;
    let mut out = io::stdout().lock();
    writeln!(out, "Local Dataverse listens on {}", server.url())?;
    writeln!(out, "  Web API    {}api/data/v9.2/", server.url())?;
    writeln!(out, "  Token      {}{}/oauth2/v2.0/token", server.url(), seed::TENANT_ID)?;
    writeln!(out, "  Tenant id  {}", seed::TENANT_ID)?;
    writeln!(out, "  Client id  {}", seed::CLIENT_ID)?;
    writeln!(out, "  Secret     {}", seed::CLIENT_SECRET)?;
    writeln!(out, "  Login id   {}@{}", seed::CLIENT_ID, seed::TENANT_ID)?;
    writeln!(out, "  Control    {0}_local/ledger, requests, settings, faults, reset", server.url())?;
    out.flush()?;
    drop(out);
    if arguments.until_eof {
        io::stdin().lock().read_to_end(&mut Vec::new())?;
    } else {
        loop {
            std::thread::park();
        }
    }
    Ok(())
}
