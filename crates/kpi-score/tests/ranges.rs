//! Whatever is computed lies in the range that the checker infers for it: over generated policies and data.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod answer;

use kpi_base::FileId;
use kpi_check::model::{Audience, Expr, ExprId, ExprKind, IndicatorId, Line, LineKind, Model, Type};
use kpi_check::ranges::Ranges;
use kpi_plan::{Request, Roots, plan};
use kpi_score::score;
use kpi_testkit::generate::Case;
use kpi_testkit::read;
use kpi_value::Dec;
use rustc_hash::FxHashMap;

/// How many cases are tried; `KPI_CASES` asks for more.
fn cases() -> u64 {
    std::env::var("KPI_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(120)
}

/// The expressions that are evaluated in cells, without what stands behind a condition: that is narrowed to the cells in
/// which the condition holds, and columns have all of them.
fn exprs(model: &Model) -> FxHashMap<ExprId, &Expr> {
    let mut open: Vec<&Expr> = Vec::new();
    for (_, indicator) in model.indicators.iter() {
        open.push(&indicator.formula);
        let targets = indicator.target.iter().flat_map(|target| &target.rows).filter_map(|row| row.value.as_ref());
        targets.for_each(|target| open.extend(target.exprs()));
    }
    for (_, card) in model.scorecards.iter() {
        open.extend(&card.condition);
        open.extend(card.vetoes.iter().map(|veto| &veto.condition));
        open.extend(card.adjustments.iter().map(|adjustment| &adjustment.value));
    }
    for (_, incentive) in model.incentives.iter() {
        open.extend(incentive.pays.iter().map(|pay| &pay.value));
        open.extend(incentive.condition.iter().chain(&incentive.cap).chain(&incentive.floor));
        if let Audience::Table(_, Some(condition)) = &incentive.audience {
            open.push(condition);
        }
    }
    open.extend(model.rules.iter().map(|(_, rule)| &rule.condition));
    let mut all = FxHashMap::default();
    while let Some(e) = open.pop() {
        all.insert(e.id, e);
        match &e.kind {
            ExprKind::If(condition, ..) => open.push(condition),
            ExprKind::And(a, _) | ExprKind::Or(a, _) => open.push(a),
            ExprKind::Aggregate(_) | ExprKind::Lookup(_) => {}
            _ => open.extend(e.children()),
        }
    }
    all
}

fn indicators<'m>(model: &'m Model, lines: &'m [Line], all: &mut Vec<(&'m str, IndicatorId, &'m Line)>) {
    for line in lines {
        match &line.kind {
            LineKind::Indicator { indicator, .. } => {
                all.push((&model.indicators[*indicator].title.name, *indicator, line));
            }
            LineKind::Group { lines, .. } => indicators(model, lines, all),
            LineKind::Card(_) => {}
        }
    }
}

#[test]
fn what_is_computed_lies_in_its_range() {
    let (mut numbers, mut bounded, mut truths, mut cards) = (0_u64, 0_u64, 0_u64, 0_u64);
    for seed in 0..cases() {
        let case = Case::generate(seed, 1 + seed as u32 % 3);
        let parsed = kpi_syntax::parse(FileId(0), &case.policy());
        let Some(model) = kpi_check::check_meaning(&[parsed.file]).model else { continue };
        let Ok(data) = read(&model, &case.tables) else { continue };
        let period = |text: &str| model.policy.calendar.parse(text).unwrap();
        let plan = plan(
            &model,
            &Request { data_until: None, from: period(&case.from), to: period(&case.to), roots: Roots::all(&model) },
        );
        let facts = answer::answer(&model, &plan, &data);
        let scored = score(&model, &plan, &facts);
        if scored.findings().iter().any(|finding| finding.is_error()) {
            continue;
        }
        let ranges = Ranges::of(&model);
        let exprs = exprs(&model);
        let told = |e: &Expr, what: String| {
            let text = case.policy();
            let span = text.get(e.span.start as usize..e.span.end as usize).unwrap_or_default().to_owned();
            panic!("seed {seed}: `{span}` is {what}\n\n{text}")
        };
        for (id, column) in scored.columns() {
            let Some(e) = exprs.get(&id) else { continue };
            match e.ty {
                Type::Number(_) => {
                    let range = ranges.range(e);
                    for x in (0..column.len()).filter_map(|cell| column.dec(cell)) {
                        numbers += 1;
                        bounded += u64::from(range != kpi_check::ranges::Range::ALL);
                        if !range.contains(x) {
                            told(e, format!("{x}, and not {range}"));
                        }
                    }
                }
                Type::Bool => {
                    let truth = ranges.truth(e);
                    for x in (0..column.len()).filter_map(|cell| column.bool(cell)) {
                        truths += 1;
                        if !(if x { truth.yes } else { truth.no }) {
                            told(e, format!("{x}, and not {truth:?}"));
                        }
                    }
                }
                _ => {}
            }
        }
        for card in scored.run().cards {
            let (id, declared) = model.scorecards.iter().find(|(_, c)| c.title.name == card.scorecard).unwrap();
            let range = ranges.card(id);
            let holds = |range: kpi_check::ranges::Range, x: Option<Dec>, what: &str| {
                assert!(
                    x.is_none_or(|x| range.contains(x)),
                    "seed {seed}: the {what} of {} of {} is {}, and not {range}\n\n{}",
                    card.scorecard,
                    card.subject,
                    x.unwrap_or_default(),
                    case.policy()
                );
            };
            cards += 1;
            holds(range.score, card.score, "score");
            holds(range.attainment, card.attainment, "attainment");
            let mut lines = Vec::new();
            indicators(&model, &declared.lines, &mut lines);
            let inside = card.lines.iter().flat_map(|line| line.lines.iter().flatten().chain([line]));
            for line in inside {
                let Some((_, id, own)) = lines.iter().find(|(name, ..)| *name == line.indicator) else { continue };
                if let LineKind::Indicator { attainment_cap, .. } = &own.kind {
                    holds(ranges.attainment(*id, *attainment_cap), line.attainment, &line.indicator);
                }
            }
        }
    }
    println!("{numbers} numbers, {bounded} of them in a range; {truths} truth values; {cards} cards");
    assert!(numbers > 1000 && bounded * 3 > numbers && cards > 100, "{numbers} {bounded} {cards}");
}
