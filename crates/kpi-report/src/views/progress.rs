//! How far it is to the targets that are tracked: "GMV 80,000 of 100,000, 80%", and the weeks and days behind it.

use std::fmt::Write;

use kpi_base::text;
use kpi_results::{Card, Goal, Line, Run, Tracked};
use kpi_value::Dec;

use super::{bar, by_period};
use crate::Titles;
use crate::format::{show_pair, show_ratio};
use crate::grid::{Cell, Grid, Side};
use crate::look::{Look, Tone};

/// How wide a bar is that has reached its target.
const BAR: usize = 10;

/// From so many shorter periods of one kind on each is a mark in one line.
const MANY: usize = 8;

/// For each period the tracked lines of every card.
pub(crate) fn render_progress(run: &Run, cards: &[&Card], titles: &Titles, look: Look, out: &mut String) {
    for (period, cards) in by_period(run, cards) {
        let mut grid = Grid::default();
        for title in [text!("subject"), text!("name"), text!("line"), text!("period")] {
            grid.column(look.say(title), Side::Left);
        }
        grid.column(look.say(text!("actual")), Side::Right);
        grid.column(look.say(text!("of")), Side::Right);
        grid.column(look.say(text!("progress")), Side::Right);
        grid.column("", Side::Left);
        let mut any = false;
        for card in cards {
            any |= add_lines(&card.lines, card, titles, look, &mut grid);
        }
        let _ =
            writeln!(out, "\n{}\n", look.paint(Tone::Title, &format!("{} · {period}", look.say(text!("progress")))));
        if any {
            grid.render(look, out);
        } else {
            let _ =
                writeln!(out, "  {}", look.say(text!("nothing is tracked: write `track week 1 ÷ 4` in an indicator")));
        }
    }
}

fn add_lines(lines: &[Line], card: &Card, titles: &Titles, look: Look, grid: &mut Grid) -> bool {
    let mut any = false;
    for line in lines {
        any |= add_lines(line.lines.as_deref().unwrap_or_default(), card, titles, look, grid);
        let Some(track) = &line.track else { continue };
        any = true;
        let (actual, target) = show_pair(line.actual.as_ref(), line.target.as_ref(), titles.money(), look.language);
        grid.row(vec![
            Cell::new(&card.subject),
            Cell::new(titles.subject(&card.scorecard, &card.subject)),
            Cell::new(titles.of_card(&card.scorecard, &line.indicator)),
            Cell::new(&card.period),
            Cell::new(actual),
            Cell::new(target),
            Cell::new(line.progress.map(percent).unwrap_or_default()),
            line.progress.map_or(Cell::default(), bar_cell),
        ]);
        for unit in track.chunk_by(|a, b| a.period.len() == b.period.len()) {
            if unit.len() > MANY {
                grid.row(marks(unit, titles, look));
            } else {
                unit.iter().for_each(|tracked| grid.row(row(tracked, titles, look)));
            }
        }
    }
    any
}

/// Whole percents, and more digits where they would say 100% of what is not reached.
fn percent(progress: Dec) -> String {
    let is_plain = |digits: &u32| progress >= Dec::ONE || progress.round(2 + digits) < Dec::ONE;
    show_ratio(progress, (0..Dec::SCALE - 2).find(is_plain).unwrap_or(Dec::SCALE - 2))
}

fn bar_cell(progress: Dec) -> Cell {
    let tone = if progress >= Dec::ONE { Tone::Good } else { Tone::Plain };
    Cell::toned(bar(progress.approximate(), BAR), tone)
}

fn row(tracked: &Tracked, titles: &Titles, look: Look) -> Vec<Cell> {
    let (actual, target) = show_pair(tracked.actual.as_ref(), tracked.target.as_ref(), titles.money(), look.language);
    vec![
        Cell::default(),
        Cell::default(),
        Cell::default(),
        Cell::toned(format!("  {}", tracked.period), Tone::Faint),
        Cell::new(actual),
        Cell::new(target),
        Cell::new(tracked.progress.map(percent).unwrap_or_default()),
        tracked.progress.map_or(Cell::default(), bar_cell),
    ]
}

/// Many short periods: what is asked of each, how many reached it, and a mark for each.
fn marks(unit: &[Tracked], titles: &Titles, look: Look) -> Vec<Cell> {
    const MARKS: [char; 9] = ['·', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let mark = |tracked: &Tracked| match tracked.progress {
        None => ' ',
        Some(progress) => {
            let eighths = (progress.approximate().clamp(0.0, 1.0) * 8.0).floor() as usize;
            MARKS.get(eighths).copied().unwrap_or('█')
        }
    };
    let same = unit.windows(2).all(|pair| matches!(pair, [a, b] if a.target == b.target));
    let target: Option<&Goal> = unit.first().filter(|_| same).and_then(|tracked| tracked.target.as_ref());
    let reached = unit.iter().filter(|tracked| tracked.progress.is_some_and(|p| p >= Dec::ONE)).count();
    let (first, last) = (unit.first(), unit.last());
    let name = |tracked: Option<&Tracked>| tracked.map_or("", |tracked| &tracked.period).to_owned();
    vec![
        Cell::default(),
        Cell::default(),
        Cell::default(),
        Cell::toned(format!("  {}..{}", name(first), name(last).rsplit('-').next().unwrap_or_default()), Tone::Faint),
        Cell::new(look.say(text!("{reached} of {all} reached", reached, all = unit.len()))),
        Cell::new(show_pair(None, target, titles.money(), look.language).1),
        Cell::default(),
        Cell::new(unit.iter().map(mark).collect::<String>()),
    ]
}
