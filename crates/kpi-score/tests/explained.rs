//! What explanations say is what the results say, on generated policies and data.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::type_complexity,
    clippy::manual_try_fold,
    clippy::print_stdout,
    reason = "a test"
)]

mod answer;

use kpi_base::{Files, SourceFile};
use kpi_plan::{Request, Roots, plan};
use kpi_results::{Card, Derivation, Step};
use kpi_score::{Question, score};
use kpi_testkit::generate::Case;
use kpi_testkit::read;

/// The values of all nodes of a step directly below, in order.
fn values(of: &Derivation, step: Step) -> Vec<Option<String>> {
    let nodes = of.from.iter().filter(|node| node.step == step);
    nodes.map(|node| node.value.as_ref().map(|value| value.value.clone())).collect()
}

fn compare(card: &Card, told: &Derivation, seed: u64) {
    let text = |x: Option<kpi_value::Dec>| x.map(|x| x.to_string());
    let place = format!("seed {seed}: {}[{}] {}", card.scorecard, card.subject, card.period);
    assert_eq!(told.value.as_ref().map(|value| value.value.clone()), text(card.score), "{place}");
    let lines: Vec<_> = card.lines.iter().map(|line| text(line.score)).collect();
    assert_eq!(values(told, Step::Line), lines, "{place}");
    for (line, node) in card.lines.iter().zip(told.from.iter().filter(|node| node.step == Step::Line)) {
        if let Some(actual) = &line.actual {
            assert_eq!(values(node, Step::Actual), [Some(actual.value.clone())], "{place} {}", line.indicator);
        }
        if line.target.is_some() {
            assert_eq!(values(node, Step::Attainment), [text(line.attainment)], "{place} {}", line.indicator);
        }
    }
    let pays: Vec<_> =
        told.from.iter().filter(|node| node.step == Step::Total).flat_map(|t| values(t, Step::Pay)).collect();
    assert_eq!(pays, card.pay.values().map(|x| text(*x)).collect::<Vec<_>>(), "{place}");
    assert_eq!(values(told, Step::Rule).len(), card.rules.len(), "{place}");
}

#[test]
fn every_card_is_explained_by_its_own_numbers() {
    let mut cards = 0;
    for seed in 0..60 {
        let case = Case::generate(seed, 1 + seed as u32 % 3);
        let mut files = Files::new();
        let file = files.add(SourceFile::new("policy.kpi", case.policy()));
        let parsed = kpi_syntax::parse(file, &case.policy());
        let Some(model) = kpi_check::check(&[parsed.file]).model else { continue };
        let Ok(data) = read(&model, &case.tables) else { continue };
        let period = |text: &str| model.policy.calendar.parse(text).unwrap();
        let plan = plan(&model, &Request { from: period(&case.from), to: period(&case.to), roots: Roots::all(&model) });
        let facts = answer::answer(&model, &plan, &data);
        let scored = score(&model, &plan, &facts);
        for card in &scored.run().cards {
            let id = model.scorecards.iter().find(|(_, s)| s.title.name == card.scorecard).unwrap().0;
            let told = scored.explain(&files, &card.subject, period(&card.period), &Question::Card(id)).unwrap();
            compare(card, &told[0], seed);
            cards += 1;
        }
    }
    assert!(cards > 300, "only {cards} cards");
}
