//! Statements that say something else in one place: another operator, a threshold a little higher or lower, a weight moved to the next line, a condition
//! dropped.

use std::ops::Range;

use super::annotations::{Statement, line_of};
use super::tokens::{Kind, Token, tokens};

/// A changed text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mutant {
    /// Where the change stands: its line in the file, from 1.
    pub line: usize,
    /// What was replaced by what: `≥ → >`.
    pub change: String,
    /// Why it means the same, as the policy says: `// equivalent: ≥ → >, a count is never negative`.
    pub equivalent: Option<String>,
    /// The whole text of the file, changed.
    pub text: String,
}

/// A place and what stands there instead.
type Edit = (Range<usize>, String);

/// Words and signs, and what stands there instead. Each pair is meant in the direction written.
const SWAPS: &[(&str, &str)] = &[
    ("≥", ">"),
    (">=", ">"),
    (">", "≥"),
    ("≤", "<"),
    ("<=", "<"),
    ("<", "≤"),
    ("==", "≠"),
    ("≠", "=="),
    ("!=", "=="),
    ("+", "-"),
    ("-", "+"),
    ("×", "÷"),
    ("*", "÷"),
    ("÷", "×"),
    ("/", "×"),
    ("and", "or"),
    ("or", "and"),
    ("sum", "average"),
    ("average", "sum"),
    ("median", "average"),
    ("count_distinct", "count"),
    ("min", "max"),
    ("max", "min"),
    ("any", "all"),
    ("first", "last"),
    ("worst", "average"),
    ("all_or_nothing", "proportional"),
    ("proportional", "all_or_nothing"),
    ("full", "zero"),
    ("zero", "full"),
    ("reweight", "zero"),
    ("year_ago", "previous"),
    ("true", "false"),
    ("false", "true"),
];

/// Every mutant of a statement, in the order of the text.
pub fn mutants(statement: &Statement) -> Vec<Mutant> {
    let text = statement.text.as_str();
    let tokens = tokens(text);
    let inside = |token: &Token| statement.range.start <= token.range.start && token.range.end <= statement.range.end;
    let weights = weights(text, &tokens);
    // A requirement need not lie at its limits: it is moved further, and asks for other notes.
    let is_required = statement.is_requirement();
    let steps: &[i128] = if is_required { &[-6, -2, -1, 1, 2, 6] } else { &[-1, 1] };
    let mut found: Vec<Mutant> = left_in(statement).map(|edits| mutant(text, &tokens, &edits)).into_iter().collect();
    // What is only shown beside a line: `track`, which tests of the outputs hold.
    let shown = |at: usize| {
        let line = tokens.get(..at).unwrap_or_default().iter().rposition(|token| token.kind == Kind::Break);
        let first = tokens.get(line.map_or(0, |line| line + 1)).and_then(|token| text.get(token.range.clone()));
        matches!(first, Some("track" | "跟踪"))
    };
    for (at, token) in tokens.iter().enumerate().filter(|(at, token)| inside(token) && !shown(*at)) {
        let word = text.get(token.range.clone()).unwrap_or_default();
        let edits: Vec<Vec<Edit>> = match token.kind {
            Kind::Number => match weights.iter().position(|weight| weight.number == at) {
                Some(weight) => moved(text, &tokens, &weights, weight),
                None => beside(word, steps).into_iter().map(|other| vec![(token.range.clone(), other)]).collect(),
            },
            Kind::Word if word == "where" => {
                dropped(text, &tokens, at).into_iter().map(|range| vec![(range, String::new())]).collect()
            }
            Kind::Word if is_required && asks_for(text, &tokens, at) => {
                vec![vec![(token.range.clone(), format!("{word}_"))]]
            }
            Kind::Word if word == "not" => vec![vec![(token.range.clone(), String::new())]],
            Kind::Sign | Kind::Word => {
                let swaps = SWAPS.iter().filter(|(from, _)| *from == word);
                swaps.map(|(_, to)| vec![(token.range.clone(), (*to).to_owned())]).collect()
            }
            Kind::Unit | Kind::Break | Kind::Fixed | Kind::Comment => Vec::new(),
        };
        found.extend(edits.into_iter().map(|edits| mutant(text, &tokens, &edits)));
    }
    found
}

fn mutant(text: &str, tokens: &[Token], edits: &[Edit]) -> Mutant {
    let mut sorted: Vec<&Edit> = edits.iter().collect();
    sorted.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
    let mut changed = text.to_owned();
    for (range, other) in sorted {
        changed.replace_range(range.clone(), other);
    }
    let shown: Vec<String> = edits.iter().map(|(range, other)| shown(text, range, other)).collect();
    let change = shown.join(", ");
    let line = line_of(text, edits.first().map_or(0, |(range, _)| range.start));
    Mutant { line, equivalent: equivalent(text, tokens, line, &change), change, text: changed }
}

fn shown(text: &str, range: &Range<usize>, other: &str) -> String {
    let old = text.get(range.clone()).unwrap_or_default().trim();
    // A unit says what kind of number it is.
    let unit: String =
        text.get(range.end..).unwrap_or_default().chars().take_while(|c| *c == '%' || c.is_alphabetic()).collect();
    let is_number = old.starts_with(|c: char| c.is_ascii_digit());
    match (other, is_number) {
        ("", _) => format!("without `{old}`"),
        (_, true) => format!("{old}{unit} → {other}{unit}"),
        (_, false) => format!("{old} → {other}"),
    }
}

/// The reason that a comment on the line, or on lines of its own above it, gives for a change that changes nothing.
fn equivalent(text: &str, tokens: &[Token], line: usize, change: &str) -> Option<String> {
    let lines: Vec<&str> = text.lines().collect();
    let above = |line: usize| lines.get(line.checked_sub(2)?).filter(|text| text.trim_start().starts_with("//"));
    let mut first = line;
    while above(first).is_some() {
        first -= 1;
    }
    let comments = tokens.iter().filter(|token| token.kind == Kind::Comment);
    comments
        .filter(|token| (first..=line).contains(&line_of(text, token.range.start)))
        .filter_map(|token| text.get(token.range.clone())?.strip_prefix("// equivalent: ")?.split_once(", "))
        .find(|(named, _)| *named == change)
        .map(|(_, why)| why.to_owned())
}

/// Whether a word is the name of a note that a requirement asks for.
fn asks_for(text: &str, tokens: &[Token], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| tokens.get(before));
    before.and_then(|token| text.get(token.range.clone())).is_some_and(|word| matches!(word, "note" | "备注"))
}

/// The numbers so many units of the last written digit away; none below zero.
fn beside(number: &str, steps: &[i128]) -> Vec<String> {
    let digits = number.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    let Ok(units) = number.replace('.', "").parse::<i128>() else { return Vec::new() };
    let written = |units: i128| {
        let padded = format!("{units:0width$}", width = digits + 1);
        let (whole, fraction) = padded.split_at(padded.len() - digits);
        if digits == 0 { whole.to_owned() } else { format!("{whole}.{fraction}") }
    };
    steps.iter().map(|step| units + step).filter(|units| *units >= 0).map(written).collect()
}

/// A whole `exclude`, which leaves its rows in.
fn left_in(statement: &Statement) -> Option<Vec<Edit>> {
    let excludes = statement.name.split(' ').any(|word| matches!(word, "exclude" | "排除"));
    excludes.then(|| vec![(statement.range.clone(), String::new())])
}

/// A `where` inside parentheses, up to their end or to `needs`.
fn dropped(text: &str, tokens: &[Token], at: usize) -> Option<Range<usize>> {
    let word = |token: &Token| text.get(token.range.clone()).unwrap_or_default();
    let mut depth = 0_i32;
    for token in tokens.get(at..)? {
        match word(token) {
            "(" | "[" => depth += 1,
            "{" if depth == 0 => return None,
            "{" => depth += 1,
            "}" if depth == 0 => return None,
            ")" | "]" | "needs" if depth == 0 => return Some(tokens.get(at)?.range.start..token.range.start),
            ")" | "]" | "}" => depth -= 1,
            _ => {}
        }
    }
    None
}

/// A weight of a line or of a group: a percentage in a block, under a key where it stands in a table.
struct Weight {
    /// Its number among the tokens.
    number: usize,
    /// The block whose weights add up to 100% with it, and the row or column it stands in.
    sum: (usize, String),
}

/// Every weight of a text.
fn weights(text: &str, tokens: &[Token]) -> Vec<Weight> {
    let word = |at: usize| tokens.get(at).and_then(|token| text.get(token.range.clone())).unwrap_or_default();
    let is_weight = |at: usize| matches!(word(at), "weight" | "权重");
    let mut found = Vec::new();
    // Open blocks: where each begins, and whether it is a table of one line's weights, or a grid of many.
    let mut blocks: Vec<(usize, &str)> = Vec::new();
    let mut head = 0;
    for at in 0..tokens.len() {
        match word(at) {
            "{" => {
                let by = (head..at).rev().find(|before| matches!(word(*before), "by" | "按"));
                let kind = match by {
                    Some(by) if by > 0 && is_weight(by - 1) => "table",
                    Some(by) if by > 0 && matches!(word(by - 1), "weights" | "各项权重") => "grid",
                    _ => "block",
                };
                blocks.push((at, kind));
                head = at + 1;
            }
            "}" => {
                blocks.pop();
                head = at + 1;
            }
            "\n" if blocks.last().is_none_or(|(_, kind)| *kind != "table") => head = at + 1,
            "%" => {
                let Some((open, kind)) = blocks.last() else { continue };
                let sum = match *kind {
                    "table" => {
                        let colon = (*open..at).rev().find(|before| word(*before) == ":");
                        let row = |colon: usize| {
                            let start = (*open..colon).rev().find(|before| matches!(word(*before), "{" | "," | "\n"));
                            (start.unwrap_or(*open) + 1..colon).map(word).collect::<Vec<_>>().join(" ")
                        };
                        let around = blocks.len().checked_sub(2).and_then(|outer| blocks.get(outer));
                        around.zip(colon.map(row)).map(|((block, _), key)| (*block, key))
                    }
                    "grid" => {
                        let column = (head..at).filter(|before| word(*before) == "|").count();
                        Some((*open, column.to_string()))
                    }
                    _ => (at >= 2 && is_weight(at - 2)).then(|| (*open, String::new())),
                };
                if let Some(sum) = sum {
                    found.push(Weight { number: at - 1, sum });
                }
            }
            _ => {}
        }
    }
    found
}

/// One percentage point of a weight moved to the next weight of the same sum, or to the one before it; and from there.
fn moved(text: &str, tokens: &[Token], weights: &[Weight], at: usize) -> Vec<Vec<Edit>> {
    let Some(this) = weights.get(at) else { return Vec::new() };
    let partner = weights.iter().skip(at + 1).find(|other| other.sum == this.sum);
    let partner = partner.or_else(|| weights.iter().take(at).rev().find(|other| other.sum == this.sum));
    let Some(partner) = partner else { return Vec::new() };
    let edit = |weight: &Weight, by: i64| -> Option<Edit> {
        let range = tokens.get(weight.number)?.range.clone();
        let number = text.get(range.clone())?;
        let (whole, fraction) =
            number.split_once('.').map_or((number, None), |(whole, fraction)| (whole, Some(fraction)));
        let whole = whole.parse::<i64>().ok()?.checked_add(by).filter(|whole| *whole >= 0)?;
        Some((range, fraction.map_or(whole.to_string(), |fraction| format!("{whole}.{fraction}"))))
    };
    [-1, 1].into_iter().filter_map(|by| Some(vec![edit(this, by)?, edit(partner, -by)?])).collect()
}
