//! What the `where` of a card says for certain about its subjects, so that nothing is asked for those that have no card.
//!
//! Only what must be true of a column wherever the whole condition holds: `role == host`, `role in {host, planner}`, their
//! opposites, `level ≥ senior`, and such of them as `and` joins.

use kpi_value::Value;

use crate::checker::Checker;
use crate::model::{Arena, ByKey, ByRow, ByTable, Dimension, Expr, ExprKind, IndicatorId, Pattern, Type};

/// What a column is where a condition holds: it has data, and is one of these members.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Certain {
    /// The column, as a key of a table has it.
    pub key: ByKey,
    /// The members, rising.
    pub members: Vec<u32>,
}

impl Certain {
    /// True for these members and false elsewhere, as a table.
    pub(crate) fn table<T>(&self, inside: T, outside: T) -> ByTable<T> {
        let row = |pattern, value| ByRow { patterns: vec![pattern], value, span: kpi_base::Span::default() };
        let rows = vec![row(Pattern::Members(self.members.clone()), inside), row(Pattern::Any, outside)];
        ByTable { keys: vec![self.key.clone()], rows }
    }
}

/// Everything that is certain where a condition holds, each column once.
pub(crate) fn certain(condition: &Expr, dimensions: &Arena<Dimension>) -> Vec<Certain> {
    let mut found: Vec<Certain> = Vec::new();
    let mut open = vec![condition];
    while let Some(e) = open.pop() {
        match &e.kind {
            ExprKind::And(a, b) => open.extend([&**b, &**a]),
            ExprKind::Inlined(_, body) => open.push(body),
            _ => {
                let Some((column, members)) = one(e, dimensions) else { continue };
                match found.iter_mut().find(|certain| is_key(&certain.key, column)) {
                    Some(known) => known.members.retain(|member| members.contains(member)),
                    None => found.push(Certain { key: ByKey::Expr(column.clone()), members }),
                }
            }
        }
    }
    found
}

fn is_key(key: &ByKey, column: &Expr) -> bool {
    matches!(key, ByKey::Expr(key) if key.kind == column.kind)
}

/// The column that a comparison is about, and the members for which it holds.
fn one<'e>(e: &'e Expr, dimensions: &Arena<Dimension>) -> Option<(&'e Expr, Vec<u32>)> {
    let (column, holds): (&Expr, Box<dyn Fn(u32) -> bool>) = match &e.kind {
        ExprKind::Compare(op, a, b) => {
            let (op, column, member) = match (member(a), member(b)) {
                (None, Some(member)) => (*op, &**a, member),
                (Some(member), None) => (op.turned(), &**b, member),
                _ => return None,
            };
            (column, Box::new(move |x: u32| op.holds(x.cmp(&member))))
        }
        ExprKind::InSet(x, set, negated) => {
            let set: Vec<u32> = set.iter().map(member).collect::<Option<_>>()?;
            (x, Box::new(move |x: u32| set.contains(&x) != *negated))
        }
        ExprKind::Not(inner) => {
            let (column, members) = match &inner.kind {
                ExprKind::Compare(..) | ExprKind::InSet(..) => one(inner, dimensions)?,
                _ => return None,
            };
            (column, Box::new(move |x: u32| !members.contains(&x)))
        }
        _ => return None,
    };
    let (ExprKind::Column(_), Type::Member(dimension)) = (&column.kind, column.ty) else { return None };
    let all = 0..dimensions[dimension].members.len() as u32;
    Some((column, all.filter(|x| holds(*x)).collect()))
}

fn member(e: &Expr) -> Option<u32> {
    if let ExprKind::Const(Some(Value::Member(member))) = &e.kind { Some(*member) } else { None }
}

/// Who asks for the target of an indicator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asker {
    /// A line of the card at this place of the names.
    Card(usize),
    /// A formula, for anybody.
    Anybody,
}

impl Checker<'_> {
    /// What is certain of everybody for whom the target of an indicator is asked: one list for each card that it is a line of.
    /// Empty where it may be asked for anybody.
    pub(crate) fn asked_for(&self, id: IndicatorId) -> Vec<Vec<Certain>> {
        let mut lists = Vec::new();
        for asker in self.askers.get(&id).into_iter().flatten() {
            let Asker::Card(index) = asker else { return Vec::new() };
            let list = self.certain_of_cards.get(index).cloned().unwrap_or_default();
            if list.is_empty() {
                return Vec::new();
            }
            if !lists.contains(&list) {
                lists.push(list);
            }
        }
        lists
    }

    /// Asks for the targets of parts where those of the whole are asked for.
    pub(crate) fn ask_for_parts(&mut self) {
        let mut asked: Vec<(IndicatorId, Vec<Asker>)> = Vec::new();
        for whole in self.instance_ids.values() {
            let parts = self.instance(*whole).and_then(|indicator| indicator.parts.as_ref());
            let askers = self.askers.get(whole).map_or([Asker::Anybody].as_slice(), Vec::as_slice);
            asked.extend(parts.iter().flat_map(|parts| &parts.parts).map(|part| (*part, askers.to_vec())));
        }
        for (part, askers) in asked {
            self.askers.entry(part).or_default().extend(askers);
        }
    }
}
