//! What building and running for Windows takes on a machine that is none: found, installed, or named.

use std::path::PathBuf;

use anyhow::Result;

use super::toolchain::TARGET;
use crate::command::find;
use crate::debian;

/// The programs.
pub struct Tools {
    /// The C compiler for x64 Windows.
    pub gcc: PathBuf,
    /// Runs programs of Windows.
    pub wine: PathBuf,
}

/// What is there, or what is missing and how to get it.
pub enum Found {
    All(Tools),
    Missing(String),
}

/// Debian's packages of the programs.
const PACKAGES: [&str; 3] = ["gcc-mingw-w64-x86-64-win32", "wine", "wine64"];
/// Debian's packages of a Rust whose standard library can be built for Windows.
const RUST_PACKAGES: [&str; 3] = ["rustc-web", "cargo-web", "rust-web-src"];

/// Looks for the programs; `has_rust` tells whether a Rust for Windows is there. In CI, as root, on Debian, what is missing is installed.
pub fn find_all(has_rust: impl Fn() -> Result<bool>) -> Result<Found> {
    if let Found::All(tools) = look(has_rust()?) {
        return Ok(Found::All(tools));
    }
    let mut packages = PACKAGES.to_vec();
    if !has_rust()? {
        packages.extend(RUST_PACKAGES);
    }
    debian::install(&packages);
    Ok(look(has_rust()?))
}

fn look(has_rust: bool) -> Found {
    let (gcc, wine) = (find("x86_64-w64-mingw32-gcc"), find("wine"));
    match (gcc, wine, has_rust) {
        (Some(gcc), Some(wine), true) => Found::All(Tools { gcc, wine }),
        (gcc, wine, has_rust) => Found::Missing(advice(gcc.is_some(), wine.is_some(), has_rust)),
    }
}

fn advice(has_gcc: bool, has_wine: bool, has_rust: bool) -> String {
    let mut missing = Vec::new();
    if !has_wine {
        missing.push(String::from("wine (on Debian: apt install wine wine64)"));
    }
    if !has_gcc {
        missing.push(format!("the C compiler x86_64-w64-mingw32-gcc (apt install {})", PACKAGES[0]));
    }
    if !has_rust {
        missing.push(format!(
            "Rust's target {TARGET} (rustup target add {TARGET}; on Debian 12 without rustup: apt install {})",
            RUST_PACKAGES.join(" ")
        ));
    }
    format!("not installed: {}", missing.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_advice_names_what_is_missing_and_nothing_else() {
        let text = advice(true, false, true);
        assert!(text.contains("apt install wine") && !text.contains("rustup") && !text.contains("mingw"), "{text}");
        let text = advice(false, true, false);
        assert!(text.contains("x86_64-w64-mingw32-gcc") && text.contains("rustup target add"), "{text}");
    }
}
