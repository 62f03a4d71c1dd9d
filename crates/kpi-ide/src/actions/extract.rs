//! A number of a formula as a parameter, which has a name, may depend on dates and can be changed in tests.

use kpi_base::{Edit, Span, text};
use kpi_syntax::words::{Place, chinese};

use super::{Action, ActionKind};
use crate::resolve::{Names, span};
use crate::scan::Kind;
use crate::snapshot::Snapshot;
use crate::spot::Spot;

/// Gives the number at the place a name, if a parameter may stand there.
pub(super) fn extract_param(snapshot: &Snapshot, place: Span) -> Option<Action> {
    let text = snapshot.text(place.file);
    let spot = Spot::at(text, place.start as usize);
    let number = spot
        .tokens
        .iter()
        .find(|t| t.kind == Kind::Number && t.start <= place.start as usize && place.end as usize <= t.end)?;
    let index = spot.tokens.iter().position(|t| t.start == number.start)?;
    let spot = Spot::at(text, number.start);
    if !takes_params(&spot) {
        return None;
    }
    let before = index.checked_sub(1).and_then(|before| spot.tokens.get(before));
    if before.is_some_and(|t| matches!(t.text, "tolerance" | "needs" | "last" | "per" | "cap" | "least" | "for" | ".."))
    {
        return None;
    }
    let ty = type_of(number.written)?;
    // A currency goes with its number.
    let next = spot.tokens.get(index + 1);
    let currency = next
        .filter(|t| t.kind == Kind::Word && t.written.len() == 3 && t.written.chars().all(|c| c.is_ascii_uppercase()));
    let end = currency.map_or(number.end, |t| t.end);
    let ty = if currency.is_some() { "money" } else { ty };
    let value = text.get(number.start..end)?;
    let names = Names::of(snapshot);
    let is_taken = |name: &str| names.get(name).is_some();
    let owner = spot.tokens.iter().filter(|t| t.kind == Kind::Word).nth(1).map_or("", |t| t.text);
    let base = if owner.is_empty() { "limit".to_owned() } else { format!("{owner}_limit") };
    let name = (1..).map(|n| if n == 1 { base.clone() } else { format!("{base}_{n}") }).find(|name| !is_taken(name))?;
    let keyword = spot.tokens.iter().find(|t| t.kind == Kind::Word)?;
    let in_chinese = !keyword.written.is_ascii();
    let spell = |word: &str, place| chinese(word, place).filter(|_| in_chinese).unwrap_or(word).to_owned();
    let declaration =
        format!("{} {name}: {} = {value}\n\n", spell("param", Place::Declaration), spell(ty, Place::Type));
    let above = above_declaration(text, keyword.start);
    let at = Span { file: place.file, start: above as u32, end: above as u32 };
    let written = Span { end: end as u32, ..span(place.file, number) };
    Some(Action {
        title: text!("make `{value}` a parameter", value),
        kind: ActionKind::Extract,
        edits: vec![Edit { span: at, text: declaration }, Edit { span: written, text: name }],
        finding: None,
        preferred: false,
    })
}

/// Whether a value stands at the place, rather than a constant of the policy.
fn takes_params(spot: &Spot<'_>) -> bool {
    // The bounds of brackets are constants.
    let braces = spot.open.iter().filter(|place| spot.tokens.get(**place).is_some_and(|t| t.is("{"))).count();
    let first = spot.member().first().map_or("", |t| t.text);
    match spot.keyword() {
        "indicator" => braces == 1 && matches!(first, "formula" | "target"),
        "scorecard" => braces == 1 && matches!(first, "veto" | "bonus" | "deduct"),
        "incentive" => braces == 1 && matches!(first, "pay" | "when" | "cap" | "floor"),
        "rule" => braces == 1 && first == "when",
        "function" => braces == 0 && spot.open.is_empty() && spot.tokens.iter().take(spot.before).any(|t| t.is("=")),
        _ => false,
    }
}

/// The type of a number by its unit; none of a date and of a difference of ratios.
fn type_of(number: &str) -> Option<&'static str> {
    let dated = number.contains('-') || number.contains(':');
    let unit = number.trim_start_matches(['¥', '￥']).trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let scaled = unit.trim_start_matches(['k', '万', '亿']);
    match scaled {
        _ if dated || scaled == "pp" => None,
        _ if number.starts_with(['¥', '￥']) || scaled == "元" => Some("money"),
        "%" | "％" => Some("ratio"),
        "s" | "秒" | "min" | "分钟" | "h" | "小时" | "d" | "天" => Some("duration"),
        "" if !number.contains('.') => Some("count"),
        "" => Some("number"),
        _ => None,
    }
}

/// Where something can be put above a declaration and its comments.
fn above_declaration(text: &str, start: usize) -> usize {
    let mut at = start;
    loop {
        let Some(before) = text.get(..at).filter(|before| !before.is_empty()) else { return at };
        let line = before.trim_end_matches('\n').rfind('\n').map_or(0, |line| line + 1);
        let above = before.get(line..).unwrap_or_default();
        if !above.trim_start().starts_with("//") {
            return at;
        }
        at = line;
    }
}
