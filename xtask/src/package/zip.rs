//! A ZIP file of files that are given in order: the same bytes whenever and wherever it is made.

use std::io::Write;

use anyhow::{Context, Result};
use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};

const LOCAL_HEADER: u32 = 0x0403_4b50;
const CENTRAL_HEADER: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;
/// The version of the format that deflated files need.
const VERSION: u16 = 20;
/// Made on a Unix: the rights of the files are Unix's.
const MADE_BY: u16 = 3 << 8 | VERSION;
/// Names are UTF-8.
const UTF8: u16 = 1 << 11;
const DEFLATED: u16 = 8;
/// The first of January 1980, the format's first day.
const DATE: u16 = 1 << 5 | 1;
/// An ordinary file that its owner may write and all may read.
const RIGHTS: u32 = 0o100_644 << 16;

/// A file to pack.
pub struct Entry {
    /// Its path in the ZIP file, with slashes.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// The ZIP file's bytes.
pub fn pack(entries: &[Entry]) -> Result<Vec<u8>> {
    let (mut all, mut directory) = (Vec::new(), Vec::new());
    for Entry { name, bytes } in entries {
        let too_large = || format!("{name} is too large for a ZIP file");
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes)?;
        let packed = encoder.finish()?;
        let mut sum = Crc::new();
        sum.update(bytes);
        let place = u32::try_from(all.len()).with_context(too_large)?;

        // What both headers have in common.
        let mut common = Vec::new();
        for number in [VERSION, UTF8, DEFLATED, 0, DATE] {
            put16(&mut common, number);
        }
        put32(&mut common, sum.sum());
        put32(&mut common, u32::try_from(packed.len()).with_context(too_large)?);
        put32(&mut common, u32::try_from(bytes.len()).with_context(too_large)?);
        put16(&mut common, u16::try_from(name.len()).with_context(|| format!("the name {name} is too long"))?);
        put16(&mut common, 0);

        put32(&mut all, LOCAL_HEADER);
        all.extend_from_slice(&common);
        all.extend_from_slice(name.as_bytes());
        all.extend_from_slice(&packed);

        put32(&mut directory, CENTRAL_HEADER);
        put16(&mut directory, MADE_BY);
        directory.extend_from_slice(&common);
        // No comment, the first disk, no inner attributes.
        directory.extend_from_slice(&[0; 6]);
        put32(&mut directory, RIGHTS);
        put32(&mut directory, place);
        directory.extend_from_slice(name.as_bytes());
    }
    let count = u16::try_from(entries.len()).context("too many files for a ZIP file")?;
    let (place, size) = (u32::try_from(all.len())?, u32::try_from(directory.len())?);
    all.extend_from_slice(&directory);
    put32(&mut all, END);
    all.extend_from_slice(&[0; 4]);
    put16(&mut all, count);
    put16(&mut all, count);
    put32(&mut all, size);
    put32(&mut all, place);
    put16(&mut all, 0);
    Ok(all)
}

fn put16(bytes: &mut Vec<u8>, number: u16) {
    bytes.extend_from_slice(&number.to_le_bytes());
}

fn put32(bytes: &mut Vec<u8>, number: u32) {
    bytes.extend_from_slice(&number.to_le_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    // That others can read it is tested by .NET, which unpacks the package.
    #[test]
    fn the_bytes_depend_on_names_and_contents_only() {
        let entries = || ["a.txt", "b/ä.txt"].map(|name| Entry { name: name.into(), bytes: b"text".repeat(100) });
        let packed = pack(&entries()).unwrap();
        assert_eq!(packed, pack(&entries()).unwrap());
        assert!(packed.starts_with(b"PK\x03\x04") && packed.len() < 400);
        // The number of files, at its place from the end.
        assert_eq!(packed[packed.len() - 12], 2);
    }
}
