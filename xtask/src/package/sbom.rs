//! The bill of materials of the library, in CycloneDX's JSON.

use anyhow::Result;
use serde_json::{Value, json};

use super::crates::Crate;

/// The document for these crates, of which the library is the first.
pub fn document(crates: &[Crate]) -> Result<String> {
    let (library, others) = crates.split_first().expect("the library is a crate itself");
    let dependencies: Vec<Value> =
        crates.iter().map(|one| json!({"ref": one.id(), "dependsOn": one.uses.iter().collect::<Vec<_>>()})).collect();
    let document = json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.5.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": component(library)},
        "components": others.iter().map(component).collect::<Vec<_>>(),
        "dependencies": dependencies,
    });
    Ok(serde_json::to_string_pretty(&document)? + "\n")
}

fn component(one: &Crate) -> Value {
    let mut component = json!({
        "type": "library",
        "bom-ref": one.id(),
        "name": one.name,
        "version": one.version,
        // Before SPDX, a slash stood for OR.
        "licenses": [{"expression": one.license.split('/').map(str::trim).collect::<Vec<_>>().join(" OR ")}],
    });
    // The library itself is in no registry.
    if let Some(checksum) = &one.checksum {
        component["purl"] = json!(format!("pkg:cargo/{}@{}", one.name, one.version.replace('+', "%2B")));
        component["hashes"] = json!([{"alg": "SHA-256", "content": checksum}]);
    }
    if let Some(repository) = &one.repository {
        component["externalReferences"] = json!([{"type": "vcs", "url": repository}]);
    }
    component
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_and_what_they_use_are_named() {
        let one = |name: &str, checksum: Option<&str>, uses: &[&str]| Crate {
            name: name.into(),
            version: "1.0.0+a".into(),
            license: "MIT/Apache-2.0".into(),
            checksum: checksum.map(str::to_owned),
            uses: uses.iter().map(ToString::to_string).collect(),
            ..Crate::default()
        };
        let text = document(&[one("dynamics365", None, &["b@1.0.0+a"]), one("b", Some("00ff"), &[])]).unwrap();
        let document: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(document["metadata"]["component"]["name"], "dynamics365");
        assert_eq!(document["components"][0]["purl"], "pkg:cargo/b@1.0.0%2Ba");
        assert_eq!(document["components"][0]["licenses"][0]["expression"], "MIT OR Apache-2.0");
        assert_eq!(document["dependencies"][0]["dependsOn"], json!(["b@1.0.0+a"]));
    }
}
