//! What to say where a slice could not be read.

use kpi_base::codes::syntax as codes;
use kpi_base::{Diagnostic, Span, text};

use crate::grammar::Stop;
use crate::suggest::nearest_word;
use crate::text::{Source, continues_name, starts_name};
use crate::words::{Place, chinese, english, glued};

/// A stretch of the read text, and the kind of block it stands in.
pub(crate) struct Fault<'a> {
    /// The text.
    pub source: &'a Source,
    /// Where the slice begins.
    pub start: usize,
    /// The slice.
    pub slice: &'a str,
    /// "an indicator", for messages.
    pub what: &'a str,
    /// The words with which its members begin; none where a member may begin with any name.
    pub members: &'static [&'static str],
    /// Whether a member may also begin with a name.
    pub names: bool,
}

/// Describes why the slice could not be read.
pub(crate) fn describe_fault(place: &Fault<'_>, stop: &Stop) -> Diagnostic {
    let at = stop.at + place.slice.get(stop.at..).map_or(0, |rest| rest.len() - rest.trim_start().len());
    let rest = place.slice.get(at..).unwrap_or_default();
    let span = |start: usize, end: usize| place.source.span(place.start + start, place.start + end);
    if let Some(diagnostic) = unknown_member(place, at) {
        return diagnostic;
    }
    let found = found(rest);
    let here = span(at, at + found.len());
    let shown = place.source.written(place.start + at, place.start + at + found.len());
    let first = rest.chars().next();
    if let Some(c @ ('、' | '。' | '，' | '；')) = first {
        let help = if c == '。' { "end a member with a line break" } else { "write `,` between the parts of a list" };
        return Diagnostic::new(codes::CHINESE_PUNCTUATION, format!("`{c}` is not punctuation of the language"))
            .label(here, "here")
            .help(help);
    }
    let number = number_start(place.slice, at);
    if let Some(diagnostic) = place.slice.get(number..).and_then(|rest| bad_number(rest, &here, place, number)) {
        return diagnostic;
    }
    let expected = if place.source.speaks_chinese {
        in_words(&stop.expected.iter().map(|what| spelt_in_chinese(what)).collect::<Vec<_>>())
    } else {
        in_words(&stop.expected)
    };
    let behind = place.source.text.get(place.start + at..).unwrap_or_default();
    let message = if found.is_empty() && behind.starts_with('{') {
        format!("expected {expected}, found `{{`")
    } else if found.is_empty() {
        format!("expected {expected}, but the line ends")
    } else if is_reserved(found) && stop.expected.iter().any(|e| e == "a name") {
        return Diagnostic::new(codes::RESERVED_WORD, format!("`{shown}` is a word of the language, not a name"))
            .label(here, format!("expected {expected}"))
            .help(format!("choose another name, or write it in backticks: `` `{shown}` ``"));
    } else {
        format!("expected {expected}, found `{}`", shorten(&shown))
    };
    let mut diagnostic = Diagnostic::new(codes::UNEXPECTED, message).label(here, format!("expected {expected}"));
    if rest.starts_with('=') && !rest.starts_with("==") && stop.expected.iter().any(|e| e == "an operator") {
        diagnostic =
            diagnostic.help("a comparison for equality is written `==`").fix("write `==`", span(at, at + 1), "==");
    } else if rest.starts_with("||") || rest.starts_with("&&") {
        diagnostic = diagnostic.help("write `and` and `or`");
    } else if found == "&" || found == "|" && stop.expected.iter().any(|e| e == "an operator") {
        diagnostic = diagnostic.help("write `and` and `or`; `|` stands in grids only");
    } else if let Some((word, behind)) = glued(found) {
        diagnostic = insert_space(diagnostic, here, word, behind);
    } else {
        diagnostic = diagnostic.help(remedy(&stop.expected, found));
    }
    diagnostic
}

/// The help for two Chinese words without a space between them.
pub(crate) fn insert_space(diagnostic: Diagnostic, span: Span, word: &str, behind: &str) -> Diagnostic {
    let apart = format!("{word} {behind}");
    diagnostic.help(text!("words are separated by spaces: `{apart}`", apart)).safe_fix(
        text!("insert a space"),
        span,
        apart,
    )
}

/// A member that begins with a word that no member of its block begins with.
fn unknown_member(place: &Fault<'_>, at: usize) -> Option<Diagnostic> {
    if place.members.is_empty() {
        return None;
    }
    let indent = place.slice.len() - place.slice.trim_start().len();
    let rest = place.slice.get(indent..)?;
    let word = rest.split(|c| !continues_name(c)).next()?;
    if word.is_empty() || place.members.contains(&word) || at > indent + word.len() + 1 {
        return None;
    }
    let written = place.source.written(place.start + indent, place.start + indent + word.len());
    let near = nearest_word(&written, place.members);
    let glued = glued(word).filter(|(first, _)| english(first).is_some_and(|first| place.members.contains(&first)));
    if place.names && near.is_none() && glued.is_none() {
        return None;
    }
    let span = place.source.span(place.start + indent, place.start + indent + word.len());
    let in_file = |word: &'static str| if place.source.speaks_chinese { in_chinese(word) } else { word };
    let list = place.members.iter().map(|m| format!("`{}`", in_file(m))).collect::<Vec<_>>().join(", ");
    let diagnostic = Diagnostic::new(codes::UNKNOWN_MEMBER, format!("`{written}` is no member of {}", place.what));
    if let Some((first, behind)) = glued {
        return Some(insert_space(diagnostic.label(span, "two words"), span, first, behind));
    }
    Some(match near {
        Some(near) => diagnostic
            .label(span, format!("did you mean `{near}`?"))
            .help(format!("the members of {} are {list}", place.what))
            .fix(format!("write `{near}`"), span, near),
        None => diagnostic.label(span, "not known here").help(format!("the members of {} are {list}", place.what)),
    })
}

/// Where the number begins inside of which this place is; the place itself if it is in none.
fn number_start(slice: &str, at: usize) -> usize {
    let before = slice.get(..at).unwrap_or_default();
    let start = before
        .rfind(|c: char| !(c.is_ascii_digit() || c == '.' || continues_name(c)))
        .map_or(0, |i| i + before.get(i..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8));
    let number = slice.get(start..at).is_some_and(|t| t.starts_with(|c: char| c.is_ascii_digit()));
    if number { start } else { at }
}

/// A number with letters that are no unit, or glued to another one.
fn bad_number(rest: &str, here: &Span, place: &Fault<'_>, at: usize) -> Option<Diagnostic> {
    if !rest.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let digits = rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(rest.len());
    let (number, tail) = (rest.get(..digits)?, rest.get(digits..)?);
    let before = place.slice.get(..at).unwrap_or_default().strip_suffix(',');
    let thousands = before.map(|b| b.len() - b.trim_end_matches(|c: char| c.is_ascii_digit() || c == ',').len());
    if let Some(glued @ 1..) = thousands
        && number.split('.').next().is_some_and(|whole| whole.len() == 3)
    {
        let start = at - 1 - glued;
        let whole = place.slice.get(start..at + digits).unwrap_or_default();
        return Some(
            Diagnostic::new(codes::MALFORMED_NUMBER, format!("`{whole}` is read as two numbers"))
                .label(place.source.span(place.start + start, place.start + at + digits), "a `,` ends a member")
                .help(format!("write `{}`: thousands are not separated", whole.replace(',', ""))),
        );
    }
    let letters = tail.find(|c: char| !(continues_name(c) || c == '%')).unwrap_or(tail.len());
    let word = tail.get(..letters)?;
    let span = place.source.span(place.start + at, place.start + at + digits + letters);
    let unit = |message: String, help: String| {
        Some(Diagnostic::new(codes::UNIT, message).label(span, "a number and its unit").help(help))
    };
    if word.is_empty() {
        if tail.starts_with('-') && tail.get(1..).is_some_and(|t| t.starts_with(|c: char| c.is_ascii_digit())) {
            return Some(
                Diagnostic::new(codes::MALFORMED_NUMBER, "a number glued to another with `-`")
                    .label(*here, "neither a date nor a difference")
                    .help("put spaces around the `-` of a difference; dates are written `2026-10-03`, months `2026-10`, quarters `2026-Q3`"),
            );
        }
        return number.ends_with('.').then(|| {
            Diagnostic::new(codes::MALFORMED_NUMBER, "a number that ends with a point")
                .label(*here, "digits are missing behind the point")
                .help(format!("write `{}`", number.trim_end_matches('.')))
        });
    }
    match word {
        "w" | "W" => unit(
            format!("`{number}{word}` can be read in two ways"),
            format!("write `{number}万` for ten thousands, or count weeks in days: `{number} × 7d`"),
        ),
        "m" | "M" => unit(
            format!("`{number}{word}` can be read in two ways"),
            format!("write `{number}min` for minutes, or `{number} × 100万` for millions"),
        ),
        _ if english(word).is_some() || word.starts_with(['个', '次', '人']) => {
            let finding = Diagnostic::new(codes::UNIT, format!("`{word}` is no unit of a number"));
            Some(insert_space(finding.label(span, "a number and its unit"), span, number, word))
        }
        _ => unit(
            format!("`{word}` is no unit of a number"),
            "the units are `%`, `pp`, `s`, `min`, `h`, `d`, `元` and a currency code after a space; the scales are `k`, `万`, `亿`".to_owned(),
        ),
    }
}

fn remedy(expected: &[String], found: &str) -> String {
    let has = |what: &str| expected.iter().any(|e| e == what);
    if has("an operator") && has("the end of the line") {
        "write one member a line, or separate members with `,`; a name with spaces or signs stands in backticks"
            .to_owned()
    } else if has("a target") && found.starts_with(|c: char| c.is_ascii_digit()) {
        format!("a target begins with what is asked for: `≥ {found}` if more is better, `≤ {found}` if less is")
    } else if has("a value") && found.is_empty() {
        "write a value here: a number, a name, or a call such as `sum(live.gmv)`".to_owned()
    } else if has("a name") {
        "a name begins with a letter and goes on with letters, digits and `_`; anything else stands in backticks"
            .to_owned()
    } else if has("a text in quotes") && expected.len() == 1 {
        "put the text in `\"`".to_owned()
    } else if has("`:`") {
        "a `:` stands between a name and its type, and between a row's condition and its value".to_owned()
    } else {
        match expected {
            [one] => format!("write {one} here"),
            _ => "see the page of this code for the layout of blocks and members".to_owned(),
        }
    }
}

/// The word or sign at the beginning.
fn found(rest: &str) -> &str {
    let Some(first) = rest.chars().next().filter(|c| *c != '\n') else { return "" };
    let length = if first == '"' {
        rest.get(1..).and_then(|r| r.find('"')).map_or(rest.len(), |close| close + 2)
    } else if starts_name(first) || first.is_ascii_digit() {
        rest.find(|c| !continues_name(c)).unwrap_or(rest.len())
    } else {
        first.len_utf8()
    };
    rest.get(..length).unwrap_or_default()
}

fn shorten(text: &str) -> String {
    if text.chars().count() <= 40 { text.to_owned() } else { text.chars().take(39).chain(['…']).collect() }
}

fn is_reserved(word: &str) -> bool {
    ["if", "then", "else", "and", "or", "not", "in", "is", "true", "false", "none", "self"].contains(&word)
}

/// "a, b or c"
pub(crate) fn in_words(list: &[String]) -> String {
    match list {
        [] => "something else".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// The usual Chinese spelling of a word of the language.
pub(crate) fn in_chinese(word: &'static str) -> &'static str {
    chinese(word, Place::Clause).unwrap_or(word)
}

/// What was expected, with its words of the language in Chinese: they are those in backticks.
fn spelt_in_chinese(what: &str) -> String {
    let respell =
        |quoted: &str| quoted.split(' ').map(|w| chinese(w, Place::Clause).unwrap_or(w)).collect::<Vec<_>>().join(" ");
    let parts = what.split('`').enumerate();
    parts.map(|(i, part)| if i % 2 == 1 { respell(part) } else { part.to_owned() }).collect::<Vec<_>>().join("`")
}
