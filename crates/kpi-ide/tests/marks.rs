//! What a feature gives stands at the `$0` of a fixture: for features that are asked about a whole file, and so have no cursor.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice, reason = "a test may panic")]

use kpi_base::Span;
use kpi_ide::regions::{FoldKind, LinkTarget};
use kpi_ide::semantic::Paint;
use kpi_ide::{
    FilePosition, Fixture, definition, fixture, format, hover, inlay, lens, outline, regions, rename, semantic,
};

const DATA: &str = "roster staff { id: text key }
source live { id: text key, host: -> staff, on: date time, gmv: money }
";

/// The text from a place to the next line break.
fn line_from(fixture: &Fixture, offset: u32) -> String {
    let text = &fixture.snapshot.text(fixture.at.file)[offset as usize..];
    text.lines().next().unwrap_or_default().to_owned()
}

fn whole(fixture: &Fixture) -> Span {
    Span { file: fixture.at.file, start: 0, end: fixture.snapshot.text(fixture.at.file).len() as u32 }
}

fn offsets(fixture: &Fixture) -> Vec<u32> {
    fixture.marks.iter().map(|mark| mark.offset).collect()
}

// feature: findings
#[test]
fn findings_stand_where_the_mistakes_are() {
    let fixture = fixture(&format!(
        "{DATA}param $0多余: count = 5\nindicator x {{ formula sum($0缺少.gmv) }}\nscorecard c for staff \"🎯\" {{ x watch }}\n"
    ));
    let found: Vec<_> =
        fixture.snapshot.findings().iter().filter_map(|f| Some((f.code.name(), f.labels.first()?.span))).collect();
    let at =
        |offset: u32| found.iter().filter(|(_, span)| span.start == offset).map(|(code, _)| *code).collect::<Vec<_>>();
    let marks = offsets(&fixture);
    // Never used; a name that nothing has.
    assert_eq!(at(marks[0]), ["K1004"]);
    assert_eq!(at(marks[1]), ["K1001"], "{found:?}");
}

// feature: symbols
#[test]
fn the_outline_names_what_is_declared() {
    let fixture = fixture(&format!("{DATA}dimension $0阶段 {{ $0起步, $0成熟 }}\nindicator $0坏 {{ formula ((( }}\n"));
    let symbols = outline::symbols(&fixture.snapshot, fixture.at.file);
    let all = symbols.iter().flat_map(|symbol| std::iter::once(symbol).chain(&symbol.children));
    let named: Vec<u32> = all.map(|symbol| symbol.name_span.start).collect();
    for mark in offsets(&fixture) {
        assert!(named.contains(&mark), "{}", line_from(&fixture, mark));
    }
    assert_eq!(symbols.iter().map(|symbol| symbol.name.as_str()).collect::<Vec<_>>(), ["staff", "live", "阶段", "坏"]);
}

// feature: workspace-symbols
#[test]
fn a_name_is_found_by_its_pinyin() {
    let fixture = fixture(&format!("{DATA}indicator $0停留时长 {{ formula 1 }}\nindicator other {{ formula 2 }}\n"));
    let found: Vec<u32> =
        outline::find(&fixture.snapshot, "tingliu").iter().map(|found| found.name_span.start).collect();
    assert_eq!(found, offsets(&fixture));
}

// feature: hints
#[test]
fn the_unit_of_an_indicator_stands_behind_its_name() {
    let fixture = fixture(&format!(
        "{DATA}indicator 成交$0 {{ formula sum(live.gmv), target ≥ 5元 }}\nscorecard c for staff$0 {{ 成交 weight 100% }}\n"
    ));
    let hints = inlay::hints(&fixture.snapshot, whole(&fixture));
    let shown: Vec<_> = hints.iter().map(|hint| (hint.label.to_string(), hint.at.offset)).collect();
    let marks = offsets(&fixture);
    assert_eq!(shown[0], (": money".to_owned(), marks[0]));
    assert_eq!(shown[1], ("Σ 100% · each month".to_owned(), marks[1]), "{shown:?}");
}

// feature: lenses
#[test]
fn lenses_stand_above_names() {
    let fixture = fixture(&format!(
        "{DATA}param p: count = 1\nindicator $0x {{ formula p }}\ntest $0\"t\" {{ period 2026-01 }}\n"
    ));
    let mut found: Vec<u32> = lens::lenses(&fixture.snapshot, fixture.at.file).iter().map(|l| l.span.start).collect();
    found.dedup();
    assert_eq!(found, offsets(&fixture));
}

// feature: colours
#[test]
fn a_stretch_has_the_colours_of_its_words() {
    let fixture = fixture(&format!("{DATA}indicator x {{ formula $0sum(live.gmv)$0 }} // 🎯\n"));
    let marks = offsets(&fixture);
    let range = Span { file: fixture.at.file, start: marks[0], end: marks[1] };
    let painted = semantic::paint(&fixture.snapshot, fixture.at.file, Some(range));
    let shown: Vec<_> =
        painted.iter().map(|word| (fixture.snapshot.text_of(word.span), word.kind, word.built_in)).collect();
    assert_eq!(shown, [("sum", Paint::Function, true), ("live", Paint::Table, false), ("gmv", Paint::Column, false)]);
}

// feature: format
#[test]
fn a_file_is_put_into_style() {
    let fixture = fixture("$0dimension a{ 主播 \"😀\" }$0");
    let edits = format::format(&fixture.snapshot, fixture.at.file).unwrap();
    let marks = offsets(&fixture);
    assert_eq!((edits[0].span.start, edits[0].span.end), (marks[0], marks[1]));
    assert_eq!(edits[0].text, "dimension a { 主播 \"😀\" }\n");
}

// feature: folds
#[test]
fn a_declaration_folds_from_brace_to_brace() {
    let fixture = fixture("$0// 一\n// 二$0\nindicator x $0{\n  formula 1\n$0}\n");
    let marks = offsets(&fixture);
    let found: Vec<_> = regions::folds(&fixture.snapshot, fixture.at.file).iter().map(|f| (f.kind, f.span)).collect();
    let span = |from: usize| Span { file: fixture.at.file, start: marks[from], end: marks[from + 1] };
    assert_eq!(found, [(FoldKind::Comment, span(0)), (FoldKind::Block, span(2))]);
}

// feature: links
#[test]
fn a_module_and_a_code_are_links() {
    let fixture = fixture("use $0std.survey\n// kpi: allow($0K1004) 主播\nparam x: count = 1\n");
    let found = regions::links(&fixture.snapshot, fixture.at.file);
    assert_eq!(found.iter().map(|link| link.span.start).collect::<Vec<_>>(), offsets(&fixture));
    assert_eq!(found[1].target, LinkTarget::Code("K1004".to_owned()));
}

// feature: library
#[test]
fn a_module_is_read_on_from_a_policy_that_uses_it() {
    let fixture = fixture(&format!("{DATA}indicator x = std.live.watch$0_time(live)\n"));
    let snapshot = &fixture.snapshot;
    let entry = definition::definition(snapshot, fixture.at).unwrap().targets[0].name;
    assert!(snapshot.is_library(entry.file));
    let there = FilePosition { file: entry.file, offset: entry.start };
    let said = hover::hover(snapshot, there).unwrap();
    assert_eq!(snapshot.text_of(said.span), "watch_time");
    let places = definition::references(snapshot, there, false);
    assert!(places.iter().any(|place| place.file == fixture.at.file && place.start < fixture.at.offset), "{places:?}");
    let refused = rename::rename(snapshot, there, "other").unwrap_err();
    assert_eq!(refused.to_string(), "`watch_time` is of the standard library, which is not yours to change");
}
