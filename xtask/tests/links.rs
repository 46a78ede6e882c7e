//! The links of the project's pages lead somewhere.

use std::fs;
use std::path::{Path, PathBuf};

/// Folders without pages of the project's own.
const OTHERS: [&str; 3] = ["target", "node_modules", ".git"];

fn pages(folder: &Path, all: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if !OTHERS.iter().any(|name| path.ends_with(name)) {
                pages(&path, all);
            }
        } else if path.extension().is_some_and(|extension| extension == "md") {
            all.push(path);
        }
    }
}

/// The text without its blocks of code.
fn prose(text: &str) -> String {
    let mut is_code = false;
    let mut lines = Vec::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            is_code = !is_code;
        } else if !is_code {
            lines.push(line);
        }
    }
    lines.join("\n")
}

/// Where the links of a page lead.
fn links(text: &str) -> Vec<String> {
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
    targets.map(|(target, _)| target.to_owned()).collect()
}

/// The anchors of a page's headings, as GitHub makes them.
fn anchors(text: &str) -> Vec<String> {
    let headings = text.lines().filter(|line| line.starts_with('#'));
    let anchor = |heading: &str| {
        let letters = heading.trim_start_matches('#').trim().to_lowercase();
        let kept = letters.chars().filter(|letter| letter.is_alphanumeric() || " -_".contains(*letter));
        kept.map(|letter| if letter == ' ' { '-' } else { letter }).collect()
    };
    headings.map(anchor).collect()
}

/// What is wrong with a link of a page; none where it leads somewhere. Addresses of others are only looked at.
fn wrong(page: &Path, link: &str) -> Option<&'static str> {
    if link.contains("://") {
        return (!link.starts_with("https://")).then_some("is not https");
    }
    let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
    let target = if path.is_empty() { page.to_path_buf() } else { page.parent().unwrap().join(path) };
    if !target.exists() {
        return Some("leads to no file");
    }
    let known = anchor.is_empty() || anchors(&prose(&fs::read_to_string(target).unwrap())).iter().any(|a| a == anchor);
    (!known).then_some("leads to no heading")
}

#[test]
fn every_link_leads_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let (mut all, mut count) = (Vec::new(), 0);
    pages(root, &mut all);
    let mut dead = Vec::new();
    for page in &all {
        for link in links(&prose(&fs::read_to_string(page).unwrap())) {
            count += 1;
            dead.extend(wrong(page, &link).map(|why| format!("{}: {link} {why}", page.display())));
        }
    }
    assert!(dead.is_empty(), "{}", dead.join("\n"));
    assert!(all.len() > 8 && count > 20, "{} pages, {count} links", all.len());
}

#[test]
fn dead_links_are_found() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("README.md");
    assert_eq!(wrong(&page, "docs/no-such-page.md"), Some("leads to no file"));
    assert_eq!(wrong(&page, "#no-such-heading"), Some("leads to no heading"));
    assert_eq!(wrong(&page, "http://contoso.example"), Some("is not https"));
    assert_eq!(wrong(&page, "CHANGELOG.md#unreleased"), None);
    assert_eq!(links("see [a](b.md#c) and [d](e)"), ["b.md#c", "e"]);
    assert_eq!(anchors("# A page\n## It's `new`: two"), ["a-page", "its-new-two"]);
}
