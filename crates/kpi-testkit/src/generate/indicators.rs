//! Random indicators: formulas with targets and scorings that fit them.

use kpi_value::PeriodKind;

use super::formulas::{About, Ty};
use super::schema::{ROLES, STAGES};
use super::{Block, Generator};

/// An indicator that was made.
#[derive(Clone, Debug)]
pub(super) struct Made {
    pub name: String,
    pub about: About,
    pub ty: Ty,
    /// Whether it has a target everywhere or somewhere.
    pub target: bool,
    /// Whether its target is a single bound that is never `none`.
    pub bound: bool,
    /// Whether a line of it can be scored.
    pub scored: bool,
    /// Whether its target is somewhere `none`, so that its line is not on every card.
    pub absent: bool,
    /// In which periods it is judged, and whether it has an actual of the whole.
    pub judged: Judged,
}

/// In which periods an indicator is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Judged {
    /// In those of its card.
    Whole,
    /// In those of its card, and its formula is tracked by shorter ones.
    Tracked,
    /// In shorter ones, which add up.
    Summed(PeriodKind),
    /// In shorter ones, whose attainments are rolled up in this way.
    Attained(PeriodKind, &'static str),
    /// By its parts, which have the actuals.
    Parts,
}

impl Judged {
    /// The period of its own.
    pub(super) fn unit(self) -> Option<PeriodKind> {
        match self {
            Judged::Whole | Judged::Tracked | Judged::Parts => None,
            Judged::Summed(unit) | Judged::Attained(unit, _) => Some(unit),
        }
    }

    /// Whether its formula is computed by shorter periods, which read no rows of a whole one.
    fn by_parts(self) -> bool {
        self != Judged::Whole
    }
}

impl Made {
    /// Whether it may be read where formulas are judged in these periods.
    pub fn readable(&self, from: Judged) -> bool {
        !from.by_parts() || self.judged.unit().is_some() && self.judged.unit() == from.unit()
    }

    /// Whether it has an actual there.
    pub fn has_actual(&self, from: Judged) -> bool {
        from.unit().is_some() || !matches!(self.judged, Judged::Attained(..) | Judged::Parts)
    }
}

/// What was written into the braces of an indicator.
struct Written {
    members: Vec<String>,
    ty: Ty,
    target: bool,
    bound: bool,
    scored: bool,
    judged: Judged,
}

/// Whether a target is somewhere `none`.
fn is_absent(members: &[String]) -> bool {
    members.iter().any(|member| member.starts_with("target by") && member.contains("none"))
}

/// Which side of a target is the good one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    More,
    Less,
    Band,
}

impl Generator {
    pub(super) fn make_indicators(&mut self) {
        let n = 2 + self.size as usize + self.rng.below(1 + self.size as usize);
        for place in 0..n {
            let about = if place < 2 || self.chance(25) { About::Anybody } else { About::Staff };
            self.make_indicator(format!("ind{place}"), about);
        }
        if self.chance(22) {
            self.make_parts();
        }
        if self.chance(20) {
            self.make_approximate();
        }
        if self.chance(25) {
            self.make_indicator("team_one".into(), About::Team);
        }
    }

    /// An indicator of two or three parts.
    fn make_parts(&mut self) {
        let about = if self.chance(30) { About::Anybody } else { About::Staff };
        let mut members = Vec::new();
        let mut absent = true;
        for place in 0..2 + self.rng.below(2) {
            let part = self.indicator_members(about);
            if part.scored {
                absent = absent && is_absent(&part.members);
                members.push(format!("part part{place} {{\n    {}\n  }}", part.members.join("\n    ")));
            }
        }
        if members.is_empty() {
            return;
        }
        let combine = self.pick(&["worst", "average", "all"]);
        self.tag(match combine {
            "worst" => "parts worst",
            "average" => "parts average",
            _ => "parts all",
        });
        members.push(format!("combine {combine}"));
        if self.chance(60) {
            members.push(format!("when missing {}", self.missing()));
        }
        self.blocks.push(Block::braces("indicator whole", members));
        self.indicators.push(Made {
            name: "whole".into(),
            about,
            ty: Ty::Number,
            target: true,
            bound: false,
            scored: true,
            absent,
            judged: Judged::Parts,
        });
    }

    fn make_indicator(&mut self, name: String, about: About) {
        let Written { mut members, ty, target, bound, scored, judged } = self.indicator_members(about);
        if self.chance(60) {
            members.push(format!("when missing {}", self.missing()));
        }
        let absent = is_absent(&members);
        self.blocks.push(Block::braces(format!("indicator {name}"), members));
        self.indicators.push(Made { name, about, ty, target, bound, scored, absent, judged });
    }

    /// Formula, target and scoring of an indicator or of a part, and in which periods it is judged.
    fn indicator_members(&mut self, about: About) -> Written {
        self.judged = self.choose_periods();
        let ty =
            self.pick(&[Ty::Money, Ty::Money, Ty::Duration, Ty::Ratio, Ty::Ratio, Ty::Count, Ty::Count, Ty::Number]);
        let depth = self.rng.below(1 + self.size as usize).min(3) as u32;
        let mut formula = self.indicator_formula(ty, about, depth);
        if about == About::Staff && self.judged == Judged::Whole && self.chance(6) {
            self.tag("stint.days");
            let op = if ty == Ty::Count { self.pick(&["×", "+"]) } else { "×" };
            formula = format!("{formula} {op} stint.days");
        }
        let mut members = vec![format!("formula {formula}")];
        let rating = ty == Ty::Number && self.chance(40) && !matches!(self.judged, Judged::Attained(..));
        let with_target = !rating || self.chance(30) || self.judged == Judged::Tracked;
        let side = match self.rng.below(10) {
            0..=5 => Side::More,
            6..=8 => Side::Less,
            // A band has no share that could be tracked.
            _ if self.judged == Judged::Tracked => Side::More,
            _ => Side::Band,
        };
        let (mut bound, mut scored, mut stretch) = (false, rating, None);
        if with_target {
            let (text, plain, stretched) = match self.judged {
                Judged::Summed(_) if side != Side::Band => self.target_to_add_up(ty, about, side),
                _ => self.target(ty, about, side),
            };
            members.push(format!("target {text}"));
            bound = plain;
            scored = true;
            stretch = stretched;
        }
        if rating {
            self.tag("rating");
            members.push("scoring rating of 5".into());
        } else if let Some(scoring) = self.scoring(ty, side, stretch) {
            members.push(scoring);
        }
        members.extend(self.written_periods());
        let judged = std::mem::replace(&mut self.judged, Judged::Whole);
        Written { members, ty, target: with_target, bound, scored, judged }
    }

    /// In which periods the next indicator is judged.
    fn choose_periods(&mut self) -> Judged {
        let Some(unit) = self.shorter_unit() else { return Judged::Whole };
        match self.rng.below(100) {
            0..=7 => Judged::Summed(unit),
            8..=20 => Judged::Attained(unit, self.pick(&["average", "worst", "share_met"])),
            21..=26 => Judged::Tracked,
            _ => Judged::Whole,
        }
    }

    pub(super) fn shorter_unit(&mut self) -> Option<PeriodKind> {
        match self.schema.kind {
            PeriodKind::Month => {
                Some(self.pick(&[PeriodKind::Week, PeriodKind::Week, PeriodKind::Week, PeriodKind::Day]))
            }
            PeriodKind::Quarter => Some(self.pick(&[PeriodKind::Month, PeriodKind::Week])),
            PeriodKind::Week => Some(PeriodKind::Day),
            PeriodKind::Day | PeriodKind::Year => None,
        }
    }

    /// The member that says in which shorter periods an indicator is judged or tracked.
    fn written_periods(&mut self) -> Option<String> {
        let (unit, roll_up) = match self.judged {
            Judged::Whole | Judged::Parts => return None,
            Judged::Tracked => {
                self.tag("track");
                let unit = self.shorter_unit()?;
                return Some(match (self.schema.kind, self.chance(25)) {
                    (PeriodKind::Month, true) => "track week 1 ÷ 4, day 1 ÷ 24".to_owned(),
                    _ => format!("track {} {}", unit.word(), self.pick(&["1 ÷ 4", "1 ÷ 3", "20%"])),
                });
            }
            Judged::Summed(unit) => (unit, "sum"),
            Judged::Attained(unit, roll_up) => (unit, roll_up),
        };
        self.tag(match roll_up {
            "sum" => "rolled up by sum",
            "average" => "rolled up by average",
            "worst" => "rolled up by worst",
            _ => "rolled up by share_met",
        });
        self.tag(match unit {
            PeriodKind::Day => "by the day",
            PeriodKind::Month => "by the month",
            _ => "by the week",
        });
        Some(format!("period {} rolled up by {roll_up}", unit.word()))
    }

    /// Targets of shorter periods that add up: one comparison and one tolerance in all rows.
    fn target_to_add_up(&mut self, ty: Ty, about: About, side: Side) -> (String, bool, Option<()>) {
        if self.chance(60) {
            let (text, stretch) = self.bound(ty, about, side, true);
            return (text, true, stretch);
        }
        self.tag("targets added up");
        let op = if side == Side::More { "≥" } else { "≤" };
        let (a, b) = (self.constant(ty), self.constant(ty));
        let tolerance = self.tolerance(ty);
        let change = self.schema.calendar.start(self.schema.to).plus(self.rng.between(-3, 20));
        let rest = if self.chance(20) { "none".to_owned() } else { format!("{op} {b}{tolerance}") };
        let plain = rest != "none";
        match about {
            About::Staff => (format!("by role {{ {}: {op} {a}{tolerance}, else: {rest} }}", ROLES[0]), plain, None),
            _ => (format!("by date {{ from 2020-01-01: {op} {a}{tolerance}, from {change}: {rest} }}"), plain, None),
        }
    }

    /// A formula, or one that reads indicators made before.
    fn indicator_formula(&mut self, ty: Ty, about: About, depth: u32) -> String {
        let judged = self.judged;
        let usable = |made: &&Made| (made.about == about || made.about == About::Anybody) && made.readable(judged);
        let earlier: Vec<Made> = self.indicators.iter().filter(usable).cloned().collect();
        if !earlier.is_empty() && self.chance(15) {
            let made = self.pick(&earlier);
            if ty == Ty::Ratio && made.target {
                self.tag("indicator field");
                let field = if made.bound && made.has_actual(judged) {
                    self.pick(&["attainment", "gap", "score", "progress"])
                } else {
                    self.pick(&["attainment", "attainment", "score"])
                };
                return format!("{}.{field}", made.name);
            }
            if made.ty == ty && made.has_actual(judged) {
                self.tag("indicator field");
                let field = if made.bound { self.pick(&["", ".actual", ".target"]) } else { "" };
                return format!("{}{field}", made.name);
            }
        }
        self.formula(ty, about, depth)
    }

    /// An indicator that is approximate; it is watched only.
    fn make_approximate(&mut self) {
        let formula = if self.chance(50) {
            self.tag("stddev");
            let ty = self.pick(&["live.gmv", "live.watched", "live.viewers"]);
            let condition = self.maybe_where("live");
            format!("stddev({ty}{condition})")
        } else {
            self.tag("zscore");
            let by = self.pick(&["all", "team", "role"]);
            format!("zscore({} among {by})", self.pick(&["sum(live.gmv)", "count(live)", "average(live.watched)"]))
        };
        self.blocks.push(Block::braces("indicator rough", vec![format!("formula {formula}")]));
        self.indicators.push(Made {
            name: "rough".into(),
            about: About::Staff,
            ty: Ty::Number,
            target: false,
            bound: false,
            scored: false,
            absent: false,
            judged: Judged::Whole,
        });
    }

    pub(super) fn missing(&mut self) -> &'static str {
        let what = self.pick(&["fail", "zero", "zero", "full", "full", "reweight", "reweight", "reweight"]);
        self.tag(match what {
            "fail" => "when missing fail",
            "zero" => "when missing zero",
            "full" => "when missing full",
            _ => "when missing reweight",
        });
        what
    }

    /// A target: its text, whether it is one bound everywhere, and the stretch that it has.
    fn target(&mut self, ty: Ty, about: About, side: Side) -> (String, bool, Option<()>) {
        if side == Side::Band {
            self.tag("target band");
            let text = self.band(ty);
            return (text, false, None);
        }
        let table = self.rng.below(10);
        if table < 5 || about == About::Anybody && table < 8 {
            let (text, stretch) = self.bound(ty, about, side, true);
            return (text, true, stretch);
        }
        let row = |g: &mut Generator, none: bool| {
            if none {
                g.tag("target none");
                "none".to_owned()
            } else {
                g.bound(ty, about, side, false).0
            }
        };
        let none = self.chance(25);
        match (about, table) {
            (About::Anybody, _) | (_, 9) => {
                self.tag("target by date");
                let mut change = self.schema.calendar.start(self.schema.to);
                if self.judged.by_parts() {
                    change = change.plus(self.rng.between(-3, 20));
                }
                let (a, b) = (row(self, none), row(self, false));
                (format!("by date {{ from 2020-01-01: {a}, from {change}: {b} }}"), !none, None)
            }
            (About::Staff, 5) => {
                self.tag("target by dimension");
                let [x, y, z] = ROLES;
                let (a, b) = (row(self, false), row(self, none));
                if self.chance(50) {
                    (format!("by role {{ {x}: {a}, {y} or {z}: {b} }}"), !none, None)
                } else {
                    (format!("by role {{ {x}: {a}, else: {b} }}"), !none, None)
                }
            }
            (About::Staff, 6) if !self.judged.by_parts() && self.chance(50) => {
                self.tag("target by lookup");
                let (a, b) = (row(self, false), row(self, none));
                let rest = if self.chance(60) { "else" } else { "duo or big" };
                (format!("by lookup(plan.focus) {{ solo: {a}, {rest}: {b} }}"), !none, None)
            }
            (About::Staff, 7) => {
                self.tag("target grid");
                let [x, y, z] = STAGES;
                let cells: Vec<String> = (0..6).map(|n| row(self, none && n == 4)).collect();
                let [a, b, c, d, e, f] = cells.as_slice() else { return (row(self, false), true, None) };
                let [r, s, _] = ROLES;
                let text = format!(
                    "by role, team.stage {{\n    | {x} | {y} | {z} |\n    {r} | {a} | {b} | {c} |\n    {s} | {d} | {e} | {f} |\n    else | {a} | {b} | {c} |\n  }}"
                );
                (text, !none, None)
            }
            _ => {
                self.tag("target by dimension");
                let stage = if about == About::Team { "stage" } else { "team.stage" };
                let [x, y, z] = STAGES;
                let (a, b, c) = (row(self, false), row(self, none), row(self, false));
                (format!("by {stage} {{ {x}: {a}, {y}: {b}, {z}: {c} }}"), !none, None)
            }
        }
    }

    fn band(&mut self, ty: Ty) -> String {
        let equal = self.chance(25);
        let (low, high) = match ty {
            Ty::Money => ("1000元", "5000元"),
            Ty::Duration => ("30s", "90s"),
            Ty::Ratio => ("20%", "80%"),
            Ty::Count => ("1", "3"),
            Ty::Number => ("2", "4"),
        };
        if equal {
            self.tag("target =");
            return format!("= {high}");
        }
        let dots = self.pick(&["..", "..", "..<"]);
        let tolerance = self.tolerance(ty);
        format!("between {low}{dots}{high}{tolerance}")
    }

    fn tolerance(&mut self, ty: Ty) -> String {
        if !self.chance(30) {
            return String::new();
        }
        self.tag("tolerance");
        let absolute = match ty {
            Ty::Money => "500元",
            Ty::Duration => "5s",
            Ty::Ratio => "5pp",
            Ty::Count | Ty::Number => "20%",
        };
        format!(" tolerance {}", if self.chance(50) { "20%" } else { absolute })
    }

    fn bound(&mut self, ty: Ty, about: About, side: Side, stretchable: bool) -> (String, Option<()>) {
        let op = match side {
            Side::More | Side::Band => self.pick(&["≥", "≥", "≥", ">"]),
            Side::Less => self.pick(&["≤", "≤", "≤", "<"]),
        };
        self.tag(match op {
            "≥" => "target ≥",
            ">" => "target >",
            "≤" => "target ≤",
            _ => "target <",
        });
        if self.chance(30) {
            self.tag("target expression");
            let text = match self.rng.below(5) {
                0 => {
                    self.tag("self");
                    "90% × previous(self)".to_owned()
                }
                1 if about == About::Anybody => {
                    self.tag("self over");
                    "(self over all)".to_owned()
                }
                2 if about != About::Anybody => {
                    self.tag("self");
                    let by = if about == About::Staff { self.pick(&["all", "role", "team"]) } else { "all" };
                    format!("average(self among {by})")
                }
                3 if ty == Ty::Money && about == About::Staff && self.judged.unit().is_none() => {
                    "lookup(plan.gmv)".to_owned()
                }
                _ => self.simple(ty, about),
            };
            let tolerance = self.tolerance(ty);
            return (format!("{op} {text}{tolerance}"), None);
        }
        let (base, stretch) = match (ty, side) {
            (Ty::Money, Side::Less) => ("5000元", "2000元"),
            (Ty::Money, _) => (self.pick(&["2500元", "5000元", "1万元", "0元"]), "12000元"),
            (Ty::Duration, Side::Less) => ("90s", "30s"),
            (Ty::Duration, _) => (self.pick(&["60s", "90s", "1h"]), "2h"),
            (Ty::Ratio, Side::Less) => ("50%", "20%"),
            (Ty::Ratio, _) => (self.pick(&["20%", "50%", "80%"]), "90%"),
            (Ty::Count, Side::Less) => (self.pick(&["0", "1", "2"]), "0"),
            (Ty::Count, _) => (self.pick(&["0", "1", "2", "3"]), "5"),
            (Ty::Number, Side::Less) => ("4", "2"),
            (Ty::Number, _) => (self.pick(&["2", "3.5"]), "5"),
        };
        let tolerance = self.tolerance(ty);
        if stretchable && (side == Side::More || base != "0") && self.chance(25) {
            self.tag("stretch");
            return (format!("{op} {base} stretch {stretch}{tolerance}"), Some(()));
        }
        (format!("{op} {base}{tolerance}"), None)
    }

    /// A scoring; none for the default.
    fn scoring(&mut self, ty: Ty, side: Side, stretch: Option<()>) -> Option<String> {
        let attained = matches!(self.judged, Judged::Attained(..));
        let text = match self.rng.below(9) {
            5 | 8 if attained => return None,
            0 | 1 => {
                self.tag("proportional");
                return None;
            }
            2 | 3 => {
                self.tag("proportional");
                let below = if self.chance(60) { " none below 60%" } else { "" };
                if stretch.is_some() && !attained {
                    self.tag("proportional stretch");
                    format!("proportional{below} stretch 120%")
                } else {
                    let cap = if self.chance(60) { " cap 150%" } else { "" };
                    format!("proportional{below}{cap}")
                }
            }
            4 => {
                self.tag("all_or_nothing");
                "all_or_nothing".to_owned()
            }
            5 => {
                self.tag("deduct");
                let per = match ty {
                    Ty::Money => "1000元",
                    Ty::Duration => "30s",
                    Ty::Ratio => "10%",
                    Ty::Count | Ty::Number => "1",
                };
                format!("deduct {} per {per}", self.pick(&["10%", "30%", "50%"]))
            }
            6 => {
                self.tag("step on attainment");
                if self.chance(40) {
                    self.tag("named curve");
                    let rows = vec!["≥ 100%: 100%".to_owned(), "60%..<100%: 70%".into(), "else: 0%".into()];
                    self.ask("ladder", |_| Block::braces("curve ladder = step", rows));
                    "ladder on attainment".to_owned()
                } else {
                    if self.chance(30) {
                        self.tag("line field");
                        "step on attainment { ≥ 120%: 120%, ≥ 50%: attainment, else: 0% }".to_owned()
                    } else {
                        "step on attainment { > 100%: 120%, ≥ 80%: 100%, ≥ 50%: 40%, else: 0% }".to_owned()
                    }
                }
            }
            7 => {
                self.tag("linear on attainment");
                "linear on attainment { 50%: 0%, 100%: 100%, 150%: 130% }".to_owned()
            }
            _ => {
                if side == Side::Band {
                    return None;
                }
                self.tag("curve on actual");
                let (low, high) = match ty {
                    Ty::Money => ("1000元", "5000元"),
                    Ty::Duration => ("30s", "90s"),
                    Ty::Ratio => ("20%", "80%"),
                    Ty::Count => ("1", "3"),
                    Ty::Number => ("2", "4"),
                };
                match (side, self.chance(50)) {
                    (Side::Less, true) => format!("step on actual {{ ≤ {low}: 100%, ≤ {high}: 50%, else: 0% }}"),
                    (_, true) => format!("step on actual {{ ≥ {high}: 100%, ≥ {low}: 50%, else: 0% }}"),
                    (Side::Less, false) => format!("linear on actual {{ {low}: 100%, {high}: 0% }}"),
                    (_, false) => format!("linear on actual {{ {low}: 0%, {high}: 100% }}"),
                }
            }
        };
        Some(format!("scoring {text}"))
    }
}
