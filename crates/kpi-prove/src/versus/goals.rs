//! Indicators against their targets in both versions: actual, met, attainment, and the fraction that a line earns.

use kpi_base::text;
use kpi_check::model::{
    Combine, CompareOp, Indicator, IndicatorField, IndicatorId, LineField, RollUp, Scoring, Target, TargetKind, Type,
    WhenMissing,
};
use kpi_value::Dec;

use super::pairs::Pairs;
use super::relation::{Relation, ordered};
use super::tables::Keyed;
use crate::value::{Range, Trend};

/// What is known of a line or an indicator beside that of the older version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct MarkRelation {
    pub fraction: Relation,
    pub attainment: Relation,
    pub met: Relation,
}

/// An indicator on a line, with the scoring and the cap that are in force there.
#[derive(Clone, Copy)]
pub(super) struct Placed<'m> {
    pub id: IndicatorId,
    pub scoring: &'m Scoring,
    pub cap: Dec,
}

/// An actual against its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Judged {
    /// How far it is attained, before any cap of one version alone.
    attainment: Relation,
    met: Relation,
    /// How much lies beyond the target does not hang on how large that is; for what is deducted.
    beyond: Relation,
}

impl MarkRelation {
    pub const ANY: MarkRelation =
        MarkRelation { fraction: Relation::ANY, attainment: Relation::ANY, met: Relation::ANY };
    pub const SAME: MarkRelation =
        MarkRelation { fraction: Relation::SAME, attainment: Relation::SAME, met: Relation::SAME };

    pub fn and(self, other: MarkRelation) -> MarkRelation {
        MarkRelation {
            fraction: self.fraction.and(other.fraction),
            attainment: self.attainment.and(other.attainment),
            met: self.met.and(other.met),
        }
    }

    /// With what is known of something else that both hang on.
    pub fn with(self, other: Relation) -> MarkRelation {
        MarkRelation {
            fraction: self.fraction.and(other),
            attainment: self.attainment.and(other),
            met: self.met.and(other),
        }
    }

    /// Of what is whole where all is met, and else nothing.
    pub fn all_or_nothing(self) -> MarkRelation {
        MarkRelation { fraction: self.met.and(self.fraction.data_only()), ..self }
    }

    /// With what stands in for missing data.
    pub fn counted(self, (old, new): (WhenMissing, WhenMissing)) -> MarkRelation {
        let data = self.fraction.data.and(self.attainment.data).and(self.met.data);
        let kept = |data: Trend| {
            let with = |relation: Relation| Relation { value: relation.value, data };
            MarkRelation { fraction: with(self.fraction), attainment: with(self.attainment), met: with(self.met) }
        };
        match (old, new) {
            (WhenMissing::Fail, WhenMissing::Fail) => kept(data),
            // Where a line fails there is no card: what else becomes of it there adds cards, and moves none.
            (WhenMissing::Fail, _) if matches!(data, Trend::Same | Trend::Up) => kept(Trend::Up),
            (_, WhenMissing::Fail) if matches!(data, Trend::Same | Trend::Down) => kept(Trend::Down),
            (old, new) if old == new && data == Trend::Same => kept(data),
            _ => MarkRelation::ANY,
        }
    }
}

impl Judged {
    const ANY: Judged = Judged { attainment: Relation::ANY, met: Relation::ANY, beyond: Relation::ANY };

    fn all(relation: Relation) -> Judged {
        Judged { attainment: relation, met: relation, beyond: relation }
    }

    fn and(self, other: Judged) -> Judged {
        Judged {
            attainment: self.attainment.and(other.attainment),
            met: self.met.and(other.met),
            beyond: self.beyond.and(other.beyond),
        }
    }
}

impl<'m> Pairs<'m> {
    /// Whether an indicator is nothing but its formula in the period of its user.
    pub(super) fn is_plain(&self, indicator: &Indicator) -> bool {
        indicator.parts.is_none() && indicator.shorter.is_none()
    }

    fn indicators(&self, old: IndicatorId, new: IndicatorId) -> (&'m Indicator, &'m Indicator) {
        (&self.base.model.indicators[old], &self.head.model.indicators[new])
    }

    pub(super) fn indicator(&self, old: IndicatorId, new: IndicatorId, field: IndicatorField) -> Relation {
        let cap = self.base.model.policy.attainment_cap;
        let (a, b) = self.indicators(old, new);
        let own = |id, indicator: &'m Indicator| Placed { id, scoring: &indicator.scoring, cap };
        match field {
            IndicatorField::Actual => self.actual(old, new),
            IndicatorField::Met => self.mark(own(old, a), own(new, b)).met,
            IndicatorField::Attainment => self.attained(own(old, a), own(new, b)),
            IndicatorField::Score => self.mark(own(old, a), own(new, b)).fraction,
            IndicatorField::Target | IndicatorField::Gap | IndicatorField::Progress => {
                let same = self.actual(old, new).is_same()
                    && a.shorter == b.shorter
                    && a.parts.is_none()
                    && b.parts.is_none()
                    && self.judged(old, new) == Judged::all(Relation::SAME);
                if same { Relation::SAME } else { Relation::ANY }
            }
        }
    }

    /// What is measured.
    pub(super) fn actual(&self, old: IndicatorId, new: IndicatorId) -> Relation {
        let key = (old, new, self.audience().is_some());
        if let Some(known) = self.actuals.borrow().get(&key) {
            return *known;
        }
        let (a, b) = self.indicators(old, new);
        let alike = a.period == b.period && a.shorter == b.shorter && a.parts.is_none() && b.parts.is_none();
        let found = match a.shorter {
            _ if !alike => Relation::ANY,
            None => self.expr(&a.formula, &b.formula),
            // Of shorter periods, in which other rows of tables may be in force.
            Some(_) => {
                let same = self.elsewhere(|pairs| pairs.expr(&a.formula, &b.formula).is_same());
                if same { Relation::SAME } else { Relation::ANY }
            }
        };
        self.actuals.borrow_mut().insert(key, found);
        found
    }

    fn attained(&self, old: Placed<'m>, new: Placed<'m>) -> Relation {
        let (a, b) = self.indicators(old.id, new.id);
        if a.parts.is_some() || b.parts.is_some() {
            return self.mark(old, new).attainment;
        }
        self.judged(old.id, new.id).attainment.and(Relation::of(ordered(old.cap, new.cap)))
    }

    /// An actual against its target, in every case.
    fn judged(&self, old: IndicatorId, new: IndicatorId) -> Judged {
        let (a, b) = self.indicators(old, new);
        let actual = self.actual(old, new);
        let (Some(targets), Some(others)) = (&a.target, &b.target) else {
            return if a.target.is_none() && b.target.is_none() { Judged::all(actual) } else { Judged::ANY };
        };
        let Some(together) = self.together(&Keyed::own(targets), &Keyed::own(others)) else { return Judged::ANY };
        let mut all: Option<Judged> = None;
        for pair in together {
            let one = match pair {
                (Some(Some(old)), Some(Some(new))) => self.against((old, new), actual, a.formula.ty),
                // Nothing is asked for in either version.
                (Some(None), Some(None)) | (None, None) => continue,
                _ => Judged::ANY,
            };
            all = Some(all.map_or(one, |known| known.and(one)));
        }
        let found = all.unwrap_or(Judged::all(Relation::SAME));
        let same = found == Judged::all(Relation::SAME);
        match a.shorter.map(|shorter| shorter.roll_up) {
            // Of sums it is the sum of the targets that counts, of others how many periods are met and how far.
            Some(_) if same && self.elsewhere(|pairs| pairs.same_targets(old, new)) => found,
            Some(RollUp::Sum | RollUp::Average | RollUp::Worst | RollUp::ShareMet) => Judged::ANY,
            None => found,
        }
    }

    /// Whether targets are the same for whomever and whenever.
    fn same_targets(&self, old: IndicatorId, new: IndicatorId) -> bool {
        let (a, b) = self.indicators(old, new);
        let (Some(targets), Some(others)) = (&a.target, &b.target) else { return false };
        let together = self.together(&Keyed::own(targets), &Keyed::own(others)).unwrap_or_default();
        !together.is_empty()
            && together.into_iter().all(|pair| match pair {
                (Some(Some(old)), Some(Some(new))) => {
                    self.against((old, new), Relation::SAME, a.formula.ty) == Judged::all(Relation::SAME)
                }
                (Some(None), Some(None)) | (None, None) => true,
                _ => false,
            })
    }

    /// One target against one of the newer version.
    fn against(&self, (old, new): (&'m Target, &'m Target), actual: Relation, ty: Type) -> Judged {
        let stretched = match (&old.stretch, &new.stretch) {
            (Some(a), Some(b)) => self.expr(a, b).is_same(),
            (None, None) => true,
            _ => false,
        };
        if old.tolerance != new.tolerance || !stretched {
            return Judged::ANY;
        }
        let above = |relation: (Range, Range)| {
            [relation.0, relation.1].iter().all(|range| range.low.is_some_and(|low| low > Dec::ZERO))
        };
        let ranges = |a, b| (self.base.number(a).range, self.head.number(b).range);
        match (&old.kind, &new.kind) {
            (TargetKind::Compare(op, a), TargetKind::Compare(new_op, b)) => {
                let bound = self.expr(a, b);
                let up = match (op, new_op) {
                    (CompareOp::Ge | CompareOp::Gt, CompareOp::Ge | CompareOp::Gt) => true,
                    (CompareOp::Le | CompareOp::Lt, CompareOp::Le | CompareOp::Lt) => false,
                    _ if op == new_op && bound.value == Trend::Same && actual.value == Trend::Same => {
                        return Judged::all(actual.and(bound));
                    }
                    _ => return Judged::ANY,
                };
                let strict = |op: CompareOp| matches!(op, CompareOp::Gt | CompareOp::Lt);
                let looser = ordered(!strict(*op), !strict(*new_op));
                let better = if up { actual } else { actual.flip() };
                let easier = if up { bound.flip() } else { bound };
                if bound.value != Trend::Same || looser != Trend::Same {
                    // At 0 everything or nothing is attained, and below it nothing is judged.
                    if !above(ranges(a, b)) || !matches!(ty, Type::Number(_)) {
                        return Judged::ANY;
                    }
                }
                let goodness = better.and(easier);
                Judged { attainment: goodness, met: goodness.and(Relation::of(looser)), beyond: goodness }
            }
            (TargetKind::Between(low, high, closed), TargetKind::Between(from, to, new_closed)) => {
                let (first, last) = (self.expr(low, from), self.expr(high, to));
                let ends = first.flip().and(last);
                let closed = Relation::of(ordered(*closed, *new_closed));
                if actual.value != Trend::Same {
                    return Judged { attainment: Relation::ANY, met: Relation::ANY, beyond: Relation::ANY };
                }
                let wider = actual.and(ends).and(closed);
                if wider.value != Trend::Same && !(above(ranges(low, from)) && above(ranges(high, to))) {
                    return Judged::ANY;
                }
                Judged::all(wider)
            }
            _ => Judged::ANY,
        }
    }

    /// What a line of an indicator earns.
    pub(super) fn mark(&self, old: Placed<'m>, new: Placed<'m>) -> MarkRelation {
        let (a, b) = self.indicators(old.id, new.id);
        if a.period != b.period || a.shorter != b.shorter {
            return MarkRelation::ANY;
        }
        match (&a.parts, &b.parts) {
            (Some(parts), Some(others)) => {
                if parts.combine != others.combine || parts.parts.len() != others.parts.len() {
                    return MarkRelation::ANY;
                }
                let part = |model: &'m kpi_check::model::Model, id: IndicatorId, cap| Placed {
                    id,
                    scoring: &model.indicators[id].scoring,
                    cap,
                };
                let each = parts.parts.iter().zip(&others.parts).map(|(one, other)| {
                    let missing = self.indicators(*one, *other);
                    let missing = (missing.0.when_missing, missing.1.when_missing);
                    let (one, other) = (part(self.base.model, *one, old.cap), part(self.head.model, *other, new.cap));
                    self.mark(one, other).counted(missing)
                });
                let all = each.reduce(MarkRelation::and).unwrap_or(MarkRelation::SAME);
                return match parts.combine {
                    Combine::All => all.all_or_nothing(),
                    Combine::Sum | Combine::Worst | Combine::Average => all,
                };
            }
            (None, None) => {}
            _ => return MarkRelation::ANY,
        }
        let judged = self.judged(old.id, new.id);
        let targeted = a.target.is_some();
        if targeted != b.target.is_some() {
            return MarkRelation::ANY;
        }
        let capped = judged.attainment.and(Relation::of(ordered(old.cap, new.cap)));
        let fraction = self.fraction((old, new), judged, capped);
        let by_fraction = |scoring: &Scoring| match scoring {
            Scoring::Deduct { .. } | Scoring::Rating(_) | Scoring::AllOrNothing => true,
            Scoring::Curve(..) => !targeted,
            Scoring::Proportional { .. } => false,
        };
        let attainment = match (by_fraction(old.scoring), by_fraction(new.scoring)) {
            (true, true) => fraction,
            (false, false) => capped,
            _ => Relation::ANY,
        };
        MarkRelation { fraction, attainment, met: if targeted { judged.met } else { fraction } }
    }

    fn fraction(&self, (old, new): (Placed<'m>, Placed<'m>), judged: Judged, attainment: Relation) -> Relation {
        let (a, b) = self.indicators(old.id, new.id);
        match (old.scoring, new.scoring) {
            (Scoring::AllOrNothing, Scoring::AllOrNothing) => judged.met.and(judged.attainment.data_only()),
            (Scoring::Rating(of), Scoring::Rating(other)) if of == other => self.actual(old.id, new.id),
            (
                Scoring::Proportional { none_below, cap, stretch },
                Scoring::Proportional { none_below: least, cap: most, stretch: top },
            ) => {
                let caps = match (stretch, top) {
                    (None, None) => ordered(*cap, *most),
                    (Some(a), Some(b)) => ordered(*a, *b),
                    _ => return Relation::ANY,
                };
                // Whoever is met by tolerance gets the whole, and nothing of it is asked again.
                let whole = |least: &Option<Dec>| least.is_none_or(|least| least <= Dec::ONE);
                if attainment.and(judged.met).value != Trend::Same && !(whole(none_below) && whole(least)) {
                    return Relation::ANY;
                }
                let less = ordered(none_below.unwrap_or_default(), least.unwrap_or_default()).flip();
                let floors = if none_below == least { Trend::Same } else { less };
                attainment.and(judged.met).and(Relation::of(caps)).and(Relation::of(floors))
            }
            (Scoring::Deduct { share, per }, Scoring::Deduct { share: other, per: each }) if per == each => {
                judged.beyond.and(Relation::of(ordered(*share, *other).flip()))
            }
            (Scoring::Curve(field, curve), Scoring::Curve(other, newer)) if field == other => {
                let actual = self.actual(old.id, new.id);
                let (x, ranges) = match field {
                    LineField::Actual => {
                        (actual, (self.base.number(&a.formula).range, self.head.number(&b.formula).range))
                    }
                    LineField::Attainment => {
                        let up_to = |cap: Dec| Range::new(Dec::ZERO, cap);
                        (attainment, (up_to(old.cap), up_to(new.cap)))
                    }
                };
                // Of shorter periods a curve of the actual has what they come to together.
                let ranges = if a.shorter.is_some() { (Range::ALL, Range::ALL) } else { ranges };
                let before = self.line.replace(Some((attainment, actual)));
                let found = self.curve((curve, newer), x, ranges);
                self.line.set(before);
                found
            }
            _ => {
                let name = &a.title.name;
                self.doubt(text!("the scorings of `{name}` cannot be compared", name));
                Relation::ANY
            }
        }
    }
}

impl Relation {
    /// What it says of the data alone.
    pub(super) const fn data_only(self) -> Relation {
        Relation::only(self.data)
    }
}
