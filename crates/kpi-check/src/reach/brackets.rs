//! Rows of curves and grades that never apply, because their input cannot get there.

use kpi_base::{Span, codes, text};
use kpi_value::Dec;
use rustc_hash::FxHashSet;

use super::conditions::sorted;
use super::{Places, Reach};
use crate::model::{
    Curve, CurveKind, Expr, ExprKind, IndicatorId, Line, LineField, LineKind, Scoring, StepBound, Type,
};
use crate::ranges::{Range, applying};

/// A curve at one place of the text, all its uses together.
struct Used<'m> {
    curve: &'m Curve,
    /// Which of its rows matter to some use.
    rows: Vec<bool>,
    input: Range,
    ty: Type,
    /// Where the first use has its input from; none for a scoring, whose input is its line's.
    from: Option<&'m Expr>,
    /// The target whose attainment it is.
    target: Option<Span>,
    name: Option<&'m str>,
}

impl<'m> Reach<'m> {
    pub(super) fn check_curves(&mut self, exprs: &[&'m Expr]) {
        let mut places: Places<Used<'m>> = Places::default();
        for e in exprs {
            if let ExprKind::Curve(curve, x) = &e.kind {
                let input = self.ranges.range(x);
                note(&mut places, Used::new(curve, input, x.ty, Some(x)));
            }
        }
        let cap = self.model.policy.attainment_cap;
        let mut on_cards = FxHashSet::default();
        for (_, card) in self.model.scorecards.iter() {
            shown(&card.lines, &mut on_cards);
        }
        for (id, indicator) in self.model.indicators.iter() {
            // A line may have another scoring, or another cap: it stands for itself below.
            if !on_cards.contains(&id) {
                self.note_scoring(&mut places, id, &indicator.scoring, cap);
            }
        }
        for (_, card) in self.model.scorecards.iter() {
            self.note_lines(&mut places, &card.lines);
        }
        for (_, used) in sorted(places) {
            self.report_rows(&used);
        }
    }

    fn note_lines(&self, places: &mut Places<Used<'m>>, lines: &'m [Line]) {
        for line in lines {
            match &line.kind {
                LineKind::Indicator { indicator, scoring, attainment_cap } => {
                    self.note_scoring(places, *indicator, scoring, *attainment_cap);
                }
                LineKind::Group { lines, .. } => self.note_lines(places, lines),
                LineKind::Card(_) => {}
            }
        }
    }

    fn note_scoring(&self, places: &mut Places<Used<'m>>, id: IndicatorId, scoring: &'m Scoring, cap: Dec) {
        let Scoring::Curve(field, curve) = scoring else { return };
        let indicator = &self.model.indicators[id];
        let mut used = match field {
            LineField::Actual => {
                Used::new(curve, self.ranges.actual(id), indicator.formula.ty, Some(&indicator.formula))
            }
            LineField::Attainment => Used::new(curve, self.ranges.attainment(id, cap), Type::RATIO, None),
        };
        let mut targets = indicator.target.iter().flat_map(|target| &target.rows).filter_map(|row| row.value.as_ref());
        used.target = targets.next().map(|target| target.span).filter(|_| *field == LineField::Attainment);
        used.name = Some(&indicator.title.name);
        note(places, used);
    }

    fn report_rows(&mut self, used: &Used<'m>) {
        if used.input.is_empty() {
            return;
        }
        let input = self.words(used.input, used.ty);
        for (place, applies) in used.rows.iter().enumerate() {
            if *applies {
                continue;
            }
            let (row, span) = match &used.curve.kind {
                CurveKind::Step(rows) => match rows.get(place) {
                    Some(row) => match &row.bound {
                        StepBound::Compare(op, x) => (format!("{} {}", op.sign(), self.number(*x, used.ty)), row.span),
                        StepBound::Range(low, high, closed) => {
                            let dots = if *closed { ".." } else { "..<" };
                            (format!("{}{dots}{}", self.number(*low, used.ty), self.number(*high, used.ty)), row.span)
                        }
                        StepBound::Else => continue,
                    },
                    None => continue,
                },
                CurveKind::Linear(points) | CurveKind::Marginal(points) => match points.get(place) {
                    Some((x, _)) => (self.number(*x, used.ty), used.curve.span),
                    None => continue,
                },
            };
            let message = match used.name {
                Some(name) => {
                    text!("the row `{row}` never applies: `{name}` gives it {input}", row, name, input = input.clone())
                }
                None => text!("the row `{row}` never applies: its input is always {input}", row, input = input.clone()),
            };
            let mut finding =
                Self::finding(codes::reach::ROW_NEVER, message, span, text!("no input gets to `{row}`", row));
            for (span, text) in used.from.into_iter().flat_map(|from| self.reasons(from, used.input)) {
                finding = finding.label(span, text);
            }
            if let Some(target) = used.target {
                finding = finding.label(target, text!("its attainment is {range}", range = input.clone()));
            }
            self.report(finding.help(text!("remove the row, or write a bound that the input can pass")));
        }
    }

    pub(super) fn check_grades(&mut self) {
        let model = self.model;
        for (id, card) in model.scorecards.iter() {
            let Some(grade) = &card.grade else { continue };
            let rows = crate::ranges::grade_bounds(grade);
            let score = self.ranges.card(id).score;
            let shown = self.words(score, Type::POINTS);
            let applies = self.ranges.grades_applying(id);
            let help =
                text!("a score goes up to 100 unless a scoring or a bonus gives more: write a bound that it can pass");
            for (row, applies) in rows.iter().zip(applies) {
                if applies || matches!(row.bound, StepBound::Else) {
                    continue;
                }
                let card_name = card.title.name.clone();
                let message = text!(
                    "nobody can get the grade `{name}`: the score of `{card}` is always {range}",
                    name = row.grade,
                    card = card_name,
                    range = shown.clone()
                );
                let span = row.span;
                let row = bound_text(&row.bound);
                let finding = Self::finding(
                    codes::reach::GRADE_NEVER,
                    message,
                    span,
                    text!("its score never gets to `{row}`", row),
                );
                if !self.library.contains(&span.file) {
                    self.found.push(finding.help(help.clone()));
                }
            }
        }
    }
}

/// The indicators that lines show.
fn shown(lines: &[Line], all: &mut FxHashSet<IndicatorId>) {
    for line in lines {
        match &line.kind {
            LineKind::Indicator { indicator, .. } => drop(all.insert(*indicator)),
            LineKind::Group { lines, .. } => shown(lines, all),
            LineKind::Card(_) => {}
        }
    }
}

fn bound_text(bound: &StepBound) -> String {
    match bound {
        StepBound::Compare(op, x) => format!("{} {x}", op.sign()),
        StepBound::Range(low, high, true) => format!("{low}..{high}"),
        StepBound::Range(low, high, false) => format!("{low}..<{high}"),
        StepBound::Else => "else".to_owned(),
    }
}

impl<'m> Used<'m> {
    fn new(curve: &'m Curve, input: Range, ty: Type, from: Option<&'m Expr>) -> Used<'m> {
        let rows: Vec<bool> = match &curve.kind {
            CurveKind::Step(rows) => applying(rows, input).collect(),
            CurveKind::Linear(points) => matter(points, input),
            CurveKind::Marginal(slices) => {
                let reached = |start: &Dec| input.high.number().is_none_or(|high| *start < high);
                slices.iter().map(|(start, _)| reached(start)).collect()
            }
        };
        Used { curve, rows, input, ty, from, target: None, name: None }
    }
}

fn note<'m>(places: &mut Places<Used<'m>>, own: Used<'m>) {
    match places.get_mut(&own.curve.span) {
        Some(used) => {
            for (some, own) in used.rows.iter_mut().zip(own.rows) {
                *some = *some || own;
            }
            used.input = used.input.hull(own.input);
            if used.name != own.name {
                used.name = None;
            }
        }
        None => drop(places.insert(own.curve.span, own)),
    }
}

/// Which points of a straight line between points say something over a range: those inside, and the first beyond each
/// end, to which the line leads.
fn matter(points: &[(Dec, Dec)], input: Range) -> Vec<bool> {
    let below = |x: &Dec| input.low.number().is_some_and(|low| *x <= low);
    let above = |x: &Dec| input.high.number().is_some_and(|high| *x >= high);
    let place = |index: usize| points.get(index).map(|(x, _)| x);
    let matters = |index: usize| {
        // The next point towards the range lies outside of it too.
        let hidden_below = place(index + 1).is_some_and(below);
        let hidden_above = index.checked_sub(1).and_then(place).is_some_and(above);
        !hidden_below && !hidden_above
    };
    (0..points.len()).map(matters).collect()
}
