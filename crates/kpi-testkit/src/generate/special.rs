//! Indicators of what random formulas come upon too seldom: cohorts and what they did since, the year before, stocks at a period's start, several raters.

use kpi_value::PeriodKind;

use super::formulas::{About, Ty};
use super::indicators::{Judged, Made};
use super::{Block, Generator};

impl Generator {
    /// Four of them.
    pub(super) fn make_special(&mut self) {
        for place in 0..4 {
            let choice = self.rng.below(17);
            let unit = if (11..=14).contains(&choice) { self.shorter_unit() } else { None };
            let (ty, formula, target) = match (choice, unit) {
                (0 | 1, _) => self.cohort(),
                (2..=4, _) => self.year_before(self.schema.kind),
                (5..=8, _) if !self.split => self.at_start(),
                (9 | 10, _) => self.last_periods(),
                (11 | 12, Some(unit)) => self.last_short_periods(unit),
                (13 | 14, Some(unit)) => self.year_before(unit),
                _ => self.raters(),
            };
            let name = format!("special{place}");
            let mut members = vec![format!("formula {formula}"), format!("target {target}")];
            let judged = unit.map_or(Judged::Whole, |unit| {
                let roll_up = self.pick(&["average", "worst", "share_met"]);
                members.push(format!("period {} rolled up by {roll_up}", unit.word()));
                Judged::Attained(unit, roll_up)
            });
            self.blocks.push(Block::braces(format!("indicator {name}"), members));
            self.indicators.push(Made {
                name,
                about: About::Staff,
                ty,
                target: true,
                bound: true,
                scored: true,
                absent: false,
                judged,
            });
        }
    }

    /// Rows for which there is another row, at a time that hangs on their own: told in time, or asked too early.
    fn cohort(&mut self) -> (Ty, String, String) {
        self.tag("exists");
        let days = self.pick(&["7d", "10d", "30d"]);
        let inside = match self.rng.below(4) {
            0 => format!("violation.on_day == task.opened + {days}"),
            1 => format!("violation.on_day in task.opened..<task.opened + {days}"),
            2 => format!("violation.on_day in task.opened - 30d..task.opened + {days}"),
            _ => format!("violation.on_day > task.opened and violation.on_day ≤ task.opened + {days}"),
        };
        let level = self.pick(&["", " and violation.points > 1", " and violation.level ≠ minor"]);
        let exists = format!("exists(violation where violation.who == task.owner and {inside}{level})");
        let dated = if self.chance(60) {
            self.tag("dated");
            format!(" dated opened + {days}")
        } else {
            // Of what was opened late in the period nothing is known yet.
            self.tag("not ripe");
            " dated opened".to_owned()
        };
        let not = self.pick(&["", "", "not "]);
        if self.chance(40) {
            return (Ty::Count, format!("sum(if {exists} then 2 else 1{dated})"), "≥ 1".into());
        }
        let all = format!("count(task{dated} where urgent)");
        match self.rng.below(2) {
            0 => (Ty::Count, format!("count(task{dated} where {not}{exists})"), "≤ 1".into()),
            _ => (Ty::Ratio, format!("count(task{dated} where urgent and {not}{exists}) / {all}"), "≥ 50%".into()),
        }
    }

    fn year_before(&mut self, unit: PeriodKind) -> (Ty, String, String) {
        self.tag(if unit < PeriodKind::Month { "year_ago of a week or day" } else { "year_ago" });
        let of = self.pick(&["sum(live.gmv)", "sum(live.gmv where ok)", "max(live.gmv)"]);
        let formula = match self.rng.below(3) {
            0 => format!("{of} - coalesce(year_ago({of}), 100元)"),
            1 => format!("coalesce(year_ago({of}), {of})"),
            _ => format!("year_ago({of})"),
        };
        (
            Ty::Money,
            formula,
            self.pick(&["≥ 1000元", "≥ 80% × coalesce(year_ago(self), 1000元)", "≤ 5000元"]).to_owned(),
        )
    }

    fn at_start(&mut self) -> (Ty, String, String) {
        self.tag("at start");
        let condition = self.pick(&["", " where urgent", " where effort > 1h"]);
        let target = self.pick(&["≥ 1", "≤ count(task)", "≥ previous(self)"]).to_owned();
        (Ty::Count, format!("count(task at period.start{condition})"), target)
    }

    fn last_periods(&mut self) -> (Ty, String, String) {
        self.tag("window");
        let of = self.pick(&["sum(live.gmv)", "max(live.gmv)", "sum(live.gmv where ok)"]);
        let n = self.pick(&["2", "3"]);
        let formula = match self.rng.below(3) {
            0 => format!("average({of}, last {n} periods)"),
            1 => format!("max({of}, last {n} periods)"),
            _ => {
                self.tag("over window");
                format!("({of}) over last {n} periods")
            }
        };
        (Ty::Money, formula, "≥ 2000元".into())
    }

    /// Windows that count the periods of their indicator, and not those of the card.
    fn last_short_periods(&mut self, unit: PeriodKind) -> (Ty, String, String) {
        self.tag("window in shorter periods");
        let of = self.pick(&["sum(live.gmv)", "max(live.gmv)", "sum(live.gmv where ok)"]);
        let since = self.schema.calendar.show(self.schema.from.plus(-1));
        let window = match self.rng.below(5) {
            0 => format!("this {}", self.schema.kind.word()),
            1 => format!("since {since}"),
            2 => "last 5 periods".to_owned(),
            _ => format!("last 3 {}s", unit.word()),
        };
        let formula = match self.rng.below(3) {
            0 => format!("average({of}, {window})"),
            1 => format!("max({of}, {window} needs 2)"),
            _ => format!("({of}) over {window}"),
        };
        let target = self.pick(&["≥ 1000元", "≤ 5000元", "≥ average(self, last 2 periods)"]).to_owned();
        (Ty::Money, formula, target)
    }

    fn raters(&mut self) -> (Ty, String, String) {
        self.tag("weighted");
        let kinds = ["solo", "duo", "big"].map(|kind| format!("average(skill.mark where kind == {kind})"));
        let [a, b, c] = kinds;
        let missing = self.pick(&["", " missing fail", " missing reweight", " missing zero"]);
        (Ty::Number, format!("(weighted({a}: 50%, {b}: 30%, {c}: 20%){missing})"), "≥ 3".into())
    }
}
