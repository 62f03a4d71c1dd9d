//! A limit on the outcome: `pay_total > +2% or cards_gone > 0`.
//!
//! A comparison is a figure, a sign and a number. A number with `+` or `-` is about the change of the figure, one with `%` about the share by which it
//! has changed, a bare one about the figure itself. Comparisons are joined by `and` and `or` (且, 或), of which `and` binds first.

use std::ops::Range;

use kpi_base::{Join, Text, text};
use kpi_value::Dec;

use crate::Figures;

/// A limit as it was read: any of the lists holds if all of its comparisons do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition(Vec<Vec<Comparison>>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Comparison {
    figure: &'static str,
    sign: Sign,
    of: Of,
    number: Dec,
    written: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sign {
    Above,
    AtLeast,
    Below,
    AtMost,
    Equal,
    Other,
}

/// Which number of a figure is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Of {
    Value,
    Change,
    Share,
}

/// Why a condition cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misread {
    /// Where, in bytes of the text.
    pub at: Range<usize>,
    /// The cause.
    pub message: Text,
    /// The remedy.
    pub help: Text,
}

/// What came of a condition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// The comparisons because of which it holds, as they are written; empty if it does not.
    pub because: Vec<String>,
}

impl Condition {
    /// Reads a condition.
    ///
    /// # Errors
    /// [`Misread`] with the place of the first mistake.
    pub fn parse(text: &str) -> Result<Condition, Misread> {
        let words = words(text);
        let mut rest = words.as_slice();
        let known = Figures::known();
        let mut any = vec![Vec::new()];
        loop {
            let comparison = comparison(text, &known, &mut rest)?;
            if let Some(all) = any.last_mut() {
                all.push(comparison);
            }
            match rest.split_first() {
                None => return Ok(Condition(any)),
                Some((word, after)) => {
                    match word.text {
                        "and" | "且" => {}
                        "or" | "或" => any.push(Vec::new()),
                        other => {
                            let message = text!("`{other}` stands where `and` or `or` should", other);
                            return Err(word.misread(message, text!("join comparisons by `and` or `or`")));
                        }
                    }
                    rest = after;
                }
            }
        }
    }

    /// Whether it holds.
    pub fn judge(&self, figures: &Figures) -> Verdict {
        let holding = self.0.iter().filter(|all| all.iter().all(|comparison| comparison.holds(figures)));
        Verdict { because: holding.flatten().map(|comparison| comparison.written.clone()).collect() }
    }
}

impl Verdict {
    /// Whether the condition holds.
    pub fn holds(&self) -> bool {
        !self.because.is_empty()
    }
}

impl Comparison {
    fn holds(&self, figures: &Figures) -> bool {
        let Some(figure) = figures.get(self.figure) else { return false };
        let order = match self.of {
            Of::Value => Some(figure.value.cmp(&self.number)),
            Of::Change => figure.change().map(|change| change.cmp(&self.number)),
            // From nothing to something is more than any share.
            Of::Share => match (figure.share, figure.change()) {
                (Some(share), _) => Some(share.cmp(&self.number)),
                (None, change) => match change.unwrap_or(figure.value) {
                    none if none.is_zero() => Some(Dec::ZERO.cmp(&self.number)),
                    less if less.is_negative() => Some(std::cmp::Ordering::Less),
                    _ => Some(std::cmp::Ordering::Greater),
                },
            },
        };
        order.is_some_and(|order| match self.sign {
            Sign::Above => order.is_gt(),
            Sign::AtLeast => order.is_ge(),
            Sign::Below => order.is_lt(),
            Sign::AtMost => order.is_le(),
            Sign::Equal => order.is_eq(),
            Sign::Other => order.is_ne(),
        })
    }
}

#[derive(Clone, Copy, Debug)]
struct Word<'a> {
    text: &'a str,
    at: usize,
}

impl Word<'_> {
    fn misread(&self, message: Text, help: Text) -> Misread {
        Misread { at: self.at..self.at + self.text.len(), message, help }
    }
}

/// Runs of letters, of signs, of digits with what belongs to a number; blanks part them.
fn words(text: &str) -> Vec<Word<'_>> {
    let kind = |c: char| match c {
        '>' | '<' | '=' | '≥' | '≤' | '≠' | '!' | '＞' | '＜' => 1,
        '0'..='9' | '.' | ',' | '%' | '+' | '-' | '−' | '％' => 2,
        c if c.is_whitespace() => 0,
        _ => 3,
    };
    let mut words: Vec<Word<'_>> = Vec::new();
    let mut open: Option<(usize, i32)> = None;
    let end = std::iter::once((text.len(), ' '));
    for (at, c) in text.char_indices().chain(end) {
        // A name may hold digits.
        let now = match (open, kind(c)) {
            (Some((_, 3)), 2) if c.is_ascii_digit() => 3,
            (_, kind) => kind,
        };
        if open.is_none_or(|(_, kind)| kind != now) {
            if let Some((from, kind)) = open.filter(|(_, kind)| *kind != 0) {
                let _ = kind;
                words.extend(text.get(from..at).map(|text| Word { text, at: from }));
            }
            open = Some((at, now));
        }
    }
    words
}

fn comparison<'w>(text: &str, known: &Figures, rest: &mut &[Word<'w>]) -> Result<Comparison, Misread> {
    let end = Word { text: "", at: text.trim_end().len() };
    let list = || Text::list(known.iter().map(|figure| Text::quoted(figure.name)), Join::Comma);
    let mut next = || {
        let (first, after) = rest.split_first()?;
        *rest = after;
        Some(*first)
    };
    let name = next().ok_or_else(|| {
        end.misread(
            text!("a comparison is missing"),
            text!("write a figure, a sign and a number, such as `pay_total > +2%`"),
        )
    })?;
    let figure = known.get(name.text).ok_or_else(|| {
        let message = text!("there is no figure `{name}`", name = name.text);
        name.misread(message, text!("there is {list}", list = list()))
    })?;
    let sign = next().unwrap_or(end);
    let read = match sign.text {
        ">" | "＞" => Sign::Above,
        ">=" | "≥" => Sign::AtLeast,
        "<" | "＜" => Sign::Below,
        "<=" | "≤" => Sign::AtMost,
        "=" | "==" => Sign::Equal,
        "!=" | "≠" => Sign::Other,
        _ => {
            let message = text!("`{name}` is compared with nothing", name = name.text);
            return Err(sign.misread(message, text!("write a sign behind it: `>`, `≥`, `<`, `≤`, `=` or `≠`")));
        }
    };
    let number = next().unwrap_or(end);
    let bare = number.text.replace(['%', '％', ','], "").replace('−', "-");
    let signed = bare.starts_with(['+', '-']);
    let percent = number.text.ends_with(['%', '％']);
    let parsed = bare.trim_start_matches('+').parse::<Dec>().ok();
    let parsed = parsed.and_then(|n| if percent { n.div(Dec::HUNDRED).ok().flatten() } else { Some(n) });
    let value = parsed.ok_or_else(|| {
        let message = text!("there is no number behind `{sign}`", sign = sign.text);
        number.misread(message, text!("write `500`, `+500` for a change, or `+2%` for the share of a change"))
    })?;
    let of = match (percent, signed) {
        (true, _) => Of::Share,
        (false, true) => Of::Change,
        (false, false) => Of::Value,
    };
    let relative = matches!(figure.name, "max_gain" | "max_loss");
    if figure.base.is_none() && of != Of::Value && !(relative && of == Of::Share) {
        let message = text!("`{name}` counts changes, and has no change of its own", name = name.text);
        return Err(number.misread(message, text!("compare it with a bare number")));
    }
    let written = text.get(name.at..number.at + number.text.len()).unwrap_or_default().to_owned();
    Ok(Comparison { figure: figure.name, sign: read, of, number: value, written })
}

#[cfg(test)]
mod tests;
