//! `require`.

use super::{Builder, find};
use crate::ast::{Expr, ExprKind, Require, Required, RequiredTest};
use crate::grammar::{Pair, Rule};

impl Builder<'_> {
    pub(crate) fn require(&mut self, pair: Pair<'_>) -> Option<Require> {
        let whole = self.span(&pair);
        let mut made = Require {
            cards: None,
            value: Required::Count,
            test: RequiredTest::In(crate::ast::Set::Members(Vec::new()), false),
            text: None,
            span: whole,
            not_built: None,
        };
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::each_other => {
                    made.not_built = Some(self.not_built("require each indicator", &part));
                    return Some(made);
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

    fn required(&mut self, pair: Pair<'_>) -> Option<Required> {
        if pair.as_rule() == Rule::required_count {
            return Some(Required::Count);
        }
        if let Some(tag) = find(pair.clone(), Rule::required_tag) {
            return Some(Required::Tag(self.name(&find(tag, Rule::name)?)));
        }
        Some(Required::Weight(self.name(&find(pair, Rule::name)?)))
    }
}
