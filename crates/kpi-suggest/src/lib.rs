//! Targets that the results of earlier periods suggest.
//!
//! [`suggest`] looks at every target that stood on a card in the periods of a run, row by row of its table: what was measured against it, what
//! share of the results met it, and which targets a quantile of these results and their growth suggest, written as the author writes
//! them. `gather` collects the results of each target, `propose` makes numbers of them, `written` writes numbers in the unit of the policy.
//!
//! It runs nothing, changes no file and renders nothing.

mod gather;
mod propose;
mod written;

use kpi_base::{Diagnostic, FileId, Files, Span, codes::config as codes, text};
use kpi_check::model::{Model, Target, TargetKind};
use kpi_results::{Proposal, Suggestion, Suggestions};
use kpi_score::Staged;
use kpi_value::Dec;

use gather::{Seen, gather};
use propose::{Side, Wanted, propose};

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Wish {
    /// The share of results, from the worst on, at whose end the suggested target stands.
    pub quantile: Dec,
    /// By which share the median is to become better.
    pub growth: Dec,
    /// The indicators that are looked at; all if there is none.
    pub indicators: Vec<String>,
    /// The last file that is the policy's own: what stands in the library stays as it is.
    pub own: FileId,
}

/// What is suggested, with what can be put in the place of what.
#[derive(Clone, Debug, Default)]
pub struct Suggested {
    /// For people and programs.
    pub suggestions: Suggestions,
    /// For each suggestion that has one the place of today's number, with the number by the quantile and the one by growth.
    pub edits: Vec<(Span, [Option<String>; 2])>,
    /// Targets that are far from history, and those of which too little is known.
    pub findings: Vec<Diagnostic>,
}

/// Fewer results than this suggest nothing.
pub const LEAST: usize = 5;
/// A target is far from history where fewer results than this share met it, or more than the rest.
const FAR: Dec = Dec::percent(10);

/// Looks at every target of a run.
pub fn suggest(model: &Model, files: &Files, scored: &Staged<'_>, wish: &Wish) -> Suggested {
    let mut suggested = Suggested::default();
    for seen in gather(scored, &wish.indicators) {
        let one = one(model, files, &seen, wish, &mut suggested);
        suggested.suggestions.targets.push(one);
    }
    suggested.suggestions.quantile = wish.quantile;
    suggested.suggestions.growth = wish.growth;
    suggested
}

fn one(model: &Model, files: &Files, seen: &Seen<'_>, wish: &Wish, suggested: &mut Suggested) -> Suggestion {
    let at = files.get(seen.target.span.file);
    let line = at.map_or(0, |file| file.line_column(seen.target.span.start).line);
    let today = files.text(seen.target.span).split_whitespace().collect::<Vec<_>>().join(" ");
    let mut told = Suggestion {
        indicator: seen.indicator.name.clone(),
        label: seen.indicator.label.clone(),
        row: seen
            .row
            .map(|row| files.text(row))
            .and_then(|text| text.split([':', '：']).next())
            .map(|key| key.trim().to_owned()),
        scorecards: seen.cards.clone(),
        path: at.map(|file| file.path.clone()).unwrap_or_default(),
        line,
        today,
        results: seen.values.len(),
        people: seen.people(),
        left_out: seen.left_out,
        met: share(seen.met, seen.values.len()),
        by_quantile: None,
        by_growth: None,
        why_not: None,
    };
    let wanted = wanted(seen, wish.own);
    // Of what is judged in shorter periods nothing was measured at once.
    if let (Err(why), true) = (&wanted, seen.rolled) {
        told.why_not = Some(why.clone());
        return told;
    }
    if seen.values.len() < LEAST {
        let why = text!("results: {n}; fewer than {least} suggest nothing", n = seen.values.len(), least = LEAST);
        let message = text!("too few results to suggest a target of `{name}`", name = &told.indicator);
        let finding = Diagnostic::new(codes::FEW_RESULTS, message).label(seen.target.span, why.clone());
        suggested.findings.push(finding.help(text!("look further back with `--last`")));
        told.why_not = Some(why);
        return told;
    }
    if let Some(met) = told.met.filter(|met| *met < FAR || *met > Dec::ONE.sub(FAR).unwrap_or(Dec::ONE)) {
        let shown = written::percent(met);
        let message = text!("today's target of `{name}` is far from history", name = &told.indicator);
        let why = text!("{share} of {n} results met it", share = shown, n = seen.values.len());
        suggested.findings.push(Diagnostic::new(codes::FAR_TARGET, message).label(seen.target.span, why));
    }
    let wanted = match wanted {
        Ok(wanted) => wanted,
        Err(why) => {
            told.why_not = Some(why);
            return told;
        }
    };
    let [by_quantile, by_growth] = propose(&wanted, &seen.values, wish.quantile, wish.growth);
    let mut numbers = [None, None];
    let slots = [&mut told.by_quantile, &mut told.by_growth].into_iter().zip(&mut numbers);
    for ((slot, number), exact) in slots.zip([by_quantile, by_growth]) {
        let old = files.text(wanted.bound.span);
        let Some((text, x)) = exact.and_then(|x| written::rewrite(model, old, &wanted, x)) else { continue };
        let met = seen.values.iter().filter(|value| propose::meets(seen.target, x, **value)).count();
        *slot = Some(Proposal {
            target: format!("{} {text}", wanted.op.sign()),
            met: share(met, seen.values.len()).unwrap_or_default(),
        });
        *number = Some(text);
    }
    if numbers.iter().all(Option::is_none) {
        told.why_not = Some(text!("what is suggested is 0, and at 0 everything or nothing is attained"));
    } else {
        suggested.edits.push((wanted.bound.span, numbers));
    }
    told
}

/// The one number of a target that another one can stand for, or why there is none.
fn wanted<'m>(seen: &Seen<'m>, own: FileId) -> Result<Wanted<'m>, kpi_base::Text> {
    let target: &'m Target = seen.target;
    if target.span.file > own {
        return Err(text!("it stands in the library"));
    }
    if seen.rolled {
        return Err(text!("it is judged in shorter periods"));
    }
    let TargetKind::Compare(op, bound) = &target.kind else {
        return Err(text!("a band has two numbers"));
    };
    let side = match target.higher_is_better() {
        Some(true) => Side::Higher,
        Some(false) => Side::Lower,
        None => return Err(text!("what is wanted is one number, neither more nor less")),
    };
    match bound.as_const_dec() {
        Some(today) if today > Dec::ZERO => Ok(Wanted { op: *op, bound, side, today }),
        Some(_) => Err(text!("today's target is 0, of which no unit can be read")),
        None => Err(text!("it is computed")),
    }
}

/// A part of a whole, to 0.01%.
fn share(part: usize, whole: usize) -> Option<Dec> {
    let (part, whole) = (i64::try_from(part).ok()?, i64::try_from(whole).ok()?);
    Some(Dec::int(part).div(Dec::int(whole)).ok()??.round(4))
}
