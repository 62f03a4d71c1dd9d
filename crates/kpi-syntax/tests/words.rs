//! The table of words, and policies that are written with its Chinese column.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::Path;

use kpi_base::FileId;
use kpi_syntax::parse;
use kpi_syntax::words::{Place, WORDS, chinese, english, glued, spellings, spoken_words};

#[test]
fn a_chinese_spelling_is_one_english_word_and_a_place_has_no_two_spellings() {
    let mut meanings = HashMap::new();
    let mut places = HashSet::new();
    for word in WORDS {
        let meaning = *meanings.entry(word.chinese).or_insert(word.english);
        assert_eq!(meaning, word.english, "{} means two words", word.chinese);
        assert!(places.insert((word.place, word.english)), "{} stands twice at one place", word.english);
        assert!(word.chinese.chars().all(|c| !c.is_ascii() && kpi_syntax::continues_name(c)), "{}", word.chinese);
    }
}

/// Every literal of letters in the grammar but the units of numbers and the letters of dates.
#[test]
fn every_word_of_the_grammar_is_in_the_table() {
    let grammar = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../grammar/kpi.pest")).unwrap();
    let units =
        ["pp", "min", "k", "s", "h", "d", "Q", "W", "万", "亿", "分钟", "小时", "秒", "天", "元", "个", "次", "人"];
    let mut missing = Vec::new();
    // The reserved words are cut up by their first letters, and each is whole in a rule of its own.
    let lines = grammar.lines().filter(|line| !line.starts_with("reserved "));
    for line in lines.map(|line| line.split("//").next().unwrap()) {
        // A guard looks at the first letter of a word that is written elsewhere.
        for literal in line.split('"').skip(1).step_by(2) {
            let word = literal.trim_end_matches('(');
            let letters = word.len() > 1 && word.chars().all(|c| c.is_alphabetic() || c == '_');
            if letters && word != "_" && !units.contains(&word) && spellings(word).next().is_none() {
                missing.push(word.to_owned());
            }
        }
    }
    assert_eq!(missing, Vec::<String>::new(), "give these words a Chinese spelling in crates/kpi-syntax/src/words");
}

#[test]
fn words_are_found_in_both_directions() {
    assert_eq!(english("指标"), Some("indicator"));
    assert_eq!(english("主播"), None);
    assert_eq!(english("indicator"), None);
    assert_eq!(chinese("last", Place::Function), Some("末值"));
    assert_eq!(chinese("last", Place::Clause), Some("最近"));
    assert_eq!(chinese("gmv", Place::Clause), None);
    assert_eq!(glued("公式求和"), Some(("公式", "求和")));
    assert_eq!(glued("去重计数x"), Some(("去重计数", "x")));
    assert_eq!(glued("主播"), None);
    assert_eq!(glued("公式"), None);
}

/// A text as it is printed without places.
fn printed(text: &str) -> String {
    let parsed = parse(FileId(0), text);
    assert_eq!(parsed.diagnostics, [], "{text}");
    let whole = format!("{:?}", parsed.file);
    let parts = whole.split("Span {").enumerate();
    parts.map(|(i, part)| if i == 0 { part } else { part.split_once('}').map_or("", |(_, rest)| rest) }).collect()
}

/// Pairs of texts that say the same.
#[test]
fn keywords_in_either_spelling_are_one_tree() {
    let pairs = [
        (
            "policy \"p\" {\n  edition 1\n  currency CNY\n  period month\n  week starts monday\n  rounding half_even\n}\n",
            "制度 \"p\" {\n  版本 1\n  币种 CNY\n  周期 month\n  周 始于 monday\n  舍入 half_even\n}\n",
        ),
        ("dimension stage ordered { a, b }\n", "维度 stage 有序 { a, b }\n"),
        (
            "indicator x {\n  target by stage { a: ≥ 30s tolerance 5s, else: between 1..2 }\n  scoring proportional none below 60% cap 120%\n  when missing reweight\n}\n",
            "指标 x {\n  目标 按 stage { a: ≥ 30s 容差 5s, 其余: 介于 1..2 }\n  计分 按比例 零分 低于 60% 上限 120%\n  当 缺失 重分权重\n}\n",
        ),
        (
            "indicator x {\n  formula if a and not b or c is missing then\n    1 else\n    y not in {1, 2}\n}\n",
            "指标 x {\n  公式 如果 a 且 非 b 或 c 是 缺失 则\n    1 否则\n    y 不 属于 {1, 2}\n}\n",
        ),
        (
            "rule r for each scorecard of staff {\n  when x > 1 for 2 consecutive months\n  then warn \"w\"\n}\n",
            "规则 r 面向 每个 考核表 归属 staff {\n  当 x > 1 连续 2 个 months\n  则 预警 \"w\"\n}\n",
        ),
        (
            "prove pay.a within 0..100\nprove pay.a monotone in gmv\n",
            "证明 pay.a 处于 0..100\n证明 pay.a 单调 随 gmv\n",
        ),
        ("require each scorecard: count(indicators) in 3..5\n", "要求 每个 考核表: 计数(各指标) 属于 3..5\n"),
        ("scale s 1..5 { 5: \"a\" }\nuse std.live\n", "量表 s 1..5 { 5: \"a\" }\n引用 std.live\n"),
    ];
    for (english, chinese) in pairs {
        assert_eq!(printed(english), printed(chinese), "{chinese}");
        // And a text of which only the first half is Chinese.
        let (before, after) = (chinese.split_once('\n').unwrap().0, english.split_once('\n').unwrap().1);
        assert_eq!(printed(english), printed(&format!("{before}\n{after}")));
    }
}

#[test]
fn a_name_may_be_spelt_like_a_word() {
    let tree =
        printed("数据源 计划 { 目标: 金额, 公式: 文本 }\n指标 指标 {\n  公式 求和(计划.目标)\n  目标 ≥ 指标.目标\n}\n");
    for name in ["计划", "目标", "公式", "指标", "求和"] {
        assert!(tree.contains(&format!("Name {{ text: \"{name}\"")), "{name}: {tree}");
    }
}

#[test]
fn places_are_those_of_the_written_text() {
    let text = "指标 成交额 {\n  公式 求和(直播.成交)\n  目标 ≥ 违\n  目标 ≥ 5\n}\n";
    let parsed = parse(FileId(0), text);
    let span = parsed.diagnostics.first().unwrap().labels.first().unwrap().span;
    assert_eq!(text.get(span.start as usize..span.end as usize), Some("目标 ≥ 5"));
    // Every cut of a text in the middle of a word: places are never inside a character.
    for (end, _) in text.char_indices() {
        for diagnostic in parse(FileId(0), text.get(..end).unwrap()).diagnostics {
            for label in diagnostic.labels {
                assert!(text.is_char_boundary(label.span.start as usize), "{end}: {label:?}");
                assert!(text.is_char_boundary(label.span.end as usize), "{end}: {label:?}");
            }
        }
    }
}

#[test]
fn only_words_of_the_language_are_spoken() {
    let text = "source cap { level: text key, last: count }\nindicator level { formula sum(cap.last) }\n";
    let words: Vec<&str> = spoken_words(text)
        .iter()
        .map(|word| text.get(word.at..).unwrap().split(|c: char| !c.is_alphanumeric()).next().unwrap())
        .collect();
    assert_eq!(words, ["source", "text", "key", "count", "indicator", "formula", "sum"]);
}

/// What is said of a text, with the first fix.
fn said(text: &str) -> String {
    let mut out = String::new();
    for d in parse(FileId(0), text).diagnostics {
        let label = d.labels.first().unwrap();
        let here = text.get(label.span.start as usize..label.span.end as usize).unwrap();
        out += &format!("{} [{here}] {}", d.message, label.text);
        if let Some(help) = &d.help {
            out += &format!("; {help}");
        }
        if let Some(edit) = d.fixes.first().and_then(|fix| fix.edits.first()) {
            out += &format!(" => {}", edit.text);
        }
        out += "\n";
    }
    out
}

#[test]
fn messages_speak_as_the_file_does() {
    let mistakes = [
        "指标成交额 {\n  公式 求和(直播.成交)\n}\n",
        "指示 成交额 {\n  公式 求和(直播.成交)\n}\n",
        "指标 成交额 {\n  公示 求和(直播.成交)\n}\n",
        "指标 成交额 {\n  公式求和(直播.成交)\n}\n",
        "指标 成交额 {\n  算法 求和(直播.成交)\n}\n",
        "考核表 主播卡 面向 员工 {\n  成交额 权重60%\n}\n",
        "规则 调岗 面向 每个 考核表 {\n  当 达成率 < 60% 连续 2个月\n}\n",
        "考核表 如果 面向 员工 {\n}\n",
        "指标 成交额 {\n  目标 ≥ 5 容差\n  当 缺失 不知道\n}\n",
        "制度 \"p\" {\n  周期 旬\n}\n",
    ];
    insta::assert_snapshot!(mistakes.map(said).join("\n"));
}

#[test]
fn the_reference_has_every_word() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/13-chinese.md");
    let page = fs::read_to_string(page).unwrap();
    let mut written = Vec::new();
    let mut place = "";
    for line in page.lines() {
        place = line.strip_prefix("### ").unwrap_or(place);
        if let [_, english, _, chinese, _] = line.split('`').collect::<Vec<_>>().as_slice()
            && line.starts_with("| `")
        {
            written.push((place.to_owned(), (*english).to_owned(), (*chinese).to_owned()));
        }
    }
    let table: Vec<_> = WORDS
        .iter()
        .map(|word| (format!("{:?}", word.place), word.english.to_owned(), word.chinese.to_owned()))
        .collect();
    assert_eq!(written, table, "docs/reference/13-chinese.md differs from the table of words");
}

#[test]
fn cells_of_cases_may_be_words_in_either_spelling() {
    let cells = |truth: &str| {
        let text = format!(
            "test \"t\" {{\n  period 2026-10\n  each | a |\n       | {truth} |\n  expect x[A01].met == $a\n}}\n"
        );
        let parsed = parse(FileId(0), &text);
        assert_eq!(parsed.diagnostics, []);
        format!("{:?}", parsed.file.items)
    };
    for (english, chinese, read) in [("true", "真", "Bool(true)"), ("false", "假", "Bool(false)")] {
        assert!(cells(english).contains(read) && cells(chinese).contains(read));
    }
}
