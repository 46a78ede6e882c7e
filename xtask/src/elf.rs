//! What a library of Linux tells about itself.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use object::Endianness;
use object::elf::{
    DF_1_NOW, DF_BIND_NOW, DT_FLAGS, DT_FLAGS_1, DT_NEEDED, DT_RPATH, DT_RUNPATH, PF_X, PT_GNU_RELRO, PT_GNU_STACK,
};
use object::read::elf::{Dyn, ElfFile64, FileHeader, ProgramHeader};

/// Of every Linux that the library is for.
const SYSTEM: [&str; 7] = [
    "libc.so.6",
    "libdl.so.2",
    "libgcc_s.so.1",
    "libm.so.6",
    "libpthread.so.0",
    "ld-linux-x86-64.so.2",
    "ld-linux-aarch64.so.1",
];

/// What was found.
#[derive(Debug, Default)]
pub struct Elf {
    /// All of the file.
    pub bytes: Vec<u8>,
    /// The libraries that it needs and that not every Linux has.
    pub foreign: Vec<String>,
    /// The folders in which it has its libraries looked for.
    pub paths: Vec<String>,
    /// What protects a process from misuse and is not switched on.
    pub missing_protections: Vec<&'static str>,
}

impl Elf {
    /// Reads a library.
    pub fn read(path: &Path) -> Result<Self> {
        let bytes = fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
        Self::parse(bytes).with_context(|| format!("in {}", path.display()))
    }

    fn parse(bytes: Vec<u8>) -> Result<Self> {
        let mut elf = Self::default();
        let data = &*bytes;
        let file = ElfFile64::<Endianness>::parse(data).context("the library is none for 64 bits of Linux")?;
        let (endian, mut binds_early) = (file.endian(), false);
        let sections = file.elf_header().sections(endian, data)?;
        let (entries, link) = sections.dynamic(endian, data)?.context("the library has no dynamic section")?;
        let strings = sections.strings(endian, data, link)?;
        for entry in entries {
            let value = entry.d_val(endian);
            let text = || -> Result<String> {
                let bytes = strings.get(u32::try_from(value)?).ok().context("a name lies outside of its table")?;
                Ok(String::from_utf8_lossy(bytes).into_owned())
            };
            match u32::try_from(entry.d_tag(endian)).unwrap_or_default() {
                DT_NEEDED => elf.foreign.push(text()?),
                DT_RPATH | DT_RUNPATH => elf.paths.push(text()?),
                DT_FLAGS => binds_early |= value & u64::from(DF_BIND_NOW) != 0,
                DT_FLAGS_1 => binds_early |= value & u64::from(DF_1_NOW) != 0,
                _ => {}
            }
        }
        elf.foreign.retain(|name| !SYSTEM.contains(&name.as_str()));
        let segments = file.elf_program_headers();
        let has_relro = segments.iter().any(|segment| segment.p_type(endian) == PT_GNU_RELRO);
        let stack = segments.iter().find(|segment| segment.p_type(endian) == PT_GNU_STACK);
        let protections = [
            (has_relro && binds_early, "RELRO of all symbols"),
            (stack.is_some_and(|stack| stack.p_flags(endian) & PF_X == 0), "a stack without code"),
        ];
        elf.missing_protections = protections.into_iter().filter(|(is_on, _)| !is_on).map(|(_, name)| name).collect();
        elf.bytes = bytes;
        Ok(elf)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_library_is_told() {
        let error = Elf::parse(b"\x7fELF but no more".to_vec()).unwrap_err().to_string();
        assert_eq!(error, "the library is none for 64 bits of Linux");
    }
}
