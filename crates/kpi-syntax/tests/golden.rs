//! The whole policy of the language's introduction.

use kpi_base::FileId;
use kpi_syntax::ast::*;
use kpi_syntax::parse;

const LIVE_TEAM: &str = include_str!("../../../tests/front/policies/live_team.kpi");

#[test]
fn the_whole_policy_parses() {
    let parsed = parse(FileId(0), LIVE_TEAM);
    assert_eq!(parsed.diagnostics, []);
    assert_eq!(parsed.file.items.len(), 16);
    for item in &parsed.file.items {
        assert!(!matches!(item.kind, ItemKind::Unbuilt(_)));
    }
}
