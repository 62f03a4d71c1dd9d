//! Indicators of what random formulas come upon too seldom: cohorts and what they did since, the year before, stocks at a period's start, several raters.

use kpi_value::PeriodKind;

use super::formulas::{About, Ty};
use super::indicators::{Judged, Made};
use super::{Block, Generator};

impl Generator {
    /// Three of them.
    pub(super) fn make_special(&mut self) {
        for place in 0..3 {
            let (ty, formula, target) = match self.rng.below(12) {
                0 | 1 => self.cohort(),
                2..=4 if self.schema.kind >= PeriodKind::Month => self.year_before(),
                5..=8 if !self.split => self.at_start(),
                9 | 10 => self.last_periods(),
                _ => self.raters(),
            };
            let name = format!("special{place}");
            let members = vec![format!("formula {formula}"), format!("target {target}")];
            self.blocks.push(Block::braces(format!("indicator {name}"), members));
            self.indicators.push(Made {
                name,
                about: About::Staff,
                ty,
                target: true,
                bound: true,
                scored: true,
                absent: false,
                judged: Judged::Whole,
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

    fn year_before(&mut self) -> (Ty, String, String) {
        self.tag("year_ago");
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

    fn raters(&mut self) -> (Ty, String, String) {
        self.tag("weighted");
        let kinds = ["solo", "duo", "big"].map(|kind| format!("average(skill.mark where kind == {kind})"));
        let [a, b, c] = kinds;
        let missing = self.pick(&["", " missing fail", " missing reweight", " missing zero"]);
        (Ty::Number, format!("(weighted({a}: 50%, {b}: 30%, {c}: 20%){missing})"), "≥ 3".into())
    }
}
