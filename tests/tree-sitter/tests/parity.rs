//! The grammar for editors reads every policy of the repository as the compiler does.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice, reason = "a test may panic")]

use kpi_tree_sitter_tests::{Declaration, compiled, faults, policies, read};

fn texts() -> Vec<(String, String)> {
    let files = policies().unwrap();
    assert!(files.len() > 400, "only {} policies", files.len());
    files
        .into_iter()
        .map(|path| (path.display().to_string(), std::fs::read_to_string(path).unwrap_or_default()))
        .collect()
}

#[test]
fn declarations_and_members_are_those_of_the_compiler() {
    let (mut wrong, mut accepted) = (Vec::new(), 0);
    for (path, text) in texts() {
        let (wanted, whole) = compiled(&text);
        if !whole {
            continue;
        }
        accepted += 1;
        let found = read(&text);
        let lines = faults(&text);
        if !lines.is_empty() {
            wrong.push(format!("{path}: cannot be read in lines {lines:?}"));
        }
        if let Some(place) = differs(&wanted, &found) {
            wrong.push(format!("{path}: {place}"));
        }
    }
    assert!(wrong.is_empty(), "{}\n{} of {accepted}", wrong.join("\n"), wrong.len());
    assert!(accepted > 400, "only {accepted} policies");
}

/// The first difference.
fn differs(wanted: &[Declaration], found: &[Declaration]) -> Option<String> {
    for (a, b) in wanted.iter().zip(found) {
        let (head, other) = ((a.kind, &a.name, a.start, a.end), (b.kind, &b.name, b.start, b.end));
        if head != other {
            return Some(format!("the compiler has {head:?}, the grammar {other:?}"));
        }
        let extra: Vec<_> = b.members.iter().filter(|member| !a.members.contains(member)).collect();
        let absent: Vec<_> = a.members.iter().filter(|member| !b.members.contains(member)).collect();
        if !extra.is_empty() || !absent.is_empty() {
            return Some(format!("{} `{}`: too many {extra:?}, too few {absent:?}", a.kind, a.name));
        }
    }
    (wanted.len() != found.len()).then(|| format!("{} declarations, the grammar has {}", wanted.len(), found.len()))
}

#[test]
fn where_something_is_wrong_the_other_declarations_stay() {
    let (mut wrong, mut broken) = (Vec::new(), 0);
    for (path, text) in texts() {
        let (wanted, whole) = compiled(&text);
        if whole {
            continue;
        }
        broken += 1;
        let found = read(&text);
        for declaration in &wanted {
            let same = |other: &&Declaration| {
                (other.kind, &other.name, other.start) == (declaration.kind, &declaration.name, declaration.start)
            };
            if !found.iter().any(|other| same(&other)) {
                wrong.push(format!("{path}: {} `{}` is lost", declaration.kind, declaration.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(broken > 40, "only {broken} policies with mistakes");
}

/// In each of some files a mistake is planted into one declaration after the other.
#[test]
fn a_planted_mistake_spoils_one_declaration_only() {
    let mut wrong = Vec::new();
    let mut planted = 0usize;
    let small = texts().into_iter().filter(|(path, text)| !path.contains("/ui/") && text.len() < 12_000);
    for (path, text) in small.step_by(2) {
        let found = read(&text);
        for (i, spoilt) in found.iter().enumerate() {
            let junk = ["(", ")", "{", "}", "\"", "@ #", "[", ", ,", "、", "。"][(i + planted) % 10];
            let mut at = spoilt.start + (spoilt.end - spoilt.start) * ((i + planted) % 7 + 1) / 9;
            while !text.is_char_boundary(at) {
                at += 1;
            }
            // What stands in the first column would begin a declaration.
            if text[..at].ends_with('\n') {
                at += text[at..].len() - text[at..].trim_start().len();
            }
            planted += 1;
            let now = read(&format!("{} {junk} {}", &text[..at], &text[at..]));
            let others: Vec<_> = found.iter().enumerate().filter(|(other, _)| *other != i).collect();
            let lost: Vec<_> = others
                .iter()
                .filter(|(_, d)| {
                    let start = if d.start < at { d.start } else { d.start + junk.len() + 2 };
                    !now.iter().any(|n| {
                        (n.kind, &n.name, n.start, &n.members.len()) == (d.kind, &d.name, start, &d.members.len())
                    })
                })
                .map(|(_, d)| format!("{} `{}`", d.kind, d.name))
                .collect();
            if !lost.is_empty() {
                wrong.push(format!(
                    "{path}: `{junk}` at {at} in {} `{}` loses {}",
                    spoilt.kind,
                    spoilt.name,
                    lost.join(", ")
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}\n{} of {planted}", wrong.join("\n"), wrong.len());
    assert!(planted > 200, "only {planted}");
}
