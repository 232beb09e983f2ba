//! The crates depend on each other along the arrows of ARCHITECTURE.md and never against them.

use std::{
    env,
    error::Error,
    path::Path,
    process::{Command, Stdio},
};

use serde_json::Value;

use crate::finding::Finding;

/// Each crate with the crates directly below it. What lies below those may be used as well.
const ARROWS: &[(&str, &[&str])] = &[
    ("jensen-random", &[]),
    ("jensen-kernels", &["jensen-random"]),
    ("jensen-data", &["jensen-random"]),
    ("jensen-control", &["jensen-random"]),
    ("jensen-prob", &["jensen-kernels"]),
    ("jensen-infer", &["jensen-prob", "jensen-data"]),
    ("jensen-models", &["jensen-infer"]),
    ("jensen", &["jensen-models", "jensen-control"]),
    ("jensen-cli", &["jensen"]),
    ("jensen-testing", &["jensen-prob"]),
    ("xtask", &[]),
];

/// Below no one: it serves tests, so any crate may have it as a dev-dependency and none in earnest.
const FOR_TESTS: &str = "jensen-testing";

pub fn check(root: &Path) -> Result<Vec<Finding>, Box<dyn Error>> {
    let output = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .current_dir(root)
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err("cargo metadata failed".into());
    }
    violations(&serde_json::from_slice(&output.stdout)?)
}

fn violations(metadata: &Value) -> Result<Vec<Finding>, Box<dyn Error>> {
    let packages = metadata["packages"].as_array().ok_or("cargo metadata lists no packages")?;
    let names: Vec<&str> = packages.iter().filter_map(|package| package["name"].as_str()).collect();
    let mut findings = Vec::new();
    for package in packages {
        let name = package["name"].as_str().ok_or("cargo metadata has a package without a name")?;
        let mut report = |message: String| {
            findings.push(Finding { file: format!("Cargo.toml of {name}"), line: None, message });
        };
        let Some(below) = everything_below(name) else {
            report(
                "this crate has no place among the arrows: give it one in ARCHITECTURE.md and here".into(),
            );
            continue;
        };
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let Some(on) = dependency["name"].as_str().filter(|on| names.contains(on)) else { continue };
            let in_tests = dependency["kind"] == "dev";
            if !(below.contains(&on) || in_tests && on == FOR_TESTS) {
                report(format!("depends on {on}, against the arrows: below {name} are {below:?}"));
            }
        }
    }
    Ok(findings)
}

/// All crates that `name` may use, or `None` for a crate that is not in the order.
fn everything_below(name: &str) -> Option<Vec<&'static str>> {
    let directly = |name: &str| ARROWS.iter().find(|(above, _)| *above == name).map(|(_, below)| *below);
    let mut below = directly(name)?.to_vec();
    let mut next = 0;
    while next < below.len() {
        for further in directly(below[next]).unwrap_or_default() {
            if !below.contains(further) {
                below.push(further);
            }
        }
        next += 1;
    }
    Some(below)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn workspace(depends: &str, on: &str, kind: Option<&str>) -> Value {
        json!({"packages": [
            {"name": depends, "dependencies": [{"name": on, "kind": kind}, {"name": "serde", "kind": null}]},
            {"name": on, "dependencies": []},
        ]})
    }

    fn count(depends: &str, on: &str, kind: Option<&str>) -> usize {
        violations(&workspace(depends, on, kind)).unwrap().len()
    }

    #[test]
    fn along_the_arrows_near_and_far() {
        assert_eq!(count("jensen-infer", "jensen-data", None), 0);
        assert_eq!(count("jensen-cli", "jensen-random", None), 0);
    }

    #[test]
    fn against_the_arrows_and_sideways() {
        assert_eq!(count("jensen-prob", "jensen-infer", None), 1);
        assert_eq!(count("jensen-data", "jensen-prob", None), 1);
        assert_eq!(count("jensen-prob", "jensen-infer", Some("dev")), 1);
    }

    #[test]
    fn the_testing_crate_is_for_tests_only() {
        assert_eq!(count("jensen-prob", "jensen-testing", Some("dev")), 0);
        assert_eq!(count("jensen-prob", "jensen-testing", None), 1);
    }

    #[test]
    fn a_crate_without_a_place_is_named() {
        let findings =
            violations(&json!({"packages": [{"name": "jensen-new", "dependencies": []}]})).unwrap();
        assert!(findings[0].to_string().contains("jensen-new"));
    }

    #[test]
    fn the_order_has_no_cycle() {
        for (name, _) in ARROWS {
            assert!(!everything_below(name).unwrap().contains(name), "{name} lies below itself");
        }
    }
}
