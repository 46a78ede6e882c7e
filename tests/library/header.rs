//! The committed header is the one that the build generated from `src/ffi`.

#[test]
fn the_committed_header_is_what_cbindgen_generates() {
    let generated = include_str!(concat!(env!("OUT_DIR"), "/dynamics365.h"));
    let committed = include_str!("../../include/dynamics365.h").replace("\r\n", "\n");
    assert!(committed == generated, "include/dynamics365.h is not up to date: `cargo xtask header` writes it");
}
