//! The figures of an impact: what a limit may be set on.

use kpi_value::Dec;
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use crate::amounts::minus;
use crate::{Amounts, Became, Move, OfScorecard};

/// One figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Figure {
    /// Its name: `pay_total`.
    #[serde(skip)]
    pub name: &'static str,
    /// How it was; none for what only a change has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base: Option<Dec>,
    /// How it is.
    pub value: Dec,
    /// By which share it has changed, as a fraction of what it was; none where that was nothing, and for counts of changes. Of the largest gain
    /// and the largest loss, which share of somebody's pay is gained or lost at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share: Option<Dec>,
    /// What it counts in.
    #[serde(skip)]
    pub unit: Unit,
}

/// What a figure counts in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Cards, people, rules.
    Count,
    /// Money, in the main unit.
    Money,
    /// Points.
    Points,
}

/// All figures, in the order in which they are told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures(Vec<Figure>);

impl Serialize for Figures {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for figure in &self.0 {
            map.serialize_entry(figure.name, figure)?;
        }
        map.end()
    }
}

impl Figure {
    /// By how much it has changed; none for counts of changes.
    pub fn change(&self) -> Option<Dec> {
        self.base.map(|base| minus(self.value, base))
    }
}

impl Figures {
    /// `pays` is the pay of each person before and after.
    pub(crate) fn of(
        (base, head): (&Amounts, &Amounts),
        pays: &[(Dec, Dec)],
        scorecards: &[OfScorecard],
        moves: &[Move],
    ) -> Figures {
        let count = |n: usize| Dec::int(i64::try_from(n).unwrap_or(i64::MAX));
        let both = |name, unit, base: Dec, value: Dec| {
            let share = minus(value, base).div(base.abs()).ok().flatten();
            Figure { name, base: Some(base), value, share, unit }
        };
        let counts = |name, base: i64, head: i64| both(name, Unit::Count, Dec::int(base), Dec::int(head));
        let counted = |name, n: usize| Figure { name, base: None, value: count(n), share: None, unit: Unit::Count };
        let average = |sum: &Amounts| {
            let complete = Dec::int(sum.cards - sum.incomplete);
            sum.score.div(complete).ok().flatten().unwrap_or(Dec::ZERO).round(2)
        };
        let changes = || pays.iter().map(|(a, b)| (*a, minus(*b, *a)));
        let largest = |name, sign: Dec| {
            let sized = || changes().map(|(a, change)| (a, change.mul(sign).unwrap_or(change)));
            let value = sized().map(|(_, size)| size).max().unwrap_or(Dec::ZERO).max(Dec::ZERO);
            let share = sized().filter_map(|(a, size)| size.div(a).ok().flatten()).max().map(|s| s.max(Dec::ZERO));
            Figure { name, base: None, value, share, unit: Unit::Money }
        };
        let became = |wanted: Became| moves.iter().filter(move |one| one.became == wanted).count();
        Figures(vec![
            both("pay_total", Unit::Money, base.pay, head.pay),
            counted("pay_gained", changes().filter(|(_, change)| *change > Dec::ZERO).count()),
            counted("pay_lost", changes().filter(|(_, change)| change.is_negative()).count()),
            largest("max_gain", Dec::ONE),
            largest("max_loss", Dec::int(-1)),
            counts("held", base.held, head.held),
            counts("cards", base.cards, head.cards),
            counted("cards_changed", became(Became::Changed)),
            counted("cards_new", became(Became::Added)),
            counted("cards_gone", became(Became::Removed)),
            counts("incomplete", base.incomplete, head.incomplete),
            both("score_average", Unit::Points, average(base), average(head)),
            counted("score_gained", scorecards.iter().map(|card| card.up).sum()),
            counted("score_lost", scorecards.iter().map(|card| card.down).sum()),
            counted("grades_changed", moves.iter().filter(|one| one.changes_grade()).count()),
            counts("vetoed", base.vetoed, head.vetoed),
            counts("rules_fired", base.rules, head.rules),
        ])
    }

    /// The figure of a name.
    pub fn get(&self, name: &str) -> Option<&Figure> {
        self.0.iter().find(|figure| figure.name == name)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Figure> {
        self.0.iter()
    }

    /// Those of nothing: their names, and whether they have a change.
    pub(crate) fn known() -> Figures {
        Figures::of((&Amounts::default(), &Amounts::default()), &[], &[], &[])
    }
}
