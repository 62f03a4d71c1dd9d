use super::*;
use crate::{Fixture, fixture};

const DATA: &str = "dimension stage ordered { startup \"新手期\", mature }
dimension role { host, planner }
roster team { id: text key, stage: stage }
roster staff { id: text key, role: role, team: -> team }
source live { id: text key, host: -> staff, on: date time, gmv: money, left: date? }
";

fn at(fixture: &Fixture) -> Span {
    let end = fixture.marks.get(1).unwrap_or(&fixture.at).offset;
    Span { file: fixture.at.file, start: fixture.at.offset, end }
}

/// The file of the mark after a change.
fn changed(fixture: &Fixture, action: &Action) -> String {
    let mut text = fixture.snapshot.text(fixture.at.file).to_owned();
    let mut edits = action.edits.clone();
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.span.start));
    for edit in edits {
        text.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
    }
    text
}

/// The titles of what can be done at the mark, and what becomes of the text by the one of them.
fn shown(text: &str, wanted: &str) -> String {
    let fixture = fixture(text);
    let found = actions(&fixture.snapshot, at(&fixture), Language::English);
    let mut out = String::new();
    for action in &found {
        let preferred = if action.preferred { " (preferred)" } else { "" };
        out.push_str(&format!(
            "{:?}{preferred}: {} / {}\n",
            action.kind,
            action.title,
            action.title.to(Language::Chinese)
        ));
    }
    if let Some(action) = found.iter().find(|action| action.title.to_string().contains(wanted)) {
        let before = fixture.snapshot.text(fixture.at.file);
        let after = changed(&fixture, action);
        let after = after.strip_prefix(DATA).filter(|_| before.starts_with(DATA)).unwrap_or(&after);
        out.push_str(&format!("---\n{after}"));
    }
    out
}

// feature: fixes
#[test]
fn the_fixes_of_findings_and_their_acceptance() {
    insta::assert_snapshot!(shown(
        &format!("{DATA}indicator x {{ formula count(li$0vee) }}\nscorecard c for staff {{ x watch }}\n"),
        "live"
    ));
    insta::assert_snapshot!(shown("param un$0used: count = 5\n", "accept"));
    insta::assert_snapshot!(shown(
        "dimension stage { a, b }\nroster r { id: text key, stage: stage }\nindicator x {\n  formula count(r)\n  target by stage$0 {\n    a: ≥ 2\n  }\n}\nscorecard c for r { x weight 100% }\n",
        "insert the missing row with the value"
    ));
}

// feature: punctuation
#[test]
fn punctuation_in_the_one_form() {
    insta::assert_snapshot!(shown(
        "指标 x “标，签” ｛\n  公式 计数（live 其中 gmv >= 3）×２，$0 目标 ≥ 9０％ // 一，二\n｝\ntest \"t\" {\n  live ｜ id ｜\n}\n",
        "of the file"
    ));
    let fixture = fixture("param x: count = 5\n");
    assert_eq!(normalise::normalise(&fixture.snapshot, fixture.at.file), None);
}

// feature: extract
#[test]
fn a_number_becomes_a_parameter() {
    insta::assert_snapshot!(shown(
        &format!(
            "{DATA}/// Sold.\nindicator x {{ formula sum(live.gmv where gmv > 5$00元), target ≥ 9 }}\nscorecard c for staff {{ x }}\n"
        ),
        "a parameter"
    ));
    let none = |text: &str| {
        let fixture = fixture(&format!("{DATA}{text}"));
        extract::extract_param(&fixture.snapshot, at(&fixture)).is_none()
    };
    assert!(none("scorecard c for staff { x weight 5$00% }\n"));
    assert!(none("indicator x { formula count(live needs 1$0) }\n"));
    assert!(none("incentive p for staff { pay b = step(attainment) { ≥ 8$0%: 1, else: 0 } }\n"));
    assert!(!none("incentive p for staff { pay b = 8$00元 }\n"));
}

// feature: add-test
#[test]
fn a_test_of_a_row() {
    let policy = format!(
        "{DATA}indicator x \"场均\" {{
  formula sum(live.gmv)
  target  by team.stage {{ startup: ≥ 1元, mat$0ure: ≥ 1 × 1元 }}
}}
scorecard c for staff where role == planner {{ x weight 100%, grade {{ ≥ 90: \"A\", else: \"B\" }} }}
incentive p for c {{ pay b = 100元 × step(attainment) {{ ≥ 80%: 100%, else: 0% }} }}
"
    );
    insta::assert_snapshot!(shown(&policy, "add a test"));
    // What comes out has no errors, and its claims are read.
    let elsewhere = policy.replace("$0", "");
    for (place, mark) in
        [("≥ 90: \"A\"", "≥ $090: \"A\""), ("≥ 80%: 100%", "≥ 8$00%: 100%"), ("startup: ≥ 1元", "$0startup: ≥ 1元")]
    {
        let fixture = fixture(&elsewhere.replace(place, mark));
        let action = test_case::add_test(&fixture.snapshot, at(&fixture)).unwrap();
        let after = crate::fixture(&changed(&fixture, &action));
        let errors: Vec<_> = after.snapshot.findings().iter().filter(|finding| finding.is_error()).collect();
        assert!(errors.is_empty(), "{}\n{errors:#?}", after.snapshot.text(after.at.file));
    }
}

// feature: fix-all
#[test]
fn all_safe_changes_at_once() {
    insta::assert_snapshot!(shown(
        "// kpi: allow(K4301) one\n$0dimension a { b }\n// kpi: allow(K4301) two\ndimension c { d }\n",
        "all changes"
    ));
}
