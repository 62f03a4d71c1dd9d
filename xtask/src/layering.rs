//! Which crate may use which.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::Value;

/// The crates of the house from the ground up: each may use those before it that stand in its list, and nothing else of
/// the house.
const HOUSE: &[(&str, &[&str])] = &[
    ("kpi-value", &[]),
    ("kpi-base", &["kpi-value"]),
    ("kpi-syntax", &["kpi-base", "kpi-value"]),
    ("kpi-check", &["kpi-base", "kpi-syntax", "kpi-value"]),
    ("kpi-stdlib", &["kpi-base", "kpi-check", "kpi-syntax"]),
    ("kpi-plan", &["kpi-base", "kpi-check", "kpi-value"]),
    ("kpi-results", &["kpi-base", "kpi-value"]),
    ("kpi-score", &["kpi-base", "kpi-check", "kpi-plan", "kpi-results", "kpi-value"]),
    ("kpi-impact", &["kpi-base", "kpi-results", "kpi-value"]),
    ("kpi-suggest", &["kpi-base", "kpi-check", "kpi-results", "kpi-score", "kpi-value"]),
    ("kpi-prove", &["kpi-base", "kpi-check", "kpi-plan", "kpi-results", "kpi-score", "kpi-value"]),
    ("kpi-test", &["kpi-base", "kpi-check", "kpi-plan", "kpi-results", "kpi-score", "kpi-value"]),
    ("kpi-diff", &["kpi-base", "kpi-syntax", "kpi-value"]),
    ("kpi-report", &["kpi-base", "kpi-diff", "kpi-impact", "kpi-results", "kpi-value"]),
    ("kpi-fmt", &["kpi-base", "kpi-syntax"]),
    ("kpi-lint", &["kpi-base", "kpi-check", "kpi-syntax", "kpi-value"]),
    ("kpi-analysis", &["kpi-base", "kpi-check", "kpi-lint", "kpi-prove", "kpi-stdlib", "kpi-syntax"]),
    (
        "kpi-ide",
        &[
            "kpi-analysis",
            "kpi-base",
            "kpi-check",
            "kpi-fmt",
            "kpi-lint",
            "kpi-results",
            "kpi-stdlib",
            "kpi-syntax",
            "kpi-value",
        ],
    ),
    ("kpi-lsp", &["kpi-base", "kpi-ide", "kpi-lint", "kpi-results"]),
    ("kpi-engine", &["kpi-base", "kpi-check", "kpi-plan", "kpi-value"]),
    (
        "kpi-cli",
        &[
            "kpi-analysis",
            "kpi-base",
            "kpi-check",
            "kpi-diff",
            "kpi-engine",
            "kpi-fmt",
            "kpi-ide",
            "kpi-impact",
            "kpi-lint",
            "kpi-lsp",
            "kpi-plan",
            "kpi-prove",
            "kpi-report",
            "kpi-results",
            "kpi-score",
            "kpi-stdlib",
            "kpi-suggest",
            "kpi-syntax",
            "kpi-test",
            "kpi-value",
        ],
    ),
    ("kpi-testkit", &["kpi-base", "kpi-check", "kpi-results", "kpi-syntax", "kpi-value"]),
];

/// Libraries that one crate keeps to itself.
const KEPT: &[(&str, &[&str])] = &[
    ("pest", &["kpi-syntax"]),
    ("pest_derive", &["kpi-syntax"]),
    ("polars", &["kpi-engine", "peer"]),
    ("lsp-server", &["kpi-lsp"]),
    ("lsp-types", &["kpi-lsp"]),
    ("miette", &["kpi-report", "kpi-cli", "kpi-front-tests"]),
    ("clap", &["kpi-cli"]),
];

/// Every breach, as a sentence.
///
/// # Errors
/// If `cargo metadata` cannot be run or read.
pub fn check() -> Result<Vec<String>, String> {
    let packages = dependencies()?;
    let mut found = Vec::new();
    for (package, uses) in &packages {
        let allowed = HOUSE.iter().find(|(name, _)| name == package).map(|(_, allowed)| *allowed);
        for used in uses {
            let of_the_house = HOUSE.iter().any(|(name, _)| name == used);
            if of_the_house && allowed.is_some_and(|allowed| !allowed.contains(&used.as_str())) {
                found.push(format!("{package} may not use {used}: see ARCHITECTURE.md, \"Rooms\""));
            }
            if let Some((_, keepers)) = KEPT.iter().find(|(name, _)| name == used)
                && !keepers.contains(&package.as_str())
            {
                found.push(format!("{package} may not use {used}: only {} does", keepers.join(", ")));
            }
        }
        if package.starts_with("kpi-") && !package.ends_with("-tests") && allowed.is_none() {
            found.push(format!("{package} has no place in the house: add it to xtask/src/layering.rs"));
        }
    }
    Ok(found)
}

/// The packages of the workspace with their direct dependencies; those for tests and builds do not count.
fn dependencies() -> Result<BTreeMap<String, Vec<String>>, String> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let output = Command::new(cargo).args(["metadata", "--format-version", "1", "--no-deps"]).output();
    let output = output.map_err(|why| format!("cargo metadata: {why}"))?;
    let metadata: Value = serde_json::from_slice(&output.stdout).map_err(|why| format!("cargo metadata: {why}"))?;
    let packages = metadata.get("packages").and_then(Value::as_array).ok_or("cargo metadata: no packages")?;
    let name = |value: &Value| value.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
    let uses = |package: &Value| {
        let all = package.get("dependencies").and_then(Value::as_array).into_iter().flatten();
        all.filter(|d| d.get("kind").is_none_or(Value::is_null)).map(name).collect()
    };
    Ok(packages.iter().map(|package| (name(package), uses(package))).collect())
}
