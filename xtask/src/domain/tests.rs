//! Annotations and mutants, on small texts.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use super::annotations::{Statement, statements};
use super::mutants::mutants;

fn changes(text: &str) -> Vec<String> {
    let [statement] = statements(text).try_into().unwrap();
    mutants(&statement).into_iter().map(|mutant| format!("{}: {}", mutant.line, mutant.change)).collect()
}

#[test]
fn a_comment_names_the_statement_below_it_or_the_one_whose_line_it_ends() {
    let text = "\
// domain: 1.a, 1.b
indicator x \"98 ≥\" {
  formula count(t where a)
}

scorecard card for staff {
  x weight 60%
  y weight 40%   // domain: 1.c
  // domain: 1.d
  veto v when sum(t.a)
    + 1 > 2
  grade { ≥ 90: \"A\" }
}
";
    let found = statements(text);
    let short =
        |s: &Statement| (s.name.clone(), s.ids.join(" "), s.line, text.get(s.range.clone()).unwrap().lines().count());
    assert_eq!(
        found.iter().map(short).collect::<Vec<_>>(),
        [
            ("indicator x".to_owned(), "1.a 1.b".to_owned(), 2, 3),
            ("card: y weight".to_owned(), "1.c".to_owned(), 8, 1),
            ("card: veto v".to_owned(), "1.d".to_owned(), 10, 2),
        ]
    );
}

#[test]
fn every_place_of_a_statement_is_changed() {
    let text = "\
// domain: 1.a
indicator x \"98 ≥\" {   // 5 in a comment
  formula sum(t.a where b == c and d > 0) ÷ count(t at 2026-10-03) needs 3
  target  ≥ 0.90%
}
";
    assert_eq!(
        changes(text),
        [
            "3: sum → average",
            "3: without `where b == c and d > 0`",
            "3: == → ≠",
            "3: and → or",
            "3: > → ≥",
            "3: 0 → 1",
            "3: ÷ → ×",
            "3: 3 → 2",
            "3: 3 → 4",
            "4: ≥ → >",
            "4: 0.90% → 0.89%",
            "4: 0.90% → 0.91%",
        ]
    );
}

#[test]
fn a_point_of_weight_moves_to_the_next_weight_of_the_same_sum() {
    let by_stage = "\
scorecard card for staff {
  // domain: 1.a
  x weight by stage { a: 60%, b: 0% }
  group g weight by stage { a: 40%, b: 100% } {
    y weight 30%
    z weight 70%
  }
}
";
    assert_eq!(changes(by_stage), ["3: 60% → 59%, 40% → 41%", "3: 60% → 61%, 40% → 39%", "3: 0% → 1%, 100% → 99%"]);
    let grid = "\
scorecard card for staff {
  weights by date {
      | from 2025-01 | from 2026-04 |
    x |          60% |          55% |
    y |          40% |          45% |   // domain: 1.a
  }
}
";
    assert_eq!(
        changes(grid),
        ["5: 40% → 39%, 60% → 61%", "5: 40% → 41%, 60% → 59%", "5: 45% → 44%, 55% → 56%", "5: 45% → 46%, 55% → 54%",]
    );
}

#[test]
fn a_change_that_means_the_same_is_named_with_its_reason() {
    let text = "\
indicator x {
  // equivalent: > → ≥, there is never a 0
  formula count(t where a > 0)   // domain: 1.a
}
";
    let [statement] = statements(text).try_into().unwrap();
    let reasons: Vec<_> = mutants(&statement).into_iter().map(|mutant| (mutant.change, mutant.equivalent)).collect();
    assert_eq!(
        reasons,
        [
            ("without `where a > 0`".to_owned(), None),
            ("> → ≥".to_owned(), Some("there is never a 0".to_owned())),
            ("0 → 1".to_owned(), None),
        ]
    );
}

#[test]
fn weights_of_groups_by_date_move_too() {
    let text = "\
scorecard card for staff {
  group a weight by date { from 2025-10: 35%, from 2026-04: 30% } {
    x weight 40%
    y weight 60%
  }
  group b weight 30% {
    z
  }
  group c weight by date { from 2025-10: 25%, from 2026-04: 30% } {  // domain: 1.a
    u
  }
}
";
    assert_eq!(
        changes(text),
        ["9: 25% → 24%, 35% → 36%", "9: 25% → 26%, 35% → 34%", "9: 30% → 29%, 30% → 31%", "9: 30% → 31%, 30% → 29%"]
    );
    let required = "require card: weight(c) in 20%..30%  // domain: 1.a\n";
    let moved = [14, 18, 19, 21, 22, 26].map(|to| format!("1: 20% → {to}%"));
    let higher = [24, 28, 29, 31, 32, 36].map(|to| format!("1: 30% → {to}%"));
    assert_eq!(changes(required), [moved, higher].concat());
}
