//! House rules, allows, levels and the baseline, over whole texts.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use kpi_base::{Code, Diagnostic, Files, Severity, SourceFile, codes};
use kpi_lint::{Baseline, Judged, Level, Settings, judge, lint};

fn find(text: &str, settings: &Settings) -> (Files, Vec<Diagnostic>) {
    let mut files = Files::new();
    let id = files.add(SourceFile::new("policy.kpi", text));
    let parsed = kpi_syntax::parse(id, text);
    assert_eq!(parsed.diagnostics, []);
    (files, lint(&[parsed.file], None, settings))
}

fn judged(text: &str, settings: &Settings, baseline: Option<&Baseline>) -> Judged {
    let (files, findings) = find(text, settings);
    judge(findings, true, &files, settings, baseline, &str::to_owned)
}

fn codes_of(judged: &Judged) -> Vec<Code> {
    judged.findings.iter().map(|finding| finding.code).collect()
}

fn card(lines: usize) -> String {
    let lines: String = (0..lines).map(|n| format!("  i{n} weight 1%\n")).collect();
    format!("scorecard card for staff {{\n{lines}  shown watch\n}}\n")
}

#[test]
fn a_card_may_have_ten_indicators_and_watch_more() {
    let settings = Settings::default();
    assert_eq!(codes_of(&judged(&card(10), &settings, None)), []);
    let eleven = judged(&card(11), &settings, None);
    assert_eq!(codes_of(&eleven), [codes::lints::TOO_MANY_INDICATORS]);
    let message = eleven.findings.first().unwrap().message.to_string();
    assert_eq!(message, "the card `card` has 11 indicators, more than 10");
    let fewer = Settings { max_indicators: 3, ..Settings::default() };
    assert_eq!(codes_of(&judged(&card(3), &fewer, None)), []);
    assert_eq!(codes_of(&judged(&card(4), &fewer, None)), [codes::lints::TOO_MANY_INDICATORS]);
}

#[test]
fn names_that_look_alike_are_told_and_chinese_beside_latin_is_not() {
    let settings = Settings::default();
    let found = |text: &str| codes_of(&judged(text, &settings, None));
    // The second `a` of `gma` is Cyrillic; both look the same.
    assert_eq!(found("param gma: count = 1\nparam gm\u{430}: count = 1\n").len(), 2);
    assert_eq!(found("param GMV达成率: count = 1\nparam 停留时长: count = 1\n"), []);
    // Between backticks a full-width letter stays what it is; elsewhere it is read as the half-width one.
    assert_eq!(found("param `ｇmv`: count = 1\n"), [codes::lints::CONFUSABLE]);
    assert_eq!(found("param ｇmv: count = 1\n"), []);
    assert_eq!(found("param one: count = 1\nparam two: count = 1\n"), []);
    // Upper and lower case: only among names of one kind.
    assert_eq!(found("param GMV: count = 1\nparam gmv: count = 1\nparam Gmv: count = 1\n").len(), 2);
    assert_eq!(found("param GMV: count = 1\nindicator gmv { formula 1 }\n"), []);
    assert_eq!(found("dimension d { A, a }\n"), [codes::lints::CONFUSABLE]);
    assert_eq!(found("dimension d { A }\ndimension e { a }\n"), []);
}

#[test]
fn a_data_source_is_asked_for_where_the_house_asks() {
    let text = "indicator a { formula 1 }\nindicator b { formula 1, note data_source \"CRM\" }\n";
    assert_eq!(codes_of(&judged(text, &Settings::default(), None)), []);
    let asked = Settings { levels: vec![(codes::lints::NO_DATA_SOURCE, Level::Deny)], ..Settings::default() };
    let judged = judged(text, &asked, None);
    assert_eq!(codes_of(&judged), [codes::lints::NO_DATA_SOURCE]);
    assert_eq!(judged.findings.first().unwrap().severity, Severity::Error);
}

#[test]
fn an_allow_holds_for_a_line_or_a_declaration_and_has_a_reason() {
    let settings = Settings::default();
    let found = |text: String| codes_of(&judged(&text, &settings, None));
    let body = card(11);
    assert_eq!(found(format!("// kpi: allow(K4301) the board wants it\n{body}")), []);
    assert_eq!(found(body.replacen('{', "{ // kpi: allow(K4301) 董事会要求", 1)), []);
    assert_eq!(
        found(format!("// kpi: allow(K4301)\n{body}")),
        [codes::lints::WRONG_ALLOW, codes::lints::TOO_MANY_INDICATORS]
    );
    assert_eq!(
        found(format!("// kpi: allow(K4301) why\nparam a: count = 1\n{body}")),
        [codes::lints::UNUSED_ALLOW, codes::lints::TOO_MANY_INDICATORS]
    );
    assert_eq!(found("// kpi: allow(K2001) why\nparam a: count = 1\n".to_owned()), [codes::lints::WRONG_ALLOW]);
    assert_eq!(found("// kpi: allow(K0) why\nparam a: count = 1\n".to_owned()), [codes::lints::WRONG_ALLOW]);
}

#[test]
fn a_baseline_hides_what_was_there_however_lines_move_and_nothing_new() {
    let settings = Settings::default();
    let (files, findings) = find(&card(11), &settings);
    let baseline = Baseline::of(&findings, &files, &str::to_owned);
    let baseline = Baseline::parse(&baseline.render().unwrap()).unwrap();
    let moved = judged(&format!("param x: count = 1\n\n\n{}", card(11)), &settings, Some(&baseline));
    assert_eq!((moved.findings.len(), moved.known, moved.gone), (0, 1, 0));
    let other = judged(&card(11).replace("card for", "other for"), &settings, Some(&baseline));
    assert_eq!((codes_of(&other), other.known, other.gone), (vec![codes::lints::TOO_MANY_INDICATORS], 0, 1));
    let denied = Settings { levels: vec![(codes::lints::TOO_MANY_INDICATORS, Level::Deny)], ..Settings::default() };
    assert_eq!(judged(&card(11), &denied, Some(&baseline)).known, 0);
    assert!(Baseline::parse("{\"version\": 2, \"findings\": []}").is_err());
}

#[test]
fn an_allow_is_not_called_unused_before_every_stage_has_run() {
    let settings = Settings::default();
    let (files, findings) = find("// kpi: allow(K4203) seen\nparam a: count = 1\n", &settings);
    let found = |complete: bool| codes_of(&judge(findings.clone(), complete, &files, &settings, None, &str::to_owned));
    assert_eq!(found(true), [codes::lints::UNUSED_ALLOW]);
    assert_eq!(found(false), []);
}

#[test]
fn an_allow_of_a_line_and_one_of_its_declaration_are_both_of_use() {
    let body = card(11).replacen('{', "{ // kpi: allow(K4301) here", 1);
    let text = format!("// kpi: allow(K4301) all of it\n{body}// kpi: allow(K4301) another\n{}", card(12));
    assert_eq!(codes_of(&judged(&text, &Settings::default(), None)), []);
}

#[test]
fn an_entry_of_the_baseline_is_not_called_gone_before_every_stage_has_run() {
    let settings = Settings::default();
    let (files, findings) = find(&card(11), &settings);
    let baseline = Baseline::of(&findings, &files, &str::to_owned);
    let gone = |complete: bool| judge(Vec::new(), complete, &files, &settings, Some(&baseline), &str::to_owned).gone;
    assert_eq!((gone(true), gone(false)), (1, 0));
}

#[test]
fn an_allow_on_the_last_line_is_taken_out_up_to_the_end_of_the_text() {
    let text = "param a: count = 1\n// kpi: allow(K4301) 董事会要求";
    let found = judged(text, &Settings::default(), None);
    let edit = found.findings.first().and_then(|finding| finding.fixes.first()?.edits.first()).unwrap();
    assert_eq!((edit.span.start as usize, edit.span.end as usize), (19, text.len()));
}

#[test]
fn allows_below_each_other_hold_for_the_declaration_below_all_of_them() {
    let allows = "// kpi: allow(K4301) the board wants it\n// 说明\n// kpi: allow(K4301) still wanted\n";
    assert_eq!(codes_of(&judged(&format!("{allows}{}", card(11)), &Settings::default(), None)), []);
    let apart = format!("{allows}\n{}", card(11));
    let wanted = [codes::lints::UNUSED_ALLOW, codes::lints::UNUSED_ALLOW, codes::lints::TOO_MANY_INDICATORS];
    assert_eq!(codes_of(&judged(&apart, &Settings::default(), None)), wanted);
}

/// Looking from each of these comments for the end of their block is more than a thousand million steps; one pass over the lines, well
/// under a second.
#[test]
fn a_block_of_many_allows_is_read_in_one_pass() {
    let text = "// kpi: allow(K4301) the board wants it\n".repeat(50_000) + &card(11);
    let start = std::time::Instant::now();
    assert_eq!(codes_of(&judged(&text, &Settings::default(), None)), []);
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
}
