//! Whether weights add up to 100% under every combination of what they depend on.
//!
//! A line counts where it is on the card: where its target is not `none`. Lines without a weight share what the others
//! leave, equally, under each combination by itself.

use kpi_base::Span;
use kpi_value::Dec;

use crate::by_tables::complete::{Key, one_of};
use crate::by_tables::space::{Space, pattern};
use crate::by_tables::walk::{Class, Leaf, Rows, walk};
use crate::certain::Certain;
use crate::counter::Combination;
use crate::model::{Arena, ByNumber, ByRow, ByTable, Dimension, Pattern, Table};

/// A line or group of one level.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    /// Its weight; `None` to share the rest.
    pub weight: Option<ByNumber>,
    /// Where it is on the card.
    pub presence: Presence,
    /// Its text.
    pub span: Span,
}

/// Where a line is on the card.
#[derive(Clone, Debug)]
pub(crate) enum Presence {
    /// Everywhere.
    Always,
    /// Where the table says so.
    Table(ByTable<bool>),
    /// Where one of these is: a group.
    Any(Vec<Presence>),
}

/// What came of one level.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Level {
    /// Combinations under which the weights do not add up to 100%.
    pub wrong: Vec<Wrong>,
    /// Combinations under which nothing is left for the lines without a weight.
    pub nothing_left: Vec<Combination>,
    /// The weights of the lines without one, in order.
    pub shares: Vec<ByNumber>,
}

/// A combination under which the weights do not add up to 100%.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Wrong {
    /// The combination.
    pub combination: Combination,
    /// The sum of the written weights of the lines that are on the card.
    pub sum: Dec,
    /// The weight of each item; none where it is not on the card, or has no weight of its own.
    pub weights: Vec<Option<Dec>>,
}

/// The keys have more combinations than can be added up.
#[derive(Clone, Debug)]
pub(crate) struct TooManyOf(pub(crate) Vec<Key>);

/// Adds up one level; `reach` are the weights of the groups around it: where one is 0, nothing is asked. Nor is anything
/// asked of a group (`group`) of which no line is on the card, and of those of whom something else is `certain`.
pub(crate) fn check_weights(
    items: &[Item],
    reach: &[ByNumber],
    certain: &[Certain],
    group: bool,
    dimensions: &Arena<Dimension>,
    tables: &Arena<Table>,
) -> Result<Level, TooManyOf> {
    let mut space = Space::default();
    let mut presences = Vec::new();
    for item in items {
        collect(&item.presence, &mut presences);
    }
    let weights: Vec<&ByNumber> = items.iter().filter_map(|item| item.weight.as_ref()).collect();
    for table in weights.iter().copied().chain(reach) {
        space.add(table, dimensions, tables);
    }
    for table in &presences {
        space.add(table, dimensions, tables);
    }
    // What is certain of something that decides nothing here need not be named.
    let outside: Vec<ByNumber> = certain.iter().map(|certain| certain.table(Dec::ONE, Dec::ZERO)).collect();
    let outside = outside.iter().filter(|table| space.has(table)).collect::<Vec<_>>();
    let numbers: Vec<&ByNumber> = weights.iter().copied().chain(reach).chain(outside).collect();
    let mut rows: Vec<Rows<'_>> = numbers.iter().map(|table| space.rows(table)).collect();
    rows.extend(presences.iter().map(|table| space.rows(table)));
    let keys = space.keys();
    let mut level = Level::default();
    let mut shared: Vec<(Vec<Class>, Dec, Vec<bool>)> = Vec::new();
    walk(&space.domains(), &rows, &mut |leaf| {
        let chosen = Chosen { leaf, numbers: &numbers, presences: &presences };
        if (weights.len()..numbers.len()).any(|place| chosen.number(place).is_none_or(Dec::is_zero)) {
            return;
        }
        let mut next = Next { number: 0, presence: numbers.len() };
        let (mut sum, mut resting, mut known) = (Dec::ZERO, Vec::new(), true);
        let (mut own, mut anything) = (Vec::with_capacity(items.len()), false);
        for item in items {
            let present = chosen.present(&item.presence, &mut next.presence);
            let Some(present) = present else { return };
            anything |= present;
            if item.weight.is_none() {
                resting.push(present);
                own.push(None);
                continue;
            }
            let weight = chosen.number(next.number);
            own.push(weight.filter(|_| present));
            match weight {
                Some(weight) if present => sum = sum.add(weight).unwrap_or(sum),
                Some(_) => {}
                None => known = false,
            }
            next.number += 1;
        }
        if !known || group && !anything {
            return;
        }
        let sharers = resting.iter().filter(|present| **present).count() as i64;
        let rest = Dec::ONE.sub(sum).unwrap_or_default();
        let named = || one_of(&keys, leaf.classes);
        if rest.is_negative() || sharers == 0 && !rest.is_zero() {
            level.wrong.push(Wrong { combination: named(), sum, weights: own });
        } else if sharers > 0 && rest.is_zero() {
            level.nothing_left.push(named());
        }
        let share = rest.div(Dec::int(sharers)).ok().flatten().unwrap_or_default();
        shared.push((leaf.classes.to_vec(), share, resting));
    })
    .map_err(|_| TooManyOf(keys.clone()))?;
    // A pattern for no data takes anything, so that it must be tried after those that name members.
    shared.sort_by_key(|(classes, ..)| classes.iter().filter(|c| matches!(c, Class::Missing)).count());
    let resting: Vec<&Item> = items.iter().filter(|item| item.weight.is_none()).collect();
    for (place, item) in resting.iter().enumerate() {
        let row = |(classes, share, present): &(Vec<Class>, Dec, Vec<bool>)| ByRow {
            patterns: classes.iter().map(pattern).collect::<Vec<Pattern>>(),
            value: if present.get(place).copied().unwrap_or(false) { *share } else { Dec::ZERO },
            span: item.span,
        };
        level
            .shares
            .push(simplify(ByTable { keys: space.model_keys(), rows: shared.iter().map(row).collect() }, item.span));
    }
    Ok(level)
}

/// One number where all rows say the same.
fn simplify(table: ByNumber, span: Span) -> ByNumber {
    match table.rows.split_first() {
        Some((first, rest)) if rest.iter().all(|row| row.value == first.value) => ByTable::plain(first.value, span),
        _ => table,
    }
}

fn collect<'p>(presence: &'p Presence, tables: &mut Vec<&'p ByTable<bool>>) {
    match presence {
        Presence::Always => {}
        Presence::Table(table) => tables.push(table),
        Presence::Any(inner) => inner.iter().for_each(|presence| collect(presence, tables)),
    }
}

struct Next {
    number: usize,
    presence: usize,
}

/// The rows of a leaf, read as values.
struct Chosen<'a> {
    leaf: &'a Leaf<'a>,
    numbers: &'a [&'a ByNumber],
    presences: &'a [&'a ByTable<bool>],
}

impl Chosen<'_> {
    fn row(&self, place: usize) -> Option<usize> {
        self.leaf.rows.get(place)?.first().copied()
    }

    fn number(&self, place: usize) -> Option<Dec> {
        self.numbers.get(place)?.rows.get(self.row(place)?).map(|row| row.value)
    }

    /// Whether a line is on the card; `next` is the place of its first table among the walked ones.
    fn present(&self, presence: &Presence, next: &mut usize) -> Option<bool> {
        match presence {
            Presence::Always => Some(true),
            Presence::Table(_) => {
                let place = *next;
                *next += 1;
                let table = self.presences.get(place - self.numbers.len())?;
                table.rows.get(self.row(place)?).map(|row| row.value)
            }
            Presence::Any(inner) => {
                let mut any = Some(false);
                for presence in inner {
                    match (self.present(presence, next), any) {
                        (None, _) => any = None,
                        (Some(true), Some(_)) => any = Some(true),
                        _ => {}
                    }
                }
                any
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ByKey, Column, ColumnId, Expr, ExprId, ExprKind, Path, TableId, Timing, Title, Type};

    fn title(name: &str) -> Title {
        Title { name: name.to_owned(), label: None, doc: None, span: Span::default() }
    }

    /// A dimension of three members, and a table with one column of it.
    fn ground() -> (Arena<Dimension>, Arena<Table>, ByKey) {
        let mut dimensions = Arena::new();
        let members = ["startup", "growth", "mature"].map(title).to_vec();
        let stage = dimensions.push(Dimension { title: title("stage"), ordered: true, members });
        let column = Column::plain(title("stage"), Type::Member(stage));
        let table = Table {
            title: title("staff"),
            roster: true,
            columns: vec![column],
            key: None,
            label: None,
            time: Timing::Timeless,
            sparse: false,
            exclude: Vec::new(),
            view: None,
        };
        let mut tables = Arena::new();
        tables.push(table);
        let path = Path(vec![ColumnId { table: TableId::new(0), index: 0 }]);
        let key = Expr { id: ExprId(0), kind: ExprKind::Column(path), ty: Type::Member(stage), span: Span::default() };
        (dimensions, tables, ByKey::Expr(key))
    }

    fn table<T>(key: &ByKey, rows: Vec<(Pattern, T)>) -> ByTable<T> {
        let row = |(pattern, value)| ByRow { patterns: vec![pattern], value, span: Span::default() };
        ByTable { keys: vec![key.clone()], rows: rows.into_iter().map(row).collect() }
    }

    fn line(weight: Option<ByNumber>, presence: Presence) -> Item {
        Item { weight, presence, span: Span::default() }
    }

    fn plain(percent: i64) -> Option<ByNumber> {
        Some(ByTable::plain(Dec::percent(percent), Span::default()))
    }

    fn wrong(level: &Level) -> Vec<String> {
        let sum = |wrong: &Wrong| wrong.sum.mul(Dec::HUNDRED).unwrap();
        level.wrong.iter().map(|wrong| format!("{}: {}", wrong.combination.words(), sum(wrong))).collect()
    }

    fn members(members: &[u32]) -> Pattern {
        Pattern::Members(members.to_vec())
    }

    #[test]
    fn each_combination_is_added_up_by_itself() {
        let (dimensions, tables, key) = ground();
        let by = table(&key, vec![(members(&[0]), Dec::percent(40)), (Pattern::Any, Dec::percent(50))]);
        let items = [line(plain(60), Presence::Always), line(Some(by), Presence::Always)];
        let level = check_weights(&items, &[], &[], false, &dimensions, &tables).unwrap();
        assert_eq!(wrong(&level), ["stage = growth: 110"]);
        assert_eq!(level.wrong[0].weights, [Some(Dec::percent(60)), Some(Dec::percent(50))]);
    }

    #[test]
    fn a_line_that_is_not_judged_leaves_its_weight_to_nobody() {
        let (dimensions, tables, key) = ground();
        let judged = Presence::Table(table(&key, vec![(members(&[0]), false), (Pattern::Any, true)]));
        let items = [line(plain(60), Presence::Always), line(plain(40), judged.clone())];
        let level = check_weights(&items, &[], &[], false, &dimensions, &tables).unwrap();
        assert_eq!(wrong(&level), ["stage = startup: 60"]);
        assert_eq!(level.wrong[0].weights, [Some(Dec::percent(60)), None]);
        // Without a weight of its own it would have shared the rest: 40% where it is judged, nothing to share where not.
        let items = [line(plain(60), Presence::Always), line(None, judged), line(None, Presence::Always)];
        let level = check_weights(&items, &[], &[], false, &dimensions, &tables).unwrap();
        assert_eq!((level.wrong, level.nothing_left), (vec![], vec![]));
        let shares: Vec<Vec<Dec>> = level.shares.iter().map(|s| s.rows.iter().map(|r| r.value).collect()).collect();
        let (fifth, rest) = (Dec::percent(20), Dec::percent(40));
        assert_eq!(shares, [[Dec::ZERO, fifth], [rest, fifth]]);
    }

    #[test]
    fn lines_without_a_weight_share_what_the_others_leave() {
        let (dimensions, tables, key) = ground();
        let by = table(&key, vec![(members(&[0, 1]), Dec::percent(40)), (members(&[2]), Dec::percent(70))]);
        let items = [line(Some(by), Presence::Always), line(None, Presence::Always), line(None, Presence::Always)];
        let level = check_weights(&items, &[], &[], false, &dimensions, &tables).unwrap();
        let share = table(&key, vec![(members(&[0, 1]), Dec::percent(30)), (members(&[2]), Dec::percent(15))]);
        assert_eq!(level.shares, [share.clone(), share]);
        let items = [line(plain(100), Presence::Always), line(None, Presence::Always)];
        let level = check_weights(&items, &[], &[], false, &dimensions, &tables).unwrap();
        assert_eq!(level.nothing_left, [Combination::default()]);
    }

    #[test]
    fn nothing_is_asked_inside_a_group_of_weight_zero() {
        let (dimensions, tables, key) = ground();
        let judged = Presence::Table(table(&key, vec![(members(&[0]), false), (Pattern::Any, true)]));
        let around = table(&key, vec![(members(&[0]), Dec::ZERO), (Pattern::Any, Dec::percent(30))]);
        let items = [line(plain(100), judged)];
        // A group of which no line is on the card is not there.
        let level = check_weights(&items, &[], &[], true, &dimensions, &tables).unwrap();
        assert_eq!(level.wrong, []);
        let level = check_weights(&items, std::slice::from_ref(&around), &[], true, &dimensions, &tables).unwrap();
        assert_eq!(level.wrong, []);
    }
}
