//! What a DLL tells about itself.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use object::pe::{
    IMAGE_DLLCHARACTERISTICS_DYNAMIC_BASE, IMAGE_DLLCHARACTERISTICS_GUARD_CF, IMAGE_DLLCHARACTERISTICS_HIGH_ENTROPY_VA,
    IMAGE_DLLCHARACTERISTICS_NX_COMPAT, RT_VERSION,
};
use object::read::pe::{ImageNtHeaders, ImageOptionalHeader, PeFile64, ResourceDirectory};
use object::{LittleEndian, Object, ObjectSymbol};

/// Of Windows itself, on every version that the library is for.
const SYSTEM: [&str; 16] = [
    "advapi32.dll",
    "bcrypt.dll",
    "bcryptprimitives.dll",
    "crypt32.dll",
    "iphlpapi.dll",
    "kernel32.dll",
    "ktmw32.dll",
    "msvcrt.dll",
    "ncrypt.dll",
    "ntdll.dll",
    "ole32.dll",
    "oleaut32.dll",
    "secur32.dll",
    "user32.dll",
    "userenv.dll",
    "ws2_32.dll",
];

/// A file that was read.
pub struct Dll {
    /// All of it.
    pub bytes: Vec<u8>,
}

impl Dll {
    /// Reads it.
    pub fn read(path: &Path) -> Result<Self> {
        Ok(Self { bytes: fs::read(path).with_context(|| format!("{} cannot be read", path.display()))? })
    }

    fn parsed(&self) -> Result<PeFile64<'_>> {
        PeFile64::parse(&*self.bytes).context("the DLL is none for x64")
    }

    /// The DLLs that it needs and that are no part of Windows.
    pub fn foreign_imports(&self) -> Result<Vec<String>> {
        let file = self.parsed()?;
        let imports = file.import_table()?.context("the DLL imports nothing")?;
        let mut names = Vec::new();
        let mut descriptors = imports.descriptors()?;
        while let Some(descriptor) = descriptors.next()? {
            names.push(String::from_utf8_lossy(imports.name(descriptor.name.get(LittleEndian))?).to_ascii_lowercase());
        }
        names.retain(|name| !SYSTEM.contains(&name.as_str()) && !name.starts_with("api-ms-win-"));
        Ok(names)
    }

    /// What protects a process from misuse and is not switched on, where the target offers it.
    pub fn missing_protections(&self, target: &str) -> Result<Vec<&'static str>> {
        Ok(missing(self.parsed()?.nt_headers().optional_header().dll_characteristics(), target))
    }

    /// Names in its table of symbols, which is for debuggers and has names of the build's temporary files in it.
    pub fn symbols(&self) -> Result<Vec<String>> {
        let file = self.parsed()?;
        Ok(file.symbols().filter_map(|symbol| Some(symbol.name().ok()?.to_owned())).take(5).collect())
    }

    /// The bytes of the version resource.
    pub fn version(&self) -> Result<&[u8]> {
        let file = self.parsed()?;
        let (data, sections) = (&*self.bytes, file.section_table());
        let resources =
            file.data_directories().resource_directory(data, &sections)?.context("the DLL has no resources")?;
        let entry = version_entry(resources)?.context("the DLL has no version resource")?;
        let address = entry.offset_to_data.get(LittleEndian);
        let bytes = sections.pe_data_at(data, address).context("the version resource lies in no section")?;
        bytes.get(..entry.size.get(LittleEndian) as usize).context("the version resource is cut off")
    }
}

/// The protections that are not among the flags. Control-flow guard is Microsoft's linker's: the GNU tools can't make it.
fn missing(flags: u16, target: &str) -> Vec<&'static str> {
    let mut wanted = vec![
        (IMAGE_DLLCHARACTERISTICS_DYNAMIC_BASE, "DYNAMIC_BASE"),
        (IMAGE_DLLCHARACTERISTICS_HIGH_ENTROPY_VA, "HIGH_ENTROPY_VA"),
        (IMAGE_DLLCHARACTERISTICS_NX_COMPAT, "NX_COMPAT"),
    ];
    if target.ends_with("-msvc") {
        wanted.push((IMAGE_DLLCHARACTERISTICS_GUARD_CF, "GUARD_CF"));
    }
    wanted.into_iter().filter(|(flag, _)| flags & flag == 0).map(|(_, name)| name).collect()
}

fn version_entry(resources: ResourceDirectory<'_>) -> Result<Option<&object::pe::ImageResourceDataEntry>> {
    for kind in resources.root()?.entries {
        if kind.name_or_id().id() == Some(RT_VERSION) {
            let names = kind.data(resources)?.table().context("a type has no names")?;
            let name = names.entries.first().context("a type has no names")?;
            let languages = name.data(resources)?.table().context("a name has no languages")?;
            let language = languages.entries.first().context("a name has no languages")?;
            return Ok(language.data(resources)?.data());
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guarded_calls_are_asked_of_microsofts_linker_alone() {
        // What the GNU linker sets, and what Microsoft's does with /guard:cf.
        let (gnu, msvc) = (0x0160, 0x4160);
        assert_eq!(missing(gnu, "x86_64-pc-windows-gnu"), Vec::<&str>::new());
        assert_eq!(missing(gnu, "x86_64-pc-windows-msvc"), ["GUARD_CF"]);
        assert_eq!(missing(msvc, "aarch64-pc-windows-msvc"), Vec::<&str>::new());
        assert_eq!(missing(0, "x86_64-pc-windows-gnu"), ["DYNAMIC_BASE", "HIGH_ENTROPY_VA", "NX_COMPAT"]);
    }

    #[test]
    fn what_is_no_dll_is_told() {
        let error = Dll { bytes: b"MZ but no more".to_vec() }.foreign_imports().unwrap_err().to_string();
        assert_eq!(error, "the DLL is none for x64");
    }
}
