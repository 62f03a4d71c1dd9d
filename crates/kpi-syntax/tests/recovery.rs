//! Broken text: as many findings as faults, and everything else as if nothing were broken.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    clippy::type_complexity,
    reason = "a test may panic"
)]

mod policy;

use kpi_base::FileId;
use kpi_syntax::parse;
use policy::{WHOLE, members};
use proptest::prelude::*;

fn faults() -> Vec<(&'static str, fn(&str) -> Option<String>)> {
    vec![
        ("a stray bracket", |l| Some(format!("{l} )"))),
        ("two values more", |l| Some(format!("{l} 5 5"))),
        ("a bracket not closed", |l| l.rfind(')').map(|at| format!("{}{}", &l[..at], &l[at + 1..]))),
        ("a text not closed", |l| l.rfind('"').map(|at| format!("{}{}", &l[..at], &l[at + 1..]))),
        ("a brace not closed", |l| {
            (l.contains('{') && l.ends_with('}')).then(|| l[..l.len() - 1].trim_end().to_owned())
        }),
        ("an open bracket", |l| Some(format!("{l} ("))),
        ("an open brace", |l| Some(format!("{l} {{"))),
        ("an open text", |l| Some(format!("{l} \"abc"))),
        ("Chinese punctuation", |l| Some(format!("{l}、x"))),
        ("signs", |l| Some(format!("{l} == == 3"))),
        ("an unknown unit", |l| Some(format!("{l} 2w"))),
        ("a question mark", |l| Some(format!("{l} ? ?"))),
        ("a mistyped keyword", |l| {
            let word = l.trim_start().split(' ').next()?;
            let keywords = ["formula", "target", "scoring", "expect", "currency", "edition", "veto", "bonus", "floor"];
            keywords.contains(&word).then(|| l.replacen(word, &format!("{word}x"), 1))
        }),
        ("an operator without its operand", |l| {
            let first = l.trim_start().split(' ').next()?;
            ["formula", "pay", "bonus", "when", "cap", "expect"].contains(&first).then(|| format!("{l} +"))
        }),
        ("a cut line", |l| {
            let at = l.trim_end().rfind(' ')?;
            let word = l[at..].trim();
            // Only what cannot stand without its last word.
            let first = l.trim_start().split(' ').next()?;
            (["edition", "currency", "period", "week", "year", "valid", "as", "note", "tag"].contains(&first)
                && !word.starts_with('"'))
            .then(|| l[..at].to_owned())
        }),
    ]
}

/// The lines that are one member each: indented, with balanced braces, no rows of a grid.
fn member_lines() -> Vec<usize> {
    let single = |l: &str| {
        l.starts_with("  ")
            && !l.contains('|')
            && l.matches('{').count() == l.matches('}').count()
            && !l.trim().starts_with('}')
    };
    WHOLE.lines().enumerate().filter(|(_, l)| single(l)).map(|(i, _)| i).collect()
}

/// The members of the policy without these lines.
fn control(lines: &[usize]) -> Vec<String> {
    let left: Vec<&str> = WHOLE.lines().enumerate().filter(|(i, _)| !lines.contains(i)).map(|(_, l)| l).collect();
    let parsed = parse(FileId(0), &left.join("\n"));
    assert_eq!(parsed.diagnostics, []);
    members(&parsed.file)
}

fn check(faulty: &[(usize, usize)], control: &dyn Fn(&[usize]) -> Vec<String>) -> Result<(), TestCaseError> {
    let faults = faults();
    let mut broken: Vec<String> = Vec::new();
    let mut removed = Vec::new();
    let mut planted = 0;
    let mut said = String::new();
    for (i, line) in WHOLE.lines().enumerate() {
        let fault = faulty.iter().find(|(at, _)| *at == i).and_then(|(_, f)| Some((faults[*f].0, faults[*f].1(line)?)));
        match fault {
            Some((what, text)) => {
                planted += 1;
                removed.push(i);
                said += &format!("{what}: {text}\n");
                broken.push(text);
            }
            None => broken.push(line.to_owned()),
        }
    }
    let parsed = parse(FileId(0), &broken.join("\n"));
    let found: Vec<_> = parsed.diagnostics.iter().map(|d| (d.code, &d.message)).collect();
    prop_assert_eq!(found.len(), planted, "{}\n{:#?}", said, found);
    let mut left = members(&parsed.file);
    for member in control(&removed) {
        let at = left.iter().position(|m| *m == member);
        prop_assert!(at.is_some(), "{}\nlost: {}\namong {:#?}", said, member, left);
        left.swap_remove(at.unwrap());
    }
    Ok(())
}

#[test]
fn the_policy_is_whole() {
    let parsed = parse(FileId(0), WHOLE);
    assert_eq!(parsed.diagnostics, []);
    assert!(member_lines().len() > 60, "{}", member_lines().len());
}

#[test]
fn every_fault_in_every_member_is_one_finding() {
    for line in member_lines() {
        let (without, with) = (control(&[line]), control(&[]));
        let control = |removed: &[usize]| if removed.is_empty() { with.clone() } else { without.clone() };
        for fault in 0..faults().len() {
            if let Err(error) = check(&[(line, fault)], &control) {
                panic!("{error}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn n_faults_are_n_findings(
        lines in proptest::sample::subsequence(member_lines(), 1..=12),
        kinds in proptest::collection::vec(0..15usize, 12),
    ) {
        let faulty: Vec<_> = lines.into_iter().zip(kinds).collect();
        check(&faulty, &control)?;
    }
}

#[test]
fn messages_name_what_the_author_knows() {
    let said = |text: &str| -> Vec<String> {
        let parsed = parse(FileId(0), text);
        parsed.diagnostics.iter().map(|d| format!("{}; {}", d.message, d.help.clone().unwrap_or_default())).collect()
    };
    let cases = [
        (
            "indicator x { formula count(t), target 5 }\n",
            "expected a target or `by`, found `5`; a target begins with what is asked for: `≥ 5` if more is better, \
             `≤ 5` if less is",
        ),
        (
            "indicator x { formula count(t), target ≥ 1,000元 }\n",
            "`1,000` is read as two numbers; write `1000`: thousands are not separated",
        ),
        (
            "indicator x { formula count(t), target ≥ ￥12，345，678 }\n",
            "`12,345` is read as two numbers; write `12345`: thousands are not separated",
        ),
        (
            "indicator x { formula count(t), weight 30% }\n",
            "expected a member or the end of the line, found `weight`; see the page of this code for the layout of \
             blocks and members",
        ),
        (
            "scorecard c for s { x, veto v when count(t) > 3 then score 50 }\n",
            "expected `score 0`, `pay 0` or `cap`, found `score`; write `score 0`, `pay 0` or `cap` here",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(said(text), [expected], "{text}");
    }
}
