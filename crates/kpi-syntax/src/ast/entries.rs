//! Entries of libraries: indicators that take tables, and what is bound to them.

use kpi_base::Span;
use kpi_value::Date;

use super::{Expr, Name, Override, Presence, TestTable, Text, TypeName};

/// `s: session`, `wait: duration = 30s`: what an entry takes
#[derive(Clone, Debug, PartialEq)]
pub struct EntryParam {
    /// Its name.
    pub name: Name,
    /// A shape, of a table; or a type, of a value.
    pub ty: TypeName,
    /// The value where a binding gives none.
    pub default: Option<Expr>,
}

/// `std.live.watch_time(live { watched = total_watch }, wait = 30s)`
#[derive(Clone, Debug, PartialEq)]
pub struct Binding {
    /// The entry, behind its module; at least one name.
    pub path: Vec<Name>,
    /// What it is given.
    pub args: Vec<BindingArg>,
    /// All of it.
    pub span: Span,
}

/// One thing that an entry is given.
#[derive(Clone, Debug, PartialEq)]
pub struct BindingArg {
    /// For which parameter, if that is written.
    pub name: Option<Name>,
    /// What is given.
    pub value: BindingValue,
    /// All of it.
    pub span: Span,
}

/// What an entry is given.
#[derive(Clone, Debug, PartialEq)]
pub enum BindingValue {
    /// `live { watched = total_watch }`: a table, and what stands for columns that it calls otherwise
    Table(Name, Vec<(Name, Expr)>),
    /// A table by its name alone, or a value.
    Expr(Expr),
}

/// `example "…" { grids, expect 30s }`: what comes out of a few rows
#[derive(Clone, Debug, PartialEq)]
pub struct Example {
    /// What it shows.
    pub name: Text,
    /// `period 2026-10`, as written
    pub period: Option<Text>,
    /// `data until 2026-11-15`
    pub data_until: Option<(Date, Span)>,
    /// `with wait = 45s`: values of parameters
    pub values: Vec<Override>,
    /// Its rows, by parameter.
    pub tables: Vec<TestTable>,
    /// What must come out.
    pub expects: Vec<ExampleExpect>,
    /// All of it.
    pub span: Span,
}

/// `expect 30s`, `expect 33.33% ± 0.01%`, `expect is missing`
#[derive(Clone, Debug, PartialEq)]
pub struct ExampleExpect {
    /// The value, or whether there is one.
    pub kind: ExampleValue,
    /// The whole member.
    pub span: Span,
}

/// What must come out of an example.
#[derive(Clone, Debug, PartialEq)]
pub enum ExampleValue {
    /// This value, give or take the second.
    Value(Box<Expr>, Option<Box<Expr>>),
    /// None, or any.
    Is(Presence),
}
