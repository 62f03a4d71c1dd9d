//! Indicators, made for the subjects that need them.

use kpi_base::{Diagnostic, Span, Text, codes, text};
use kpi_syntax::ast;
use kpi_value::Dec;

use crate::checker::{Checker, title};
use crate::context::Context;
use crate::model::{self, IndicatorId, Scoring, Subject, TableId, WhenMissing};
use crate::names::Decl;
use crate::periods::target_exprs;

/// How much of an indicator is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// Its actual: the formula alone. A wider subject (`over team`) need not have what targets depend on.
    Actual,
    /// Target and scoring too: a line of a card, `.met`, `.attainment`, …
    All,
}

/// How far one part of an indicator is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    New,
    Open,
    Failed,
    Done,
}

/// An indicator for one kind of subject.
#[derive(Debug)]
pub(crate) struct Instance {
    /// Its place in [`Names::indicators`](crate::names::Names).
    index: usize,
    formula: State,
    rest: State,
    pub(crate) model: Option<model::Indicator>,
    /// Which indicators it reads.
    pub(crate) reads: Vec<IndicatorId>,
}

/// How deep indicators may read each other.
const DEPTH: usize = 200;

impl<'a> Checker<'a> {
    /// The indicator of this name for a subject, made and checked at its first use; the name is marked as used.
    ///
    /// The formula is checked here, target and scoring by `check_target_and_scoring`, once, when they are first
    /// needed. Reports a name that is no indicator, and an indicator that needs itself.
    pub fn indicator(&mut self, name: &ast::Name, subject: &Subject, need: Need) -> Option<IndicatorId> {
        match self.resolve(name, &text!("an indicator"))? {
            Decl::Indicator(index) => self.indicator_at(index, subject, need, name.span),
            other => {
                self.report_kind(name, other, &text!("an indicator"));
                None
            }
        }
    }

    /// As [`Checker::indicator`], by the place of its declaration; `from` is what needs it.
    pub(crate) fn indicator_at(
        &mut self,
        index: usize,
        subject: &Subject,
        need: Need,
        from: Span,
    ) -> Option<IndicatorId> {
        let key = (index, subject.clone(), self.judged);
        let id = match self.instance_ids.get(&key) {
            Some(id) => *id,
            None => {
                let id = IndicatorId::new(self.instances.len());
                let (formula, rest) = (State::New, State::New);
                self.instances.push(Instance { index, formula, rest, model: None, reads: Vec::new() });
                self.instance_ids.insert(key, id);
                id
            }
        };
        if let Some(reader) = self.open.last().copied()
            && reader != id
            && let Some(reader) = self.instances.get_mut(reader.index())
        {
            reader.reads.push(id);
        }
        self.check_formula(id, subject, from)?;
        if need == Need::All {
            self.check_rest(id, subject, from)?;
        }
        Some(id)
    }

    fn check_formula(&mut self, id: IndicatorId, subject: &Subject, from: Span) -> Option<()> {
        let instance = self.instances.get_mut(id.index())?;
        let index = instance.index;
        match instance.formula {
            State::Done => return Some(()),
            State::Failed => return None,
            State::Open => return self.report_open(index, from),
            State::New => instance.formula = State::Open,
        }
        let declared = self.names.indicators.get(index)?;
        let (indicator, doc, faulty) = (declared.ast, declared.doc, declared.faulty);
        if self.open.len() >= DEPTH {
            self.report(
                Diagnostic::new(
                    codes::names::CYCLE,
                    text!("more than {x} indicators read each other in a row", x = DEPTH),
                )
                .label(from, text!("the next one")),
            );
            return None;
        }
        let shorter = match &indicator.shorter {
            Some(written) => {
                let shorter = self.shorter(&indicator.name, written);
                if shorter.is_none() {
                    self.instances.get_mut(id.index())?.formula = State::Failed;
                }
                Some(shorter?)
            }
            None => None,
        };
        self.open.push(id);
        let mut cx = Context::cell(subject.clone());
        cx.unit = shorter.map(|shorter| shorter.period);
        let (mut parts, mut made_of) = (None, !indicator.parts.is_empty() || indicator.combine.is_some());
        if made_of {
            parts = self.parts(index, indicator, subject);
            // What else is missing in it was said.
            made_of = parts.is_some() || !faulty;
        }
        let formula = match &indicator.formula {
            _ if made_of => {
                let none = self.make(model::ExprKind::Const(None), model::Type::NUMBER, indicator.name.span);
                parts.is_some().then_some(none)
            }
            Some(formula) => self.expr(formula, &cx, None),
            None => {
                // A formula that could not be read was reported by the parser, and an entry that there is not when it was bound.
                if indicator.binding.is_none() && !faulty {
                    self.report(
                        Diagnostic::new(
                            codes::names::NO_FORMULA,
                            text!("`{name}` does not say what it measures", name = indicator.name.text),
                        )
                        .label(indicator.name.span, text!("an indicator without `formula`"))
                        .help(text!("add `formula …`")),
                    );
                }
                None
            }
        };
        self.open.pop();
        let model = formula.map(|formula| model::Indicator {
            title: title(&indicator.name, &indicator.label, doc),
            formula,
            parts,
            shorter,
            track: Vec::new(),
            target: None,
            scoring: Scoring::Proportional { none_below: None, cap: Dec::ONE, stretch: None },
            when_missing: match indicator.when_missing {
                None | Some((ast::WhenMissing::Fail, _)) => WhenMissing::Fail,
                Some((ast::WhenMissing::Zero, _)) => WhenMissing::Zero,
                Some((ast::WhenMissing::Full, _)) => WhenMissing::Full,
                Some((ast::WhenMissing::Reweight, _)) => WhenMissing::Reweight,
            },
            notes: indicator.notes.iter().map(|(topic, text)| (topic.text.clone(), text.value.clone())).collect(),
            adjustable: indicator.adjustable.map(|(kind, _)| kind),
            tags: indicator.tags.iter().map(|tag| tag.text.clone()).collect(),
            supports: indicator.supports.iter().map(|goal| goal.text.clone()).collect(),
            subject: subject.clone(),
            period: self.judged,
        });
        let mut sound = model.is_some();
        self.instances.get_mut(id.index())?.model = model;
        sound = sound && self.check_shorter_formula(id).is_some();
        if let Some(formula) = self.instance(id).map(|indicator| indicator.formula.clone()) {
            sound = sound && self.check_row_lengths([&formula], &indicator.name).is_some();
        }
        self.instances.get_mut(id.index())?.formula = if sound { State::Done } else { State::Failed };
        sound.then_some(())
    }

    fn check_rest(&mut self, id: IndicatorId, subject: &Subject, from: Span) -> Option<()> {
        let instance = self.instances.get_mut(id.index())?;
        let index = instance.index;
        match instance.rest {
            State::Done => return Some(()),
            State::Failed => return None,
            State::Open => return self.report_open(index, from),
            State::New => instance.rest = State::Open,
        }
        self.open.push(id);
        let mut sound = self.check_target_and_scoring(index, subject, id);
        let target = self.instance(id).and_then(|indicator| indicator.target.clone());
        if let (Some(target), Some(declared)) = (target, self.names.indicators.get(index)) {
            sound = sound && self.check_row_lengths(target_exprs(&target), &declared.ast.name).is_some();
        }
        self.open.pop();
        self.instances.get_mut(id.index())?.rest = if sound { State::Done } else { State::Failed };
        sound.then_some(())
    }

    /// Reports that an indicator is needed while it is being checked.
    fn report_open(&mut self, index: usize, from: Span) -> Option<()> {
        let name = &self.names.indicators.get(index)?.ast.name;
        let mut chain: Vec<&str> = Vec::new();
        for id in self.open.iter().rev() {
            let Some(instance) = self.instances.get(id.index()) else { continue };
            let Some(declared) = self.names.indicators.get(instance.index) else { continue };
            chain.push(&declared.ast.name.text);
            if instance.index == index {
                break;
            }
        }
        chain.reverse();
        let through = if chain.len() > 1 {
            text!(" ({chain} → {name})", chain = chain.join(" → "), name = name.text)
        } else {
            Text::default()
        };
        let finding = Diagnostic::new(
            codes::names::CYCLE,
            text!("`{name}` needs its own value{through}", name = name.text, through),
        )
        .label(from, text!("needed here"))
        .label(name.span, text!("while this is computed"))
        .help(text!("a formula cannot read itself; a target may: `> previous(self)`"));
        self.report(finding);
        None
    }

    /// What is known so far of an indicator made by [`Checker::indicator`]: its formula; target and scoring if they were
    /// needed.
    pub fn instance(&self, id: IndicatorId) -> Option<&model::Indicator> {
        self.instances.get(id.index()).and_then(|i| i.model.as_ref())
    }

    /// As [`Checker::instance`], to be filled in.
    pub fn instance_mut(&mut self, id: IndicatorId) -> Option<&mut model::Indicator> {
        self.instances.get_mut(id.index()).and_then(|i| i.model.as_mut())
    }

    /// The place of an instance's declaration.
    pub(crate) fn instance_place(&self, id: IndicatorId) -> Option<usize> {
        self.instances.get(id.index()).map(|i| i.index)
    }

    /// Warns of what is declared and never used. What is wrong in an unused indicator is said all the same.
    pub(crate) fn check_unused(&mut self) {
        self.check_unused_goals();
        let mut found: Vec<(Decl, &'a ast::Name)> = Vec::new();
        let names = &self.names;
        found.extend(names.dimensions.iter().enumerate().map(|(i, d)| (Decl::Dimension(i), &d.ast.name)));
        let sources = names.tables.iter().enumerate().filter(|(_, (_, roster))| !roster);
        found.extend(sources.map(|(i, (t, _))| (Decl::Table(i), &t.ast.name)));
        let first_view = names.tables.len();
        let views = names.views.iter().enumerate();
        found.extend(views.map(|(i, v)| (Decl::Table(first_view + i), &v.ast.name)));
        found.extend(names.params.iter().enumerate().map(|(i, d)| (Decl::Param(i), &d.ast.name)));
        found.extend(names.functions.iter().enumerate().map(|(i, d)| (Decl::Function(i), &d.ast.name)));
        found.extend(names.scales.iter().enumerate().map(|(i, d)| (Decl::Scale(i), &d.ast.name)));
        found.extend(names.curves.iter().enumerate().map(|(i, d)| (Decl::Curve(i), &d.ast.name)));
        let whole = names.indicators.iter().enumerate().filter(|(i, _)| !names.is_part(*i));
        found.extend(whole.map(|(i, d)| (Decl::Indicator(i), &d.ast.name)));
        found.retain(|(decl, name)| !self.used.contains(decl) && !names.library.contains(&name.span.file));
        let unused = found;
        // Instances made from here on are for checking only.
        let kept = self.instances.len();
        for (decl, _) in &unused {
            if let Decl::Indicator(index) = decl {
                self.check_unused_indicator(*index);
            }
        }
        self.instances.truncate(kept);
        // What could not be read may have used them.
        if self.names.any_faulty() {
            return;
        }
        for (decl, name) in unused {
            if self.used.contains(&decl) {
                continue;
            }
            let name_text = &name.text;
            let message = match decl {
                Decl::Dimension(_) => text!("the dimension `{name}` is never used", name = name_text),
                Decl::Scale(_) => text!("the scale `{name}` is never used", name = name_text),
                Decl::Table(index) if index >= first_view => text!("the view `{name}` is never used", name = name_text),
                Decl::Table(_) => text!("the source `{name}` is never used", name = name_text),
                Decl::Param(_) => text!("the parameter `{name}` is never used", name = name_text),
                Decl::Function(_) => text!("the function `{name}` is never used", name = name_text),
                Decl::Curve(_) => text!("the curve `{name}` is never used", name = name_text),
                Decl::Indicator(_) => text!("the indicator `{name}` is never used", name = name_text),
                Decl::Scorecard(_) => text!("the scorecard `{name}` is never used", name = name_text),
                Decl::Incentive(_) => text!("the incentive `{name}` is never used", name = name_text),
                Decl::Rule(_) => text!("the rule `{name}` is never used", name = name_text),
                // Neither is looked for above: a team may have entries for others to use.
                Decl::Shape(_) | Decl::Entry(_) => continue,
            };
            self.report(
                Diagnostic::new(codes::names::UNUSED, message)
                    .label(name.span, text!("declared here"))
                    .help(text!("use it, or take it out")),
            );
        }
    }

    /// Checks an indicator that nothing uses for the subjects that the most cards are for, or, without cards, for those of
    /// the first roster that its rows lead to.
    fn check_unused_indicator(&mut self, index: usize) {
        let Some(indicator) = self.names.indicators.get(index).map(|d| d.ast) else { return };
        let mut tables: Vec<TableId> = self.model.scorecards.iter().map(|(_, card)| card.table).collect();
        tables.extend(self.model.tables.iter().filter(|(_, t)| t.roster && t.key.is_some()).map(|(id, _)| id));
        let formulas: Vec<_> =
            indicator.parts.iter().chain([indicator]).filter_map(|part| part.formula.as_ref()).collect();
        if formulas.is_empty() {
            return;
        }
        let mut named = Vec::new();
        formulas.iter().for_each(|formula| self.all_tables_named(formula, &mut named));
        let reached = |to: &&TableId| named.iter().all(|from| from == *to || self.model.way(*from, None, **to).is_ok());
        let Some(table) = tables.iter().find(reached).copied() else { return };
        self.indicator_at(index, &Subject::Table(table), Need::All, indicator.name.span);
    }

    fn all_tables_named(&self, e: &ast::Expr, out: &mut Vec<TableId>) {
        if let Some(names) = crate::values::chain(e) {
            let table = names.first().and_then(|n| self.names.get(&n.text));
            if let Some(Decl::Table(index)) = table {
                out.push(TableId::new(index));
            }
            return;
        }
        for inner in crate::aggregates::ast_children(e) {
            self.all_tables_named(inner, out);
        }
    }
}
