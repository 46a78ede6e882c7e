//! `cargo xtask package`: the release, as it is given to people.

pub mod crates;
mod licenses;
mod manifest;
mod sbom;
mod zip;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;
use ring::digest::{SHA256, digest};

use crate::header;
use crate::library::{self, PLATFORMS};
use crate::project::{Project, runtime_identifier};
use crate::stage;

use manifest::Release;
use zip::Entry;

/// What a program of Windows is linked with, by the names of the two families of compilers.
const IMPORTS: [&str; 2] = ["libdynamics365.dll.a", "dynamics365.dll.lib"];
const LICENSES: &str = "THIRD-PARTY-LICENSES.txt";

/// The options of `cargo xtask package`.
#[derive(Args, Default)]
pub struct Options {
    /// Build the library for this platform (win-x64, linux-arm64, ...); may be given several times [default: this machine's]
    #[arg(long, value_name = "PLATFORM")]
    pub target: Vec<String>,
    /// A folder of libraries that were built elsewhere, each in a folder named after its platform
    #[arg(long, value_name = "FOLDER")]
    pub libraries: Option<PathBuf>,
    /// Build each library a second time, in another folder, and compare the bytes
    #[arg(long)]
    pub twice: bool,
    /// The label of a version before the version, such as preview1
    #[arg(long, value_name = "LABEL")]
    pub prerelease: Option<String>,
    /// The address of the project's page, for the PowerShell Gallery
    #[arg(long, value_name = "URL")]
    pub project: Option<String>,
}

/// What was made.
pub struct Package {
    /// The ZIP file.
    pub zip: PathBuf,
    /// The sums of everything beside it.
    pub sums: PathBuf,
    /// The libraries in it, each with its platform.
    pub libraries: Vec<(String, PathBuf)>,
}

/// The task.
pub fn run(project: &Project, options: &Options) -> Result<bool> {
    let package = make(project, options)?;
    println!("package  {}", project.shown(&package.zip));
    println!("sums     {}", project.shown(&package.sums));
    for (platform, library) in &package.libraries {
        println!("library  {platform}: {}", project.shown(library));
    }
    Ok(true)
}

/// Builds what is to be built, and packs all of it.
pub fn make(project: &Project, options: &Options) -> Result<Package> {
    let folder = project.target.join("package");
    let libraries = collect(&folder.join("libraries"), libraries(project, options)?)?;
    let pairs: Vec<(&str, &Path)> = libraries.iter().map(|(name, path)| (&**name, &**path)).collect();
    stage::stage_in(project, &folder, &pairs)?;
    let module = folder.join("module").join("Dynamics365");
    let changelog = read(&project.root.join("CHANGELOG.md"))?;
    let release = Release {
        notes: manifest::notes(&changelog)?,
        prerelease: options.prerelease.as_deref(),
        project: options.project.as_deref(),
    };
    let file = module.join("Dynamics365.psd1");
    let text = manifest::with_release(&read(&file)?, &release).with_context(|| format!("in {}", file.display()))?;
    fs::write(&file, text)?;

    let targets: Vec<&str> = libraries.iter().map(|(name, _)| Ok(library::platform(name)?.0)).collect::<Result<_>>()?;
    let crates = crates::all(project, &targets)?;
    let (licenses, bill) = (licenses::text(&crates[1..])?, sbom::document(&crates)?);
    fs::write(module.join(LICENSES), &licenses)?;
    fs::copy(project.root.join("LICENSE"), module.join("LICENSE"))?;

    let version = env!("CARGO_PKG_VERSION");
    let label = options.prerelease.as_ref().map(|label| format!("-{label}")).unwrap_or_default();
    let name = format!("Dynamics365-{version}{label}");
    let mut entries = Vec::new();
    for part in ["Dynamics365", "Connector"] {
        add_folder(&mut entries, part, &folder.join("module").join(part))?;
    }
    add_file(&mut entries, "native/include/dynamics365.h", &header::path(project))?;
    for (platform, library) in &libraries {
        for import in IMPORTS.map(|name| library.with_file_name(name)).iter().filter(|import| import.is_file()) {
            let name = import.file_name().unwrap_or_default().to_string_lossy();
            add_file(&mut entries, &format!("native/{platform}/{name}"), import)?;
        }
    }
    for part in ["LICENSE", "CHANGELOG.md"] {
        add_file(&mut entries, part, &project.root.join(part))?;
    }
    entries.push(Entry { name: LICENSES.into(), bytes: licenses.into_bytes() });
    entries.push(Entry { name: "dynamics365.cdx.json".into(), bytes: bill.clone().into_bytes() });
    let files = [(format!("{name}.zip"), zip::pack(&entries)?), (format!("{name}.cdx.json"), bill.into_bytes())];
    let mut sums = String::new();
    for (file, bytes) in &files {
        fs::write(folder.join(file), bytes).with_context(|| format!("{file} could not be written"))?;
        writeln!(sums, "{}  {file}", hexadecimal(digest(&SHA256, bytes).as_ref()))?;
    }
    fs::write(folder.join("SHA256SUMS"), sums)?;
    Ok(Package { zip: folder.join(&files[0].0), sums: folder.join("SHA256SUMS"), libraries })
}

/// Those that are built here, and those that come from elsewhere.
fn libraries(project: &Project, options: &Options) -> Result<Vec<(String, PathBuf)>> {
    let mut all = Vec::new();
    if let Some(folder) = &options.libraries {
        for (name, _, file) in PLATFORMS {
            let path = folder.join(name).join(file);
            if path.is_file() {
                all.push((name.to_owned(), path));
            }
        }
        if all.is_empty() {
            bail!("{} has no library in it, such as linux-x64/libdynamics365.so", folder.display());
        }
    }
    let mut targets = options.target.clone();
    if targets.is_empty() && all.is_empty() {
        targets.push(runtime_identifier()?.into());
    }
    for name in targets {
        if all.iter().any(|(other, _)| *other == name) {
            bail!("there are two libraries for {name}");
        }
        let library = library::build(project, &name, &library::folder(project, &name))?;
        if options.twice {
            let again = library::build(project, &name, &project.target.join("package").join("again"))?;
            if fs::read(&library)? != fs::read(&again)? {
                bail!("two builds differ: {} and {}", library.display(), again.display());
            }
            println!("two builds of {name} have the same bytes");
        }
        all.push((name, library));
    }
    Ok(all)
}

/// Copies the libraries, and what belongs to them, to the place where `--libraries` of another machine takes them from.
fn collect(place: &Path, libraries: Vec<(String, PathBuf)>) -> Result<Vec<(String, PathBuf)>> {
    let fresh = place.with_extension("new");
    stage::remove(&fresh)?;
    for (platform, library) in &libraries {
        fs::create_dir_all(fresh.join(platform))?;
        for file in IMPORTS.map(|name| library.with_file_name(name)).iter().chain([library]) {
            if file.is_file() {
                let name = file.file_name().context("a library has no name")?;
                fs::copy(file, fresh.join(platform).join(name))?;
            }
        }
    }
    stage::remove(place)?;
    fs::rename(&fresh, place).with_context(|| format!("{} could not be put in place", place.display()))?;
    let there = |(platform, library): (String, PathBuf)| {
        let file = place.join(&platform).join(library.file_name().unwrap_or_default());
        (platform, file)
    };
    Ok(libraries.into_iter().map(there).collect())
}

fn add_folder(entries: &mut Vec<Entry>, name: &str, folder: &Path) -> Result<()> {
    for path in stage::entries(folder)? {
        let inner = format!("{name}/{}", path.file_name().unwrap_or_default().to_string_lossy());
        if path.is_dir() {
            add_folder(entries, &inner, &path)?;
        } else {
            add_file(entries, &inner, &path)?;
        }
    }
    Ok(())
}

fn add_file(entries: &mut Vec<Entry>, name: &str, path: &Path) -> Result<()> {
    let bytes = fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
    entries.push(Entry { name: name.into(), bytes });
    Ok(())
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
