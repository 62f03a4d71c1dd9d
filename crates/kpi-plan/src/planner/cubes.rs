//! Which cubes are aggregated, and how each aggregate and lookup is read off them.

use kpi_check::model::{
    Aggregate, AggregateFunction, ColumnId, Expr, ExprId, ExprKind, Lookup, MidPeriod, Model, Path, Subject, TableId,
    Timing, Type,
};
use kpi_value::PeriodKind;
use rustc_hash::{FxHashMap, FxHashSet};

use super::canonical::{canonical, canonical_option};
use super::moment::{hangs_on_period, path_hangs_on_period};
use super::unknown::{Ground, can_be_unknown};
use super::walk::{Walk, Wanted};
use crate::{Cube, Finish, Grain, LeftOut, Part, PartOp, Read, Rollup, Spine};

/// The cubes as they grow.
pub(super) struct Cubes<'a, 'w> {
    model: &'a Model,
    ground: Ground<'a>,
    walk: &'w mut Walk<'a>,
    subjects: FxHashSet<TableId>,
    cubes: Vec<Growing>,
    places: FxHashMap<(TableId, Option<Path>, Grain, String), usize>,
    /// The flows that are grouped by day: what stands in their rows is asked for in other cells than the policy's periods.
    by_day: FxHashSet<TableId>,
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
        let subjects = walk.spines.iter().filter_map(|spine| match &spine.subject {
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
            by_day: FxHashSet::default(),
            next_expr: model.expr_count,
        }
    }

    /// Places every read on a cube. Those of everything come last, so that they find the cubes of narrower subjects.
    pub fn place_reads(&mut self) -> Vec<Read> {
        let mut wanted = std::mem::take(&mut self.walk.reads);
        let of_all =
            |w: &Wanted<'_>| self.walk.spines.get(w.spine.0 as usize).is_some_and(|s| s.subject == Subject::All);
        wanted.sort_by_key(of_all);
        for one in &wanted {
            let Some((spine, source)) = self.walk.spines.get(one.spine.0 as usize).zip(source_of(one)) else {
                continue;
            };
            let other = spine.period != self.model.policy.period || spine.mid == MidPeriod::Split;
            if other && self.has_days(source.table) {
                self.by_day.insert(source.table);
            }
        }
        let mut reads: Vec<Read> = wanted.iter().filter_map(|w| self.place_read(w)).collect();
        reads.sort_by_key(|read| (read.expr, read.spine));
        self.count_periods();
        reads
    }

    /// Whether a table is a flow whose rows tell their day.
    fn has_days(&self, table: TableId) -> bool {
        let table = &self.model.tables[table];
        let Timing::Flow(time) = table.time else { return false };
        table.column(time).is_some_and(|column| matches!(column.ty, Type::Date | Type::DateTime))
    }

    /// The grain of a cube that is read for the cells of a spine.
    fn grain(&self, source: Source<'_>, values: &[Expr], way: Option<&Path>, spine: &Spine) -> Grain {
        let policy = self.model.policy.period;
        let table = &self.model.tables[source.table];
        let inside = source.arg.into_iter().chain(source.condition).chain(values);
        let hangs = table.time != Timing::Timeless
            && (inside.into_iter().any(|expr| hangs_on_period(self.model, expr))
                || way.is_some_and(|way| path_hangs_on_period(self.model, way)));
        let split = spine.mid == MidPeriod::Split;
        let mid = if hangs && spine.mid == MidPeriod::First { MidPeriod::First } else { MidPeriod::Last };
        match table.time {
            Timing::Timeless => Grain::of(policy, MidPeriod::Last),
            Timing::Flow(_) if !hangs && self.by_day.contains(&source.table) => {
                Grain::of(PeriodKind::Day, MidPeriod::Last)
            }
            Timing::Flow(_) if split && !self.has_days(source.table) => Grain::of(spine.period, mid),
            Timing::Flow(_) | Timing::Stock { .. } if split => {
                Grain { period: PeriodKind::Day, cell: spine.period, mid }
            }
            Timing::Flow(_) | Timing::Stock { .. } | Timing::AsOf(_) => Grain::of(spine.period, mid),
        }
    }

    /// Has the rows of every table counted by the periods in which they are expected: whether a table says anything is asked of those.
    fn count_periods(&mut self) {
        let policy = self.model.policy.rows_expected();
        // Of a view it is asked whether its export has rows, but where its rows are dated in another way.
        let exports: std::collections::BTreeSet<TableId> =
            self.cubes.iter().map(|c| self.model.counted_of(c.cube.table)).collect();
        for table in exports {
            let timed = matches!(self.model.tables[table].time, Timing::Flow(_) | Timing::AsOf(_));
            let grain = Grain::of(policy, MidPeriod::Last);
            let read = self.cubes.iter().any(|c| c.cube.table == table);
            if (timed || !read) && !self.cubes.iter().any(|c| c.cube.table == table && c.cube.tells_periods(policy)) {
                let parts = vec![Part { op: PartOp::Count, arg: None, condition: None }];
                let cube = Cube { table, key: None, key_table: None, grain, values: Vec::new(), parts };
                self.cubes.push(Growing { cube, form: String::new(), parts: FxHashMap::default() });
            }
        }
    }

    /// Has the rows counted that the tables read leave out, where all their rows go by anyway.
    pub fn count_left_out(&mut self) -> Vec<LeftOut> {
        let policy = self.model.policy.rows_expected();
        let read: std::collections::BTreeSet<TableId> = self.cubes.iter().map(|c| c.cube.table).collect();
        let mut told = Vec::new();
        for id in read {
            let table = &self.model.tables[id];
            if table.exclude.is_empty() || table.view.is_some() {
                continue;
            }
            let timed = matches!(table.time, Timing::Flow(_) | Timing::AsOf(_));
            let whole = |c: &Growing| {
                c.cube.table == id && c.cube.values.is_empty() && (!timed || c.cube.tells_periods(policy))
            };
            let Some(cube) = self.cubes.iter().position(whole) else { continue };
            let parts = (0..table.exclude.len()).map(|place| {
                let counted = table.counted_under(place, &mut || self.fresh());
                self.part(cube, PartOp::Count, None, counted.as_ref())
            });
            let parts = parts.collect();
            let rows = self.part(cube, PartOp::Count, None, None);
            told.push(LeftOut { table: id, cube, parts, rows });
        }
        told
    }

    /// The cubes.
    pub fn finish(self) -> Vec<Cube> {
        self.cubes.into_iter().map(|growing| growing.cube).collect()
    }

    fn place_read(&mut self, wanted: &Wanted<'a>) -> Option<Read> {
        let spine = self.walk.spines.get(wanted.spine.0 as usize)?.clone();
        let written = source_of(wanted)?;
        let declared = &self.model.tables[written.table];
        let kept = declared.kept(&mut || self.fresh());
        let condition = self.both(kept.as_ref(), written.condition);
        let source = Source { condition: condition.as_ref(), ..written };
        let values = match &wanted.expr.kind {
            ExprKind::Aggregate(a) => self.histogram_values(a),
            _ => Vec::new(),
        };
        let (cube, rollup) = self.cube(source, values, &spine)?;
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
        let relates = |expr: &Expr| expr.any(&|inner| matches!(inner.kind, ExprKind::Exists(_)));
        let unripe = source.arg.into_iter().chain(source.condition).any(relates).then(|| {
            let count = self.part(cube, PartOp::Unripe, source.arg, source.condition);
            (count, self.part(cube, PartOp::RipeOn, source.arg, source.condition))
        });
        let mut left_out = Vec::new();
        for place in 0..declared.exclude.len() {
            let counted = declared.counted_under(place, &mut || self.fresh());
            let counted = self.both(counted.as_ref(), written.condition);
            left_out.push(self.part(cube, PartOp::Count, None, counted.as_ref()));
        }
        Some(Read {
            expr: wanted.expr.id,
            spine: wanted.spine,
            cube,
            rollup,
            finish,
            rows,
            unknown,
            unripe,
            needs,
            left_out,
        })
    }

    /// The cube for rows of a source that reach such subjects, new or old.
    fn cube(&mut self, source: Source<'_>, values: Vec<Expr>, spine: &Spine) -> Option<(usize, Rollup)> {
        // A histogram holds the rows of one condition only.
        let form = if values.is_empty() {
            String::new()
        } else {
            let values: Vec<_> = values.iter().map(canonical).collect();
            format!("{values:?} where {}", canonical_option(source.condition))
        };
        let (key, rollup) = match &spine.subject {
            Subject::All => {
                let grain = self.grain(source, &values, None, spine);
                let is_old = |c: &Growing| c.cube.table == source.table && c.cube.grain == grain && c.form == form;
                if let Some(cube) = self.cubes.iter().position(is_old) {
                    return Some((cube, Rollup::All));
                }
                (None, Rollup::All)
            }
            Subject::Table(table) => self.key(source, *table, &Path::default())?,
            Subject::Group(table, group) => self.key(source, *table, group)?,
        };
        let grain = self.grain(source, &values, key.as_ref(), spine);
        let place = (source.table, key.clone(), grain, form.clone());
        if let Some(&cube) = self.places.get(&place) {
            return Some((cube, rollup));
        }
        let key_table = key.as_ref().map(|key| self.key_table(source.table, key));
        if let Some(table) = key_table {
            self.walk.use_roster(table);
        }
        let cube = Cube { table: source.table, key, key_table, grain, values, parts: Vec::new() };
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

/// What is common to an aggregate or a lookup that is wanted.
fn source_of<'a>(wanted: &Wanted<'a>) -> Option<Source<'a>> {
    match &wanted.expr.kind {
        ExprKind::Aggregate(a) => {
            Some(Source { table: a.table, via: a.via.as_ref(), arg: a.arg.as_ref(), condition: a.condition.as_ref() })
        }
        ExprKind::Lookup(l) => {
            let Lookup { table, arg, via, condition } = &**l;
            Some(Source { table: *table, via: via.as_ref(), arg: Some(arg), condition: condition.as_ref() })
        }
        _ => None,
    }
}
