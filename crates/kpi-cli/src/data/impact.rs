//! What a change of a policy does to scores and pay: both versions run over the same exports, and versions with some of the changes.

mod apart;
mod version;

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use kpi_base::{Diagnostic, Files, SourceFile, Span, Text, codes::config as codes, text};
use kpi_check::model::Model;
use kpi_diff::{Became, Change, Diff, Role, Side, Unit};
use kpi_engine::Options;
use kpi_impact::{
    Attribution, Condition, Impact, Measured, Misread, Move, Names, Pair, Renames, What, attribute, compare, moved,
};
use kpi_report::{ImpactReport, Titles};
use kpi_results::{Derivation, Run, Sketch};
use kpi_score::{Question, Scored, Staged};
use kpi_value::Period;

use super::progress::watch;
use super::titles::{add_subject_names, titles};
use crate::args;
use crate::console::{Console, Failure};
use crate::project::Project;
use crate::sound::Sound;
use apart::Known;
use version::{Exports, prepare};

/// How many of the moves are explained.
const EXPLAINED: usize = 10;

/// The secret by which people are named where their keys must not be shown, so that one is called the same in several outputs.
const SALT: &str = "KPI_SALT";

/// The versions that are compared.
pub(crate) struct Ends<'a> {
    pub base: Side<'a>,
    pub head: Side<'a>,
    pub diff: &'a Diff,
    /// Whose exports are read.
    pub project: &'a Project,
}

/// What was found.
pub(crate) struct Found {
    impact: Impact,
    attribution: Option<Attribution>,
    changes: Vec<Text>,
    /// The numbers of the single changes that each of them is.
    units: Vec<Vec<u32>>,
    explained: Vec<Vec<Pair>>,
    names: Names,
    titles: Titles,
    show_private: bool,
    exceeded: Vec<String>,
}

impl Found {
    /// What is told of it.
    pub fn report(&self) -> ImpactReport<'_> {
        ImpactReport {
            impact: &self.impact,
            attribution: self.attribution.as_ref(),
            changes: &self.changes,
            units: &self.units,
            explained: &self.explained,
            names: &self.names,
            titles: &self.titles,
            show_private: self.show_private,
            exceeded: &self.exceeded,
        }
    }

    /// Whether it is more than `--fail-on` allows.
    pub fn exceeds(&self) -> bool {
        !self.exceeded.is_empty()
    }
}

/// Whether the impact on data is asked for.
pub(crate) fn is_wanted(args: &args::Impact) -> bool {
    args.periods.period.is_some() || args.periods.from.is_some() || args.fail_on.is_some()
}

/// Runs both versions, and what it takes to tell what each change has done.
pub(crate) fn find_impact(ends: &Ends<'_>, args: &args::Impact, console: &Console<'_>) -> Result<Found, Failure> {
    let limit = args.fail_on.as_deref().map(read_limit).transpose()?;
    let base = Sound::check(ends.base.files).map_err(|(found, files)| Failure::Findings(found, files))?;
    let head = Sound::check(ends.head.files).map_err(|(found, files)| Failure::Findings(found, files))?;
    let options =
        Options { progress: watch(args.data.progress, console.interactive, console.language), ..Options::default() };
    let exports = Exports { project: ends.project, newest: &head.model, args, options };

    let base_stages = exports.plan(&base.model)?;
    let head_stages = exports.plan(&head.model)?;
    let judged = exports.periods(&head.model)?;
    let failed = |files: &Files| {
        let files = files.clone();
        move |found: Vec<Diagnostic>| Failure::Findings(found, files)
    };
    let known = Known::default();
    let base_facts = known
        .facts(&base.model, &base_stages, || exports.read(&base.model, &base_stages)?.map_err(failed(&base.files)))?;
    let head_facts = known
        .facts(&head.model, &head_stages, || exports.read(&head.model, &head_stages)?.map_err(failed(&head.files)))?;
    let base_scored = prepare(&base_stages, &base_facts).map_err(failed(&base.files))?;
    let head_scored = prepare(&head_stages, &head_facts).map_err(failed(&head.files))?;
    let (mut base_run, mut head_run) = (base_scored.brief_run(judged), head_scored.brief_run(judged));
    base_run.brackets = base_scored.bracket_tables(&base.files);
    head_run.brackets = head_scored.bracket_tables(&head.files);
    let renames = renames(ends.diff, |_| true);
    let impact = compare(&base_run, &head_run, &renames);

    let units = kpi_diff::units(ends.diff);
    let attribution = (!units.is_empty()).then(|| {
        let (old, new) = (sketch(&base_scored, &renames), sketch(&head_scored, &Renames::new()));
        debug_assert_eq!(moved(&old, &new), impact.moves.len(), "a sketch differs where cards do");
        debug_assert_eq!(new.amounts, kpi_impact::amounts_of(&head_run), "a sketch adds up as cards do");
        let sketched = Sketched { base: old, head: new, moved: impact.moves.len() };
        attribute_units(ends, &exports, &known, &units, &sketched)
    });
    let mut titles = titles(&head.model);
    if args.show_private {
        head_facts.iter().for_each(|facts| add_subject_names(&mut titles, &head.model, facts));
    }
    let sides = (
        Told { version: &base, scored: &base_scored, run: &base_run },
        Told { version: &head, scored: &head_scored, run: &head_run },
    );
    let explained = impact.moves.iter().take(EXPLAINED);
    let explained = explained.map(|one| explain(one, &sides.0, &sides.1, &renames, args.show_private)).collect();
    let names = if args.show_private {
        Names::Plain
    } else if let Some(secret) = std::env::var(SALT).ok().filter(|secret| !secret.is_empty()) {
        Names::keyed(&secret)
    } else {
        Names::numbered(impact.moves.iter().map(|one| one.place.subject.as_str()))
    };
    let exceeded = limit.map(|limit| limit.judge(&impact.figures).because).unwrap_or_default();
    let changes = units.iter().map(|unit| name_unit(unit, ends.diff)).collect();
    let units = units.into_iter().map(|unit| unit.changes.into_iter().collect()).collect();
    // The process ends soon: taking large runs apart piece by piece would only cost time.
    std::mem::forget((base_scored, head_scored, base_run, head_run));
    Ok(Found {
        impact,
        attribution,
        changes,
        units,
        explained,
        names,
        titles,
        show_private: args.show_private,
        exceeded,
    })
}

/// Whether `--fail-on` can be read, whatever there is to judge by it.
pub(crate) fn check_limit(args: &args::Impact) -> Result<(), Failure> {
    args.fail_on.as_deref().map(read_limit).transpose().map(|_| ())
}

fn read_limit(text: &str) -> Result<Condition, Failure> {
    Condition::parse(text).map_err(|Misread { at, message, help }| {
        let mut files = Files::new();
        let file = files.add(SourceFile::new("--fail-on", text));
        let place = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let span = Span { file, start: place(at.start), end: place(at.end) };
        Failure::Findings(vec![Diagnostic::new(codes::FAIL_ON, message).label(span, Text::default()).help(help)], files)
    })
}

/// What is called otherwise in the newer version, by the changes that are wanted.
fn renames(diff: &Diff, wanted: impl Fn(u32) -> bool) -> Renames {
    let renamed = diff.changes.iter().filter(|change| change.became == Became::Renamed && wanted(change.id));
    let named = renamed.filter_map(|change| {
        let what = match change.declaration.role {
            Role::Scorecard => What::Scorecard,
            Role::Incentive => What::Incentive,
            Role::Rule => What::Rule,
            _ => return None,
        };
        Some(((what, change.before.as_ref()?.text.clone()), change.declaration.name.clone()))
    });
    named.collect()
}

/// Both ends of a change as they were sketched, by the names of the newer version.
struct Sketched {
    base: Sketch,
    head: Sketch,
    moved: usize,
}

/// Tries the changes alone and last. Versions that have some of them are run at once on all processors, and only sketched: making and comparing
/// their cards would take longer than scoring them.
fn attribute_units(
    ends: &Ends<'_>,
    exports: &Exports<'_>,
    known: &Known,
    units: &[Unit],
    sketched: &Sketched,
) -> Attribution {
    let declarations: Vec<_> = units.iter().map(|unit| &unit.declaration).collect();
    let kin: Vec<usize> =
        declarations.iter().map(|one| declarations.iter().position(|other| other == one).unwrap_or_default()).collect();
    let measure = |set: &BTreeSet<usize>| {
        let wanted: BTreeSet<u32> =
            set.iter().filter_map(|n| units.get(*n)).flat_map(|unit| unit.changes.iter().copied()).collect();
        let files = kpi_diff::apply(ends.base, ends.head, ends.diff, &wanted);
        let version = Sound::check(&files).ok()?;
        let stages = exports.plan(&version.model).ok()?;
        let read = || exports.read(&version.model, &stages).ok().and_then(Result::ok).ok_or(());
        let facts = known.facts(&version.model, &stages, read).ok()?;
        let scored = prepare(&stages, &facts).ok()?;
        let sketch = sketch(&scored, &renames(ends.diff, |id| !wanted.contains(&id)));
        Some(Measured {
            amounts: sketch.amounts,
            from_base: moved(&sketched.base, &sketch),
            to_head: moved(&sketch, &sketched.head),
        })
    };
    let ends = (sketched.base.amounts, sketched.head.amounts);
    attribute(ends, sketched.moved, &kin, |sets| at_once(sets, &measure))
}

/// What becomes of each, on as many threads as there are processors; deep expressions want larger stacks than a thread has.
fn at_once<T: Sync, U: Send>(all: &[T], measure: &(impl Fn(&T) -> Option<U> + Sync)) -> Vec<Option<U>> {
    let next = AtomicUsize::new(0);
    let slots: Vec<Mutex<Option<U>>> = all.iter().map(|_| Mutex::new(None)).collect();
    let work = || {
        while let Some((one, slot)) = {
            let place = next.fetch_add(1, Ordering::Relaxed);
            all.get(place).zip(slots.get(place))
        } {
            let found = measure(one);
            *slot.lock().unwrap_or_else(PoisonError::into_inner) = found;
        }
    };
    let threads = thread::available_parallelism().map_or(1, NonZeroUsize::get).min(all.len());
    thread::scope(|scope| {
        for _ in 1..threads {
            // Without another thread this one does all.
            let _ = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        }
        work();
    });
    slots.into_iter().map(|slot| slot.into_inner().unwrap_or_else(PoisonError::into_inner)).collect()
}

/// As for the tests of a policy.
const STACK: usize = 64 << 20;

fn sketch(scored: &Staged<'_>, renames: &Renames) -> Sketch {
    scored.sketch(&|what, name| renames.get(&(what, name.to_owned())).map(String::as_str))
}

/// What a unit is called: its member, or the declaration.
fn name_unit(unit: &Unit, diff: &Diff) -> Text {
    let (role, name) = (unit.declaration.role.word(), unit.declaration.name.as_str());
    let changes: Vec<&Change> = diff.changes.iter().filter(|change| unit.changes.contains(&change.id)).collect();
    let member = match changes.as_slice() {
        [Change { member: Some(member), .. }] => member,
        _ => return text!("{role} `{name}`", role, name),
    };
    text!("{role} `{name}`: {member}", role, name, member)
}

/// A version as it was computed.
struct Told<'t, 'a> {
    version: &'t Sound,
    scored: &'t Staged<'a>,
    run: &'t Run,
}

/// What differs in how an outcome came about.
fn explain(one: &Move, base: &Told<'_, '_>, head: &Told<'_, '_>, renames: &Renames, show_private: bool) -> Vec<Pair> {
    let formerly = renames.iter().find(|((what, _), new)| *what == one.place.what && **new == one.place.name);
    let old_name = formerly.map_or(one.place.name.as_str(), |((_, old), _)| old);
    let old = base.derivations(one, old_name, show_private);
    let new = head.derivations(one, &one.place.name, show_private);
    let longest = old.len().max(new.len());
    (0..longest).filter_map(|n| Pair::of(old.get(n), new.get(n), show_private)).collect()
}

impl Told<'_, '_> {
    /// Those of the outcome: a card's hold its pay and its rules.
    fn derivations(&self, one: &Move, name: &str, show_private: bool) -> Vec<Derivation> {
        let mut found = Vec::new();
        for scored in self.scored.stages() {
            let model = scored.model();
            let calendar = &model.policy.calendar;
            let Some(period) = calendar.parse(&one.place.period).ok().filter(|p| p.kind == scored.plan().from.kind)
            else {
                continue;
            };
            for (question, of_card) in questions(model, one.place.what, name, show_private) {
                let answers = self.ask(scored, &one.place.subject, period, &question);
                if of_card && answers.len() > 1 {
                    found.extend(answers.into_iter().nth(self.stint(one, name)));
                } else {
                    found.extend(answers);
                }
            }
        }
        found
    }

    fn ask(&self, scored: &Scored<'_>, subject: &str, period: Period, question: &Question) -> Vec<Derivation> {
        scored.explain(&self.version.files, subject, period, question).unwrap_or_default()
    }

    /// Which of the subject's cards of the period it is.
    fn stint(&self, one: &Move, name: &str) -> usize {
        let cards = self.run.cards.iter();
        let mut own =
            cards.filter(|c| c.scorecard == name && c.subject == one.place.subject && c.period == one.place.period);
        let from = one.place.stint.as_ref().map(|stint| &stint.from);
        own.position(|card| card.stint.as_ref().map(|stint| &stint.from) == from).unwrap_or_default()
    }
}

/// What is asked to explain an outcome, and whether an answer belongs to one card each.
fn questions(model: &Model, what: What, name: &str, show_private: bool) -> Vec<(Question, bool)> {
    match what {
        What::Scorecard => {
            let Some((id, _)) = model.scorecards.iter().find(|(_, card)| card.title.name == name) else {
                return Vec::new();
            };
            vec![(Question::Card(id), true)]
        }
        What::Incentive => {
            let found = model.incentives.iter().filter(|_| show_private).find(|(_, i)| i.title.name == name);
            found.map(|(id, _)| (Question::Pay(id, None), false)).into_iter().collect()
        }
        What::Rule => {
            let found = model.rules.iter().filter(|_| show_private).find(|(_, rule)| rule.title.name == name);
            found.map(|(id, _)| (Question::Rule(id), false)).into_iter().collect()
        }
    }
}
