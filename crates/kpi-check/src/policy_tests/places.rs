//! Of which value of the results an expectation speaks.

use kpi_base::{Diagnostic, Join, Span, Text, codes, text};
use kpi_syntax::ast;
use kpi_syntax::words::{self, both};
use kpi_value::{Period, PeriodKind, Value};

use crate::checker::{Checker, unknown};
use crate::instances::Need;
use crate::model::{
    Audience, CardField, IndicatorField, IndicatorId, Line, LineKind, MidPeriod, Place, ScorecardId, Subject, TableId,
    TestTable, Type, Unit,
};
use crate::names::{Decl, nearest};

/// A declaration for a subject and a period: `host_card[A01]`, `host_card[A01, 2026-09]`.
pub(super) struct Found<'a> {
    pub(super) name: &'a ast::Name,
    pub(super) decl: Decl,
    pub(super) subject: String,
    pub(super) period: Period,
}

/// A value of the results, whose it is, when, and of what type.
pub(super) struct FoundPlace {
    pub(super) place: Place,
    pub(super) ty: Type,
    pub(super) subject: String,
    pub(super) period: Period,
}

/// A line of a scorecard, as far as expectations are concerned.
enum Shown {
    Indicator(IndicatorId),
    Other,
}

const FIELDS: [(&str, IndicatorField); 7] = [
    ("actual", IndicatorField::Actual),
    ("target", IndicatorField::Target),
    ("met", IndicatorField::Met),
    ("attainment", IndicatorField::Attainment),
    ("gap", IndicatorField::Gap),
    ("progress", IndicatorField::Progress),
    ("score", IndicatorField::Score),
];

impl<'a> Checker<'a> {
    /// `host_card[A01]` and the like.
    pub(super) fn expect_of(&mut self, e: &'a ast::Expr, period: Period) -> Option<Found<'a>> {
        let ast::ExprKind::Index(owner, index) = &e.kind else { return self.no_place(e) };
        let ast::ExprKind::Name(name) = &owner.kind else { return self.no_place(e) };
        let mut day = None;
        let (subject, period) = match index.as_slice() {
            [subject] => (subject, period),
            [subject, when] => {
                // Of the cards of several stints a day tells which.
                if let ast::ExprKind::Date(date) = &when.kind
                    && self.is_split(name)
                {
                    day = Some(self.model.policy.calendar.period(PeriodKind::Day, *date));
                }
                let text = match &when.kind {
                    ast::ExprKind::Period(text) | ast::ExprKind::Text(text) => text.clone(),
                    ast::ExprKind::Date(date) => date.to_string(),
                    ast::ExprKind::Number(number) if number.unit == ast::Unit::None => number.value.to_string(),
                    _ => return self.no_place(e),
                };
                match day {
                    Some(day) => (subject, day),
                    None => (subject, self.policy_period(&text, when.span)?),
                }
            }
            _ => return self.no_place(e),
        };
        let subject = self.subject_key(subject)?;
        let decl = self.resolve(name, &text!("a scorecard, an indicator, an incentive or a rule"))?;
        self.check_one_period(name, decl, period, index.last().map_or(name.span, |last| last.span))?;
        Some(Found { name, decl, subject, period })
    }

    /// Whether what is judged by a shorter period than the test's says which of them is meant.
    fn check_one_period(&mut self, name: &ast::Name, decl: Decl, period: Period, place: Span) -> Option<()> {
        let kind = match decl {
            Decl::Scorecard(index) => Some(self.scorecard_period(index)),
            Decl::Incentive(index) => {
                self.incentive_ids.get(index).copied().flatten().map(|id| self.model.incentives[id].period)
            }
            Decl::Rule(index) => {
                self.rule_ids.get(index).and_then(|ids| ids.first()).map(|id| self.model.rules[*id].period)
            }
            _ => None,
        };
        let kind = kind.unwrap_or(self.model.policy.period);
        if period.kind <= kind {
            return Some(());
        }
        let calendar = self.model.policy.calendar;
        let (name, unit, whole) = (&name.text, crate::show::show_period(kind), calendar.show(period));
        let one = calendar.parts(period, kind).map_or_else(String::new, |(_, last)| calendar.show(last));
        let message = text!("`{name}` is judged by the {unit}, and {whole} has several", name, unit, whole);
        self.report(
            Diagnostic::new(codes::tests::TEST_PERIOD, message).label(place, text!("which of them?")).help(text!(
                "name it behind the subject: `{name}[A01, {one}]`",
                name,
                one
            )),
        );
        None
    }

    /// Whether a name is that of a scorecard with a card for each stint, or of an incentive or a rule for such cards.
    fn is_split(&self, name: &'a ast::Name) -> bool {
        let split = |id: &ScorecardId| self.model.scorecards[*id].mid_period == MidPeriod::Split;
        let audience = match self.names.get(&name.text) {
            Some(Decl::Scorecard(index)) => {
                return self.scorecard_ids.get(index).copied().flatten().is_some_and(|id| split(&id));
            }
            Some(Decl::Incentive(index)) => {
                self.incentive_ids.get(index).copied().flatten().map(|id| &self.model.incentives[id].audience)
            }
            Some(Decl::Rule(index)) => {
                self.rule_ids.get(index).and_then(|ids| ids.first()).map(|id| &self.model.rules[*id].audience)
            }
            _ => None,
        };
        matches!(audience, Some(Audience::Cards(cards)) if cards.iter().any(split))
    }

    /// A key as it stands between brackets.
    fn subject_key(&mut self, e: &ast::Expr) -> Option<String> {
        match &e.kind {
            ast::ExprKind::Name(name) => Some(name.text.clone()),
            ast::ExprKind::Text(text) => Some(text.clone()),
            ast::ExprKind::Number(number) if number.unit == ast::Unit::None => Some(number.value.to_string()),
            _ => {
                self.report(
                    Diagnostic::new(
                        codes::tests::EXPECT_PLACE,
                        text!("between the brackets stands the key of one subject"),
                    )
                    .label(e.span, Text::default())
                    .help(text!("put a key that is no plain name into quotes: `host_card[\"A-01\"]`")),
                );
                None
            }
        }
    }

    /// A value of the results.
    pub(super) fn expect_place(
        &mut self,
        e: &'a ast::Expr,
        period: Period,
        tables: &[TestTable],
    ) -> Option<FoundPlace> {
        let ast::ExprKind::Field(owner, field) = &e.kind else { return self.no_place(e) };
        if let ast::ExprKind::Field(card, line) = &owner.kind {
            let found = self.expect_of(card, period)?;
            let Decl::Scorecard(index) = found.decl else {
                return self.no_such(found.name, found.decl, &text!("a scorecard"));
            };
            let id = self.scorecard_ids.get(index).copied().flatten()?;
            let (place, ty) = self.line_place(id, found.name, line, field)?;
            return Some(FoundPlace { place, ty, subject: found.subject, period: found.period });
        }
        let found = self.expect_of(owner, period)?;
        let (place, ty) = match found.decl {
            Decl::Scorecard(index) => {
                let id = self.scorecard_ids.get(index).copied().flatten()?;
                self.card_place(id, field)?
            }
            Decl::Incentive(index) => {
                let id = self.incentive_ids.get(index).copied().flatten()?;
                let pays = &self.model.incentives[id].pays;
                if field.word() == "total" {
                    (Place::Pay(id, None), Type::MONEY)
                } else if let Some(place) = pays.iter().position(|pay| pay.title.name == field.text) {
                    (Place::Pay(id, Some(place as u32)), Type::MONEY)
                } else {
                    let names = pays.iter().map(|pay| pay.title.name.as_str()).chain(["total"]);
                    let finding = unknown(
                        field,
                        &text!("a pay of `{name}`, or `total`,", name = found.name.text),
                        nearest(&field.text, names),
                    );
                    self.report(finding);
                    return None;
                }
            }
            Decl::Indicator(_) => {
                let wanted = self.indicator_field(field)?;
                let table = self.table_of_subject(&found, tables)?;
                let need = if wanted == IndicatorField::Actual { Need::Actual } else { Need::All };
                let id = self.indicator(found.name, &Subject::Table(table), need)?;
                self.check_target_there(id, wanted, field)?;
                let ty = self.field_type(id, wanted);
                (Place::Indicator(id, wanted), ty)
            }
            other => return self.no_such(found.name, other, &text!("a scorecard, an indicator or an incentive")),
        };
        Some(FoundPlace { place, ty, subject: found.subject, period: found.period })
    }

    fn card_place(&mut self, id: ScorecardId, field: &ast::Name) -> Option<(Place, Type)> {
        let card = &self.model.scorecards[id];
        Some(match field.word() {
            "score" => (Place::Card(id, CardField::Score), Type::POINTS),
            "attainment" => (Place::Card(id, CardField::Attainment), Type::RATIO),
            "rank" => (Place::Card(id, CardField::Rank), Type::COUNT),
            "grade" if card.grade.is_some() => (Place::Card(id, CardField::Grade), Type::Text),
            "grade" => {
                let message = text!("`{name}` gives no grades", name = card.title.name);
                self.report(Diagnostic::new(codes::tests::EXPECT_PLACE, message).label(field.span, Text::default()));
                return None;
            }
            other => {
                let own = ["score", "attainment", "grade", "rank"].into_iter();
                let mut names: Vec<&str> = own.flat_map(|name| both(name, words::Place::Attribute)).collect();
                names.extend(line_names(&card.lines, self));
                let finding =
                    unknown(field, &text!("`score`, `attainment`, `grade`, `rank` or a line"), nearest(other, names));
                self.report(finding);
                return None;
            }
        })
    }

    fn line_place(
        &mut self,
        card: ScorecardId,
        card_name: &ast::Name,
        line: &ast::Name,
        field: &ast::Name,
    ) -> Option<(Place, Type)> {
        let lines = &self.model.scorecards[card].lines;
        let Some(shown) = find_line(lines, &line.text, self) else {
            let near = nearest(&line.text, line_names(lines, self));
            let finding = unknown(line, &text!("a line of `{card_name}`", card_name = card_name.text), near);
            self.report(finding);
            return None;
        };
        let name = line.text.clone();
        if field.word() == "weight" {
            return Some((Place::LineWeight(card, name), Type::RATIO));
        }
        let wanted = self.indicator_field(field)?;
        let ty = match (shown, wanted) {
            (_, IndicatorField::Score) => Type::POINTS,
            (Shown::Indicator(id), wanted) => {
                if wanted != IndicatorField::Attainment {
                    self.check_target_there(id, wanted, field)?;
                }
                self.field_type(id, wanted)
            }
            (Shown::Other, IndicatorField::Attainment) => Type::RATIO,
            (Shown::Other, IndicatorField::Met) => Type::Bool,
            (Shown::Other, _) => {
                let message = text!("`{name}` is made of other lines and has no `{field}`", name, field = field.text);
                self.report(
                    Diagnostic::new(codes::tests::EXPECT_PLACE, message)
                        .label(field.span, Text::default())
                        .help(text!("it has `attainment`, `score`, `weight` and `met`")),
                );
                return None;
            }
        };
        Some((Place::Line(card, name, wanted), ty))
    }

    fn indicator_field(&mut self, field: &ast::Name) -> Option<IndicatorField> {
        let found = FIELDS.iter().find(|(name, _)| *name == field.word()).map(|(_, field)| *field);
        if found.is_none() {
            let fields = FIELDS.iter().map(|(name, _)| *name).chain(["weight"]);
            let near = nearest(&field.text, fields.flat_map(|name| both(name, words::Place::Attribute)));
            self.report(unknown(field, &text!("`actual`, `target`, `met`, `attainment`, `gap` or `score`"), near));
        }
        found
    }

    fn check_target_there(&mut self, id: IndicatorId, wanted: IndicatorField, field: &ast::Name) -> Option<()> {
        let needed = matches!(
            wanted,
            IndicatorField::Target
                | IndicatorField::Met
                | IndicatorField::Attainment
                | IndicatorField::Gap
                | IndicatorField::Progress
        );
        self.check_has_whole(id, wanted, None, field.span)?;
        let indicator = self.instance(id)?;
        if needed && indicator.target.is_none() && indicator.parts.is_none() {
            let message =
                text!("`{name}` has no target, and so no `{field}`", name = indicator.title.name, field = field.text);
            self.report(Diagnostic::new(codes::tests::EXPECT_PLACE, message).label(field.span, Text::default()));
            return None;
        }
        Some(())
    }

    fn field_type(&self, id: IndicatorId, field: IndicatorField) -> Type {
        match field {
            IndicatorField::Actual | IndicatorField::Target => {
                self.instance(id).map_or(Type::Number(Unit::NUMBER), |indicator| indicator.formula.ty)
            }
            IndicatorField::Met => Type::Bool,
            IndicatorField::Attainment | IndicatorField::Gap | IndicatorField::Score | IndicatorField::Progress => {
                Type::RATIO
            }
        }
    }

    /// Whose key it is: that of a table of the test which has such a row, else that of the cards with the indicator.
    pub(super) fn table_of_subject(&mut self, found: &Found<'a>, tables: &[TestTable]) -> Option<TableId> {
        let has = |given: &&TestTable| {
            let contract = &self.model.tables[given.table];
            let place = contract.key.and_then(|key| given.columns.iter().position(|c| *c == key));
            place.is_some_and(|place| {
                let key = |row: &crate::model::TestRow| row.cells.get(place).cloned().flatten();
                given.rows.iter().any(|row| key(row).is_some_and(|key| same_key(&key, &found.subject)))
            })
        };
        let mut candidates: Vec<TableId> = tables.iter().filter(has).map(|given| given.table).collect();
        let of_cards = self.tables_of_cards(&found.name.text);
        if candidates.is_empty() {
            candidates.clone_from(&of_cards);
        }
        let narrowed: Vec<TableId> = candidates.iter().copied().filter(|t| of_cards.contains(t)).collect();
        if !narrowed.is_empty() {
            candidates = narrowed;
        }
        if candidates.len() > 1 && candidates.iter().any(|t| self.model.tables[*t].roster) {
            candidates.retain(|t| self.model.tables[*t].roster);
        }
        match candidates.as_slice() {
            [table] => Some(*table),
            other => {
                let message = if other.is_empty() {
                    text!("no table of this test has a row with the key `{subject}`", subject = found.subject)
                } else {
                    let names = other.iter().map(|t| format!("`{}`", self.model.tables[*t].title.name));
                    text!(
                        "`{subject}` is a key of several tables: {names}",
                        subject = found.subject,
                        names = Text::list(names.map(Text::verbatim), Join::Comma)
                    )
                };
                self.report(
                    Diagnostic::new(codes::tests::EXPECT_PLACE, message)
                        .label(found.name.span, Text::default())
                        .help(text!("give the subject a row of its own, or ask for the line of a card: `host_card[A01].watch_time.actual`")),
                );
                None
            }
        }
    }

    /// The tables of the scorecards that have an indicator.
    fn tables_of_cards(&self, name: &str) -> Vec<TableId> {
        let cards = self.model.scorecards.iter().map(|(_, card)| card);
        let with = cards.filter(|card| find_line(&card.lines, name, self).is_some());
        let mut tables: Vec<TableId> = with.map(|card| card.table).collect();
        tables.sort_unstable();
        tables.dedup();
        tables
    }

    pub(super) fn no_place<T>(&mut self, e: &ast::Expr) -> Option<T> {
        self.no_place_at(e.span)
    }

    fn no_place_at<T>(&mut self, span: Span) -> Option<T> {
        self.report(
            Diagnostic::new(codes::tests::EXPECT_PLACE, text!("this is no value of the results"))
                .label(span, Text::default())
                .help(text!("write `host_card[A01].score`, `host_card[A01].watch_time.actual`, `watch_time[A01].actual`, `monthly_pay[A01].base` or `.total`")),
        );
        None
    }

    pub(super) fn no_such<T>(&mut self, name: &ast::Name, decl: Decl, wanted: &Text) -> Option<T> {
        let message = text!("`{name}` is {kind}, not {wanted}", name = name.text, kind = decl.kind(), wanted);
        self.report(
            Diagnostic::new(codes::names::WRONG_KIND, message).label(name.span, text!("{wanted} was expected", wanted)),
        );
        None
    }
}

fn same_key(key: &Value, text: &str) -> bool {
    match key {
        Value::Text(key) => **key == *text,
        Value::Dec(x) => x.to_string() == text,
        Value::Date(x) => x.to_string() == text,
        _ => false,
    }
}

fn find_line(lines: &[Line], name: &str, checker: &Checker<'_>) -> Option<Shown> {
    lines.iter().find_map(|line| match &line.kind {
        LineKind::Indicator { indicator, .. } => {
            let is = checker.instance(*indicator).is_some_and(|i| i.title.name == name);
            is.then_some(Shown::Indicator(*indicator))
        }
        LineKind::Card(id) => (checker.model.scorecards[*id].title.name == name).then_some(Shown::Other),
        LineKind::Group { title, lines, .. } => {
            if title.name == name {
                Some(Shown::Other)
            } else {
                find_line(lines, name, checker)
            }
        }
    })
}

pub(super) fn line_names<'c>(lines: &'c [Line], checker: &'c Checker<'_>) -> Vec<&'c str> {
    let mut names = Vec::new();
    for line in lines {
        match &line.kind {
            LineKind::Indicator { indicator, .. } => {
                names.extend(checker.instance(*indicator).map(|i| i.title.name.as_str()));
            }
            LineKind::Card(id) => names.push(&checker.model.scorecards[*id].title.name),
            LineKind::Group { title, lines, .. } => {
                names.push(&title.name);
                names.extend(line_names(lines, checker));
            }
        }
    }
    names
}
