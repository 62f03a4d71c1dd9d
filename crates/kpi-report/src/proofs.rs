//! Bounds and obligations for a terminal.

use std::fmt::Write;

use kpi_base::{Join, Text, text};
use kpi_results::{Bounded, Proven, Verdict, Witness};

use crate::look::{Look, Tone};

/// The bounds of every result with the inputs that reach them, and the state of every obligation.
pub fn render_proofs(proven: &Proven, look: Look) -> String {
    let mut out = String::new();
    let to = |text: Text| text.to(look.language);
    let _ = writeln!(out, "{}", look.paint(Tone::Title, &proven.policy));
    if !proven.bounds.is_empty() {
        let _ = writeln!(out, "\n{}", look.paint(Tone::Title, &to(text!("What can come out"))));
    }
    for bounds in &proven.bounds {
        let _ = writeln!(out, "  {}", to(range(bounds)));
        if bounds.low.is_some() {
            let reached = bounds.lowest.as_ref();
            let text = reached
                .map_or_else(|| text!("lowest: no input was found"), |by| text!("lowest: {by}", by = by_what(by)));
            let _ = writeln!(out, "    {}", look.paint(Tone::Faint, &to(text)));
        }
        if bounds.high.is_some() {
            let reached = bounds.highest.as_ref();
            let text = reached
                .map_or_else(|| text!("highest: no input was found"), |by| text!("highest: {by}", by = by_what(by)));
            let _ = writeln!(out, "    {}", look.paint(Tone::Faint, &to(text)));
        } else if let Some(what) = &bounds.unlimited {
            let text = text!("highest: `{what}` has no limit", what);
            let _ = writeln!(out, "    {}", look.paint(Tone::Faint, &to(text)));
        }
    }
    if !proven.obligations.is_empty() {
        let _ = writeln!(out, "\n{}", look.paint(Tone::Title, &to(text!("What is to be proven"))));
    }
    for obliged in &proven.obligations {
        let (word, tone) = match obliged.verdict {
            Verdict::Proven => (text!("proven"), Tone::Good),
            Verdict::Refuted => (text!("refuted"), Tone::Bad),
            Verdict::Undecided => (text!("undecided"), Tone::Warn),
        };
        let _ = writeln!(out, "  {}  {}", look.paint(tone, &to(word)), obliged.text);
        if let Some(why) = &obliged.why {
            let _ = writeln!(out, "    {}", to(why.clone()));
        }
        if let Some(witness) = &obliged.witness {
            let _ = writeln!(out, "    {}", look.paint(Tone::Faint, &to(by_what(witness))));
        }
    }
    out
}

fn range(bounds: &Bounded) -> Text {
    let end = |end: &Option<String>| end.as_ref().map_or_else(|| text!("no limit"), |end| Text::verbatim(end.as_str()));
    let result = match &bounds.card {
        Some(card) => text!("{result} on `{card}`", result = bounds.result, card),
        None => Text::verbatim(bounds.result.as_str()),
    };
    let (low, high) = (end(&bounds.low), end(&bounds.high));
    match &bounds.base {
        Some(base) => text!("{result}: {low} to {high} of `{base}`", result, low, high, base),
        None => text!("{result}: {low} to {high}", result, low, high),
    }
}

fn by_what(witness: &Witness) -> Text {
    let input = |(name, value): &(Text, String)| match value.as_str() {
        "" => name.clone(),
        value => text!("{name} = {value}", name, value),
    };
    let inputs: Vec<Text> = witness.inputs.iter().map(input).collect();
    let inputs = if inputs.is_empty() { text!("no input at all") } else { Text::list(inputs, Join::Comma) };
    if witness.case.is_empty() { inputs } else { text!("{case}: {inputs}", case = witness.case, inputs) }
}

#[cfg(test)]
mod tests {
    use kpi_base::Language;
    use kpi_results::Obliged;

    use super::*;

    #[test]
    fn bounds_and_obligations_in_both_languages() {
        let witness = Witness {
            case: text!("days from {date}", date = "2026-07-01"),
            inputs: vec![(Text::verbatim("`gmv`"), "0.00 CNY".to_owned())],
        };
        let bounded = |result: &str| Bounded {
            result: result.to_owned(),
            card: None,
            base: None,
            low: Some("0".to_owned()),
            high: Some("100".to_owned()),
            unlimited: None,
            lowest: Some(witness.clone()),
            highest: None,
        };
        let obliged = |text: &str, verdict| Obliged { text: text.to_owned(), verdict, why: None, witness: None };
        let proven = Proven {
            policy: "Live team".to_owned(),
            bounds: vec![
                bounded("card.score"),
                Bounded {
                    base: Some("staff.salary".to_owned()),
                    high: Some("115%".to_owned()),
                    ..bounded("pay.total")
                },
                Bounded {
                    card: Some("card".to_owned()),
                    high: None,
                    unlimited: Some("sum(live.gmv)".to_owned()),
                    ..bounded("pay.c")
                },
            ],
            obligations: vec![
                obliged("card.score within 0..100", Verdict::Proven),
                Obliged {
                    why: Some(text!("`{place}` can be {result}", place = "pay.c", result = 7)),
                    witness: Some(witness.clone()),
                    ..obliged("pay.c within 0元..5元", Verdict::Refuted)
                },
                Obliged {
                    why: Some(text!("a rank depends on the others")),
                    ..obliged("pay.top monotone in gmv", Verdict::Undecided)
                },
            ],
        };
        let shown = |language| render_proofs(&proven, Look { language, ..Look::default() });
        insta::assert_snapshot!(format!("{}\n{}", shown(Language::English), shown(Language::Chinese)));
    }
}
