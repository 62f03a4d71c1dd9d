//! Who is ahead on each scorecard, and who has moved since the period before.

use std::collections::HashMap;
use std::fmt::Write;

use kpi_base::text;
use kpi_results::{Card, Run};

use super::{bar, by_period};
use crate::Titles;
use crate::format::show_final_ratio;
use crate::grid::{Cell, Grid, Side};
use crate::look::{Look, Tone};

/// How wide the longest bar is.
const BAR: usize = 20;

/// For each period and scorecard the cards by rank; where the run has an earlier period, with how far each has moved.
pub(crate) fn render_ranking(run: &Run, cards: &[&Card], titles: &Titles, look: Look, out: &mut String) {
    let mut before: Ranks<'_> = HashMap::new();
    for (place, (period, cards)) in by_period(run, cards).into_iter().enumerate() {
        let known = (place > 0).then_some(&before);
        for cards in cards.chunk_by(|a, b| a.scorecard == b.scorecard) {
            let Some(first) = cards.first() else { continue };
            let title = format!("{} · {period}", titles.scorecard(&first.scorecard));
            let _ = writeln!(out, "\n{}\n", look.paint(Tone::Title, &title));
            render_table(cards, known, titles, look, out);
        }
        let ranks =
            cards.iter().filter_map(|card| Some(((card.scorecard.as_str(), card.subject.as_str()), card.rank?)));
        before = ranks.collect();
    }
}

/// Ranks by scorecard and subject.
type Ranks<'a> = HashMap<(&'a str, &'a str), u32>;

fn render_table(cards: &[&Card], before: Option<&Ranks<'_>>, titles: &Titles, look: Look, out: &mut String) {
    let mut grid = Grid::default();
    grid.column(look.say(text!("rank")), Side::Right);
    for title in [text!("moved"), text!("subject"), text!("name")] {
        grid.column(look.say(title), Side::Left);
    }
    grid.column(look.say(text!("score")), Side::Right);
    grid.column("", Side::Left);
    grid.column(look.say(text!("attainment")), Side::Right);
    grid.column(look.say(text!("grade")), Side::Left);
    let best = cards.iter().filter_map(|card| card.score).max().map_or(0.0, |best| best.approximate());
    let mut ordered: Vec<&&Card> = cards.iter().collect();
    ordered.sort_by_key(|card| card.rank.unwrap_or(u32::MAX));
    for card in ordered {
        let (score, length) = match card.score {
            Some(score) if best > 0.0 => (Cell::new(score.to_fixed(2)), score.approximate() / best),
            Some(score) => (Cell::new(score.to_fixed(2)), 0.0),
            None => (Cell::toned(look.say(text!("incomplete")), Tone::Warn), 0.0),
        };
        grid.row(vec![
            Cell::new(card.rank.map(|rank| rank.to_string()).unwrap_or_default()),
            before.map(|before| moved(card, before, look)).unwrap_or_default(),
            Cell::new(&card.subject),
            Cell::new(titles.subject(&card.scorecard, &card.subject)),
            score,
            Cell::toned(bar(length, BAR), Tone::Faint),
            Cell::new(card.attainment.map(show_final_ratio).unwrap_or_default()),
            Cell::new(card.grade.clone().unwrap_or_default()),
        ]);
    }
    grid.render(look, out);
}

fn moved(card: &Card, before: &Ranks<'_>, look: Look) -> Cell {
    let Some(now) = card.rank else { return Cell::default() };
    match before.get(&(card.scorecard.as_str(), card.subject.as_str())) {
        None => Cell::toned(look.say(text!("new")), Tone::Faint),
        Some(then) if *then > now => Cell::toned(format!("↑ {}", then - now), Tone::Good),
        Some(then) if *then < now => Cell::toned(format!("↓ {}", now - then), Tone::Bad),
        Some(_) => Cell::toned("=", Tone::Faint),
    }
}
