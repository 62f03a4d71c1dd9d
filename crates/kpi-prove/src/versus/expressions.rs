//! Expressions of both versions, part by part.

use kpi_check::model::{
    Aggregate, AggregateFunction, Among, ArithmeticOp, Builtin, CardField, CompareOp, Exists, Expr, ExprKind,
    IndicatorField, LineField, PartMissing, Scope, Type,
};
use kpi_value::{Dec, Value};

use super::pairs::Pairs;
use super::relation::{Relation, ordered};
use super::tables::{Keyed, is_known};
use crate::scene::Scene;
use crate::value::{Range, Trend, Truth};

impl<'m> Pairs<'m> {
    /// How an expression of the newer version stands to one of the older.
    pub fn expr(&self, old: &'m Expr, new: &'m Expr) -> Relation {
        let (old, new) = (said(old), said(new));
        if !self.goes_on() {
            return Relation::ANY;
        }
        let found = self.by_parts(old, new);
        if found.value == Trend::Same { found } else { self.by_range(old, new, found) }
    }

    /// What ranges say of two values that differ.
    fn by_range(&self, old: &'m Expr, new: &'m Expr, found: Relation) -> Relation {
        match (old.ty, new.ty) {
            (Type::Number(_), Type::Number(_)) => {
                found.with_value(closer(found.value, apart(self.base.number(old).range, self.head.number(new).range)))
            }
            (Type::Bool, Type::Bool) => {
                let (a, b) = (self.base.truth(old), self.head.truth(new));
                let known = match (a.can_be_true, a.can_be_false, b.can_be_true, b.can_be_false) {
                    (true, false, true, false) | (false, true, false, true) => Trend::Same,
                    (false, ..) | (_, _, _, false) => Trend::Up,
                    (_, false, ..) | (_, _, false, _) => Trend::Down,
                    _ => Trend::Any,
                };
                found.with_value(closer(found.value, known))
            }
            _ => found,
        }
    }

    fn by_parts(&self, old: &'m Expr, new: &'m Expr) -> Relation {
        match (&old.kind, &new.kind) {
            (ExprKind::Const(a), ExprKind::Const(b)) => self.constants((old.ty, a.as_ref()), (new.ty, b.as_ref())),
            // What is never there is nowhere above or below.
            (ExprKind::Const(None), _) => Relation::only(Trend::Up),
            (_, ExprKind::Const(None)) => Relation::only(Trend::Down),
            (ExprKind::Param(a, a_keys), ExprKind::Param(b, b_keys)) => {
                let a = Keyed { table: &self.base.model.params[*a].value, written: a_keys.as_deref() };
                let b = Keyed { table: &self.head.model.params[*b].value, written: b_keys.as_deref() };
                self.table(&a, &b, |a, b| self.expr(a, b))
            }
            (ExprKind::Param(a, keys), _) => {
                let table = Keyed { table: &self.base.model.params[*a].value, written: keys.as_deref() };
                self.beside(&table, true, |row| self.expr(row, new))
            }
            (_, ExprKind::Param(b, keys)) => {
                let table = Keyed { table: &self.head.model.params[*b].value, written: keys.as_deref() };
                self.beside(&table, false, |row| self.expr(old, row))
            }
            (ExprKind::If(a, then, otherwise), ExprKind::If(b, new_then, new_otherwise)) => {
                self.choices((a, then, otherwise), (b, new_then, new_otherwise))
            }
            (ExprKind::If(condition, a, b), _) => {
                let known = is_known(&self.base, condition);
                self.each([self.expr(a, new), self.expr(b, new)].into_iter(), known, Trend::Up)
            }
            (_, ExprKind::If(condition, a, b)) => {
                let known = is_known(&self.head, condition);
                self.each([self.expr(old, a), self.expr(old, b)].into_iter(), known, Trend::Down)
            }
            (ExprKind::Neg(a), ExprKind::Neg(b)) | (ExprKind::Not(a), ExprKind::Not(b)) => self.expr(a, b).flip(),
            (ExprKind::Arithmetic(a, ..), ExprKind::Arithmetic(b, ..)) if a == b => self.arithmetic(*a, old, new),
            (
                ExprKind::Compare(..) | ExprKind::InSet(..) | ExprKind::Not(_),
                ExprKind::Compare(..) | ExprKind::InSet(..) | ExprKind::Not(_),
            ) => self.comparison(old, new),
            (ExprKind::InRange(x, low, high, closed, no), ExprKind::InRange(y, from, to, new_closed, new_no))
                if no == new_no =>
            {
                let x = self.expr(x, y);
                if x.value != Trend::Same {
                    return Relation { value: Trend::Any, data: x.data };
                }
                let ends = self.expr(low, from).flip().and(self.expr(high, to));
                let wider = x.and(ends).and(Relation::of(ordered(closed, new_closed)));
                if *no { wider.flip() } else { wider }
            }
            (ExprKind::And(..), ExprKind::And(..)) => self.logic(old, new, true),
            (ExprKind::Or(..), ExprKind::Or(..)) => self.logic(old, new, false),
            (ExprKind::And(..), _) | (_, ExprKind::And(..)) => self.logic(old, new, true),
            (ExprKind::Or(..), _) | (_, ExprKind::Or(..)) => self.logic(old, new, false),
            (ExprKind::IsMissing(a), ExprKind::IsMissing(b)) => Relation::of(self.expr(a, b).data.flip()),
            (ExprKind::Call(Builtin::Min, _), _) | (_, ExprKind::Call(Builtin::Min, _)) => self.extreme(old, new, true),
            (ExprKind::Call(Builtin::Max, _), _) | (_, ExprKind::Call(Builtin::Max, _)) => {
                self.extreme(old, new, false)
            }
            (ExprKind::Call(a, xs), ExprKind::Call(b, ys)) if a == b => self.call(*a, xs, ys),
            (ExprKind::Indicator(a, field), ExprKind::Indicator(b, other)) if field == other => {
                self.indicator(*a, *b, *field)
            }
            // A formula with a name of its own is what it says.
            (ExprKind::Indicator(a, IndicatorField::Actual), _) if self.is_plain(&self.base.model.indicators[*a]) => {
                self.expr(&self.base.model.indicators[*a].formula, new)
            }
            (_, ExprKind::Indicator(b, IndicatorField::Actual)) if self.is_plain(&self.head.model.indicators[*b]) => {
                self.expr(old, &self.head.model.indicators[*b].formula)
            }
            (ExprKind::Aggregate(a), ExprKind::Aggregate(b)) => self.elsewhere(|pairs| pairs.aggregates(a, b)),
            (ExprKind::Curve(a, x), ExprKind::Curve(b, y)) => {
                let ranges = (self.base.number(x).range, self.head.number(y).range);
                self.curve((a, b), self.expr(x, y), ranges)
            }
            (ExprKind::Line(a), ExprKind::Line(b)) if a == b => match (self.line.get(), a) {
                (Some((attainment, _)), LineField::Attainment) => attainment,
                (Some((_, actual)), LineField::Actual) => actual,
                (None, _) => Relation::ANY,
            },
            (ExprKind::Card(a), ExprKind::Card(b)) if a == b => self.card_field(*a),
            _ => {
                let same = self.elsewhere(|pairs| pairs.same_reading(old, new));
                if same { Relation::SAME } else { Relation::ANY }
            }
        }
    }

    fn constants(&self, (ty, old): (Type, Option<&Value>), (new_ty, new): (Type, Option<&Value>)) -> Relation {
        match (old, new) {
            (None, None) => Relation::SAME,
            (None, Some(_)) => Relation::only(Trend::Up),
            (Some(_), None) => Relation::only(Trend::Down),
            (Some(Value::Dec(a)), Some(Value::Dec(b))) => Relation::of(ordered(*a, *b)),
            (Some(a), Some(b)) if self.same_type(ty, new_ty) => Relation::of(ordered(a, b)),
            _ => Relation::of(Trend::Any),
        }
    }

    /// Every branch of one version beside all of the other; `without` says how the data stand where it is not known which branch
    /// is taken.
    fn each(&self, branches: impl Iterator<Item = Relation>, known: bool, without: Trend) -> Relation {
        let all = branches.reduce(Relation::and).unwrap_or(Relation::ANY);
        if known { all } else { all.and(Relation::only(without)) }
    }

    fn choices(
        &self,
        (old, then, otherwise): (&'m Expr, &'m Expr, &'m Expr),
        (new, new_then, new_otherwise): (&'m Expr, &'m Expr, &'m Expr),
    ) -> Relation {
        let (a, b) = (self.base.truth(old), self.head.truth(new));
        let condition = self.expr(old, new);
        let branches = |here: (bool, bool)| match here {
            (true, true) => self.expr(then, new_then),
            (false, false) => self.expr(otherwise, new_otherwise),
            (true, false) => self.expr(then, new_otherwise),
            (false, true) => self.expr(otherwise, new_then),
        };
        // Which branches can be taken together.
        let mut together = Vec::new();
        for (old, new) in [(true, true), (false, false), (true, false), (false, true)] {
            let can_be = |truth: Truth, wanted: bool| if wanted { truth.can_be_true } else { truth.can_be_false };
            let by_order = match (old, new) {
                (true, false) => matches!(condition.value, Trend::Down | Trend::Any),
                (false, true) => matches!(condition.value, Trend::Up | Trend::Any),
                _ => true,
            };
            if can_be(a, old) && can_be(b, new) && by_order {
                together.push(branches((old, new)));
            }
        }
        let value = together.into_iter().reduce(Relation::and).unwrap_or(Relation::SAME);
        value.and(Relation::only(condition.data))
    }

    fn arithmetic(&self, op: ArithmeticOp, old: &'m Expr, new: &'m Expr) -> Relation {
        let (ExprKind::Arithmetic(_, a, b), ExprKind::Arithmetic(_, c, d)) = (&old.kind, &new.kind) else {
            return Relation::ANY;
        };
        // Days and times are added to, too.
        if [a, b, c, d].iter().any(|e| e.ty.unit().is_none()) {
            return if self.expr(a, c).is_same() && self.expr(b, d).is_same() { Relation::SAME } else { Relation::ANY };
        }
        match op {
            ArithmeticOp::Add => {
                let (mut olds, mut news) = (Vec::new(), Vec::new());
                terms(old, &mut olds);
                terms(new, &mut news);
                self.bags(&olds, &news).unwrap_or(Relation::ANY)
            }
            ArithmeticOp::Sub => self.expr(a, c).and(self.expr(b, d).flip()),
            ArithmeticOp::Mul => {
                let straight = self.product((a, b), (c, d));
                if straight.is_same() {
                    return straight;
                }
                let turned = self.product((a, b), (d, c));
                if straight.value == Trend::Any && turned.value != Trend::Any { turned } else { straight }
            }
            ArithmeticOp::Div => self.quotient((a, b), (c, d)),
        }
    }

    fn product(&self, (a, b): (&'m Expr, &'m Expr), (c, d): (&'m Expr, &'m Expr)) -> Relation {
        let (first, second) = (self.expr(a, c), self.expr(b, d));
        // From a·b to c·b, and on to c·d.
        let kept = self.base.number(b).range;
        let moved = self.head.number(c).range;
        let value = first.value.times(kept).and(second.value.times(moved));
        let (other, else_moved) = (self.head.number(d).range, self.base.number(a).range);
        // Or from a·b to a·d, and on to c·d.
        let turned = second.value.times(else_moved).and(first.value.times(other));
        first.and(second).with_value(closer(value, turned))
    }

    fn quotient(&self, (a, b): (&'m Expr, &'m Expr), (c, d): (&'m Expr, &'m Expr)) -> Relation {
        let (above, below) = (self.expr(a, c), self.expr(b, d));
        let both = above.and(below);
        let (old, new) = (self.base.number(b).range, self.head.number(d).range);
        let positive = |range: Range| range.low.is_some_and(|low| low > Dec::ZERO);
        let not_negative = |range: Range| range.low.is_some_and(|low| low >= Dec::ZERO);
        if below.value == Trend::Same {
            // ÷ 0 is no data, in both versions at once.
            return both.with_value(above.value.times(old));
        }
        let data = if positive(old) && positive(new) { both.data } else { Trend::Any };
        // Where both divisors have data, they are above 0; from a ÷ b to c ÷ b, and on to c ÷ d.
        let value = if not_negative(old) && not_negative(new) {
            above.value.and(below.value.flip().times(self.head.number(c).range))
        } else {
            Trend::Any
        };
        Relation { value, data }
    }

    /// Sums of terms in any order; none where they are not as many.
    fn bags(&self, olds: &[&'m Expr], news: &[&'m Expr]) -> Option<Relation> {
        if olds.len() != news.len() {
            return None;
        }
        let (olds, news) = self.without_partners(olds, news);
        let all = olds.iter().zip(&news).map(|(old, new)| self.expr(old, new));
        Some(all.reduce(Relation::and).unwrap_or(Relation::SAME))
    }

    /// Both lists without what is the same in both.
    fn without_partners(&self, olds: &[&'m Expr], news: &[&'m Expr]) -> (Vec<&'m Expr>, Vec<&'m Expr>) {
        let mut news = news.to_vec();
        let alone = olds.iter().filter(|old| {
            let partner = news.iter().position(|new| self.expr(old, new).is_same());
            partner.map(|at| news.remove(at)).is_none()
        });
        let alone = alone.copied().collect();
        (alone, news)
    }

    /// `and`, or `or`: operands in any order. One more operand makes it true less often, or more often.
    fn logic(&self, old: &'m Expr, new: &'m Expr, and: bool) -> Relation {
        let (mut olds, mut news) = (Vec::new(), Vec::new());
        operands(old, and, &mut olds);
        operands(new, and, &mut news);
        let (olds, news) = self.without_partners(&olds, &news);
        let each = match (olds.as_slice(), news.as_slice()) {
            ([], []) => return Relation::SAME,
            // Every old one has a new one, or the other way round.
            (olds, news) if olds.len() == news.len() => {
                olds.iter().zip(news).map(|(old, new)| self.expr(old, new)).reduce(Relation::and)
            }
            _ => None,
        };
        if let Some(each) = each {
            // One that is false, or of `or` true, settles it whatever is not known of the others.
            let settles = if and { each.value.flip() } else { each.value };
            let data = if each.data == Trend::Same { settles } else { Trend::Any };
            return Relation { value: each.value, data };
        }
        // What is left of one side alone makes it stricter; what is left on both sides is anything.
        let (more, fewer) = (olds.is_empty(), news.is_empty());
        let known = |scene: &Scene<'m>, all: &[&'m Expr]| all.iter().all(|e| is_known(scene, e));
        let data = if known(&self.base, &olds) && known(&self.head, &news) { Trend::Same } else { Trend::Any };
        let value = match (more, fewer, and) {
            (true, _, true) | (_, true, false) => Trend::Down,
            (_, true, true) | (true, _, false) => Trend::Up,
            _ => Trend::Any,
        };
        // With one more that is known, it is known where it was, unless that one keeps it from being settled.
        let data = match (data, value) {
            (Trend::Same, Trend::Any) => Trend::Any,
            (Trend::Same, value) => {
                if and {
                    value.flip()
                } else {
                    value
                }
            }
            (data, _) => data,
        };
        Relation { value, data }
    }

    /// Comparisons and sets of values: `x == a` is `x in {a}`.
    fn comparison(&self, old: &'m Expr, new: &'m Expr) -> Relation {
        if let (Some((op, a, b)), Some((new_op, c, d))) = (sides(old), sides(new)) {
            let (above, below) = (rising(op, a, b), rising(new_op, c, d));
            if let (Some((strict, a, b)), Some((new_strict, c, d))) = (above, below) {
                let ends = self.expr(a, c).and(self.expr(b, d).flip());
                // What is above is also at least as high.
                return ends.and(Relation::of(ordered(!strict, !new_strict)));
            }
            if op == new_op && matches!(op, CompareOp::Eq | CompareOp::Ne) {
                let both = |c: &'m Expr, d: &'m Expr| self.expr(a, c).and(self.expr(b, d));
                if both(c, d).is_same() || both(d, c).is_same() {
                    return Relation::SAME;
                }
            }
        }
        let (Some((x, ours, no)), Some((y, theirs, new_no))) = (one_of(old), one_of(new)) else { return Relation::ANY };
        if let (ExprKind::Card(CardField::Grade), ExprKind::Card(CardField::Grade)) = (&x.kind, &y.kind) {
            let has = |set: &[&Expr], grade: &str| {
                set.iter().any(|e| matches!(&e.kind, ExprKind::Const(Some(Value::Text(text))) if **text == *grade))
            };
            let graded = self.graded(|grade| has(&ours, grade) != no, |grade| has(&theirs, grade) != new_no);
            if let Some(graded) = graded {
                return graded;
            }
        }
        if !self.expr(x, y).is_same() || no != new_no {
            return Relation::ANY;
        }
        let holds = |set: &[&'m Expr], other: &'m Expr, turned: bool| {
            set.iter().any(|e| if turned { self.expr(other, e).is_same() } else { self.expr(e, other).is_same() })
        };
        let kept = ours.iter().all(|e| holds(&theirs, e, true));
        let no_more = theirs.iter().all(|e| holds(&ours, e, false));
        let value = match (kept, no_more) {
            (true, true) => Trend::Same,
            (true, false) => Trend::Up,
            (false, true) => Trend::Down,
            _ => Trend::Any,
        };
        // Which values a set has may hang on data.
        let constant = |set: &[&'m Expr]| set.iter().all(|e| matches!(e.kind, ExprKind::Const(Some(_))));
        let data = if value == Trend::Same || constant(&ours) && constant(&theirs) { Trend::Same } else { Trend::Any };
        Relation { value: if no { value.flip() } else { value }, data }
    }

    /// `min`, or `max`: arguments in any order. One more makes it smaller, or larger.
    fn extreme(&self, old: &'m Expr, new: &'m Expr, least: bool) -> Relation {
        let (mut olds, mut news) = (Vec::new(), Vec::new());
        arguments(old, least, &mut olds);
        arguments(new, least, &mut news);
        if let Some(all) = self.bags(&olds, &news) {
            return all;
        }
        let (olds, news) = self.without_partners(&olds, &news);
        let known = |scene: &Scene<'m>, all: &[&'m Expr]| all.iter().all(|e| is_known(scene, e));
        let (value, data) = match (olds.as_slice(), news.as_slice()) {
            ([], more) => (Trend::Down, if known(&self.head, more) { Trend::Same } else { Trend::Down }),
            (fewer, []) => (Trend::Up, if known(&self.base, fewer) { Trend::Same } else { Trend::Up }),
            _ => return Relation::ANY,
        };
        Relation { value: if least { value } else { value.flip() }, data }
    }

    fn call(&self, builtin: Builtin, olds: &'m [Expr], news: &'m [Expr]) -> Relation {
        if olds.len() != news.len() {
            return Relation::ANY;
        }
        let each: Vec<Relation> = olds.iter().zip(news).map(|(old, new)| self.expr(old, new)).collect();
        let all = each.iter().copied().reduce(Relation::and).unwrap_or(Relation::SAME);
        let plain = |others: &[Relation]| others.iter().all(|other| other.is_same());
        match builtin {
            _ if all.is_same() => all,
            Builtin::Clamp => all,
            Builtin::Round => match each.as_slice() {
                [x, digits @ ..] if plain(digits) => *x,
                _ => Relation::ANY,
            },
            Builtin::Abs => {
                let positive = |range: Range| range.low.is_some_and(|low| low >= Dec::ZERO);
                let ranges =
                    |scene: &Scene<'m>, args: &'m [Expr]| args.iter().all(|arg| positive(scene.number(arg).range));
                if ranges(&self.base, olds) && ranges(&self.head, news) {
                    all
                } else {
                    Relation { value: Trend::Any, data: all.data }
                }
            }
            // Which argument is taken is the same where each is there at once.
            Builtin::Coalesce if each.iter().all(|one| one.data == Trend::Same) => all,
            Builtin::Weighted(missing) => {
                let weights: Vec<Relation> = each.iter().copied().skip(1).step_by(2).collect();
                let values: Vec<Relation> = each.iter().copied().step_by(2).collect();
                let value = values.into_iter().reduce(Relation::and).unwrap_or(Relation::SAME);
                if plain(&weights) && (missing == PartMissing::Fail || value.data == Trend::Same) {
                    value
                } else {
                    Relation::ANY
                }
            }
            _ => Relation::ANY,
        }
    }

    /// Aggregates of the same rows; of fewer or more of them, where they are counted or added.
    fn aggregates(&self, old: &'m Aggregate, new: &'m Aggregate) -> Relation {
        let same_source = old.function == new.function
            && old.needs == new.needs
            && self.same_table(old.table, new.table)
            && self.same_way(old.via.as_ref(), new.via.as_ref());
        if !same_source {
            return Relation::ANY;
        }
        let condition = match (&old.condition, &new.condition) {
            (None, None) => Relation::SAME,
            (Some(a), Some(b)) => self.expr(a, b),
            (None, Some(_)) => Relation::of(Trend::Down),
            (Some(_), None) => Relation::of(Trend::Up),
        };
        let arg = match (&old.arg, &new.arg) {
            (None, None) => Relation::SAME,
            (Some(a), Some(b)) => self.expr(a, b),
            _ => Relation::ANY,
        };
        if condition.is_same() && arg.is_same() {
            return Relation::SAME;
        }
        // One row of which nothing is known may leave the whole without data, and so may too few of them.
        let known = |scene: &Scene<'m>, aggregate: &'m Aggregate| {
            aggregate.needs == 0 && aggregate.arg.iter().chain(&aggregate.condition).all(|e| is_known(scene, e))
        };
        if !known(&self.base, old) || !known(&self.head, new) {
            return Relation::ANY;
        }
        let positive = |scene: &Scene<'m>, aggregate: &'m Aggregate| {
            aggregate.arg.as_ref().is_none_or(|arg| scene.number(arg).range.low.is_some_and(|low| low >= Dec::ZERO))
        };
        let value = match old.function {
            AggregateFunction::Count => condition.value,
            AggregateFunction::CountDistinct if arg.is_same() => condition.value,
            AggregateFunction::Sum if condition.value == Trend::Same => arg.value,
            AggregateFunction::Sum if positive(&self.base, old) && positive(&self.head, new) => {
                condition.value.and(arg.value)
            }
            AggregateFunction::Any => condition.value.and(arg.value),
            _ => return Relation::ANY,
        };
        Relation::of(value)
    }

    fn card_field(&self, field: CardField) -> Relation {
        let Some(card) = self.card.get() else { return Relation::ANY };
        match field {
            CardField::Score => card.score,
            CardField::Attainment => card.attainment,
            CardField::Grade => card.grade,
            CardField::Rank => card.rank,
        }
    }

    /// Whether two expressions that read rows, other subjects or other periods are the same in everything.
    fn same_reading(&self, old: &'m Expr, new: &'m Expr) -> bool {
        let shape = match (&old.kind, &new.kind) {
            (ExprKind::Column(a), ExprKind::Column(b)) => return self.same_path(a, b),
            (ExprKind::Lookup(a), ExprKind::Lookup(b)) => {
                self.same_table(a.table, b.table)
                    && self.same_way(a.via.as_ref(), b.via.as_ref())
                    && self.same_rows(Some(&a.arg), Some(&b.arg))
                    && self.same_rows(a.condition.as_ref(), b.condition.as_ref())
            }
            (ExprKind::Exists(a), ExprKind::Exists(b)) => self.same_exists(a, b),
            (ExprKind::Among(a), ExprKind::Among(b)) => self.same_among(a, b),
            (ExprKind::Over(a, scope), ExprKind::Over(b, other)) => {
                let scopes = match (scope, other) {
                    (Scope::All, Scope::All) => true,
                    (Scope::Reference(a), Scope::Reference(b)) | (Scope::Dimension(a), Scope::Dimension(b)) => {
                        self.same_path(a, b)
                    }
                    _ => false,
                };
                scopes && self.expr(a, b).is_same()
            }
            (ExprKind::Previous(a, back), ExprKind::Previous(b, other)) => back == other && self.expr(a, b).is_same(),
            (ExprKind::Growth(a), ExprKind::Growth(b)) | (ExprKind::Streak(a), ExprKind::Streak(b)) => {
                self.expr(a, b).is_same()
            }
            (ExprKind::Window(f, a, window, needs), ExprKind::Window(g, b, other, new_needs)) => {
                (f, window, needs) == (g, other, new_needs) && self.expr(a, b).is_same()
            }
            (ExprKind::OverWindow(a, window), ExprKind::OverWindow(b, other)) => {
                window == other && self.expr(a, b).is_same()
            }
            (ExprKind::Period(a), ExprKind::Period(b)) => a == b,
            (ExprKind::StintDays, ExprKind::StintDays) => true,
            _ => false,
        };
        shape && self.same_type(old.ty, new.ty)
    }

    fn same_among(&self, old: &'m Among, new: &'m Among) -> bool {
        let conditions = match (&old.condition, &new.condition) {
            (Some(a), Some(b)) => self.expr(a, b).is_same(),
            (None, None) => true,
            _ => false,
        };
        old.function == new.function
            && old.higher_is_better == new.higher_is_better
            && self.same_paths(&old.by, &new.by)
            && conditions
            && self.expr(&old.of, &new.of).is_same()
    }

    fn same_exists(&self, old: &'m Exists, new: &'m Exists) -> bool {
        let pairs = |a: &'m Expr, b: &'m Expr| self.expr(a, b).is_same();
        let bounds = |a: &'m [kpi_check::model::Bound], b: &'m [kpi_check::model::Bound]| {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.inclusive == b.inclusive && pairs(&a.at, &b.at))
        };
        self.same_table(old.table, new.table)
            && old.keys.len() == new.keys.len()
            && old.keys.iter().zip(&new.keys).all(|((a, b), (c, d))| pairs(a, c) && pairs(b, d))
            && self.same_rows(old.time.as_ref(), new.time.as_ref())
            && bounds(&old.lower, &new.lower)
            && bounds(&old.upper, &new.upper)
            && self.same_rows(old.condition.as_ref(), new.condition.as_ref())
    }
}

/// Without the names of functions around it.
fn said(mut expr: &Expr) -> &Expr {
    while let ExprKind::Inlined(_, body) = &expr.kind {
        expr = body;
    }
    expr
}

fn terms<'m>(expr: &'m Expr, all: &mut Vec<&'m Expr>) {
    match &said(expr).kind {
        ExprKind::Arithmetic(ArithmeticOp::Add, a, b) => [a, b].into_iter().for_each(|side| terms(side, all)),
        _ => all.push(expr),
    }
}

fn operands<'m>(expr: &'m Expr, and: bool, all: &mut Vec<&'m Expr>) {
    match (&said(expr).kind, and) {
        (ExprKind::And(a, b), true) | (ExprKind::Or(a, b), false) => {
            [a, b].into_iter().for_each(|side| operands(side, and, all));
        }
        _ => all.push(expr),
    }
}

fn arguments<'m>(expr: &'m Expr, least: bool, all: &mut Vec<&'m Expr>) {
    match (&said(expr).kind, least) {
        (ExprKind::Call(Builtin::Min, args), true) | (ExprKind::Call(Builtin::Max, args), false) => {
            args.iter().for_each(|arg| arguments(arg, least, all));
        }
        _ => all.push(expr),
    }
}

/// A comparison as one that is truer the more the first of its sides is: whether it is strict, and the sides.
fn rising<'m>(op: CompareOp, a: &'m Expr, b: &'m Expr) -> Option<(bool, &'m Expr, &'m Expr)> {
    match op {
        CompareOp::Ge => Some((false, a, b)),
        CompareOp::Gt => Some((true, a, b)),
        CompareOp::Le => Some((false, b, a)),
        CompareOp::Lt => Some((true, b, a)),
        CompareOp::Eq | CompareOp::Ne => None,
    }
}

/// A comparison, and what `not` makes of one.
fn sides(expr: &Expr) -> Option<(CompareOp, &Expr, &Expr)> {
    match &expr.kind {
        ExprKind::Compare(op, a, b) => Some((*op, a, b)),
        ExprKind::Not(inner) => {
            let (op, a, b) = sides(said(inner))?;
            Some((op.negated(), a, b))
        }
        _ => None,
    }
}

/// What is compared with certain values, these values, and whether it must be none of them.
fn one_of(expr: &Expr) -> Option<(&Expr, Vec<&Expr>, bool)> {
    match &expr.kind {
        ExprKind::Not(inner) => one_of(inner).map(|(x, set, negated)| (x, set, !negated)),
        ExprKind::InSet(x, set, negated) => Some((x, set.iter().collect(), *negated)),
        ExprKind::Compare(op @ (CompareOp::Eq | CompareOp::Ne), a, b) => {
            let (x, value) = if matches!(a.kind, ExprKind::Const(_)) { (b, a) } else { (a, b) };
            matches!(value.kind, ExprKind::Const(Some(_))).then(|| (&**x, vec![&**value], *op == CompareOp::Ne))
        }
        _ => None,
    }
}

/// What two ranges say: the newer is never below where it begins at or above the end of the older.
pub(super) fn apart(old: Range, new: Range) -> Trend {
    if old.as_point().is_some_and(|x| new.as_point() == Some(x)) {
        return Trend::Same;
    }
    let not_above = |a: Range, b: Range| a.high.zip(b.low).is_some_and(|(a, b)| a <= b);
    match (not_above(old, new), not_above(new, old)) {
        (true, _) => Trend::Up,
        (_, true) => Trend::Down,
        _ => Trend::Any,
    }
}

/// The one of two true things that says more.
pub(super) const fn closer(a: Trend, b: Trend) -> Trend {
    match (a, b) {
        (Trend::Same, _) | (_, Trend::Same) => Trend::Same,
        // Never above and never below is the same.
        (Trend::Up, Trend::Down) | (Trend::Down, Trend::Up) => Trend::Same,
        (Trend::Any, other) => other,
        (known, _) => known,
    }
}
