//! Policy tests.

use kpi_base::{Diagnostic, Span, Text, codes, text};
use kpi_syntax::ast;
use kpi_value::{Date, Period, Value};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::checker::{Checker, unknown};
use crate::model::{self, ParamId, TableId, TestRow, TestTable, Timing};
use crate::names::nearest;

mod cases;
mod cells;
mod expects;
mod places;

use cases::Body;
use cells::read_cell;

impl<'a> Checker<'a> {
    /// Checks all tests into the model.
    pub(crate) fn check_tests(&mut self) {
        // Other constants than those of expectations are part of what tests judge.
        let constant_params = std::mem::take(&mut self.constant_params);
        for index in 0..self.names.tests.len() {
            if let Some(tests) = self.test(index, &constant_params) {
                self.model.tests.extend(tests);
            }
        }
        self.constant_params = constant_params;
    }

    /// A test; of one with `each`, one for each row.
    fn test(&mut self, index: usize, constant_params: &FxHashMap<ParamId, Span>) -> Option<Vec<model::Test>> {
        let declared = self.names.tests.get(index)?;
        let (written, span, faulty) = (declared.ast, declared.span, declared.faulty);
        let period = if faulty && written.period.is_none() { None } else { self.test_period(written) };
        if written.expects.is_empty() && !faulty {
            self.report(
                Diagnostic::new(codes::tests::EXPECT_NOTHING, text!("this test expects nothing"))
                    .label(written.name.span, Text::default())
                    .help(text!("say what must come out: `expect host_card[A01].score == 100`")),
            );
        }
        let whole = Body {
            overrides: &written.overrides,
            tables: &written.tables,
            expects: &written.expects,
            values: &[],
            span,
        };
        let bodies = match &written.each {
            None => vec![whole],
            Some(each) => {
                self.check_each(each, written)?;
                written.cases.iter().map(Body::of).collect()
            }
        };
        let before = self.diagnostics.len();
        let tests: Vec<_> = bodies
            .iter()
            .map(|body| self.test_body(body, written, period.filter(|_| !faulty), constant_params))
            .collect();
        if bodies.len() > 1 {
            self.tell_once(before);
        }
        tests.into_iter().collect()
    }

    /// What is wrong with a test is wrong in each of its cases.
    fn tell_once(&mut self, from: usize) {
        let mut seen = FxHashSet::default();
        let mut place = 0;
        self.diagnostics.retain(|finding| {
            place += 1;
            let at = finding.labels.first().map(|label| label.span);
            place <= from || seen.insert((finding.code.name(), at, finding.message.to_string()))
        });
    }

    fn test_body(
        &mut self,
        body: &Body<'a>,
        written: &'a ast::Test,
        period: Option<Period>,
        constant_params: &FxHashMap<ParamId, Span>,
    ) -> Option<model::Test> {
        let mut given: FxHashMap<TableId, Span> = FxHashMap::default();
        let tables: Vec<_> = body.tables.iter().map(|table| self.test_table(table, &mut given)).collect();
        let overrides = self.overrides(body.overrides, constant_params);
        // What a subject is called is looked up in the rows, so that expectations wait for sound tables.
        let tables: Vec<TestTable> = tables.into_iter().collect::<Option<_>>()?;
        let period = period?;
        self.constant_params.clear();
        let expects: Vec<_> =
            body.expects.iter().map(|expect| self.expect(expect, period, &tables, body.values)).collect();
        let (overrides, expects) = (overrides?, expects.into_iter().collect::<Option<_>>()?);
        for (id, _) in &overrides {
            if let Some(span) = self.constant_params.get(id).copied() {
                self.report_constant(*id, span);
                return None;
            }
        }
        let values: Vec<(String, String)> =
            body.values.iter().map(|(name, cell)| (name.text.clone(), cell.value.clone())).collect();
        let mut name = written.name.value.clone();
        if !values.is_empty() {
            let shown: Vec<_> = values.iter().map(|(name, cell)| format!("{name} = {cell}")).collect();
            name = format!("{name} ({})", shown.join(", "));
        }
        let data_until = match written.data_until {
            Some((until, place)) => Some(self.test_data_date(until, place, period)?),
            None => None,
        };
        Some(model::Test { name, values, overrides, period, data_until, tables, expects, span: body.span })
    }

    fn test_period(&mut self, written: &ast::Test) -> Option<Period> {
        let Some(text) = &written.period else {
            self.report(
                Diagnostic::new(codes::tests::TEST_PERIOD, text!("this test does not say which period it judges"))
                    .label(written.name.span, Text::default())
                    .help(text!("write the period first: `period 2026-10`")),
            );
            return None;
        };
        self.policy_period(&text.value, text.span)
    }

    /// The data date of a test, which judges a period.
    fn test_data_date(&mut self, until: Date, place: Span, period: Period) -> Option<Date> {
        let start = self.model.policy.calendar.start(period);
        if until >= start {
            return Some(until);
        }
        let shown = self.model.policy.calendar.show(period);
        let message =
            text!("the data end on {until}, before {period} begins", until = until.to_string(), period = shown);
        self.report(
            Diagnostic::new(codes::run::DATA_DATE, message)
                .label(place, text!("nothing is known of the period then"))
                .help(text!("write a day from {start} on", start = start.to_string())),
        );
        None
    }

    /// A period of a kind by which the policy judges, as written.
    fn policy_period(&mut self, text: &str, span: Span) -> Option<Period> {
        let (calendar, kind) = (self.model.policy.calendar, self.model.policy.period);
        match calendar.parse(text) {
            Ok(period) if self.model.judged_kinds().contains(&period.kind) => Some(period),
            Ok(period) => {
                let (is, wanted) = (crate::show::show_period(period.kind), crate::show::show_period(kind));
                self.report(
                    Diagnostic::new(
                        codes::tests::TEST_PERIOD,
                        text!("`{x}` is a {is}, and this policy judges a {wanted} at a time", x = text, is, wanted),
                    )
                    .label(span, text!("a {wanted} was expected", wanted)),
                );
                None
            }
            Err(_) => {
                self.report(
                    Diagnostic::new(codes::tests::TEST_PERIOD, text!("`{period}` is not a period; write a month as 2026-10, a quarter as 2026-Q4, a year as 2026, a week as 2026-W41 or a day as 2026-10-03", period = text))
                        .label(span, Text::default()),
                );
                None
            }
        }
    }

    fn test_table(&mut self, written: &ast::TestTable, given: &mut FxHashMap<TableId, Span>) -> Option<TestTable> {
        let table = self.table(&written.name)?;
        if let Some(view) = &self.model.tables[table].view {
            let export = &self.model.tables[self.model.export_of(view.of)].title.name;
            let message = text!("`{name}` is a view: its rows are made, not given", name = written.name.text);
            let finding = Diagnostic::new(codes::tests::TEST_TABLE, message)
                .label(written.name.span, text!("a view"))
                .label(self.model.tables[table].title.span, text!("declared here"))
                .help(text!("give the rows of `{export}`", export));
            self.report(finding);
            return None;
        }
        let first = *given.entry(table).or_insert(written.name.span);
        if first != written.name.span {
            self.report(
                Diagnostic::new(codes::tests::TEST_TABLE, text!("`{name}` is given twice", name = written.name.text))
                    .label(written.name.span, text!("again here"))
                    .label(first, text!("first here"))
                    .help(text!("put all rows into one grid")),
            );
            return None;
        }
        let columns = self.test_columns(written, table)?;
        let mut rows = Vec::new();
        for row in &written.rows {
            rows.push(self.test_row(row, table, &columns, written));
        }
        let rows: Vec<TestRow> = rows.into_iter().collect::<Option<_>>()?;
        self.check_unique(table, &columns, &rows, written)?;
        Some(TestTable { table, columns, rows })
    }

    fn test_columns(&mut self, written: &ast::TestTable, table: TableId) -> Option<Vec<u32>> {
        let mut columns: Vec<u32> = Vec::new();
        let mut sound = true;
        for name in &written.columns {
            let contract = &self.model.tables[table];
            let finding = match contract.find(&name.text) {
                Some((index, _)) if !columns.contains(&index) => {
                    columns.push(index);
                    continue;
                }
                Some(_) => Diagnostic::new(
                    codes::tests::TEST_TABLE,
                    text!("the column `{name}` is given twice", name = name.text),
                )
                .label(name.span, text!("again here")),
                None => {
                    let near = nearest(&name.text, contract.columns.iter().map(|c| c.title.name.as_str()));
                    unknown(name, &text!("a column of `{name}`", name = contract.title.name), near)
                }
            };
            self.report(finding);
            sound = false;
        }
        sound.then_some(columns)
    }

    fn test_row(
        &mut self,
        written: &ast::TestRow,
        table: TableId,
        columns: &[u32],
        grid: &ast::TestTable,
    ) -> Option<TestRow> {
        if written.cells.len() != columns.len() {
            let (found, wanted) = (written.cells.len(), columns.len());
            self.report(
                Diagnostic::new(
                    codes::tests::TEST_TABLE,
                    if found == 1 {
                        text!("this row has 1 cell and the grid {wanted} columns", wanted)
                    } else {
                        text!("this row has {found} cells and the grid {wanted} columns", found, wanted)
                    },
                )
                .label(written.span, Text::default())
                .help(text!("put one cell under each column; an empty one is missing")),
            );
            return None;
        }
        let mut cells = Vec::new();
        for ((cell, index), name) in written.cells.iter().zip(columns).zip(&grid.columns) {
            cells.push(self.test_cell(cell, table, *index, name));
        }
        Some(TestRow { cells: cells.into_iter().collect::<Option<_>>()?, span: written.span })
    }

    fn test_cell(&mut self, cell: &ast::Text, table: TableId, index: u32, name: &ast::Name) -> Option<Option<Value>> {
        self.check_cell_filled(cell)?;
        let column = self.model.tables[table].column(index)?;
        let problem = match read_cell(&cell.value, column, &self.model) {
            Ok(value) => return Some(value),
            Err(problem) => problem,
        };
        let shown = if cell.value.is_empty() { text!("an empty cell") } else { text!("`{value}`", value = cell.value) };
        self.report(
            Diagnostic::new(
                codes::tests::TEST_CELL,
                text!("{shown} in the column `{name}`: {what}", shown, name = name.text, what = problem.what),
            )
            .label(cell.span, problem.wanted)
            .label(name.span, Text::default()),
        );
        None
    }

    /// Whether keys and unique columns have no value twice: a key of a stock or an as-of table comes once a period.
    fn check_unique(
        &mut self,
        table: TableId,
        columns: &[u32],
        rows: &[TestRow],
        written: &ast::TestTable,
    ) -> Option<()> {
        let contract = &self.model.tables[table];
        let beside = match contract.time {
            Timing::Timeless | Timing::Flow(_) => None,
            Timing::AsOf(column) => Some(column),
            Timing::Stock { from, .. } => Some(from),
        };
        let mut findings = Vec::new();
        let place = |index: u32| columns.iter().position(|c| *c == index);
        for (at, index) in columns.iter().enumerate() {
            let Some(column) = contract.column(*index).filter(|column| column.unique) else { continue };
            let beside = beside.filter(|_| contract.key == Some(*index)).and_then(place);
            let mut seen: FxHashMap<(&Value, Option<&Value>), Span> = FxHashMap::default();
            for (row, source) in rows.iter().zip(&written.rows) {
                let Some(value) = row.cells.get(at).and_then(Option::as_ref) else { continue };
                let beside = beside.and_then(|place| row.cells.get(place)).and_then(Option::as_ref);
                let span = source.cells.get(at).map_or(row.span, |cell| cell.span);
                if let Some(first) = seen.insert((value, beside), span) {
                    let shown = source.cells.get(at).map(|cell| cell.value.as_str()).unwrap_or_default();
                    let message =
                        text!("`{shown}` stands twice in the column `{name}`", shown, name = column.title.name);
                    findings.push(
                        Diagnostic::new(codes::tests::TEST_KEY, message)
                            .label(span, text!("again here"))
                            .label(first, text!("first here"))
                            .help(text!("its values tell the rows apart: change one of them")),
                    );
                }
            }
        }
        let sound = findings.is_empty();
        self.diagnostics.extend(findings);
        sound.then_some(())
    }
}
