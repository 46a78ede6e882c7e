//! Generates the C header from `src/ffi` into the build folder, where a test compares it with the committed one in `include/`; for Windows,
//! gives the DLL its version resource.

#[path = "build/version_resource.rs"]
mod version_resource;

use std::path::{Path, PathBuf};
use std::{env, fs};

use version_resource::{Version, object_file};

fn main() {
    println!("cargo::rerun-if-changed=src");
    println!("cargo::rerun-if-changed=cbindgen.toml");
    println!("cargo::rerun-if-changed=build");
    let output = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    header(&output);
    if variable("CARGO_CFG_TARGET_OS") == "windows" {
        version(&output);
    }
}

fn header(output: &Path) {
    match cbindgen::generate(variable("CARGO_MANIFEST_DIR")) {
        Ok(bindings) => {
            bindings.write_to_file(output.join("dynamics365.h"));
        }
        // A library that does not parse is the compiler's to explain.
        Err(error) => println!("cargo::warning=The header was not generated: {error}"),
    }
}

fn version(output: &Path) {
    let number =
        ["MAJOR", "MINOR", "PATCH"].map(|part| variable(&format!("CARGO_PKG_VERSION_{part}")).parse().unwrap_or(0));
    let (version, description) = (variable("CARGO_PKG_VERSION"), variable("CARGO_PKG_DESCRIPTION"));
    let texts = [
        ("FileDescription", description.as_str()),
        ("FileVersion", &version),
        ("InternalName", "dynamics365"),
        ("LegalCopyright", "The Dynamics365 authors, MIT License"),
        ("OriginalFilename", "dynamics365.dll"),
        ("ProductName", "Dynamics365"),
        ("ProductVersion", &version),
    ];
    let version = Version { number: [number[0], number[1], number[2], 0], texts: &texts };
    if let Some(object) = object_file(&version, &variable("CARGO_CFG_TARGET_ARCH")) {
        let file = output.join("version.o");
        fs::write(&file, object).expect("cargo's output folder can be written");
        println!("cargo::rustc-link-arg-cdylib={}", file.display());
    }
}

fn variable(name: &str) -> String {
    env::var(name).unwrap_or_default()
}
