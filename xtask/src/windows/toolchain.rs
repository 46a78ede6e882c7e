//! The Rust that compiles for Windows: rustup's target where it is installed, or Debian's compiler with a standard library built here.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::command::run;
use crate::project::Project;
use crate::remap;

/// What it compiles for.
pub const TARGET: &str = "x86_64-pc-windows-gnu";
const CARGO: &str = "/usr/bin/cargo";
const RUSTC: &str = "/usr/bin/rustc";
const LIMIT: Duration = Duration::from_secs(1800);

/// A cargo that compiles for Windows.
pub enum Toolchain {
    /// The one that runs this program has the target.
    Rustup,
    /// Debian's, whose source of the standard library lies here.
    Debian { source: PathBuf },
}

impl Toolchain {
    /// None where neither is there.
    pub fn find(project: &Project) -> Result<Option<Self>> {
        if has_standard_library(project)? {
            return Ok(Some(Self::Rustup));
        }
        let source = Path::new("/usr/lib/rustlib/src/rust/library");
        let complete = [Path::new(CARGO), Path::new(RUSTC), &source.join("vendor")].iter().all(|path| path.exists());
        Ok(complete.then(|| Self::Debian { source: source.into() }))
    }

    /// A cargo command that compiles for Windows into a folder of its own, with no path of this machine in what it makes.
    pub fn cargo(&self, project: &Project, output: &Path) -> Result<Command> {
        let cargo = || match self {
            Self::Rustup => project.cargo(),
            Self::Debian { .. } => debian(project),
        };
        // It unpacks the crates, so that their folders are known below.
        succeed(cargo().args(["fetch", "--locked", "--quiet"]))?;
        let mut flags = remap::flags(project, output)?;
        // The time of linking would make every build another one.
        flags.push("-Clink-arg=-Wl,--no-insert-timestamp".into());
        if let Self::Debian { source } = self {
            flags.push("--sysroot".into());
            flags.push(standard_library(project, source)?.into());
        }
        let mut cargo = cargo();
        cargo.env("CARGO_ENCODED_RUSTFLAGS", flags.join(OsStr::new("\u{1f}"))).env("CARGO_TARGET_DIR", output);
        Ok(cargo)
    }
}

fn has_standard_library(project: &Project) -> Result<bool> {
    let mut rustc = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    rustc.args(["--print", "target-libdir", "--target", TARGET]).current_dir(&project.root);
    let output = rustc.output().context("rustc could not be started")?;
    let folder = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    Ok(output.status.success() && Path::new(&folder).is_dir())
}

/// Debian's cargo and compiler, whatever rustup set for the one that runs this program.
fn debian(project: &Project) -> Command {
    let mut cargo = project.cargo_of(CARGO);
    cargo.env("RUSTC", RUSTC).env("RUSTDOC", "/usr/bin/rustdoc");
    cargo.env_remove("RUSTUP_TOOLCHAIN").env_remove("LD_LIBRARY_PATH").env_remove("RUSTFLAGS");
    cargo
}

/// The sysroot with the standard library for Windows: built from Debian's source the first time, in about a minute.
fn standard_library(project: &Project, source: &Path) -> Result<PathBuf> {
    let version = output_of(Command::new(RUSTC).arg("--version"))?;
    // rustc 1.96.0 (ac68faa20 2026-05-25) (built from a source tarball)
    let version = version.split_whitespace().nth(1).context("rustc tells no version")?.to_owned();
    let folder = project.target.join("windows");
    let (place, fresh) = (folder.join(format!("sysroot-{version}")), folder.join("sysroot.new"));
    if place.is_dir() {
        return Ok(place);
    }
    println!("  building Rust's standard library for Windows, once");
    let work = folder.join("sysroot.build");
    for folder in [&fresh, &work] {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
    }
    let output = work.join("target");
    package(&work, source)?;
    let mut cargo = debian(project);
    cargo.current_dir(&work).args(["build", "--release", "--offline", "--quiet", "--target", TARGET]);
    cargo.args(["-Z", "build-std=std,panic_unwind,panic_abort,proc_macro,test"]);
    let real = fs::canonicalize(source)?;
    let flags = [source, &real, &work].map(|path| remap::flag(path, "/rustc/library"));
    cargo.env("CARGO_ENCODED_RUSTFLAGS", flags.join(OsStr::new("\u{1f}")));
    cargo.env("CARGO_TARGET_DIR", &output).env("RUSTC_BOOTSTRAP", "1");
    succeed(&mut cargo)?;

    let libraries = fresh.join("lib").join("rustlib").join(TARGET).join("lib");
    fs::create_dir_all(&libraries)?;
    for entry in fs::read_dir(output.join(TARGET).join("release").join("deps"))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.ends_with(".rlib") && !name.starts_with("libempty") {
            fs::copy(&path, libraries.join(name))?;
        }
    }
    for object in ["rsbegin", "rsend"] {
        let mut rustc = Command::new(RUSTC);
        rustc.env("RUSTC_BOOTSTRAP", "1").env_remove("LD_LIBRARY_PATH").arg("--sysroot").arg(&fresh);
        rustc.args(["--target", TARGET, "--emit=obj", "-o"]).arg(libraries.join(format!("{object}.o")));
        rustc.arg(source.join("rtstartup").join(format!("{object}.rs")));
        succeed(&mut rustc)?;
    }
    fs::rename(&fresh, &place)?;
    fs::remove_dir_all(&work)?;
    Ok(place)
}

/// An empty package, whose build makes cargo build the standard library with the crates that Debian's source brings.
fn package(folder: &Path, source: &Path) -> Result<()> {
    fs::create_dir_all(folder.join("src"))?;
    fs::create_dir_all(folder.join(".cargo"))?;
    fs::write(folder.join("src").join("lib.rs"), "#![no_std]\n")?;
    fs::write(
        folder.join("Cargo.toml"),
        "[package]\nname = \"empty\"\nversion = \"0.0.0\"\nedition = \"2021\"\n[workspace]\n",
    )?;
    let vendor = source.join("vendor");
    let config = format!(
        "[source.crates-io]\nreplace-with = \"vendor\"\n[source.vendor]\ndirectory = \"{}\"\n",
        vendor.display()
    );
    fs::write(folder.join(".cargo").join("config.toml"), config)?;
    Ok(())
}

fn succeed(command: &mut Command) -> Result<()> {
    let ended = run(command, LIMIT, false)?;
    if !ended.success {
        bail!("{} failed:\n{}", command.get_program().display(), ended.output);
    }
    Ok(())
}

fn output_of(command: &mut Command) -> Result<String> {
    let output =
        command.output().with_context(|| format!("{} could not be started", command.get_program().display()))?;
    Ok(String::from_utf8(output.stdout)?)
}
