//! The state of a check: declarations, the model under construction, findings.

use std::collections::BTreeSet;

use kpi_base::{Code, Diagnostic, Span, Text, codes, text};
use kpi_syntax::ast;
use kpi_value::{Calendar, Dec, PeriodKind, Rounding};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::Checked;
use crate::by_tables::TableOfTargets;
use crate::certain::{Asker, Certain};
use crate::counter::{Claim, CounterExample};
use crate::instances::Instance;
use crate::model::{
    self, Arena, ExprId, IncentiveId, IndicatorId, Model, ParamId, RuleId, ScorecardId, Subject, TableId, Title,
};
use crate::names::{Decl, Names};
use crate::written::Texts;

/// A check under way. Every function that takes something written returns `None` only after it has reported why.
#[derive(Debug)]
pub struct Checker<'a> {
    /// The declarations.
    pub names: Names<'a>,
    /// The model under construction. Its dimensions and tables are complete before anything else is checked; its
    /// indicators are put in when the check is over (until then see [`Checker::instance`]).
    pub model: Model,
    /// What was found.
    pub diagnostics: Vec<Diagnostic>,
    /// Where each scorecard of [`Names::scorecards`] stands in the model, once it is checked and sound.
    pub scorecard_ids: Vec<Option<ScorecardId>>,
    /// Likewise for incentives.
    pub incentive_ids: Vec<Option<IncentiveId>>,
    /// Likewise for rules; a rule `for each indicator` stands there once for each of them.
    pub rule_ids: Vec<Vec<RuleId>>,
    pub(crate) param_ids: Vec<crate::params::Progress<ParamId>>,
    pub(crate) used: FxHashSet<Decl>,
    pub(crate) instances: Vec<Instance>,
    pub(crate) instance_ids: FxHashMap<(usize, Subject, PeriodKind), IndicatorId>,
    pub(crate) functions_open: Vec<usize>,
    /// The indicators that are being checked, outermost first.
    pub(crate) open: Vec<IndicatorId>,
    pub(crate) texts: Texts<'a>,
    pub(crate) counter_examples: Vec<CounterExample>,
    /// Who asks for the target of an indicator.
    pub(crate) askers: FxHashMap<IndicatorId, Vec<Asker>>,
    /// What the `where` of each scorecard of [`Names::scorecards`] says for certain.
    pub(crate) certain_of_cards: FxHashMap<usize, Vec<Certain>>,
    /// The tables of targets whose completeness is asked for when everything that reads them is known.
    pub(crate) tables_of_targets: Vec<TableOfTargets<'a>>,
    /// Where rows are read at a period's start, and of which table.
    pub(crate) at_start: Vec<(Span, TableId)>,
    /// The parameters that have become parts of constants, each with a place where one has.
    pub(crate) constant_params: FxHashMap<ParamId, Span>,
    /// Set where a rule for each indicator reads what needs a target, of an indicator that has none.
    pub(crate) untargeted_line: bool,
    /// The targets that are the same however long the period is, of what adds up, with the periods by which they are judged.
    pub(crate) constant_targets: FxHashMap<Span, BTreeSet<PeriodKind>>,
    /// The period by which the declaration in hand is judged: the policy's, unless a card, an incentive or a rule has its own.
    pub(crate) judged: PeriodKind,
    next_expr: u32,
}

impl<'a> Checker<'a> {
    /// Collects the declarations.
    pub fn new(files: &'a [ast::File]) -> Checker<'a> {
        let mut diagnostics = Vec::new();
        let names = Names::collect(files, &mut diagnostics);
        let policy = model::Policy {
            title: String::new(),
            edition: 1,
            currency: model::Currency { code: "CNY".to_owned(), digits: 2 },
            period: PeriodKind::Month,
            declared: PeriodKind::Month,
            attainment_cap: Dec::percent(200),
            rounding: Rounding::default(),
            calendar: Calendar::default(),
            timezone: None,
        };
        let model = Model {
            policy,
            dimensions: Arena::new(),
            scales: Arena::new(),
            goals: Vec::new(),
            tables: Arena::new(),
            params: Arena::new(),
            indicators: Arena::new(),
            scorecards: Arena::new(),
            incentives: Arena::new(),
            rules: Arena::new(),
            tests: Vec::new(),
            obligations: Vec::new(),
            expr_count: 0,
        };
        Checker {
            scorecard_ids: vec![None; names.scorecards.len()],
            incentive_ids: vec![None; names.incentives.len()],
            rule_ids: vec![Vec::new(); names.rules.len()],
            param_ids: vec![crate::params::Progress::New; names.params.len()],
            names,
            model,
            diagnostics,
            used: FxHashSet::default(),
            instances: Vec::new(),
            instance_ids: FxHashMap::default(),
            functions_open: Vec::new(),
            untargeted_line: false,
            open: Vec::new(),
            at_start: Vec::new(),
            texts: Texts::new(files),
            counter_examples: Vec::new(),
            askers: FxHashMap::default(),
            certain_of_cards: FxHashMap::default(),
            tables_of_targets: Vec::new(),
            constant_params: FxHashMap::default(),
            constant_targets: FxHashMap::default(),
            judged: PeriodKind::Month,
            next_expr: 0,
        }
    }

    /// Checks something that is judged by a period of its own, if it has one.
    pub(crate) fn judged_by<T>(&mut self, period: PeriodKind, check: impl FnOnce(&mut Self) -> T) -> T {
        let around = std::mem::replace(&mut self.judged, period);
        let checked = check(self);
        self.judged = around;
        checked
    }

    /// Reports a finding.
    pub fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Notes an input under which what a finding of this code reports goes wrong; before the finding is reported.
    pub(crate) fn example(&mut self, code: Code, place: Span, claim: Claim) {
        self.counter_examples.push(CounterExample { code, place, claim });
    }

    /// What a name stands for, which is thereby used; reported if it is unknown, with the nearest name there is.
    /// `wanted` says what was looked for: "an indicator or a scorecard".
    pub fn resolve(&mut self, name: &ast::Name, wanted: &Text) -> Option<Decl> {
        if let Some(decl) = self.names.get(&name.text) {
            self.used.insert(decl);
            return Some(decl);
        }
        let near = self.names.nearest(&name.text).map(str::to_owned);
        self.report(unknown(name, wanted, near.as_deref()));
        None
    }

    /// The identity of the next expression.
    pub fn next_expr_id(&self) -> ExprId {
        ExprId(self.next_expr)
    }

    /// Goes on behind the identities that were taken.
    pub fn skip_exprs(&mut self, next: ExprId) {
        self.next_expr = next.0;
    }

    /// A new expression.
    pub fn make(&mut self, kind: model::ExprKind, ty: model::Type, span: Span) -> model::Expr {
        let id = ExprId(self.next_expr);
        self.next_expr += 1;
        model::Expr { id, kind, ty, span }
    }

    /// Ends the check; `reach`: with what the ranges of values say against a sound policy.
    /// What comes back is the findings, the model, and whether that can be used.
    pub(crate) fn finish(mut self, reach: bool) -> (Checked, Model, bool) {
        self.check_unused();
        self.check_tables_of_targets();
        self.check_constant_targets();
        self.order_indicators();
        self.model.expr_count = self.next_expr;
        if reach && !self.diagnostics.iter().any(Diagnostic::is_error) {
            let found = crate::reach::check_reach(&self.model, &self.names.library);
            self.diagnostics.extend(found);
        }
        let mut diagnostics = self.diagnostics;
        diagnostics.sort_by_key(|d| d.labels.first().map(|l| (l.span.file, l.span.start)));
        // An indicator that is checked for several kinds of subject would say the same of each.
        diagnostics.dedup();
        let sound = !diagnostics.iter().any(Diagnostic::is_error);
        let mut counter_examples = self.counter_examples;
        counter_examples.sort_by_key(|example| (example.place.file, example.place.start));
        counter_examples.dedup();
        (Checked { model: None, diagnostics, counter_examples }, self.model, sound)
    }
}

/// The finding that a name is not known; `wanted` says what was looked for, `near` is what may have been meant.
pub fn unknown(name: &ast::Name, wanted: &Text, near: Option<&str>) -> Diagnostic {
    let found = Diagnostic::new(codes::names::UNKNOWN_NAME, text!("there is no `{name}`", name = name.text))
        .label(name.span, text!("{wanted} was expected", wanted));
    match near {
        Some(near) => {
            found.help(text!("did you mean `{near}`?", near)).fix(text!("write `{near}`", near), name.span, near)
        }
        None => match kpi_syntax::words::glued(&name.text) {
            Some((word, rest)) => {
                let apart = format!("{word} {rest}");
                found.help(text!("words are separated by spaces: `{apart}`", apart)).fix(
                    text!("insert a space"),
                    name.span,
                    apart,
                )
            }
            None => found,
        },
    }
}

/// The title of a declaration.
pub fn title(name: &ast::Name, label: &ast::Label, doc: Option<&str>) -> Title {
    let label = label.as_ref().map(|text| text.value.clone());
    Title { name: name.text.clone(), label, doc: doc.map(str::to_owned), span: name.span }
}
