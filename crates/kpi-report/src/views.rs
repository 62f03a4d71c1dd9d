//! Other looks at a run than its scorecards: teams, who is ahead, how far it is to the target.

mod progress;
mod ranking;
mod team;

#[cfg(test)]
mod tests;

use kpi_results::{Card, Run};

pub(crate) use progress::render_progress;
pub(crate) use ranking::render_ranking;
pub(crate) use team::render_team;

/// The cards of one period after the other, in the order of the periods. They come by scorecard.
fn by_period<'a>(run: &Run, cards: &[&'a Card]) -> Vec<(&'a str, Vec<&'a Card>)> {
    let mut periods: Vec<(&str, Vec<&Card>)> = Vec::new();
    for card in cards {
        match periods.iter_mut().find(|(period, _)| *period == card.period) {
            Some((_, of_period)) => of_period.push(card),
            None => periods.push((&card.period, vec![card])),
        }
    }
    // A scorecard may have no card in a period in which another has one: what is written sorts as it runs.
    if run.period.from != run.period.to {
        periods.sort_by_key(|(period, _)| *period);
    }
    periods
}

/// A share of a bar of so many cells, from an eighth of a cell on: `███▌`.
fn bar(share: f64, cells: usize) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let eighths = (share.clamp(0.0, 1.0) * cells as f64 * 8.0).floor() as usize;
    let rest = EIGHTHS.get(eighths % 8).copied().unwrap_or_default();
    format!("{}{rest}", "█".repeat(eighths / 8))
}
