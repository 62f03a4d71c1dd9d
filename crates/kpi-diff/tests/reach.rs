//! What a change reaches, and what it does not.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test may fail"
)]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use kpi_base::{FileId, Span};
use kpi_diff::{Reach, compare, reach};
use support::{POLICY, Version};

/// A second card that shares nothing with the first but the data.
const OTHER: &str = "
indicator talks \"谈话\" {
  formula count(violation)
  target  ≤ 3
}
scorecard floor_card for staff where role == floor_control {
  talks weight 100%
}
test \"talks\" {
  period 2026-10
  expect floor_card[A05].score == 100
}
";

/// The policy with a second card, and another with one text replaced.
fn versions(from: &str, to: &str) -> (Version, Version) {
    let base = format!("{POLICY}{OTHER}");
    assert!(base.contains(from), "{from}");
    (Version::of_text(&base), Version::of_text(&base.replacen(from, to, 1)))
}

/// Which of some declarations of the newer version are reached, and which are touched.
fn found(from: &str, to: &str) -> (Vec<&'static str>, Vec<&'static str>) {
    let (base, head) = versions(from, to);
    let reach = reach(base.side(), head.side());
    let text = &head.files.get(FileId(0)).unwrap().text;
    let holds = |told: &dyn Fn(&Reach, Span) -> bool| {
        let places = [
            ("roster staff", "roster staff"),
            ("source live", "source live"),
            ("source violation", "source violation"),
            ("gmv", "indicator gmv_attainment"),
            ("watch", "indicator watch_time"),
            ("violations", "indicator violations"),
            ("talks", "indicator talks"),
            ("host_card", "scorecard host_card"),
            ("floor_card", "scorecard floor_card"),
            ("pay", "incentive monthly_pay"),
            ("test of host", "test \"a severe"),
            ("test of floor", "test \"talks"),
        ];
        let at = |part: &str| {
            let start = text.find(part).unwrap_or_else(|| panic!("{part}")) as u32;
            Span { file: FileId(0), start, end: start + 1 }
        };
        places.into_iter().filter(|(_, part)| told(&reach, at(part))).map(|(name, _)| name).collect::<Vec<_>>()
    };
    (holds(&Reach::holds), holds(&Reach::touches))
}

#[test]
fn a_target_reaches_its_card_its_pay_and_their_tests() {
    let (reached, _) = found("growth: ≥ 45s", "growth: ≥ 50s");
    assert_eq!(reached, ["watch", "host_card", "pay", "test of host"]);
    let (reached, _) = found("talks weight 100%", "talks weight 100%\n  grade { ≥ 90: \"A\", else: \"B\" }");
    // The pay is for each scorecard, and the test expects of the pay.
    assert_eq!(reached, ["floor_card", "pay", "test of host", "test of floor"]);
}

#[test]
fn data_reach_whatever_reads_them() {
    let (reached, _) = found("viewers: count", "viewers: count > 0");
    assert_eq!(reached, ["source live", "gmv", "watch", "host_card", "pay", "test of host"]);
    // Everybody has a role, and staff is what cards are for.
    let (reached, _) = found("severe \"严重\"", "severe \"重大\"");
    let all =
        ["source violation", "violations", "talks", "host_card", "floor_card", "pay", "test of host", "test of floor"];
    assert_eq!(reached, all);
}

#[test]
fn what_is_gone_reaches_what_read_it() {
    let (reached, _) = found("\n  violations     weight 10%", "");
    assert_eq!(reached, ["host_card", "pay", "test of host"]);
}

#[test]
fn layout_and_comments_reach_nothing_but_touch_their_file() {
    let (reached, touched) = found("talks weight 100%", "talks   weight 100% // as agreed");
    assert_eq!(reached, Vec::<&str>::new());
    assert_eq!(touched.len(), 12);
}

#[test]
fn the_policy_itself_and_what_it_uses_reach_everything() {
    for (from, to) in
        [("period   month", "period   quarter"), ("policy \"Live team\"", "use std.live\n\npolicy \"Live team\"")]
    {
        let (base, head) = versions(from, to);
        assert!(reach(base.side(), head.side()).is_all(), "{to}");
    }
    let (base, _) = versions("period", "period");
    assert!(!reach(base.side(), base.side()).is_all());
}

#[test]
fn in_other_files_what_the_change_reads_is_touched() {
    let files = |target: &str| {
        let (data, rest) = POLICY.split_once("indicator gmv_attainment").unwrap();
        let rest = format!("indicator gmv_attainment{rest}").replace("growth: ≥ 45s", target);
        Version::of(&[("data.kpi".into(), data.into()), ("cards.kpi".into(), rest)])
    };
    let (base, head) = (files("growth: ≥ 45s"), files("growth: ≥ 50s"));
    let reach = reach(base.side(), head.side());
    let text = &head.files.get(FileId(0)).unwrap().text;
    let at = |part: &str| Span { file: FileId(0), start: text.find(part).unwrap() as u32, end: 0 };
    assert!(reach.touches(at("source live")) && !reach.holds(at("source live")));
    assert!(!reach.touches(at("dimension severity")));
    assert!(reach.touches(Span { file: FileId(1), start: 0, end: 0 }));
}

/// What `compare` says to hang on a change goes by what the parser has read, and this by words: whatever of the examples' declarations is taken
/// away, all that hangs on it is reached.
#[test]
fn whatever_hangs_on_a_declaration_is_reached() {
    let mut tried = 0;
    for example in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples")).unwrap() {
        let mut paths = Vec::new();
        below(&example.unwrap().path(), &mut paths);
        let text: String = paths.iter().map(|path| fs::read_to_string(path).unwrap() + "\n").collect();
        let head = Version::of_text(&text);
        let items: Vec<_> = head.parsed[0].items.iter().collect();
        // Every third, for the sake of time.
        for item in items.iter().step_by(3) {
            let mut less = text.clone();
            less.replace_range(item.span.start as usize..item.span.end as usize, "");
            let base = Version::of_text(&less);
            let found = reach(base.side(), head.side());
            for change in compare(base.side(), head.side()).changes {
                for reader in &change.dependents {
                    let named =
                        |span: Span| head.files.text(span).split([' ', '(', '\n']).any(|word| word == reader.name);
                    let first = |span: Span| Span { end: span.start + first_line(&text, span), ..span };
                    let there: Vec<_> = items.iter().filter(|item| named(first(item.span))).collect();
                    assert!(!there.is_empty(), "{} is nowhere", reader.name);
                    let reached = there.iter().any(|item| found.holds(item.span));
                    assert!(reached, "{} hangs on {}", reader.name, change.declaration.name);
                    tried += 1;
                }
            }
        }
    }
    assert!(tried > 500, "{tried}");
}

fn first_line(text: &str, span: Span) -> u32 {
    let whole = &text[span.start as usize..span.end as usize];
    whole.find('\n').unwrap_or(whole.len()) as u32
}

fn below(path: &Path, found: &mut Vec<PathBuf>) {
    if path.is_dir() {
        fs::read_dir(path).unwrap().for_each(|entry| below(&entry.unwrap().path(), found));
    } else if path.extension().is_some_and(|extension| extension == "kpi") && !path.to_string_lossy().contains("tests")
    {
        found.push(path.to_owned());
    }
}

#[test]
fn names_are_found_however_they_are_written() {
    let of = |text: &str| {
        let base = Version::of_text(&format!("{POLICY}{text}"));
        let head = Version::of_text(&format!("{}{text}", POLICY.replacen("growth: ≥ 45s", "growth: ≥ 50s", 1)));
        let at = head.files.get(FileId(0)).unwrap().text.rfind("scorecard other").unwrap() as u32;
        reach(base.side(), head.side()).holds(Span { file: FileId(0), start: at, end: at })
    };
    let card = |line: &str| format!("\nscorecard other for staff {{\n  {line}\n}}\n");
    assert!(of(&card("watch_time weight 100%")));
    assert!(of(&card("ｗａｔｃｈ＿ｔｉｍｅ weight 100%")));
    assert!(of(&card("watch_time weight 100% // “a”")));
    assert!(!of(&card("violations weight 100% // not watch_time")));
    // A blank or two slashes in a text are no layout and no comment.
    let changed = |from: &str, to: &str| {
        let grade = |name: &str| card(&format!("violations weight 100%\n  grade {{ ≥ 90: {name}, else: \"B\" }}"));
        let (base, head) = (format!("{POLICY}{}", grade(from)), format!("{POLICY}{}", grade(to)));
        let at = head.rfind("scorecard other").unwrap() as u32;
        let (base, head) = (Version::of_text(&base), Version::of_text(&head));
        reach(base.side(), head.side()).holds(Span { file: FileId(0), start: at, end: at })
    };
    assert!(changed("\"a b\"", "\"a  b\""));
    assert!(changed("“a//b”", "“a//c”"));
    assert!(!changed("\"a\"", "\"a\""));
}
