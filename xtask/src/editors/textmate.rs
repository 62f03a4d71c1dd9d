//! The TextMate grammar of the language, which VS Code and other editors colour policies by, made from the table of words.
//!
//! A declaration begins at a word in column 0 and ends before the next line that has something else there than a brace or a
//! comment: these are regions with `while`, so that a text which was left open colours nothing behind its declaration. Each kind of
//! declaration knows its own words; a word is coloured only where it may be one, since a column may be called as a word is.

use std::collections::BTreeSet;
use std::fs;

use kpi_syntax::words::{Place, WORDS, words_at};
use serde_json::{Map, Value, json};

/// What a name is written with, and what may not follow or precede a word.
const NAME: &str = r"(?:[\p{L}_][\p{L}\p{M}\p{N}_]*|`[^`]+`)";
const BEFORE: &str = r"(?<![\p{L}\p{M}\p{N}_.．$])";
const AFTER: &str = r"(?![\p{L}\p{M}\p{N}_])";
/// Behind a word that is the name of a column or the key of a row instead.
const NO_KEY: &str = r"(?![\s\x{3000}]*[:：=＝](?![=＝]))(?![.．](?![.．]))";
const SPACE: &str = r"[\s\x{3000}]";

/// The words of the language in files as the parser reads them, each with its line and column in UTF-16 units from 0: what the tests of
/// the extension hold the grammar against.
///
/// # Errors
/// If a file cannot be read.
pub fn spoken(files: &[&str]) -> Result<String, String> {
    let mut told = Map::new();
    for file in files {
        let text = fs::read_to_string(file).map_err(|why| format!("{file}: {why}"))?;
        let mut words = Vec::new();
        for word in words_at(kpi_base::FileId(0), &text) {
            let (start, end) = (word.span.start as usize, word.span.end as usize);
            let before = text.get(..start).unwrap_or_default();
            let line = before.matches('\n').count();
            let head = before.rsplit('\n').next().unwrap_or_default();
            let written = text.get(start..end).unwrap_or_default();
            words.push(json!([line, head.encode_utf16().count(), written, word.name]));
        }
        told.insert((*file).to_owned(), Value::Array(words));
    }
    Ok(Value::Object(told).to_string())
}

/// A choice of words, the longest first, so that none hides another that it begins.
fn choice<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let all: BTreeSet<&str> = words.into_iter().collect();
    let mut all: Vec<&str> = all.into_iter().collect();
    all.sort_by_key(|word| (!word.is_ascii(), std::cmp::Reverse(word.chars().count())));
    format!("(?:{})", all.join("|"))
}

/// The words of some places, in both spellings.
fn of(places: &[Place]) -> String {
    choice(WORDS.iter().filter(|word| places.contains(&word.place)).flat_map(|word| [word.english, word.chinese]))
}

/// Both spellings of some words at a place.
fn both(place: Place, english: &[&str]) -> String {
    let there = WORDS.iter().filter(|word| word.place == place && english.contains(&word.english));
    choice(there.flat_map(|word| [word.english, word.chinese]))
}

fn keywords(places: &[Place]) -> Value {
    json!({ "name": "keyword.other.kpi", "match": format!("{BEFORE}{}{AFTER}{NO_KEY}", of(places)) })
}

fn include(name: &str) -> Value {
    json!({ "include": format!("#{name}") })
}

/// A kind of declaration: its words and what may stand in it, in front of what may stand everywhere.
fn declaration(english: &[&str], kind: &str, head: &str, captures: &Value, inside: &[Value]) -> Value {
    let mut begin_captures = json!({
        "1": { "name": format!("storage.type.{kind}.kpi") },
        "2": { "name": format!("entity.name.type.{kind}.kpi") },
    });
    if let (Some(all), Some(more)) = (begin_captures.as_object_mut(), captures.as_object()) {
        all.extend(more.clone());
    }
    json!({
        "name": format!("meta.{kind}.kpi"),
        "begin": format!("^({}){AFTER}{head}", both(Place::Declaration, english)),
        "beginCaptures": begin_captures,
        "while": format!("^(?=$|{SPACE}|[}}｝/])"),
        "patterns": inside,
    })
}

/// Patterns of a body: what is special to it, its keywords, expressions.
fn body(first: &[&str], places: &[Place]) -> Vec<Value> {
    let mut all: Vec<Value> = ["comments", "texts"].iter().map(|name| include(name)).collect();
    all.extend(first.iter().map(|name| include(name)));
    all.push(include("functions"));
    if !places.is_empty() {
        all.push(keywords(places));
    }
    all.push(include("expression"));
    all
}

/// The grammar.
pub(super) fn grammar() -> String {
    use Place::*;
    let named = format!("(?:{SPACE}+({NAME}))?");
    let typed = format!(r"(?:{SPACE}*([(（][^()（）]*[)）]))?");
    let more = json!({ "3": { "patterns": [include("columns"), include("expression")] } });
    let none = json!({});
    let calculation = [Clause, Scoring, Period];
    let declarations = [
        declaration(&["policy"], "policy", "", &none, &body(&[], &[Policy, Clause, Period, Rounding, Day, Month])),
        declaration(&["dimension"], "dimension", &named, &none, &body(&["ordered", "members"], &[])),
        declaration(&["scale"], "scale", &named, &none, &body(&[], &[])),
        declaration(&["goal"], "goal", &named, &none, &body(&["supports"], &[])),
        declaration(&["use"], "use", "", &none, &body(&["modules"], &[])),
        declaration(
            &["roster", "source", "shape"],
            "table",
            &named,
            &none,
            &body(&["validity", "columns"], &[Clause, Table]),
        ),
        declaration(&["view"], "view", &named, &none, &body(&[], &[Clause, Table])),
        declaration(&["param"], "param", &named, &none, &body(&["result"], &calculation)),
        declaration(&["function"], "function", &named, &none, &body(&["parameters", "result"], &calculation)),
        declaration(&["curve"], "curve", &named, &none, &body(&[], &calculation)),
        declaration(
            &["indicator"],
            "indicator",
            &(named.clone() + &typed),
            &more,
            &body(&["examples", "target", "topics", "named"], &[Clause, Indicator, Scoring, Combine, Period]),
        ),
        declaration(
            &["scorecard"],
            "scorecard",
            &named,
            &none,
            &body(&["audience", "named"], &[Clause, Card, Pay, Combine, Indicator, Scoring, Period, Policy]),
        ),
        declaration(
            &["incentive"],
            "incentive",
            &named,
            &none,
            &body(&["audience", "named"], &[Clause, Pay, Scoring, Period, Indicator]),
        ),
        declaration(
            &["rule"],
            "rule",
            &named,
            &none,
            &body(&["audience"], &[Clause, Rule, Card, Scoring, Period, Indicator]),
        ),
        declaration(
            &["require"],
            "require",
            "",
            &none,
            &body(&["audience", "topics", "named"], &[Clause, Requirement, Card, Indicator]),
        ),
        declaration(&["prove"], "prove", "", &none, &body(&[], &[Proof])),
        declaration(&["test"], "test", "", &none, &body(&["grid"], &[Clause, Test, Policy, Proof])),
    ];
    let mut patterns = vec![include("comments")];
    patterns.extend(declarations);
    patterns.push(include("expression"));
    let grammar = json!({
        "information_for_contributors": [
            "Made from the words of crates/kpi-syntax/src/words by `cargo xtask editors`: edit xtask/src/editors/textmate.rs instead."
        ],
        "name": "KPI policy",
        "scopeName": "source.kpi",
        "fileTypes": ["kpi"],
        "patterns": patterns,
        "repository": repository(),
    });
    let mut text = serde_json::to_string_pretty(&grammar).unwrap_or_default();
    text.push('\n');
    text
}

/// What may stand in several kinds of declaration.
fn repository() -> Value {
    use Place::*;
    let number = concat!(
        r"(?<![\p{L}\p{M}\p{N}_])[¥￥]?[0-9０-９]+(?:[.．][0-9０-９]+)?([k万亿ｋ])?",
        r"([%％]|pp|min|分钟|小时|秒|天|元|s|h|d)?(?![\p{L}\p{M}\p{N}_])(?:(?: +)([A-Z]{3})(?![\p{L}\p{M}\p{N}_]))?"
    );
    let date = r"(?<![\p{L}\p{M}\p{N}_])[0-9]{4}-(?:Q[0-9]|W[0-9]{2}|[0-9]{2}(?:-[0-9]{2}(?: +[0-9]{2}:[0-9]{2}(?::[0-9]{2})?)?)?)(?![\p{L}\p{M}\p{N}_])";
    let declared = of(&[Declaration]);
    let a_type = of(&[Type]);
    // The name behind these is the author's, whatever it is.
    let mut naming = words_of(&[Indicator, Clause], &["part", "tag", "group"]);
    naming.extend(words_of(&[Card, Pay], &["veto", "pay", "bonus"]));
    let end = "[\"“”＂]|$";
    json!({
        "comments": { "patterns": [
            { "name": "comment.line.documentation.kpi", "match": "(///|／／／).*$" },
            { "name": "comment.line.double-slash.kpi", "match": "(//|／／).*$" },
        ] },
        "texts": { "patterns": [
            { "name": "string.quoted.double.kpi", "begin": "[\"“”＂]", "end": end,
              "patterns": [{ "name": "constant.character.escape.kpi", "match": r"\\." }] },
        ] },
        "ordered": { "name": "keyword.other.kpi", "match": format!("{BEFORE}{}{AFTER}(?={SPACE}*[\"“{{｛])", both(Table, &["ordered"])) },
        "supports": { "name": "keyword.other.kpi", "match": format!("{BEFORE}{}{AFTER}", both(Indicator, &["supports"])) },
        "members": { "name": "variable.other.enummember.kpi", "match": NAME },
        "modules": { "match": format!(r"{NAME}(?:[.．]{NAME})*"), "name": "entity.name.namespace.kpi" },
        "columns": {
            "match": format!(r"({NAME}){SPACE}*([:：]){SPACE}*(?:(->|－＞){SPACE}*({NAME})|({a_type}){AFTER}|({NAME}))?([?？])?"),
            "captures": {
                "1": { "name": "variable.other.property.kpi" },
                "2": { "name": "punctuation.separator.key-value.kpi" },
                "3": { "name": "keyword.operator.reference.kpi" },
                "4": { "name": "entity.name.type.table.kpi" },
                "5": { "name": "support.type.kpi" },
                "6": { "name": "entity.name.type.dimension.kpi" },
                "7": { "name": "keyword.operator.optional.kpi" },
            },
        },
        "result": {
            "match": format!(r"([:：]){SPACE}*(?:(->){SPACE}*({NAME})|({a_type}){AFTER})([?？])?(?={SPACE}*(?:[=＝]|{}))", both(Clause, &["by"])),
            "captures": {
                "1": { "name": "punctuation.separator.key-value.kpi" },
                "2": { "name": "keyword.operator.reference.kpi" },
                "3": { "name": "entity.name.type.table.kpi" },
                "4": { "name": "support.type.kpi" },
                "5": { "name": "keyword.operator.optional.kpi" },
            },
        },
        "parameters": {
            "match": format!("({NAME}){SPACE}*([:：]){SPACE}*({a_type}){AFTER}([?？])?(?={SPACE}*[,，)）])"),
            "captures": {
                "1": { "name": "variable.parameter.kpi" },
                "2": { "name": "punctuation.separator.key-value.kpi" },
                "3": { "name": "support.type.kpi" },
                "4": { "name": "keyword.operator.optional.kpi" },
            },
        },
        "validity": {
            "match": format!(
                "{BEFORE}({}){SPACE}+({}){SPACE}+({NAME}){SPACE}+({}){SPACE}+({NAME})",
                both(Table, &["valid"]),
                choice(words_of(&[Clause, Table], &["from"])),
                both(Clause, &["to"])
            ),
            "captures": {
                "1": { "name": "keyword.other.kpi" }, "2": { "name": "keyword.other.kpi" },
                "3": { "name": "variable.other.property.kpi" },
                "4": { "name": "keyword.other.kpi" },
                "5": { "name": "variable.other.property.kpi" },
            },
        },
        "target": {
            "match": format!("^{SPACE}+({})(?={SPACE}*[=＝])", both(Indicator, &["target"])),
            "captures": { "1": { "name": "keyword.other.kpi" } },
        },
        "topics": {
            "match": format!("{BEFORE}({}){SPACE}+(?:({}){AFTER}|({NAME}))", both(Indicator, &["note"]), of(&[Note])),
            "captures": {
                "1": { "name": "keyword.other.kpi" },
                "2": { "name": "keyword.other.kpi" },
                "3": { "name": "entity.name.section.kpi" },
            },
        },
        "named": {
            "match": format!("{BEFORE}({}){SPACE}+(?!{}{AFTER})({NAME})", choice(naming), both(Clause, &["by"])),
            "captures": { "1": { "name": "keyword.other.kpi" }, "2": { "name": "entity.name.section.kpi" } },
        },
        "audience": { "patterns": [
            { "match": format!("{BEFORE}({}){SPACE}+({declared}){AFTER}", both(Clause, &["each"])),
              "captures": { "1": { "name": "keyword.other.kpi" }, "2": { "name": "storage.type.kpi" } } },
            { "match": format!("{BEFORE}({}){SPACE}+({}){AFTER}", both(Requirement, &["a"]), both(Declaration, &["goal"])),
              "captures": { "1": { "name": "keyword.other.kpi" }, "2": { "name": "storage.type.kpi" } } },
            { "name": "keyword.other.kpi", "match": format!("{BEFORE}{}{AFTER}{NO_KEY}", both(Card, &["of"])) },
        ] },
        "examples": {
            "begin": format!("{BEFORE}({}){SPACE}*(\"[^\"]*\")?{SPACE}*([{{｛])", both(Indicator, &["example"])),
            "beginCaptures": { "1": { "name": "keyword.other.kpi" }, "2": { "name": "string.quoted.double.kpi" } },
            "end": "[}｝]",
            "patterns": body(&["grid"], &[Clause, Test, Period, Proof]),
        },
        // The first line of a grid has the name of its table and those of the columns; the others have cells.
        "grid": { "patterns": [
            { "name": "meta.grid.kpi",
              "begin": format!("^{SPACE}*(?:({})|({NAME})){SPACE}*(?=[|｜])", both(Clause, &["each"])),
              "beginCaptures": { "1": { "name": "keyword.other.kpi" }, "2": { "name": "entity.name.type.table.kpi" } },
              "end": "$",
              "patterns": [
                  include("comments"),
                  { "name": "punctuation.separator.cell.kpi", "match": "[|｜]" },
                  { "name": "variable.other.property.kpi", "match": NAME },
              ] },
            { "name": "meta.grid.kpi",
              "begin": format!("^{SPACE}*(?=[|｜])"),
              "end": "$",
              "patterns": [
                  include("comments"),
                  { "name": "punctuation.separator.cell.kpi", "match": "[|｜]" },
                  { "name": "string.quoted.double.kpi", "match": r#""(?:\\.|[^"\\|｜])*""# },
                  include("placeholders"), include("dates"), include("numbers"),
                  { "name": "constant.language.kpi",
                    "match": format!("{BEFORE}{}(?={SPACE}*(?:[|｜]|$))", both(Reserved, &["true", "false"])) },
                  { "name": "string.unquoted.cell.kpi", "match": r"[^\s\x{3000}|｜/$]+" },
              ] },
        ] },
        "placeholders": { "name": "variable.parameter.kpi", "match": format!(r"\${NAME}") },
        "dates": { "name": "constant.other.date.kpi", "match": date },
        "numbers": {
            "name": "constant.numeric.kpi",
            "match": number,
            "captures": {
                "1": { "name": "keyword.other.unit.kpi" },
                "2": { "name": "keyword.other.unit.kpi" },
                "3": { "name": "keyword.other.unit.kpi" },
            },
        },
        "functions": {
            "name": "support.function.kpi",
            "match": format!("{BEFORE}{}(?={SPACE}*[(（])", functions()),
        },
        "expression": { "patterns": [
            include("comments"), include("texts"), include("placeholders"), include("dates"), include("numbers"),
            include("functions"),
            { "name": "keyword.control.kpi", "match": format!("{BEFORE}{}{AFTER}", both(Reserved, &["if", "then", "else"])) },
            { "name": "keyword.control.kpi", "match": format!("{BEFORE}{}{AFTER}", of(&[Row])) },
            { "name": "keyword.operator.word.kpi",
              "match": format!("{BEFORE}{}{AFTER}{NO_KEY}", choice(words_of(&[Reserved, Operator], &["and", "or", "not", "in", "is"]))) },
            { "name": "constant.language.kpi", "match": format!("{BEFORE}{}{AFTER}", both(Reserved, &["true", "false", "none"])) },
            { "name": "variable.language.kpi", "match": format!("{BEFORE}{}{AFTER}", both(Reserved, &["self"])) },
            { "name": "keyword.other.kpi", "match": format!("{BEFORE}{}{AFTER}{NO_KEY}", of(&[Clause])) },
            { "name": "variable.language.kpi", "match": format!("{BEFORE}{}{AFTER}(?!{SPACE}*[:：])", of(&[Attribute])) },
            { "match": format!("([.．])({NAME})"),
              "captures": { "1": { "name": "punctuation.accessor.kpi" }, "2": { "name": "variable.other.property.kpi" } } },
            { "name": "entity.name.function.kpi", "match": format!("{BEFORE}{NAME}(?=[(（])") },
            { "name": "keyword.operator.comparison.kpi", "match": "==|!=|≠|>=|≥|<=|≤|[＞＜><]" },
            { "name": "keyword.operator.range.kpi", "match": r"\.\.<|\.\.|～" },
            { "name": "keyword.operator.arithmetic.kpi", "match": r"\+-|±|->|[-+×÷*/＋－＊]" },
            { "name": "keyword.operator.assignment.kpi", "match": "[=＝]" },
            { "name": "punctuation.separator.cell.kpi", "match": "[|｜]" },
            { "name": "variable.other.kpi", "match": NAME },
        ] },
    })
}

/// The spellings of some words at some places.
fn words_of(places: &[Place], english: &[&str]) -> Vec<&'static str> {
    let there = WORDS.iter().filter(|word| places.contains(&word.place) && english.contains(&word.english));
    there.flat_map(|word| [word.english, word.chinese]).collect()
}

/// What may stand before a parenthesis: functions, and the kinds of curve.
fn functions() -> String {
    let mut all = words_of(&[Place::Scoring], &["step", "linear", "marginal"]);
    let functions = WORDS.iter().filter(|word| word.place == Place::Function);
    all.extend(functions.flat_map(|word| [word.english, word.chinese]));
    choice(all)
}
