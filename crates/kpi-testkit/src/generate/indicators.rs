//! Random indicators: formulas with targets and scorings that fit them.

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
        if self.chance(20) {
            self.make_approximate();
        }
        if self.chance(25) {
            self.make_indicator("team_one".into(), About::Team);
        }
    }

    fn make_indicator(&mut self, name: String, about: About) {
        let ty =
            self.pick(&[Ty::Money, Ty::Money, Ty::Duration, Ty::Ratio, Ty::Ratio, Ty::Count, Ty::Count, Ty::Number]);
        let depth = self.rng.below(1 + self.size as usize).min(3) as u32;
        let formula = self.indicator_formula(ty, about, depth);
        let mut members = vec![format!("formula {formula}")];
        let rating = ty == Ty::Number && self.chance(40);
        let with_target = !rating || self.chance(30);
        let side = match self.rng.below(10) {
            0..=5 => Side::More,
            6..=8 => Side::Less,
            _ => Side::Band,
        };
        let (mut bound, mut scored, mut stretch) = (false, rating, None);
        if with_target {
            let (text, plain, stretched) = self.target(ty, about, side);
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
        if self.chance(60) {
            let what = self.missing();
            members.push(format!("when missing {what}"));
        }
        let absent = members.iter().any(|member| member.starts_with("target by") && member.contains("none"));
        self.blocks.push(Block::braces(format!("indicator {name}"), members));
        self.indicators.push(Made { name, about, ty, target: with_target, bound, scored, absent });
    }

    /// A formula, or one that reads indicators made before.
    fn indicator_formula(&mut self, ty: Ty, about: About, depth: u32) -> String {
        let usable = |made: &&Made| made.about == about || made.about == About::Anybody;
        let earlier: Vec<Made> = self.indicators.iter().filter(usable).cloned().collect();
        if !earlier.is_empty() && self.chance(15) {
            let made = self.pick(&earlier);
            if ty == Ty::Ratio && made.target {
                self.tag("indicator field");
                let field = if made.bound { self.pick(&["attainment", "gap", "score"]) } else { "attainment" };
                return format!("{}.{field}", made.name);
            }
            if made.ty == ty {
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
                let change = self.schema.calendar.start(self.schema.to);
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
            (About::Staff, 6) if self.chance(50) => {
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
                3 if ty == Ty::Money && about == About::Staff => "lookup(plan.gmv)".to_owned(),
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
        let text = match self.rng.below(9) {
            0 | 1 => {
                self.tag("proportional");
                return None;
            }
            2 | 3 => {
                self.tag("proportional");
                let below = if self.chance(60) { " none below 60%" } else { "" };
                if stretch.is_some() {
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
