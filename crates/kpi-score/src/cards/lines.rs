//! What the lines of a card come to, and how groups combine them.

use std::sync::Arc;

use kpi_check::model::{
    ByNumber, Combine, Indicator, IndicatorId, Line, LineKind, MidPeriod, Model, Parts, RollUp, ScorecardId, Scoring,
    TargetKind, WhenMissing,
};
use kpi_plan::SpineId;
use kpi_results::LineStatus;
use kpi_value::{Dec, Overflow};

use super::combine::{Mark, Part, combine};
use super::rolled::{RolledCards, roll_up};
use super::{Cards, Members, get, place};
use crate::{At, Column, Evaluator, Fraction, IndicatorColumns, Reading};

/// One line on every card of a scorecard.
#[derive(Clone, Debug)]
pub struct LineColumns {
    /// The name that results show: the indicator's, the nested scorecard's or the group's.
    pub name: String,
    /// Where its values come from.
    pub source: LineSource,
    /// What it does without data.
    pub when_missing: WhenMissing,
    /// What became of it; none where it is not on the card.
    pub status: Vec<Option<LineStatus>>,
    /// The weight in force, after `reweight`; none if it is only watched, left out, or if its table has no data.
    pub weight: Vec<Option<Dec>>,
    /// The row of the weight's table in force, where it has one.
    pub weight_row: Option<Vec<Option<u32>>>,
    /// The attainment of its target, limited; of a group and of a nested card their own.
    pub attainment: Vec<Option<Dec>>,
    /// What it earned of its own; none for no data.
    pub mark: Vec<Option<Mark>>,
    /// The points that it adds: weight × fraction × 100, with what stands in for missing data.
    pub score: Vec<Option<Dec>>,
    /// The lines of a group; the parts of an indicator that has parts, without weights and points.
    pub lines: Vec<LineColumns>,
    /// The attainments of the shorter periods from which its indicator is rolled up, each limited as the line's.
    pub attained_inside: Option<Arc<Column>>,
    /// What is shown of shorter periods, where its indicator is tracked.
    pub track: Vec<TrackColumns>,
    /// The cards of shorter periods that it rolls up.
    pub rolled: Option<RolledCards>,
}

/// What a line shows of shorter periods of one kind, one entry a cell of the card's spine.
#[derive(Clone, Debug)]
pub struct TrackColumns {
    /// The spine of the shorter periods.
    pub inside: SpineId,
    /// The share of the target that is asked of each.
    pub share: Dec,
    /// For each cell those of the shorter periods that belong to it.
    pub cells: Arc<Vec<Vec<u32>>>,
    /// What was measured in each shorter period.
    pub actual: Arc<Column>,
    /// Actual ÷ target of each cell of the card's spine.
    pub progress: Arc<Column>,
}

/// Where the values of a line come from.
#[derive(Clone, Debug)]
pub enum LineSource {
    /// An indicator. Its columns have one entry a cell of the spine.
    Indicator {
        /// The indicator.
        id: IndicatorId,
        /// Its actual and target.
        columns: Arc<IndicatorColumns>,
        /// The fraction under the line's scoring, and what of its curve applied.
        fraction: Fraction,
    },
    /// The cards of another scorecard.
    Card(ScorecardId),
    /// Other lines.
    Group(Combine),
}

/// The lines that a card or a group holds, and what they come to on each card.
pub(super) struct Held {
    pub lines: Vec<LineColumns>,
    pub marks: Vec<Option<Mark>>,
    /// Whether every line that is present is met; what is only watched has no say.
    pub met: Vec<bool>,
}

/// A line with its weight as written, and what it brings to whatever holds it: nothing where it is not on the card.
struct Built {
    columns: LineColumns,
    parts: Vec<Option<Part>>,
    /// Whether it is only watched: it is not combined, and a group is met without it.
    watched: bool,
}

/// Computes lines and combines them. `done` are the scorecards computed so far.
///
/// # Errors
/// [`Overflow`] if a number leaves the range.
pub(super) fn hold(
    ev: &mut Evaluator<'_>,
    members: &Members,
    lines: &[Line],
    how: Combine,
    done: &[Option<Cards>],
) -> Result<Held, Overflow> {
    let mut built = Vec::with_capacity(lines.len());
    for line in lines {
        built.push(build(ev, members, line, done)?);
    }
    let (mut marks, mut met) = (Vec::with_capacity(members.cells.len()), Vec::new());
    let mut parts = Vec::with_capacity(built.len());
    for row in 0..members.cells.len() {
        parts.clear();
        parts.extend(built.iter().filter(|line| !line.watched).filter_map(|line| get(&line.parts, row)));
        let combined = combine(how, &parts)?;
        marks.push(combined.mark);
        met.push(parts.iter().all(|part| part.left_out() || part.counts_as_met()));
        for line in built.iter_mut().filter(|line| !line.watched) {
            let Some(part) = get(&line.parts, row) else { continue };
            put_in_force(&mut line.columns, row, &part, combined.present)?;
        }
    }
    Ok(Held { lines: built.into_iter().map(|line| line.columns).collect(), marks, met })
}

/// The weight of a line after `reweight`, and the points that it adds.
fn put_in_force(line: &mut LineColumns, row: usize, part: &Part, present: Option<Dec>) -> Result<(), Overflow> {
    let Some(weight) = line.weight.get_mut(row) else { return Ok(()) };
    if part.left_out() {
        *weight = None;
    } else if let (Some(written), Some(present)) = (*weight, present) {
        *weight = written.div(present)?;
    }
    if let (Some(weight), Some(mark), Some(score)) = (*weight, part.counted(), line.score.get_mut(row)) {
        *score = Some(weight.mul(mark.fraction)?.mul(Dec::HUNDRED)?);
    }
    Ok(())
}

fn build(ev: &mut Evaluator<'_>, members: &Members, line: &Line, done: &[Option<Cards>]) -> Result<Built, Overflow> {
    let weights = Weights::new(ev, members, line.weight.as_ref());
    let mut built = build_as_written(ev, members, line, &weights, done)?;
    if let Weights::By(_, rows) = weights {
        built.columns.weight_row = Some(rows);
    }
    Ok(built)
}

fn build_as_written(
    ev: &mut Evaluator<'_>,
    members: &Members,
    line: &Line,
    weights: &Weights<'_>,
    done: &[Option<Cards>],
) -> Result<Built, Overflow> {
    match &line.kind {
        LineKind::Indicator { indicator, scoring, attainment_cap } => {
            Ok(indicator_line(ev, members, line, weights, (*indicator, scoring, *attainment_cap)))
        }
        LineKind::Card(card) => {
            if let Some(how) = line.rolled {
                return rolled_line(ev, members, line, weights, (*card, how));
            }
            let nested = done.get(card.index()).and_then(Option::as_ref);
            let title = &ev.model.scorecards[*card].title;
            let mut built = Built::new(title.name.clone(), LineSource::Card(*card), line, weights, members);
            for (row, &cell) in members.cells.iter().enumerate() {
                let other = nested.and_then(|cards| Some((cards, cards.members.row_for(ev, members, cell as usize)?)));
                let mark = other.and_then(|(cards, row)| get(&cards.score, row).zip(get(&cards.attainment, row)));
                let mark = match mark {
                    Some((score, attainment)) => Some(Mark { fraction: score.mul(Dec::percent(1))?, attainment }),
                    None => None,
                };
                let status = if mark.is_some() { LineStatus::Scored } else { LineStatus::NoData };
                built.put(row, weights, status, mark.map(|m| m.attainment), mark, None);
            }
            Ok(built)
        }
        LineKind::Group { title, combine, lines } => {
            let held = hold(ev, members, lines, *combine, done)?;
            let mut built = Built::new(title.name.clone(), LineSource::Group(*combine), line, weights, members);
            for row in 0..members.cells.len() {
                if held.lines.iter().all(|line| get(&line.status, row).is_none()) {
                    continue;
                }
                let (mark, met) = (get(&held.marks, row), held.met.get(row) == Some(&true));
                let status = match mark {
                    None => LineStatus::NoData,
                    Some(_) if met => LineStatus::Met,
                    Some(_) => LineStatus::Missed,
                };
                built.put(row, weights, status, mark.map(|m| m.attainment), mark, Some(met));
            }
            built.columns.lines = held.lines;
            Ok(built)
        }
    }
}

/// A line of the cards of a shorter period.
fn rolled_line(
    ev: &Evaluator<'_>,
    members: &Members,
    line: &Line,
    weights: &Weights<'_>,
    (card, how): (ScorecardId, RollUp),
) -> Result<Built, Overflow> {
    let name = ev.model.scorecards[card].title.name.clone();
    let mut built = Built::new(name, LineSource::Card(card), line, weights, members);
    let inside = ev.shorter_cards.inside(ev, members, card);
    for (row, cards) in inside.iter().enumerate() {
        let mark = roll_up(how, cards)?;
        let status = if mark.is_some() { LineStatus::Scored } else { LineStatus::NoData };
        built.put(row, weights, status, mark.map(|m| m.attainment), mark, None);
    }
    built.columns.rolled = Some(RolledCards { how, inside });
    Ok(built)
}

fn indicator_line(
    ev: &mut Evaluator<'_>,
    members: &Members,
    line: &Line,
    weights: &Weights<'_>,
    (id, scoring, cap): (IndicatorId, &Scoring, Dec),
) -> Built {
    let indicator = &ev.model.indicators[id];
    if let Some(parts) = &indicator.parts {
        return line_of_parts(ev, members, line, weights, (id, parts, cap));
    }
    let reading = Reading::plain(id, members.spine);
    let columns = ev.indicator(reading);
    ev.put_on_cards(id, members.spine, members.cells.iter().map(|&cell| cell as usize));
    let attainments = ev.attainment(reading, cap);
    let fraction = ev.fraction(reading, scoring, cap);
    let fractions = Arc::clone(&fraction.column);
    let source = LineSource::Indicator { id, columns: Arc::clone(&columns), fraction };
    let mut built = Built::new(indicator.title.name.clone(), source, line, weights, members);
    built.columns.track = track(ev, reading);
    built.columns.attained_inside = columns.rolled.as_ref().map(|rolled| ev.attainment(reading.on(rolled.inside), cap));
    for (row, &cell) in members.cells.iter().enumerate() {
        let cell = cell as usize;
        let values = (attainments.dec(cell), fractions.dec(cell));
        let Some(judged) = judge_cell(indicator, &columns, scoring, values, cell) else { continue };
        built.put(row, weights, judged.status, judged.attainment, judged.mark, judged.met);
    }
    built
}

/// A line of an indicator that is made of parts, with a line for each of them.
fn line_of_parts(
    ev: &mut Evaluator<'_>,
    members: &Members,
    line: &Line,
    weights: &Weights<'_>,
    (id, parts, cap): (IndicatorId, &Parts, Dec),
) -> Built {
    let indicator = &ev.model.indicators[id];
    let reading = Reading::plain(id, members.spine);
    let columns = ev.indicator(reading);
    let fraction = ev.fraction(reading, &indicator.scoring, cap);
    let attainments = ev.attainment(reading, cap);
    let whole = ev.whole(reading, cap);
    let fractions = Arc::clone(&fraction.column);
    let source = LineSource::Indicator { id, columns: Arc::clone(&columns), fraction };
    let mut built = Built::new(indicator.title.name.clone(), source, line, weights, members);
    for (row, &cell) in members.cells.iter().enumerate() {
        let cell = cell as usize;
        if whole.as_ref().is_none_or(|whole| whole.asked.get(cell) != Some(&true)) {
            continue;
        }
        let mark = fractions.dec(cell).zip(attainments.dec(cell));
        let mark = mark.map(|(fraction, attainment)| Mark { fraction, attainment });
        let met = columns.met.bool(cell) == Some(true);
        let status = match mark {
            None => LineStatus::NoData,
            Some(_) if met => LineStatus::Met,
            Some(_) => LineStatus::Missed,
        };
        built.put(row, weights, status, mark.map(|mark| mark.attainment), mark, Some(met));
    }
    for line in part_lines(ev.model, parts, cap) {
        let LineKind::Indicator { indicator, scoring, .. } = &line.kind else { continue };
        let mut part = indicator_line(ev, members, &line, &Weights::Same(Dec::ONE), (*indicator, scoring, cap)).columns;
        // What the whole weighs is not divided among its parts.
        part.weight.fill(None);
        for (row, status) in part.status.iter_mut().enumerate() {
            if get(&built.columns.status, row).is_none() {
                *status = None;
            }
        }
        built.columns.lines.push(part);
    }
    built
}

/// The parts of an indicator as lines without weight.
pub(crate) fn part_lines(model: &Model, parts: &Parts, cap: Dec) -> Vec<Line> {
    let line = |&id: &IndicatorId| {
        let part = &model.indicators[id];
        let kind = LineKind::Indicator { indicator: id, scoring: part.scoring.clone(), attainment_cap: cap };
        Line { kind, weight: None, when_missing: WhenMissing::Fail, rolled: None, span: part.title.span }
    };
    parts.parts.iter().map(line).collect()
}

/// What became of an indicator in a cell, by a scoring.
pub(crate) struct Judged {
    status: LineStatus,
    attainment: Option<Dec>,
    mark: Option<Mark>,
    /// None where there is no target: the whole fraction meets it.
    met: Option<bool>,
}

/// Judges an indicator in a cell, given its attainment and its fraction there; none where its target is `none`.
pub(crate) fn judge_cell(
    indicator: &Indicator,
    columns: &IndicatorColumns,
    scoring: &Scoring,
    (attainment, fraction): (Option<Dec>, Option<Dec>),
    cell: usize,
) -> Option<Judged> {
    let goal = goal(indicator, columns, cell);
    if goal == Goal::Nothing {
        return None;
    }
    let attainment = if goal == Goal::Untargeted { None } else { attainment };
    let only = columns.is_attainment_only();
    let by_fraction = match scoring {
        Scoring::Deduct { .. } | Scoring::Rating(_) | Scoring::AllOrNothing => true,
        Scoring::Curve(..) => goal == Goal::Untargeted,
        Scoring::Proportional { .. } => false,
    };
    let counts = if by_fraction { fraction } else { attainment };
    let mark = fraction.zip(counts).map(|(fraction, attainment)| Mark { fraction, attainment });
    let met = columns.met_at(attainment, cell);
    let status = match goal {
        Goal::Known if only && attainment.is_none() => LineStatus::NoData,
        _ if !only && !columns.actual.is_known(cell) => LineStatus::NoData,
        Goal::Unknown => LineStatus::NoData,
        Goal::Untargeted | Goal::Nothing => LineStatus::Scored,
        Goal::Known if attainment.is_none() => LineStatus::NotJudged,
        Goal::Known if met == Some(true) => LineStatus::Met,
        Goal::Known => LineStatus::Missed,
    };
    let met = if goal == Goal::Untargeted { None } else { Some(met == Some(true)) };
    Some(Judged { status, attainment, mark, met })
}

/// What the parts of an indicator come to in a cell, and whether all of them are met.
///
/// # Errors
/// [`Overflow`] if a sum leaves the range.
pub(crate) fn combined_parts(how: Combine, judged: &[Judged]) -> Result<(Option<Mark>, bool), Overflow> {
    let part = |judged: &Judged| {
        let whole = judged.mark.is_some_and(|mark| mark.fraction >= Dec::ONE);
        let met = judged.met.unwrap_or(whole);
        Part { weight: Dec::ONE, mark: judged.mark, met, when_missing: WhenMissing::Fail }
    };
    let parts: Vec<Part> = judged.iter().map(part).collect();
    Ok((combine(how, &parts)?.mark, parts.iter().all(Part::counts_as_met)))
}

/// What is shown of the shorter periods of an indicator that is tracked.
fn track(ev: &mut Evaluator<'_>, reading: Reading) -> Vec<TrackColumns> {
    let indicator = &ev.model.indicators[reading.id];
    let mut all = Vec::new();
    for track in &indicator.track {
        let Some(inside) = ev.plan.spine_of(&indicator.subject, track.period, MidPeriod::Last) else { continue };
        let cells = Arc::new(ev.cells_inside(reading.spine, inside));
        let actual = ev.actual(reading.on(inside));
        all.push(TrackColumns { inside, share: track.share, cells, actual, progress: ev.progress(reading) });
    }
    all
}

/// What is asked of an indicator in a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Goal {
    /// It has no target at all.
    Untargeted,
    /// `none`: not judged.
    Nothing,
    /// A target without data.
    Unknown,
    /// A target.
    Known,
}

fn goal(indicator: &Indicator, columns: &IndicatorColumns, cell: usize) -> Goal {
    let (Some(table), Some(rows)) = (&indicator.target, &columns.target_row) else { return Goal::Untargeted };
    let Some(row) = place(rows, cell).and_then(|row| table.rows.get(row)) else { return Goal::Unknown };
    let known = match row.value.as_ref().map(|target| &target.kind) {
        None => return Goal::Nothing,
        Some(_) if columns.is_attainment_only() => true,
        Some(TargetKind::Compare(..)) => columns.bound.is_known(cell),
        Some(TargetKind::Between(..)) => columns.low.is_known(cell) && columns.high.is_known(cell),
    };
    if known { Goal::Known } else { Goal::Unknown }
}

/// The weights of a line as written.
enum Weights<'a> {
    /// Shown, never scored.
    Watched,
    /// The same on every card.
    Same(Dec),
    /// By the row of a table, for each row of the cards.
    By(&'a ByNumber, Vec<Option<u32>>),
}

impl<'a> Weights<'a> {
    fn new(ev: &mut Evaluator<'_>, members: &Members, table: Option<&'a ByNumber>) -> Weights<'a> {
        let Some(table) = table else { return Weights::Watched };
        if let Some(weight) = table.as_plain() {
            return Weights::Same(*weight);
        }
        let rows = ev.rows_in_force(table, At::spine(members.spine));
        Weights::By(table, members.cells.iter().map(|&cell| place(&rows, cell as usize).map(|p| p as u32)).collect())
    }

    /// The weight; none where its table has no data.
    fn get(&self, row: usize) -> Option<Dec> {
        match self {
            Weights::Watched => None,
            Weights::Same(weight) => Some(*weight),
            Weights::By(table, rows) => table.rows.get(get(rows, row)? as usize).map(|row| row.value),
        }
    }
}

impl Built {
    fn new(name: String, source: LineSource, line: &Line, weights: &Weights<'_>, members: &Members) -> Built {
        let cards = members.cells.len();
        let columns = LineColumns {
            name,
            source,
            when_missing: line.when_missing,
            status: vec![None; cards],
            weight: vec![None; cards],
            weight_row: None,
            attainment: vec![None; cards],
            mark: vec![None; cards],
            score: vec![None; cards],
            lines: Vec::new(),
            attained_inside: None,
            track: Vec::new(),
            rolled: None,
        };
        Built { columns, parts: vec![None; cards], watched: matches!(weights, Weights::Watched) }
    }

    /// Enters what became of the line on one card. `met` is none where there is no target: the whole fraction meets it.
    fn put(
        &mut self,
        row: usize,
        weights: &Weights<'_>,
        status: LineStatus,
        attainment: Option<Dec>,
        mark: Option<Mark>,
        met: Option<bool>,
    ) {
        let weight = weights.get(row);
        if weight.is_some_and(Dec::is_zero) {
            return;
        }
        let watched = self.watched;
        set(&mut self.columns.status, row, if watched { LineStatus::Watched } else { status });
        if let Some(attainment) = attainment {
            set(&mut self.columns.attainment, row, attainment);
        }
        if let Some(mark) = mark {
            set(&mut self.columns.mark, row, mark);
        }
        let met = met.unwrap_or_else(|| mark.is_some_and(|m| m.fraction >= Dec::ONE));
        let part = match weight {
            Some(weight) => {
                set(&mut self.columns.weight, row, weight);
                Part { weight, mark, met, when_missing: self.columns.when_missing }
            }
            None if watched => Part { weight: Dec::ZERO, mark, met, when_missing: self.columns.when_missing },
            // Nobody knows what the line is worth: only leaving it out can mend that.
            None => {
                let left_out = mark.is_none() && self.columns.when_missing == WhenMissing::Reweight;
                let when_missing = if left_out { WhenMissing::Reweight } else { WhenMissing::Fail };
                Part { weight: Dec::ZERO, mark: None, met: false, when_missing }
            }
        };
        set(&mut self.parts, row, part);
    }
}

fn set<T>(column: &mut [Option<T>], row: usize, value: T) {
    if let Some(slot) = column.get_mut(row) {
        *slot = Some(value);
    }
}

impl LineColumns {
    /// The actual of a line of an indicator, in a cell of the spine.
    pub fn actual(&self) -> Option<&Column> {
        if let LineSource::Indicator { columns, .. } = &self.source { Some(&columns.actual) } else { None }
    }
}
