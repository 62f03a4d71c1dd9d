//! What the changes make of a table: the row that is missing stands in it, the row too many does not, and the finding is gone.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test may panic"
)]

use kpi_base::{Diagnostic, FileId, Fix};

const HEAD: &str = "policy \"P\" { edition 1, currency CNY, period month }
dimension stage { startup, growth, mature }
dimension level { junior, senior, `lead+` }
roster staff { id: text key, stage: stage, level: level, mentor: level? }
source work { who: -> staff, on: date time, hits: count }
scorecard card for staff { x weight 100% }
";

fn check(text: &str) -> Vec<Diagnostic> {
    let parsed = kpi_syntax::parse(FileId(0), text);
    assert!(parsed.diagnostics.is_empty(), "{text}\n{:#?}", parsed.diagnostics);
    let found = kpi_check::check(&[parsed.file]).diagnostics;
    found.into_iter().filter(|finding| finding.code.name().starts_with("K30")).collect()
}

fn apply(text: &str, fix: &Fix) -> String {
    let mut edits: Vec<_> = fix.edits.iter().collect();
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.span.start));
    let mut out = text.to_owned();
    for edit in edits {
        out.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
    }
    out
}

/// The policies that the changes of the only finding make, below the head; each is mended, and none is made unasked.
fn mended(body: &str) -> Vec<String> {
    let text = format!("{HEAD}{body}\n");
    let findings = check(&text);
    let [finding] = findings.as_slice() else { panic!("{findings:#?}") };
    let after = |fix: &Fix| {
        assert!(!fix.safe, "{fix:?}");
        let mended = apply(&text, fix);
        assert_eq!(check(&mended), [], "{mended}");
        mended[HEAD.len()..].trim_end().to_owned()
    };
    finding.fixes.iter().map(after).collect()
}

#[test]
fn a_missing_row_is_put_below_the_nearest_one_with_its_value() {
    let table = "indicator x {
  formula sum(work.hits)
  target by stage, level {
    startup, _: ≥ 1
    growth, junior: ≥ 2 // who is new
    growth, `lead+`: ≥ 9
    mature, _: ≥ 3
  }
}";
    let row = |value| table.replace("≥ 9", &format!("≥ 9\n    growth, senior: {value}"));
    assert_eq!(mended(table), [row("≥ 9"), row("none")]);
}

#[test]
fn a_row_in_one_line_is_parted_by_commas() {
    let table = |rows| format!("indicator x {{ formula sum(work.hits), target by stage {{ {rows} }} }}");
    assert_eq!(
        mended(&table("startup: ≥ 1, growth: ≥ 2")),
        [table("startup: ≥ 1, growth: ≥ 2, mature: ≥ 2"), table("startup: ≥ 1, growth: ≥ 2, mature: none")]
    );
    let table = |rows| format!("indicator x {{ formula sum(work.hits), target by staff.mentor {{ {rows} }} }}");
    let all = "junior or senior: ≥ 1, `lead+`: ≥ 3";
    assert_eq!(mended(&table(all)), [table(&format!("{all}, else: ≥ 3")), table(&format!("{all}, else: none"))]);
}

#[test]
fn a_name_that_is_no_identifier_is_put_in_backticks() {
    let table = |rows| format!("indicator x {{ formula sum(work.hits), target by level {{ {rows} }} }}");
    let rows = "junior: ≥ 1, senior: ≥ 2";
    assert_eq!(mended(&table(rows))[0], table(&format!("{rows}, `lead+`: ≥ 2")));
}

#[test]
fn a_row_that_is_missing_for_a_while_begins_with_its_day() {
    let table = "param bar: count by date, level {
  from 2026-01, junior: 20
  from 2026-01, `lead+`: 25
  from 2026-03, _: 30
}
indicator x { formula sum(work.hits), target ≥ bar }";
    assert_eq!(mended(table), [table.replace(": 25", ": 25\n  from 2026-01, senior: 25")]);
}

#[test]
fn a_grid_is_widened_in_its_form() {
    let grid = "indicator x {
  formula sum(work.hits)
  target by stage, level {
              | junior | senior | `lead+` |
    startup   | ≥ 1    | ≥ 2    | ≥ 3     |
    growth    | ≥ 1    | ≥ 2    | ≥ 300   |
  }
}";
    let last = "    growth    | ≥ 1    | ≥ 2    | ≥ 300   |\n";
    assert_eq!(mended(grid), [grid.replace(last, &format!("{last}{}", last.replace("growth", "mature")))]);
    let narrow = "indicator x {
  formula sum(work.hits)
  target by stage, level {
              | junior or senior |
    startup   | ≥ 1              |
    growth    | ≥ 1              |
    mature    | ≥ 1000000        |
  }
}";
    let wide = "indicator x {
  formula sum(work.hits)
  target by stage, level {
              | junior or senior | `lead+`   |
    startup   | ≥ 1              | ≥ 1       |
    growth    | ≥ 1              | ≥ 1       |
    mature    | ≥ 1000000        | ≥ 1000000 |
  }
}";
    assert_eq!(mended(narrow), [wide]);
}

#[test]
fn a_row_that_never_applies_is_taken_out_with_its_line_or_its_comma() {
    let lines = "indicator x {
  formula sum(work.hits)
  target by stage {
    else: ≥ 1
    mature: ≥ 2 // never
  }
}";
    assert_eq!(mended(lines), [lines.replace("    mature: ≥ 2 // never\n", "")]);
    let table = |rows| format!("indicator x {{ formula sum(work.hits), target by stage {{ {rows} }} }}");
    assert_eq!(mended(&table("else: ≥ 1, mature: ≥ 2")), [table("else: ≥ 1")]);
}

#[test]
fn a_boundary_is_given_to_either_neighbour_or_taken_from_either() {
    let curve = |rows| {
        format!("curve pay = step {{ {rows} }}\nindicator x {{ formula sum(work.hits), scoring pay on actual }}")
    };
    assert_eq!(
        mended(&curve("< 100: 0%, 100..<120: 1%, 120..<130: 2%, > 130: 3%")),
        [
            curve("< 100: 0%, 100..<120: 1%, 120..130: 2%, > 130: 3%"),
            curve("< 100: 0%, 100..<120: 1%, 120..<130: 2%, ≥ 130: 3%")
        ]
    );
    assert_eq!(
        mended(&curve("< 90: 0%, 90..110: 1%, 110..120: 2%, > 120: 3%")),
        [curve("< 90: 0%, 90..<110: 1%, 110..120: 2%, > 120: 3%")]
    );
    assert_eq!(mended(&curve("≥ 60: 1%, ≤ 60: 0%")), [curve("> 60: 1%, ≤ 60: 0%"), curve("≥ 60: 1%, < 60: 0%")]);
    assert_eq!(mended(&curve("80..60: 1%, else: 0%")), [curve("60..80: 1%, else: 0%")]);
    assert_eq!(mended(&curve("≥ 60: 1%, ≥ 80: 2%, else: 0%")), [curve("≥ 60: 1%, else: 0%")]);
}
