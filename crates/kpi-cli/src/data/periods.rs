//! The periods that a command is told to judge.

use kpi_base::{Diagnostic, codes::config as codes, text};
use kpi_check::model::Model;
use kpi_check::show::show_period;
use kpi_value::{Date, Period, PeriodKind};

use crate::args::Periods;
use crate::console::Failure;

/// The first and the last period.
pub(crate) fn read_periods(periods: &Periods, model: &Model) -> Result<(Period, Period), Failure> {
    let (kind, kinds) = (model.policy.period, model.judged_kinds());
    let calendar = model.policy.calendar;
    let read = |text: &str| {
        let period = calendar.parse(text).ok().filter(|period| kinds.contains(&period.kind));
        period.ok_or_else(|| {
            let (wanted, example) = (show_period(kind), example(kind));
            let message = text!("`{text}` is not a {wanted} such as {example}", text, wanted, example);
            let help = text!("the policy is judged by the {wanted}", wanted);
            Failure::one(Diagnostic::new(codes::PERIOD, message).help(help))
        })
    };
    match (&periods.period, &periods.from, &periods.to) {
        (Some(period), ..) => read(period).map(|period| (period, period)),
        (None, Some(from), Some(to)) => {
            let (first, last) = (read(from)?, read(to)?);
            if first.kind != last.kind {
                let message = text!("{from} and {to} are not of the same length", from, to);
                let help =
                    text!("name the first and the last {wanted}", wanted = show_period(first.kind.min(last.kind)));
                return Err(Failure::one(Diagnostic::new(codes::PERIOD, message).help(help)));
            }
            if first.index > last.index {
                let message = text!("the first period, {from}, comes after the last, {to}", from, to);
                return Err(Failure::one(Diagnostic::new(codes::PERIOD, message).help(text!("swap the two"))));
            }
            Ok((first, last))
        }
        _ => {
            let (wanted, one) = (show_period(kind), example(kind));
            let message = text!("no period is given: which {wanted} is to be judged?", wanted);
            let help = text!("add `--period {one}`, or `--from {one} --to {one}` for several", one);
            Err(Failure::one(Diagnostic::new(codes::PERIOD, message).help(help)))
        }
    }
}

/// The data date, if one is given; the first period judged must not begin after it.
pub(crate) fn read_data_date(periods: &Periods, model: &Model, from: Period) -> Result<Option<Date>, Failure> {
    let Some(text) = &periods.data_until else { return Ok(None) };
    let Ok(until) = text.parse::<Date>() else {
        let message = text!("`{text}` is not a day; write it as 2026-11-15", text);
        return Err(Failure::one(Diagnostic::new(codes::PERIOD, message)));
    };
    let calendar = model.policy.calendar;
    let (start, period) = (calendar.start(from), calendar.show(from));
    if until < start {
        let message = text!("the data end on {until}, before {period} begins", until = until.to_string(), period);
        let help = text!("write a day from {start} on, or leave out `--data-until`", start = start.to_string());
        return Err(Failure::one(Diagnostic::new(kpi_base::codes::run::DATA_DATE, message).help(help)));
    }
    Ok(Some(until))
}

fn example(kind: PeriodKind) -> &'static str {
    match kind {
        PeriodKind::Day => "2026-10-03",
        PeriodKind::Week => "2026-W41",
        PeriodKind::Month => "2026-10",
        PeriodKind::Quarter => "2026-Q4",
        PeriodKind::Year => "2026",
    }
}
