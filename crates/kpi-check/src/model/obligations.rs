//! What is to be proven of results.

use kpi_base::Span;
use serde::Serialize;

use super::{Expr, IndicatorId, Place};

/// An obligation: `prove host_card.score within 0..100`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Obligation {
    /// The result: a score or an attainment of a card, a pay or a total.
    pub place: Place,
    /// What must hold of it, whatever is measured.
    pub property: Property,
    /// Its text as written: `host_card.score within 0..100`.
    #[serde(skip)]
    pub span: Span,
}

/// What must hold of a result.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Property {
    /// It lies between two bounds of its unit, in the context of the subject's cell; the flag: the upper one belongs to it.
    Within(Expr, Expr, bool),
    /// It never gets worse as this indicator gets better, everything else being the same.
    Monotone(IndicatorId),
}
