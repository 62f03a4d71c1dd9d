//! What follows from scorecards: pay and rules; and what is claimed about them.

use kpi_base::text;
use kpi_syntax::ast::{
    Audience, Choice, Choices, CurveCall, Expr, ExprKind, Has, Incentive, Name, Require, Required, RequiredTest, Rule,
    Share, SomeGoal, Test, Then,
};

use super::{EACH_SCORECARD, Family, Members};
use crate::Matter;

impl Members<'_, '_> {
    fn audience(&mut self, audience: Option<&Audience>, name: &Name) {
        let (canon, span) = match audience {
            None => return,
            Some(Audience::Named(names, condition)) => {
                let mut list: Vec<String> = names.iter().map(|name| self.canon.name(name)).collect();
                list.sort();
                let span = names.first().map_or(name.span, |first| first.span);
                (format!("{} where {}", list.join(", "), self.canon.maybe(condition.as_ref())), span)
            }
            Some(Audience::EachScorecard(of, span)) => {
                self.canon.reads.insert(EACH_SCORECARD.to_owned());
                (format!("each scorecard of {}", of.as_ref().map(|of| self.canon.name(of)).unwrap_or_default()), *span)
            }
            Some(Audience::EachIndicator(tag, span)) => {
                self.canon.reads.insert(EACH_SCORECARD.to_owned());
                (format!("each indicator tag {}", tag.as_ref().map(|tag| tag.text.as_str()).unwrap_or_default()), *span)
            }
        };
        self.add("for", text!("whom it is for"), canon, span);
    }

    pub(super) fn incentive(&mut self, i: &Incentive) {
        self.audience(i.audience.as_ref(), &i.name);
        self.maybe("when", text!("who is eligible"), i.condition.as_ref());
        for pay in &i.pays {
            self.enter(&format!("pay {}", pay.name.text), text!("pay `{name}`", name = pay.name.text), pay.span);
            // Of a pay with one curve, the row that has changed is told.
            match the_curve(&pay.value) {
                Some(curve) => {
                    self.canon.hole = Some(curve.body);
                    self.expr("amount", text!("rest of the formula"), &pay.value);
                    self.canon.hole = None;
                    self.curve("row", &text!("row"), &curve.rows);
                }
                None => self.expr("amount", text!("amount"), &pay.value),
            }
            self.maybe("round to", text!("`round to`"), pay.round_to.as_ref());
            self.label(&pay.label);
            self.leave();
        }
        self.maybe("cap", text!("cap"), i.cap.as_ref());
        self.maybe("floor", text!("floor"), i.floor.as_ref());
        if let Some(span) = i.per_card {
            self.flag("per card", text!("`per card`"), true, span);
        }
        if let Some(span) = i.by_stint {
            self.flag("share by stint", text!("`share by stint`"), true, span);
        }
        if let Some((period, span)) = &i.period {
            self.add("period", text!("period"), format!("{period:?}"), *span);
        }
    }

    pub(super) fn rule(&mut self, r: &Rule) {
        self.audience(r.audience.as_ref(), &r.name);
        self.maybe("when", text!("condition"), r.condition.as_ref());
        if let Some((n, span)) = &r.streak {
            let unit = r.streak_unit.map(|unit| format!("{unit:?}")).unwrap_or_default();
            self.add("streak", text!("consecutive periods"), format!("{n} {unit}"), *span);
        }
        if let Some(span) = r.once {
            self.flag("once", text!("`once`"), true, span);
        }
        self.maybe("since", text!("`since`"), r.since.as_ref());
        if let Some((period, span)) = &r.period {
            self.add("period", text!("period"), format!("{period:?}"), *span);
        }
        if let Some(share) = &r.share {
            let canon = self.share(share);
            self.add("share", text!("whom of a group it takes"), canon, share.span);
        }
        match &r.then {
            None => {}
            Some(Then::Text(text)) => self.add("then", text!("what it says"), text.value.clone(), text.span),
            Some(Then::Warn(text)) => {
                self.add("then", text!("what it says"), format!("warn {}", text.value), text.span);
            }
            Some(Then::By(by)) => {
                self.by("then", &text!("what it says"), by, |_, text| (text.value.clone(), text.span));
            }
            Some(Then::Step(of, rows, _)) => {
                self.expr("then of", text!("what it depends on"), of);
                self.curve("then", &text!("what it says"), rows);
            }
            Some(Then::OneOf(text, choices, span)) => {
                let mut choices: Vec<String> = match choices {
                    Choices::Members(of) => vec![self.canon.name(of)],
                    Choices::Listed(listed) => listed
                        .iter()
                        .map(|choice| match choice {
                            Choice::Member(name) => self.canon.name(name),
                            Choice::Text(text) => format!("{:?}", text.value),
                        })
                        .collect(),
                };
                choices.sort();
                let text = text.as_ref().map(|text| text.value.as_str()).unwrap_or_default();
                self.add("then", text!("what it says"), format!("{text} one of {}", choices.join(", ")), *span);
            }
        }
    }

    fn share(&mut self, share: &Share) -> String {
        let least = share.at_least.as_ref().map(|(n, _)| n.to_string()).unwrap_or_default();
        format!(
            "{} {} at least {least} of {} among {}",
            if share.best { "top" } else { "bottom" },
            self.canon.expr(&share.share),
            self.canon.maybe(share.of.as_ref()),
            self.canon.paths(&share.among)
        )
    }

    /// Nothing that a test says moves a score; a row of its data is not told by itself.
    pub(super) fn test(&mut self, t: &Test) {
        let mut setting = vec![t.period.as_ref().map(|period| period.value.clone()).unwrap_or_default()];
        setting.extend(t.data_until.as_ref().map(|(day, _)| format!("data until {day}")));
        setting.extend(t.overrides.iter().map(|given| crate::claims::override_of(given, self.canon)));
        let setting = setting.join(", ");
        self.put("setting", text!("period and parameters"), setting.clone(), t.name.span, Matter::Tests);
        self.show(setting);
        if let Some(each) = &t.each {
            let canon = crate::claims::table(each, self.canon);
            self.put("each", text!("cases"), canon, each.name.span, Matter::Tests);
            self.show("");
        }
        for table in &t.tables {
            let canon = crate::claims::table(table, self.canon);
            let name = self.canon.name(&table.name);
            let title = text!("data of `{name}`", name = table.name.text);
            self.put(&format!("table {name}"), title, canon, table.name.span, Matter::Tests);
            self.show("");
        }
        for expect in &t.expects {
            let canon = crate::claims::expect(expect, self.canon);
            self.put(&format!("expect {canon}"), text!("expectation"), canon, expect.span, Matter::Tests);
            let family = Family { key: "expect".to_owned(), title: text!("expectation") };
            if let Some(last) = self.found.last_mut() {
                last.family = Some(family);
            }
        }
    }

    pub(super) fn require(&mut self, r: &Require) -> String {
        let goal = |goal: &SomeGoal| match goal {
            SomeGoal::Any => "a goal".to_owned(),
            SomeGoal::One(name) => name.text.clone(),
        };
        if let Some(of_each) = &r.of_each {
            let tag = of_each.tag.as_ref().map(|tag| tag.text.as_str()).unwrap_or_default();
            let has = match &of_each.has {
                Has::Goal(some) => format!("supports {}", goal(some)),
                Has::Note(name) => format!("note {}", name.text),
                Has::Target => "target".to_owned(),
            };
            return format!("each indicator tag {tag}: {has}");
        }
        let cards = match &r.cards {
            None => "each scorecard".to_owned(),
            Some(cards) => {
                let mut cards: Vec<String> = cards.iter().map(|card| self.canon.name(card)).collect();
                cards.sort();
                cards.join(", ")
            }
        };
        let value = match &r.value {
            Required::Count => "count".to_owned(),
            Required::Tag(tag) => format!("weight tag {}", tag.text),
            Required::Goal(some) => format!("weight supports {}", goal(some)),
            Required::Weight(name) => format!("weight {}", self.canon.name(name)),
        };
        let test = match &r.test {
            RequiredTest::Compare(op, bound) => format!("{op:?} {}", self.canon.expr(bound)),
            RequiredTest::In(set, negated) => format!("{negated} in {}", self.canon.set(set)),
        };
        format!("{cards}: {value} {test}")
    }
}

/// The only curve of an expression, among its terms and factors.
fn the_curve(expr: &Expr) -> Option<&CurveCall> {
    match &expr.kind {
        ExprKind::Curve(curve) => Some(curve),
        ExprKind::Neg(of) => the_curve(of),
        ExprKind::Binary(_, a, b) => match (the_curve(a), the_curve(b)) {
            (Some(curve), None) | (None, Some(curve)) => Some(curve),
            _ => None,
        },
        _ => None,
    }
}
