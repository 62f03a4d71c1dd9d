//! A run in stages, one for each kind of period by which something is judged, as one.

use std::sync::Arc;

use kpi_base::{Diagnostic, Files};
use kpi_check::model::Model;
use kpi_plan::{Facts, Stage};
use kpi_results::{Derivation, Run, Span};
use kpi_value::{Period, PeriodKind};

use crate::cards::ShorterCards;
use crate::{Evaluator, NoAnswer, Question, Scored, scored::score_with};

/// Everything that a run found, stage by stage, those of shorter periods first.
pub struct Staged<'a> {
    scored: Vec<Scored<'a>>,
    /// For each stage whether its results are wanted by themselves.
    wanted: Vec<bool>,
}

/// Computes what the stages of a run want, each from its own facts; cards that are rolled up are scored before those that hold them.
pub fn score_stages<'a>(stages: &'a [Stage<'a>], facts: &'a [Facts]) -> Staged<'a> {
    score_each(stages, facts, |_| {})
}

/// As [`score_stages`], with a fault planted in every stage.
#[cfg(feature = "faults")]
pub fn score_stages_with_fault<'a>(stages: &'a [Stage<'a>], facts: &'a [Facts], fault: crate::Fault) -> Staged<'a> {
    score_each(stages, facts, |ev| ev.plant(fault))
}

fn score_each<'a>(stages: &'a [Stage<'a>], facts: &'a [Facts], prepare: impl Fn(&mut Evaluator<'a>)) -> Staged<'a> {
    let mut scored: Vec<Scored<'a>> = Vec::with_capacity(stages.len());
    for (stage, facts) in stages.iter().zip(facts) {
        let mut ev = Evaluator::new(&stage.model, &stage.plan, facts);
        prepare(&mut ev);
        if stage.rolls_up() {
            let mut shorter = ShorterCards::default();
            scored.iter().for_each(|scored| shorter.add(scored));
            ev.shorter_cards = Arc::new(shorter);
        }
        scored.push(score_with(ev));
    }
    Staged { scored, wanted: stages.iter().map(|stage| stage.wanted).collect() }
}

impl<'a> Staged<'a> {
    /// The stages.
    pub fn stages(&self) -> &[Scored<'a>] {
        &self.scored
    }

    /// The stages whose results are wanted by themselves.
    pub(crate) fn wanted(&self) -> impl Iterator<Item = &Scored<'a>> {
        self.scored.iter().zip(&self.wanted).filter(|(_, wanted)| **wanted).map(|(scored, _)| scored)
    }

    /// The stage of a kind of period.
    pub fn of(&self, kind: PeriodKind) -> Option<&Scored<'a>> {
        self.scored.iter().find(|scored| scored.plan().from.kind == kind)
    }

    /// As [`Staged::of`], to compute more.
    pub fn of_mut(&mut self, kind: PeriodKind) -> Option<&mut Scored<'a>> {
        self.scored.iter_mut().find(|scored| scored.plan().from.kind == kind)
    }

    /// What there is to say; what several stages say alike once.
    pub fn findings(&self) -> Vec<Diagnostic> {
        self.findings_about(None)
    }

    /// As [`Staged::findings`], of what concerns single subjects only what concerns this one.
    pub fn findings_about(&self, subject: Option<&str>) -> Vec<Diagnostic> {
        let mut stages = self.scored.iter();
        let mut all = stages.next().map(|first| first.findings_about(subject)).unwrap_or_default();
        for scored in stages {
            let known = all.len();
            for finding in scored.findings_about(subject) {
                if !all.iter().take(known).any(|other| *other == finding) {
                    all.push(finding);
                }
            }
        }
        all
    }

    /// Whether any card of a judged period is incomplete.
    pub fn is_incomplete(&self) -> bool {
        self.wanted().any(Scored::is_incomplete)
    }

    /// The results of the judged periods, from the first to the last that the run was asked for.
    pub fn run(&self, (from, to): (Period, Period)) -> Run {
        self.run_of(self.head((from, to)), Scored::run)
    }

    /// As [`Staged::run`], without findings, and with cards that have no lines.
    pub fn brief_run(&self, (from, to): (Period, Period)) -> Run {
        let show = |period| self.scored.first().map(|first| first.model().policy.calendar.show(period));
        let period = Span { from: show(from).unwrap_or_default(), to: show(to).unwrap_or_default() };
        self.run_of(Run { period, ..Run::default() }, Scored::brief_run)
    }

    /// The tables of brackets by which pays are found, in the order in which [`Staged::brief_run`] tells the rows that were taken.
    pub fn bracket_tables(&self, files: &Files) -> Vec<kpi_results::BracketTable> {
        self.wanted().flat_map(|scored| scored.bracket_tables(files)).collect()
    }

    fn run_of(&self, mut run: Run, of: impl Fn(&Scored<'a>) -> Run) -> Run {
        for scored in self.wanted() {
            let own = of(scored);
            run.cards.extend(own.cards);
            run.incentives.extend(own.incentives);
            run.rules.extend(own.rules);
        }
        run
    }

    /// The results without any card, pay and rule: the policy, the periods, the findings.
    pub fn head(&self, (from, to): (Period, Period)) -> Run {
        let Some(first) = self.scored.first() else { return Run::default() };
        let show = |period| first.model().policy.calendar.show(period);
        Run {
            period: Span { from: show(from), to: show(to) },
            findings: self.findings(),
            paid_by: self.wanted().flat_map(Scored::paid_by).collect(),
            ..first.head_only()
        }
    }

    /// How many [`Staged::part`]s there are.
    pub fn parts(&self) -> usize {
        self.wanted().map(Scored::parts).sum()
    }

    /// A part of the results, as [`Scored::part`] makes it.
    pub fn part(&self, n: usize) -> Run {
        let mut left = n;
        for scored in self.wanted() {
            if left < scored.parts() {
                return scored.part(left);
            }
            left -= scored.parts();
        }
        Run::default()
    }

    /// How results of a subject came about in every judged period, one question for each stage that has an answer of its kind.
    ///
    /// # Errors
    /// [`NoAnswer`] if no stage has one: that of the first.
    pub fn explain(
        &self,
        files: &Files,
        subject: &str,
        question: impl Fn(&Model, PeriodKind) -> Option<Question>,
    ) -> Result<Vec<Derivation>, NoAnswer> {
        let (mut found, mut nothing, mut answered) = (Vec::new(), None, false);
        for scored in self.wanted() {
            let (from, to) = (scored.plan().from, scored.plan().to);
            let Some(question) = question(scored.model(), from.kind) else { continue };
            let periods = (0..=to.index.saturating_sub(from.index)).map(|n| from.plus(n));
            let answers = periods.map(|period| scored.explain(files, subject, period, &question));
            match answers.collect::<Result<Vec<_>, NoAnswer>>() {
                Ok(own) => {
                    answered = true;
                    found.extend(own.into_iter().flatten());
                }
                Err(no) => nothing = nothing.or(Some(no)),
            }
        }
        match nothing {
            Some(no) if !answered => Err(no),
            _ => Ok(found),
        }
    }
}
