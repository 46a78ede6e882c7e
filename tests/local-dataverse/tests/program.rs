//! The program: its options, what it prints, and how it ends.

use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use serde_json::Value;

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_local-dataverse"));
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// What a start that is refused says.
fn refused(arguments: &[&str]) -> String {
    let Output { status, stdout, stderr } = program(arguments).output().unwrap();
    assert!(!status.success() && stdout.is_empty(), "{arguments:?}");
    String::from_utf8(stderr).unwrap()
}

/// A running program; it ends with its standard input.
struct Running {
    child: Child,
    output: BufReader<ChildStdout>,
    url: String,
}

impl Running {
    fn start(arguments: &[&str]) -> Self {
        let mut child = program(arguments).args(["--port", "0"]).spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        let url = line.trim().strip_prefix("Local Dataverse listens on ").unwrap().to_owned();
        Self { child, output, url }
    }

    fn get(&self, path: &str) -> Value {
        let agent: ureq::Agent = ureq::Agent::config_builder().proxy(None).build().into();
        agent.get(format!("{}_local/{path}", self.url)).call().unwrap().body_mut().read_json().unwrap()
    }

    /// The rest of what it printed; for a program that has ended or is about to.
    fn rest(&mut self) -> String {
        let mut rest = String::new();
        self.output.read_to_string(&mut rest).unwrap();
        rest
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Where it has ended already, there is nothing to do.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn it_prints_what_a_client_needs_and_ends_with_its_standard_input() {
    let mut running = Running::start(&["--until-eof"]);
    assert_eq!(running.get("status")["url"], running.url);
    drop(running.child.stdin.take());
    assert!(running.child.wait().unwrap().success());
    let rest = running.rest();
    for needed in ["/oauth2/v2.0/token", "api/data/v9.2/", "Secret     local-dataverse-secret", "Login id   22222222-"]
    {
        assert!(rest.contains(needed), "{needed} is missing in:\n{rest}");
    }
}

#[cfg(unix)]
#[test]
fn ctrl_c_and_the_signal_that_ends_programs_end_it_cleanly() {
    for signal in ["-INT", "-TERM"] {
        let mut running = Running::start(&[]);
        running.get("status");
        let sent = Command::new("kill").args([signal, &running.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
        assert!(running.child.wait().unwrap().success(), "{signal}");
    }
}

#[test]
fn without_until_eof_the_end_of_standard_input_means_nothing() {
    let mut running = Running::start(&[]);
    drop(running.child.stdin.take());
    running.get("status");
    assert!(running.child.try_wait().unwrap().is_none());
}

#[test]
fn a_port_in_use_is_told_with_what_to_do() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let error = refused(&["--port", &port]);
    assert!(error.contains(&format!("127.0.0.1:{port}")) && error.contains("--port (0 takes a free one)"), "{error}");
}

#[test]
fn settings_and_faults_are_given_on_the_command_line() {
    let arguments = [
        "--setting",
        "maxPageSize=2",
        "--setting",
        "duplicateAssociation=conflict412",
        "--fault",
        r#"{"path":"WhoAmI","action":{"status":503}}"#,
    ];
    let running = Running::start(&arguments);
    let settings = running.get("settings");
    assert_eq!((&settings["maxPageSize"], settings["duplicateAssociation"].as_str()), (&2.into(), Some("conflict412")));
    assert!(settings["limitRequests"].is_null());
    assert_eq!(running.get("faults")["faults"][0]["action"]["status"], 503);
}

#[test]
fn service_protection_is_what_the_service_documents_and_settings_go_over_it() {
    let running = Running::start(&["--service-protection", "--setting", "limitConcurrentRequests=3"]);
    let settings = running.get("settings");
    assert_eq!(settings["limitRequests"], 6_000);
    assert_eq!(settings["limitExecutionMilliseconds"], 1_200_000);
    assert_eq!(settings["limitWindowSeconds"], 300);
    assert_eq!(settings["limitConcurrentRequests"], 3);
}

#[test]
fn wrong_options_are_refused_with_the_reason() {
    for (arguments, reason) in [
        (["--setting", "colour=1"], "colour"),
        (["--setting", "maxPageSize"], "a name and a value"),
        (["--setting", "maxPageSize=0"], "between 1 and 5000"),
        (["--fault", "{"], "--fault {"),
        (["--fault", r#"{"action":{}}"#], "empty"),
        (["--tls-ca-file", "x.pem"], "--tls"),
    ] {
        let error = refused(&arguments);
        assert!(error.contains(reason), "{arguments:?}: {error}");
    }
}

#[test]
fn the_authority_of_tls_is_written_where_it_is_asked_for() {
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("authority.pem");
    let _ = std::fs::remove_file(&path);
    let text = path.to_str().unwrap();
    let mut running = Running::start(&["--tls", "--tls-ca-file", text, "--until-eof"]);
    assert!(running.url.starts_with("https://"));
    assert!(std::fs::read_to_string(&path).unwrap().starts_with("-----BEGIN CERTIFICATE-----"));
    drop(running.child.stdin.take());
    assert!(running.rest().contains(&format!("To trust   {text}")));
    let unwritable = path.join("below-a-file.pem");
    let error = refused(&["--port", "0", "--tls", "--tls-ca-file", unwritable.to_str().unwrap()]);
    assert!(error.contains("can't be written"), "{error}");
}
