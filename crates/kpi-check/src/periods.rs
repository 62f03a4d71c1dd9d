//! Indicators with a period of their own, and what is shown of shorter periods.

use kpi_base::{Diagnostic, Span, Text, codes, text};
use kpi_syntax::ast;
use kpi_value::{Dec, PeriodKind};
use rustc_hash::FxHashSet;

use crate::checker::Checker;
use crate::model::{
    self, ByTable, ExprKind, IndicatorField, IndicatorId, RollUp, Shorter, TableId, Target, TargetKind, Timing, Track,
    Type, Unit,
};
use crate::targets::asks;

/// What has a look at shorter periods: which they are, and where that is written.
#[derive(Clone, Copy)]
struct Unfolded<'n> {
    name: &'n str,
    unit: PeriodKind,
    span: Span,
    /// Whether the shorter periods are only shown: the formula itself is written for the whole then.
    tracked: bool,
}

impl<'a> Checker<'a> {
    /// `period week rolled up by sum`; `None` after a report.
    pub(crate) fn shorter(&mut self, name: &ast::Name, written: &ast::ShorterPeriod) -> Option<Shorter> {
        let (period, span) = written.period;
        let (whole, unit) = (crate::show::show_period(self.judged), crate::show::show_period(period));
        if period >= self.judged {
            let finding = if period == self.judged {
                Diagnostic::new(
                    codes::cards::SHORTER_PERIOD,
                    text!("`{name}` is judged by the {whole} as it is", name = name.text, whole),
                )
                .label(span, text!("the period of the policy is the {whole}", whole))
                .help(text!("leave `period` out; write it for a shorter period: `period week rolled up by average`"))
            } else {
                Diagnostic::new(
                    codes::cards::SHORTER_PERIOD,
                    text!("a {unit} is longer than the {whole} for which cards are made", unit, whole),
                )
                .label(span, text!("not inside a {whole}", whole))
                .help(text!("to look back further write it in the formula: `(…) over last 3 periods`, `average(…, last 3 periods)`"))
            };
            self.report(finding);
            return None;
        }
        let Some((roll_up, _)) = written.roll_up else {
            self.report(
                Diagnostic::new(
                    codes::cards::SHORTER_PERIOD,
                    text!("`{name}` does not say how its {unit}s become a {whole}", name = name.text, unit, whole),
                )
                .label(written.span, text!("several {unit}s are judged here", unit))
                .help(text!("add `rolled up by sum` (all actuals against all targets), `average` or `worst` (of the attainments), or `share_met` (of the {unit}s)", unit)),
            );
            return None;
        };
        Some(Shorter { period, roll_up: roll_up_of(roll_up) })
    }

    /// Refuses rows of a longer time in what is judged by a shorter period than the policy's.
    pub(crate) fn check_row_lengths<'e>(
        &mut self,
        roots: impl IntoIterator<Item = &'e model::Expr>,
        name: &ast::Name,
    ) -> Option<()> {
        if self.judged >= self.model.policy.period {
            return Some(());
        }
        let unfolded = Unfolded { name: &name.text, unit: self.judged, span: name.span, tracked: false };
        let mut open: Vec<&model::Expr> = roots.into_iter().collect();
        let mut found = Vec::new();
        while let Some(e) = open.pop() {
            match &e.kind {
                ExprKind::Aggregate(aggregate) => found.extend(self.long_rows(aggregate.table, e.span, unfolded)),
                ExprKind::Lookup(lookup) => found.extend(self.long_rows(lookup.table, e.span, unfolded)),
                _ => {}
            }
            open.extend(e.children());
        }
        let sound = found.is_empty();
        found.into_iter().for_each(|finding| self.report(finding));
        sound.then_some(())
    }

    /// Checks that a formula by the week can be computed by the week: its rows are not of months.
    pub(crate) fn check_shorter_formula(&mut self, id: IndicatorId) -> Option<()> {
        let Some((shorter, span)) = self.shorter_of(id) else { return Some(()) };
        let indicator = self.instance(id)?;
        let (formula, name) = (indicator.formula.clone(), indicator.title.name.clone());
        if !matches!(formula.ty, Type::Number(_)) {
            let found = self.show(formula.ty);
            self.report(
                Diagnostic::new(
                    codes::cards::SHORTER_PERIOD,
                    text!("numbers are rolled up, and the formula of `{name}` is {found}", name, found),
                )
                .label(span, Text::default())
                .label(formula.span, text!("this is {found}", found))
                .help(text!("count or measure something: `count(… where …)`")),
            );
            return None;
        }
        let unfolded = Unfolded { name: &name, unit: shorter.period, span, tracked: false };
        self.check_readable(&[&formula], unfolded)
    }

    /// Checks the targets of an indicator with a period of its own, and that its roll-up has what it needs.
    pub(crate) fn check_shorter_target(&mut self, id: IndicatorId) -> Option<()> {
        let Some((shorter, span)) = self.shorter_of(id) else { return Some(()) };
        let indicator = self.instance(id)?;
        let (name, target) = (indicator.title.name.clone(), indicator.target.clone());
        if shorter.roll_up != RollUp::Sum && !asks(target.as_ref()) {
            let word = roll_up_word(shorter.roll_up);
            let unit = crate::show::show_period(shorter.period);
            self.report(
                Diagnostic::new(
                    codes::cards::NEEDS_TARGET,
                    text!(
                        "`{word}` rolls up what is attained in each {unit}, and `{name}` has no target",
                        word,
                        unit,
                        name
                    ),
                )
                .label(span, Text::default())
                .help(text!("add the `target` of a {unit}, or roll up by `sum`", unit)),
            );
            return None;
        }
        let Some(target) = target else { return Some(()) };
        if shorter.roll_up == RollUp::Sum {
            self.check_summable(&target, &name, shorter.period, span)?;
        }
        let exprs = target_exprs(&target);
        self.check_readable(&exprs, Unfolded { name: &name, unit: shorter.period, span, tracked: false })
    }

    /// Σ actual is held against Σ target by one comparison.
    fn check_summable(
        &mut self,
        target: &ByTable<Option<Target>>,
        name: &str,
        unit: PeriodKind,
        span: Span,
    ) -> Option<()> {
        let mut targets = target.rows.iter().filter_map(|row| row.value.as_ref());
        let Some(first) = targets.next() else { return Some(()) };
        let alike = |other: &&Target| {
            let comparison = match (&first.kind, &other.kind) {
                (TargetKind::Compare(a, _), TargetKind::Compare(b, _)) => a == b,
                (TargetKind::Between(.., a), TargetKind::Between(.., b)) => a == b,
                _ => false,
            };
            comparison && first.tolerance == other.tolerance && first.stretch.is_some() == other.stretch.is_some()
        };
        let Some(other) = targets.find(|other| !alike(other)) else { return Some(()) };
        let (whole, unit) = (crate::show::show_period(self.judged), crate::show::show_period(unit));
        self.report(
            Diagnostic::new(
                codes::cards::SHORTER_PERIOD,
                text!("the targets of `{name}` cannot be added up: they compare in different ways", name),
            )
            .label(other.span, text!("another comparison, tolerance or stretch"))
            .label(first.span, text!("than here"))
            .label(span, text!("all {unit}s of a {whole} are held against one sum", unit, whole))
            .help(text!("let all rows compare alike, or roll up by `average`, `worst` or `share_met`")),
        );
        None
    }

    /// `track week 1 ÷ 4, day 1 ÷ 24`, of an indicator whose target is checked; `None` after a report.
    pub(crate) fn track(&mut self, written: &'a ast::Indicator, id: IndicatorId) -> Option<Vec<Track>> {
        let Some((shares, span)) = &written.track else { return Some(Vec::new()) };
        let name = &written.name.text;
        let whole = self.judged;
        if let Some(shorter) = &written.shorter {
            self.report(
                Diagnostic::new(
                    codes::cards::TRACK,
                    text!(
                        "`{name}` is judged by the {word} as it is",
                        name,
                        word = crate::show::show_period(shorter.period.0)
                    ),
                )
                .label(*span, text!("what is tracked is shown, never scored"))
                .label(shorter.span, text!("each of these has a target of its own, and is shown"))
                .help(text!("leave `track` out, or judge the indicator by the period of its card and track its parts")),
            );
            return None;
        }
        let mut tracks: Vec<Track> = Vec::new();
        for share in shares {
            let (period, place) = share.period;
            if period >= whole {
                let (unit, whole) = (crate::show::show_period(period), crate::show::show_period(whole));
                self.report(
                    Diagnostic::new(
                        codes::cards::TRACK,
                        text!("a {unit} is not shorter than the {whole} that is judged", unit, whole),
                    )
                    .label(place, Text::default())
                    .help(text!("track what lies inside a {whole}: `track week 1 ÷ 4`", whole)),
                );
                return None;
            }
            if tracks.iter().any(|track| track.period == period) {
                self.report(
                    Diagnostic::new(
                        codes::cards::TRACK,
                        text!("the share of a {word} is written twice", word = crate::show::show_period(period)),
                    )
                    .label(place, text!("again here"))
                    .help(text!("keep one of them")),
                );
                return None;
            }
            let value = self.const_dec(&share.share, &text!("the share of the target"), Unit::RATIO)?;
            if value <= Dec::ZERO {
                self.report(
                    Diagnostic::new(codes::cards::TRACK, text!("the share of a target is above 0"))
                        .label(share.share.span, Text::default())
                        .help(text!("write how much of the target is asked of each: `track week 1 ÷ 4`")),
                );
                return None;
            }
            tracks.push(Track { period, share: value });
        }
        let indicator = self.instance(id)?;
        let (formula, target) = (indicator.formula.clone(), indicator.target.clone());
        let band = target.iter().flat_map(|table| &table.rows).filter_map(|row| row.value.as_ref());
        let band = band.into_iter().find(|target| matches!(target.kind, TargetKind::Between(..)));
        let finding = match band {
            Some(band) => Some(
                Diagnostic::new(codes::cards::TRACK, text!("a band has no share that could be tracked"))
                    .label(band.span, Text::default())
                    .label(*span, text!("this asks for a share of the target")),
            ),
            None if !asks(target.as_ref()) => Some(
                Diagnostic::new(
                    codes::cards::TRACK,
                    text!("`{name}` has no target of which a share could be tracked", name),
                )
                .label(*span, Text::default()),
            ),
            None => None,
        };
        if let Some(finding) = finding {
            self.report(finding.help(text!("track an indicator that is asked for a number: `target ≥ 60万元`")));
            return None;
        }
        for (track, share) in tracks.iter().zip(shares) {
            let unfolded = Unfolded { name, unit: track.period, span: share.period.1, tracked: true };
            self.check_readable(&[&formula], unfolded)?;
        }
        Some(tracks)
    }

    /// Refuses to score, or to read, an actual of the whole where there is only an attainment.
    pub(crate) fn check_scores_whole(&mut self, written: &ast::Scoring, id: Option<IndicatorId>) -> Option<()> {
        let Some(why) = id.and_then(|id| self.no_whole(id)) else { return Some(()) };
        let what = match &written.kind {
            ast::ScoringKind::Deduct { .. } => text!("`deduct`"),
            ast::ScoringKind::Rating(_) => text!("`rating of`"),
            ast::ScoringKind::Proportional { stretch: Some(_), .. } => text!("a `stretch`"),
            ast::ScoringKind::Curve { on, .. } if on.word() == "actual" => text!("a curve `on actual`"),
            _ => return Some(()),
        };
        self.report(
            Diagnostic::new(
                codes::cards::NO_WHOLE,
                text!("{what} scores an actual, and {message}", what, message = why.message),
            )
            .label(written.span, Text::default())
            .label(why.span, why.label)
            .help(text!("score the attainment: `proportional`, `all_or_nothing`, or a curve `on attainment`")),
        );
        None
    }

    /// Refuses a field that there is only of the parts or the shorter periods; `unit` is the shorter period in which it is
    /// read, if it is.
    pub(crate) fn check_has_whole(
        &mut self,
        id: IndicatorId,
        field: IndicatorField,
        unit: Option<PeriodKind>,
        span: Span,
    ) -> Option<()> {
        let of_actual = matches!(
            field,
            IndicatorField::Actual | IndicatorField::Target | IndicatorField::Gap | IndicatorField::Progress
        );
        let own = self.instance(id)?.shorter.map(|shorter| shorter.period);
        if !of_actual || unit.is_some() && own == unit {
            return Some(());
        }
        let Some(why) = self.no_whole(id) else { return Some(()) };
        self.report(
            Diagnostic::new(codes::cards::NO_WHOLE, why.message)
                .label(span, text!("an actual is needed here"))
                .label(why.span, why.label)
                .help(text!("read its `.attainment`, `.met` or `.score`")),
        );
        None
    }

    fn no_whole(&self, id: IndicatorId) -> Option<NoWhole> {
        let indicator = self.instance(id)?;
        let name = &indicator.title.name;
        if indicator.parts.is_some() {
            return Some(NoWhole {
                message: text!("`{name}` is made of parts, which have one each", name),
                span: indicator.title.span,
                label: text!("attainments are combined, not actuals"),
            });
        }
        let shorter = indicator.shorter.filter(|shorter| shorter.roll_up != RollUp::Sum)?;
        let written = self.names.indicators.get(self.instance_place(id)?)?.ast.shorter.as_ref()?;
        let (unit, whole) = (crate::show::show_period(shorter.period), crate::show::show_period(self.judged));
        Some(NoWhole {
            message: text!("`{name}` has one in each {unit}, none of the {whole}", name, unit, whole),
            span: written.span,
            label: text!("attainments are rolled up, not actuals"),
        })
    }

    /// The period of its own that an indicator has, with where it is written.
    fn shorter_of(&self, id: IndicatorId) -> Option<(Shorter, Span)> {
        let written = self.names.indicators.get(self.instance_place(id)?)?.ast.shorter.as_ref()?;
        Some((self.instance(id)?.shorter?, written.span))
    }

    /// Reports what these expressions, and the indicators that they read, cannot read in so short a period.
    fn check_readable(&mut self, roots: &[&model::Expr], unfolded: Unfolded<'_>) -> Option<()> {
        let mut found = Vec::new();
        let mut seen: FxHashSet<(IndicatorId, bool)> = FxHashSet::default();
        // The windows of the formula itself count its own periods, those of an indicator that it reads count the policy's.
        let mut open: Vec<(&model::Expr, bool)> = roots.iter().map(|root| (*root, unfolded.tracked)).collect();
        while let Some((e, of_whole)) = open.pop() {
            match &e.kind {
                ExprKind::Aggregate(aggregate) => found.extend(self.long_rows(aggregate.table, e.span, unfolded)),
                ExprKind::Lookup(lookup) => found.extend(self.long_rows(lookup.table, e.span, unfolded)),
                ExprKind::Window(..) | ExprKind::OverWindow(..) if of_whole => {
                    found.push(self.window_of_whole(e.span, unfolded));
                }
                ExprKind::StintDays => found.push(stint_in(e.span, unfolded)),
                ExprKind::Indicator(id, field) => {
                    let Some(read) = self.instance(*id) else { continue };
                    match read.shorter {
                        // It is judged by the same period, and checked by itself.
                        Some(shorter) if shorter.period == unfolded.unit => {}
                        Some(shorter) => found.push(other_period(read, shorter.period, e.span, unfolded)),
                        None if seen.insert((*id, *field == IndicatorField::Actual)) => {
                            open.push((&read.formula, true));
                            if *field != IndicatorField::Actual {
                                if adds_up(&read.formula) && self.asks_for_constant(read) {
                                    found.push(self.target_of_whole(read, e.span, unfolded));
                                }
                                open.extend(read.target.iter().flat_map(target_exprs).map(|e| (e, true)));
                            }
                            let parts = read.parts.iter().flat_map(|parts| &parts.parts);
                            let parts = parts.filter_map(|part| self.instance(*part));
                            let exprs = parts.flat_map(|part| {
                                std::iter::once(&part.formula).chain(part.target.iter().flat_map(target_exprs))
                            });
                            open.extend(exprs.map(|e| (e, true)));
                        }
                        None => {}
                    }
                }
                _ => {}
            }
            open.extend(e.children().into_iter().map(|child| (child, of_whole)));
        }
        let sound = found.is_empty();
        found.into_iter().for_each(|finding| self.report(finding));
        sound.then_some(())
    }

    /// The finding that a window counts the periods of the whole.
    fn window_of_whole(&self, span: Span, unfolded: Unfolded<'_>) -> Diagnostic {
        let (wholes, unit) = (crate::show::show_periods(self.judged), crate::show::show_period(unfolded.unit));
        let units = crate::show::show_periods(unfolded.unit);
        let message = text!("this window counts {wholes}, and is read by the {unit}", wholes, unit);
        let finding = inside_shorter(message, span, unfolded);
        if unfolded.tracked {
            finding.help(text!("leave `track` out, or track an indicator without windows"))
        } else {
            finding.help(text!(
                "write the window in the formula that is judged by the {unit}: there it counts {units}",
                unit,
                units
            ))
        }
    }

    /// The finding that a target is meant for the whole.
    fn target_of_whole(&self, read: &model::Indicator, span: Span, unfolded: Unfolded<'_>) -> Diagnostic {
        let (whole, unit) = (crate::show::show_period(self.judged), crate::show::show_period(unfolded.unit));
        let word = unfolded.unit.word();
        let message = text!(
            "the target of `{name}` is that of a {whole}, and read by the {unit}",
            name = read.title.name,
            whole,
            unit
        );
        inside_shorter(message, span, unfolded).help(text!(
            "write an indicator with the target of a {unit} and `period {word} rolled up by …`, and read that",
            unit = crate::show::show_period(unfolded.unit),
            word
        ))
    }

    /// Whether an indicator is asked for a number that is the same however long the period is.
    fn asks_for_constant(&self, indicator: &model::Indicator) -> bool {
        let targets = indicator.target.iter().flat_map(|table| &table.rows).filter_map(|row| row.value.as_ref());
        let mut bounds = targets.flat_map(|target| match &target.kind {
            TargetKind::Compare(_, bound) => vec![bound],
            TargetKind::Between(low, high, _) => vec![low, high],
        });
        bounds.any(|bound| self.constant(bound).is_some_and(|bound| !bound.is_zero()))
    }

    /// The finding that a row of a table says something of a longer time than the period that reads it.
    fn long_rows(&self, table: TableId, span: Span, unfolded: Unfolded<'_>) -> Option<Diagnostic> {
        let contract = &self.model.tables[table];
        let (Timing::Flow(column) | Timing::AsOf(column)) = contract.time else { return None };
        let time = contract.columns.get(column as usize)?;
        let Type::Period(kind) = time.ty else { return None };
        if kind <= unfolded.unit {
            return None;
        }
        let (table, rows, unit) =
            (&contract.title.name, crate::show::show_period(kind), crate::show::show_period(unfolded.unit));
        let message = text!(
            "a row of `{table}` is of a {rows}, and `{name}` reads it by the {unit}",
            table,
            rows,
            name = unfolded.name,
            unit
        );
        Some(
            Diagnostic::new(codes::cards::LONG_ROWS, message)
                .label(span, text!("nothing says which {unit} has how much of it", unit))
                .label(time.title.span, text!("a row is of a {rows}", rows))
                .label(unfolded.span, text!("by the {unit}", unit))
                .help(text!(
                    "read rows that have a day, or judge by the {rows}; shares of a target are shown by `track`",
                    rows
                )),
        )
    }
}

/// Why there is no actual of the whole.
struct NoWhole {
    message: Text,
    span: Span,
    label: Text,
}

/// The finding that a shorter period has no `stint.days`.
fn stint_in(span: Span, unfolded: Unfolded<'_>) -> Diagnostic {
    let unit = crate::show::show_period(unfolded.unit);
    inside_shorter(
        text!("`stint.days` are the days of a card, and no {unit} has a card", unit = unit.clone()),
        span,
        unfolded,
    )
    .help(text!("write `period.days`, the days of the {unit}", unit))
}

/// The finding that what is rolled up for the whole has no value in other parts of it.
fn other_period(read: &model::Indicator, own: PeriodKind, span: Span, unfolded: Unfolded<'_>) -> Diagnostic {
    let (own, unit) = (crate::show::show_period(own), crate::show::show_period(unfolded.unit));
    let message = text!("`{name}` is judged by the {own}, and read by the {unit}", name = read.title.name, own, unit);
    inside_shorter(message, span, unfolded)
        .help(text!("give both the same period, or write the rows of `{name}` here", name = read.title.name))
}

fn inside_shorter(message: Text, span: Span, unfolded: Unfolded<'_>) -> Diagnostic {
    let unit = crate::show::show_period(unfolded.unit);
    Diagnostic::new(codes::cards::INSIDE_SHORTER, message)
        .label(span, Text::default())
        .label(unfolded.span, text!("by the {unit}", unit))
}

/// Whether a formula is the larger the longer its period is: a sum or a count, not a quotient.
pub(crate) fn adds_up(formula: &model::Expr) -> bool {
    match &formula.kind {
        ExprKind::Arithmetic(model::ArithmeticOp::Div, ..) => false,
        ExprKind::Aggregate(aggregate) => matches!(
            aggregate.function,
            model::AggregateFunction::Sum | model::AggregateFunction::Count | model::AggregateFunction::CountDistinct
        ),
        _ => formula.children().into_iter().any(adds_up),
    }
}

/// The expressions of a target.
pub(crate) fn target_exprs(table: &ByTable<Option<Target>>) -> Vec<&model::Expr> {
    let mut exprs = Vec::new();
    for key in &table.keys {
        if let model::ByKey::Expr(e) = key {
            exprs.push(e);
        }
    }
    for target in table.rows.iter().filter_map(|row| row.value.as_ref()) {
        match &target.kind {
            TargetKind::Compare(_, e) => exprs.push(e),
            TargetKind::Between(low, high, _) => exprs.extend([low, high]),
        }
        exprs.extend(&target.stretch);
    }
    exprs
}

pub(crate) fn roll_up_of(written: ast::RollUp) -> RollUp {
    match written {
        ast::RollUp::Sum => RollUp::Sum,
        ast::RollUp::Average => RollUp::Average,
        ast::RollUp::Worst => RollUp::Worst,
        ast::RollUp::ShareMet => RollUp::ShareMet,
    }
}

const fn roll_up_word(roll_up: RollUp) -> &'static str {
    match roll_up {
        RollUp::Sum => "sum",
        RollUp::Average => "average",
        RollUp::Worst => "worst",
        RollUp::ShareMet => "share_met",
    }
}
