//! Scales: what the steps of a rating mean.

use kpi_base::{Diagnostic, Span, Text, codes, text};
use kpi_syntax::ast;
use rustc_hash::FxHashMap;

use crate::checker::{Checker, title};
use crate::data::whole;
use crate::model::{Scale, ScaleId, Unit};
use crate::names::Decl;

/// The most steps that a scale may have.
const STEPS: u32 = 100;

fn misfit(message: Text) -> Diagnostic {
    Diagnostic::new(codes::tables::SCALE_ANCHORS, message)
}

impl<'a> Checker<'a> {
    /// Checks the scales into the model.
    pub(crate) fn check_scales(&mut self) {
        for index in 0..self.names.scales.len() {
            let Some(declared) = self.names.scales.get(index) else { continue };
            let (scale, doc, faulty) = (declared.ast, declared.doc, declared.faulty);
            let (low, anchors) = match self.steps(&scale.range) {
                Some((low, high)) => (low, self.anchors(scale, (low, high), faulty)),
                // Who uses it is told nothing of its range: any step would do.
                None => (0, vec![String::new(); STEPS as usize]),
            };
            let title = title(&scale.name, &scale.label, doc);
            self.model.scales.push(Scale { title, low: i64::from(low), anchors });
        }
    }

    /// The scale that a written type names.
    pub(crate) fn scale_of(&self, ty: &ast::TypeName) -> Option<ScaleId> {
        let ast::TypeKind::Named(name) = &ty.kind else { return None };
        match self.names.get(&name.text) {
            Some(Decl::Scale(index)) => Some(ScaleId::new(index)),
            _ => None,
        }
    }

    /// The lowest step and the highest.
    fn steps(&mut self, range: &'a ast::Range) -> Option<(u32, u32)> {
        let mut bound = |e: &'a ast::Expr| self.const_dec(e, &text!("the bound"), Unit::NUMBER);
        let (low, high) = (bound(&range.low)?, bound(&range.high)?);
        let steps = whole(low).zip(whole(high)).filter(|(low, high)| low < high && high - low < STEPS && range.closed);
        if steps.is_none() {
            let message = text!("a scale goes from one whole number up to another: `1..5`");
            let found = misfit(message).label(range.span, text!("not so here"));
            self.report(found.help(text!("both belong to it, and it has at most {n} steps", n = STEPS)));
        }
        steps
    }

    /// What each step means.
    fn anchors(&mut self, scale: &'a ast::Scale, (low, high): (u32, u32), faulty: bool) -> Vec<String> {
        let name = &scale.name.text;
        let mut found: FxHashMap<u32, (&str, Span)> = FxHashMap::default();
        for anchor in &scale.anchors {
            let shown = anchor.step;
            let Some(step) = whole(anchor.step).filter(|step| (low..=high).contains(step)) else {
                let message = text!("`{name}` has no step {step}", name, step = shown);
                let finding =
                    misfit(message).label(anchor.span, text!("outside")).label(scale.range.span, text!("its steps"));
                self.report(finding.help(text!("take the row out, or widen the scale")));
                continue;
            };
            if anchor.text.value.trim().is_empty() {
                let finding = misfit(text!("step {step} of `{name}` says nothing", step, name))
                    .label(anchor.text.span, text!("an empty text"));
                self.report(finding.help(text!("say how somebody behaves who is rated so")));
            }
            if let Some((_, first)) = found.get(&step) {
                let finding = misfit(text!("step {step} of `{name}` is there twice", step, name))
                    .label(anchor.span, text!("again here"))
                    .label(*first, text!("first here"));
                self.report(finding.help(text!("keep one")));
                continue;
            }
            found.insert(step, (&anchor.text.value, anchor.span));
        }
        let missing: Vec<u32> = (low..=high).filter(|step| !found.contains_key(step)).collect();
        if !missing.is_empty() && !faulty {
            let steps = Text::and_list(missing.iter().map(|step| Text::quoted(step.to_string())));
            let finding = misfit(text!("`{name}` does not say what {steps} mean", name, steps))
                .label(scale.range.span, text!("these are its steps"));
            self.report(
                finding
                    .help(text!("add a row for each: `{step}: \"…\"`", step = missing.first().copied().unwrap_or(low))),
            );
        }
        let text = |step: u32| found.get(&step).map(|(text, _)| (*text).to_owned()).unwrap_or_default();
        (low..=high).map(text).collect()
    }
}
