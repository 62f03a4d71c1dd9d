//! What is the same in both versions: settings, dimensions, tables, columns.

use std::cell::{Cell, RefCell};

use kpi_base::Text;
use kpi_check::model::{
    Column, ColumnId, DimensionId, Expr, GroupKey, IndicatorId, Model, Path, ScorecardId, Table, TableId, Timing, Type,
    View,
};
use kpi_check::ranges::Ranges;
use rustc_hash::FxHashMap;

use super::cards::CardRelation;
use super::relation::Relation;
use crate::cases::Case;
use crate::scene::Scene;

/// Both versions, the older one first, with what is known of them so far.
pub(crate) struct Pairs<'m> {
    pub base: Scene<'m>,
    pub head: Scene<'m>,
    /// What must hold of a subject in each version, where keys of tables are looked at.
    audience: Cell<Option<(&'m Expr, &'m Expr)>>,
    /// The attainment and the actual of the line that is scored.
    pub line: Cell<Option<(Relation, Relation)>>,
    /// The card that is paid for.
    pub card: Cell<Option<CardRelation>>,
    /// How many more expressions are looked at before nobody can tell.
    left: Cell<usize>,
    pub(super) actuals: RefCell<FxHashMap<(IndicatorId, IndicatorId, bool), Relation>>,
    tables: RefCell<FxHashMap<(TableId, TableId), bool>>,
    doubts: RefCell<Vec<Text>>,
}

/// How many pairs of expressions are looked at for one result.
const WORK: usize = 200_000;
/// How many doubts are told.
const TOLD: usize = 4;

impl<'m> Pairs<'m> {
    pub fn new(
        (base, base_ranges): (&'m Model, &'m Ranges<'m>),
        (head, head_ranges): (&'m Model, &'m Ranges<'m>),
        case: &'m Case,
    ) -> Pairs<'m> {
        Pairs {
            base: Scene::new(base, base_ranges, case),
            head: Scene::new(head, head_ranges, case),
            audience: Cell::new(None),
            line: Cell::new(None),
            card: Cell::new(None),
            left: Cell::new(WORK),
            actuals: RefCell::default(),
            tables: RefCell::default(),
            doubts: RefCell::default(),
        }
    }

    /// Begins with another result, of subjects of this card.
    pub fn begin(&mut self, old: Option<ScorecardId>, new: Option<ScorecardId>) {
        let condition = |model: &'m Model, card: Option<ScorecardId>| model.scorecards[card?].condition.as_ref();
        self.audience.set(condition(self.base.model, old).zip(condition(self.head.model, new)));
        self.left.set(WORK);
        self.actuals.borrow_mut().clear();
        self.doubts.borrow_mut().clear();
        (self.base.card, self.head.card) = (None, None);
        self.base.cards.borrow_mut().clear();
        self.head.cards.borrow_mut().clear();
    }

    pub fn doubts(&self) -> Vec<Text> {
        self.doubts.borrow().clone()
    }

    /// Notes what keeps a result from being told.
    pub fn doubt(&self, why: Text) {
        let mut doubts = self.doubts.borrow_mut();
        if doubts.len() < TOLD && !doubts.contains(&why) {
            doubts.push(why);
        }
    }

    /// Whether there is work left to be done.
    pub fn goes_on(&self) -> bool {
        let left = self.left.get();
        self.left.set(left.saturating_sub(1));
        left > 0
    }

    /// What must hold of the subject whose keys are looked at.
    pub fn audience(&self) -> Option<(&'m Expr, &'m Expr)> {
        self.audience.get()
    }

    /// Compares what stands in another context: of other subjects, periods or rows, of which nothing is known.
    pub fn elsewhere<T>(&self, compare: impl FnOnce(&Self) -> T) -> T {
        let (audience, line, card) = (self.audience.take(), self.line.take(), self.card.take());
        let found = compare(self);
        self.audience.set(audience);
        self.line.set(line);
        self.card.set(card);
        found
    }

    /// Whether both versions count in the same money, periods and roundings.
    pub fn same_settings(&self) -> bool {
        let (old, new) = (&self.base.model.policy, &self.head.model.policy);
        old.edition == new.edition
            && old.currency == new.currency
            && old.period == new.period
            && old.declared == new.declared
            && old.attainment_cap == new.attainment_cap
            && old.rounding == new.rounding
            && old.calendar == new.calendar
            && old.timezone == new.timezone
    }

    pub fn same_type(&self, old: Type, new: Type) -> bool {
        match (old, new) {
            (Type::Member(old), Type::Member(new)) => self.same_dimension(old, new),
            (Type::Reference(old), Type::Reference(new)) => {
                self.base.model.tables[old].title.name == self.head.model.tables[new].title.name
            }
            (old, new) => old == new,
        }
    }

    fn same_dimension(&self, old: DimensionId, new: DimensionId) -> bool {
        let (old, new) = (&self.base.model.dimensions[old], &self.head.model.dimensions[new]);
        old.ordered == new.ordered
            && old.members.len() == new.members.len()
            && old.members.iter().zip(&new.members).all(|(a, b)| a.name == b.name)
    }

    pub fn same_path(&self, old: &Path, new: &Path) -> bool {
        old.0.len() == new.0.len() && old.0.iter().zip(&new.0).all(|(a, b)| self.same_column(*a, *b))
    }

    pub fn same_paths(&self, old: &[Path], new: &[Path]) -> bool {
        old.len() == new.len() && old.iter().zip(new).all(|(a, b)| self.same_path(a, b))
    }

    pub fn same_way(&self, old: Option<&Path>, new: Option<&Path>) -> bool {
        match (old, new) {
            (Some(old), Some(new)) => self.same_path(old, new),
            (None, None) => true,
            _ => false,
        }
    }

    fn same_column(&self, old: ColumnId, new: ColumnId) -> bool {
        if !self.same_table(old.table, new.table) {
            return false;
        }
        let (a, b) = (self.base.model.column(old), self.head.model.column(new));
        self.reads_alike(a, b) && self.made_alike(old, new)
    }

    /// Whether two columns take the same cells from an export, and read them as the same values.
    fn reads_alike(&self, old: &Column, new: &Column) -> bool {
        old.header == new.header
            && old.scale == new.scale
            && old.optional == new.optional
            && old.subject == new.subject
            && self.same_type(old.ty, new.ty)
    }

    /// Whether two columns of grouped views are made of the same.
    fn made_alike(&self, old: ColumnId, new: ColumnId) -> bool {
        let grouping = |model: &'m Model, id: ColumnId| {
            model.tables[id.table].view.as_ref().and_then(|view| view.grouping.as_ref())
        };
        match (grouping(self.base.model, old), grouping(self.head.model, new)) {
            (None, None) => true,
            (Some(a), Some(b)) => {
                let (old, new) = (old.index as usize, new.index as usize);
                let aggregates = old.checked_sub(a.keys.len()).zip(new.checked_sub(b.keys.len()));
                match aggregates.and_then(|(i, j)| Some((a.aggregates.get(i)?, b.aggregates.get(j)?))) {
                    None => old == new,
                    Some((a, b)) => {
                        a.function == b.function
                            && self.same_rows(a.arg.as_ref(), b.arg.as_ref())
                            && self.same_rows(a.condition.as_ref(), b.condition.as_ref())
                    }
                }
            }
            _ => false,
        }
    }

    /// Whether two expressions of rows are the same, or there are none.
    pub fn same_rows(&self, old: Option<&'m Expr>, new: Option<&'m Expr>) -> bool {
        match (old, new) {
            (Some(old), Some(new)) => self.elsewhere(|pairs| pairs.expr(old, new).is_same()),
            (None, None) => true,
            _ => false,
        }
    }

    /// Whether two tables have the same rows, for the same export: what is left out, what a view takes and when they hold.
    pub fn same_table(&self, old: TableId, new: TableId) -> bool {
        if let Some(known) = self.tables.borrow().get(&(old, new)) {
            return *known;
        }
        // A table that refers to itself is the same if all else is.
        self.tables.borrow_mut().insert((old, new), true);
        let same = self.compare_tables(&self.base.model.tables[old], &self.head.model.tables[new]);
        let mut tables = self.tables.borrow_mut();
        if !same {
            // Others may have been found to be the same only because this one was taken to be.
            tables.retain(|_, same| !*same);
            tables.insert((old, new), false);
        }
        drop(tables);
        same
    }

    fn compare_tables(&self, old: &'m Table, new: &'m Table) -> bool {
        let header = |table: &Table, place: Option<u32>| {
            place.and_then(|place| table.column(place)).map(|column| column.header.clone())
        };
        let times = |table: &Table| match table.time {
            Timing::Timeless => (0, None, None),
            Timing::Flow(at) => (1, header(table, Some(at)), None),
            Timing::Stock { from, to } => (2, header(table, Some(from)), header(table, Some(to))),
            Timing::AsOf(at) => (3, header(table, Some(at)), None),
        };
        // Which way rows reach a subject hangs on all references.
        let references = |table: &'m Table| {
            table.columns.iter().filter(|column| matches!(column.ty, Type::Reference(_))).collect::<Vec<_>>()
        };
        let (a, b) = (references(old), references(new));
        old.title.name == new.title.name
            && old.roster == new.roster
            && old.sparse == new.sparse
            && header(old, old.key) == header(new, new.key)
            && times(old) == times(new)
            && a.len() == b.len()
            && a.iter().zip(&b).all(|(a, b)| self.reads_alike(a, b))
            && old.exclude.len() == new.exclude.len()
            && old.exclude.iter().zip(&new.exclude).all(|(a, b)| self.same_rows(Some(&a.condition), Some(&b.condition)))
            && match (&old.view, &new.view) {
                (Some(old), Some(new)) => self.same_view(old, new),
                (None, None) => true,
                _ => false,
            }
    }

    fn same_view(&self, old: &'m View, new: &'m View) -> bool {
        let keys = match (&old.grouping, &new.grouping) {
            (Some(a), Some(b)) => {
                a.keys.len() == b.keys.len()
                    && a.keys.iter().zip(&b.keys).all(|keys| match keys {
                        (GroupKey::Column(a), GroupKey::Column(b)) => self.same_path(a, b),
                        (GroupKey::Calendar(a), GroupKey::Calendar(b)) => a == b,
                        _ => false,
                    })
            }
            (None, None) => true,
            _ => false,
        };
        keys && old.at_start == new.at_start
            && self.same_table(old.of, new.of)
            && self.same_rows(old.condition.as_ref(), new.condition.as_ref())
            && self.same_rows(old.dated.as_ref(), new.dated.as_ref())
    }
}
