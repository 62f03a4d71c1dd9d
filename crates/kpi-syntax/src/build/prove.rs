//! `prove`.

use super::{Builder, find};
use crate::ast::{Obligation, Prove};
use crate::grammar::{Pair, Rule};

impl Builder<'_> {
    pub(crate) fn prove(&mut self, pair: Pair<'_>) -> Option<Prove> {
        let mut span = self.span(&pair);
        let mut place = Vec::new();
        let mut obligation = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::path => {
                    span = self.span(&part);
                    place = self.path(part);
                }
                Rule::within => {
                    span = span.to(self.span(&part));
                    obligation = Some(Obligation::Within(self.range(find(part, Rule::range)?)?));
                }
                Rule::monotone => {
                    span = span.to(self.span(&part));
                    obligation = Some(Obligation::Monotone(self.name(&find(part, Rule::name)?)));
                }
                _ => {}
            }
        }
        Some(Prove { place, obligation: obligation?, span })
    }
}
