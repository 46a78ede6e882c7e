//! The C programs of `tests/abi` and `examples`, and the header on its own.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::proxy::Proxy;
use super::sweep;
use super::tally::{self, Tally};
use crate::command::{find, run};
use crate::dataverse::{Dataverse, SECRET};
use crate::declarations;
use crate::project::{Built, Project};
use crate::windows::wine::Wine;
use crate::windows::{Windows, programs};

const STRICT: [&str; 4] = ["-Wall", "-Wextra", "-Werror", "-pedantic"];
const LIMIT: Duration = Duration::from_secs(300);

/// How a program is run.
enum Way<'w> {
    Plain,
    AddressSanitizer,
    Valgrind(PathBuf),
    Wine(&'w Wine),
}

/// What programs are compiled with, and what they run against.
struct Workshop<'a> {
    project: &'a Project,
    dataverse: &'a Path,
    compiler: PathBuf,
    /// Where the programs go.
    folder: PathBuf,
    /// The arguments that link the library.
    link: Vec<OsString>,
    suffix: &'static str,
}

/// Compiles and runs all of it.
pub fn suite(project: &Project, built: &Built) -> Result<Tally> {
    let Some(workshop) = Workshop::new(project, built)? else {
        println!("  {NO_COMPILER}; the C programs were not run");
        return Ok(Tally::one(false));
    };
    let mut ways = vec![Way::Plain];
    if cfg!(target_os = "linux") {
        ways.push(Way::AddressSanitizer);
    }
    let mut all = Tally::default();
    match find("valgrind") {
        Some(valgrind) => ways.push(Way::Valgrind(valgrind)),
        None => {
            println!("  valgrind is not installed: its runs are left out");
            all.add(Tally::SKIPPED);
        }
    }
    all.add(workshop.header()?);
    for way in &ways {
        all.add(workshop.faulty(way)?);
    }
    all.add(workshop.all(&ways)?);
    all.add(workshop.proxy(&ways[0])?);
    Ok(all)
}

/// Compiles one program, which uses the library that was built.
pub fn compile_for(project: &Project, built: &Built, source: &Path) -> Result<PathBuf> {
    let workshop = Workshop::new(project, built)?.context(NO_COMPILER)?;
    let (program, compiled) = workshop.compile(source, false)?;
    ensure!(compiled.failed == 0, "{} does not compile", project.shown(source));
    Ok(program)
}

const NO_COMPILER: &str = "no C compiler (cc) on the search path: install one";

/// Compiles all of it for Windows, and runs it under wine.
pub fn windows_suite(
    project: &Project,
    built: &Built,
    windows: &Windows,
    wine: &Wine,
    library: &Path,
) -> Result<Tally> {
    let folder = project.target.join("windows").join("abi");
    fs::create_dir_all(&folder)?;
    // Windows looks for a program's DLLs beside it first.
    fs::copy(library, folder.join(library.file_name().context("the library has no name")?))?;
    let link = vec![library.with_file_name("libdynamics365.dll.a").into(), "-static".into(), "-pthread".into()];
    let compiler = windows.gcc().to_path_buf();
    let workshop = Workshop { project, dataverse: &built.dataverse, compiler, folder, link, suffix: ".exe" };
    let mut all = workshop.all(&[Way::Wine(wine)])?;
    // Only requests by TLS go through a proxy.
    match programs::gaps(project, windows, wine)?.iter().find(|gap| gap.name == "roots") {
        Some(gap) => {
            println!("  the system's proxy is left out: wine lacks {} ({})", gap.name, gap.what);
            all.add(Tally::SKIPPED);
        }
        None => all.add(workshop.proxy(&Way::Wine(wine))?),
    }
    Ok(all)
}

impl<'a> Workshop<'a> {
    /// None where there is no compiler.
    fn new(project: &'a Project, built: &'a Built) -> Result<Option<Self>> {
        let Some(compiler) = find("cc").or_else(|| find("gcc")).or_else(|| find("clang")) else { return Ok(None) };
        let library = built.library.parent().context("the library has no folder")?;
        let mut path = OsString::from("-Wl,-rpath,");
        path.push(library);
        let mut link = vec!["-L".into(), library.into(), "-ldynamics365".into(), "-pthread".into(), path];
        if cfg!(unix) {
            // For programs that load libraries: glibc has that in itself only since 2.34.
            link.push("-ldl".into());
        }
        let folder = project.target.join("abi");
        fs::create_dir_all(&folder)?;
        let suffix = env::consts::EXE_SUFFIX;
        Ok(Some(Self { project, dataverse: &built.dataverse, compiler, folder, link, suffix }))
    }

    /// Every program in every way, and the example in the first of them.
    fn all(&self, ways: &[Way]) -> Result<Tally> {
        let mut all = Tally::default();
        for source in sources(&self.tests())?.into_iter().chain([self.sweep()?]) {
            for way in ways {
                all.add(self.program(&source, way)?);
            }
        }
        all.add(self.example(&ways[0])?);
        Ok(all)
    }

    fn tests(&self) -> PathBuf {
        self.project.root.join("tests").join("abi")
    }

    /// The program that calls every export in every wrong way.
    fn sweep(&self) -> Result<PathBuf> {
        let source = self.folder.join("sweep.c");
        fs::write(&source, sweep::program(&declarations::of(self.project)?)?)?;
        Ok(source)
    }

    /// Programs that are wrong on purpose: what looks for errors of memory must find theirs.
    fn faulty(&self, way: &Way) -> Result<Tally> {
        let mut all = Tally::default();
        for (name, sanitizer, valgrind) in [
            ("reads_freed_text", "heap-use-after-free", "Invalid read"),
            ("leaks_errors", "detected memory leaks", "definitely lost"),
        ] {
            let (expected, label) = match way {
                Way::AddressSanitizer => (sanitizer, "AddressSanitizer"),
                Way::Valgrind(_) => (valgrind, "valgrind"),
                Way::Plain | Way::Wine(_) => continue,
            };
            let source = self.tests().join("faulty").join(name).with_extension("c");
            let (program, compiled) = self.compile(&source, matches!(way, Way::AddressSanitizer))?;
            all.add(compiled);
            if compiled.failed == 0 {
                let ended = run(&mut way.command(&program), LIMIT, false)?;
                let found = !ended.success && ended.output.contains(expected);
                if !found {
                    println!("  {label} did not find what is wrong with {name}.c:\n{}", ended.output);
                }
                all.add(Tally::one(found));
            }
        }
        Ok(all)
    }

    /// The header as C11 and as C++17, strictly.
    fn header(&self) -> Result<Tally> {
        let source = self.folder.join("header.c");
        fs::write(&source, "#include \"dynamics365.h\"\nint main(void) { return D365_ABI_VERSION == 0; }\n")?;
        let mut all = Tally::default();
        for (language, standard) in [("c", "c11"), ("c++", "c++17")] {
            let mut command = Command::new(&self.compiler);
            command.args(["-x", language, &format!("-std={standard}"), "-fsyntax-only"]).args(STRICT);
            command.arg("-I").arg(self.project.root.join("include")).arg(&source);
            all.add(judge(&format!("the header as {standard}"), &mut command)?.0);
        }
        Ok(all)
    }

    fn program(&self, source: &Path, way: &Way) -> Result<Tally> {
        let name = source.file_stem().unwrap_or_default().to_string_lossy();
        let (program, mut all) = self.compile(source, matches!(way, Way::AddressSanitizer))?;
        if all.failed > 0 {
            return Ok(all);
        }
        let server = Dataverse::start(self.dataverse)?;
        let label = match way {
            Way::Plain => name.to_string(),
            Way::AddressSanitizer => format!("{name} under AddressSanitizer"),
            Way::Valgrind(_) => format!("{name} under valgrind"),
            Way::Wine(_) => format!("{name} under wine"),
        };
        let (ended, output) = judge(&label, way.command(&program).env("LOCAL_DATAVERSE_URL", &server.url))?;
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
    fn example(&self, way: &Way) -> Result<Tally> {
        let source = self.project.root.join("examples").join("list_users.c");
        let (program, mut all) = self.compile(&source, false)?;
        if all.failed == 0 {
            let server = Dataverse::start(self.dataverse)?;
            let mut command = way.command(&program);
            command.arg(&server.url).arg(Dataverse::login()).env("DYNAMICS365_SECRET", SECRET);
            let (ended, output) = judge("examples/list_users.c", &mut command)?;
            let listed = output.lines().any(|line| line.ends_with("\tAdele Example\tadele@contoso.example\t"));
            if !listed {
                println!("  it did not list Adele Example:\n{output}");
            }
            all.add(Tally::one(ended.failed == 0 && listed));
        }
        Ok(all)
    }

    /// Requests to other machines go through the system's proxy: that of Windows, in the form that the HTTP client does not understand itself,
    /// elsewhere that of the environment.
    fn proxy(&self, way: &Way) -> Result<Tally> {
        let source = self.project.root.join("examples").join("list_users.c");
        let (program, mut all) = self.compile(&source, false)?;
        if all.failed > 0 {
            return Ok(all);
        }
        let proxy = Proxy::start()?;
        let mut command = way.command(&program);
        command.args(["https://org.contoso.example/", &Dataverse::login()]).env("DYNAMICS365_SECRET", SECRET);
        for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"] {
            command.env_remove(name);
        }
        let _set = match way {
            Way::Wine(wine) => Some(wine.use_proxy(&format!("http=127.0.0.1:1;https={}", proxy.address))?),
            _ => {
                command.env("HTTPS_PROXY", format!("http://{}", proxy.address));
                None
            }
        };
        let ended = run(&mut command, LIMIT, false)?;
        let asked = proxy.asked();
        let went = asked.first().is_some_and(|line| line == "CONNECT login.microsoftonline.com:443 HTTP/1.1");
        if !went || ended.success {
            println!("  the system's proxy was asked for {asked:?}, and the program said:\n{}", ended.output);
        }
        all.add(Tally::one(went && !ended.success));
        Ok(all)
    }

    fn compile(&self, source: &Path, sanitized: bool) -> Result<(PathBuf, Tally)> {
        let name = source.file_stem().unwrap_or_default().to_string_lossy();
        let program = self.folder.join(format!("{name}{}{}", if sanitized { "-asan" } else { "" }, self.suffix));
        let mut command = Command::new(&self.compiler);
        command.args(["-std=c11", "-g", "-D_POSIX_C_SOURCE=200809L"]).args(STRICT);
        if sanitized {
            command.args(["-fsanitize=address", "-fno-omit-frame-pointer"]);
        }
        command.arg("-I").arg(self.project.root.join("include")).arg("-I").arg(self.tests());
        command.arg(source).arg("-o").arg(&program).args(&self.link);
        let ended = judge(&format!("compiling {name}.c"), &mut command)?.0;
        Ok((program, if ended.failed > 0 { ended } else { Tally::default() }))
    }
}

impl Way<'_> {
    fn command(&self, program: &Path) -> Command {
        match self {
            Self::Plain | Self::AddressSanitizer => Command::new(program),
            Self::Valgrind(valgrind) => {
                let mut command = Command::new(valgrind);
                command.args(["--quiet", "--error-exitcode=99"]);
                command.args(["--leak-check=full", "--errors-for-leak-kinds=definite"]).arg(program);
                command
            }
            Self::Wine(wine) => wine.command(program),
        }
    }
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
