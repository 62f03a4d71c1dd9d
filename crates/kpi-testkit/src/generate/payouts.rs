//! Random incentives and rules.

use super::formulas::{About, Ty};
use super::indicators::{Judged, Made};
use super::schema::ROLES;
use super::{Block, Generator};

impl Generator {
    pub(super) fn make_incentives(&mut self) {
        let staff: Vec<_> = self.cards.iter().filter(|card| card.about == About::Staff).cloned().collect();
        if !staff.is_empty() && self.chance(85) {
            self.tag("incentive for cards");
            let mut members = Vec::new();
            if self.chance(30) {
                self.tag("eligibility");
                let condition = match self.rng.below(4) {
                    0 => "attainment ≥ 60%".to_owned(),
                    1 => "rank ≤ 3".to_owned(),
                    2 => "score ≥ 50".to_owned(),
                    _ => self.condition(About::Staff, 1),
                };
                members.push(format!("when {condition}"));
            }
            let graded = staff.iter().all(|card| !card.grades.is_empty());
            let n = 1 + self.rng.below(3);
            for place in 0..n {
                let pay = self.pay(graded);
                let round = if self.chance(25) {
                    self.tag("round to");
                    self.pick(&[" round to 1元", " round to 10元", " round to 0.5元"])
                } else {
                    ""
                };
                members.push(format!("pay pay{place} = {pay}{round}"));
            }
            self.limits(&mut members);
            if staff.len() > 1 || staff.iter().any(|card| card.split) {
                if self.chance(60) {
                    self.tag("per card");
                    members.push("per card".into());
                } else if self.chance(80) {
                    self.tag("share by stint");
                    members.push("share by stint".into());
                } else {
                    self.tag("two cards are an error");
                }
            }
            let audience = if self.chance(60) {
                "each scorecard of staff".to_owned()
            } else {
                staff.iter().map(|card| card.name.clone()).collect::<Vec<_>>().join(", ")
            };
            self.blocks.push(Block::braces(format!("incentive monthly for {audience}"), members));
        }
        if let Some(card) = self.cards.iter().find(|card| card.about == About::Team).cloned()
            && self.chance(40)
        {
            self.tag("incentive for team");
            let mut members =
                vec!["pay prize = (if attainment ≥ 80% then 1000元 else 0元) + 1元 × team.size".to_owned()];
            members.extend(card.split.then(|| self.pick(&["per card", "share by stint"]).to_owned()));
            self.blocks.push(Block::braces("incentive team_pay for team_card", members));
        }
        if self.chance(35) {
            self.tag("incentive for roster");
            let condition = if self.chance(50) { format!(" where role == {}", ROLES[0]) } else { String::new() };
            let commission = self.formula(Ty::Money, About::Staff, 1);
            let mut members = vec![
                "pay fixed = staff.salary × 10%".to_owned(),
                format!(
                    "pay commission = marginal({commission}) {{ from 0: 0%, from 2000元: 3.33%, from 8000元: 5% }}"
                ),
            ];
            self.tag("marginal");
            self.limits(&mut members);
            self.blocks.push(Block::braces(format!("incentive roster_pay for staff{condition}"), members));
        }
    }

    fn limits(&mut self, members: &mut Vec<String>) {
        if self.chance(25) {
            self.tag("pay cap");
            members.push(format!("cap {}", self.pick(&["3000元", "staff.salary × 50%"])));
        }
        if self.chance(20) {
            self.tag("pay floor");
            members.push("floor 100元".into());
        }
    }

    fn pay(&mut self, graded: bool) -> String {
        match self.rng.below(8) {
            7 => {
                self.tag("proration");
                "staff.salary × attainment × stint.days ÷ period.days".to_owned()
            }
            0 | 1 => {
                self.tag("pay step");
                "staff.salary × 70% × step(attainment) { ≥ 100%: 120%, ≥ 80%: 100%, else: 0% }".to_owned()
            }
            2 | 3 => {
                self.tag("pay linear");
                "staff.salary × 30% × linear(attainment) { 60%: 0%, 100%: 100%, 120%: 150% }".to_owned()
            }
            4 => {
                self.tag("marginal");
                let x = self.formula(Ty::Money, About::Staff, 1);
                format!("marginal({x}) {{ from 0: 0%, from 2500元: 3%, from 1万元: 7.5% }}")
            }
            5 if graded => {
                self.tag("card field");
                "if grade == \"A\" then 500元 else 0元".to_owned()
            }
            _ => {
                self.tag("card field");
                "staff.salary × score / 1000".to_owned()
            }
        }
    }

    pub(super) fn make_rules(&mut self) {
        let paid = self.blocks.iter().any(|block| block.head.starts_with("incentive monthly"));
        let n = 3 + self.rng.below(3);
        for place in 0..n {
            let on_cards = self.cards.iter().any(|card| card.about == About::Staff) && self.chance(70);
            let mut streak = String::new();
            if self.chance(60) {
                self.tag("rule streak");
                streak = format!(" for {} consecutive periods", self.pick(&["2", "2", "3"]));
            }
            let each = on_cards && self.chance(35);
            let then = self.then(each);
            let mut share = None;
            let (audience, condition) = if each {
                self.tag("rule for each indicator");
                let whole = |made: &Made| made.has_actual(Judged::Whole);
                let gap = if self.indicators.iter().all(whole) { "gap ≤ -10%" } else { "attainment ≤ 90%" };
                let condition = self.pick(&[
                    "attainment < 80%",
                    gap,
                    "not met",
                    "score < 100%",
                    "attainment ≥ 100% and previous(attainment) < 100%",
                ]);
                ("each indicator".to_owned(), condition.to_owned())
            } else if on_cards {
                self.tag("rule for cards");
                let condition = match self.rng.below(5) {
                    0 | 1 => {
                        format!("attainment {} {}", self.pick(&["<", "≤", "≥"]), self.pick(&["60%", "80%", "100%"]))
                    }
                    2 => format!("score {} {}", self.pick(&["<", "≥"]), self.pick(&["60", "90"])),
                    3 if paid => {
                        self.tag("pay in rule");
                        self.pick(&["monthly.total ≥ 1000元", "monthly.pay0 < 500元"]).to_owned()
                    }
                    _ => {
                        let condition = self.condition(About::Staff, 1);
                        format!("score < 95 and {condition}")
                    }
                };
                if self.chance(40) {
                    share = Some(self.share(true));
                }
                ("each scorecard of staff".to_owned(), condition)
            } else {
                self.tag("rule for roster");
                let audience =
                    if self.chance(40) { format!("staff where role == {}", ROLES[1]) } else { "staff".into() };
                if self.chance(40) {
                    share = Some(self.share(false));
                }
                (audience, self.condition(About::Staff, 2))
            };
            let mut members = Vec::new();
            if share.is_none() || self.chance(50) {
                members.push(if self.chance(25) {
                    self.tag("once when");
                    let first = self.schema.from.plus(-(self.rng.below(3) as i32));
                    format!("once when {condition}{streak} since {}", self.schema.calendar.show(first))
                } else {
                    format!("when {condition}{streak}")
                });
            }
            members.extend(share);
            members.push(then);
            self.blocks.push(Block::braces(format!("rule rule{place} for {audience}"), members));
        }
    }

    /// What a rule says; of a line that may be anybody's nothing but what every line has.
    fn then(&mut self, of_lines: bool) -> String {
        match self.rng.below(6) {
            2 | 4 if of_lines => {
                self.tag("then step");
                "then step(attainment) { ≥ 100%: \"well\", ≥ 60%: \"fairly\", < 40%: \"badly\" }".to_owned()
            }
            3 | 5 if of_lines => {
                self.tag("then one of");
                "then \"decide\" one of { \"talk\", \"training\" }".to_owned()
            }
            0 => "then \"talk\"".to_owned(),
            1 => "then warn \"careful\"".to_owned(),
            2 => {
                self.tag("then step");
                let number = self.formula(Ty::Number, About::Staff, 1);
                format!("then step({number}) {{ ≥ 10: \"much\", ≥ 2: \"some\", ≥ 1: \"little\" }}")
            }
            3 => {
                self.tag("then one of");
                self.pick(&["then one of role", "then \"decide\" one of { \"talk\", \"training\" }"]).to_owned()
            }
            _ => {
                self.tag("then by");
                format!("then by role {{ {}: \"one\", else: \"two\" }}", ROLES[0])
            }
        }
    }

    fn share(&mut self, scored: bool) -> String {
        self.tag("share of a group");
        let side = self.pick(&["top", "bottom"]);
        let share = self.pick(&["20%", "34%", "50%", "100%"]);
        let least = self.pick(&["", "", " at least 1", " at least 2"]);
        let of = if scored && self.chance(50) {
            String::new()
        } else {
            format!(" of {}", self.formula(Ty::Number, About::Staff, 1))
        };
        let among = self.pick(&["", " among role", " among team"]);
        format!("{side} {share}{least}{of}{among}")
    }
}
