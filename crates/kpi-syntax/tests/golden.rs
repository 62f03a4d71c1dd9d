//! The whole policy of the language's introduction.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    reason = "a test may panic"
)]

use kpi_base::FileId;
use kpi_syntax::ast::*;
use kpi_syntax::parse;

const LIVE_TEAM: &str = include_str!("../../../tests/front/policies/live_team.kpi");

#[test]
fn the_whole_policy_parses() {
    let parsed = parse(FileId(0), LIVE_TEAM);
    assert_eq!(parsed.diagnostics, []);
    assert_eq!(parsed.file.items.len(), 20);
}

#[test]
fn a_set_in_a_header_is_not_the_block() {
    let text = "scorecard c for staff where role in {host, planner} {\n  x weight 100%\n}\n";
    let parsed = parse(FileId(0), text);
    assert_eq!(parsed.diagnostics, []);
    let [Item { kind: ItemKind::Scorecard(card), .. }] = parsed.file.items.as_slice() else { panic!("one scorecard") };
    assert_eq!((card.lines.len(), card.condition.is_some()), (1, true));
}
