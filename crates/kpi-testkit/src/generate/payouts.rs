//! Random incentives and rules.

use super::formulas::{About, Ty};
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
        let n = self.rng.below(3);
        for place in 0..n {
            let on_cards = self.cards.iter().any(|card| card.about == About::Staff) && self.chance(70);
            let mut streak = String::new();
            if self.chance(60) {
                self.tag("rule streak");
                streak = format!(" for {} consecutive periods", self.pick(&["2", "2", "3"]));
            }
            let then = match self.rng.below(3) {
                0 => "then \"talk\"".to_owned(),
                1 => "then warn \"careful\"".to_owned(),
                _ => {
                    self.tag("then by");
                    format!("then by role {{ {}: \"one\", else: \"two\" }}", ROLES[0])
                }
            };
            let (audience, condition) = if on_cards {
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
                ("each scorecard of staff".to_owned(), condition)
            } else {
                self.tag("rule for roster");
                let audience =
                    if self.chance(40) { format!("staff where role == {}", ROLES[1]) } else { "staff".into() };
                (audience, self.condition(About::Staff, 2))
            };
            let members = vec![format!("when {condition}{streak}"), then];
            self.blocks.push(Block::braces(format!("rule rule{place} for {audience}"), members));
        }
    }
}
