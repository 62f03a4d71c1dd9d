//! What a rule says, and what it leaves to a person.

use kpi_base::{Diagnostic, Span, Text, codes, text};
use kpi_syntax::ast;

use crate::by_tables::Gives;
use crate::checker::Checker;
use crate::context::Context;
use crate::model::{self, ByRow, ByTable, DimensionId};
use crate::names::Decl;

impl<'a> Checker<'a> {
    pub(super) fn then(&mut self, written: &'a ast::Then, cx: &Context) -> Option<model::Then> {
        let plain = |warn, text: &ast::Text| says(warn, ByTable::plain(text.value.clone(), text.span));
        match written {
            ast::Then::Text(text) => Some(plain(false, text)),
            ast::Then::Warn(text) => Some(plain(true, text)),
            ast::Then::By(by) => {
                let text = self.by_rows(by, cx, &Gives::Text, |_, text| Some(text.value.clone()))?;
                Some(says(false, text))
            }
            ast::Then::Step(arg, rows, body) => self.by_number(arg, rows, *body, cx),
            ast::Then::OneOf(text, choices, span) => {
                let choices = self.choices(choices, *span)?;
                let text = match text {
                    Some(text) => ByTable::plain(text.value.clone(), text.span),
                    None => ByTable { keys: Vec::new(), rows: Vec::new() },
                };
                Some(model::Then { choices, ..says(false, text) })
            }
        }
    }

    /// `step(streak(…)) { ≥ 3: "…" }`: what is said by a number. Where no row holds the rule does not fire.
    fn by_number(
        &mut self,
        arg: &'a ast::Expr,
        rows: &'a [ast::CurveRow],
        body: Span,
        cx: &Context,
    ) -> Option<model::Then> {
        let number = self.operand(arg, cx, None)?;
        let unit = self.need_number(&number, &text!("a curve"))?;
        let bounds = self.step_bounds(rows, unit, body, "then");
        let mut said = Vec::new();
        for row in rows {
            let ast::ExprKind::Text(text) = &row.value.kind else {
                self.report(
                    Diagnostic::new(codes::types::TYPE_MISMATCH, text!("what a rule says is a text"))
                        .label(row.value.span, Text::default())
                        .help(text!("write it in quotes: `≥ 3: \"stop\"`")),
                );
                return None;
            };
            said.push(ByRow { patterns: Vec::new(), value: text.clone(), span: row.span });
        }
        let text = ByTable { keys: Vec::new(), rows: said };
        Some(model::Then { by_number: Some((number, bounds?)), ..says(false, text) })
    }

    /// What a person chooses from: texts, and members by the name that people read.
    fn choices(&mut self, written: &'a ast::Choices, span: Span) -> Option<Vec<String>> {
        let listed = match written {
            ast::Choices::Members(name) => {
                let Decl::Dimension(index) = self.resolve(name, &text!("a dimension"))? else {
                    let message = text!("`{name}` is no dimension whose members can be chosen from", name = name.text);
                    self.report(
                        Diagnostic::new(codes::cards::CHOICES, message).label(name.span, Text::default()).help(text!(
                            "name a dimension, or write the choices: `one of { \"training\", \"a talk\" }`"
                        )),
                    );
                    return None;
                };
                self.used.insert(Decl::Dimension(index));
                let members = &self.model.dimensions[DimensionId::new(index)].members;
                return Some(members.iter().map(|member| member.shown().to_owned()).collect());
            }
            ast::Choices::Listed(listed) => listed,
        };
        let names: Vec<&ast::Name> = listed
            .iter()
            .filter_map(|choice| if let ast::Choice::Member(name) = choice { Some(name) } else { None })
            .collect();
        let dimension = self.dimension_of_all(&names)?;
        let mut choices: Vec<String> = Vec::new();
        for choice in listed {
            let (text, place) = match choice {
                ast::Choice::Text(text) => (text.value.clone(), text.span),
                ast::Choice::Member(name) => {
                    let members = &self.model.dimensions[dimension?].members;
                    (members.iter().find(|member| member.name == name.text)?.shown().to_owned(), name.span)
                }
            };
            if choices.contains(&text) {
                self.report(
                    Diagnostic::new(codes::cards::CHOICES, text!("`{text}` is there twice", text))
                        .label(place, text!("again here"))
                        .help(text!("remove one of them")),
                );
                return None;
            }
            choices.push(text);
        }
        if choices.len() < 2 {
            self.report(
                Diagnostic::new(codes::cards::CHOICES, text!("there is nothing to choose"))
                    .label(span, Text::default())
                    .help(text!("give at least two choices, or say the one: `then \"…\"`")),
            );
            return None;
        }
        Some(choices)
    }

    /// The dimension that has all these members; none inside if there are no names.
    fn dimension_of_all(&mut self, names: &[&ast::Name]) -> Option<Option<DimensionId>> {
        let Some(first) = names.first() else { return Some(None) };
        let has = |d: &model::Dimension, name: &ast::Name| d.members.iter().any(|member| member.name == name.text);
        let found = self.model.dimensions.iter().find(|(_, d)| names.iter().all(|name| has(d, name))).map(|(id, _)| id);
        if let Some(id) = found {
            self.used.insert(Decl::Dimension(id.index()));
            return Some(Some(id));
        }
        let stray = names.iter().find(|name| !self.model.dimensions.iter().any(|(_, d)| has(d, name)));
        let name = stray.unwrap_or(first);
        let message = match stray {
            Some(name) => text!("no dimension has a member `{name}`", name = name.text),
            None => text!("no dimension has all of these members"),
        };
        self.report(
            Diagnostic::new(codes::cards::CHOICES, message)
                .label(name.span, Text::default())
                .help(text!("declare them in one dimension, or put a text into quotes")),
        );
        None
    }
}

fn says(warn: bool, text: ByTable<String>) -> model::Then {
    model::Then { warn, text, by_number: None, choices: Vec::new() }
}
