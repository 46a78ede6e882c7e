//! The module's manifest in a release: what the PowerShell Gallery shows beside what the source says.

use std::fmt::Write as _;

use anyhow::{Context, Result, bail};

/// What a release adds.
#[derive(Default)]
pub struct Release<'a> {
    /// What is new, as the changelog has it.
    pub notes: &'a str,
    /// The label of a version before the version: `preview1`.
    pub prerelease: Option<&'a str>,
    /// The project's page.
    pub project: Option<&'a str>,
}

/// The line of the manifest before which it goes.
const PLACE: &str = "            Tags = ";

/// The manifest with the release's lines in it.
pub fn with_release(manifest: &str, release: &Release) -> Result<String> {
    let (before, after) = manifest.split_once(PLACE).context("the manifest has no line for Tags in PSData")?;
    if manifest.matches(PLACE).count() != 1 {
        bail!("the manifest has several lines for Tags in PSData");
    }
    let mut lines = String::new();
    if let Some(project) = release.project {
        let project = project.trim_end_matches('/');
        writeln!(lines, "            ProjectUri = {}", quoted(project))?;
        writeln!(lines, "            LicenseUri = {}", quoted(&format!("{project}/blob/main/LICENSE")))?;
    }
    if let Some(label) = release.prerelease {
        if label.is_empty() || !label.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            bail!(
                "the label '{label}' is none: the PowerShell Gallery takes letters and digits only, such as preview1"
            );
        }
        writeln!(lines, "            Prerelease = {}", quoted(label))?;
    }
    writeln!(lines, "            ReleaseNotes = {}", quoted(release.notes))?;
    Ok(format!("{before}{lines}{PLACE}{after}"))
}

/// The newest section of the changelog, without its heading.
pub fn notes(changelog: &str) -> Result<&str> {
    let (_, section) = changelog.split_once("\n## ").context("the changelog has no section")?;
    let (_, text) = section.split_once('\n').context("the changelog's newest section is empty")?;
    Ok(text.split("\n## ").next().unwrap_or(text).trim())
}

/// A text of PowerShell that stands for itself. Windows PowerShell reads a manifest by the machine's code page: only ASCII is safe.
fn quoted(text: &str) -> String {
    let ascii: String = text.chars().map(|character| if character.is_ascii() { character } else { '?' }).collect();
    format!("'{}'", ascii.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = "@{\n    PSData = @{\n            Tags = @('a')\n    }\n}\n";

    #[test]
    fn the_lines_of_a_release_stand_before_the_tags() {
        let release =
            Release { notes: "- It's new.", prerelease: Some("preview1"), project: Some("https://contoso.example/p/") };
        let expected = "@{\n    PSData = @{\n            ProjectUri = 'https://contoso.example/p'\n            \
            LicenseUri = 'https://contoso.example/p/blob/main/LICENSE'\n            Prerelease = 'preview1'\n            \
            ReleaseNotes = '- It''s new.'\n            Tags = @('a')\n    }\n}\n";
        assert_eq!(with_release(MANIFEST, &release).unwrap(), expected);
    }

    #[test]
    fn labels_that_the_gallery_refuses_and_manifests_without_tags_are_told() {
        let release = Release { prerelease: Some("rc.1"), ..Release::default() };
        assert!(with_release(MANIFEST, &release).unwrap_err().to_string().contains("'rc.1'"));
        assert!(with_release("@{ }", &Release::default()).is_err());
    }

    #[test]
    fn the_notes_are_the_newest_section() {
        assert_eq!(notes("# Changelog\n\n## 0.2.0\n\n- New.\n\n## 0.1.0\n\n- Old.\n").unwrap(), "- New.");
        assert!(notes("# Changelog\n").is_err());
    }
}
