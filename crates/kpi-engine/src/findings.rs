//! Findings about cells and files, with their places and in words.

use std::path::Path;

use kpi_base::codes::data as codes;
use kpi_base::{Code, Diagnostic, Join, Place, Span, Text, text};
use kpi_check::model::{Column, ColumnRule, CompareOp, Model, Type};
use kpi_value::{PeriodKind, Value};

use crate::cells::CellError;

/// How many findings a table shows one by one.
pub const LIMIT: usize = 10;

/// Findings of one table: the first ones whole, the rest counted.
#[derive(Debug)]
pub struct Findings {
    list: Vec<Diagnostic>,
    limit: usize,
    more: u64,
}

impl Default for Findings {
    fn default() -> Findings {
        Findings { list: Vec::new(), limit: LIMIT, more: 0 }
    }
}

/// Where a row stands.
#[derive(Clone, Copy, Debug)]
pub enum Origin<'a> {
    /// The line of a CSV file, from 1.
    Line(&'a Path, u64),
    /// The row of a Parquet file, from 1.
    Row(&'a Path, u64),
    /// The row of a policy test.
    Test(Span),
}

impl Findings {
    /// Findings of which every one is kept.
    pub fn whole() -> Findings {
        Findings { limit: usize::MAX, ..Findings::default() }
    }

    /// Adds one; `make` is called only if it will be shown.
    pub fn add(&mut self, make: impl FnOnce() -> Diagnostic) {
        if self.list.len() < self.limit { self.list.push(make()) } else { self.more += 1 }
    }

    /// Those that were added since there were so many, if every one is kept.
    pub fn since(&self, count: u64) -> Option<Vec<Diagnostic>> {
        (self.limit == usize::MAX).then(|| self.list.get(count as usize..).unwrap_or_default().to_vec())
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.list.len() as u64 + self.more
    }

    /// All that are shown, and how many more there are.
    pub fn finish(mut self, table: &str) -> Vec<Diagnostic> {
        if let (Some(last), 1..) = (self.list.last(), self.more) {
            let message = match self.more {
                1 => text!("1 more finding of this kind in `{table}`", table),
                more => text!("{more} more findings of this kind in `{table}`", more, table),
            };
            self.list.push(Diagnostic::new(last.code, message).help(text!("the first {n} are shown above", n = LIMIT)));
        }
        self.list
    }
}

impl Origin<'_> {
    /// The finding with this place, in this column.
    pub fn mark(&self, finding: Diagnostic, header: &str, cell: Option<String>) -> Diagnostic {
        let place = |path: &Path, line, row| Place {
            path: path.display().to_string(),
            line,
            row,
            column: Some(header.to_owned()),
            cell,
        };
        match self {
            Origin::Line(path, line) => finding.at(place(path, Some(*line), None)),
            Origin::Row(path, row) => finding.at(place(path, None, Some(*row))),
            Origin::Test(span) => finding.label(*span, text!("in column `{header}` of this row", header)),
        }
    }

    /// In words, for a second place: `line 3`, `row 3`.
    pub fn words(&self) -> Text {
        match self {
            Origin::Line(path, line) => text!("line {line} of {path}", line, path = path.display().to_string()),
            Origin::Row(path, row) => text!("row {row} of {path}", row, path = path.display().to_string()),
            Origin::Test(_) => text!("a row above"),
        }
    }
}

/// A finding about a file.
pub fn about_file(code: Code, path: &Path, message: Text) -> Diagnostic {
    Diagnostic::new(code, message).at(Place { path: path.display().to_string(), ..Place::default() })
}

/// The finding about a cell that breaks its contract.
pub fn bad_cell(model: &Model, table: &str, column: &Column, error: CellError, cell: &str) -> Diagnostic {
    let name = &column.title.name;
    let words = type_words(model, column.ty);
    match error {
        CellError::NotANumber => {
            let help = if cell.contains(',') {
                text!("export numbers without separators of thousands")
            } else {
                text!("leave a cell empty where there is no value, and declare `{name}: {words}?`", name, words)
            };
            Diagnostic::new(codes::BAD_NUMBER, text!("`{cell}` is not a number", cell)).help(help)
        }
        CellError::NotWhole => Diagnostic::new(codes::BAD_NUMBER, text!("`{cell}` is not a whole number", cell))
            .help(text!("declare `{name}: number` if it may have a fraction", name)),
        CellError::TooManyDigits if matches!(column.ty, Type::Number(_)) => {
            let digits = column.digits;
            let message = text!("`{cell}` has more than {digits} digits after the point", cell, digits);
            Diagnostic::new(codes::TOO_MANY_DIGITS, message).help(text!(
                "export rounded amounts, or declare how many digits there are: `{name}: {words} digits n`",
                name,
                words
            ))
        }
        CellError::TooManyDigits => {
            Diagnostic::new(codes::BAD_DATE, text!("`{cell}` has parts of a microsecond", cell))
                .help(text!("export times with at most six digits behind the seconds"))
        }
        CellError::TooLarge => {
            let message = if column.ty == Type::COUNT {
                text!("`{cell}` has more than 18 digits", cell)
            } else {
                text!("`{cell}` has more than 26 digits before the point", cell)
            };
            Diagnostic::new(codes::BAD_NUMBER, message)
        }
        CellError::NotADate => Diagnostic::new(codes::BAD_DATE, text!("`{cell}` is not a {words}", cell, words))
            .help(text!("write it like {example}", example = date_example(column.ty))),
        CellError::NoSuchDay => {
            Diagnostic::new(codes::BAD_DATE, text!("`{cell}` does not exist in the calendar", cell))
        }
        CellError::Zone => Diagnostic::new(codes::BAD_DATE, text!("`{cell}` has a time zone", cell))
            .help(text!("say in the policy by whose clocks it is read: `timezone Asia/Shanghai`; or export wall times without a zone")),
        CellError::NotAMember => bad_member(model, column, cell),
        CellError::NotABool => Diagnostic::new(codes::BAD_BOOL, text!("`{cell}` is not a truth value", cell))
            .help(text!("write true or false, 1 or 0, 是 or 否")),
        CellError::Rule(place) => {
            let rule = column.rules.get(place).map(rule_words).unwrap_or_default();
            Diagnostic::new(codes::RULE_BROKEN, text!("`{cell}` is not {rule}", cell, rule))
                .label(column.title.span, text!("the rule stands here"))
        }
        CellError::Missing => Diagnostic::new(
            codes::MISSING_CELL,
            text!("a row of `{table}` has no `{name}`", table, name),
        )
        .help(text!("fill the cell in, or declare `{name}: {words}?` if it may be missing", name, words)),
        CellError::Formula => {
            Diagnostic::new(codes::WRONG_TYPE, text!("the formula of this cell failed: `{cell}`", cell))
                .help(text!("repair it in the workbook, or clear the cell if there is no value"))
        }
        CellError::WrongType => {
            Diagnostic::new(codes::WRONG_TYPE, text!("`{name}` cannot be read as {words} here", name, words))
                .help(text!("cast the column where the file is written, or declare its type"))
        }
    }
}

fn bad_member(model: &Model, column: &Column, cell: &str) -> Diagnostic {
    let Type::Member(id) = column.ty else {
        return Diagnostic::new(codes::BAD_MEMBER, text!("`{cell}` is unknown", cell));
    };
    let dimension = &model.dimensions[id];
    let members = Text::list(dimension.members.iter().take(12).map(|m| Text::quoted(m.shown())), Join::Comma);
    let lower = cell.trim().to_lowercase();
    let near = dimension
        .members
        .iter()
        .find(|m| m.name.to_lowercase() == lower || m.label.as_ref().is_some_and(|l| l.to_lowercase() == lower));
    let help = match near {
        Some(member) => text!("did you mean `{near}`?", near = member.name),
        None => text!("its members are {members}", members),
    };
    let message = text!("`{cell}` is not a member of `{dimension}`", cell, dimension = dimension.title.name);
    Diagnostic::new(codes::BAD_MEMBER, message).help(help)
}

/// The finding about a reference to nothing.
pub fn unknown_reference(model: &Model, column: &Column, cell: &str, keys: &[std::sync::Arc<str>]) -> Diagnostic {
    let to = if let Type::Reference(to) = column.ty { model.tables[to].title.name.as_str() } else { "" };
    let message = text!("`{cell}` is not in `{to}`", cell, to);
    let plain = |text: &str| text.trim().trim_start_matches('0').to_lowercase();
    let near = keys.iter().find(|key| plain(key) == plain(cell));
    let help = match near {
        Some(key) => text!("did you mean `{near}`?", near = key.as_ref()),
        None if column.optional => text!("add it to `{to}`, or leave the cell empty", to),
        None => {
            let name = &column.title.name;
            text!("add it to `{to}`; if a row may belong to none, declare `{name}: -> {to}?`", to, name)
        }
    };
    Diagnostic::new(codes::UNKNOWN_REFERENCE, message).help(help)
}

fn rule_words(rule: &ColumnRule) -> String {
    match rule {
        ColumnRule::Compare(op, bound) => format!("{} {}", op_words(*op), value_words(bound)),
        ColumnRule::In { low, high, closed } => {
            format!("in {}..{}{}", value_words(low), if *closed { "" } else { "<" }, value_words(high))
        }
        ColumnRule::Matches(pattern) => pattern.text().to_owned(),
    }
}

const fn op_words(op: CompareOp) -> &'static str {
    match op {
        CompareOp::Eq => "==",
        CompareOp::Ne => "≠",
        CompareOp::Lt => "<",
        CompareOp::Le => "≤",
        CompareOp::Gt => ">",
        CompareOp::Ge => "≥",
    }
}

/// A value as it stands in an export.
pub fn value_words(value: &Value) -> String {
    match value {
        Value::Bool(b) => b.to_string(),
        Value::Dec(x) => x.to_string(),
        Value::Text(text) => text.to_string(),
        Value::Date(date) => date.to_string(),
        Value::DateTime(time) => time.to_string(),
        Value::Period(period) => kpi_value::Calendar::default().show(*period),
        Value::Member(place) => format!("member {place}"),
    }
}

fn type_words(model: &Model, ty: Type) -> String {
    match ty {
        Type::Bool => "bool".to_owned(),
        Type::Text => "text".to_owned(),
        Type::Number(unit) if unit == kpi_check::model::Unit::MONEY => "money".to_owned(),
        Type::Number(unit) if unit == kpi_check::model::Unit::DURATION => "duration".to_owned(),
        Type::Number(unit) => match unit.form {
            kpi_check::model::Form::Number => "number".to_owned(),
            kpi_check::model::Form::Count => "count".to_owned(),
            kpi_check::model::Form::Ratio => "ratio".to_owned(),
            kpi_check::model::Form::Points => "points".to_owned(),
        },
        Type::Date => "date".to_owned(),
        Type::DateTime => "datetime".to_owned(),
        Type::Period(kind) => kind.word().to_owned(),
        Type::Member(id) => model.dimensions[id].title.name.clone(),
        Type::Reference(to) => format!("-> {}", model.tables[to].title.name),
    }
}

const fn date_example(ty: Type) -> &'static str {
    match ty {
        Type::DateTime => "2026-10-03 20:00",
        Type::Period(PeriodKind::Month) => "2026-10",
        Type::Period(PeriodKind::Quarter) => "2026-Q4",
        Type::Period(PeriodKind::Year) => "2026",
        _ => "2026-10-03",
    }
}
