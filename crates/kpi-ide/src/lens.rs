//! What can be started from a declaration: a run, an explanation, its tests. Each is data, which an editor makes a command of.

use kpi_base::{FileId, Span};
use kpi_syntax::ast::ItemKind;
use rustc_hash::FxHashMap;

use crate::resolve::{name_of, written};
use crate::scan::{Kind, scan};
use crate::snapshot::Snapshot;

/// Something that can be started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lens {
    /// Above what it is shown.
    pub span: Span,
    /// What is started.
    pub does: Does,
}

/// What can be started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Does {
    /// A run of the policy.
    Run(String),
    /// The explanation of a result of this name.
    Why(String),
    /// The tests that name this, with their files.
    Tests(String, Vec<(FileId, String)>),
    /// One test.
    Test(String),
}

/// What can be started from the declarations of a file.
pub fn lenses(snapshot: &Snapshot, file: FileId) -> Vec<Lens> {
    let Some(parsed) = snapshot.parsed(file).filter(|parsed| !parsed.library) else { return Vec::new() };
    let tests = tests_by_name(snapshot);
    let mut found = Vec::new();
    for item in &parsed.items {
        let mut add = |span, does| found.push(Lens { span, does });
        match &item.kind {
            ItemKind::Test(test) => add(test.name.span, Does::Test(test.name.value.clone())),
            ItemKind::Indicator(indicator) if !indicator.params.is_empty() => {}
            ItemKind::Indicator(_) | ItemKind::Scorecard(_) | ItemKind::Incentive(_) | ItemKind::Rule(_) => {
                let Some(name) = name_of(item) else { continue };
                add(name.span, Does::Run(name.text.clone()));
                add(name.span, Does::Why(name.text.clone()));
                if let Some(tests) = tests.get(name.text.as_str()) {
                    add(name.span, Does::Tests(name.text.clone(), tests.clone()));
                }
            }
            _ => {}
        }
    }
    found
}

/// By what they name, the tests of a package.
fn tests_by_name(snapshot: &Snapshot) -> FxHashMap<&str, Vec<(FileId, String)>> {
    let mut by_name: FxHashMap<&str, Vec<(FileId, String)>> = FxHashMap::default();
    for file in snapshot.ids() {
        let Some(parsed) = snapshot.parsed(file).filter(|parsed| !parsed.library) else { continue };
        for item in &parsed.items {
            let ItemKind::Test(test) = &item.kind else { continue };
            let tokens = scan(snapshot.text(file), item.span.start as usize, item.span.end as usize);
            let mut before = None;
            for token in tokens {
                // `card.sold.actual` is of `card` and of its line `sold`.
                if token.kind == Kind::Word && before != Some(Kind::Bar) {
                    let tests = by_name.entry(written(&token)).or_default();
                    let is_last = tests.last().is_some_and(|(own, name)| *own == file && *name == test.name.value);
                    if !is_last {
                        tests.push((file, test.name.value.clone()));
                    }
                }
                before = Some(token.kind);
            }
        }
    }
    by_name
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn runs_explanations_and_tests() {
        let fixture = fixture(
            "//- /a.kpi\nroster staff { id: text key }\nindicator sold { formula 1 }\nscorecard card for staff { sold }\nrule r for card { when score < 60 then \"x\" }\n
test \"one\" {\n  period 2026-01\n  expect card[A].sold.actual == 1\n}\n//- /b.kpi\ntest \"two\" {\n  period 2026-01\n  expect card[A].score == 1\n  expect card[B].score == 1\n}\n",
        );
        let shown = |file: FileId| {
            let lenses = lenses(&fixture.snapshot, file);
            lenses.into_iter().map(|lens| match lens.does {
                Does::Run(name) => format!("run {name}"),
                Does::Why(name) => format!("why {name}"),
                Does::Test(name) => format!("test “{name}”"),
                Does::Tests(name, tests) => {
                    format!("{name}: {}", tests.into_iter().map(|(_, name)| name).collect::<Vec<_>>().join(", "))
                }
            })
        };
        let mut ids = fixture.snapshot.ids();
        let all: Vec<String> = shown(ids.next().unwrap()).collect();
        let expected = [
            "run sold",
            "why sold",
            "sold: one",
            "run card",
            "why card",
            "card: one, two",
            "run r",
            "why r",
            "test “one”",
        ];
        assert_eq!(all, expected);
    }
}
