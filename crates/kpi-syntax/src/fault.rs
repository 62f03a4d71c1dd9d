//! What to say where a slice could not be read.

use kpi_base::codes::syntax as codes;
use kpi_base::{Diagnostic, Join, Span, Text, text};

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
    pub what: Text,
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
        let found = Diagnostic::new(codes::CHINESE_PUNCTUATION, text!("`{c}` is not punctuation of the language", c))
            .label(here, text!("here"));
        let sign = span(at, at + c.len_utf8());
        // Where nothing follows on its line, the line break ends the member.
        let last = rest.lines().next().is_none_or(|line| line.trim_start_matches(c).trim().is_empty());
        return match c {
            '。' => found.help(text!("end a member with a line break")).safe_fix(text!("take `{c}` out", c), sign, ""),
            _ if last => found.help(text!("write `,` between the parts of a list")).safe_fix(
                text!("take `{c}` out", c),
                sign,
                "",
            ),
            _ => found.help(text!("write `,` between the parts of a list")).safe_fix(
                text!("write `{near}`", near = ","),
                sign,
                ", ",
            ),
        };
    }
    let number = number_start(place.slice, at);
    if let Some(diagnostic) = place.slice.get(number..).and_then(|rest| bad_number(rest, &here, place, number)) {
        return diagnostic;
    }
    let mut expected = in_words(&stop.expected);
    if place.source.speaks_chinese {
        expected.change_same(&spelt_in_chinese);
    }
    let is_expected = |what: Text| stop.expected.contains(&what);
    let behind = place.source.text.get(place.start + at..).unwrap_or_default();
    let message = if found.is_empty() && behind.starts_with('{') {
        text!("expected {expected}, found `{`", expected)
    } else if found.is_empty() {
        text!("expected {expected}, but the line ends", expected)
    } else if is_reserved(found) && is_expected(text!("a name")) {
        return Diagnostic::new(
            codes::RESERVED_WORD,
            text!("`{found}` is a word of the language, not a name", found = shown),
        )
        .label(here, text!("expected {expected}", expected))
        .help(text!("choose another name, or write it in backticks: `` `{found}` ``", found = shown));
    } else {
        text!("expected {expected}, found `{found}`", expected, found = shorten(&shown))
    };
    let mut diagnostic =
        Diagnostic::new(codes::UNEXPECTED, message).label(here, text!("expected {expected}", expected));
    if rest.starts_with('=') && !rest.starts_with("==") && is_expected(text!("an operator")) {
        diagnostic = diagnostic.help(text!("a comparison for equality is written `==`")).safe_fix(
            text!("write `==`"),
            span(at, at + 1),
            "==",
        );
    } else if let Some(word) = [("||", "or"), ("&&", "and")].into_iter().find(|(sign, _)| rest.starts_with(sign)) {
        diagnostic = diagnostic.help(text!("write `and` and `or`")).safe_fix(
            text!("write `{near}`", near = word.1),
            span(at, at + word.0.len()),
            word.1,
        );
    } else if found == "&" || found == "|" && is_expected(text!("an operator")) {
        diagnostic = diagnostic.help(text!("write `and` and `or`; `|` stands in grids only"));
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
    let list = Text::list(place.members.iter().map(|m| Text::quoted(in_file(m))), Join::Comma);
    let what = &place.what;
    let diagnostic =
        Diagnostic::new(codes::UNKNOWN_MEMBER, text!("`{word}` is no member of {what}", word = written, what));
    if let Some((first, behind)) = glued {
        return Some(insert_space(diagnostic.label(span, text!("two words")), span, first, behind));
    }
    let diagnostic = diagnostic.help(text!("the members of {what} are {list}", what, list));
    Some(match near {
        Some(near) => {
            diagnostic.label(span, text!("did you mean `{near}`?", near)).fix(text!("write `{near}`", near), span, near)
        }
        None => diagnostic.label(span, text!("not known here")),
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
            Diagnostic::new(codes::MALFORMED_NUMBER, text!("`{whole}` is read as two numbers", whole))
                .label(place.source.span(place.start + start, place.start + at + digits), text!("a `,` ends a member"))
                .help(text!("write `{number}`: thousands are not separated", number = whole.replace(',', ""))),
        );
    }
    let letters = tail.find(|c: char| !(continues_name(c) || c == '%')).unwrap_or(tail.len());
    let word = tail.get(..letters)?;
    let span = place.source.span(place.start + at, place.start + at + digits + letters);
    let unit = |message: Text, help: Text| {
        Some(Diagnostic::new(codes::UNIT, message).label(span, text!("a number and its unit")).help(help))
    };
    if word.is_empty() {
        if tail.starts_with('-') && tail.get(1..).is_some_and(|t| t.starts_with(|c: char| c.is_ascii_digit())) {
            return Some(
                Diagnostic::new(codes::MALFORMED_NUMBER, text!("a number glued to another with `-`"))
                    .label(*here, text!("neither a date nor a difference"))
                    .help(text!(
                        "put spaces around the `-` of a difference; dates are written `2026-10-03`, months `2026-10`, quarters `2026-Q3`"
                    )),
            );
        }
        return number.ends_with('.').then(|| {
            Diagnostic::new(codes::MALFORMED_NUMBER, text!("a number that ends with a point"))
                .label(*here, text!("digits are missing behind the point"))
                .help(text!("write `{number}`", number = number.trim_end_matches('.')))
        });
    }
    match word {
        "w" | "W" => unit(
            text!("`{number}{word}` can be read in two ways", number, word),
            text!("write `{number}万` for ten thousands, or count weeks in days: `{number} × 7d`", number),
        ),
        "m" | "M" => unit(
            text!("`{number}{word}` can be read in two ways", number, word),
            text!("write `{number}min` for minutes, or `{number} × 100万` for millions", number),
        ),
        _ if english(word).is_some() || word.starts_with(['个', '次', '人']) => {
            let finding = Diagnostic::new(codes::UNIT, text!("`{word}` is no unit of a number", word));
            Some(insert_space(finding.label(span, text!("a number and its unit")), span, number, word))
        }
        _ => unit(
            text!("`{word}` is no unit of a number", word),
            text!(
                "the units are `%`, `pp`, `s`, `min`, `h`, `d`, `元` and a currency code after a space; the scales are `k`, `万`, `亿`"
            ),
        ),
    }
}

fn remedy(expected: &[Text], found: &str) -> Text {
    let has = |what: Text| expected.contains(&what);
    if has(text!("an operator")) && has(text!("the end of the line")) {
        text!("write one member a line, or separate members with `,`; a name with spaces or signs stands in backticks")
    } else if has(text!("a target")) && found.starts_with(|c: char| c.is_ascii_digit()) {
        text!("a target begins with what is asked for: `≥ {found}` if more is better, `≤ {found}` if less is", found)
    } else if has(text!("a value")) && found.is_empty() {
        text!("write a value here: a number, a name, or a call such as `sum(live.gmv)`")
    } else if has(text!("a name")) {
        text!("a name begins with a letter and goes on with letters, digits and `_`; anything else stands in backticks")
    } else if has(text!("a text in quotes")) && expected.len() == 1 {
        text!("put the text in `\"`")
    } else if has(Text::quoted(':')) {
        text!("a `:` stands between a name and its type, and between a row's condition and its value")
    } else {
        match expected {
            [one] => text!("write {one} here", one),
            _ => text!("see the page of this code for the layout of blocks and members"),
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
fn in_words(list: &[Text]) -> Text {
    if list.is_empty() { text!("something else") } else { Text::or_list(list) }
}

/// The usual Chinese spelling of a word of the language.
pub(crate) fn in_chinese(word: &'static str) -> &'static str {
    chinese(word, Place::Clause).unwrap_or(word)
}

/// The words of the language in backticks, in Chinese.
fn spelt_in_chinese(quoted: &str) -> String {
    let words = quoted.trim_matches('`').split(' ').map(|w| chinese(w, Place::Clause).unwrap_or(w));
    format!("`{}`", words.collect::<Vec<_>>().join(" "))
}
