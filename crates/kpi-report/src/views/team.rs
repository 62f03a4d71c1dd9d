//! Teams: how each stands, and everybody in it whatever the scorecard.

use std::fmt::Write;

use indexmap::IndexMap;
use kpi_base::text;
use kpi_results::{Card, CardStatus, RuleOutcome, Run};
use kpi_value::Dec;

use super::by_period;
use crate::cards::{said, total_title};
use crate::format::show_final_ratio;
use crate::grid::{Cell, Grid, Side};
use crate::look::{Look, Tone};
use crate::{Titles, show_amount};

/// For each period one line a team, then the people of each team with their scores, pay and what was said.
pub(crate) fn render_team(run: &Run, cards: &[&Card], titles: &Titles, look: Look, out: &mut String) {
    for (period, cards) in by_period(run, cards) {
        let mut teams: IndexMap<&str, Vec<&Card>> = IndexMap::new();
        for card in cards {
            teams.entry(titles.group(&card.scorecard, &card.subject, period)).or_default().push(card);
        }
        teams.sort_by(|a, _, b, _| a.is_empty().cmp(&b.is_empty()).then(a.cmp(b)));
        let _ =
            writeln!(out, "\n{}\n", look.paint(Tone::Title, &format!("{} · {period}", look.say(text!("overview")))));
        render_summary(&teams, titles, look, out);
        for (team, cards) in &teams {
            let name = if team.is_empty() { look.say(text!("without a group")) } else { (*team).to_owned() };
            let _ = writeln!(out, "\n{}\n", look.paint(Tone::Title, &format!("{name} · {period}")));
            render_people(cards, titles, look, out);
        }
    }
}

fn render_summary(teams: &IndexMap<&str, Vec<&Card>>, titles: &Titles, look: Look, out: &mut String) {
    let mut grid = Grid::default();
    grid.column(look.say(text!("group")), Side::Left);
    for title in [
        text!("cards"),
        text!("incomplete"),
        text!("mean score"),
        text!("lowest"),
        text!("highest"),
        text!("vetoed"),
        text!("rules fired"),
    ] {
        grid.column(look.say(title), Side::Right);
    }
    grid.column(total_title(titles, look), Side::Right);
    for (team, cards) in teams {
        let scores: Vec<Dec> = cards.iter().filter_map(|card| card.score).collect();
        let number = |n: usize| if n == 0 { String::new() } else { n.to_string() };
        let vetoed = cards.iter().filter(|card| !card.vetoed.is_empty()).count();
        let fired = cards.iter().flat_map(|card| &card.rules).filter(|rule| rule.outcome == RuleOutcome::Fired).count();
        let shown = |score: Option<&Dec>| score.map(|score| score.to_fixed(2)).unwrap_or_default();
        grid.row(vec![
            Cell::new(*team),
            Cell::new(cards.len().to_string()),
            Cell::toned(number(cards.len() - scores.len()), Tone::Warn),
            Cell::new(mean(&scores).map(|mean| mean.to_fixed(2)).unwrap_or_default()),
            Cell::new(shown(scores.iter().min())),
            Cell::new(shown(scores.iter().max())),
            Cell::toned(number(vetoed), Tone::Bad),
            Cell::toned(number(fired), Tone::Bad),
            paid(cards, titles, look),
        ]);
    }
    grid.render(look, out);
}

/// The mean of final scores, as it is shown.
fn mean(scores: &[Dec]) -> Option<Dec> {
    let sum = scores.iter().try_fold(Dec::ZERO, |sum, score| sum.add(*score)).ok()?;
    sum.div(Dec::int(scores.len() as i64)).ok()?.map(|mean| mean.round(2))
}

/// What is paid for these cards, and to how many it is held.
fn paid(cards: &[&Card], titles: &Titles, look: Look) -> Cell {
    let paying: Vec<&&Card> = cards.iter().filter(|card| !card.pay.is_empty()).collect();
    let known: Vec<Dec> = paying.iter().filter_map(|card| card.total_pay).collect();
    let Ok(sum) = known.iter().try_fold(Dec::ZERO, |sum, pay| sum.add(*pay)) else { return Cell::default() };
    match paying.len() - known.len() {
        _ if paying.is_empty() => Cell::default(),
        0 => Cell::new(show_amount(sum, titles.money())),
        held => {
            let sum = show_amount(sum, titles.money());
            Cell::toned(look.say(text!("{sum} + {held} held", sum, held)), Tone::Warn)
        }
    }
}

fn render_people(cards: &[&Card], titles: &Titles, look: Look, out: &mut String) {
    let mut grid = Grid::default();
    for title in [text!("subject"), text!("name"), text!("scorecard")] {
        grid.column(look.say(title), Side::Left);
    }
    grid.column(look.say(text!("score")), Side::Right);
    grid.column(look.say(text!("attainment")), Side::Right);
    for title in [text!("grade"), text!("veto")] {
        grid.column(look.say(title), Side::Left);
    }
    grid.column(total_title(titles, look), Side::Right);
    grid.column(look.say(text!("rule")), Side::Left);
    let mut ordered: Vec<&&Card> = cards.iter().collect();
    ordered.sort_by_key(|card| std::cmp::Reverse(card.score));
    for card in ordered {
        let of_card = |name: &str| titles.of_card(&card.scorecard, name).to_owned();
        let fired = card.rules.iter().filter(|rule| rule.outcome == RuleOutcome::Fired);
        let says: Vec<String> = fired
            .map(|rule| {
                let said = said(rule.says.as_deref(), &rule.choices, look);
                let said = if said.is_empty() { of_card(&rule.rule) } else { said };
                match &rule.indicator {
                    Some(indicator) => format!("{}: {said}", of_card(indicator)),
                    None => said,
                }
            })
            .collect();
        let vetoes: Vec<String> = card.vetoed.iter().map(|veto| of_card(veto)).collect();
        grid.row(vec![
            Cell::new(&card.subject),
            Cell::new(titles.subject(&card.scorecard, &card.subject)),
            Cell::new(titles.scorecard(&card.scorecard)),
            match card.status {
                CardStatus::Complete => Cell::new(card.score.map(|score| score.to_fixed(2)).unwrap_or_default()),
                CardStatus::Incomplete => Cell::toned(look.say(text!("incomplete")), Tone::Warn),
            },
            Cell::new(card.attainment.map(show_final_ratio).unwrap_or_default()),
            Cell::new(card.grade.clone().unwrap_or_default()),
            Cell::toned(vetoes.join(", "), Tone::Bad),
            match (card.total_pay, card.pay.is_empty()) {
                (Some(total), _) => Cell::new(show_amount(total, titles.money())),
                (None, true) => Cell::default(),
                (None, false) => Cell::toned(look.say(text!("held")), Tone::Warn),
            },
            Cell::toned(says.join(", "), Tone::Bad),
        ]);
    }
    grid.render(look, out);
}
