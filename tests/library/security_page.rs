//! SECURITY.md names tests: each must be there.

#[test]
fn every_test_that_the_security_page_names_exists() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(root.join("SECURITY.md")).unwrap();
    let mut named = 0;
    for (at, _) in page.match_indices('`') {
        // `path/of/a/file.ext`: name, name; the names end with the cell, or where another file follows.
        let Some((path, rest)) = page[at + 1..].split_once('`') else { continue };
        let is_file = path.contains('.') && !path.contains(' ');
        let Some(names) = rest.strip_prefix(": ").filter(|_| is_file) else { continue };
        let source = std::fs::read_to_string(root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
        let names = names.split([';', '|', '\n']).next().unwrap();
        for name in names.split(", ") {
            // What stands in brackets, or behind "that", is for people.
            let name = name.split(" (").next().unwrap().trim();
            assert!(source.contains(name), "SECURITY.md names '{name}', which {path} does not have");
            named += 1;
        }
    }
    assert!(named > 40, "{named}");
}
