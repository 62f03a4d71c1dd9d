//! `kpi numbers`: the last periods, summed up for editors.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};
use std::num::NonZeroU16;

use kpi_base::{Diagnostic, Language, codes::config as codes, text};
use kpi_check::model::Model;
use kpi_engine::{Input, Inputs, Options};
use kpi_plan::{Facts, Roots, Stage};
use kpi_report::{Money, sum_up};
use kpi_results::Numbers;
use kpi_value::{Date, Period};

use super::inputs::Policy;
use super::pipeline::{Data, answer_data, compute, plan, tables};
use crate::args::{self, OnBadRow};
use crate::console::{Console, Exit, Failure};
use crate::project::{Project, Unsaved};

pub(crate) fn run(args: &args::Numbers, console: &mut Console<'_>) -> Result<Exit, Failure> {
    console.json = true;
    let unsaved = if args.unsaved { read_unsaved()? } else { Unsaved::new() };
    let mut project = Project::load_with(args.project.path.as_deref(), &unsaved, console)?;
    let Policy { model, .. } = project.check()?;
    let reader = Reader { project: &project, model: &model, env: args.env.as_deref(), language: console.language };
    let numbers = reader.read(args)?;
    serde_json::to_writer(&mut *console.out, &numbers)?;
    writeln!(console.out)?;
    Ok(Exit::Clean)
}

fn read_unsaved() -> Result<Unsaved, Failure> {
    let mut text = String::new();
    io::stdin().read_to_string(&mut text)?;
    serde_json::from_str(&text).map_err(|why| {
        let message = text!("stdin is no JSON object of absolute path to text: {why}", why = why.to_string());
        Failure::one(Diagnostic::new(codes::WRONG_VALUE, message))
    })
}

/// What is read from, and for which policy.
pub(super) struct Reader<'a> {
    pub project: &'a Project,
    pub model: &'a Model,
    pub env: Option<&'a str>,
    pub language: Language,
}

impl Reader<'_> {
    fn read(&self, args: &args::Numbers) -> Result<Numbers, Failure> {
        let (from, last) = self.last_periods(args.period.as_deref(), args.last)?;
        let stages = plan(self.model, (from, last), None, &Roots::all(self.model))?;
        let inputs = self.inputs(&stages)?;
        let read = files(&inputs);
        let indicators: BTreeSet<&str> =
            self.model.indicators.iter().map(|(_, indicator)| indicator.title.name.as_str()).collect();
        let currency = &self.model.policy.currency;
        let money = Money { code: currency.code.clone(), digits: currency.digits };
        let found = compute(&stages, self.data(inputs), |scored, _, _| {
            sum_up(&scored.run((from, last)), &money, &|name| indicators.contains(name), self.language)
        });
        let numbers = found.map_err(|findings| self.project.fail(findings))?;
        Ok(Numbers { inputs: read, ..numbers })
    }

    /// The first and the last of so many periods up to the one that is asked for.
    pub fn last_periods(&self, asked: Option<&str>, count: NonZeroU16) -> Result<(Period, Period), Failure> {
        let known = self.known_periods(asked)?;
        // Before its first row nothing can be said of an export.
        let from = known.last.plus(1 - i32::from(count.get()));
        let from = known.first.filter(|first| from.index < first.index).unwrap_or(from);
        Ok((if from.index > known.last.index { known.last } else { from }, known.last))
    }

    /// The last period that is asked for, else the last in which every export has rows; and the first in which each has.
    fn known_periods(&self, asked: Option<&str>) -> Result<Known, Failure> {
        let policy = &self.model.policy;
        if let Some(text) = asked {
            let periods = args::Periods { period: Some(text.to_owned()), from: None, to: None, data_until: None };
            let (last, _) = super::periods::read_periods(&periods, self.model)?;
            return Ok(Known { first: None, last });
        }
        // Which period is planned for has no say in what is told of the exports.
        let any = policy.calendar.period(policy.period, Date(0));
        let stages = plan(self.model, (any, any), None, &Roots::all(self.model))?;
        let data = self.data(self.inputs(&stages)?);
        let (facts, _) = answer_data(&stages, data).map_err(|findings| self.project.fail(findings))?;
        Known::of(self.model, &stages, &facts).ok_or_else(|| {
            let finding = Diagnostic::new(
                codes::PERIOD,
                text!("no export has a row with a time: which period is to be summed up?"),
            );
            Failure::one(finding.help(text!("add `--period`")))
        })
    }

    pub fn inputs(&self, stages: &[Stage<'_>]) -> Result<Inputs, Failure> {
        self.project.inputs(self.model, &tables(stages), self.env)
    }

    /// The whole of the exports, whatever period lacks rows: what is written may be ahead of what is exported.
    pub fn data(&self, inputs: Inputs) -> Data {
        let options = Options { any_period: true, ..Options::default() };
        Data { inputs, options, on_bad_row: OnBadRow::Stop }
    }
}

/// Which periods exports have.
pub(super) struct Known {
    /// The first in which every export has rows, if that was asked.
    pub first: Option<Period>,
    /// The last.
    pub last: Period,
}

impl Known {
    /// Exports that may have periods without rows have a say only if there are no others.
    pub fn of(model: &Model, stages: &[Stage<'_>], facts: &[Facts]) -> Option<Known> {
        let kind = model.policy.period;
        let place = stages.iter().position(|stage| stage.plan.to.kind == kind)?;
        let sources = || facts.get(place).into_iter().flat_map(|facts| &facts.sources);
        let dense = || sources().filter(|(table, _)| !model.tables[**table].sparse);
        let ends = |sources: &mut dyn Iterator<Item = &BTreeMap<i32, u64>>| {
            sources
                .filter_map(|periods| Some((*periods.keys().next()?, *periods.keys().next_back()?)))
                .reduce(|(first, last), (own_first, own_last)| (first.max(own_first), last.min(own_last)))
        };
        let (first, last) = ends(&mut dense().map(|(_, source)| &source.periods))
            .or_else(|| ends(&mut sources().map(|(_, source)| &source.periods)))?;
        let period = |index| Period { kind, index };
        Some(Known { first: Some(period(first)), last: period(last) })
    }
}

/// The files that inputs stand for.
fn files(inputs: &Inputs) -> Vec<String> {
    let mut files = BTreeSet::new();
    for input in inputs.values() {
        if let Input::Files(exports) = input {
            files.extend(exports.iter().map(|export| export.path.display().to_string()));
        }
    }
    files.into_iter().collect()
}
