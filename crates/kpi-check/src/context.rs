//! Where an expression stands: what its names may mean.

use std::rc::Rc;

use kpi_value::PeriodKind;
use rustc_hash::FxHashMap;

use crate::certain::Certain;
use crate::model::{self, IndicatorId, Path, Subject, TableId};

/// What an expression is evaluated for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum At {
    /// Nothing: constants, parameters, bodies of functions, rows of named curves.
    Pure,
    /// A row of a table.
    Row(TableId),
    /// A subject in a period.
    Cell(Subject),
}

/// The surroundings of an expression. Start from [`Context::pure`], [`Context::row`] or [`Context::cell`] and set what
/// else is visible.
#[derive(Clone, Debug)]
pub struct Context {
    /// What it is evaluated for.
    pub at: At,
    /// The shorter period in which it is evaluated: in formulas and targets of an indicator with a period of its own.
    pub unit: Option<PeriodKind>,
    /// Whether the line's `attainment` and `actual` are visible: in a scoring. With the type of the actual.
    pub line: Option<model::Type>,
    /// The indicator whose `attainment`, `actual`, … are visible alone: in rules `for each indicator`.
    pub line_of: Option<IndicatorId>,
    /// Whether the card's `attainment score grade rank` are visible: in incentives and rules for scorecards.
    pub card: bool,
    /// Whether `monthly_pay.total` and `.base` are visible: in rules.
    pub pays: bool,
    /// Whose `self` it is: set outside the formula of that indicator.
    pub this: Option<IndicatorId>,
    /// Whether it stands under `previous`, `growth`, `streak`, `over` or `among`, where `self` means something.
    pub moved: bool,
    /// Whether `exists` may stand here: in the `where` and the argument of an aggregate.
    pub relates: bool,
    /// The arguments of the function that is being inlined.
    pub bindings: Option<Rc<FxHashMap<String, model::Expr>>>,
    /// Columns that are known to hold a value here.
    pub known: Vec<Path>,
    /// What the `where` of the card says for certain, where nothing but its own subjects is meant: in its weights.
    pub(crate) certain: Rc<[Certain]>,
}

impl Context {
    /// Constants only.
    pub fn pure() -> Context {
        Context {
            at: At::Pure,
            unit: None,
            line: None,
            line_of: None,
            card: false,
            pays: false,
            this: None,
            moved: false,
            relates: false,
            bindings: None,
            known: Vec::new(),
            certain: Rc::default(),
        }
    }

    /// A row of a table.
    pub fn row(table: TableId) -> Context {
        Context { at: At::Row(table), ..Context::pure() }
    }

    /// A subject in a period.
    pub fn cell(subject: Subject) -> Context {
        Context { at: At::Cell(subject), ..Context::pure() }
    }

    /// The subject, in a cell.
    pub fn subject(&self) -> Option<&Subject> {
        if let At::Cell(subject) = &self.at { Some(subject) } else { None }
    }
}
