//! What the value ranges of a sound policy say against it: targets that nobody can reach, vetoes that cannot fire, rows of
//! curves that never apply.
//!
//! A finding is about a place of the text. Where one text is checked several times (an indicator for people and for teams,
//! the body of a function for each call, a named curve for each use), it is reported only if it holds every time. What
//! stands in the library is never reported: it was not written for this policy.

mod brackets;
mod caps;
mod conditions;
mod targets;
mod words;
mod zeros;

use kpi_base::{Code, Diagnostic, FileId, Span};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::model::{ExprId, Model};
use crate::ranges::Ranges;

/// Looks a finished model through.
pub(crate) fn check_reach(model: &Model, library: &FxHashSet<FileId>) -> Vec<Diagnostic> {
    let mut reach = Reach {
        model,
        ranges: Ranges::of(model),
        library,
        said: FxHashSet::default(),
        explained: FxHashSet::default(),
        found: Vec::new(),
    };
    reach.check_targets();
    reach.check_vetoes();
    reach.check_rules();
    let exprs = model.exprs();
    reach.check_comparisons(&exprs);
    reach.check_curves(&exprs);
    reach.check_grades();
    reach.check_divisions(&exprs);
    reach.check_caps();
    reach.found
}

struct Reach<'m> {
    model: &'m Model,
    ranges: Ranges<'m>,
    library: &'m FxHashSet<FileId>,
    /// What has been reported, so that nothing is said twice of one place.
    said: FxHashSet<(&'static str, Span)>,
    /// Comparisons that another finding has told of.
    explained: FxHashSet<ExprId>,
    found: Vec<Diagnostic>,
}

/// What stands at one place of the text, however often it is checked; in the order of the text's first use.
type Places<T> = FxHashMap<Span, T>;

impl<'m> Reach<'m> {
    fn report(&mut self, finding: Diagnostic) {
        let Some(label) = finding.labels.first() else { return };
        if !self.library.contains(&label.span.file) && self.said.insert((finding.code.name(), label.span)) {
            self.found.push(finding);
        }
    }

    /// A finding at a place.
    fn finding(code: Code, message: kpi_base::Text, span: Span, text: kpi_base::Text) -> Diagnostic {
        Diagnostic::new(code, message).label(span, text)
    }
}
