//! Policy tests.

use kpi_base::Span;
use kpi_value::Date;

use super::{Expr, Name, Text};

/// `test "…" { period 2026-10, tables, expectations }`
///
/// A test with a grid `each` is as many tests as that has rows: [`Test::cases`]; its own tables, overrides and expectations
/// hold placeholders.
#[derive(Clone, Debug, PartialEq)]
pub struct Test {
    /// What it shows.
    pub name: Text,
    /// `period 2026-10`: the period judged, as written
    pub period: Option<Text>,
    /// `each | rate | score |`: the columns that placeholders name, and the rows for each of which the test is run.
    pub each: Option<TestTable>,
    /// One for each row of `each`, with its cells in the place of placeholders.
    pub cases: Vec<TestCase>,
    /// Parameters that have another value in this test.
    pub overrides: Vec<Override>,
    /// `data until 2026-11-15`: the last day of which its data tell everything
    pub data_until: Option<(Date, Span)>,
    /// Its data.
    pub tables: Vec<TestTable>,
    /// What must come out.
    pub expects: Vec<Expect>,
}

impl Test {
    /// A test of which only the name is written.
    pub fn new(name: Text) -> Test {
        Test {
            name,
            period: None,
            each: None,
            cases: Vec::new(),
            overrides: Vec::new(),
            data_until: None,
            tables: Vec::new(),
            expects: Vec::new(),
        }
    }
}

/// A test with the cells of one row in the place of its placeholders.
#[derive(Clone, Debug, PartialEq)]
pub struct TestCase {
    /// The whole row.
    pub row: Span,
    /// The columns with the cells of the row.
    pub values: Vec<(Name, Text)>,
    /// The overrides of the test.
    pub overrides: Vec<Override>,
    /// Its data.
    pub tables: Vec<TestTable>,
    /// What must come out.
    pub expects: Vec<Expect>,
}

/// `with margin_floor = 22%`
#[derive(Clone, Debug, PartialEq)]
pub struct Override {
    /// The parameter.
    pub name: Name,
    /// Its value in this test.
    pub value: Expr,
    /// The whole member.
    pub span: Span,
}

/// A grid of rows for one roster or source.
#[derive(Clone, Debug, PartialEq)]
pub struct TestTable {
    /// The roster or source.
    pub name: Name,
    /// The names of its columns.
    pub columns: Vec<Name>,
    /// Its rows.
    pub rows: Vec<TestRow>,
}

/// A row of a test's grid.
#[derive(Clone, Debug, PartialEq)]
pub struct TestRow {
    /// The cells, trimmed; an empty one is missing.
    pub cells: Vec<Text>,
    /// The whole row.
    pub span: Span,
}

/// `expect …`
#[derive(Clone, Debug, PartialEq)]
pub struct Expect {
    /// What is claimed.
    pub kind: ExpectKind,
    /// The whole expectation, `expect` included.
    pub span: Span,
}

/// What is claimed.
#[derive(Clone, Debug, PartialEq)]
pub enum ExpectKind {
    /// `host_card[A01].score == 0`, `monthly_pay[A01].base ≥ 100`: any comparison
    Compare(Expr),
    /// `host_card[A01].score == 83.33 ± 0.01`: a comparison, and how far off the value may be
    Near(Expr, Expr),
    /// `host_card[A01] vetoed by severe`; the flag is set for `not vetoed by`
    Vetoed(Expr, Name, bool),
    /// `host_card[A01] is incomplete`; the flag is set for `is complete`
    Incomplete(Expr, bool),
    /// `host_card[A01] is incomplete because plan`: what is missing belongs to this line, veto, bonus or deduction
    Because(Expr, Name),
    /// `host_card[A01].watch_time.target takes "growth"`: what led to the value took this row
    Takes(Expr, Text),
    /// `transfer[A01] says "transfer or training"`
    Says(Expr, Text),
    /// `host_card[A01].watch_time.actual is missing`; the flag is set for `is known`
    Missing(Expr, bool),
    /// `transfer[A01] fired`, `transfer[A01] not fired`, `transfer[A01] not judged`
    Rule(Expr, RuleOutcome),
}

/// The outcome of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RuleOutcome {
    /// Its condition held.
    Fired,
    /// Its condition did not hold.
    NotFired,
    /// Data are missing on which it hangs.
    NotJudged,
}
