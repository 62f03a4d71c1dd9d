//! The meaning of a checked policy, evaluated cell by cell and row by row.
//!
//! A *cell* is somebody measured in a period: [`Who`] and a [`Period`]. Every value of a policy is an expression in a
//! cell, or in a row within a cell. `None` is no data.
//!
//! | module | says |
//! |---|---|
//! | [`views`] | the rows of views |
//! | [`rows`] | which rows belong to a period, whom they reach, when a source has no data |
//! | [`time`] | periods, shorter ones, windows, stints |
//! | [`stints`] | where a period is cut for a subject |
//! | [`values`] | operators, functions, fields |
//! | [`strict`] | what the checker has promised of every value |
//! | [`aggregates`] | `sum`, `count`, … and `lookup` |
//! | [`exists`] | `exists`, and what is not ripe |
//! | [`groups`] | `over`, `among` |
//! | [`tables`] | `by` tables and curves |
//! | [`indicators`] | target, met, attainment, gap, scoring |
//! | [`wholes`] | what is made of shorter periods and of parts, and what is tracked |
//! | [`cards`] | lines, groups, scores, vetoes |
//! | [`places`] | ranks and grades |
//! | [`pay`] | incentives |
//! | [`rules`] | rules and their streaks |
//! | [`stages`] | what is judged by periods of different kinds |

mod aggregates;
mod cards;
mod exists;
mod groups;
mod indicators;
mod pay;
mod places;
mod rows;
mod rules;
mod show;
mod stages;
mod stints;
mod strict;
mod tables;
mod time;
mod values;
mod views;
mod wholes;

pub use views::with_views;

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use kpi_check::model::{ColumnId, ExprId, Model, Path, ScorecardId, TableId};
use kpi_results::Run;
use kpi_value::{Dec, Overflow, Period, Value};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::{Data, Row};

use time::When;

/// Why data cannot be judged by a policy at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A number left the range of decimals.
    Overflow,
    /// A `lookup` found several rows.
    SeveralRows(TableId),
    /// A formula reads a column that a test leaves out.
    AbsentColumn(ColumnId),
    /// An incentive reaches a subject by two cards and says neither `per card` nor `share by stint`.
    TwoCards {
        /// The incentive.
        incentive: String,
        /// The subject.
        subject: String,
    },
    /// The model breaks its own rules.
    Model(&'static str),
}

impl From<Overflow> for Fault {
    fn from(_: Overflow) -> Fault {
        Fault::Overflow
    }
}

/// A value or no data; or a fault, which ends the run.
type Valued = Result<Option<Value>, Fault>;

/// A number or no data.
type Number = Result<Option<Dec>, Fault>;

/// Who is measured.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Who {
    /// The subject of a table with this key.
    Row(TableId, Arc<str>),
    /// The subjects of a table for which a path has this value.
    Group(TableId, Path, Value),
    /// Everything.
    All,
}

/// Where an expression is evaluated.
#[derive(Clone)]
struct Place<'a> {
    /// Whom it is about.
    who: Who,
    /// When.
    when: When,
    /// The row, in the context of a row.
    row: Option<(TableId, &'a Row)>,
    /// The scorecard, where the values of a card may be named.
    card: Option<ScorecardId>,
    /// The line, where its own values may be named.
    line: Option<OwnLine>,
    /// Whether it stands in a veto, where one unknown row makes an aggregate no data.
    veto: bool,
    /// Whether an empty cell is unknown rather than a fault: in what a source leaves out nobody asks for `is known`.
    lenient: bool,
}

/// The values of a line that its scoring may name.
#[derive(Clone, Copy)]
struct OwnLine {
    actual: Option<Dec>,
    attainment: Option<Dec>,
}

type MemoKey = (ExprId, Who, When, Option<ScorecardId>, bool);

/// The cards of each scorecard and period.
type Cards = FxHashMap<(ScorecardId, Period), Rc<Vec<cards::Marked>>>;

/// The rows of a table that belong to a period.
type Rows<'a> = Rc<Vec<&'a Row>>;

/// The row of each subject that holds.
type RowsInForce<'a> = FxHashMap<Arc<str>, Option<&'a Row>>;

/// A policy and data on which it is interpreted.
struct Interpreter<'a> {
    model: &'a Model,
    data: &'a Data,
    /// The data without the rows of views.
    exports: &'a Data,
    values: RefCell<FxHashMap<MemoKey, Option<Value>>>,
    cards: RefCell<Cards>,
    /// The columns that the policy reads.
    read: OnceCell<FxHashSet<ColumnId>>,
    /// The rows of tables that belong to periods, as far as they were asked for.
    rows: RefCell<FxHashMap<(TableId, When), Rows<'a>>>,
    /// The rows of subjects, likewise.
    subjects: RefCell<FxHashMap<(TableId, When), RowsInForce<'a>>>,
}

/// Everything that a policy finds in the periods from `from` to `to`, both included; without findings. What is judged by a period of
/// its own is judged in each of them that ends in that time.
///
/// # Errors
/// [`Fault`] where the data cannot be judged.
pub fn interpret(model: &Model, data: &Data, from: Period, to: Period) -> Result<Run, Fault> {
    let calendar = &model.policy.calendar;
    let mut run = Run {
        policy: model.policy.title.clone(),
        period: kpi_results::Span { from: calendar.show(from), to: calendar.show(to) },
        ..Run::default()
    };
    for kind in model.judged_kinds() {
        let model = model.judged_by(kind);
        let periods = stages::ending_between(&model, kind, from, to);
        let Some(last) = periods.last() else { continue };
        let seen = stages::seen_by(&model, data, *last)?;
        Interpreter::new(&model, &seen, data).judge_all(&periods, &mut run)?;
    }
    Ok(run)
}

impl<'a> Interpreter<'a> {
    fn new(model: &'a Model, data: &'a Data, exports: &'a Data) -> Interpreter<'a> {
        Interpreter {
            model,
            data,
            exports,
            values: RefCell::default(),
            cards: RefCell::default(),
            read: OnceCell::new(),
            rows: RefCell::default(),
            subjects: RefCell::default(),
        }
    }

    /// Adds what is judged by the kind of these periods.
    fn judge_all(&self, periods: &[Period], run: &mut Run) -> Result<(), Fault> {
        let kind = self.model.policy.period;
        for (id, _) in self.model.scorecards.iter().filter(|(_, card)| card.period == kind) {
            for &period in periods {
                run.cards.extend(self.finished_cards(id, period)?);
            }
        }
        for (id, _) in self.model.incentives.iter().filter(|(_, incentive)| incentive.period == kind) {
            for &period in periods {
                run.incentives.extend(self.roster_pay(id, period)?);
            }
        }
        for (id, _) in self.model.rules.iter().filter(|(_, rule)| rule.period == kind) {
            for &period in periods {
                run.rules.extend(self.roster_rules(id, period)?);
            }
        }
        Ok(())
    }
}

impl<'a> Place<'a> {
    fn cell(who: Who, when: When) -> Place<'a> {
        Place { who, when, row: None, card: None, line: None, veto: false, lenient: false }
    }

    /// The same cell as an indicator sees it: without a card, a line and a row, but still in the veto that reads it.
    fn bare(&self) -> Place<'a> {
        Place { veto: self.veto, ..Place::cell(self.who.clone(), self.when) }
    }

    fn on_card(mut self, card: ScorecardId) -> Place<'a> {
        self.card = Some(card);
        self
    }

    fn in_veto(mut self) -> Place<'a> {
        self.veto = true;
        self
    }

    /// The same in another period.
    fn at(&self, period: Period) -> Place<'a> {
        self.during(self.when.at(period))
    }

    /// So many periods earlier.
    fn before(&self, n: i32) -> Place<'a> {
        self.at(self.when.period.plus(n.saturating_neg()))
    }

    fn during(&self, when: When) -> Place<'a> {
        Place { when, ..self.clone() }
    }

    fn of(&self, who: Who) -> Place<'a> {
        Place { who, ..self.clone() }
    }

    fn in_row<'b>(&self, table: TableId, row: &'b Row) -> Place<'b> {
        Place {
            who: self.who.clone(),
            when: self.when,
            row: Some((table, row)),
            card: None,
            line: None,
            veto: self.veto,
            lenient: self.lenient,
        }
    }
}
