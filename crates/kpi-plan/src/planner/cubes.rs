//! Which cubes are aggregated, and how each aggregate and lookup is read off them.

use kpi_check::model::{
    Aggregate, AggregateFunction, ColumnId, Expr, ExprId, ExprKind, Lookup, Model, Path, Subject, TableId, Timing, Type,
};
use rustc_hash::{FxHashMap, FxHashSet};

use super::canonical::{canonical, canonical_option};
use super::unknown::{Ground, can_be_unknown};
use super::walk::{Walk, Wanted};
use crate::{Cube, Finish, Part, PartOp, Read, Rollup};

/// The cubes as they grow.
pub(super) struct Cubes<'a, 'w> {
    model: &'a Model,
    ground: Ground<'a>,
    walk: &'w mut Walk<'a>,
    subjects: FxHashSet<TableId>,
    cubes: Vec<Growing>,
    places: FxHashMap<(TableId, Option<Path>, String), usize>,
    next_expr: u32,
}

struct Growing {
    cube: Cube,
    /// What tells histograms of one table apart; empty for additive cubes.
    form: String,
    parts: FxHashMap<(PartOp, String, String), usize>,
}

/// What is common to aggregates and lookups.
#[derive(Clone, Copy)]
struct Source<'e> {
    table: TableId,
    via: Option<&'e Path>,
    arg: Option<&'e Expr>,
    condition: Option<&'e Expr>,
}

impl<'a, 'w> Cubes<'a, 'w> {
    pub fn new(ground: Ground<'a>, walk: &'w mut Walk<'a>) -> Cubes<'a, 'w> {
        let model = ground.model;
        let subjects = walk.spines.iter().filter_map(|subject| match subject {
            Subject::Table(table) | Subject::Group(table, _) => Some(*table),
            Subject::All => None,
        });
        Cubes {
            model,
            ground,
            subjects: subjects.collect(),
            walk,
            cubes: Vec::new(),
            places: FxHashMap::default(),
            next_expr: model.expr_count,
        }
    }

    /// Places every read on a cube. Those of everything come last, so that they find the cubes of narrower subjects.
    pub fn place_reads(&mut self) -> Vec<Read> {
        let mut wanted = std::mem::take(&mut self.walk.reads);
        wanted.sort_by_key(|w| matches!(self.walk.spines.get(w.spine.0 as usize), Some(Subject::All)));
        let mut reads: Vec<Read> = wanted.iter().filter_map(|w| self.place_read(w)).collect();
        reads.sort_by_key(|read| (read.expr, read.spine));
        reads
    }

    /// The cubes.
    pub fn finish(self) -> Vec<Cube> {
        self.cubes.into_iter().map(|growing| growing.cube).collect()
    }

    fn place_read(&mut self, wanted: &Wanted<'a>) -> Option<Read> {
        let subject = self.walk.spines.get(wanted.spine.0 as usize)?.clone();
        let (source, values) = match &wanted.expr.kind {
            ExprKind::Aggregate(a) => {
                let source = Source {
                    table: a.table,
                    via: a.via.as_ref(),
                    arg: a.arg.as_ref(),
                    condition: a.condition.as_ref(),
                };
                (source, self.histogram_values(a))
            }
            ExprKind::Lookup(l) => {
                let Lookup { table, arg, via, condition } = &**l;
                (Source { table: *table, via: via.as_ref(), arg: Some(arg), condition: condition.as_ref() }, Vec::new())
            }
            _ => return None,
        };
        let (cube, rollup) = self.cube(source, values, &subject)?;
        let (finish, rows, needs) = match &wanted.expr.kind {
            ExprKind::Aggregate(a) => {
                let (finish, rows) = self.finish_of(cube, a, source);
                (finish, rows, a.needs)
            }
            _ => {
                let count = self.part(cube, PartOp::Count, None, source.condition);
                let value = self.part(cube, PartOp::Min, source.arg, source.condition);
                (Finish::Lookup { value, count }, count, 0)
            }
        };
        let (arg_unknown, condition_unknown) = can_be_unknown(self.ground, source.arg, source.condition);
        let looked_up = matches!(finish, Finish::Lookup { .. });
        let unknown = (condition_unknown || arg_unknown && !looked_up).then(|| {
            let arg = source.arg.filter(|_| arg_unknown && !looked_up);
            self.part(cube, PartOp::Unknown, arg, source.condition)
        });
        Some(Read { expr: wanted.expr.id, spine: wanted.spine, cube, rollup, finish, rows, unknown, needs })
    }

    /// The cube for rows of a source that reach such subjects, new or old.
    fn cube(&mut self, source: Source<'_>, values: Vec<Expr>, subject: &Subject) -> Option<(usize, Rollup)> {
        // A histogram holds the rows of one condition only.
        let form = if values.is_empty() {
            String::new()
        } else {
            let values: Vec<_> = values.iter().map(canonical).collect();
            format!("{values:?} where {}", canonical_option(source.condition))
        };
        let (key, rollup) = match subject {
            Subject::All => {
                let old = self.cubes.iter().position(|c| c.cube.table == source.table && c.form == form);
                if let Some(cube) = old {
                    return Some((cube, Rollup::All));
                }
                (None, Rollup::All)
            }
            Subject::Table(table) => self.key(source, *table, &Path::default())?,
            Subject::Group(table, group) => self.key(source, *table, group)?,
        };
        let place = (source.table, key.clone(), form.clone());
        if let Some(&cube) = self.places.get(&place) {
            return Some((cube, rollup));
        }
        let key_table = key.as_ref().map(|key| self.key_table(source.table, key));
        if let Some(table) = key_table {
            self.walk.use_roster(table);
        }
        let cube = Cube { table: source.table, key, key_table, values, parts: Vec::new() };
        self.cubes.push(Growing { cube, form, parts: FxHashMap::default() });
        self.places.insert(place, self.cubes.len() - 1);
        Some((self.cubes.len() - 1, rollup))
    }

    /// How far along the way to a subject rows are grouped, and how the rest of the way, which goes through tables that are
    /// loaded row by row, leads on.
    fn key(&mut self, source: Source<'_>, subjects: TableId, group: &Path) -> Option<(Option<Path>, Rollup)> {
        let way = self.model.way(source.table, source.via, subjects).ok()?;
        // A row of a flow is there in its own period only; who refers to it later must be led on row by row.
        let loaded = |c: &ColumnId| {
            self.model.referred(*c).is_some_and(|to| {
                let table = &self.model.tables[to];
                !matches!(table.time, Timing::Flow(_)) && (table.roster || self.subjects.contains(&to))
            })
        };
        let hops = way.0.iter().position(loaded).map_or(way.0.len(), |place| place + 1);
        let (key, rest) = way.0.split_at(hops);
        let rest = Path(rest.iter().chain(&group.0).copied().collect());
        self.walk.use_path(&rest);
        let rollup = if rest.0.is_empty() { Rollup::Direct } else { Rollup::Through(rest) };
        Some((Some(Path(key.to_vec())), rollup))
    }

    fn key_table(&self, table: TableId, key: &Path) -> TableId {
        key.last().and_then(|c| self.model.referred(c)).unwrap_or(table)
    }

    /// The place of a part in a cube, new or old.
    fn part(&mut self, cube: usize, op: PartOp, arg: Option<&Expr>, condition: Option<&Expr>) -> usize {
        let Some(growing) = self.cubes.get_mut(cube) else { return 0 };
        let form = (op, canonical_option(arg), canonical_option(condition));
        let parts = &mut growing.cube.parts;
        *growing.parts.entry(form).or_insert_with(|| {
            parts.push(Part { op, arg: arg.cloned(), condition: condition.cloned() });
            parts.len() - 1
        })
    }

    fn finish_of(&mut self, cube: usize, aggregate: &Aggregate, source: Source<'_>) -> (Finish, usize) {
        let Source { arg, condition, .. } = source;
        // An argument that is always known need not be looked at to count rows.
        let (arg_unknown, _) = can_be_unknown(self.ground, arg, condition);
        let rows = self.part(cube, PartOp::Count, arg.filter(|_| arg_unknown), condition);
        let finish = match aggregate.function {
            AggregateFunction::Sum => Finish::Sum(self.part(cube, PartOp::Sum, arg, condition)),
            AggregateFunction::Count => Finish::Count(rows),
            AggregateFunction::Average => {
                Finish::Average { sum: self.part(cube, PartOp::Sum, arg, condition), count: rows }
            }
            AggregateFunction::Min => Finish::Min(self.part(cube, PartOp::Min, arg, condition)),
            AggregateFunction::Max => Finish::Max(self.part(cube, PartOp::Max, arg, condition)),
            AggregateFunction::Any | AggregateFunction::All => {
                let holds = self.both(condition, arg);
                let holding = self.part(cube, PartOp::Count, None, holds.as_ref());
                match aggregate.function {
                    AggregateFunction::Any => Finish::Any(holding),
                    _ => Finish::All { holding, rows },
                }
            }
            function @ (AggregateFunction::CountDistinct
            | AggregateFunction::Median
            | AggregateFunction::Quantile(_)
            | AggregateFunction::First
            | AggregateFunction::Last
            | AggregateFunction::Stddev) => Finish::Histogram(function, rows),
        };
        (finish, rows)
    }

    /// `a and b`, with an identity of its own.
    fn both(&mut self, a: Option<&Expr>, b: Option<&Expr>) -> Option<Expr> {
        let (Some(a), Some(b)) = (a, b) else { return a.or(b).cloned() };
        let kind = ExprKind::And(Box::new(a.clone()), Box::new(b.clone()));
        Some(Expr { id: self.fresh(), kind, ty: Type::Bool, span: b.span })
    }

    /// What the rows of an aggregate that needs every value are grouped by; nothing for the others.
    fn histogram_values(&mut self, aggregate: &Aggregate) -> Vec<Expr> {
        let Some(arg) = &aggregate.arg else { return Vec::new() };
        match aggregate.function {
            AggregateFunction::First | AggregateFunction::Last => {
                let table = &self.model.tables[aggregate.table];
                let time = match table.time {
                    Timing::Timeless => None,
                    Timing::Flow(time) | Timing::AsOf(time) | Timing::Stock { from: time, .. } => Some(time),
                };
                let columns: Vec<u32> = time.into_iter().chain(table.key).collect();
                let order = columns.into_iter().map(|index| self.column(aggregate.table, index, arg));
                let mut values: Vec<Expr> = order.collect();
                values.push(arg.clone());
                values
            }
            AggregateFunction::CountDistinct
            | AggregateFunction::Median
            | AggregateFunction::Quantile(_)
            | AggregateFunction::Stddev => vec![arg.clone()],
            _ => Vec::new(),
        }
    }

    fn column(&mut self, table: TableId, index: u32, beside: &Expr) -> Expr {
        let column = ColumnId { table, index };
        Expr {
            id: self.fresh(),
            kind: ExprKind::Column(Path(vec![column])),
            ty: self.model.column(column).ty,
            span: beside.span,
        }
    }

    /// Identities of expressions that the policy does not hold come after all of its own.
    fn fresh(&mut self) -> ExprId {
        self.next_expr += 1;
        ExprId(self.next_expr - 1)
    }
}
