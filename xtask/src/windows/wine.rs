//! Programs of Windows, run by wine.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::programs::compile_file;
use super::tools::Tools;
use crate::command::run;
use crate::project::Project;

const LIMIT: Duration = Duration::from_secs(300);

/// A Windows of wine's, in a folder of its own.
pub struct Wine {
    program: PathBuf,
    prefix: PathBuf,
    /// A program that waits for its input to end: with it wine's services stay, so that others start faster, and none of them
    /// inherits the output of a program that is waited for.
    keeper: Child,
}

impl Wine {
    /// Makes the Windows the first time, and starts its services.
    pub fn start(project: &Project, tools: &Tools) -> Result<Self> {
        let folder = project.target.join("windows");
        let prefix = folder.join("prefix");
        if !prefix.is_dir() {
            let fresh = folder.join("prefix.new");
            make_prefix(&tools.wine, &fresh)?;
            add_missing_library(&tools.gcc, &fresh, &folder)?;
            name_root_device(&fresh)?;
            fs::rename(&fresh, &prefix)?;
        }
        let mut keep = command(&tools.wine, &prefix);
        keep.args(["cmd.exe", "/q"]).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let keeper = keep.spawn().with_context(|| format!("{} could not be started", tools.wine.display()))?;
        Ok(Self { program: tools.wine.clone(), prefix, keeper })
    }

    /// Wine itself; a program of Windows is its first argument.
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// The variables that it needs.
    pub fn environment(&self) -> Vec<(String, OsString)> {
        environment(&self.prefix)
    }

    /// A command that runs a program of Windows.
    pub fn command(&self, program: &Path) -> Command {
        let mut command = command(&self.program, &self.prefix);
        command.arg(program);
        command
    }
}

/// Where Windows keeps its user's proxy.
const INTERNET_SETTINGS: &str = "HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Internet Settings";

/// The proxy that a [`Wine`] was told to use, until this is dropped.
pub struct ProxyInUse<'w>(&'w Wine);

impl Wine {
    /// Sets the proxy of the system, as a person does in the settings of Windows.
    pub fn use_proxy(&self, server: &str) -> Result<ProxyInUse<'_>> {
        let set = ProxyInUse(self);
        self.registry(&["add", INTERNET_SETTINGS, "/v", "ProxyServer", "/t", "REG_SZ", "/d", server, "/f"])?;
        self.registry(&["add", INTERNET_SETTINGS, "/v", "ProxyEnable", "/t", "REG_DWORD", "/d", "1", "/f"])?;
        Ok(set)
    }

    fn registry(&self, arguments: &[&str]) -> Result<()> {
        let mut command = self.command(Path::new("reg.exe"));
        let ended = run(command.args(arguments), LIMIT, false)?;
        if !ended.success {
            bail!("wine's registry was not changed:\n{}", ended.output);
        }
        Ok(())
    }
}

impl Drop for ProxyInUse<'_> {
    fn drop(&mut self) {
        for name in ["ProxyEnable", "ProxyServer"] {
            // It may not have come to be set.
            let _ = self.0.registry(&["delete", INTERNET_SETTINGS, "/v", name, "/f"]);
        }
    }
}

impl Drop for Wine {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

/// The path of a file of this machine as programs under wine see it.
pub fn path(path: &Path) -> OsString {
    let text = path.to_string_lossy().replace('/', "\\");
    format!("Z:{text}").into()
}

fn command(wine: &Path, prefix: &Path) -> Command {
    let mut command = Command::new(wine);
    command.envs(environment(prefix));
    command
}

fn environment(prefix: &Path) -> Vec<(String, OsString)> {
    vec![
        ("WINEPREFIX".into(), prefix.into()),
        ("WINEDEBUG".into(), "-all".into()),
        // No browser engine is offered for download; a program that breaks down ends with an error in place of a debugger's success; and
        // .NET gets no keys of CNG, whose lack in wine (gaps.c) would end the process in place of a test.
        ("WINEDLLOVERRIDES".into(), "mshtml=;winedbg.exe=d;ncrypt=d".into()),
        // Names of files and arguments are UTF-8.
        ("LC_ALL".into(), "C.UTF-8".into()),
        // Windows of programs have no screen to go to.
        ("DISPLAY".into(), "".into()),
    ]
}

fn make_prefix(wine: &Path, prefix: &Path) -> Result<()> {
    if prefix.exists() {
        fs::remove_dir_all(prefix)?;
    }
    fs::create_dir_all(prefix)?;
    println!("  making a Windows for wine, once");
    let mut boot = command(wine, prefix);
    // Into a file: wine's services outlive this, and would hold a pipe open.
    let log = prefix.join("wineboot.log");
    let file = fs::File::create(&log)?;
    boot.args(["wineboot.exe", "--init"]).stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file);
    let status = boot.status().with_context(|| format!("{} could not be started", wine.display()))?;
    // The registry is written when the server ends.
    let mut wait = Command::new(wine.with_file_name("wineserver"));
    wait.arg("--wait").env("WINEPREFIX", prefix);
    let ended = run(&mut wait, LIMIT, false)?;
    if !status.success() || !ended.success || !prefix.join("system.reg").exists() {
        bail!("wine made no Windows:\n{}{}", fs::read_to_string(&log).unwrap_or_default(), ended.output);
    }
    Ok(())
}

/// Programs that ask for the name of the root's drive make wine open its device. It may not, and would say so to each of them.
#[cfg(unix)]
fn name_root_device(prefix: &Path) -> Result<()> {
    let link = prefix.join("dosdevices").join("z::");
    std::os::unix::fs::symlink("/dev/null", &link).with_context(|| format!("{} could not be made", link.display()))
}

/// There is no wine elsewhere.
#[cfg(not(unix))]
fn name_root_device(_: &Path) -> Result<()> {
    Ok(())
}

/// Wine before version 9 lacks bcryptprimitives.dll, which Rust's programs take random numbers from; wine has those under another name.
fn add_missing_library(gcc: &Path, prefix: &Path, folder: &Path) -> Result<()> {
    let place = prefix.join("drive_c").join("windows").join("system32").join("bcryptprimitives.dll");
    if place.exists() {
        return Ok(());
    }
    let source = folder.join("bcryptprimitives.c");
    fs::write(
        &source,
        "#include <windows.h>\n\
         #include <ntsecapi.h>\n\
         __declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T size) { return RtlGenRandom(data, (ULONG)size); }\n",
    )?;
    compile_file(gcc, &source, &place, &["-shared", "-ladvapi32"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_lies_on_the_drive_that_wine_gives_the_root() {
        assert_eq!(path(Path::new("/a/b c/d.ps1")), OsString::from("Z:\\a\\b c\\d.ps1"));
    }
}
