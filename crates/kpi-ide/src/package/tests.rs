//! What a slice says the whole analysis says too: tried with edits of chance on the policies of the examples.

use std::path::{Path, PathBuf};

use kpi_base::{Diagnostic, Span};

use super::*;

/// Numbers of chance, the same ones every time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n.max(1)
    }
}

/// The policies of an example, by path.
fn example(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "kpi") {
                found.push((path.clone(), std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

/// A change of the kind that people make: a token goes, comes twice or becomes another, a declaration goes or comes twice.
fn change(text: &str, state: &FileState, chance: &mut Chance) -> String {
    let id = state.parsed.items.first().map(|item| item.span.file).unwrap_or_default();
    let tokens = crate::tokens::read_tokens(id, &state.source);
    let place = |span: Span| span.start as usize..span.end as usize;
    let mut changed = text.to_owned();
    let (Some(token), Some(item)) =
        (tokens.get(chance.below(tokens.len())), state.parsed.items.get(chance.below(state.parsed.items.len())))
    else {
        return format!("{text}\nparam new: count = 1\n");
    };
    match chance.below(8) {
        0 => changed.replace_range(place(token.span), ""),
        1 => changed.insert_str(token.span.end as usize, &text[place(token.span)]),
        2 | 3 => {
            let other = tokens[chance.below(tokens.len())];
            changed.replace_range(place(token.span), &text[place(other.span)]);
        }
        4 => changed.replace_range(place(item.span), ""),
        5 => changed.push_str(&format!("\n{}\n", &text[place(item.span)])),
        6 => {
            let numbers: Vec<_> = tokens.iter().filter(|t| t.kind == crate::TokenKind::Number).collect();
            if let Some(number) = numbers.get(chance.below(numbers.len())) {
                changed.replace_range(place(number.span), ["0", "7%", "3元", "90s", "1000"][chance.below(5)]);
            }
        }
        _ => {
            let names: Vec<_> = tokens.iter().filter(|t| t.kind == crate::TokenKind::Name).collect();
            if let Some(name) = names.get(chance.below(names.len())) {
                changed.insert(name.span.end as usize, 'x');
            }
        }
    }
    changed
}

/// What the checker says in some places, as far as a slice can tell it. What may have been meant is looked for among all
/// names of the package, of which a slice has few.
fn told(findings: &[Diagnostic], targets: &[Span]) -> Vec<String> {
    let within = |finding: &&Diagnostic| {
        let Some(place) = finding.labels.first().map(|label| label.span) else { return false };
        targets.iter().any(|t| t.file == place.file && t.start <= place.start && place.start <= t.end)
    };
    let told = findings.iter().filter(within).filter(|finding| !needs_whole(finding.code));
    let mut told: Vec<String> =
        told.map(|f| format!("{} {} {:?}", f.code, f.message, f.labels.first().map(|l| l.span))).collect();
    told.sort();
    told.dedup();
    told
}

#[test]
fn slices_say_nothing_false_and_nearly_all() {
    let cases = std::env::var("KPI_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(6);
    let seed = std::env::var("KPI_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let mut folders: Vec<PathBuf> = std::fs::read_dir(examples).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    let (mut looked_at, mut wrong, mut late) = (0, Vec::new(), 0);
    for folder in folders.iter().filter(|folder| folder.join("kpi.toml").is_file()) {
        let mut chance = Chance(seed);
        let files = example(folder);
        let mut package = Package::new(folder.clone(), Some(folder.clone()));
        files.iter().for_each(|(path, text)| package.set_file(path, text.clone()));
        let job = package.job().unwrap();
        package.take(job.run());
        for case in 0..cases {
            // Two edits in a row, sometimes, so that one meets what another has broken.
            if case % 3 == 0 {
                files.iter().for_each(|(path, text)| package.set_file(path, text.clone()));
                if let Some(job) = package.job() {
                    package.take(job.run());
                }
            }
            let (path, _) = &files[chance.below(files.len())];
            let id = package.by_path[path];
            let state = package.states[id.0 as usize].clone().unwrap();
            let text = change(&state.source.text, &state, &mut chance);
            package.set_file(path, text);
            let sliced = package.snapshot();
            let again = &package.states[id.0 as usize].as_ref().unwrap();
            let anew = kpi_syntax::parse(id, &again.source.text);
            assert_eq!((&anew.file, &anew.diagnostics), (&again.parsed, &again.diagnostics), "{}", path.display());
            let targets = package.targets.clone();
            let Some(job) = package.job() else { continue };
            let whole = job.run();
            let (ours, theirs) = (told(sliced.findings(), &targets), told(&whole.findings, &targets));
            looked_at += targets.len();
            let wrongly: Vec<_> = ours.iter().filter(|f| !theirs.contains(f)).collect();
            if !wrongly.is_empty() {
                let name = folder.file_name().unwrap().to_string_lossy();
                wrong.push(format!("{name}, case {case}: {wrongly:#?}"));
            }
            late += usize::from(theirs.iter().any(|f| !ours.contains(f)));
            assert!(package.take(whole).is_news);
        }
    }
    assert!(looked_at > cases, "{looked_at} declarations in {cases} cases an example");
    assert!(wrong.is_empty(), "false in {} slices:\n{}", wrong.len(), wrong.join("\n"));
    // What only the whole analysis finds comes a moment later; that is rare.
    assert!(late * 100 <= cases * folders.len(), "{late} slices overlooked something");
}
