//! `require` and `goal`.

use super::{Builder, find};
use crate::ast::{Expr, ExprKind, Goal, Has, Require, Required, RequiredOfEach, RequiredTest, SomeGoal};
use crate::grammar::{Pair, Rule};

impl Builder<'_> {
    pub(crate) fn goal(&mut self, pair: Pair<'_>) -> Option<Goal> {
        let name = self.name(&find(pair.clone(), Rule::name)?);
        let label = find(pair.clone(), Rule::label).and_then(|label| self.inner_text(label));
        let supports = find(pair, Rule::supported).map(|supported| self.path(supported)).unwrap_or_default();
        Some(Goal { name, label, supports })
    }

    pub(crate) fn require(&mut self, pair: Pair<'_>) -> Option<Require> {
        let whole = self.span(&pair);
        let mut made = Require {
            cards: None,
            value: Required::Count,
            test: RequiredTest::In(crate::ast::Set::Members(Vec::new()), false),
            text: None,
            span: whole,
            of_each: None,
        };
        let mut tag = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::each_indicator => tag = find(part, Rule::name).map(|name| self.name(&name)),
                Rule::required_of_each => {
                    made.span = self.span(&part);
                    let has = self.required_of_each(part.into_inner().next()?)?;
                    made.of_each = Some(RequiredOfEach { tag: tag.take(), has });
                }
                Rule::names => made.cards = Some(self.path(part)),
                Rule::required => {
                    made.span = self.span(&part);
                    made.value = self.required(part.into_inner().next()?)?;
                }
                Rule::compare | Rule::in_tail => {
                    let span = made.span;
                    // Comparisons are read behind a value; the one here is none of the policy's.
                    let asked = self.comparison(Expr { kind: ExprKind::None, span }, part)?;
                    made.span = asked.span;
                    made.test = match asked.kind {
                        ExprKind::Binary(op, _, bound) => RequiredTest::Compare(op, *bound),
                        ExprKind::In(_, set, negated) => RequiredTest::In(set, negated),
                        _ => return None,
                    };
                }
                Rule::string => made.text = Some(self.text(&part)),
                _ => {}
            }
        }
        Some(made)
    }

    fn required_of_each(&mut self, pair: Pair<'_>) -> Option<Has> {
        Some(match pair.as_rule() {
            Rule::required_goal => Has::Goal(self.some_goal(pair)?),
            Rule::required_note => {
                let mut topic = self.name(&find(pair, Rule::name)?);
                topic.text = topic.word().to_owned();
                Has::Note(topic)
            }
            _ => Has::Target,
        })
    }

    fn some_goal(&mut self, pair: Pair<'_>) -> Option<SomeGoal> {
        match find(pair.clone(), Rule::any_goal) {
            Some(_) => Some(SomeGoal::Any),
            None => Some(SomeGoal::One(self.name(&find(pair, Rule::name)?))),
        }
    }

    fn required(&mut self, pair: Pair<'_>) -> Option<Required> {
        if pair.as_rule() == Rule::required_count {
            return Some(Required::Count);
        }
        if let Some(tag) = find(pair.clone(), Rule::required_tag) {
            return Some(Required::Tag(self.name(&find(tag, Rule::name)?)));
        }
        if let Some(goal) = find(pair.clone(), Rule::required_goal) {
            return self.some_goal(goal).map(Required::Goal);
        }
        Some(Required::Weight(self.name(&find(pair, Rule::name)?)))
    }
}
