//! The library as it is shipped: what it needs, exports, says about itself, and gives away.

use std::path::Path;

use anyhow::Result;

use super::check_symbols;
use super::tally::Tally;
use crate::bytes::contains;
use crate::elf::Elf;
use crate::project::Project;
use crate::remap;
use crate::windows::dll::Dll;

/// Checks the DLL at the path, which was built for a target of Rust's.
pub fn windows_suite(project: &Project, library: &Path, target: &str) -> Result<Tally> {
    let dll = Dll::read(library)?;
    let mut all = check_symbols(project, library)?;
    all.add(judge("it needs DLLs that are no part of Windows", &dll.foreign_imports()?));
    all.add(judge("it is linked without", &dll.missing_protections(target)?));
    all.add(judge("it has a table of symbols", &dll.symbols()?));
    all.add(judge("its version resource lacks", &missing_texts(dll.version()?)));
    all.add(judge("it gives away paths of this machine", &remap::given_away(&dll.bytes, project)));
    Ok(all)
}

/// Checks the library of Linux at the path.
pub fn linux_suite(project: &Project, library: &Path) -> Result<Tally> {
    let elf = Elf::read(library)?;
    let mut all = check_symbols(project, library)?;
    all.add(judge("it needs libraries that not every Linux has", &elf.foreign));
    all.add(judge("it has its libraries looked for in", &elf.paths));
    all.add(judge("it is linked without", &elf.missing_protections));
    all.add(judge("it gives away paths of this machine", &remap::given_away(&elf.bytes, project)));
    Ok(all)
}

/// One check: nothing must be found.
fn judge(what: &str, found: &[impl AsRef<str>]) -> Tally {
    if !found.is_empty() {
        println!("  {what}: {}", found.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(", "));
    }
    Tally::one(found.is_empty())
}

fn missing_texts(resource: &[u8]) -> Vec<&'static str> {
    let version = env!("CARGO_PKG_VERSION");
    let texts = ["VS_VERSION_INFO", "FileDescription", "ProductName", "Dynamics365", "ProductVersion", version];
    texts.into_iter().filter(|text| !contains(resource, text)).collect()
}
