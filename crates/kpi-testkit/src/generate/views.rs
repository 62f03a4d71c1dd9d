//! Views, and formulas over several periods.

use kpi_value::PeriodKind;

use super::formulas::Ty;
use super::schema::KINDS;
use super::{Block, Generator};

impl Generator {
    /// An aggregate over the rows of a view.
    pub(super) fn view_aggregate(&mut self, ty: Ty) -> String {
        self.tag("view");
        let function = self.pick(&["sum", "max", "average", "min", "median"]);
        match ty {
            Ty::Money => match self.rng.below(5) {
                0 => {
                    let (view, condition) = (self.filtered(), self.maybe_where("live"));
                    format!("{function}({view}.gmv{condition})")
                }
                1 => format!("{function}({}.total)", self.timeless()),
                2 => format!("sum({}.paid)", self.of_view()),
                _ => {
                    let (view, condition) = (self.grouped(), self.group_condition());
                    let column = self.pick(&["paid", "most", "mean"]);
                    format!("{function}({view}.{column}{condition})")
                }
            },
            Ty::Duration => {
                let (view, condition) = (self.grouped(), self.group_condition());
                format!("{function}({view}.long{condition})")
            }
            Ty::Number => {
                if self.chance(50) {
                    return format!("{function}({}.best)", self.marks());
                }
                format!("{function}({}.stars where stars is known)", self.grouped())
            }
            Ty::Ratio => {
                let (view, condition) = (self.grouped(), self.group_condition());
                format!("(count({view}{condition}) / count({view}))")
            }
            Ty::Count => match self.rng.below(7) {
                0 => format!("count({})", self.of_view()),
                1 => format!("sum({}.n)", self.timeless()),
                2 => format!("count({})", self.marks()),
                3 => {
                    let view = self.grouped();
                    let (column, not) = (self.pick(&["steady", "some"]), self.pick(&["", "not "]));
                    format!("count({view} where {column} is known and {not}{column})")
                }
                4 => format!("sum({}.sizes)", self.grouped()),
                5 => {
                    let view = self.filtered();
                    format!("count_distinct({view}.kind)")
                }
                _ => {
                    let (view, condition) = (self.grouped(), self.group_condition());
                    format!("count({view}{condition})")
                }
            },
        }
    }

    fn group_condition(&mut self) -> String {
        match self.rng.below(6) {
            0 => " where n ≥ 2".to_owned(),
            1 => format!(" where kind == {}", self.pick(&KINDS)),
            2 => " where paid > 2500元".to_owned(),
            3 => " where share is known and share > 50元".to_owned(),
            _ => String::new(),
        }
    }

    /// A unit of the calendar that is no longer than the policy's period.
    fn unit(&mut self) -> &'static str {
        let units: &[PeriodKind] = match self.schema.kind {
            PeriodKind::Day => &[PeriodKind::Day],
            PeriodKind::Week => &[PeriodKind::Day, PeriodKind::Week],
            PeriodKind::Month => &[PeriodKind::Day, PeriodKind::Week, PeriodKind::Month],
            _ => &[PeriodKind::Week, PeriodKind::Month, PeriodKind::Quarter],
        };
        self.pick(units).word()
    }

    fn grouped(&mut self) -> &'static str {
        self.ask("by_host", |g| {
            g.tag("view by calendar");
            let unit = g.unit();
            let role = if g.chance(40) {
                g.tag("view by path");
                ", host.role"
            } else {
                ""
            };
            let condition = g.maybe_where("live");
            let members = vec![
                "n = count()".to_owned(),
                format!("paid = sum(gmv{})", g.maybe_where("live")),
                "most = max(gmv)".into(),
                "mean = average(gmv)".into(),
                "long = sum(watched)".into(),
                "sizes = count_distinct(viewers)".into(),
                format!("steady = all(ok{})", g.maybe_where("live")),
                "some = any(ok where viewers > 10)".into(),
                "stars = min(stars where stars is known)".into(),
                "share = average(gmv / viewers)".into(),
            ];
            Block::braces(format!("view by_host from live{condition} group by host, kind{role}, {unit}"), members)
        });
        "by_host"
    }

    fn of_view(&mut self) -> &'static str {
        self.grouped();
        self.ask("often", |g| {
            g.tag("view of a view");
            let condition = g.pick(&["n ≥ 2", "paid > 1000元", "steady is known and steady"]);
            Block::line(format!("view often from by_host where {condition}"))
        });
        "often"
    }

    fn filtered(&mut self) -> &'static str {
        self.ask("chosen", |g| {
            g.tag("view filtered");
            let condition = g.row_condition("live");
            Block::line(format!("view chosen from live where {condition}"))
        });
        "chosen"
    }

    fn timeless(&mut self) -> &'static str {
        self.ask("ever", |g| {
            g.tag("view without time");
            let members = vec!["n = count()".to_owned(), "total = sum(gmv)".into()];
            Block::braces("view ever from live group by host, kind", members)
        });
        "ever"
    }

    fn marks(&mut self) -> &'static str {
        self.ask("marks", |g| {
            g.tag("view without time");
            Block::braces("view marks from skill group by who, kind", vec!["best = max(mark)".to_owned()])
        });
        "marks"
    }

    /// A window of periods.
    fn window(&mut self) -> String {
        match self.rng.below(6) {
            0 if self.schema.kind < PeriodKind::Year => "this year".to_owned(),
            1 => {
                let from = self.schema.from.plus(-1);
                format!("since {}", self.schema.calendar.show(from))
            }
            2 => {
                let word = self.judged.unit().unwrap_or(self.schema.kind).word();
                format!("last 3 {word}s")
            }
            _ => self.pick(&["last 2 periods", "last 3 periods", "last 1 period"]).to_owned(),
        }
    }

    /// The values of a formula in several periods.
    pub(super) fn windowed(&mut self, ty: Ty, x: &str) -> String {
        self.tag(if self.judged.unit().is_some() { "window in shorter periods" } else { "window" });
        let functions: &[&str] =
            if ty == Ty::Count { &["sum", "min", "max"] } else { &["sum", "average", "median", "min", "max"] };
        let (function, window) = (self.pick(functions), self.window());
        let needs = if self.chance(25) { " needs 2" } else { "" };
        format!("{function}({x}, {window}{needs})")
    }

    /// The rows of several periods together.
    pub(super) fn pooled(&mut self, ty: Ty) -> String {
        self.tag(if self.judged.unit().is_some() { "window in shorter periods" } else { "over window" });
        let condition = self.maybe_where("live");
        let x = match ty {
            Ty::Money => match self.rng.below(3) {
                // A plan is that of a whole period.
                0 if self.judged.unit().is_none() => "sum(plan.gmv)".to_owned(),
                _ => {
                    let function = self.pick(&["sum", "average", "median", "max", "first", "last"]);
                    format!("{function}(live.gmv{condition})")
                }
            },
            Ty::Duration => format!("sum(live.watched{condition})"),
            Ty::Number => "sum(violation.points)".to_owned(),
            Ty::Ratio => format!("(count(live{condition}) / count(live))"),
            Ty::Count => match self.rng.below(3) {
                0 => "count(violation)".to_owned(),
                1 => format!("count_distinct(live.kind{condition})"),
                _ => format!("count(live{condition} needs 2)"),
            },
        };
        let window = self.window();
        format!("({x} over {window})")
    }
}
