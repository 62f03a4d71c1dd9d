//! `kpi why`

use kpi_base::{Diagnostic, Join, Text, codes::config as codes, text};
use kpi_check::model::{IndicatorId, Line, LineKind, Model, Title};
use kpi_check::names::nearest;
use kpi_engine::Options;
use kpi_plan::Roots;
use kpi_report::{render_derivation, render_derivations_json};
use kpi_score::{NoAnswer, Question};
use kpi_value::PeriodKind;

use super::inputs::Policy;
use super::periods::{read_data_date, read_periods};
use super::pipeline::{Data, compute, plan, tables};
use super::progress::watch;
use super::titles::titles;
use crate::args::{self, TextOrJson};
use crate::console::{Console, Exit, Failure};
use crate::project::Project;

pub(crate) fn run(args: &args::Why, console: &mut Console<'_>) -> Result<Exit, Failure> {
    console.json = args.format == TextOrJson::Json;
    let mut project = Project::load(args.path.as_deref(), console)?;
    let Policy { model, warnings, .. } = project.check()?;
    let (from, to) = read_periods(&args.periods, &model)?;
    let data_until = read_data_date(&args.periods, &model, from)?;
    let question = match &args.what {
        None => Question::Cards,
        Some(what) => find_question(what, &model)?,
    };
    let mut roots = Roots::all(&model);
    if let Question::Indicator(id) = &question {
        roots.indicators.extend(of_each_period(&model, *id));
    }
    let stages = plan(&model, (from, to), data_until, &roots)?;
    let mut set_aside = Vec::new();
    let inputs = project.inputs(&model, &tables(&stages), args.data.env.as_deref())?;
    let options =
        Options { progress: watch(args.data.progress, console.interactive, console.language), ..Options::default() };
    let data = Data { inputs, options, on_bad_row: args.data.on_bad_row };
    let answers = compute(&stages, data, |scored, _, quarantine| {
        set_aside = quarantine.findings(&model);
        scored.explain(&project.files, &args.subject, |model, kind| asked_of(&question, model, kind))
    });
    let answers = answers.map_err(|found| project.fail(warnings.into_iter().chain(found).collect()))?;
    let derivations = answers.map_err(no_answer)?;
    match args.format {
        TextOrJson::Json => {
            console.out.write_all(render_derivations_json(&derivations, &project.files)?.as_bytes())?;
        }
        TextOrJson::Text => {
            let titles = titles(&model);
            for (i, derivation) in derivations.iter().enumerate() {
                if i > 0 {
                    writeln!(console.out)?;
                }
                console.out.write_all(render_derivation(derivation, &titles, console.look()).as_bytes())?;
            }
        }
    }
    let set_aside = console.with_short_paths(&set_aside);
    console.report(&set_aside, &project.files)?;
    Ok(Exit::Clean)
}

/// The indicator for each kind of period by which cards judge it.
fn of_each_period(model: &Model, id: IndicatorId) -> impl Iterator<Item = IndicatorId> {
    let (name, subject) = (&model.indicators[id].title.name, &model.indicators[id].subject);
    let same = model.indicators.iter().filter(move |(_, other)| other.title.name == *name && other.subject == *subject);
    same.map(|(id, _)| id)
}

/// A question as it concerns what is judged by a kind of period, if it does.
fn asked_of(question: &Question, model: &Model, kind: PeriodKind) -> Option<Question> {
    let period = match question {
        Question::Cards | Question::Grade | Question::Rank => return Some(question.clone()),
        Question::Indicator(id) => {
            return of_each_period(model, *id).find(|id| model.indicators[*id].period == kind).map(Question::Indicator);
        }
        Question::Card(card) | Question::Line(card, _) | Question::Veto(card, _) => model.scorecards[*card].period,
        Question::Pay(incentive, _) => model.incentives[*incentive].period,
        Question::Rule(rule) => model.rules[*rule].period,
    };
    (period == kind).then(|| question.clone())
}

fn no_answer(no: NoAnswer) -> Failure {
    let finding = Diagnostic::new(codes::NOTHING_OF_THIS_NAME, no.message);
    Failure::one(match no.near.as_slice() {
        [] => finding,
        [one] => finding.help(text!("did you mean `{near}`?", near = one)),
        several => {
            finding.help(text!("there is {list}", list = Text::list(several.iter().map(Text::quoted), Join::Comma)))
        }
    })
}

/// What a name or a label of the policy stands for. Names go before labels; a pay may be written `incentive.pay`.
fn find_question(what: &str, model: &Model) -> Result<Question, Failure> {
    let named = |title: &Title| title.name == what;
    let labelled = |title: &Title| title.label.as_deref() == Some(what);
    let word = || match what {
        "grade" | "等级" => Some(Question::Grade),
        "rank" | "排名" => Some(Question::Rank),
        _ => None,
    };
    let found = find_by(model, &named).or_else(|| pay_of(what, model)).or_else(|| find_by(model, &labelled));
    let found = found.or_else(word);
    found.ok_or_else(|| {
        let names = all_names(model);
        let message = text!("the policy has no indicator, pay, scorecard, veto or rule `{what}`", what);
        let finding = Diagnostic::new(codes::NOTHING_OF_THIS_NAME, message);
        Failure::one(match nearest(what, names.iter().copied()) {
            Some(near) => finding.help(text!("did you mean `{near}`?", near)),
            None => {
                finding.help(text!("it has {list}", list = Text::list(names.iter().map(Text::quoted), Join::Comma)))
            }
        })
    })
}

fn find_by(model: &Model, matches: &dyn Fn(&Title) -> bool) -> Option<Question> {
    let indicator = || {
        let on_cards = model.scorecards.iter().find_map(|(id, card)| line_by(&card.lines, model, matches, id));
        let alone = || model.indicators.iter().find(|(_, i)| matches(&i.title)).map(|(id, _)| Question::Indicator(id));
        on_cards.or_else(alone)
    };
    let card = || model.scorecards.iter().find(|(_, c)| matches(&c.title)).map(|(id, _)| Question::Card(id));
    let incentive = || model.incentives.iter().find(|(_, i)| matches(&i.title)).map(|(id, _)| Question::Pay(id, None));
    let pay = || {
        let pays = model.incentives.iter();
        let mut places = pays.flat_map(|(id, i)| i.pays.iter().enumerate().map(move |(place, pay)| (id, place, pay)));
        places.find(|(.., pay)| matches(&pay.title)).map(|(id, place, _)| Question::Pay(id, Some(place as u32)))
    };
    let rule = || model.rules.iter().find(|(_, r)| matches(&r.title)).map(|(id, _)| Question::Rule(id));
    let veto = || {
        let mut vetoes =
            model.scorecards.iter().flat_map(|(id, card)| card.vetoes.iter().enumerate().map(move |veto| (id, veto)));
        vetoes.find(|(_, (_, veto))| matches(&veto.title)).map(|(id, (place, _))| Question::Veto(id, place))
    };
    indicator().or_else(card).or_else(incentive).or_else(pay).or_else(rule).or_else(veto)
}

/// The indicator or the group that a line shows. An indicator may stand on several cards, so that the question is about
/// the indicator, and not about this line of it.
fn line_by(
    lines: &[Line],
    model: &Model,
    matches: &dyn Fn(&Title) -> bool,
    card: kpi_check::model::ScorecardId,
) -> Option<Question> {
    lines.iter().find_map(|line| match &line.kind {
        LineKind::Indicator { indicator, .. } if matches(&model.indicators[*indicator].title) => {
            Some(Question::Indicator(*indicator))
        }
        LineKind::Group { title, .. } if matches(title) => Some(Question::Line(card, title.name.clone())),
        LineKind::Group { lines, .. } => line_by(lines, model, matches, card),
        _ => None,
    })
}

fn pay_of(what: &str, model: &Model) -> Option<Question> {
    let (incentive, pay) = what.split_once('.')?;
    let (id, incentive) = model.incentives.iter().find(|(_, i)| i.title.name == incentive)?;
    if pay == "total" {
        return Some(Question::Pay(id, None));
    }
    let place = incentive.pays.iter().position(|p| p.title.name == pay)?;
    Some(Question::Pay(id, Some(place as u32)))
}

fn all_names(model: &Model) -> Vec<&str> {
    let indicators = model.indicators.iter().map(|(_, i)| i.title.name.as_str());
    let cards = model.scorecards.iter().map(|(_, c)| c.title.name.as_str());
    let pays = model.incentives.iter().flat_map(|(_, i)| i.pays.iter().map(|p| p.title.name.as_str()));
    let rules = model.rules.iter().map(|(_, r)| r.title.name.as_str());
    let vetoes = model.scorecards.iter().flat_map(|(_, c)| c.vetoes.iter().map(|v| v.title.name.as_str()));
    let mut names: Vec<&str> = indicators.chain(cards).chain(pays).chain(rules).chain(vetoes).collect();
    let mut seen = std::collections::HashSet::new();
    names.retain(|name| seen.insert(*name));
    names
}
