//! The version resource of the DLL, which Windows shows among a file's properties, as an object file for the linker. It is written byte by
//! byte, so that no resource compiler is needed: a few tables of fixed form (Microsoft's "PE Format" and "VS_VERSIONINFO").

/// What the resource says.
pub struct Version<'a> {
    /// Major, minor, patch, and a build number.
    pub number: [u16; 4],
    /// Names and values, as Windows knows them: `FileDescription`, `ProductName`, ...
    pub texts: &'a [(&'a str, &'a str)],
}

const ENGLISH: u16 = 0x0409;
const UTF_16: u16 = 0x04B0;
/// Of resources and of their languages.
const VERSION_TYPE: u32 = 16;
const ONLY_ONE: u32 = 1;

/// An object file with the resource, for a processor as `CARGO_CFG_TARGET_ARCH` names it; None for others.
pub fn object_file(version: &Version, architecture: &str) -> Option<Vec<u8>> {
    // The machine, and its kind of relocation that gives an address relative to the image.
    let (machine, relative): (u16, u16) = match architecture {
        "x86_64" => (0x8664, 3),
        "aarch64" => (0xAA64, 2),
        "x86" => (0x014C, 7),
        _ => return None,
    };
    let data = version_info(version);
    let directory = directory(data.len());
    Some(coff(machine, relative, &directory, &data))
}

/// Type, name and language, each a table of one entry, and the entry of the data; its address is the linker's to fill in.
fn directory(size: usize) -> Vec<u8> {
    const TABLE: u32 = 16 + 8;
    const TO_TABLE: u32 = 1 << 31;
    let mut bytes = Vec::new();
    let entries =
        [(VERSION_TYPE, TO_TABLE | TABLE), (ONLY_ONE, TO_TABLE | (2 * TABLE)), (u32::from(ENGLISH), 3 * TABLE)];
    for (id, offset) in entries {
        // Flags, time, version; no entry by name and one by number.
        bytes.extend([0; 12]);
        put16(&mut bytes, &[0, 1]);
        put32(&mut bytes, &[id, offset]);
    }
    put32(&mut bytes, &[0, u32::try_from(size).expect("it is small"), 0, 0]);
    bytes
}

/// Where the data's address stands in [`directory`].
const ADDRESS: u32 = 3 * 24;

/// Two sections, named as resource compilers name them: the directory, with a relocation to the data, and the data.
fn coff(machine: u16, relative: u16, directory: &[u8], data: &[u8]) -> Vec<u8> {
    const HEADER: usize = 20;
    const SECTION: usize = 40;
    const RELOCATION: usize = 10;
    const READ_ONLY_DATA: u32 = 0x4000_0040 | 0x0030_0000;
    let size = |bytes: &[u8]| u32::try_from(bytes.len()).expect("it is small");
    let at_directory = HEADER + 2 * SECTION;
    let at_relocation = at_directory + directory.len();
    let at_data = at_relocation + RELOCATION;
    let at_symbols = at_data + data.len();
    let offset = |at: usize| u32::try_from(at).expect("it is small");

    let mut bytes = Vec::new();
    put16(&mut bytes, &[machine, 2]);
    put32(&mut bytes, &[0, offset(at_symbols), 1]);
    put16(&mut bytes, &[0, 0]);
    for (name, content, at, relocation) in
        [(b".rsrc$01", directory, at_directory, Some(at_relocation)), (b".rsrc$02", data, at_data, None)]
    {
        bytes.extend(name);
        put32(&mut bytes, &[0, 0, size(content), offset(at), relocation.map_or(0, offset), 0]);
        put16(&mut bytes, &[u16::from(relocation.is_some()), 0]);
        put32(&mut bytes, &[READ_ONLY_DATA]);
    }
    bytes.extend(directory);
    put32(&mut bytes, &[ADDRESS, 0]);
    put16(&mut bytes, &[relative]);
    bytes.extend(data);
    // One symbol, the beginning of the second section; no long names.
    bytes.extend(b".rsrc$02");
    put32(&mut bytes, &[0]);
    put16(&mut bytes, &[2, 0]);
    bytes.extend([3, 0]);
    put32(&mut bytes, &[4]);
    bytes
}

fn version_info(version: &Version) -> Vec<u8> {
    let [major, minor, patch, build] = version.number.map(u32::from);
    let number = [(major << 16) | minor, (patch << 16) | build];
    let mut fixed = Vec::new();
    // Signature, version of the structure, of the file and of the product, mask of the flags, no flags, Windows NT, a DLL.
    put32(&mut fixed, &[0xFEEF_04BD, 0x0001_0000, number[0], number[1], number[0], number[1]]);
    put32(&mut fixed, &[0x3F, 0, 0x0004_0004, 2, 0, 0, 0]);

    let strings: Vec<Vec<u8>> = version.texts.iter().map(|(name, value)| text_node(name, value)).collect();
    let table = node(&format!("{ENGLISH:04x}{UTF_16:04x}"), true, &[], 0, &strings);
    let mut translation = Vec::new();
    put16(&mut translation, &[ENGLISH, UTF_16]);
    let children = [
        node("StringFileInfo", true, &[], 0, &[table]),
        node("VarFileInfo", true, &[], 0, &[node("Translation", false, &translation, translation.len(), &[])]),
    ];
    node("VS_VERSION_INFO", false, &fixed, fixed.len(), &children)
}

fn text_node(name: &str, value: &str) -> Vec<u8> {
    let text = utf16(value);
    // Its length is counted in words.
    node(name, true, &text, text.len() / 2, &[])
}

/// Length, length of the value, kind, key; then value and children, each on a boundary of four bytes.
fn node(key: &str, is_text: bool, value: &[u8], value_length: usize, children: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = vec![0; 6];
    bytes.extend(utf16(key));
    for part in std::iter::once(value).chain(children.iter().map(Vec::as_slice)).filter(|part| !part.is_empty()) {
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes.extend(part);
    }
    let [length, value_length] = [bytes.len(), value_length].map(|length| u16::try_from(length).expect("it is small"));
    bytes[0..2].copy_from_slice(&length.to_le_bytes());
    bytes[2..4].copy_from_slice(&value_length.to_le_bytes());
    bytes[4] = u8::from(is_text);
    bytes
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect()
}

fn put16(bytes: &mut Vec<u8>, values: &[u16]) {
    bytes.extend(values.iter().copied().flat_map(u16::to_le_bytes));
}

fn put32(bytes: &mut Vec<u8>, values: &[u32]) {
    bytes.extend(values.iter().copied().flat_map(u32::to_le_bytes));
}
