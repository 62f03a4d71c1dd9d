//! Results and findings as JSON.

use indexmap::IndexMap;
use kpi_base::{Diagnostic, Files, Language, Place, Severity, Text};
use kpi_results::{Card, Derivation, Proven, RosterPay, RosterRule, Run, Witness};
use serde::Serialize;

use crate::findings::Range;

/// A run as JSON, as `docs/schema/run.json` says: [`Run`] with findings whose places are path, line and column.
pub fn render_json(run: &Run, files: &Files, language: Language) -> serde_json::Result<String> {
    let Run { policy, period, cards, incentives, rules, findings, paid_by: _, brackets: _ } = run;
    let findings = findings.iter().map(|f| Finding::of(f, files, language)).collect();
    text(&RunForm { policy, period, cards, incentives, rules, findings })
}

/// Findings alone: `{findings: […]}`.
pub fn render_findings_json(findings: &[Diagnostic], files: &Files, language: Language) -> serde_json::Result<String> {
    text(&IndexMap::from([("findings", findings.iter().map(|f| Finding::of(f, files, language)).collect::<Vec<_>>())]))
}

/// The derivations of several numbers as a list, with the place of each step in the policy.
pub fn render_derivations_json(derivations: &[Derivation], files: &Files) -> serde_json::Result<String> {
    text(&derivations.iter().map(|derivation| Derived::of(derivation, files)).collect::<Vec<_>>())
}

/// Bounds, obligations and findings: `{policy, bounds, obligations, findings}`; values are texts with their units.
pub fn render_proofs_json(
    proven: &Proven,
    findings: &[Diagnostic],
    files: &Files,
    language: Language,
) -> serde_json::Result<String> {
    let bounds = proven.bounds.iter().map(|bounds| BoundedForm {
        result: &bounds.result,
        card: bounds.card.as_deref(),
        base: bounds.base.as_deref(),
        low: bounds.low.as_deref(),
        high: bounds.high.as_deref(),
        unlimited: bounds.unlimited.as_deref(),
        lowest: bounds.lowest.as_ref().map(|witness| WitnessForm::of(witness, language)),
        highest: bounds.highest.as_ref().map(|witness| WitnessForm::of(witness, language)),
    });
    let obligations = proven.obligations.iter().map(|obliged| ObligedForm {
        text: &obliged.text,
        verdict: obliged.verdict.name(),
        why: obliged.why.as_ref().map(|why| why.to(language)),
        witness: obliged.witness.as_ref().map(|witness| WitnessForm::of(witness, language)),
    });
    text(&ProvenForm {
        policy: &proven.policy,
        bounds: bounds.collect(),
        obligations: obligations.collect(),
        findings: findings.iter().map(|f| Finding::of(f, files, language)).collect(),
    })
}

#[derive(Serialize)]
struct ProvenForm<'a> {
    policy: &'a str,
    bounds: Vec<BoundedForm<'a>>,
    obligations: Vec<ObligedForm<'a>>,
    findings: Vec<Finding<'a>>,
}

#[derive(Serialize)]
struct BoundedForm<'a> {
    result: &'a str,
    card: Option<&'a str>,
    base: Option<&'a str>,
    low: Option<&'a str>,
    high: Option<&'a str>,
    unlimited: Option<&'a str>,
    lowest: Option<WitnessForm<'a>>,
    highest: Option<WitnessForm<'a>>,
}

#[derive(Serialize)]
struct WitnessForm<'a> {
    case: String,
    inputs: IndexMap<String, &'a str>,
}

impl WitnessForm<'_> {
    fn of(witness: &Witness, language: Language) -> WitnessForm<'_> {
        WitnessForm {
            case: witness.case.to(language),
            inputs: witness.inputs.iter().map(|(name, value)| (name.to(language), value.as_str())).collect(),
        }
    }
}

#[derive(Serialize)]
struct ObligedForm<'a> {
    text: &'a str,
    verdict: &'a str,
    why: Option<String>,
    witness: Option<WitnessForm<'a>>,
}

pub(crate) fn text(value: &impl Serialize) -> serde_json::Result<String> {
    let mut text = serde_json::to_string_pretty(value)?;
    text.push('\n');
    Ok(text)
}

#[derive(Serialize)]
struct RunForm<'a> {
    policy: &'a str,
    period: &'a kpi_results::Span,
    cards: &'a [Card],
    incentives: &'a [RosterPay],
    rules: &'a [RosterRule],
    findings: Vec<Finding<'a>>,
}

#[derive(Serialize)]
struct Finding<'a> {
    code: &'static str,
    title: &'static str,
    severity: Severity,
    message: String,
    places: Vec<Labelled<'a>>,
    data: Option<&'a Place>,
    help: Option<String>,
    fixes: Vec<FixForm<'a>>,
}

#[derive(Serialize)]
struct Labelled<'a> {
    #[serde(flatten)]
    at: Range<'a>,
    text: String,
}

#[derive(Serialize)]
struct FixForm<'a> {
    title: String,
    safe: bool,
    edits: Vec<Labelled<'a>>,
}

#[derive(Serialize)]
pub(crate) struct Derived<'a> {
    what: &'a Text,
    step: kpi_results::Step,
    value: Option<kpi_results::Goal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'a Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rows: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unknown_rows: Option<u64>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    left_out: &'a [kpi_results::LeftOut],
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<Range<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    from: Vec<Derived<'a>>,
}

impl<'a> Finding<'a> {
    fn of(finding: &'a Diagnostic, files: &'a Files, language: Language) -> Finding<'a> {
        let places = finding.labels.iter();
        let places = places
            .filter_map(|l| Some(Labelled { at: Range::of(l.span, files)?, text: l.text.to(language) }))
            .collect();
        let edits = |fix: &'a kpi_base::Fix| {
            let edits = fix.edits.iter();
            edits.filter_map(|e| Some(Labelled { at: Range::of(e.span, files)?, text: e.text.clone() })).collect()
        };
        Finding {
            code: finding.code.name(),
            title: finding.code.title_in(language),
            severity: finding.severity,
            message: finding.message.to(language),
            places,
            data: finding.place.as_ref(),
            help: finding.help.as_ref().map(|help| help.to(language)),
            fixes: finding
                .fixes
                .iter()
                .map(|fix| FixForm { title: fix.title.to(language), safe: fix.safe, edits: edits(fix) })
                .collect(),
        }
    }
}

impl<'a> Derived<'a> {
    pub(crate) fn of(derivation: &'a Derivation, files: &'a Files) -> Derived<'a> {
        Derived {
            what: &derivation.what,
            step: derivation.step,
            value: derivation.goal(),
            note: derivation.note.as_ref(),
            rows: derivation.rows,
            unknown_rows: derivation.unknown_rows,
            left_out: &derivation.left_out,
            place: derivation.span.and_then(|span| Range::of(span, files)),
            from: derivation.from.iter().map(|d| Derived::of(d, files)).collect(),
        }
    }
}

#[cfg(test)]
mod tests;
