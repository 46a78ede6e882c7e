//! The release: made, unpacked elsewhere in every PowerShell, and run from there.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::{Context as _, Result};

use super::pester::Setting;
use super::tally::{self, Tally};
use super::{Context, shipped, upgrade};
use crate::command::run;
use crate::demo;
use crate::library::platform;
use crate::package::{self, Options, Package};
use crate::powershell::PowerShell;
use crate::project::{Project, runtime_identifier};
use crate::stage::{self, Staged};
use crate::windows::Windows;

const LIMIT: Duration = Duration::from_secs(300);

/// Makes the release for this machine, and for Windows where that can be built for, looks into its library, and tries it in the
/// PowerShells of this machine.
pub fn suite(context: &mut Context) {
    let mut package = None;
    context.measure("Package", |context| {
        let made = make(context.project)?;
        let mut all = Tally::one(true);
        let here = runtime_identifier()?;
        let library = made.libraries.iter().find(|(platform, _)| platform == here);
        let library = &library.context("there is no library for this machine")?.1;
        if cfg!(target_os = "linux") {
            all.add(shipped::linux_suite(context.project, library)?);
        }
        if cfg!(windows) {
            all.add(shipped::windows_suite(context.project, library, platform(here)?.0)?);
        }
        package = Some(made);
        Ok(all)
    });
    let Some(package) = package else { return };
    context.in_each_shell("Package", |setting, shell| try_out(setting, &package, &shell.powershell));
    context.package = Some(package);
}

fn make(project: &Project) -> Result<Package> {
    let mut target = vec![runtime_identifier()?.to_owned()];
    if Windows::find(project)?.is_ok() {
        target.push("win-x64".into());
    }
    let project_page = Some("https://contoso.example/dynamics365".into());
    let options = Options { target, prerelease: Some("test".into()), project: project_page, ..Options::default() };
    package::make(project, &options)
}

/// Unpacks it into an empty folder, looks at it, and runs the demo from there, as an account that may write nowhere.
pub fn try_out(setting: &Setting, package: &Package, shell: &PowerShell) -> Result<Tally> {
    let project = setting.project;
    let place = empty_folder()?;
    // Longer than the paths of old programs of Windows may be. Windows PowerShell is one of them.
    let folder =
        if cfg!(windows) { place.clone() } else { place.join("long ".repeat(24).trim()).join("path".repeat(40)) };
    let mut command = shell.script(&project.root.join("xtask").join("powershell").join("Expand-Package.ps1"));
    for (name, path) in [("-Package", &package.zip), ("-Sums", &package.sums), ("-Folder", &folder)] {
        command.arg(name).arg((shell.path)(path));
    }
    let ended = run(&mut command, LIMIT, false)?;
    let mut all = tally::of_lines(&ended.output);
    if !ended.success || all.failed > 0 || all.passed == 0 {
        println!("{}", ended.output);
        all.failed = all.failed.max(1);
    }
    let staged = Staged {
        module: folder.join("Dynamics365").join("Dynamics365.psd1"),
        connector: folder.join("Connector").join("Connector.ps1"),
    };
    let before = contents(&folder)?;
    let (steps, different) = demo::quietly(project, setting.built, &staged, &shell.of_a_service())?;
    all.add(Tally { passed: steps - different, failed: different, skipped: 0 });
    let is_untouched = contents(&folder)? == before;
    if !is_untouched {
        println!("  something was written into the folder of the module or the connector");
    }
    all.add(Tally::one(is_untouched));
    all.add(upgrade::suite(setting, &folder, &place.join("versions"), shell)?);
    fs::remove_dir_all(&place).with_context(|| format!("{} could not be removed", place.display()))?;
    Ok(all)
}

/// A folder that is not there yet, outside of the project, with a name that not every program likes.
fn empty_folder() -> Result<PathBuf> {
    let folder = std::env::temp_dir().join(format!("Dynamics365 \u{fc}\u{4e2d} {}", std::process::id()));
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    Ok(folder)
}

/// Every file below a folder, with its size and the time of its last change.
fn contents(folder: &Path) -> Result<Vec<(PathBuf, u64, SystemTime)>> {
    let mut all = Vec::new();
    for path in stage::entries(folder)? {
        let about = path.metadata()?;
        if about.is_dir() {
            all.extend(contents(&path)?);
        }
        all.push((path, about.len(), about.modified()?));
    }
    Ok(all)
}
