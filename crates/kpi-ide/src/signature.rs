//! What a function takes, while its call is being written.

use kpi_base::Text;
use kpi_syntax::ast::ItemKind;
use kpi_syntax::words::{Place, chinese};

use crate::resolve::{AGGREGATES, Names, written};
use crate::scan::Kind;
use crate::snapshot::{FilePosition, Snapshot};
use crate::spot::Spot;
use crate::words::describe_word;

/// A function with what it takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// The call as it is written: `sum(x via … where … needs n)`.
    pub label: String,
    /// What it takes, each a part of the label.
    pub parameters: Vec<String>,
    /// Which of these the place is in.
    pub active: Option<usize>,
    /// What the function does.
    pub doc: Vec<Text>,
}

/// The innermost call around a place.
pub fn signature(snapshot: &Snapshot, at: FilePosition) -> Option<Signature> {
    let spot = Spot::at(snapshot.text(at.file), at.offset as usize);
    if spot.in_comment || spot.in_text {
        return None;
    }
    // Only the call whose parenthesis is the innermost bracket.
    let (function, from) = spot.calls().next().filter(|(_, from)| spot.open.last() == from.checked_sub(1).as_ref())?;
    let names = Names::of(snapshot);
    let in_chinese = !function.written.is_ascii() || spot.tokens.first().is_some_and(|t| !t.written.is_ascii());
    let inside = spot.tokens.get(from..spot.before).unwrap_or_default();
    let mut depth = 0usize;
    let (mut commas, mut clause) = (0, "");
    for token in inside.iter().chain(&spot.word) {
        match token.kind {
            Kind::Open => depth += 1,
            Kind::Close => depth = depth.saturating_sub(1),
            Kind::Comma if depth == 0 => commas += 1,
            Kind::Word if depth == 0 && CLAUSES.contains(&token.text) && !token.written.starts_with('`') => {
                clause = token.text;
            }
            _ => {}
        }
    }
    let own = names.get(written(&function)).map(|item| &item.kind);
    if let Some(ItemKind::Function(f)) = own {
        let text = |span| snapshot.text_of(span);
        let parameters: Vec<String> =
            f.params.iter().map(|(name, ty)| format!("{}: {}", name.text, text(ty.span))).collect();
        let label = format!("{}({}): {}", f.name.text, parameters.join(", "), text(f.ty.span));
        let doc = f.label.iter().map(|label| Text::verbatim(&*label.value)).collect();
        return Some(Signature { label, active: Some(commas).filter(|n| *n < parameters.len()), parameters, doc });
    }
    if let Some(found) = entry(&spot, from, commas, in_chinese) {
        return Some(found);
    }
    let (name, arguments) = BUILT_IN.iter().find(|(name, _)| *name == function.text)?;
    let spell = |word: &str, place| chinese(word, place).filter(|_| in_chinese).unwrap_or(word).to_owned();
    let mut parameters: Vec<String> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
    let plain = parameters.len();
    let clauses: &[(&str, &str)] = match *name {
        "lookup" => &[("via", "…"), ("where", "…")],
        "exists" => &[("where", "…")],
        "rank" | "percentile" | "zscore" => &[("among", "…"), ("where", "…")],
        name if AGGREGATES.contains(&name) => &[("via", "…"), ("dated", "…"), ("where", "…"), ("needs", "n")],
        _ => &[],
    };
    parameters.extend(clauses.iter().map(|(word, rest)| format!("{} {rest}", spell(word, Place::Clause))));
    let place = if matches!(*name, "step" | "linear" | "marginal") { Place::Scoring } else { Place::Function };
    let label = format!(
        "{}({}{}{})",
        spell(name, place),
        parameters.get(..plain).unwrap_or_default().join(", "),
        if clauses.is_empty() { "" } else { " " },
        parameters.get(plain..).unwrap_or_default().join(" ")
    );
    let active = match clauses.iter().position(|(word, _)| *word == clause) {
        Some(place) => Some(plain + place),
        None => Some(commas.min(plain.saturating_sub(1))),
    };
    let doc = describe_word(name, Some(place)).into_iter().collect();
    Some(Signature { label, parameters, active, doc })
}

/// An entry of the library that an indicator is bound to: `= std.live.watch_time(…)`.
fn entry(spot: &Spot<'_>, from: usize, commas: usize, in_chinese: bool) -> Option<Signature> {
    let before = spot.tokens.get(..from.checked_sub(1)?)?;
    let mut path: Vec<&str> = Vec::new();
    for token in before.iter().rev() {
        match token.kind {
            Kind::Word if path.len() < 4 => path.push(token.written),
            Kind::Dot => {}
            _ => break,
        }
    }
    path.reverse();
    let whole = path.join(".");
    let found = kpi_stdlib::described().into_iter().find(|described| described.path() == whole)?;
    let parameters: Vec<String> = found
        .takes
        .iter()
        .map(|taken| match &taken.default {
            Some(default) => format!("{}: {} = {default}", taken.name, taken.ty),
            None => format!("{}: {}", taken.name, taken.ty),
        })
        .collect();
    let label = format!("{whole}({})", parameters.join(", "));
    let doc = vec![Text::verbatim(found.title(in_chinese)), Text::verbatim(found.meaning(in_chinese))];
    Some(Signature { label, active: Some(commas).filter(|n| *n < parameters.len()), parameters, doc })
}

/// The clauses of calls.
const CLAUSES: &[&str] = &["via", "dated", "where", "needs", "among"];

/// What functions take, clauses aside.
const BUILT_IN: &[(&str, &[&str])] = &[
    ("sum", &["x"]),
    ("count", &["table"]),
    ("count_distinct", &["x"]),
    ("average", &["x"]),
    ("median", &["x"]),
    ("quantile", &["x", "90%"]),
    ("min", &["x"]),
    ("max", &["x"]),
    ("first", &["x"]),
    ("last", &["x"]),
    ("any", &["condition"]),
    ("all", &["condition"]),
    ("stddev", &["x"]),
    ("lookup", &["table.column"]),
    ("exists", &["table"]),
    ("coalesce", &["x", "otherwise"]),
    ("clamp", &["x", "low", "high"]),
    ("abs", &["x"]),
    ("round", &["x", "digits"]),
    ("days_between", &["from", "to"]),
    ("previous", &["x", "n"]),
    ("growth", &["x"]),
    ("year_ago", &["x"]),
    ("streak", &["condition"]),
    ("rank", &["x"]),
    ("percentile", &["x"]),
    ("zscore", &["x"]),
    ("weighted", &["x: 40%", "y: 60%"]),
    ("step", &["x"]),
    ("linear", &["x"]),
    ("marginal", &["x"]),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    /// The call with what is active in angle brackets.
    fn shown(text: &str) -> String {
        let fixture = fixture(text);
        let Some(found) = signature(&fixture.snapshot, fixture.at) else { return "(none)".to_owned() };
        let active = found.active.and_then(|active| found.parameters.get(active));
        active.map_or(found.label.clone(), |active| found.label.replacen(active.as_str(), &format!("‹{active}›"), 1))
    }

    // feature: signature
    #[test]
    fn the_innermost_call_and_the_clause_at_hand() {
        let of = |formula: &str| shown(&format!("indicator x {{ formula {formula} }}\n"));
        assert_eq!(of("sum($0"), "sum(‹x› via … dated … where … needs n)");
        assert_eq!(of("sum(live.gmv where $0)"), "sum(x via … dated … ‹where …› needs n)");
        assert_eq!(of("sum(live.gmv where a == (1 + $0))"), "(none)");
        assert_eq!(of("clamp(sum(live.gmv), 0, $0)"), "clamp(x, low, ‹high›)");
        assert_eq!(of("rank(x among $0)"), "rank(x ‹among …› where …)");
        assert_eq!(of("1 + $0"), "(none)");
        assert_eq!(shown("指标 x { 公式 求和(live.gmv 其中 $0) }\n"), "求和(x 经由 … 归期 … ‹其中 …› 需要 n)");
    }

    // feature: signature
    #[test]
    fn functions_of_the_policy_and_entries() {
        let text = "function nps(good: count, all: count): ratio = good ÷ all\nindicator x { formula nps(1, $0) }\n";
        assert_eq!(shown(text), "nps(good: count, ‹all: count›): ratio");
        assert!(shown("indicator x = std.live.watch_time($0)\n").starts_with("std.live.watch_time(‹"));
    }

    #[test]
    fn every_function_has_one() {
        let words = kpi_syntax::words::WORDS.iter().filter(|word| word.place == Place::Function);
        let missing: Vec<_> = words
            .filter(|word| !BUILT_IN.iter().any(|(name, _)| *name == word.english))
            .map(|word| word.english)
            .collect();
        assert_eq!(missing, ["weight"], "which is asked of requirements");
    }
}
