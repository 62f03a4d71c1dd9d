//! What is required of scorecards; of indicators in `goals`.

use kpi_base::{Diagnostic, Join, Span, Text, codes, text};
use kpi_syntax::ast;
use kpi_value::Dec;
use rustc_hash::FxHashSet;

use crate::checker::{Checker, unknown};
use crate::counter::Combination;
use crate::curves::compare_op;
use crate::model::{self, CompareOp, IndicatorId, ScorecardId, Unit};
use crate::names::{Decl, nearest};
use crate::shares::{Entry, Of};

/// How it must be, with its text.
enum Test {
    Compare(CompareOp, Dec),
    Range(Dec, Dec, bool, bool),
    Set(Vec<Dec>, bool),
}

/// How many failing combinations a message names.
const LISTED: usize = 5;

impl<'a> Checker<'a> {
    /// Checks all requirements against the scorecards of the model.
    pub(crate) fn check_requirements(&mut self) {
        for index in 0..self.names.requirements.len() {
            let Some(declared) = self.names.requirements.get(index) else { continue };
            let written = declared.ast;
            if let Some(of_each) = &written.of_each {
                self.check_required_of_each(written, of_each);
                continue;
            }
            let (test, cards) = (self.required_test(written), self.required_cards(written));
            let (Some(test), Some(cards)) = (test, cards) else { continue };
            if self.check_required_name(written, &cards).is_none() {
                continue;
            }
            for card in cards {
                self.check_required(written, &test, card);
            }
        }
    }

    fn required_test(&mut self, written: &'a ast::Require) -> Option<Test> {
        let count = matches!(written.value, ast::Required::Count);
        let (what, unit) =
            if count { (text!("a number of indicators"), Unit::COUNT) } else { (text!("a weight"), Unit::RATIO) };
        let mut number = |e: &'a ast::Expr| {
            let value = self.const_dec(e, &what, unit)?;
            if count || !value.is_negative() && value <= Dec::ONE {
                return Some(value);
            }
            let shown = self.show_number(value, unit);
            self.report(
                Diagnostic::new(
                    codes::cards::WEIGHT_RANGE,
                    text!("the weight {shown} does not lie in 0%..100%", shown),
                )
                .label(e.span, Text::default())
                .help(text!("weights are shares of the card: `≥ 25%`")),
            );
            None
        };
        Some(match &written.test {
            ast::RequiredTest::Compare(op, bound) => Test::Compare(compare_op(*op)?, number(bound)?),
            ast::RequiredTest::In(ast::Set::Range(range), negated) => {
                let (low, high) = (number(&range.low), number(&range.high));
                Test::Range(low?, high?, range.closed, *negated)
            }
            ast::RequiredTest::In(ast::Set::Members(members), negated) => {
                Test::Set(members.iter().map(number).collect::<Option<_>>()?, *negated)
            }
        })
    }

    /// The scorecards meant; those that are not sound are left out, which is reported.
    fn required_cards(&mut self, written: &'a ast::Require) -> Option<Vec<ScorecardId>> {
        let Some(names) = &written.cards else {
            return Some(self.scorecard_ids.iter().copied().flatten().collect());
        };
        let mut cards = Vec::new();
        let mut sound = true;
        for name in names {
            match self.resolve(name, &text!("a scorecard")) {
                Some(Decl::Scorecard(index)) => cards.extend(self.scorecard_ids.get(index).copied().flatten()),
                Some(other) => {
                    self.report_kind(name, other, &text!("a scorecard"));
                    sound = false;
                }
                None => sound = false,
            }
        }
        sound.then_some(cards)
    }

    /// Whether the tag or the line asked for is anywhere.
    fn check_required_name(&mut self, written: &'a ast::Require, cards: &[ScorecardId]) -> Option<()> {
        let (name, wanted) = match &written.value {
            ast::Required::Count => return Some(()),
            ast::Required::Goal(goal) => return self.check_goal_asked_for(goal),
            ast::Required::Tag(name) => (name, text!("a tag of an indicator")),
            ast::Required::Weight(name) => (name, text!("a line of a scorecard")),
        };
        let known: Vec<String> = if let ast::Required::Tag(_) = written.value {
            let tags = self.names.indicators.iter().flat_map(|declared| &declared.ast.tags);
            tags.map(|tag| tag.text.clone()).collect()
        } else {
            let indicator = |id| self.instance(id);
            let of = self.shares_of(&indicator);
            cards.iter().flat_map(|card| of.entries(*card)).flat_map(|entry| entry.names).collect()
        };
        // What is missing may be in what could not be read.
        if known.contains(&name.text) || self.names.any_faulty() || cards.len() < self.scorecards_meant(written) {
            return Some(());
        }
        if matches!(self.names.get(&name.text), Some(Decl::Indicator(_) | Decl::Scorecard(_))) {
            return Some(());
        }
        let near = nearest(&name.text, known.iter().map(String::as_str));
        self.report(unknown(name, &wanted, near));
        None
    }

    fn scorecards_meant(&self, written: &ast::Require) -> usize {
        written.cards.as_ref().map_or(self.scorecard_ids.len(), Vec::len)
    }

    fn shares_of<'m>(&'m self, indicator: &'m dyn Fn(IndicatorId) -> Option<&'m model::Indicator>) -> Of<'m> {
        let model = &self.model;
        Of { dimensions: &model.dimensions, tables: &model.tables, scorecards: &model.scorecards, indicator }
    }

    fn check_required(&mut self, written: &ast::Require, test: &Test, card: ScorecardId) {
        let mut wrong: Vec<(Combination, Dec)> = Vec::new();
        let indicator = |id| self.instance(id);
        let of = self.shares_of(&indicator);
        let goals = self.goals_asked_for(&written.value);
        let walked = of.walk(card, &of.entries(card), &mut |combination, on_card| {
            let asked_for = on_card.iter().filter(|(entry, _)| is_asked_for(entry, &written.value, &goals));
            let sum = asked_for.fold(Dec::ZERO, |sum, (_, share)| {
                let counted = if matches!(written.value, ast::Required::Count) { Dec::ONE } else { *share };
                sum.add(counted).unwrap_or(sum)
            });
            if !test.holds(sum) {
                wrong.push((combination(), sum));
            }
        });
        let name = self.model.scorecards[card].title.clone();
        if walked.is_err() {
            let message =
                text!("the weights of the card `{name}` depend on too many things to be checked", name = name.name);
            self.report(
                Diagnostic::new(codes::tables::TABLE_TOO_LARGE, message)
                    .label(name.span, Text::default())
                    .help(text!("let all weights depend on the same one or two keys")),
            );
        } else if !wrong.is_empty() {
            self.report_required(written, test, (&name.name, name.span), &wrong);
        }
    }

    fn report_required(
        &mut self,
        written: &ast::Require,
        test: &Test,
        (card, place): (&str, Span),
        wrong: &[(Combination, Dec)],
    ) {
        let unit = if matches!(written.value, ast::Required::Count) { Unit::COUNT } else { Unit::RATIO };
        let mut shown: Vec<Text> = wrong
            .iter()
            .take(LISTED)
            .map(|(combination, value)| {
                let value = match (unit == Unit::COUNT, *value == Dec::ONE) {
                    (true, true) => text!("1 indicator"),
                    (true, false) => text!("{value} indicators", value),
                    (false, _) => Text::verbatim(self.show_number(*value, unit)),
                };
                if combination.is_empty() {
                    value
                } else {
                    text!("{value} for `{combination}`", value, combination = combination.words())
                }
            })
            .collect();
        if let Some(more) = wrong.len().checked_sub(LISTED).filter(|more| *more > 0) {
            shown.push(text!("{more} more", more));
        }
        let values = Text::and_list(shown);
        let required = test.shown(|x| self.show_number(x, unit));
        let message = match &written.value {
            ast::Required::Count => {
                text!("the card `{card}` has {values}; required is {required}", card, values, required)
            }
            ast::Required::Tag(tag) => text!(
                "the card `{card}` gives the tag `{tag}` {values}; required is {required}",
                card,
                tag = tag.text,
                values,
                required
            ),
            ast::Required::Goal(ast::SomeGoal::Any) => {
                text!(
                    "the card `{card}` gives what supports a goal {values}; required is {required}",
                    card,
                    values,
                    required
                )
            }
            ast::Required::Goal(ast::SomeGoal::One(goal)) => text!(
                "the card `{card}` gives the goal `{goal}` {values}; required is {required}",
                card,
                goal = goal.text,
                values,
                required
            ),
            ast::Required::Weight(name) => text!(
                "the card `{card}` gives `{name}` {values}; required is {required}",
                card,
                name = name.text,
                values,
                required
            ),
        };
        let why = written.text.as_ref().map_or_else(|| text!("required here"), |text| Text::verbatim(&text.value));
        self.report(
            Diagnostic::new(codes::cards::REQUIRED, message)
                .label(place, Text::default())
                .label(written.span, why)
                .help(text!("change the weights, or the requirement")),
        );
    }
}

fn is_asked_for(entry: &Entry<'_>, value: &ast::Required, goals: &FxHashSet<&str>) -> bool {
    match value {
        ast::Required::Count => true,
        ast::Required::Tag(tag) => entry.indicator.tags.contains(&tag.text),
        ast::Required::Goal(_) => entry.indicator.supports.iter().any(|goal| goals.contains(goal.as_str())),
        ast::Required::Weight(name) => entry.names.contains(&name.text),
    }
}

impl Test {
    fn holds(&self, x: Dec) -> bool {
        match self {
            Test::Compare(op, bound) => op.holds(x.cmp(bound)),
            Test::Range(low, high, closed, negated) => (*low <= x && (x < *high || *closed && x == *high)) != *negated,
            Test::Set(members, negated) => members.contains(&x) != *negated,
        }
    }

    fn shown(&self, number: impl Fn(Dec) -> String) -> Text {
        match self {
            Test::Compare(op, bound) => Text::verbatim(format!("{} {}", op.sign(), number(*bound))),
            Test::Range(low, high, closed, negated) => {
                let dots = if *closed { ".." } else { "..<" };
                let range = format!("{}{dots}{}", number(*low), number(*high));
                if *negated { text!("not {range}", range) } else { Text::verbatim(range) }
            }
            Test::Set(members, negated) => {
                let members = Text::list(members.iter().map(|x| Text::verbatim(number(*x))), Join::Comma);
                if *negated { text!("not one of {members}", members) } else { text!("one of {members}", members) }
            }
        }
    }
}
