//! Puts the module and the connector together as they are installed: one script file and the native library.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::project::{Profile, Project, runtime_identifier};

const JOIN_BEGIN: &str = "# <join>";
const JOIN_END: &str = "# </join>";

/// The folders of the module whose scripts are joined, in this order.
const JOINED_FOLDERS: [&str; 2] = ["Private", "Public"];

/// The options of `cargo xtask stage`.
#[derive(Args)]
pub struct Options {
    /// Build the library as it is shipped: smaller and faster, but slow to build
    #[arg(long)]
    release: bool,
}

/// What was put together.
pub struct Staged {
    /// The module's manifest.
    pub module: PathBuf,
    /// The connector's script.
    pub connector: PathBuf,
}

/// The task: builds and stages.
pub fn run(project: &Project, options: &Options) -> Result<bool> {
    let built = project.build(if options.release { Profile::Release } else { Profile::Dev })?;
    let staged = stage(project, &built.library)?;
    println!("module     {}", project.shown(&staged.module));
    println!("connector  {}", project.shown(&staged.connector));
    Ok(true)
}

/// Stages for this machine, into the folder `module` of the target folder.
pub fn stage(project: &Project, library: &Path) -> Result<Staged> {
    stage_in(project, &project.target, &[(runtime_identifier()?, library)])
}

/// Stages into a folder of its own and exchanges it for the earlier one, so that nobody sees half a module. Each library comes with
/// .NET's name of what it is for.
pub fn stage_in(project: &Project, folder: &Path, libraries: &[(&str, &Path)]) -> Result<Staged> {
    let (fresh, place, old) = (folder.join("module.new"), folder.join("module"), folder.join("module.old"));
    remove(&fresh)?;
    remove(&old)?;
    stage_module(&project.root.join("powershell/Dynamics365"), &fresh.join("Dynamics365"), libraries)?;
    copy_folder(&project.root.join("powershell/Connector"), &fresh.join("Connector"), &|_| true)?;
    if place.exists() {
        fs::rename(&place, &old).with_context(|| {
            format!("{} is in use: close the PowerShell sessions that have loaded the module", place.display())
        })?;
    }
    fs::rename(&fresh, &place).with_context(|| format!("{} could not be put in place", place.display()))?;
    remove(&old)?;
    Ok(Staged {
        module: place.join("Dynamics365").join("Dynamics365.psd1"),
        connector: place.join("Connector").join("Connector.ps1"),
    })
}

fn stage_module(source: &Path, place: &Path, libraries: &[(&str, &Path)]) -> Result<()> {
    copy_folder(source, place, &|path| {
        let name = path.file_name().unwrap_or_default();
        !JOINED_FOLDERS.iter().any(|folder| name == *folder) && name != "Dynamics365.psm1"
    })?;
    let script = source.join("Dynamics365.psm1");
    let joined = join(&read(&script)?, &scripts(source)?).with_context(|| format!("in {}", script.display()))?;
    fs::write(place.join("Dynamics365.psm1"), joined)?;

    for (platform, library) in libraries {
        let binaries = place.join("bin").join(platform);
        fs::create_dir_all(&binaries)?;
        let name = library.file_name().context("the library has no name")?;
        fs::copy(library, binaries.join(name)).with_context(|| format!("{} could not be copied", library.display()))?;
    }
    Ok(())
}

/// The module's scripts: name and text, in the order in which they are joined.
fn scripts(module: &Path) -> Result<Vec<(String, String)>> {
    let mut all = Vec::new();
    for folder in JOINED_FOLDERS {
        let mut files = entries(&module.join(folder))?;
        files.retain(|path| path.extension().is_some_and(|extension| extension == "ps1"));
        for path in files {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            all.push((format!("{folder}/{name}"), read(&path)?));
        }
    }
    Ok(all)
}

/// The script of the module with the texts of its files in place of the lines that would load them.
fn join(script: &str, files: &[(String, String)]) -> Result<String> {
    let lines: Vec<&str> = script.lines().collect();
    let marks = |mark: &str| -> Vec<usize> { (0..lines.len()).filter(|&index| lines[index].trim() == mark).collect() };
    let (&[begin], &[end]) = (marks(JOIN_BEGIN).as_slice(), marks(JOIN_END).as_slice()) else {
        bail!("exactly one line `{JOIN_BEGIN}` and one line `{JOIN_END}` are needed");
    };
    if end < begin {
        bail!("the line `{JOIN_END}` stands before `{JOIN_BEGIN}`");
    }
    let mut joined = Vec::from(&lines[..begin]);
    let mut headings = Vec::new();
    for (name, _) in files {
        headings.push(format!("#region {name}"));
    }
    for ((_, text), heading) in files.iter().zip(&headings) {
        joined.push(heading);
        joined.extend(text.trim_matches(['\r', '\n', '\u{feff}']).lines());
        joined.push("#endregion");
        joined.push("");
    }
    joined.extend(&lines[end + 1..]);
    Ok(joined.join("\n") + "\n")
}

/// Copies what `wanted` accepts, asked about each file and folder.
pub fn copy_folder(source: &Path, place: &Path, wanted: &dyn Fn(&Path) -> bool) -> Result<()> {
    fs::create_dir_all(place).with_context(|| format!("{} could not be made", place.display()))?;
    for path in entries(source)?.into_iter().filter(|path| wanted(path)) {
        let copy = place.join(path.file_name().unwrap_or_default());
        if path.is_dir() {
            copy_folder(&path, &copy, wanted)?;
        } else {
            fs::copy(&path, &copy).with_context(|| format!("{} could not be copied", path.display()))?;
        }
    }
    Ok(())
}

/// What lies in a folder, in the order of the names' bytes.
pub fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let read = fs::read_dir(folder).with_context(|| format!("the folder {} cannot be read", folder.display()))?;
    let mut paths = read.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    paths.sort_by(|one, other| one.as_os_str().as_encoded_bytes().cmp(other.as_os_str().as_encoded_bytes()));
    Ok(paths)
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))
}

pub fn remove(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("{} could not be removed", folder.display()))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files() -> Vec<(String, String)> {
        vec![
            ("Private/A.ps1".into(), "function A { 1 }\r\n".into()),
            ("Public/B.ps1".into(), "function B { 2 }\n\n".into()),
        ]
    }

    #[test]
    fn the_marked_lines_give_way_to_the_files() {
        let script = "first\n# <join>\nforeach ($f in $files) { . $f }\n# </join>\nlast\n";
        let expected = "first\n#region Private/A.ps1\nfunction A { 1 }\n#endregion\n\n\
            #region Public/B.ps1\nfunction B { 2 }\n#endregion\n\nlast\n";
        assert_eq!(join(script, &files()).unwrap(), expected);
    }

    #[test]
    fn missing_doubled_and_swapped_marks_are_refused() {
        for script in ["first\n", "# <join>\n", "# </join>\n# <join>\n", "# <join>\n# </join>\n# <join>\n# </join>\n"] {
            let error = join(script, &files()).unwrap_err().to_string();
            assert!(error.contains(JOIN_END), "{error}");
        }
    }

    #[test]
    fn folders_are_copied_whole_but_for_what_is_not_wanted() {
        let base = std::env::temp_dir().join(format!("xtask-stage-{}", std::process::id()));
        let (source, place) = (base.join("source"), base.join("place"));
        fs::create_dir_all(source.join("en-US")).unwrap();
        fs::create_dir_all(source.join("Private")).unwrap();
        fs::write(source.join("en-US/about.txt"), "help").unwrap();
        fs::write(source.join("Private/A.ps1"), "").unwrap();
        copy_folder(&source, &place, &|path| path.file_name().unwrap() != "Private").unwrap();
        assert_eq!(fs::read_to_string(place.join("en-US/about.txt")).unwrap(), "help");
        assert!(!place.join("Private").exists());
        remove(&base).unwrap();
        remove(&base).unwrap();
    }
}
