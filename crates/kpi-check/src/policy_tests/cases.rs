//! Tests with several cases, and with other values of parameters.

use kpi_base::{Diagnostic, Span, Text, codes, text};
use kpi_syntax::ast;
use kpi_value::Value;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::checker::{Checker, unknown};
use crate::model::ParamId;
use crate::names::{Decl, nearest};

/// What a test holds, with a row's cells in the place of its placeholders.
pub(super) struct Body<'a> {
    pub(super) overrides: &'a [ast::Override],
    pub(super) tables: &'a [ast::TestTable],
    pub(super) expects: &'a [ast::Expect],
    pub(super) values: &'a [(ast::Name, ast::Text)],
    pub(super) span: Span,
}

impl<'a> Body<'a> {
    pub(super) fn of(case: &'a ast::TestCase) -> Body<'a> {
        Body {
            overrides: &case.overrides,
            tables: &case.tables,
            expects: &case.expects,
            values: &case.values,
            span: case.row,
        }
    }
}

impl<'a> Checker<'a> {
    /// The grid `each`: it has rows, and each of its columns once and read by something.
    pub(super) fn check_each(&mut self, each: &'a ast::TestTable, test: &'a ast::Test) -> Option<()> {
        let mut findings = Vec::new();
        if each.rows.is_empty() {
            findings.push(
                Diagnostic::new(codes::tests::CASES, text!("`each` has no rows, and so this test runs nothing"))
                    .label(each.name.span, text!("no rows"))
                    .help(text!("give it a row for each case: `| 79.99% | 0 |`")),
            );
        }
        let mut seen: FxHashMap<&str, Span> = FxHashMap::default();
        for column in &each.columns {
            if let Some(first) = seen.insert(&column.text, column.span) {
                let message = text!("the column `{name}` is given twice", name = column.text);
                findings.push(
                    Diagnostic::new(codes::tests::CASES, message)
                        .label(column.span, text!("again here"))
                        .label(first, text!("first here")),
                );
            }
        }
        let last = test.tables.iter().find(|table| matches!(table.name.text.as_str(), "each" | "每个"));
        if let Some(second) = last {
            findings.push(
                Diagnostic::new(codes::tests::CASES, text!("`{name}` is given twice", name = second.name.text))
                    .label(second.name.span, text!("again here"))
                    .label(each.name.span, text!("first here"))
                    .help(text!("put all rows into one grid")),
            );
        }
        let sound = findings.is_empty();
        self.diagnostics.extend(findings);
        sound.then_some(())
    }

    /// A placeholder that no row of `each` gives a value.
    pub(crate) fn no_cell<T>(&mut self, name: &ast::Name, span: Span) -> Option<T> {
        let finding = if span == name.span || contains(span, name.span) {
            Diagnostic::new(codes::tests::CASES, text!("there is no column `{name}` of `each` here", name = name.text))
                .label(span, text!("not known here"))
                .help(text!("a test gives it: `each | {name} |`, and below it a row for each case", name = name.text))
        } else {
            Diagnostic::new(codes::tests::CASES, text!("the cell of `{name}` is empty", name = name.text))
                .label(span, text!("a value was expected"))
                .label(name.span, text!("read here"))
                .help(text!("write the value that this case expects, or a test of its own for it"))
        };
        self.report(finding);
        None
    }

    /// A cell of a grid holds no placeholder any more.
    pub(super) fn check_cell_filled(&mut self, cell: &ast::Text) -> Option<()> {
        let Some(rest) = cell.value.strip_prefix('$') else { return Some(()) };
        let is_name = rest.starts_with(kpi_syntax::starts_name) && rest.chars().all(kpi_syntax::continues_name);
        if !is_name {
            return Some(());
        }
        let message = text!("there is no column `{name}` of `each` here", name = rest);
        self.report(
            Diagnostic::new(codes::tests::CASES, message)
                .label(cell.span, text!("not known here"))
                .help(text!("a test gives it: `each | {name} |`, and below it a row for each case", name = rest)),
        );
        None
    }

    /// `with margin_floor = 22%`
    pub(super) fn overrides(
        &mut self,
        written: &'a [ast::Override],
        constant_params: &FxHashMap<ParamId, Span>,
    ) -> Option<Vec<(ParamId, Value)>> {
        let mut seen: FxHashSet<ParamId> = FxHashSet::default();
        let found: Vec<_> = written.iter().map(|o| self.one_override(o, constant_params, &mut seen)).collect();
        found.into_iter().collect()
    }

    fn one_override(
        &mut self,
        written: &'a ast::Override,
        constant_params: &FxHashMap<ParamId, Span>,
        seen: &mut FxHashSet<ParamId>,
    ) -> Option<(ParamId, Value)> {
        let name = &written.name;
        let Some(decl) = self.names.get(&name.text) else {
            let near = nearest(&name.text, self.names.params.iter().map(|param| param.ast.name.text.as_str()));
            self.report(unknown(name, &text!("a parameter"), near));
            return None;
        };
        let Decl::Param(index) = decl else { return self.no_such(name, decl, &text!("a parameter")) };
        let id = self.param(index, None)?;
        if !seen.insert(id) {
            let message = text!("`{name}` is given twice", name = name.text);
            self.report(Diagnostic::new(codes::tests::OVERRIDE, message).label(name.span, text!("again here")));
            return None;
        }
        let ty = self.model.params[id].ty;
        let value = self.expected_value(&written.value, ty)?;
        if let Some(place) = constant_params.get(&id).copied() {
            let message = text!("`{name}` cannot have another value in a test", name = name.text);
            let finding = Diagnostic::new(codes::tests::OVERRIDE, message)
                .label(name.span, text!("this parameter"))
                .label(place, text!("here it is part of a constant"))
                .help(text!(
                    "bounds, weights and caps are checked with its one value; give the test other data instead"
                ));
            self.report(finding);
            return None;
        }
        Some((id, value))
    }

    /// An expectation that reads a parameter which the test gives another value.
    pub(super) fn report_constant(&mut self, id: ParamId, span: Span) {
        let name = &self.model.params[id].title.name;
        let message = text!("this expectation reads `{name}`, to which the test gives another value", name);
        let finding = Diagnostic::new(codes::tests::OVERRIDE, message)
            .label(span, Text::default())
            .help(text!("write the value itself"));
        self.report(finding);
    }
}

fn contains(outer: Span, inner: Span) -> bool {
    outer.file == inner.file && outer.start <= inner.start && inner.end <= outer.end
}
