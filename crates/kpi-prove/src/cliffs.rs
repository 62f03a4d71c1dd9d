//! Where better is worth less: curves of scorings, what is paid for a card's attainment or score, and for an indicator.

use kpi_base::{Diagnostic, Span, codes, text};
use kpi_check::model::{
    ArithmeticOp, Audience, CardField, Curve, CurveKind, Expr, ExprKind, Incentive, IncentiveId, IndicatorField,
    IndicatorId, Line, LineField, LineKind, Model, Scoring, Type, interpolate,
};
use kpi_check::ranges::Ranges;
use kpi_value::{Dec, Value};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::cases::Case;
use crate::curve::pieces;
use crate::goal::Better;
use crate::obligations::units_of;
use crate::pay::{Base, Field, base_of};
use crate::scene::{CardState, Scene};
use crate::search::Search;
use crate::show::show_number;
use crate::value::{Number, Range, Trend, Truth};
use crate::words::any;

/// A fall of a value as a number gets better.
struct Drop {
    /// The last number before it, and the first behind it.
    at: (Dec, Dec),
    values: (Dec, Dec),
    /// The rows of a step curve.
    rows: Option<(Span, Span)>,
}

/// How many falls of one pay are told.
const TOLD: usize = 3;
/// How many cases are looked at.
const CASES: usize = 256;

/// All cliffs as findings.
pub(crate) fn cliffs(model: &Model, ranges: &Ranges<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    scorings(model, ranges, &mut found);
    for (id, _) in model.incentives.iter() {
        pays(model, ranges, id, &mut found);
    }
    pays_by_indicators(model, ranges, &mut found);
    found
}

fn scorings(model: &Model, ranges: &Ranges<'_>, found: &mut Vec<Diagnostic>) {
    let mut seen = FxHashSet::default();
    let case = Case::default();
    let scene = Scene::new(model, ranges, &case);
    let mut check = |id: IndicatorId, scoring: &Scoring| {
        let Scoring::Curve(field, curve) = scoring else { return };
        let Some(Fall { drop, from, to, before, after }) = fall(&scene, ranges, id, *field, curve) else { return };
        if !seen.insert((curve.span.start, curve.span.file)) {
            return;
        }
        let indicator = &model.indicators[id];
        let name = &indicator.title.name;
        let message = text!(
            "the scoring of `{name}` falls from {from} to {to} as it gets better, from {before} to {after}",
            name,
            from,
            to,
            before,
            after
        );
        let finding = Diagnostic::new(codes::proofs::SCORING_CLIFF, message);
        found.push(
            rows_labelled(finding, &drop, curve.span, &from, &to)
                .help(text!("give the better result at least as much, or write the target that is meant")),
        );
    };
    for (id, indicator) in model.indicators.iter() {
        check(id, &indicator.scoring);
    }
    let mut lines: Vec<&Line> = model.scorecards.iter().flat_map(|(_, card)| &card.lines).collect();
    while let Some(line) = lines.pop() {
        match &line.kind {
            LineKind::Indicator { indicator, scoring, .. } => check(*indicator, scoring),
            LineKind::Group { lines: inner, .. } => lines.extend(inner),
            LineKind::Card(_) => {}
        }
    }
}

/// The first fall of a curve as an indicator gets better, as people read it.
struct Fall {
    drop: Drop,
    /// The values before the edge and behind it.
    from: String,
    to: String,
    /// The last number before the edge, and the first behind it.
    before: String,
    after: String,
}

/// Where a curve of the actual or the attainment of an indicator falls as that gets better.
fn fall(scene: &Scene<'_>, ranges: &Ranges<'_>, id: IndicatorId, field: LineField, curve: &Curve) -> Option<Fall> {
    let model = scene.model;
    let indicator = &model.indicators[id];
    let better = match field {
        LineField::Attainment => Better::Higher,
        // Without a target the curve itself says what is better.
        LineField::Actual if indicator.target.is_none() => return None,
        LineField::Actual => scene.better(id),
    };
    if better == Better::Nearer {
        return None;
    }
    let range = match field {
        LineField::Attainment => Range::new(Dec::ZERO, model.policy.attainment_cap),
        LineField::Actual => Range::of(&ranges.actual(id)),
    };
    let rising = better == Better::Higher;
    let mut drop = drops(scene, curve, range, rising).into_iter().next()?;
    if field == LineField::Actual && ranges.actual(id).whole {
        let (up, down) = (kpi_value::Rounding::Up, kpi_value::Rounding::Down);
        drop.at.0 = drop.at.0.round_with(0, if rising { down } else { up });
        drop.at.1 = drop.at.1.round_with(0, if rising { up } else { down });
    }
    let ty = if field == LineField::Attainment { Type::RATIO } else { indicator.formula.ty };
    let (before, after) = (show_number(model, edge(drop.at.0), ty), show_number(model, edge(drop.at.1), ty));
    let (from, to) = (show_number(model, drop.values.0, curve.ty), show_number(model, drop.values.1, curve.ty));
    Some(Fall { drop, from, to, before, after })
}

/// Pays that a curve of an indicator makes fall.
fn pays_by_indicators(model: &Model, ranges: &Ranges<'_>, found: &mut Vec<Diagnostic>) {
    let case = Case::default();
    let scene = Scene::new(model, ranges, &case);
    for (_, incentive) in model.incentives.iter() {
        for pay in &incentive.pays {
            let mut curves = Vec::new();
            rising_curves(&scene, &pay.value, &mut curves);
            for (curve, id, field) in curves {
                // What reads the indicator twice may make up for it elsewhere.
                if reads_of(&pay.value, id) > 1 {
                    continue;
                }
                let Some(Fall { drop, from, to, before, after }) = fall(&scene, ranges, id, field, curve) else {
                    continue;
                };
                let (name, own) = (&incentive.title.name, &pay.title.name);
                let indicator = &model.indicators[id].title.name;
                // Both sides of the edge of an attainment may be written alike.
                let message = if before == after {
                    text!(
                        "`{name}.{own}` falls as `{indicator}` gets better, at {after}: its curve gives {from}, then {to}",
                        name,
                        own,
                        indicator,
                        after,
                        from,
                        to
                    )
                } else {
                    text!(
                        "`{name}.{own}` falls as `{indicator}` gets better, from {before} to {after}: its curve gives {from}, then {to}",
                        name,
                        own,
                        indicator,
                        before,
                        after,
                        from,
                        to
                    )
                };
                let finding = Diagnostic::new(codes::proofs::PAY_CLIFF, message);
                found.push(rows_labelled(finding, &drop, curve.span, &from, &to).help(text!(
                    "give the better row at least as much, or write `marginal`, which pays each slice at its own rate"
                )));
            }
        }
    }
}

/// The curves of indicators of which an amount is a sum or a multiple, so that it falls where they fall.
fn rising_curves<'e>(scene: &Scene<'_>, e: &'e Expr, found: &mut Vec<(&'e Curve, IndicatorId, LineField)>) {
    match &e.kind {
        ExprKind::Inlined(_, body) => rising_curves(scene, body, found),
        ExprKind::Curve(curve, x) => {
            let mut x = &**x;
            while let ExprKind::Inlined(_, body) = &x.kind {
                x = body;
            }
            match x.kind {
                ExprKind::Indicator(id, IndicatorField::Actual) => found.push((curve, id, LineField::Actual)),
                ExprKind::Indicator(id, IndicatorField::Attainment) => found.push((curve, id, LineField::Attainment)),
                _ => {}
            }
        }
        ExprKind::Arithmetic(ArithmeticOp::Add, a, b) => {
            rising_curves(scene, a, found);
            rising_curves(scene, b, found);
        }
        ExprKind::Arithmetic(ArithmeticOp::Sub, a, _) => rising_curves(scene, a, found),
        ExprKind::Arithmetic(op @ (ArithmeticOp::Mul | ArithmeticOp::Div), a, b) => {
            let positive = |e: &Expr| scene.number(e).range.low.is_some_and(|low| low >= Dec::ZERO);
            let (left, right) = (positive(b), *op == ArithmeticOp::Mul && positive(a));
            if left {
                rising_curves(scene, a, found);
            }
            if right {
                rising_curves(scene, b, found);
            }
        }
        _ => {}
    }
}

/// How often an amount reads an indicator.
fn reads_of(e: &Expr, id: IndicatorId) -> usize {
    let mut reads = 0;
    any(e, &mut |inner| {
        reads += usize::from(matches!(inner.kind, ExprKind::Indicator(other, _) if other == id));
        false
    });
    reads
}

fn rows_labelled(finding: Diagnostic, drop: &Drop, whole: Span, from: &str, to: &str) -> Diagnostic {
    match drop.rows {
        Some((before, after)) if before != after => {
            finding.label(after, text!("{to} behind the edge", to)).label(before, text!("{from} before it", from))
        }
        _ => finding.label(whole, text!("it falls from {from} to {to}", from, to)),
    }
}

/// The falls of a curve of constants over a range, as its argument rises or falls.
fn drops(scene: &Scene<'_>, curve: &Curve, range: Range, rising: bool) -> Vec<Drop> {
    let mut drops = Vec::new();
    let mut note = |low: Dec, high: Dec, at_low: Dec, at_high: Dec, rows: Option<(Span, Span)>| {
        let (at, values, rows) = if rising {
            ((low, high), (at_low, at_high), rows)
        } else {
            ((high, low), (at_high, at_low), rows.map(|(a, b)| (b, a)))
        };
        if values.1 < values.0 {
            drops.push(Drop { at, values, rows });
        }
    };
    match &curve.kind {
        CurveKind::Step(rows) => {
            let pieces = pieces(&rows.iter().map(|row| &row.bound), range);
            for pair in pieces.windows(2) {
                let [a, b] = pair else { continue };
                let (Some(first), Some(second)) = (rows.get(a.row), rows.get(b.row)) else { continue };
                let value = |e: &Expr| scene.number(e).range.as_point();
                let (Some(low), Some(high)) = (value(&first.value), value(&second.value)) else { continue };
                let (Some(end), Some(start)) = (a.range.high, b.range.low) else { continue };
                note(end, start, low, high, Some((first.span, second.span)));
            }
        }
        CurveKind::Linear(points) => {
            for pair in points.windows(2) {
                let [(x0, _), (x1, _)] = pair else { continue };
                let inside = Range::new(*x0, *x1).clamp(range.low, range.high);
                let (Some(low), Some(high)) = (inside.low, inside.high) else { continue };
                if low < high
                    && let (Some(a), Some(b)) = (interpolate(points, low), interpolate(points, high))
                {
                    note(low, high, a, b, None);
                }
            }
        }
        CurveKind::Marginal(_) => {}
    }
    drops
}

/// A number as people write the edge beside which it lies.
fn edge(x: Dec) -> Dec {
    let rounded = x.round(6);
    let apart = x.sub(rounded).map_or(Dec::ONE, Dec::abs);
    if apart <= crate::curve::ulp() { rounded } else { x }
}

fn pays(model: &Model, ranges: &Ranges<'_>, id: IncentiveId, found: &mut Vec<Diagnostic>) {
    let incentive = &model.incentives[id];
    let base = base_of(model, incentive);
    let mut told: FxHashMap<usize, Vec<Dec>> = FxHashMap::default();
    if never_fall(model, ranges, incentive, base.as_ref()) {
        return;
    }
    for unit in units_of(model, ranges, id) {
        let Some(card_id) = unit.subject.card else { continue };
        let Some(cases) = unit.cases.as_ref() else { continue };
        // The falls of each pay with the case that shows it first, and in how many of them it is.
        let mut seen: Vec<(usize, Field, Drop, &Case, usize)> = Vec::new();
        let mut looked_at = 0;
        for case in cases.iter().take(CASES) {
            let card = Scene::new(model, ranges, case).card(card_id);
            let Some(card) = card else { continue };
            looked_at += 1;
            let search = Search::new((model, ranges), unit.subject, case, &unit.inputs);
            let mut scene = search.usual_scene();
            if let Some(base) = &base {
                scene.pins.insert(base.print.clone(), Value::Dec(Dec::ONE));
                scene.multiples = true;
            }
            let top = |range: Range| range.high.map_or(range, Range::point);
            let mut state = CardState { id: card_id, score: card.score, attainment: card.attainment };
            for field in [Field::Attainment, Field::Score] {
                let whole = state.clone();
                match field {
                    Field::Attainment => state.score.range = top(state.score.range),
                    Field::Score => state.attainment.range = top(state.attainment.range),
                }
                scene.card = Some(state);
                for (place, pay) in incentive.pays.iter().enumerate() {
                    if reads(&pay.value, field) {
                        for drop in pay_drops(&mut scene, incentive, field, place).into_iter().take(TOLD) {
                            let known = seen.iter_mut().find(|(pay, own, known, ..)| {
                                *pay == place && *own == field && known.at == drop.at && known.values == drop.values
                            });
                            match known {
                                Some((.., count)) => *count += 1,
                                None => seen.push((place, field, drop, case, 1)),
                            }
                        }
                    }
                }
                state = whole;
            }
        }
        let ty = base.as_ref().map_or(Type::MONEY, |_| Type::RATIO);
        for (place, field, drop, case, count) in &seen {
            let told = told.entry(*place).or_default();
            // Another card or case that falls at the same place says nothing new.
            if told.len() < TOLD && !told.contains(&drop.at.1) {
                told.push(drop.at.1);
                let case = Some(*case).filter(|_| *count < looked_at);
                found.push(pay_finding(model, (incentive, *place), *field, ty, drop, case));
            }
        }
    }
}

/// Whether no pay of an incentive can fall as the card's values rise, in whatever case: then there is nothing to look for.
fn never_fall(model: &Model, ranges: &Ranges<'_>, incentive: &Incentive, base: Option<&Base>) -> bool {
    let Audience::Cards(cards) = &incentive.audience else { return true };
    let Some(&id) = cards.first() else { return true };
    let case = Case::default();
    let mut scene = Scene::new(model, ranges, &case);
    if let Some(base) = base {
        scene.pins.insert(base.print.clone(), Value::Dec(Dec::ONE));
    }
    let rising = Number { range: Range::ALL, trend: Trend::Up, free: None };
    scene.card = Some(CardState { id, score: rising, attainment: rising });
    incentive.pays.iter().all(|pay| scene.number(&pay.value).trend.never_falls())
}

/// Whether an amount reads a value of the card.
fn reads(expr: &Expr, field: Field) -> bool {
    any(expr, &mut |inner| match inner.kind {
        ExprKind::Card(CardField::Attainment) => field == Field::Attainment,
        ExprKind::Card(CardField::Score | CardField::Grade) => field == Field::Score,
        _ => false,
    })
}

/// Where a pay falls as the card's value rises, everything else being as usual.
fn pay_drops(scene: &mut Scene<'_>, incentive: &Incentive, field: Field, place: usize) -> Vec<Drop> {
    let stretches = match scene.model.incentives.iter().find(|(_, own)| std::ptr::eq(*own, incentive)) {
        Some((id, _)) => {
            let incentive = &scene.model.incentives[id];
            scene.stretches(incentive, field, Truth::known(false))
        }
        None => return Vec::new(),
    };
    let mut drops: Vec<Drop> = Vec::new();
    let mut last: Option<(Dec, Dec)> = None;
    for stretch in &stretches {
        let Some(pay) = stretch.value.pays.get(place) else { continue };
        let (Some(from), Some(to)) = (stretch.range.low, stretch.range.high) else { continue };
        let (Some(low), Some(high)) = (pay.range.low, pay.range.high) else { return drops };
        // Values at both ends of the stretch, where they are known.
        let (first, end) = match pay.trend {
            Trend::Same if low == high => (low, low),
            Trend::Up => (low, high),
            Trend::Down => (high, low),
            _ => {
                last = None;
                continue;
            }
        };
        if let Some((at, before)) = last
            && first < before
        {
            drops.push(Drop {
                at: (at, from),
                values: (before, first),
                rows: rows_at(incentive, place, field, at, from),
            });
        }
        if end < first {
            drops.push(Drop { at: (from, to), values: (first, end), rows: None });
        }
        last = Some((to, end));
    }
    // Neighbouring stretches of one slope are one fall.
    let mut merged: Vec<Drop> = Vec::new();
    for drop in drops {
        match merged.last_mut() {
            Some(last) if last.rows.is_none() && drop.rows.is_none() && last.values.1 >= drop.values.0 => {
                last.at.1 = drop.at.1;
                last.values.1 = drop.values.1;
            }
            _ => merged.push(drop),
        }
    }
    merged
}

/// The rows of a step curve of the card's value that are in force before and behind an edge.
fn rows_at(incentive: &Incentive, place: usize, field: Field, before: Dec, behind: Dec) -> Option<(Span, Span)> {
    let pay = incentive.pays.get(place)?;
    let mut found = None;
    any(&pay.value, &mut |inner| {
        if let ExprKind::Curve(curve, x) = &inner.kind
            && let CurveKind::Step(rows) = &curve.kind
            && matches!(x.kind, ExprKind::Card(_))
            && reads(x, field)
        {
            let row = |x: Dec| rows.iter().find(|row| row.bound.holds(x)).map(|row| row.span);
            if let (Some(first), Some(second)) = (row(before), row(behind))
                && first != second
            {
                found = Some((first, second));
            }
        }
        found.is_some()
    });
    found
}

fn pay_finding(
    model: &Model,
    (incentive, place): (&Incentive, usize),
    field: Field,
    unit: Type,
    drop: &Drop,
    case: Option<&Case>,
) -> Diagnostic {
    let pay = incentive.pays.get(place);
    let (name, own) = (&incentive.title.name, pay.map_or("", |pay| pay.title.name.as_str()));
    let of_field = if field == Field::Score { Type::POINTS } else { Type::RATIO };
    let (at, before) = (show_number(model, drop.at.1, of_field), show_number(model, drop.at.0, of_field));
    let (from, to) = (show_number(model, drop.values.0, unit), show_number(model, drop.values.1, unit));
    let message = match (field, drop.rows.is_some()) {
        (Field::Attainment, true) => {
            text!("`{name}.{own}` falls from {from} to {to} at an attainment of {at}", name, own, from, to, at)
        }
        (Field::Score, true) => {
            text!("`{name}.{own}` falls from {from} to {to} at a score of {at}", name, own, from, to, at)
        }
        (Field::Attainment, false) => text!(
            "`{name}.{own}` falls from {from} to {to} as the attainment rises from {before} to {at}",
            name,
            own,
            from,
            to,
            before,
            at
        ),
        (Field::Score, false) => text!(
            "`{name}.{own}` falls from {from} to {to} as the score rises from {before} to {at}",
            name,
            own,
            from,
            to,
            before,
            at
        ),
    };
    let span = pay.map_or(incentive.title.span, |pay| pay.value.span);
    let finding = rows_labelled(Diagnostic::new(codes::proofs::PAY_CLIFF, message), drop, span, &from, &to);
    let help = match case.filter(|case| !case.shown.is_empty()) {
        None => {
            text!("give the better row at least as much, or write `marginal`, which pays each slice at its own rate")
        }
        Some(case) => text!(
            "so it is for {case}; give the better row at least as much, or write `marginal`, which pays each slice at its own rate",
            case = case.shown
        ),
    };
    finding.help(help)
}
