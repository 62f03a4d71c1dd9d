//! The sites themselves, as they are listed and reached.

use kpi_base::{Files, Span, Text, text};
use kpi_check::model::CompareOp;
use kpi_results::{Coverage, Site};
use kpi_value::Dec;
use std::collections::BTreeMap;

/// What of a place in the policy is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mark {
    Row,
    /// The threshold itself; the value tells several of one text apart.
    At(Option<Dec>),
    Across(Option<Dec>),
    Fired,
    NotFired,
    Capped,
    Part(usize),
}

/// A threshold, and the values that were compared with it.
pub(super) struct Watched {
    pub op: CompareOp,
    pub pairs: Vec<(Dec, Dec)>,
    pub value: Option<Dec>,
}

/// Sites in the order of the walk. An indicator that is there for several kinds of subject has one text, and so its sites are
/// those of all of them.
pub(super) struct Sites<'f> {
    pub files: Option<&'f Files>,
    places: BTreeMap<(Span, Mark), usize>,
    reached: Vec<bool>,
    listed: Vec<Site>,
    declaration: (String, Span),
}

impl<'f> Sites<'f> {
    pub fn listing(files: &'f Files) -> Sites<'f> {
        Sites { files: Some(files), ..Sites::reaching() }
    }

    pub fn reaching() -> Sites<'f> {
        let declaration = (String::new(), Span::default());
        Sites { files: None, places: BTreeMap::new(), reached: Vec::new(), listed: Vec::new(), declaration }
    }

    pub fn declaration(&mut self, name: &str, span: Span) {
        self.declaration = (name.to_owned(), span);
    }

    pub fn add(&mut self, span: Span, mark: Mark, reached: bool, missing: impl FnOnce() -> Text) {
        let next = self.reached.len();
        let place = *self.places.entry((span, mark)).or_insert(next);
        if place == next {
            self.reached.push(reached);
            if self.files.is_some() {
                let (declaration, declared) = self.declaration.clone();
                self.listed.push(Site { declaration, declared, span, missing: missing(), reached });
            }
        } else if let Some(slot) = self.reached.get_mut(place) {
            *slot |= reached;
        }
    }

    /// A threshold, exactly and from the side on which the outcome is another one.
    pub fn threshold(&mut self, span: Span, watched: &Watched, threshold: impl Fn() -> Text) {
        let Watched { op, pairs, value } = watched;
        let exactly = pairs.iter().any(|(x, at)| x == at);
        self.add(span, Mark::At(*value), exactly, || text!("no test has exactly {threshold}", threshold = threshold()));
        let across = pairs.iter().any(|(x, at)| match op {
            CompareOp::Ge | CompareOp::Lt => x < at,
            CompareOp::Gt | CompareOp::Le => x > at,
            CompareOp::Eq | CompareOp::Ne => x != at,
        });
        self.add(span, Mark::Across(*value), across, || match op {
            CompareOp::Ge | CompareOp::Lt => text!("no test falls below {threshold}", threshold = threshold()),
            CompareOp::Gt | CompareOp::Le => text!("no test goes above {threshold}", threshold = threshold()),
            CompareOp::Eq | CompareOp::Ne => text!("no test is beside {threshold}", threshold = threshold()),
        });
    }

    pub fn into_reached(self) -> Vec<bool> {
        self.reached
    }

    pub fn into_coverage(self) -> Coverage {
        Coverage { sites: self.listed }
    }
}

/// The text of a place, on one line.
pub(super) fn row_text(files: Option<&Files>, span: Span) -> String {
    let text = files.map(|files| files.text(span)).unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
