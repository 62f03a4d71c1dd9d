//! What the tests of a policy cover.
//!
//! A policy decides at its *sites*: each row of a target, a bracket, a grade or a rule's text; each veto, rule and eligibility,
//! which hold or do not; each bonus and deduction; and each threshold, at which a test should stand *exactly*, and *across* it: at
//! any value on the side where the outcome is another one than at the threshold itself. [`list`] names the sites of a policy in
//! its order, [`reach`] says of one test that was computed which of them it reaches. It reads what the value stage has
//! computed for the test's subjects, and computes nothing.

mod curves;
mod site;

use kpi_base::{Files, Text, text};
use kpi_check::model::{
    CompareOp, Expr, ExprKind, Grade, IndicatorId, Line, LineField, LineKind, Model, ScorecardId, Scoring, Target,
    TargetKind, Type,
};
use kpi_results::{Coverage, RuleOutcome};
use kpi_score::{At, Cards, IndicatorColumns, LineColumns, LineSource, Scored, Standing};
use kpi_value::Dec;

use site::{Mark, Sites, Watched, row_text};

/// The sites of a policy, none of them reached.
pub fn list(model: &Model, files: &Files) -> Coverage {
    let mut eye = Eye { model, scored: None, sites: Sites::listing(files) };
    eye.policy();
    eye.sites.into_coverage()
}

/// For each site that [`list`] names, in its order, whether a test reaches it.
pub fn reach(scored: &Scored<'_>) -> Vec<bool> {
    let mut eye = Eye { model: scored.model(), scored: Some(scored), sites: Sites::reaching() };
    eye.policy();
    eye.sites.into_reached()
}

/// Walks over a policy in its order, and looks what a test has computed for each site.
struct Eye<'e, 'm> {
    model: &'m Model,
    scored: Option<&'e Scored<'m>>,
    sites: Sites<'e>,
}

impl Eye<'_, '_> {
    fn policy(&mut self) {
        for (id, _) in self.model.indicators.iter() {
            self.indicator(id);
        }
        for (id, _) in self.model.scorecards.iter() {
            self.scorecard(id);
        }
        for (id, incentive) in self.model.incentives.iter() {
            self.sites.declaration(&incentive.title.name, incentive.title.span);
            let pays: Vec<_> = self.scored.iter().flat_map(|s| s.pays()).filter(|pays| pays.incentive == id).collect();
            let paid = |wanted: fn(Standing) -> bool| -> Vec<(At, Vec<usize>)> {
                let cells = |pays: &&&kpi_score::Pays| {
                    let at = At::spine(pays.members.spine);
                    let at = pays.card.map_or(at, |card| at.card(card));
                    let rows = pays.members.cells.iter().zip(&pays.standing);
                    (at, rows.filter(|(_, s)| wanted(**s)).map(|(cell, _)| *cell as usize).collect())
                };
                pays.iter().map(|pays| cells(&pays)).collect()
            };
            let all = paid(|_| true);
            if let Some(condition) = &incentive.condition {
                self.truth(condition, &all);
                self.expr(condition, &all);
            }
            let paid = paid(|standing| standing == Standing::Paid);
            for pay in &incentive.pays {
                self.expr(&pay.value, &paid);
            }
        }
        for (id, rule) in self.model.rules.iter() {
            self.sites.declaration(&rule.title.name, rule.title.span);
            let outcomes: Vec<_> =
                self.scored.iter().flat_map(|s| s.outcomes()).filter(|outcomes| outcomes.rule == id).collect();
            let came = |wanted: RuleOutcome| outcomes.iter().any(|outcomes| outcomes.outcome.contains(&Some(wanted)));
            let (fired, not_fired) = (came(RuleOutcome::Fired), came(RuleOutcome::NotFired));
            let (span, name) = (rule.title.span, &rule.title.name);
            self.sites.add(span, Mark::Fired, fired, || text!("in no test does `{name}` fire", name));
            self.sites.add(span, Mark::NotFired, not_fired, || text!("in no test does `{name}` not fire", name));
            for (place, row) in rule.then.iter().flat_map(|then| then.text.rows.iter().enumerate()).skip_while(|_| {
                // A single text is said whenever the rule fires.
                rule.then.as_ref().is_none_or(|then| then.text.rows.len() < 2)
            }) {
                let said = outcomes.iter().any(|outcomes| outcomes.text.contains(&(place as u32)));
                self.row(row.span, said);
            }
            let cells: Vec<(At, Vec<usize>)> = outcomes
                .iter()
                .map(|outcomes| {
                    let at = At::spine(outcomes.members.spine);
                    let at = outcomes.card.map_or(at, |card| at.card(card));
                    (at, outcomes.members.cells.iter().map(|cell| *cell as usize).collect())
                })
                .collect();
            self.expr(&rule.condition, &cells);
        }
    }

    fn row(&mut self, span: kpi_base::Span, reached: bool) {
        let files = self.sites.files;
        self.sites
            .add(span, Mark::Row, reached, || text!("no test takes the row `{row}`", row = row_text(files, span)));
    }

    fn truth(&mut self, condition: &Expr, at: &[(At, Vec<usize>)]) {
        let holds = |wanted: bool| {
            self.scored.is_some_and(|scored| {
                let column = |at: &At| scored.recorded(condition.id, *at);
                at.iter()
                    .any(|(at, cells)| cells.iter().any(|&cell| column(at).and_then(|c| c.bool(cell)) == Some(wanted)))
            })
        };
        let (yes, no) = (holds(true), holds(false));
        let (files, span) = (self.sites.files, condition.span);
        self.sites.add(span, Mark::Fired, yes, || {
            text!("in no test does `{condition}` hold", condition = row_text(files, span))
        });
        self.sites.add(span, Mark::NotFired, no, || {
            text!("in no test does `{condition}` fail", condition = row_text(files, span))
        });
    }

    /// Where an indicator is measured: its columns, and the cells in which a card has it.
    fn measured(&self, id: IndicatorId) -> Vec<(&IndicatorColumns, Vec<usize>)> {
        let Some(scored) = self.scored else { return Vec::new() };
        let mut found: Vec<(&IndicatorColumns, Vec<usize>)> = Vec::new();
        for cards in scored.cards() {
            let mut open: Vec<&LineColumns> = cards.lines.iter().collect();
            while let Some(line) = open.pop() {
                if let LineSource::Indicator { id: own, columns, .. } = &line.source
                    && *own == id
                {
                    found.push((&**columns, cells_of(cards, line)));
                }
                open.extend(&line.lines);
            }
        }
        if found.is_empty()
            && let Some(columns) = scored.measured(id)
        {
            found.push((columns, (0..columns.actual.len()).collect()));
        }
        // Of what is judged in shorter periods and rolled up, those decide.
        found
            .into_iter()
            .map(|(columns, cells)| match &columns.rolled {
                None => (columns, cells),
                Some(rolled) => {
                    let inside = cells.iter().filter_map(|cell| rolled.cells.get(*cell)).flatten();
                    (&*rolled.columns, inside.map(|cell| *cell as usize).collect())
                }
            })
            .collect()
    }

    fn indicator(&mut self, id: IndicatorId) {
        let indicator = &self.model.indicators[id];
        self.sites.declaration(&indicator.title.name, indicator.title.span);
        let at: Vec<(At, Vec<usize>)> =
            self.measured(id).into_iter().map(|(columns, cells)| (At::spine(columns.spine), cells)).collect();
        self.expr(&indicator.formula, &at);
        let rows = indicator.target.iter().flat_map(|table| table.rows.iter().enumerate());
        for (place, row) in rows {
            let in_force = |columns: &IndicatorColumns, cell: usize| {
                let row = columns.target_row.as_ref().and_then(|rows| rows.get(cell));
                row.is_some_and(|row| *row as usize == place)
            };
            let measured = self.measured(id);
            let pairs: Vec<_> = measured
                .iter()
                .flat_map(|(columns, cells)| cells.iter().map(|cell| (*columns, *cell)))
                .filter(|(columns, cell)| in_force(columns, *cell))
                .collect();
            let several = indicator.target.as_ref().is_some_and(|table| table.rows.len() > 1);
            let taken = !pairs.is_empty();
            let watched = row.value.as_ref().map(|target| goals(target, &pairs));
            if several {
                self.row(row.span, taken);
            }
            if let Some(target) = &row.value {
                self.target(target, watched.unwrap_or_default());
            }
        }
        if !self.is_on_a_card(id) {
            self.scoring(&indicator.scoring, indicator.formula.ty, &[]);
        }
    }

    /// The thresholds of a target; for each the values on both sides of the comparison.
    fn target(&mut self, target: &Target, [low, high]: [Vec<(Dec, Dec)>; 2]) {
        let files = self.sites.files;
        let shown = || row_text(files, target.span);
        match &target.kind {
            TargetKind::Compare(op, _) => {
                let watched = Watched { op: *op, pairs: low, value: None };
                self.sites.threshold(target.span, &watched, || Text::quoted(shown()));
            }
            TargetKind::Between(_, _, closed) => {
                let watched = Watched { op: CompareOp::Ge, pairs: low, value: Some(Dec::ZERO) };
                self.sites.threshold(target.span, &watched, || text!("the lower bound of `{shown}`", shown = shown()));
                let op = if *closed { CompareOp::Le } else { CompareOp::Lt };
                let watched = Watched { op, pairs: high, value: Some(Dec::ONE) };
                self.sites.threshold(target.span, &watched, || text!("the upper bound of `{shown}`", shown = shown()));
            }
        }
    }

    fn is_on_a_card(&self, id: IndicatorId) -> bool {
        let mut open: Vec<&Line> = self.model.scorecards.iter().flat_map(|(_, card)| &card.lines).collect();
        while let Some(line) = open.pop() {
            match &line.kind {
                LineKind::Indicator { indicator, .. } if *indicator == id => return true,
                LineKind::Group { lines, .. } => open.extend(lines),
                _ => {}
            }
        }
        false
    }

    fn scoring(&mut self, scoring: &Scoring, actual: Type, lines: &[(&Cards, &LineColumns)]) {
        let Scoring::Curve(field, curve) = scoring else { return };
        let mut values = Vec::new();
        for (cards, line) in lines {
            let LineSource::Indicator { columns, .. } = &line.source else { continue };
            for row in cards.judged() {
                let value = match field {
                    LineField::Actual => cards.members.cell(row).and_then(|cell| columns.actual.dec(cell)),
                    LineField::Attainment => line.attainment.get(row).copied().flatten(),
                };
                values.extend(value.filter(|_| line.status.get(row).copied().flatten().is_some()));
            }
        }
        let ty = if *field == LineField::Actual { actual } else { Type::RATIO };
        self.curve(curve, &values, ty);
    }

    fn scorecard(&mut self, id: ScorecardId) {
        let card = &self.model.scorecards[id];
        self.sites.declaration(&card.title.name, card.title.span);
        let cards = self.scored.and_then(|scored| scored.cards_of(id));
        self.lines(&card.lines, cards, cards.map(|cards| cards.lines.as_slice()).unwrap_or_default());
        let cells = |cards: &Cards| cards.judged().filter_map(|row| cards.members.cell(row)).collect::<Vec<_>>();
        for (place, veto) in card.vetoes.iter().enumerate() {
            let came = |wanted: bool| {
                cards.is_some_and(|cards| {
                    let fired = cards.vetoes.get(place);
                    cards.judged().any(|row| fired.and_then(|fired| fired.get(row).copied().flatten()) == Some(wanted))
                })
            };
            let (span, name) = (veto.title.span, &veto.title.name);
            self.sites.add(span, Mark::Fired, came(true), || text!("in no test does `{name}` fire", name));
            self.sites.add(span, Mark::NotFired, came(false), || text!("in no test does `{name}` not fire", name));
            let at: Vec<_> =
                cards.iter().map(|cards| (At::spine(cards.members.spine).strict(), cells(cards))).collect();
            self.expr(&veto.condition, &at);
        }
        for (place, adjustment) in card.adjustments.iter().enumerate() {
            let points = |wanted: &dyn Fn(Dec) -> bool| {
                cards.is_some_and(|cards| {
                    let points = cards.adjustments.get(place);
                    cards
                        .judged()
                        .any(|row| points.and_then(|points| points.get(row).copied().flatten()).is_some_and(wanted))
                })
            };
            let (span, name) = (adjustment.title.span, &adjustment.title.name);
            let given = points(&|points| points > Dec::ZERO);
            self.sites.add(span, Mark::Fired, given, || text!("in no test does `{name}` give any points", name));
            if let Some(cap) = adjustment.cap {
                let capped = points(&|points| points >= cap);
                self.sites.add(span, Mark::Capped, capped, || text!("in no test does `{name}` reach its cap", name));
            }
            let at: Vec<_> = cards.iter().map(|cards| (At::spine(cards.members.spine), cells(cards))).collect();
            self.expr(&adjustment.value, &at);
        }
        self.grades(card.grade.as_ref(), card.title.span, cards);
    }

    fn lines(&mut self, lines: &[Line], cards: Option<&Cards>, columns: &[LineColumns]) {
        for (place, line) in lines.iter().enumerate() {
            let own = cards.zip(columns.get(place));
            match &line.kind {
                LineKind::Indicator { indicator, scoring, .. } => {
                    let actual = self.model.indicators[*indicator].formula.ty;
                    let own: Vec<_> = own.into_iter().collect();
                    self.scoring(scoring, actual, &own);
                }
                LineKind::Group { lines, .. } => {
                    let inner = own.map(|(_, columns)| columns.lines.as_slice()).unwrap_or_default();
                    self.lines(lines, cards, inner);
                }
                LineKind::Card(_) => {}
            }
        }
    }

    fn grades(&mut self, grade: Option<&Grade>, card: kpi_base::Span, cards: Option<&Cards>) {
        let given = |place: usize| {
            cards.is_some_and(|cards| {
                cards.judged().any(|row| cards.grade.get(row).copied().flatten() == Some(place as u32))
            })
        };
        match grade {
            None => {}
            Some(Grade::Bounds(rows)) => {
                let scores: Vec<Dec> = cards
                    .iter()
                    .flat_map(|cards| cards.judged().filter_map(|row| cards.score.get(row).copied().flatten()))
                    .collect();
                for (place, row) in rows.iter().enumerate() {
                    self.row(row.span, given(place));
                }
                self.bounds(rows.iter().map(|row| (&row.bound, row.span)), &scores);
            }
            Some(Grade::Shares { shares, rest, .. }) => {
                let names = shares.iter().map(|share| &share.grade).chain([rest]);
                for (place, name) in names.enumerate() {
                    let mark = Mark::Part(place);
                    self.sites.add(card, mark, given(place), || text!("no test gives the grade `{name}`", name));
                }
            }
        }
    }

    /// The curves and comparisons of an expression, but not those inside aggregates, and of other subjects and periods.
    fn expr(&mut self, expr: &Expr, at: &[(At, Vec<usize>)]) {
        match &expr.kind {
            ExprKind::Curve(curve, x) => {
                let values = self.values(x, at);
                self.curve(curve, &values, x.ty);
            }
            ExprKind::Compare(op, a, b) if is_threshold(*op) && a.ty.unit().is_some() => {
                let pairs = self.pairs(a, b, at);
                let watched = Watched { op: *op, pairs, value: None };
                let (files, span) = (self.sites.files, expr.span);
                self.sites.threshold(span, &watched, || {
                    text!("the boundary of `{condition}`", condition = row_text(files, span))
                });
            }
            ExprKind::Aggregate(_)
            | ExprKind::Lookup(_)
            | ExprKind::Among(_)
            | ExprKind::Over(..)
            | ExprKind::Previous(..)
            | ExprKind::Growth(_)
            | ExprKind::Streak(_)
            | ExprKind::Window(..)
            | ExprKind::OverWindow(..) => return,
            _ => {}
        }
        for child in expr.children() {
            self.expr(child, at);
        }
    }

    fn values(&self, x: &Expr, at: &[(At, Vec<usize>)]) -> Vec<Dec> {
        let Some(scored) = self.scored else { return Vec::new() };
        let column = |at: &At| scored.recorded(x.id, *at);
        at.iter().flat_map(|(at, cells)| cells.iter().filter_map(|&cell| column(at)?.dec(cell))).collect()
    }

    fn pairs(&self, a: &Expr, b: &Expr, at: &[(At, Vec<usize>)]) -> Vec<(Dec, Dec)> {
        let Some(scored) = self.scored else { return Vec::new() };
        let value = |x: &Expr, at: &At, cell: usize| {
            x.as_const_dec().or_else(|| scored.recorded(x.id, *at).and_then(|column| column.dec(cell)))
        };
        let pair = |at: &At, cell: usize| Some((value(a, at, cell)?, value(b, at, cell)?));
        at.iter().flat_map(|(at, cells)| cells.iter().filter_map(move |&cell| pair(at, cell))).collect()
    }
}

fn is_threshold(op: CompareOp) -> bool {
    matches!(op, CompareOp::Ge | CompareOp::Gt | CompareOp::Le | CompareOp::Lt)
}

/// The cells in which a line is on a judged card.
fn cells_of(cards: &Cards, line: &LineColumns) -> Vec<usize> {
    let there = |row: &usize| line.status.get(*row).copied().flatten().is_some();
    cards.judged().filter(there).filter_map(|row| cards.members.cell(row)).collect()
}

/// What was measured against the lower (or only) and the upper bound of a target.
fn goals(target: &Target, pairs: &[(&IndicatorColumns, usize)]) -> [Vec<(Dec, Dec)>; 2] {
    let against = |bound: &dyn Fn(&IndicatorColumns, usize) -> Option<Dec>| {
        pairs.iter().filter_map(|(columns, cell)| Some((columns.actual.dec(*cell)?, bound(columns, *cell)?))).collect()
    };
    match &target.kind {
        TargetKind::Compare(CompareOp::Eq, _) => {
            // `= t` is the band t..t.
            [against(&|c, cell| c.bound.dec(cell).or_else(|| c.low.dec(cell))), Vec::new()]
        }
        TargetKind::Compare(..) => [against(&|c, cell| c.bound.dec(cell)), Vec::new()],
        TargetKind::Between(..) => [against(&|c, cell| c.low.dec(cell)), against(&|c, cell| c.high.dec(cell))],
    }
}
