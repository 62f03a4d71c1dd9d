//! Findings about cells and files, with their places and in words.

use std::path::Path;

use kpi_base::codes::data as codes;
use kpi_base::{Code, Diagnostic, Place, Span};
use kpi_check::model::{Column, ColumnRule, CompareOp, Model, Type};
use kpi_value::{PeriodKind, Value};

use crate::cells::CellError;

/// How many findings a table shows one by one.
pub const LIMIT: usize = 10;

/// Findings of one table: the first ones whole, the rest counted.
#[derive(Debug, Default)]
pub struct Findings {
    list: Vec<Diagnostic>,
    more: u64,
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
    /// Adds one; `make` is called only if it will be shown.
    pub fn add(&mut self, make: impl FnOnce() -> Diagnostic) {
        if self.list.len() < LIMIT { self.list.push(make()) } else { self.more += 1 }
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.list.len() as u64 + self.more
    }

    /// All that are shown, and how many more there are.
    pub fn finish(mut self, table: &str) -> Vec<Diagnostic> {
        if let (Some(last), 1..) = (self.list.last(), self.more) {
            let message = format!("{} more findings of this kind in `{table}`", self.more);
            self.list.push(Diagnostic::new(last.code, message).help(format!("the first {LIMIT} are shown above")));
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
            Origin::Test(span) => finding.label(*span, format!("in column `{header}` of this row")),
        }
    }

    /// In words, for a second place: `line 3`, `row 3`.
    pub fn words(&self) -> String {
        match self {
            Origin::Line(path, line) => format!("line {line} of {}", path.display()),
            Origin::Row(path, row) => format!("row {row} of {}", path.display()),
            Origin::Test(_) => "a row above".to_owned(),
        }
    }
}

/// A finding about a file.
pub fn about_file(code: Code, path: &Path, message: String) -> Diagnostic {
    Diagnostic::new(code, message).at(Place { path: path.display().to_string(), ..Place::default() })
}

/// The finding about a cell that breaks its contract.
pub fn bad_cell(model: &Model, table: &str, column: &Column, error: CellError, cell: &str) -> Diagnostic {
    let name = &column.title.name;
    let words = type_words(model, column.ty);
    match error {
        CellError::NotANumber => {
            let help = if cell.contains(',') {
                "export numbers without separators of thousands".to_owned()
            } else {
                format!("leave a cell empty where there is no value, and declare `{name}: {words}?`")
            };
            Diagnostic::new(codes::BAD_NUMBER, format!("`{cell}` is not a number")).help(help)
        }
        CellError::NotWhole => Diagnostic::new(codes::BAD_NUMBER, format!("`{cell}` is not a whole number"))
            .help(format!("declare `{name}: number` if it may have a fraction")),
        CellError::TooManyDigits if matches!(column.ty, Type::Number(_)) => {
            let digits = column.digits;
            let message = format!("`{cell}` has more than {digits} digits after the point");
            Diagnostic::new(codes::TOO_MANY_DIGITS, message).help(format!(
                "export rounded amounts, or declare how many digits there are: `{name}: {words} digits n`"
            ))
        }
        CellError::TooManyDigits => Diagnostic::new(codes::BAD_DATE, format!("`{cell}` has parts of a microsecond"))
            .help("export times with at most six digits behind the seconds"),
        CellError::TooLarge => {
            let most = if column.ty == Type::COUNT { "18 digits" } else { "26 digits before the point" };
            Diagnostic::new(codes::BAD_NUMBER, format!("`{cell}` has more than {most}"))
        }
        CellError::NotADate => Diagnostic::new(codes::BAD_DATE, format!("`{cell}` is not {}", article(&words)))
            .help(format!("write it like {}", date_example(column.ty))),
        CellError::NoSuchDay => Diagnostic::new(codes::BAD_DATE, format!("`{cell}` does not exist in the calendar")),
        CellError::Zone => Diagnostic::new(codes::BAD_DATE, format!("`{cell}` has a time zone"))
            .help("export wall times of the policy's place, without a zone"),
        CellError::NotAMember => bad_member(model, column, cell),
        CellError::NotABool => Diagnostic::new(codes::BAD_BOOL, format!("`{cell}` is not a truth value"))
            .help("write true or false, 1 or 0, 是 or 否"),
        CellError::Rule(place) => {
            let rule = column.rules.get(place).map(rule_words).unwrap_or_default();
            Diagnostic::new(codes::RULE_BROKEN, format!("`{cell}` is not {rule}"))
                .label(column.title.span, "the rule stands here")
        }
        CellError::Missing => Diagnostic::new(codes::MISSING_CELL, format!("a row of `{table}` has no `{name}`"))
            .help(format!("fill the cell in, or declare `{name}: {words}?` if it may be missing")),
        CellError::Formula => Diagnostic::new(codes::WRONG_TYPE, format!("the formula of this cell failed: `{cell}`"))
            .help("repair it in the workbook, or clear the cell if there is no value"),
        CellError::WrongType => Diagnostic::new(codes::WRONG_TYPE, format!("`{name}` cannot be read as {words} here"))
            .help("cast the column where the file is written, or declare its type"),
    }
}

fn bad_member(model: &Model, column: &Column, cell: &str) -> Diagnostic {
    let Type::Member(id) = column.ty else { return Diagnostic::new(codes::BAD_MEMBER, format!("`{cell}` is unknown")) };
    let dimension = &model.dimensions[id];
    let members: Vec<String> = dimension.members.iter().take(12).map(|m| format!("`{}`", m.shown())).collect();
    let lower = cell.trim().to_lowercase();
    let near = dimension
        .members
        .iter()
        .find(|m| m.name.to_lowercase() == lower || m.label.as_ref().is_some_and(|l| l.to_lowercase() == lower));
    let help = match near {
        Some(member) => format!("did you mean `{}`?", member.name),
        None => format!("its members are {}", members.join(", ")),
    };
    let message = format!("`{cell}` is not a member of `{}`", dimension.title.name);
    Diagnostic::new(codes::BAD_MEMBER, message).help(help)
}

/// The finding about a reference to nothing.
pub fn unknown_reference(model: &Model, column: &Column, cell: &str, keys: &[std::sync::Arc<str>]) -> Diagnostic {
    let to = if let Type::Reference(to) = column.ty { model.tables[to].title.name.as_str() } else { "" };
    let message = format!("`{cell}` is not in `{to}`");
    let plain = |text: &str| text.trim().trim_start_matches('0').to_lowercase();
    let near = keys.iter().find(|key| plain(key) == plain(cell));
    let help = match near {
        Some(key) => format!("did you mean `{key}`?"),
        None if column.optional => format!("add it to `{to}`, or leave the cell empty"),
        None => format!("add it to `{to}`; if a row may belong to none, declare `{}: -> {to}?`", column.title.name),
    };
    Diagnostic::new(codes::UNKNOWN_REFERENCE, message).help(help)
}

fn rule_words(rule: &ColumnRule) -> String {
    match rule {
        ColumnRule::Compare(op, bound) => format!("{} {}", op_words(*op), value_words(bound)),
        ColumnRule::In { low, high, closed } => {
            format!("in {}..{}{}", value_words(low), if *closed { "" } else { "<" }, value_words(high))
        }
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

fn article(words: &str) -> String {
    format!("a {words}")
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
