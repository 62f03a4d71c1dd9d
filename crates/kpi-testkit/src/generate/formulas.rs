//! Random formulas of a wanted type.

use kpi_value::PeriodKind;

use super::indicators::{Judged, Made};
use super::schema::{KINDS, ROLES, SEVERITIES, STAGES};
use super::{Block, Generator};

/// The type of a formula.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ty {
    Money,
    Duration,
    Ratio,
    Count,
    Number,
}

/// Whom a formula is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum About {
    /// A person: attributes of staff may be named.
    Staff,
    /// A team.
    Team,
    /// Any subject: nothing but rows.
    Anybody,
}

impl Generator {
    /// A constant of the type, of the size that data have.
    pub(super) fn constant(&mut self, ty: Ty) -> String {
        match ty {
            Ty::Money => self.pick(&["0元", "1000元", "2000元", "2500元", "5000元", "7500元", "¥10000", "1万元"]),
            Ty::Duration => self.pick(&["30s", "60s", "90s", "10min", "1h", "3600s"]),
            Ty::Ratio => self.pick(&["0%", "20%", "50%", "80%", "100%"]),
            Ty::Count => self.pick(&["0", "1", "2", "3", "5", "10", "100"]),
            Ty::Number => self.pick(&["1", "2", "3", "4.5", "5"]),
        }
        .to_owned()
    }

    /// A formula of the type; `depth` says how much may stand in it.
    pub(super) fn formula(&mut self, ty: Ty, about: About, depth: u32) -> String {
        if depth == 0 || self.chance(35) {
            return self.simple(ty, about);
        }
        match self.rng.below(20) {
            18 if ty != Ty::Count => {
                self.tag("weighted");
                let (a, b) = (self.formula(ty, about, depth - 1), self.formula(ty, about, depth - 1));
                let c = self.simple(ty, about);
                let missing =
                    self.pick(&["", " missing fail", " missing reweight", " missing reweight", " missing zero"]);
                format!("(weighted({a}: 40%, {b}: 35%, {c}: 25%){missing})")
            }
            0..=3 => self.arithmetic(ty, about, depth - 1),
            4 => {
                self.tag("if");
                let condition = self.condition(about, depth - 1);
                let (a, b) = (self.formula(ty, about, depth - 1), self.formula(ty, about, depth - 1));
                format!("(if {condition} then {a} else {b})")
            }
            5 => {
                self.tag("coalesce");
                let (x, constant) = (self.formula(ty, about, depth - 1), self.constant(ty));
                format!("coalesce({x}, {constant})")
            }
            6 => {
                self.tag("clamp min max");
                let (x, y) = (self.formula(ty, about, depth - 1), self.formula(ty, about, depth - 1));
                let name = self.pick(&["min", "max"]);
                format!("{name}({x}, {y})")
            }
            7 => {
                self.tag("clamp min max");
                let x = self.formula(ty, about, depth - 1);
                let (low, high) = match ty {
                    Ty::Money => ("0元", "8000元"),
                    Ty::Duration => ("10s", "2h"),
                    Ty::Ratio => ("10%", "90%"),
                    Ty::Count => ("1", "50"),
                    Ty::Number => ("1", "4.5"),
                };
                format!("clamp({x}, {low}, {high})")
            }
            8 => {
                self.tag("abs round");
                let x = self.formula(ty, about, depth - 1);
                if self.chance(50) { format!("abs({x})") } else { format!("round({x}, 1)") }
            }
            9 | 10 => {
                self.tag("previous");
                let x = self.formula(ty, about, depth - 1);
                if self.chance(15) {
                    let unit = self.judged.unit().unwrap_or(self.schema.kind);
                    self.tag(if unit < PeriodKind::Month { "year_ago of a week or day" } else { "year_ago" });
                    return format!("coalesce(year_ago({x}), {x})");
                }
                let n = if self.chance(30) { ", 2" } else { "" };
                if self.chance(50) { format!("previous({x}{n})") } else { format!("coalesce(previous({x}{n}), {x})") }
            }
            11 | 12 => self.over(ty, about),
            13 | 14 => self.among(ty, about, depth - 1),
            15 => self.function_call(ty, about, depth - 1),
            16 if self.judged == Judged::Whole || self.judged.unit().is_some() => {
                let x = self.formula(ty, about, depth - 1);
                self.windowed(ty, &x)
            }
            17 if self.judged == Judged::Whole || self.judged.unit().is_some() => self.pooled(ty),
            _ => self.curve_value(ty, about, depth - 1),
        }
    }

    fn arithmetic(&mut self, ty: Ty, about: About, depth: u32) -> String {
        self.tag("arithmetic");
        match ty {
            Ty::Ratio => match self.rng.below(5) {
                0 => {
                    let (a, b) = (self.formula(Ty::Money, about, depth), self.formula(Ty::Money, about, depth));
                    format!("({a} / {b})")
                }
                1 => {
                    let (a, b) = (self.formula(Ty::Duration, about, depth), self.formula(Ty::Duration, about, depth));
                    format!("({a} ÷ {b})")
                }
                2 => {
                    self.tag("growth");
                    let x = self.pick(&[Ty::Money, Ty::Count, Ty::Duration]);
                    let x = self.formula(x, about, depth);
                    format!("growth({x})")
                }
                3 => {
                    self.tag("period fields");
                    let x = self.formula(Ty::Duration, about, depth);
                    format!("({x} / period.length)")
                }
                _ => {
                    let (a, b) = (self.formula(Ty::Count, about, depth), self.formula(Ty::Count, about, depth));
                    format!("({a} / {b})")
                }
            },
            Ty::Money | Ty::Duration => match self.rng.below(4) {
                0 => {
                    let (a, b) = (self.formula(ty, about, depth), self.formula(Ty::Count, about, depth));
                    format!("({a} / {b})")
                }
                1 => {
                    let (a, percent) = (self.formula(ty, about, depth), self.pick(&["50%", "110%", "33.3%"]));
                    format!("({a} × {percent})")
                }
                _ => self.sum_of_two(ty, about, depth),
            },
            Ty::Count | Ty::Number => {
                if self.chance(20) {
                    let a = self.formula(ty, about, depth);
                    format!("({a} × 2)")
                } else {
                    self.sum_of_two(ty, about, depth)
                }
            }
        }
    }

    fn sum_of_two(&mut self, ty: Ty, about: About, depth: u32) -> String {
        let (a, b) = (self.formula(ty, about, depth), self.formula(ty, about, depth));
        let op = self.pick(&["+", "-"]);
        if self.chance(10) {
            self.tag("negation");
            format!("(-{a} {op} {b})")
        } else {
            format!("({a} {op} {b})")
        }
    }

    /// An aggregate, a lookup, an attribute or a parameter.
    pub(super) fn simple(&mut self, ty: Ty, about: About) -> String {
        if about == About::Staff && self.chance(12) {
            match ty {
                Ty::Money => {
                    self.tag("attribute");
                    return self.pick(&["staff.salary", "coalesce(staff.extra, 0元)", "salary"]).to_owned();
                }
                Ty::Count => {
                    self.tag("attribute");
                    return "staff.quota".to_owned();
                }
                _ => {}
            }
        }
        if self.chance(14) {
            return self.parameter(ty, about);
        }
        if about == About::Staff
            && self.chance(14)
            && matches!(ty, Ty::Money | Ty::Count)
            && self.judged == Judged::Whole
        {
            self.tag("lookup");
            if self.chance(20) {
                self.tag("lookup where");
                let condition = self.row_condition("plan");
                return format!("lookup(plan.{} where {condition})", if ty == Ty::Money { "gmv" } else { "hits" });
            }
            return if ty == Ty::Money { "lookup(plan.gmv)" } else { "lookup(plan.hits)" }.to_owned();
        }
        self.aggregate(ty)
    }

    fn parameter(&mut self, ty: Ty, about: About) -> String {
        self.tag("param");
        let (name, word, values) = match ty {
            Ty::Money => ("money", "money", ["5000元", "2500元", "10000元"]),
            Ty::Duration => ("time", "duration", ["60s", "90s", "1h"]),
            Ty::Ratio => ("rate", "ratio", ["50%", "80%", "100%"]),
            Ty::Count => ("count", "count", ["1", "2", "3"]),
            Ty::Number => ("number", "number", ["2", "3.5", "5"]),
        };
        let [a, b, c] = values;
        if about == About::Staff && self.chance(50) {
            self.tag("param by dimension");
            let param = format!("bar_{name}");
            let rows = ROLES.iter().zip(values).map(|(role, value)| format!("{role}: {value}")).collect();
            self.ask(&param, |_| Block::braces(format!("param bar_{name}: {word} by role"), rows));
            if self.chance(40) {
                self.tag("param index");
                return format!("{param}[role]");
            }
            return param;
        }
        if self.chance(60) {
            self.tag("param by date");
            let param = format!("dated_{name}");
            let change = self.schema.calendar.start(self.schema.to).to_string();
            let rows = vec![format!("from 2020-01: {a}"), format!("from {change}: {b}")];
            self.ask(&param, |_| Block::braces(format!("param dated_{name}: {word} by date"), rows));
            return param;
        }
        let param = format!("plain_{name}");
        self.ask(&param, |_| Block::line(format!("param plain_{name}: {word} = {c}")));
        param
    }

    fn function_call(&mut self, ty: Ty, about: About, depth: u32) -> String {
        self.tag("function");
        let (name, word) = match ty {
            Ty::Money => ("money", "money"),
            Ty::Duration => ("time", "duration"),
            Ty::Ratio => {
                let (a, b) = (self.formula(Ty::Count, about, depth), self.formula(Ty::Count, about, depth));
                let text =
                    "function share_of(part: count, whole: count): ratio = if whole > 0 then part / whole else 0%";
                self.ask("share_of", |_| Block::line(text));
                return format!("share_of({a}, {b})");
            }
            Ty::Count => ("count", "count"),
            Ty::Number => ("number", "number"),
        };
        let function = format!("more_{name}");
        let text = format!("function {function}(a: {word}, b: {word}): {word} = max(a, b) + a");
        self.ask(&function, |_| Block::line(text));
        let (a, b) = (self.formula(ty, about, depth), self.formula(ty, about, depth));
        format!("{function}({a}, {b})")
    }

    /// A curve of a number, within a formula.
    fn curve_value(&mut self, ty: Ty, about: About, depth: u32) -> String {
        match ty {
            Ty::Money => {
                self.tag("marginal");
                let x = self.formula(Ty::Money, about, depth);
                format!("marginal({x}) {{ from 0: 0%, from 2500元: 3%, from 1万元: 7.5% }}")
            }
            Ty::Ratio => {
                self.tag("linear");
                let x = self.formula(Ty::Money, about, depth);
                format!("linear({x}) {{ 1000元: 10%, 5000元: 70%, 9000元: 100% }}")
            }
            Ty::Count | Ty::Number => {
                self.tag("step");
                let x = self.formula(Ty::Money, about, depth);
                format!("step({x}) {{ ≥ 5000元: 3, > 1000元: 2, else: 1 }}")
            }
            Ty::Duration => {
                self.tag("step");
                let x = self.formula(Ty::Count, about, depth);
                format!("step({x}) {{ < 1: 30s, 1..<3: 60s, ≥ 3: 90s }}")
            }
        }
    }

    fn over(&mut self, ty: Ty, about: About) -> String {
        let scope = match about {
            About::Staff => self.pick(&["team", "all", "role", "team.stage"]),
            About::Team => self.pick(&["all", "stage"]),
            About::Anybody => "all",
        };
        self.tag(match scope {
            "all" => "over all",
            "team" => "over reference",
            _ => "over dimension",
        });
        let x = if self.chance(70) { self.aggregate(ty) } else { self.arithmetic(ty, About::Anybody, 0) };
        format!("({x} over {scope})")
    }

    fn among(&mut self, ty: Ty, about: About, depth: u32) -> String {
        if about == About::Anybody {
            return self.simple(ty, about);
        }
        self.tag("among");
        let by = match about {
            About::Staff => self.pick(&["team", "all", "role", "team, role", "team.stage"]),
            _ => self.pick(&["all", "stage"]),
        };
        let condition = if self.chance(25) {
            self.tag("among where");
            format!(" where {}", self.condition(about, 0))
        } else {
            String::new()
        };
        let of = match ty {
            Ty::Count | Ty::Ratio => self.pick(&[Ty::Money, Ty::Duration, Ty::Count, Ty::Ratio]),
            same => same,
        };
        let x = self.formula(of, about, depth.min(1));
        let function = match ty {
            Ty::Count => {
                self.tag("rank among");
                "rank"
            }
            Ty::Ratio => {
                self.tag("percentile");
                "percentile"
            }
            _ => self.pick(&["average", "median", "min", "max"]),
        };
        format!("{function}({x} among {by}{condition})")
    }

    /// A condition on a cell.
    pub(super) fn condition(&mut self, about: About, depth: u32) -> String {
        if self.chance(12)
            && let Some(condition) = self.met(about)
        {
            return condition;
        }
        match self.rng.below(if depth == 0 { 6 } else { 11 }) {
            0 => {
                self.tag("any all");
                let function = self.pick(&["any", "all"]);
                let condition = self.maybe_where("live");
                format!("{function}(live.ok{condition})")
            }
            1 if about == About::Staff => {
                self.tag("in set");
                let not = if self.chance(40) { "not " } else { "" };
                format!("role {not}in {{{}, {}}}", ROLES[0], ROLES[1])
            }
            2 if about == About::Staff && !self.schema.team_optional => format!("team.stage ≥ {}", self.pick(&STAGES)),
            3 if about == About::Staff => {
                self.tag("is known");
                let word = self.pick(&["known", "missing"]);
                format!("staff.extra is {word}")
            }
            4 => {
                self.tag("in range");
                let x = self.formula(Ty::Money, about, depth.saturating_sub(1));
                let dots = self.pick(&["..", "..<"]);
                format!("{x} in 1000元{dots}5000元")
            }
            6 => {
                self.tag("and or not");
                let (a, b) = (self.condition(about, depth - 1), self.condition(about, depth - 1));
                let op = self.pick(&["and", "or"]);
                format!("({a} {op} {b})")
            }
            7 => {
                self.tag("and or not");
                format!("not ({})", self.condition(about, depth - 1))
            }
            9 if about == About::Staff => {
                self.tag("text and date");
                let day = self.schema.calendar.start(self.schema.to);
                match self.rng.below(3) {
                    0 => "staff.name ≠ \"人0\"".to_owned(),
                    1 => format!("period.start ≥ {day}"),
                    _ => "days_between(period.start, period.end) + 1 == period.days".to_owned(),
                }
            }
            8 if about != About::Anybody => {
                self.tag("streak in formula");
                let condition = self.condition(about, depth - 1);
                let n = self.pick(&["1", "2"]);
                format!("streak({condition}) ≥ {n}")
            }
            _ => {
                let ty = self.pick(&[Ty::Money, Ty::Duration, Ty::Count, Ty::Ratio]);
                let x = self.formula(ty, about, depth.saturating_sub(1));
                let constant = self.constant(ty);
                let op = self.pick(&["≥", ">", "≤", "<", "≥", "==", "≠"]);
                format!("{x} {op} {constant}")
            }
        }
    }

    /// Whether an indicator made before is met.
    fn met(&mut self, about: About) -> Option<String> {
        let judged = self.judged;
        let usable = |made: &&Made| {
            made.target && (made.about == about || made.about == About::Anybody) && made.readable(judged)
        };
        let earlier: Vec<String> = self.indicators.iter().filter(usable).map(|made| made.name.clone()).collect();
        if earlier.is_empty() {
            return None;
        }
        self.tag("met");
        let (not, name) = (self.pick(&["", "not "]), self.pick(&earlier));
        Some(format!("{not}{name}.met"))
    }

    pub(super) fn maybe_where(&mut self, table: &str) -> String {
        if self.chance(45) {
            self.tag("where");
            format!(" where {}", self.row_condition(table))
        } else {
            String::new()
        }
    }

    /// A condition on a row of a table.
    pub(super) fn row_condition(&mut self, table: &str) -> String {
        match table {
            "live" => match self.rng.below(15) {
                13 => {
                    self.tag("text and date");
                    let day = self.schema.calendar.end(self.schema.from);
                    let ops: &[&str] = if self.schema.with_clock { &["<", "≥"] } else { &["<", "≥", "≤", "=="] };
                    format!("started {} {day}", self.pick(ops))
                }
                0 => "ok".to_owned(),
                1 => "not ok".to_owned(),
                2 | 3 => format!("kind == {}", self.pick(&KINDS)),
                4 => format!("kind not in {{{}}}", self.pick(&KINDS)),
                5 => format!("gmv {} {}", self.pick(&["≥", ">", "<", "≤"]), self.pick(&["0元", "1000元", "2500元"])),
                6 => {
                    self.tag("is known");
                    "stars is known and stars ≥ 3".to_owned()
                }
                7 => {
                    self.tag("is known");
                    "refunded is missing".to_owned()
                }
                8 => {
                    self.tag("unknown rows");
                    format!("gmv / viewers {} 20元", self.pick(&["≥", ">", "<"]))
                }
                9 => {
                    self.tag("path in row");
                    format!("host.role == {}", self.pick(&ROLES))
                }
                10 => {
                    self.tag("param index");
                    let rows = KINDS.iter().zip(["10", "50", "100"]).map(|(k, v)| format!("{k}: {v}")).collect();
                    self.ask("crowd", |_| Block::braces("param crowd: count by kind", rows));
                    format!("viewers {} crowd[kind]", self.pick(&["≥", ">"]))
                }
                11 => {
                    self.tag("days_between");
                    let day = self.schema.calendar.end(self.schema.to);
                    format!("days_between(started, {day}) {} 10", self.pick(&["<", "≤", ">"]))
                }
                12 => format!("watched {} 60s or ok", self.pick(&["≥", "<"])),
                _ => format!("viewers in 10{}50", self.pick(&["..", "..<"])),
            },
            "violation" => match self.rng.below(3) {
                0 => format!("level == {}", self.pick(&SEVERITIES)),
                1 => format!("level ≥ {}", self.pick(&SEVERITIES[1..])),
                _ => "points > 1".to_owned(),
            },
            "refund" => match self.rng.below(3) {
                0 => {
                    self.tag("path in row");
                    "session.ok".to_owned()
                }
                1 => {
                    self.tag("path in row");
                    "amount × 2 > session.gmv".to_owned()
                }
                _ => "amount > 100元".to_owned(),
            },
            "task" => self.pick(&["urgent", "not urgent", "effort ≥ 1h", "closed is missing"]).to_owned(),
            "skill" => format!("kind == {}", self.pick(&KINDS)),
            _ => self.pick(&["gmv > 0元", "hits ≥ 2"]).to_owned(),
        }
    }

    /// An aggregate of the type.
    pub(super) fn aggregate(&mut self, ty: Ty) -> String {
        // A view may be by the month, and windows are of whole periods.
        if self.judged == Judged::Whole && self.chance(10) {
            return self.view_aggregate(ty);
        }
        let (function, table, arg): (&'static str, &'static str, &'static str) = match ty {
            Ty::Money => match self.rng.below(8) {
                0 => {
                    self.tag("path to subject");
                    (self.pick(&["sum", "max", "average"]), "refund", "refund.amount")
                }
                1 if self.judged == Judged::Whole => (self.pick(&["sum", "max"]), "plan", "plan.gmv"),
                2 => ("sum", "live", "live.gmv × 33.3%"),
                3 => ("sum", "live", "if live.ok then live.gmv else 0元"),
                4 => {
                    self.tag("optional column");
                    ("sum", "live", "live.gmv - coalesce(live.refunded, 0元)")
                }
                5 => {
                    self.tag("unknown rows");
                    (self.pick(&["sum", "average", "max"]), "live", "live.gmv / live.viewers")
                }
                _ => {
                    let sum = "sum";
                    let function =
                        self.pick(&[sum, sum, "average", "median", "min", "max", "first", "last", "quantile"]);
                    (function, "live", "live.gmv")
                }
            },
            Ty::Duration => {
                if self.chance(25) {
                    self.tag("stock");
                    (self.pick(&["sum", "average", "max"]), "task", "task.effort")
                } else {
                    (
                        self.pick(&["sum", "sum", "average", "median", "min", "max", "first", "last"]),
                        "live",
                        "live.watched",
                    )
                }
            }
            Ty::Count => match self.rng.below(12) {
                0..=3 => ("count", "live", "live"),
                4 | 5 => ("count", "violation", "violation"),
                6 => {
                    self.tag("stock");
                    ("count", "task", "task")
                }
                7 => {
                    self.tag("path to subject");
                    ("count", "refund", "refund")
                }
                8 => ("count_distinct", "live", self.pick(&["live.kind", "live.host", "live.viewers"])),
                9 => (self.pick(&["sum", "max", "min"]), "live", "live.viewers"),
                10 => ("count", "skill", "skill"),
                _ if self.judged == Judged::Whole => ("sum", "plan", "plan.hits"),
                _ => ("count", "live", "live"),
            },
            Ty::Number => match self.rng.below(4) {
                0 => {
                    self.tag("optional column");
                    self.tag("average");
                    let function = self.pick(&["average", "max", "sum", "median"]);
                    return format!("{function}(live.stars where stars is known)");
                }
                1 => (self.pick(&["sum", "max", "average"]), "violation", "violation.points"),
                _ => {
                    self.tag("timeless source");
                    (self.pick(&["average", "median", "max"]), "skill", "skill.mark")
                }
            },
            Ty::Ratio => {
                self.tag("count");
                self.tag("where");
                let condition = self.row_condition("live");
                let via = self.maybe_via("live");
                let dated = self.maybe_dated("live");
                return format!("(count(live{via}{dated} where {condition}) / count(live{via}))");
            }
        };
        self.tag(function);
        let quantile = if function == "quantile" { ", 75%" } else { "" };
        let via = self.maybe_via(table);
        let mut dated = self.maybe_dated(table);
        if table == "task" && dated.is_empty() && !self.split && self.chance(30) {
            self.tag("at start");
            dated = " at period.start".to_owned();
        }
        let condition = self.maybe_where(table);
        let needs = if self.chance(8) {
            self.tag("needs");
            " needs 2"
        } else {
            ""
        };
        format!("{function}({arg}{quantile}{via}{dated}{condition}{needs})")
    }

    /// Rows that belong to the period of another date than that of their table.
    fn maybe_dated(&mut self, table: &str) -> String {
        if !self.chance(12) {
            return String::new();
        }
        let date = match table {
            "live" if self.schema.with_clock => {
                self.pick(&["started + 10d", "started + 90min", "live.started - 1d", "started"])
            }
            "live" => self.pick(&["started + 10d", "started + 1d", "live.started - 30d"]),
            "violation" => self.pick(&["on_day + 30d", "violation.on_day - 2d"]),
            "refund" => self.pick(&["on_day - 3d", "session.started", "session.started + 7d"]),
            "task" => self.pick(&["opened", "closed", "closed + 5d", "task.opened + 30d"]),
            _ => return String::new(),
        };
        self.tag("dated");
        format!(" dated {date}")
    }

    fn maybe_via(&mut self, table: &str) -> &'static str {
        if table == "live" && self.chance(12) {
            self.tag("via");
            " via floor"
        } else if table == "refund" && self.chance(20) {
            self.tag("via");
            " via session.floor"
        } else {
            ""
        }
    }
}
