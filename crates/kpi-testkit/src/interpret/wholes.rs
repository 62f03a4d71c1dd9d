//! Indicators that are made of several: of the shorter periods inside a period, or of parts; and what is tracked.

use kpi_check::model::{Combine, IndicatorId, LineField, Parts, RollUp, Scoring, Shorter};
use kpi_results::{Line as Shown, SubPeriod, Tracked};
use kpi_value::{Dec, Period, PeriodKind, Value};

use super::aggregates::{average, sum};
use super::cards::blank;
use super::indicators::{Asked, Bounds, Goal, Measured, target_of};
use super::time::{Days, When};
use super::{Fault, Interpreter, Number, OwnLine, Place};

impl Interpreter<'_> {
    /// The cells of the shorter periods that belong to a cell; those of a stint are the ones that belong to it as they would
    /// to a month.
    fn cells_inside<'p>(&self, kind: PeriodKind, place: &Place<'p>) -> Vec<Place<'p>> {
        let shorter = self.inside(place.when.period, kind).into_iter();
        let belongs = |period: &Period| match place.when.days {
            Days::Stint(from, to) => {
                let anchor = self.anchor(*period);
                from <= anchor && anchor <= to
            }
            Days::Last | Days::First => true,
        };
        shorter.filter(belongs).map(|period| Place { when: When::whole(period), ..place.bare() }).collect()
    }

    /// "Judged in each and rolled up": periods in which the subject is not on the roster, or which have no data, are left out;
    /// none left is no data. A target of `none` in all of them is one of the whole.
    pub(super) fn rolled_up(
        &self,
        id: IndicatorId,
        shorter: Shorter,
        scoring: &Scoring,
        cap: Dec,
        place: &Place<'_>,
    ) -> Result<Measured, Fault> {
        let mut periods = Vec::new();
        let mut judged = Vec::new();
        for cell in self.cells_inside(shorter.period, place) {
            let there = self.on_roster(&cell.who, cell.when);
            let measured = if there {
                self.measure(id, scoring, cap, &cell)?
            } else {
                Measured::nothing(if self.model.indicators[id].target.is_some() { Goal::NoData } else { Goal::No })
            };
            if there {
                judged.push(!matches!(measured.goal, Goal::NotJudged));
            }
            periods.push((cell, measured));
        }
        let mut whole = if !judged.is_empty() && !judged.contains(&true) {
            Measured::nothing(Goal::NotJudged)
        } else if shorter.roll_up == RollUp::Sum {
            self.summed(id, &periods, scoring, cap, place)?
        } else {
            self.averaged(shorter.roll_up, &periods, scoring, place)?
        };
        whole.periods = Some(periods.into_iter().map(|(cell, measured)| (cell.when.period, measured)).collect());
        Ok(whole)
    }

    /// Σ actual against Σ target, with the comparison of the last period that counts.
    fn summed(
        &self,
        id: IndicatorId,
        periods: &[(Place<'_>, Measured)],
        scoring: &Scoring,
        cap: Dec,
        place: &Place<'_>,
    ) -> Result<Measured, Fault> {
        let (mut actuals, mut all, mut last) = (Vec::new(), Vec::new(), None);
        for (cell, measured) in periods {
            let Some(actual) = measured.actual.as_ref().and_then(Value::as_dec) else { continue };
            match self.asked(id, cell)? {
                Asked::No => {}
                Asked::NotJudged | Asked::NoData => continue,
                Asked::For(target) => {
                    let Some(bounds) = self.bounds(target, cell)? else { continue };
                    all.push(bounds);
                    last = Some(target);
                }
            }
            actuals.push(actual);
        }
        let total = |of: fn(&Bounds) -> Dec| sum(all.iter().map(|bounds| Ok(of(bounds))));
        let goal = match (last, &self.model.indicators[id].target) {
            (_, None) => Goal::No,
            (None, Some(_)) => Goal::NoData,
            (Some(target), Some(_)) => {
                let stretches = all.iter().filter_map(|bounds| bounds.stretch).collect::<Vec<_>>();
                let stretch = stretches.iter().copied().collect::<Option<Vec<Dec>>>();
                let stretch = stretch.map(|stretch| sum(stretch.into_iter().map(Ok))).transpose()?;
                let stretch = (!stretches.is_empty()).then_some(stretch);
                let bounds = Bounds { low: total(|b| b.low)?, high: total(|b| b.high)?, stretch };
                target_of(target, bounds, Dec::int(all.len() as i64))?
            }
        };
        let actual = if actuals.is_empty() { None } else { Some(Value::Dec(sum(actuals.into_iter().map(Ok))?)) };
        self.judge(actual, goal, scoring, cap, place)
    }

    /// `average`: the mean attainment, met from 100%. `worst`: the lowest; `share_met`: the share of the periods that are met;
    /// both are met if every period is.
    fn averaged(
        &self,
        roll_up: RollUp,
        periods: &[(Place<'_>, Measured)],
        scoring: &Scoring,
        place: &Place<'_>,
    ) -> Result<Measured, Fault> {
        let counted: Vec<(Dec, bool)> =
            periods.iter().filter_map(|(_, measured)| Some((measured.attainment?, measured.counts_as_met()))).collect();
        let mut whole = Measured::nothing(Goal::Inside);
        let attainments: Vec<Dec> = counted.iter().map(|(attainment, _)| *attainment).collect();
        let all_met = counted.iter().all(|(_, met)| *met);
        let share = counted.iter().filter(|(_, met)| *met).count() as i64;
        whole.attainment = match roll_up {
            RollUp::Worst => attainments.into_iter().min(),
            RollUp::ShareMet => Dec::int(share).div(Dec::int(counted.len() as i64))?,
            RollUp::Average | RollUp::Sum => average(&attainments)?,
        };
        whole.met = whole.attainment.map(|mean| if roll_up == RollUp::Average { mean >= Dec::ONE } else { all_met });
        whole.fraction = self.fraction_of_whole(&whole, scoring, place)?;
        Ok(whole)
    }

    /// The fraction that an attainment without an actual earns. `worst` may be met below 100%, by a tolerance: "a line met by
    /// it earns 100% under `proportional`, no more".
    fn fraction_of_whole(&self, whole: &Measured, scoring: &Scoring, place: &Place<'_>) -> Number {
        let (Some(attainment), Some(met)) = (whole.attainment, whole.met) else { return Ok(None) };
        match scoring {
            Scoring::Proportional { none_below, cap, stretch: None } => Ok(Some(if met && attainment < Dec::ONE {
                Dec::ONE.min(*cap)
            } else if none_below.is_some_and(|least| attainment < least) {
                Dec::ZERO
            } else {
                attainment.min(*cap)
            })),
            Scoring::AllOrNothing => Ok(Some(if met { Dec::ONE } else { Dec::ZERO })),
            Scoring::Curve(LineField::Attainment, curve) => {
                let line = OwnLine { actual: None, attainment: Some(attainment) };
                let place = Place { line: Some(line), ..place.clone() };
                Ok(self.curve(curve, attainment, &place)?.and_then(|value| value.as_dec()))
            }
            _ => Err(Fault::Model("a scoring by an actual where there is none")),
        }
    }

    /// The parts made one, as the lines of a group are: `worst` the lowest fraction and, separately, attainment; `average`
    /// their means; `all` 100% if every part is met, with the attainment of `worst`. A part without data makes the whole no
    /// data, one with target `none` is left out. Each part is scored in its own way.
    pub(super) fn of_parts(&self, parts: &Parts, cap: Dec, place: &Place<'_>) -> Result<Measured, Fault> {
        let (mut made, mut marks) = (Vec::new(), Vec::new());
        for id in &parts.parts {
            let scoring = &self.model.indicators[*id].scoring;
            let measured = self.measure(*id, scoring, cap, place)?;
            if matches!(measured.goal, Goal::NotJudged) {
                continue;
            }
            marks.push(measured.mark(scoring).map(|mark| (mark, measured.counts_as_met())));
            made.push((*id, measured));
        }
        let mut whole = Measured::nothing(if made.is_empty() { Goal::NotJudged } else { Goal::Inside });
        whole.parts = Some(made);
        let Some(marks) = marks.into_iter().collect::<Option<Vec<_>>>().filter(|marks| !marks.is_empty()) else {
            return Ok(whole);
        };
        let fractions: Vec<Dec> = marks.iter().map(|((fraction, _), _)| *fraction).collect();
        let attainments: Vec<Dec> = marks.iter().map(|((_, attainment), _)| *attainment).collect();
        let met = marks.iter().all(|(_, met)| *met);
        let lowest = |numbers: &[Dec]| numbers.iter().min().copied();
        whole.met = Some(met);
        (whole.fraction, whole.attainment) = match parts.combine {
            Combine::Average => (average(&fractions)?, average(&attainments)?),
            Combine::Worst => (lowest(&fractions), lowest(&attainments)),
            Combine::All => (Some(if met { Dec::ONE } else { Dec::ZERO }), lowest(&attainments)),
            Combine::Sum => return Err(Fault::Model("parts without weights summed")),
        };
        Ok(whole)
    }

    /// An indicator as a line shows it: with its shorter periods, its parts and what is tracked.
    pub(super) fn shown_line(&self, id: IndicatorId, measured: &Measured, place: &Place<'_>) -> Result<Shown, Fault> {
        let declared = &self.model.indicators[id];
        let calendar = &self.model.policy.calendar;
        let quantity = |value: &Option<Value>| value.as_ref().map(|value| self.quantity(value, declared.formula.ty));
        let goal = |goal: Goal| self.shown_goal(goal, declared.formula.ty);
        let mut line = blank(&declared.title.name, measured.attainment, measured.status());
        (line.actual, line.target) = (quantity(&measured.actual), goal(measured.goal));
        line.periods = measured.periods.as_ref().map(|periods| {
            let shown = |(period, measured): &(Period, Measured)| SubPeriod {
                period: calendar.show(*period),
                actual: quantity(&measured.actual),
                target: goal(measured.goal),
                attainment: measured.attainment,
                met: measured.met,
            };
            periods.iter().map(shown).collect()
        });
        if let Some(parts) = &measured.parts {
            let mut lines = Vec::new();
            for (part, measured) in parts {
                lines.push(self.shown_line(*part, measured, place)?);
            }
            line.lines = Some(lines);
        }
        if declared.track.is_empty() {
            return Ok(line);
        }
        let mut tracked = Vec::new();
        for track in &declared.track {
            for cell in self.cells_inside(track.period, place) {
                let actual = self.value(&declared.formula, &cell)?;
                let share = Measured { actual, ..Measured::nothing(measured.goal.times(track.share)?) };
                tracked.push(Tracked {
                    period: calendar.show(cell.when.period),
                    actual: quantity(&share.actual),
                    target: goal(share.goal),
                    progress: share.progress()?,
                });
            }
        }
        line.progress = measured.progress()?;
        line.track = Some(tracked);
        Ok(line)
    }
}

impl Measured {
    /// No data.
    pub fn nothing(goal: Goal) -> Measured {
        Measured { actual: None, goal, met: None, attainment: None, fraction: None, periods: None, parts: None }
    }
}

impl Goal {
    /// A share of what was asked for.
    fn times(self, share: Dec) -> Result<Goal, Fault> {
        Ok(match self {
            Goal::Bound(side, target, slack, stretch) => Goal::Bound(side, target.mul(share)?, slack, stretch),
            Goal::Exactly(target, slack) => Goal::Exactly(target.mul(share)?, slack),
            Goal::Band { low, high, slack_low, slack_high, closed } => {
                Goal::Band { low: low.mul(share)?, high: high.mul(share)?, slack_low, slack_high, closed }
            }
            other => other,
        })
    }
}
