//! Generates the C header from `src/ffi` into the build folder. The committed one in `include/` is compared with it by a test.

use std::env;
use std::path::PathBuf;

fn main() {
    println!("cargo::rerun-if-changed=src");
    println!("cargo::rerun-if-changed=cbindgen.toml");
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let header = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it")).join("dynamics365.h");
    match cbindgen::generate(&root) {
        Ok(bindings) => {
            bindings.write_to_file(&header);
        }
        // A library that does not parse is the compiler's to explain.
        Err(error) => println!("cargo::warning=The header was not generated: {error}"),
    }
}
