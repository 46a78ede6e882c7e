//! The C programs of `tests/abi` and `examples`, and the header on its own.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use super::tally::{self, Tally};
use crate::command::{find, run};
use crate::dataverse::{Dataverse, SECRET};
use crate::project::{Built, Project};

const STRICT: [&str; 4] = ["-Wall", "-Wextra", "-Werror", "-pedantic"];
const LIMIT: Duration = Duration::from_secs(300);

/// How a program is run.
enum Way {
    Plain,
    AddressSanitizer,
    Valgrind(PathBuf),
}

/// Compiles and runs all of it.
pub fn suite(project: &Project, built: &Built) -> Result<Tally> {
    let Some(compiler) = find("cc").or_else(|| find("gcc")).or_else(|| find("clang")) else {
        println!("  no C compiler (cc) on the search path: install one; the C programs were not run");
        return Ok(Tally::one(false));
    };
    let folder = project.target.join("abi");
    fs::create_dir_all(&folder)?;
    let mut all = header(project, &compiler, &folder)?;

    let mut ways = vec![Way::Plain];
    if cfg!(target_os = "linux") {
        ways.push(Way::AddressSanitizer);
    }
    match find("valgrind") {
        Some(valgrind) => ways.push(Way::Valgrind(valgrind)),
        None => {
            println!("  valgrind is not installed: its runs are left out");
            all.add(Tally::SKIPPED);
        }
    }
    for source in sources(&project.root.join("tests").join("abi"))? {
        for way in &ways {
            all.add(program(project, built, &compiler, &folder, &source, way)?);
        }
    }
    all.add(example(project, built, &compiler, &folder)?);
    Ok(all)
}

/// The header as C11 and as C++17, strictly.
fn header(project: &Project, compiler: &Path, folder: &Path) -> Result<Tally> {
    let source = folder.join("header.c");
    fs::write(&source, "#include \"dynamics365.h\"\nint main(void) { return D365_ABI_VERSION == 0; }\n")?;
    let mut all = Tally::default();
    for (language, standard) in [("c", "c11"), ("c++", "c++17")] {
        let mut command = Command::new(compiler);
        command.args(["-x", language, &format!("-std={standard}"), "-fsyntax-only"]).args(STRICT);
        command.arg("-I").arg(project.root.join("include")).arg(&source);
        all.add(judge(&format!("the header as {standard}"), &mut command)?.0);
    }
    Ok(all)
}

fn program(
    project: &Project,
    built: &Built,
    compiler: &Path,
    folder: &Path,
    source: &Path,
    way: &Way,
) -> Result<Tally> {
    let name = source.file_stem().unwrap_or_default().to_string_lossy();
    let sanitized = matches!(way, Way::AddressSanitizer);
    let (program, mut all) = compile(project, built, compiler, folder, source, sanitized)?;
    if all.failed > 0 {
        return Ok(all);
    }
    let server = Dataverse::start(&built.dataverse)?;
    let (label, mut command) = match way {
        Way::Plain => (name.to_string(), Command::new(&program)),
        Way::AddressSanitizer => (format!("{name} under AddressSanitizer"), Command::new(&program)),
        Way::Valgrind(valgrind) => {
            let mut command = Command::new(valgrind);
            command.args(["--quiet", "--error-exitcode=99", "--leak-check=full", "--errors-for-leak-kinds=definite"]);
            command.arg(&program);
            (format!("{name} under valgrind"), command)
        }
    };
    command.env("LOCAL_DATAVERSE_URL", &server.url);
    let (ended, output) = judge(&label, &mut command)?;
    let checks = tally::of_lines(&output);
    if checks == Tally::default() {
        println!("  {label} made no check");
        return Ok(Tally::one(false));
    }
    // A program may fail without a failed check: a leak, a crash.
    all.add(if ended.failed > 0 && checks.failed == 0 { Tally { failed: 1, ..checks } } else { checks });
    Ok(all)
}

/// The example of the README lists the users of the seed.
fn example(project: &Project, built: &Built, compiler: &Path, folder: &Path) -> Result<Tally> {
    let source = project.root.join("examples").join("list_users.c");
    let (program, mut all) = compile(project, built, compiler, folder, &source, false)?;
    if all.failed == 0 {
        let server = Dataverse::start(&built.dataverse)?;
        let mut command = Command::new(program);
        command.arg(&server.url).arg(Dataverse::login()).env("DYNAMICS365_SECRET", SECRET);
        let (ended, output) = judge("examples/list_users.c", &mut command)?;
        let listed = output.contains("\tAdele Example\tadele@contoso.example\t\n");
        if !listed {
            println!("  it did not list Adele Example:\n{output}");
        }
        all.add(Tally::one(ended.failed == 0 && listed));
    }
    Ok(all)
}

fn compile(
    project: &Project,
    built: &Built,
    compiler: &Path,
    folder: &Path,
    source: &Path,
    sanitized: bool,
) -> Result<(PathBuf, Tally)> {
    let name = source.file_stem().unwrap_or_default().to_string_lossy();
    let program = folder.join(format!("{name}{}{}", if sanitized { "-asan" } else { "" }, env::consts::EXE_SUFFIX));
    let library = built.library.parent().context("the library has no folder")?;
    let mut command = Command::new(compiler);
    command.args(["-std=c11", "-g", "-D_POSIX_C_SOURCE=200809L"]).args(STRICT);
    if sanitized {
        command.args(["-fsanitize=address", "-fno-omit-frame-pointer"]);
    }
    command.arg("-I").arg(project.root.join("include")).arg(source).arg("-o").arg(&program);
    command.arg("-L").arg(library).args(["-ldynamics365", "-pthread"]);
    command.arg(format!("-Wl,-rpath,{}", library.display()));
    let ended = judge(&format!("compiling {name}.c"), &mut command)?.0;
    Ok((program, if ended.failed > 0 { ended } else { Tally::default() }))
}

/// Runs a command; prints its output where it fails.
fn judge(label: &str, command: &mut Command) -> Result<(Tally, String)> {
    let ended = run(command, LIMIT, false)?;
    if !ended.success {
        println!("  {label} failed:\n{}", ended.output);
    }
    Ok((Tally::one(ended.success), ended.output))
}

fn sources(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))?;
    let paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    let mut paths: Vec<PathBuf> =
        paths.into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "c")).collect();
    paths.sort();
    Ok(paths)
}
