//! What tests cover, for people and programs.

use kpi_base::{Files, Text, text};
use kpi_results::{Coverage, Site};
use kpi_value::Dec;
use serde::Serialize;

use crate::Look;
use crate::findings::Range;

/// How much is covered, declaration by declaration, with what no test shows.
pub(super) fn render(coverage: &Coverage, files: &Files, look: Look) -> String {
    let mut out = format!("{}\n", summary(coverage).to(look.language));
    for sites in coverage.declarations() {
        let Some(first) = sites.first() else { continue };
        let (name, reached, all) = (&first.declaration, count(sites), sites.len());
        let line = text!("{name}: {reached} of {all}", name, reached, all);
        out += &format!("  {}\n", line.to(look.language));
        for site in sites.iter().filter(|site| !site.reached) {
            let at = Range::of(site.span, files).map(|at| format!("{}:{}: ", at.path, at.line));
            out += &format!("    {}{}\n", at.unwrap_or_default(), site.missing.to(look.language));
        }
    }
    out
}

fn summary(coverage: &Coverage) -> Text {
    let (reached, all) = (coverage.reached(), coverage.sites.len());
    text!("coverage: {reached} of {all} ({percent}%)", reached, all, percent = percent(reached, all))
}

fn count(sites: &[Site]) -> usize {
    sites.iter().filter(|site| site.reached).count()
}

/// Whole percents, rounded down: 100 means all.
fn percent(reached: usize, all: usize) -> usize {
    (reached * 100).checked_div(all).unwrap_or(100)
}

#[derive(Serialize)]
pub(super) struct Form<'a> {
    reached: usize,
    sites: usize,
    /// A fraction as a decimal string.
    share: String,
    declarations: Vec<Declared<'a>>,
}

#[derive(Serialize)]
struct Declared<'a> {
    name: &'a str,
    file: Option<&'a str>,
    line: Option<u32>,
    reached: usize,
    sites: usize,
    uncovered: Vec<Uncovered<'a>>,
}

#[derive(Serialize)]
struct Uncovered<'a> {
    file: Option<&'a str>,
    line: Option<u32>,
    column: Option<u32>,
    message: String,
}

impl<'a> Form<'a> {
    pub(super) fn of(coverage: &'a Coverage, files: &'a Files, language: kpi_base::Language) -> Form<'a> {
        let declared = |sites: &'a [Site]| {
            let first = sites.first()?;
            let at = Range::of(first.declared, files);
            let uncovered = sites.iter().filter(|site| !site.reached).map(|site| {
                let at = Range::of(site.span, files);
                Uncovered {
                    file: at.map(|at| at.path),
                    line: at.map(|at| at.line),
                    column: at.map(|at| at.column),
                    message: site.missing.to(language),
                }
            });
            Some(Declared {
                name: &first.declaration,
                file: at.map(|at| at.path),
                line: at.map(|at| at.line),
                reached: count(sites),
                sites: sites.len(),
                uncovered: uncovered.collect(),
            })
        };
        Form {
            reached: coverage.reached(),
            sites: coverage.sites.len(),
            share: share(coverage.reached(), coverage.sites.len()),
            declarations: coverage.declarations().filter_map(declared).collect(),
        }
    }
}

fn share(reached: usize, all: usize) -> String {
    let dec = |n: usize| Dec::int(i64::try_from(n).unwrap_or(i64::MAX));
    let share = if all == 0 { None } else { dec(reached).div(dec(all)).ok().flatten() };
    share.unwrap_or(Dec::ONE).to_string()
}
