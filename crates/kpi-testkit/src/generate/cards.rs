//! Random scorecards.

use super::formulas::{About, Ty};
use super::indicators::{Judged, Made};
use super::schema::ROLES;
use super::{Block, Generator};

/// A scorecard that was made.
#[derive(Clone, Debug)]
pub(super) struct MadeCard {
    pub name: String,
    /// Whether a subject may have several of it.
    pub split: bool,
    pub about: About,
    pub grades: Vec<&'static str>,
}

impl Generator {
    pub(super) fn make_cards(&mut self) {
        let roles = self.chance(40);
        let n = 1 + self.rng.below(self.size.min(3) as usize);
        for place in 0..n {
            let condition = if roles || place > 0 && self.chance(50) {
                self.tag("card where");
                Some(match self.rng.below(5) {
                    0 => format!("role in {{{}, {}}}", ROLES[0], ROLES[2]),
                    1 => "staff.quota > 1".to_owned(),
                    _ => format!("role == {}", ROLES.get(place % 3).unwrap_or(&ROLES[0])),
                })
            } else {
                None
            };
            self.make_card(format!("card{place}"), About::Staff, condition.as_deref());
        }
        if self.indicators.iter().any(|made| made.about == About::Team) {
            self.tag("card for team");
            self.make_card("team_card".into(), About::Team, None);
        }
        self.make_other_cards();
    }

    fn make_card(&mut self, name: String, about: About, condition: Option<&str>) {
        let fits = |made: &&Made| made.about == about || made.about == About::Anybody;
        let mut pool: Vec<Made> = self.indicators.iter().filter(fits).cloned().collect();
        let mut members = Vec::new();
        let mut scored: Vec<Made> = Vec::new();
        // The first card of its kind has every indicator: the checker takes an unused one for one of another kind.
        let first = !self.cards.iter().any(|card| card.about == about);
        let wanted = if first { pool.len() } else { (1 + self.rng.below(3 + self.size as usize)).max(2) };
        let mut watched = Vec::new();
        while !pool.is_empty() && scored.len() + watched.len() < wanted {
            let made = pool.remove(self.rng.below(pool.len()));
            let watch = !made.scored || self.chance(8) && !scored.is_empty();
            // A line that is not on every card leaves its weight to the others, so that one of them must always be there.
            let alone = made.absent && (scored.is_empty() || scored.iter().any(|made| made.absent));
            if watch || alone { watched.push(made) } else { scored.push(made) }
        }
        if scored.is_empty() {
            return;
        }
        let group_size = if scored.len() >= 3 && self.chance(40) { 2 } else { 0 };
        let grouped: Vec<Made> = scored.split_off(scored.len() - group_size);
        let nested = self.nested(about);
        let slots = scored.len() + usize::from(!grouped.is_empty()) + usize::from(nested.is_some());
        let shared = scored.iter().any(|made| made.absent);
        let weights = self.weights(slots, about, shared);
        let mut weights = weights.into_iter();
        for made in &scored {
            let weight = weights.next().unwrap_or_default();
            let line = self.line(made, &weight);
            members.push(line);
        }
        if let Some(card) = nested {
            self.tag("nested card");
            let weight = weights.next().unwrap_or_default();
            let missing = if self.chance(60) { format!(" when missing {}", self.missing()) } else { String::new() };
            members.push(format!("{card}{weight}{missing}"));
        }
        if !grouped.is_empty() {
            let weight = weights.next().unwrap_or_default();
            let shown = if self.chance(50) { watched.pop() } else { None };
            let group = self.group(&grouped, shown.as_ref(), about, &weight);
            members.push(group);
        }
        for made in watched {
            self.tag("watch");
            members.push(format!("{} watch", made.name));
        }
        self.vetoes(about, &mut members);
        self.adjustments(about, &mut members);
        let grades = self.grade(about, &mut members);
        if self.chance(35) {
            self.tag("rank among columns");
            let by =
                if about == About::Team { "stage" } else { self.pick(&["role", "team", "team.stage", "role, team"]) };
            members.push(format!("rank among {by}"));
        }
        let mid_period = match self.rng.below(10) {
            0..=3 if self.split => {
                self.tag("mid_period split");
                Some("split")
            }
            9 => {
                self.tag("mid_period first");
                Some("first")
            }
            _ => None,
        };
        members.extend(mid_period.map(|word| format!("mid_period {word}")));
        let table = if about == About::Team { "team" } else { "staff" };
        let where_clause = condition.map(|c| format!(" where {c}")).unwrap_or_default();
        self.blocks.push(Block::braces(format!("scorecard {name} for {table}{where_clause}"), members));
        self.cards.push(MadeCard { name, about, grades, split: mid_period == Some("split") });
    }

    /// Cards for what is no roster: anything with a key may be judged.
    fn make_other_cards(&mut self) {
        if self.chance(40) {
            self.tag("card for stock source");
            let indicator = vec!["formula task.effort".to_owned(), "target ≤ 1h".into()];
            self.blocks.push(Block::braces("indicator task_effort", indicator));
            let members = vec!["task_effort weight 100%".to_owned(), "veto rush when urgent then cap 80".into()];
            self.blocks.push(Block::braces("scorecard task_card for task where owner.role == host", members));
        }
        if self.chance(20) {
            self.tag("card for flow source");
            let share = vec!["formula refund.amount / session.gmv".to_owned(), "target ≤ 50%".into()];
            self.blocks.push(Block::braces("indicator refund_share", share));
            let members = vec!["refund_share weight 100% when missing zero".to_owned()];
            self.blocks.push(Block::braces("scorecard refund_card for refund where session.ok", members));
        }
        if self.chance(15) {
            self.tag("card for flow source");
            let indicator = vec!["formula sum(refund.amount)".to_owned(), "target ≤ 50% × live.gmv".into()];
            self.blocks.push(Block::braces("indicator session_refunds", indicator));
            let gmv = vec!["formula live.gmv".to_owned(), "target ≥ average(self among kind)".into()];
            self.blocks.push(Block::braces("indicator session_gmv", gmv));
            let members = vec![
                "session_gmv weight 70%".to_owned(),
                "session_refunds weight 30%".into(),
                "rank among host".into(),
            ];
            self.blocks.push(Block::braces("scorecard session_card for live where ok", members));
        }
    }

    fn nested(&mut self, about: About) -> Option<String> {
        let others: Vec<String> =
            self.cards.iter().filter(|card| card.about == about).map(|c| c.name.clone()).collect();
        if others.is_empty() || !self.chance(35) { None } else { Some(self.pick(&others)) }
    }

    fn line(&mut self, made: &Made, weight: &str) -> String {
        let mut line = format!("{}{weight}", made.name);
        if self.chance(25) {
            let what = self.missing();
            line.push_str(&format!(" when missing {what}"));
        }
        if made.target && self.chance(15) {
            self.tag("line attainment cap");
            line.push_str(&format!(" attainment cap {}", self.pick(&["110%", "130%"])));
        }
        if made.target && made.judged != Judged::Parts && self.chance(12) {
            self.tag("line scoring");
            line.push_str(&format!(
                " scoring {}",
                self.pick(&["all_or_nothing", "proportional cap 120%", "proportional"])
            ));
        }
        line
    }

    /// Weights that add up to 100%, as they are written behind a name.
    fn weights(&mut self, n: usize, about: About, shared: bool) -> Vec<String> {
        if n == 0 {
            return Vec::new();
        }
        if shared || self.chance(15) {
            self.tag("shared weights");
            return vec![String::new(); n];
        }
        let shares = |g: &mut Generator| {
            let mut left = 20 - n;
            let mut shares = Vec::new();
            for place in 0..n {
                let more = if place + 1 == n { left } else { g.rng.below(left + 1) };
                left -= more;
                shares.push((more + 1) * 5);
            }
            shares
        };
        let first = shares(self);
        if n > 1 && self.chance(20) {
            let by = if about == About::Team { "stage" } else { self.pick(&["role", "date"]) };
            let mut second = shares(self);
            if self.chance(40) {
                // A weight of 0% takes the line off the card.
                self.tag("weight 0%");
                let last = second.pop().unwrap_or_default();
                if let Some(share) = second.first_mut() {
                    *share += last;
                }
                second.push(0);
            }
            self.tag("weight by table");
            let change = self.schema.calendar.start(self.schema.to);
            let rows = |a: usize, b: usize| match by {
                "date" => format!(" weight by date {{ from 2020-01-01: {a}%, from {change}: {b}% }}"),
                "stage" => format!(" weight by stage {{ startup: {a}%, else: {b}% }}"),
                _ => format!(" weight by role {{ {}: {a}%, {} or {}: {b}% }}", ROLES[0], ROLES[1], ROLES[2]),
            };
            return first.into_iter().zip(second).map(|(a, b)| rows(a, b)).collect();
        }
        if n > 1 && self.chance(20) {
            // The last lines share what the first leaves.
            self.tag("shared weights");
            let written = first.into_iter().take(1).map(|share| format!(" weight {share}%"));
            return written.chain(std::iter::repeat_n(String::new(), n - 1)).collect();
        }
        first.into_iter().map(|share| format!(" weight {share}%")).collect()
    }

    fn group(&mut self, grouped: &[Made], shown: Option<&Made>, about: About, weight: &str) -> String {
        let combine = self.pick(&["", " combine sum", " combine worst", " combine average", " combine all"]);
        self.tag(match combine {
            " combine worst" => "group worst",
            " combine average" => "group average",
            " combine all" => "group all",
            _ => "group sum",
        });
        let missing = if self.chance(40) { format!(" when missing {}", self.missing()) } else { String::new() };
        let shared = grouped.iter().any(|made| made.absent);
        let weights = self.weights(grouped.len(), about, shared);
        let mut text = format!("group bundle{weight}{combine}{missing} {{\n");
        for (made, weight) in grouped.iter().zip(weights) {
            let line = self.line(made, &weight);
            text.push_str(&format!("    {line}\n"));
        }
        if let Some(made) = shown {
            self.tag("watch in a group");
            text.push_str(&format!("    {} watch\n", made.name));
        }
        text.push_str("  }");
        text
    }

    fn vetoes(&mut self, about: About, members: &mut Vec<String>) {
        let n = self.pick(&[0, 0, 1, 1, 2]);
        for place in 0..n {
            let effect = self.pick(&["", " then score 0", " then cap 60", " then cap 80", " then pay 0"]);
            self.tag(match effect {
                " then pay 0" => "veto pay 0",
                "" | " then score 0" => "veto score 0",
                _ => "veto cap",
            });
            let condition = match self.rng.below(9) {
                0 | 1 | 4 | 5 => "count(violation where level == severe) > 0".to_owned(),
                2 => "sum(live.gmv) < 1000元".to_owned(),
                3 => {
                    self.tag("unknown rows");
                    "count(live where gmv / viewers > 100元) > 1".to_owned()
                }
                _ => self.condition(about, 1),
            };
            members.push(format!("veto veto{place} when {condition}{effect}"));
        }
    }

    fn adjustments(&mut self, about: About, members: &mut Vec<String>) {
        if self.chance(30) {
            self.tag("bonus");
            let value = match self.rng.below(3) {
                0 => "count(live where ok) × 2".to_owned(),
                1 => "sum(violation.points) - 1".to_owned(),
                _ => self.formula(Ty::Count, about, 1),
            };
            let cap = if self.chance(75) { " cap 10" } else { "" };
            members.push(format!("bonus extra_points = {value}{cap}"));
        }
        if self.chance(30) {
            self.tag("deduct points");
            let cap = if self.chance(50) { " cap 5" } else { "" };
            members.push(format!("deduct late = sum(violation.points) × 1.5{cap}"));
        }
    }

    fn grade(&mut self, about: About, members: &mut Vec<String>) -> Vec<&'static str> {
        match self.rng.below(4) {
            0 => Vec::new(),
            1 | 2 => {
                self.tag("grade by bounds");
                members.push("grade { ≥ 90: \"A\", ≥ 60: \"B\", else: \"C\" }".into());
                vec!["A", "B", "C"]
            }
            _ => {
                self.tag("grade by shares");
                let by = if about == About::Team { "all" } else { self.pick(&["all", "role", "team"]) };
                let least = if self.chance(40) { " at least 1" } else { "" };
                let (top, next) = self.pick(&[("20%", "70%"), ("50%", "25%"), ("33%", "34%")]);
                members
                    .push(format!("grade among {by} {{ top {top}{least}: \"A\", next {next}: \"B\", else: \"C\" }}"));
                vec!["A", "B", "C"]
            }
        }
    }
}
