//! Every policy of the repository is formatted, and formatting keeps what it means.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use std::fs;
use std::path::{Path, PathBuf};

use kpi_base::FileId;
use kpi_fmt::{FormatError, format_text, render_diff};
use kpi_testkit::generate::{Case, Rng};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// Every file with this ending below a folder, hidden folders and what cargo builds left out.
fn files(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && !name.starts_with('.') && name != "target" {
            files(&path, ending, found);
        } else if name.ends_with(ending) {
            found.push(path);
        }
    }
}

/// The policies of the repository, but those that are bad on purpose and those that a fuzzer found, which stay as they were found.
fn policies() -> Vec<(String, String)> {
    let mut paths = Vec::new();
    files(&root(), ".kpi", &mut paths);
    paths
        .retain(|path| !["tests/front/ui", "tests/front/found"].iter().any(|kept| path.starts_with(root().join(kept))));
    let shown = |path: &Path| path.strip_prefix(root()).unwrap().display().to_string();
    paths.iter().map(|path| (shown(path), fs::read_to_string(path).unwrap())).collect()
}

/// What the parser makes of a text, places aside.
fn meaning(text: &str) -> String {
    let parsed = kpi_syntax::parse(FileId(0), text);
    assert_eq!(parsed.diagnostics, [], "{text}");
    let printed = format!("{:#?}", parsed.file);
    let mut lines = printed.lines();
    let mut out = String::new();
    while let Some(line) = lines.next() {
        out.push_str(line);
        if line.ends_with("Span {") {
            lines.by_ref().find(|line| line.trim_start().starts_with('}'));
        }
        out.push('\n');
    }
    out
}

/// The formatted text, which means the same and stays as it is.
fn formatted(name: &str, text: &str) -> String {
    let once = format_text(FileId(0), text).unwrap_or_else(|error| panic!("{name}: {error:?}\n{text}"));
    assert_eq!(format_text(FileId(0), &once).as_ref(), Ok(&once), "{name}: formatting twice differs");
    assert!(meaning(text) == meaning(&once), "{name}: the meaning differs\n{}", render_diff(name, text, &once, false));
    once
}

#[test]
fn every_policy_of_the_repository_is_formatted() {
    let policies = policies();
    let mut wrong = String::new();
    for (name, text) in &policies {
        wrong += &render_diff(name, text, &formatted(name, text), false);
    }
    assert!(wrong.is_empty(), "`kpi fmt` would change\n{wrong}");
    assert!(policies.len() > 10, "only {} policies were found", policies.len());
}

#[test]
fn what_is_bad_in_another_way_than_syntax_is_formatted_too() {
    let mut paths = Vec::new();
    files(&root().join("tests/front/ui"), ".kpi", &mut paths);
    files(&root().join("docs"), ".md", &mut paths);
    let mut texts = 0;
    for path in paths {
        let text = fs::read_to_string(&path).unwrap();
        // The cases of a file, or the blocks of a page.
        let page = path.extension().is_some_and(|ending| ending == "md");
        let parts: Vec<&str> = if page {
            text.split("```kpi")
                .skip(1)
                .filter_map(|part| Some(part.split_once('\n')?.1.split_once("```")?.0))
                .collect()
        } else {
            text.split("//# ").map(|part| part.split_once('\n').map_or("", |(_, rest)| rest)).collect()
        };
        for part in parts {
            match format_text(FileId(0), part) {
                Err(FormatError::Syntax(_)) => {}
                Err(FormatError::Meaning) => panic!("{}: the meaning would differ\n{part}", path.display()),
                Ok(_) if kpi_syntax::parse(FileId(0), part).diagnostics.is_empty() => {
                    formatted(&path.display().to_string(), part);
                    texts += 1;
                }
                Ok(_) => {}
            }
        }
    }
    assert!(texts > 100, "only {texts} texts were found");
}

#[test]
fn generated_policies_keep_their_meaning() {
    for seed in 0..40 {
        let text = Case::generate(seed, 1 + (seed % 4) as u32).policy();
        formatted(&format!("seed {seed}"), &text);
    }
}

/// Writes a text with other spaces, indentations, line ends and more empty lines, where they mean nothing.
fn disturb(text: &str, rng: &mut Rng) -> String {
    let mut out = String::new();
    if rng.below(2) == 0 {
        out.push('\u{feff}');
    }
    for line in text.lines() {
        let rest = line.trim_start();
        if rest.is_empty() {
            out.push_str(["\n", " \n\n", "\n\t\n\r\n"].get(rng.below(3)).unwrap());
            continue;
        }
        if rest.len() < line.len() {
            out.push_str(&" ".repeat(1 + rng.below(7)));
        }
        let mut quote = None;
        let comment = rest.starts_with("//");
        for (i, c) in rest.char_indices() {
            out.push(c);
            match (quote, c) {
                (Some(q), _) if q == c => quote = None,
                (None, '"' | '`') => quote = Some(c),
                (None, '/') if rest.get(i..).unwrap().starts_with("//") => quote = Some('\n'),
                (None, ' ' | ',' | '(') if !comment && !rest.contains('|') && rng.below(4) == 0 => out.push_str("  "),
                (None, '|') if rng.below(4) == 0 => out.push_str("  "),
                _ => {}
            }
        }
        out.push_str(["", " ", "\t"].get(rng.below(3)).unwrap());
        out.push_str(if rng.below(3) == 0 { "\r\n" } else { "\n" });
    }
    out
}

#[test]
fn spaces_and_line_ends_make_no_difference() {
    for (name, text) in policies() {
        let once = formatted(&name, &text);
        for seed in 0..8 {
            let disturbed = disturb(&once, &mut Rng::new(seed));
            let again = format_text(FileId(0), &disturbed).unwrap_or_else(|e| panic!("{name}: {e:?}\n{disturbed}"));
            assert!(again == once, "{name}, seed {seed}\n{}", render_diff(&name, &once, &again, false));
        }
    }
}

#[test]
fn a_break_behind_any_comma_or_operator_keeps_the_meaning() {
    for seed in 0..60 {
        let text = Case::generate(seed, 2).policy();
        let mut rng = Rng::new(seed);
        let mut broken = String::new();
        for line in text.lines() {
            let mut quoted = false;
            for c in line.chars() {
                quoted ^= c == '"';
                broken.push(c);
                if !quoted && "×÷+≥≤({,".contains(c) && rng.below(6) == 0 {
                    broken.push_str("\n    ");
                    if rng.below(3) == 0 {
                        broken.push_str("// a comment\n    ");
                    }
                }
            }
            broken.push('\n');
        }
        // A break behind a comma of keys is an error.
        if kpi_syntax::parse(FileId(0), &broken).diagnostics.is_empty() {
            formatted(&format!("seed {seed}"), &broken);
        }
    }
}

#[test]
fn time_grows_with_the_length() {
    let policy = fs::read_to_string(root().join("tests/front/policies/live_team.kpi")).unwrap();
    let long = policy.repeat(10_000 / policy.lines().count() + 1);
    let start = std::time::Instant::now();
    format_text(FileId(0), &long).unwrap();
    // A fraction of a second with optimisation; what is not linear takes minutes.
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
}

#[test]
fn the_page_about_style_is_in_style() {
    let page = fs::read_to_string(root().join("docs/reference/12-style.md")).unwrap();
    let blocks: Vec<&str> = page.split("```").skip(1).step_by(2).filter(|block| block.starts_with("kpi")).collect();
    assert_eq!(blocks.len(), 2);
    for block in blocks {
        let (_, text) = block.split_once('\n').unwrap();
        assert_eq!(formatted("12-style.md", text), text);
    }
    let bad = page.split("```text\n").nth(1).unwrap().split_once("```").unwrap().0;
    let good = page.split_once("roster staff { id: text key, level: level }\n\n").unwrap().1;
    assert_eq!(formatted("12-style.md", bad), good.split_once("```").unwrap().0);
}
