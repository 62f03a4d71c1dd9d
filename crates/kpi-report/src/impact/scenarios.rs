//! Several scenarios side by side: figure by figure, today and in each.

use kpi_base::{Language, text};
use kpi_impact::Figure;

use super::blocks::{self, Block};
use super::{ImpactReport, signed};
use crate::Look;

/// How scenarios compare, each with its name, for a terminal.
pub fn render_scenarios(scenarios: &[(&str, ImpactReport<'_>)], look: Look) -> String {
    blocks::text(&compared(scenarios, look.language), look)
}

/// The same for a comment on a pull request.
pub fn render_scenarios_markdown(scenarios: &[(&str, ImpactReport<'_>)], language: Language) -> String {
    blocks::markdown(&compared(scenarios, language))
}

fn compared(scenarios: &[(&str, ImpactReport<'_>)], language: Language) -> Vec<Block> {
    let mut head = vec![text!("figure").to(language), text!("today").to(language)];
    head.extend(scenarios.iter().map(|(name, _)| (*name).to_owned()));
    let figures = |report: &ImpactReport<'_>| report.impact.figures.iter().copied().collect::<Vec<Figure>>();
    let all: Vec<Vec<Figure>> = scenarios.iter().map(|(_, report)| figures(report)).collect();
    let mut rows = Vec::new();
    for (place, figure) in all.first().into_iter().flatten().enumerate() {
        let of_each: Vec<Option<&Figure>> = all.iter().map(|figures| figures.get(place)).collect();
        let is_told = |figure: &&Figure| !figure.value.is_zero() || figure.base.is_some_and(|base| !base.is_zero());
        if !of_each.iter().flatten().any(is_told) {
            continue;
        }
        let today = |report: &ImpactReport<'_>| figure.base.map(|base| report.number(base, figure.unit));
        let hidden = |report: &ImpactReport<'_>| figure.name == "pay_total" && !report.tells_pay();
        let first = scenarios.first().filter(|(_, report)| !hidden(report));
        let mut row = vec![figure.name.to_owned(), first.and_then(|(_, report)| today(report)).unwrap_or_default()];
        for ((_, report), figure) in scenarios.iter().zip(of_each) {
            let Some(figure) = figure else { continue };
            let change = figure.change().filter(|change| !change.is_zero());
            let change = change.map(|change| signed(change, &report.number(change, figure.unit)));
            let value = (!hidden(report)).then(|| report.number(figure.value, figure.unit));
            row.push(match (value, change) {
                (Some(value), Some(change)) => format!("{value} ({change})"),
                (Some(value), None) => value,
                (None, change) => change.unwrap_or_else(|| "–".to_owned()),
            });
        }
        rows.push(row);
    }
    vec![Block::Heading(text!("scenarios side by side").to(language)), Block::Table(head, rows)]
}
