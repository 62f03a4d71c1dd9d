//! What names mean: columns, members, indicators, parameters, and the values that some places see.

use kpi_base::{Diagnostic, Severity, Span, Text, codes, text};
use kpi_syntax::ast;
use kpi_syntax::words::{self, both};
use kpi_value::Value;

use crate::certain::Asker;
use crate::checker::{Checker, unknown};
use crate::context::{At, Context};
use crate::expr::constant;
use crate::instances::Need;
use crate::model::{
    self, CardField, DimensionId, ExprKind, IncentiveId, IndicatorField, LineField, PeriodField, Subject, TableId, Type,
};
use crate::names::Decl;
use crate::paths::Found;

/// The fields of an indicator.
const FIELDS: &[(&str, IndicatorField)] = &[
    ("actual", IndicatorField::Actual),
    ("target", IndicatorField::Target),
    ("met", IndicatorField::Met),
    ("attainment", IndicatorField::Attainment),
    ("gap", IndicatorField::Gap),
    ("progress", IndicatorField::Progress),
    ("score", IndicatorField::Score),
];

/// The names of `a.b.c`, if it is nothing else.
pub(crate) fn chain(e: &ast::Expr) -> Option<Vec<&ast::Name>> {
    match &e.kind {
        ast::ExprKind::Name(name) => Some(vec![name]),
        ast::ExprKind::Field(base, name) => {
            let mut names = chain(base)?;
            names.push(name);
            Some(names)
        }
        _ => None,
    }
}

impl<'a> Checker<'a> {
    pub(crate) fn names_value(
        &mut self,
        e: &'a ast::Expr,
        cx: &Context,
        expected: Option<Type>,
    ) -> Option<model::Expr> {
        let Some(names) = chain(e) else {
            self.report(
                Diagnostic::new(codes::names::NOT_HERE, text!("only names have fields"))
                    .label(e.span, text!("this value has none")),
            );
            return None;
        };
        let (first, rest) = names.split_first()?;
        if let (Some(bound), []) = (cx.bindings.as_ref().and_then(|b| b.get(&first.text)), rest) {
            return Some(bound.clone());
        }
        if let Some(found) = self.seen_here(first, rest, e.span, cx) {
            return found;
        }
        let member = match expected {
            Some(Type::Member(d)) if rest.is_empty() => self.member_place(&first.text, d).map(|m| (d, m)),
            _ => None,
        };
        let column = match self.find_path(&names, cx, false) {
            Found::Reported => return None,
            Found::Nothing => None,
            Found::Path(path, ty) => Some((path, ty)),
        };
        match (column, member) {
            (Some((path, ty)), Some((dimension, _))) if ty == Type::Member(dimension) => {
                let (name, dimension) = (&first.text, &self.model.dimensions[dimension].title);
                let table = path.table().map(|t| self.model.tables[t].title.name.clone()).unwrap_or_default();
                let message =
                    text!("`{name}` is a member of `{name2}` and a column of it", name, name2 = dimension.name);
                let finding = Diagnostic::new(codes::names::AMBIGUOUS_NAME, message)
                    .label(e.span, text!("which one is meant?"))
                    .label(dimension.span, text!("the dimension"))
                    .help(text!("write `{table}.{name}` for the column, or rename one of them", table, name));
                self.report(finding);
                None
            }
            (_, Some((dimension, place))) => {
                self.used.insert(Decl::Dimension(dimension.index()));
                Some(self.make(constant(Value::Member(place)), Type::Member(dimension), e.span))
            }
            (Some((path, ty)), None) => {
                // An indicator has no value in a row, so that only the column can be meant there.
                let rival = self.names.get(&first.text).filter(|decl| match decl {
                    Decl::Indicator(_) => cx.subject().is_some(),
                    Decl::Param(_) => true,
                    _ => false,
                });
                if let ([], Some(decl)) = (rest, rival) {
                    return self.report_two_meanings(first, decl, cx);
                }
                Some(self.make(ExprKind::Column(path), ty, e.span))
            }
            (None, None) => self.declared(first, rest, e.span, cx, expected),
        }
    }

    fn report_two_meanings(&mut self, name: &ast::Name, decl: Decl, cx: &Context) -> Option<model::Expr> {
        let table = self.home(cx).map(|t| self.model.tables[t].title.name.clone()).unwrap_or_default();
        let message =
            text!("`{name}` is {kind} and a column of `{table}`", name = name.text, kind = decl.kind(), table);
        let finding = Diagnostic::new(codes::names::AMBIGUOUS_NAME, message)
            .label(name.span, text!("which one is meant?"))
            .help(text!("write `{table}.{name}` for the column, or rename one of them", table, name = name.text));
        self.report(finding);
        None
    }

    /// What only some places see: `period.days`, the line's or the card's values.
    fn seen_here(
        &mut self,
        first: &ast::Name,
        rest: &[&ast::Name],
        span: Span,
        cx: &Context,
    ) -> Option<Option<model::Expr>> {
        if let (Some(line), []) = (cx.line_of, rest)
            && let Some((_, field)) = FIELDS.iter().find(|(name, _)| *name == first.word())
        {
            return Some(self.value_of_line(line, *field, first, span, cx));
        }
        let (kind, ty) = match (first.word(), rest) {
            ("actual", []) if cx.line.is_some() => (ExprKind::Line(LineField::Actual), cx.line?),
            ("attainment", []) if cx.line.is_some() => (ExprKind::Line(LineField::Attainment), Type::RATIO),
            ("attainment", []) if cx.card => (ExprKind::Card(CardField::Attainment), Type::RATIO),
            ("score", []) if cx.card => (ExprKind::Card(CardField::Score), Type::POINTS),
            ("grade", []) if cx.card => (ExprKind::Card(CardField::Grade), Type::Text),
            ("rank", []) if cx.card => (ExprKind::Card(CardField::Rank), Type::COUNT),
            ("period", [field]) if self.names.get(&first.text).is_none() => {
                let (field, ty) = match field.word() {
                    "start" => (PeriodField::Start, Type::Date),
                    "end" => (PeriodField::End, Type::Date),
                    "length" => (PeriodField::Length, Type::DURATION),
                    "days" => (PeriodField::Days, Type::COUNT),
                    _ => {
                        let near = crate::names::nearest(&field.text, ["start", "end", "length", "days"]);
                        self.report(unknown(field, &text!("`start`, `end`, `length` or `days`"), near));
                        return Some(None);
                    }
                };
                if cx.subject().is_none() {
                    self.report_not_here(&text!("`period`"), span, cx);
                    return Some(None);
                }
                (ExprKind::Period(field), ty)
            }
            ("stint", [field]) if self.names.get(&first.text).is_none() && !self.has_column(&first.text, cx) => {
                if field.word() != "days" {
                    self.report(unknown(field, &text!("`days`"), crate::names::nearest(&field.text, ["days"])));
                    return Some(None);
                }
                if cx.subject().is_none() {
                    self.report_not_here(&text!("`stint.days`"), span, cx);
                    return Some(None);
                }
                if cx.moved {
                    self.report_unmoved("stint.days", span);
                    return Some(None);
                }
                (ExprKind::StintDays, Type::COUNT)
            }
            _ => return None,
        };
        if matches!(kind, ExprKind::Line(_) | ExprKind::Card(_)) {
            if cx.moved {
                self.report_unmoved(&first.text, span);
                return Some(None);
            }
            self.warn_hidden(first, cx.card, cx);
        }
        Some(Some(self.make(kind, ty, span)))
    }

    /// `attainment` in a rule for each indicator. Where it needs a target and the indicator has none, the rule is not for it.
    fn value_of_line(
        &mut self,
        line: model::IndicatorId,
        field: IndicatorField,
        name: &ast::Name,
        span: Span,
        cx: &Context,
    ) -> Option<model::Expr> {
        let subject = cx.subject().cloned()?;
        let found = self.instance(line)?;
        let targeted = !matches!(field, IndicatorField::Actual | IndicatorField::Score);
        if targeted && found.target.is_none() && found.parts.is_none() {
            self.untargeted_line = true;
            return None;
        }
        self.warn_hidden(name, false, cx);
        let need = if field == IndicatorField::Actual { Need::Actual } else { Need::All };
        let place = self.instance_place(line)?;
        let id = self.indicator_at(place, &subject, need, span)?;
        if need == Need::All && id != line {
            self.askers.entry(id).or_default().push(Asker::Anybody);
        }
        self.field_value(id, field, &name.text, span, cx)
    }

    fn has_column(&self, name: &str, cx: &Context) -> bool {
        self.home(cx).is_some_and(|table| self.model.tables[table].find(name).is_some())
    }

    /// Reports that results are asked for of another subject or period.
    fn report_unmoved(&mut self, what: &str, span: Span) {
        self.report(
            Diagnostic::new(codes::names::NOT_HERE, text!("`{what}` is known of this subject in this period only", what))
                .label(span, text!("asked for of others"))
                .help(text!("`previous`, `growth`, `streak`, `over` and `among` move indicators and rows; of cards a rule says `when … for 2 consecutive periods`")),
        );
    }

    /// Warns where a value of the card or the line hides a column or a declaration of the same name: either may be meant,
    /// and the card's value has no other name.
    fn warn_hidden(&mut self, name: &ast::Name, of_card: bool, cx: &Context) {
        let text = &name.text;
        let table = self.home(cx).map(|t| &self.model.tables[t]).filter(|t| t.find(text).is_some());
        let (what, place, help) = match (table, self.names.get(text), self.names.place(text)) {
            (Some(table), ..) => {
                let column = format!("{}.{text}", table.title.name);
                let place = table.find(text).map(|(_, c)| c.title.span).unwrap_or_default();
                (
                    text!("the column `{column}`", column),
                    place,
                    text!("write `{column}` if the column is meant", column),
                )
            }
            (None, Some(decl @ (Decl::Indicator(_) | Decl::Param(_))), Some(place)) => {
                (text!("{kind} of this name", kind = decl.kind()), place, text!("rename one of the two"))
            }
            _ => return,
        };
        let mut finding = Diagnostic::new(
            codes::names::AMBIGUOUS_NAME,
            if of_card {
                text!("`{name}` is the card's here, and there is {what}", name = text, what)
            } else {
                text!("`{name}` is the line's here, and there is {what}", name = text, what)
            },
        )
        .label(
            name.span,
            if of_card { text!("read as the value of the card") } else { text!("read as the value of the line") },
        )
        .label(place, text!("not read here"))
        .help(help);
        finding.severity = Severity::Warning;
        self.report(finding);
    }

    /// The value of a declaration.
    fn declared(
        &mut self,
        first: &'a ast::Name,
        rest: &[&'a ast::Name],
        span: Span,
        cx: &Context,
        expected: Option<Type>,
    ) -> Option<model::Expr> {
        let Some(decl) = self.names.get(&first.text) else {
            self.report_unknown_value(first, cx, expected);
            return None;
        };
        self.used.insert(decl);
        match decl {
            Decl::Indicator(index) => self.indicator_value(index, first, rest, span, cx),
            Decl::Param(index) if rest.is_empty() => self.param_value(index, span, cx),
            Decl::Incentive(_) if cx.pays && cx.moved => {
                self.report_unmoved(&first.text, span);
                None
            }
            Decl::Incentive(index) if cx.pays => self.pay_value(index, first, rest, span),
            Decl::Table(index) if rest.is_empty() => {
                let name = &first.text;
                let finding =
                    Diagnostic::new(codes::names::NOT_HERE, text!("`{name}` is a table, and a value is needed", name))
                        .label(span, text!("many rows"))
                        .help(match self.model.tables[TableId::new(index)].columns.first() {
                            Some(column) => {
                                text!(
                                    "aggregate it: `count({name})`, `sum({name}.{name2})`",
                                    name,
                                    name2 = column.title.name
                                )
                            }
                            None => text!("aggregate it: `count({name})`", name),
                        });
                self.report(finding);
                None
            }
            Decl::Table(index) => self.report_many_rows(index, first, rest, span, cx),
            Decl::Dimension(index) => self.report_dimension(index, first, span, cx),
            Decl::Scorecard(_) => {
                self.report(
                    Diagnostic::new(
                        codes::names::WRONG_KIND,
                        text!("`{first}` is a scorecard, and has no value here", first = first.text),
                    )
                    .label(span, text!("a value was expected"))
                    .help(text!(
                        "in incentives and rules for scorecards write `score`, `attainment`, `grade` or `rank`"
                    )),
                );
                None
            }
            other => {
                self.report_kind(first, other, &text!("a value"));
                None
            }
        }
    }

    fn report_unknown_value(&mut self, name: &ast::Name, cx: &Context, expected: Option<Type>) {
        if let Some(Type::Member(dimension)) = expected {
            let near = self.nearest_here(name, cx, expected);
            let wanted = text!("a member of `{name}`", name = self.model.dimensions[dimension].title.name);
            return self.report(unknown(name, &wanted, near.as_deref()));
        }
        let near = self.nearest_here(name, cx, expected);
        let wanted = match (&cx.at, self.home(cx)) {
            (At::Row(_), Some(table)) => text!("a column of `{name}`", name = self.model.tables[table].title.name),
            _ => text!("a value"),
        };
        let mut finding = unknown(name, &wanted, near.as_deref());
        if near.is_none()
            && let Some(dimension) = self.dimension_of_member(&name.text)
        {
            finding = finding.help(text!(
                "`{name}` is a member of `{dimension}`: compare it with a column of `{dimension}`",
                name = name.text,
                dimension
            ));
        }
        self.report(finding);
    }

    fn dimension_of_member(&self, name: &str) -> Option<String> {
        let found = self.model.dimensions.iter().find(|(_, d)| d.members.iter().any(|m| m.name == name));
        found.map(|(_, d)| d.title.name.clone())
    }

    fn report_many_rows(
        &mut self,
        index: usize,
        first: &ast::Name,
        rest: &[&'a ast::Name],
        span: Span,
        cx: &Context,
    ) -> Option<model::Expr> {
        let column = rest.first().map(|n| n.text.as_str()).unwrap_or_default();
        let table = &first.text;
        if matches!(cx.at, At::Row(_)) {
            let home = self.home(cx)?;
            self.check_way(home, None, &Subject::Table(TableId::new(index)), span)?;
        }
        if matches!(cx.at, At::Pure) {
            self.report_not_here(&text!("`{table}.{column}`", table, column), span, cx);
            return None;
        }
        self.report(
            Diagnostic::new(codes::names::NOT_HERE, text!("`{table}.{column}` has a value for each row, not one", table, column))
                .label(span, text!("one value is needed here"))
                .help(text!("write `sum({table}.{column})` over the rows, or `lookup({table}.{column})` for the one row of the subject and period", table, column)),
        );
        None
    }

    fn report_dimension(&mut self, index: usize, name: &ast::Name, span: Span, cx: &Context) -> Option<model::Expr> {
        let mut finding = Diagnostic::new(
            codes::names::NOT_HERE,
            text!("`{name}` is a dimension, and a value is needed", name = name.text),
        )
        .label(span, text!("a column of it was expected"));
        if let Found::Path(path, _) = self.find_path(&[name], cx, true) {
            let shown = self.show_path(&path);
            finding =
                finding.help(text!("did you mean `{shown}`?", shown)).fix(text!("write `{shown}`", shown), span, shown);
        }
        let _ = DimensionId::new(index);
        self.report(finding);
        None
    }

    /// Reports that something has no value where the expression stands.
    pub(crate) fn report_not_here(&mut self, what: &Text, span: Span, cx: &Context) {
        let (place, help) = match cx.at {
            At::Row(table) => (
                text!("in a row of `{name}`", name = self.model.tables[table].title.name),
                text!(
                    "rows know their own columns and those of the rows they refer to; compute the rest outside the aggregate"
                ),
            ),
            _ => (
                text!("among constants"),
                text!("parameters, functions and curves compute with constants and arguments only"),
            ),
        };
        self.report(
            Diagnostic::new(codes::names::NOT_HERE, text!("{what} has no value {place}", what, place))
                .label(span, text!("it has one for a subject in a period"))
                .help(help),
        );
    }

    fn indicator_value(
        &mut self,
        index: usize,
        first: &ast::Name,
        rest: &[&ast::Name],
        span: Span,
        cx: &Context,
    ) -> Option<model::Expr> {
        let field = match rest {
            [] => IndicatorField::Actual,
            [name] => match FIELDS.iter().find(|(n, _)| *n == name.word()) {
                Some((_, field)) => *field,
                None => {
                    let fields = FIELDS.iter().flat_map(|(name, _)| both(name, words::Place::Attribute));
                    let near = crate::names::nearest(&name.text, fields);
                    self.report(unknown(name, &text!("a field of an indicator"), near));
                    return None;
                }
            },
            [_, name, ..] => {
                self.report(unknown(name, &text!("nothing more"), None));
                return None;
            }
        };
        let Some(subject) = cx.subject().cloned() else {
            self.report_not_here(&text!("the indicator `{first}`", first = first.text), span, cx);
            return None;
        };
        let need = if field == IndicatorField::Actual { Need::Actual } else { Need::All };
        let id = self.indicator_at(index, &subject, need, span)?;
        if need == Need::All {
            self.askers.entry(id).or_default().push(Asker::Anybody);
        }
        self.field_value(id, field, &first.text, span, cx)
    }

    fn field_value(
        &mut self,
        id: model::IndicatorId,
        field: IndicatorField,
        name: &str,
        span: Span,
        cx: &Context,
    ) -> Option<model::Expr> {
        self.check_has_whole(id, field, cx.unit, span)?;
        let found = self.instance(id)?;
        let targeted = !matches!(field, IndicatorField::Actual | IndicatorField::Score);
        if targeted && found.target.is_none() && found.parts.is_none() {
            let place = found.title.span;
            self.report(
                Diagnostic::new(codes::names::NOT_HERE, text!("`{name}` has no target", name))
                    .label(span, text!("this needs one"))
                    .label(place, text!("declared without `target`")),
            );
            return None;
        }
        let ty = match field {
            IndicatorField::Actual | IndicatorField::Target => found.formula.ty,
            IndicatorField::Met => Type::Bool,
            IndicatorField::Attainment | IndicatorField::Gap | IndicatorField::Score | IndicatorField::Progress => {
                Type::RATIO
            }
        };
        Some(self.make(ExprKind::Indicator(id, field), ty, span))
    }

    pub(crate) fn self_actual(&mut self, span: Span, cx: &Context) -> Option<model::Expr> {
        let (Some(this), Some(subject)) = (cx.this, cx.subject().cloned()) else {
            self.report(
                Diagnostic::new(codes::names::NOT_HERE, text!("`self` has no value here"))
                    .label(span, text!("no indicator is meant"))
                    .help(text!("in targets and scorings `self` is the indicator's own actual: `> previous(self)`")),
            );
            return None;
        };
        if !cx.moved {
            self.report(
                Diagnostic::new(codes::names::NOT_HERE, text!("`self` is compared with itself"))
                    .label(span, text!("the actual of the same subject and period"))
                    .help(text!(
                        "`self` stands under `previous`, `growth`, `streak`, `over` and `among`: `> previous(self)`"
                    )),
            );
            return None;
        }
        let index = self.instance_place(this)?;
        let id = self.indicator_at(index, &subject, Need::Actual, span)?;
        self.field_value(id, IndicatorField::Actual, "self", span, cx)
    }

    fn pay_value(&mut self, index: usize, first: &ast::Name, rest: &[&ast::Name], span: Span) -> Option<model::Expr> {
        // A broken incentive is reported where it stands.
        let id: IncentiveId = (*self.incentive_ids.get(index)?)?;
        let pays = &self.model.incentives[id].pays;
        let place = match rest {
            [field] if field.word() == "total" => None,
            [field] => match pays.iter().position(|p| p.title.name == field.text) {
                Some(place) => Some(place as u32),
                None => {
                    let near =
                        crate::names::nearest(&field.text, pays.iter().map(|p| p.title.name.as_str()).chain(["total"]));
                    let found = unknown(field, &text!("a pay of `{first}` or `total`", first = first.text), near);
                    self.report(found);
                    return None;
                }
            },
            _ => {
                self.report_kind(first, Decl::Incentive(index), &text!("a value"));
                return None;
            }
        };
        Some(self.make(ExprKind::Pay(id, place), Type::MONEY, span))
    }

    /// The place of a dimension's member, reported if there is none of that name.
    pub fn member(&mut self, name: &ast::Name, dimension: DimensionId) -> Option<u32> {
        if let Some(place) = self.member_place(&name.text, dimension) {
            self.used.insert(Decl::Dimension(dimension.index()));
            return Some(place);
        }
        let found = &self.model.dimensions[dimension];
        let near = crate::names::nearest(&name.text, found.members.iter().map(|m| m.name.as_str()));
        let finding = unknown(name, &text!("a member of `{name}`", name = found.title.name), near)
            .label(found.title.span, text!("its members are here"));
        self.report(finding);
        None
    }

    fn member_place(&self, name: &str, dimension: DimensionId) -> Option<u32> {
        let members = &self.model.dimensions[dimension].members;
        members.iter().position(|m| m.name == name).map(|i| i as u32)
    }

    /// Whether an expression is a name that means nothing here unless it is a dimension's member.
    pub(crate) fn only_a_member(&self, e: &ast::Expr, cx: &Context) -> bool {
        let ast::ExprKind::Name(name) = &e.kind else { return false };
        let column = self.home(cx).is_some_and(|t| self.model.tables[t].find(&name.text).is_some());
        let bound = cx.bindings.as_ref().is_some_and(|b| b.contains_key(&name.text));
        let seen = (cx.card && matches!(name.word(), "attainment" | "score" | "grade" | "rank"))
            || (cx.line.is_some() && matches!(name.word(), "attainment" | "actual"));
        !column && !bound && !seen && self.dimension_of_member(&name.text).is_some() && {
            !matches!(self.names.get(&name.text), Some(Decl::Indicator(_) | Decl::Param(_)))
        }
    }

    /// A key of a `by` table: of a dimension's type; a bare dimension name is the subject's one column of it; it may be
    /// missing. In [`At::Pure`], where params are declared, it stands for the key's type only.
    pub fn by_key(&mut self, e: &'a ast::Expr, cx: &Context) -> Option<model::Expr> {
        let typed = match chain(e) {
            Some(names) if !matches!(cx.at, At::Pure) => match self.find_path(&names, cx, true) {
                Found::Path(path, ty) => self.make(ExprKind::Column(path), ty, e.span),
                Found::Reported => return None,
                Found::Nothing => self.typed(e, cx, None)?,
            },
            Some(names) => self.pure_key(&names, e.span)?,
            None => self.typed(e, cx, None)?,
        };
        if matches!(typed.ty, Type::Member(_)) {
            return Some(typed);
        }
        let found = self.show(typed.ty);
        self.report(
            Diagnostic::new(
                codes::types::TYPE_MISMATCH,
                text!("a table goes by the members of a dimension, not by {found}", found),
            )
            .label(e.span, text!("this is {found}", found))
            .help(text!("name a dimension, a column of one, or `date`")),
        );
        None
    }

    /// A key without a subject: a dimension, or a column from the table on that is named first.
    fn pure_key(&mut self, names: &[&'a ast::Name], span: Span) -> Option<model::Expr> {
        let (first, rest) = names.split_first()?;
        match self.resolve(first, &text!("a dimension or a table"))? {
            Decl::Dimension(index) if rest.is_empty() => {
                Some(self.make(ExprKind::Const(None), Type::Member(DimensionId::new(index)), span))
            }
            Decl::Table(index) if !rest.is_empty() => {
                let row = Context::row(TableId::new(index));
                match self.find_path(rest, &row, false) {
                    Found::Path(path, ty) => Some(self.make(ExprKind::Column(path), ty, span)),
                    Found::Reported => None,
                    Found::Nothing => {
                        self.column_named(TableId::new(index), rest.first()?)?;
                        None
                    }
                }
            }
            other => {
                self.report_kind(first, other, &text!("a dimension"));
                None
            }
        }
    }
}
