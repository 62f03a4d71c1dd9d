//! A run as tables that a manager can read.

use std::collections::HashSet;
use std::fmt::Write;

use kpi_base::{Join, Text, text};
use kpi_results::{Card, CardStatus, Line, LineStatus, Rule, RuleOutcome, Run, Stint};
use kpi_value::Dec;
use unicode_width::UnicodeWidthStr;

use crate::format::{show_final_ratio, show_pair, show_ratio};
use crate::grid::{Cell, Grid, Side};
use crate::look::{Look, Tone};
use crate::views::{render_progress, render_ranking, render_team};
use crate::{Titles, show_amount};

/// What of a run is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct View<'a> {
    /// Only this subject's cards, with all their lines.
    pub subject: Option<&'a str>,
    /// Only this scorecard.
    pub scorecard: Option<&'a str>,
    /// As what.
    pub show: Show,
}

/// As what a run is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Show {
    /// A table for each scorecard, or one subject's cards with all lines.
    #[default]
    Cards,
    /// Teams, or whatever subjects are grouped by: see [`Titles::add_groups`].
    Team,
    /// Who is ahead, and who has moved.
    Ranking,
    /// How far it is to the targets that are tracked.
    Progress,
}

/// The run as text: a table for each scorecard and period (or the lines of one subject's cards), pay that hangs on no
/// card, rules that fired, and what is incomplete and why. Findings are rendered apart.
pub fn render_run(run: &Run, titles: &Titles, view: View<'_>, look: Look) -> String {
    let mut out = String::new();
    let period = if run.period.from == run.period.to {
        run.period.from.clone()
    } else {
        look.say(text!("{from} to {to}", from = run.period.from, to = run.period.to))
    };
    let _ = writeln!(out, "{}", look.paint(Tone::Title, &format!("{} · {period}", run.policy)));
    let wanted = |card: &&Card| {
        view.subject.is_none_or(|s| s == card.subject) && view.scorecard.is_none_or(|s| s == card.scorecard)
    };
    let cards: Vec<&Card> = run.cards.iter().filter(wanted).collect();
    let other = match view.show {
        Show::Cards => None,
        Show::Team => Some(render_team as fn(&Run, &[&Card], &Titles, Look, &mut String)),
        Show::Ranking => Some(render_ranking as _),
        Show::Progress => Some(render_progress as _),
    };
    if let Some(render) = other.filter(|_| !cards.is_empty()) {
        render(run, &cards, titles, look, &mut out);
        return out;
    }
    if view.subject.is_some() {
        for card in &cards {
            render_card(card, titles, look, &mut out);
        }
    } else {
        for cards in cards.chunk_by(|a, b| a.scorecard == b.scorecard && a.period == b.period) {
            render_table(cards, titles, look, &mut out);
        }
        render_incomplete(&cards, titles, look, &mut out);
    }
    if view.scorecard.is_none() {
        render_roster_pay(run, titles, view, look, &mut out);
    }
    render_rules(run, &cards, titles, view, look, &mut out);
    if cards.is_empty() && run.incentives.is_empty() && run.rules.is_empty() {
        let _ = writeln!(out, "\n  {}", look.say(text!("no card: nobody is on a scorecard's roster in this period")));
    }
    out
}

fn heading(card: &Card, titles: &Titles, look: Look) -> String {
    let shown = titles.scorecard(&card.scorecard);
    let name = if shown == card.scorecard { String::new() } else { format!(" ({})", card.scorecard) };
    format!("{}{}", look.paint(Tone::Title, &format!("{shown} · {}", card.period)), look.paint(Tone::Faint, &name))
}

fn render_table(cards: &[&Card], titles: &Titles, look: Look, out: &mut String) {
    let Some(first) = cards.first() else { return };
    let count = cards.len();
    let incomplete = cards.iter().filter(|c| c.status == CardStatus::Incomplete).count();
    let mut parts = vec![if count == 1 { text!("1 card") } else { text!("{n} cards", n = count) }];
    if incomplete > 0 {
        parts.push(text!("{n} incomplete", n = incomplete));
    }
    let (heading, parts) = (heading(first, titles, look), Text::list(parts, Join::Comma));
    let _ = writeln!(out, "\n{}\n", look.say(text!("{heading}: {parts}", heading, parts)));

    let mut pays: Vec<&str> = Vec::new();
    let mut seen = HashSet::new();
    for pay in cards.iter().flat_map(|card| card.pay.keys()) {
        if seen.insert(pay.as_str()) {
            pays.push(pay);
        }
    }
    let mut grid = Grid::default();
    grid.column(look.say(text!("rank")), Side::Right);
    grid.column(look.say(text!("subject")), Side::Left);
    grid.column(look.say(text!("name")), Side::Left);
    grid.column(look.say(text!("days")), Side::Left);
    grid.column(look.say(text!("score")), Side::Right);
    grid.column(look.say(text!("attainment")), Side::Right);
    grid.column(look.say(text!("grade")), Side::Left);
    grid.column(look.say(text!("veto")), Side::Left);
    for pay in &pays {
        grid.column(titles.of_card(&first.scorecard, pay), Side::Right);
    }
    grid.column(total_title(titles, look), Side::Right);

    // The best first; incomplete cards after all others. The results are in the order of the subjects' keys.
    let mut ordered: Vec<&&Card> = cards.iter().collect();
    ordered.sort_by_key(|card| (card.rank.unwrap_or(u32::MAX), card.status == CardStatus::Incomplete));
    for card in ordered {
        let complete = card.status == CardStatus::Complete;
        let vetoes: Vec<&str> = card.vetoed.iter().map(|v| titles.of_card(&card.scorecard, v)).collect();
        let mut row = vec![
            Cell::new(card.rank.map(|r| r.to_string()).unwrap_or_default()),
            Cell::new(&card.subject),
            Cell::new(titles.subject(&card.scorecard, &card.subject)),
            Cell::new(card.stint.as_ref().map(|stint| stint_words(stint, look)).unwrap_or_default()),
            match card.score {
                Some(score) => Cell::new(score.to_fixed(2)),
                None => Cell::toned(look.say(text!("incomplete")), Tone::Warn),
            },
            Cell::new(card.attainment.map(show_final_ratio).unwrap_or_default()),
            Cell::new(card.grade.clone().unwrap_or_default()),
            Cell::toned(vetoes.join(", "), Tone::Bad),
        ];
        row.extend(pays.iter().map(|&pay| match card.pay.get(pay) {
            Some(amount) => amount_cell(*amount, titles, look),
            None => Cell::default(),
        }));
        row.push(match card.total_pay {
            None if card.pay.is_empty() => Cell::default(),
            None if complete && card.pay.values().all(Option::is_some) => Cell::default(),
            total => amount_cell(total, titles, look),
        });
        grid.row(row);
    }
    grid.render(look, out);
}

/// The title of a column of totals, with the currency.
pub(crate) fn total_title(titles: &Titles, look: Look) -> String {
    format!("{} {}", look.say(text!("total")), titles.money().code).trim_end().to_owned()
}

fn amount_cell(amount: Option<Dec>, titles: &Titles, look: Look) -> Cell {
    match amount {
        Some(amount) => Cell::new(show_amount(amount, titles.money())),
        None => Cell::toned(look.say(text!("held")), Tone::Warn),
    }
}

/// One card with all its lines.
fn render_card(card: &Card, titles: &Titles, look: Look, out: &mut String) {
    let name = titles.subject(&card.scorecard, &card.subject);
    let days = card.stint.as_ref().map(|stint| format!(", {}", stint_words(stint, look))).unwrap_or_default();
    let subject = format!("{} {name}", card.subject);
    let subject = format!("{}{days}", subject.trim_end());
    let _ = writeln!(out, "\n{} · {}\n", heading(card, titles, look), look.paint(Tone::Title, subject.trim_end()));
    let mut grid = Grid::default();
    grid.column(look.say(text!("line")), Side::Left);
    for title in [text!("actual"), text!("target"), text!("attainment"), text!("weight"), text!("points")] {
        grid.column(look.say(title), Side::Right);
    }
    grid.column(look.say(text!("status")), Side::Left);
    render_lines(&card.lines, 0, card, (titles, look), &mut grid);
    grid.render(look, out);
    out.push('\n');
    let mut fact = |name: Text, text: &str, tone: Tone| {
        let _ = writeln!(out, "  {} {}", padded(&look.say(name)), look.paint(tone, text));
    };
    match card.score {
        Some(score) => fact(text!("score"), &score.to_fixed(2), Tone::Title),
        None => fact(text!("score"), &look.say(text!("incomplete: {why}", why = missing(card, titles))), Tone::Warn),
    }
    if let Some(attainment) = card.attainment {
        fact(text!("attainment"), &show_final_ratio(attainment), Tone::Plain);
    }
    if let Some(grade) = &card.grade {
        fact(text!("grade"), grade, Tone::Plain);
    }
    if let Some(rank) = card.rank {
        fact(text!("rank"), &rank.to_string(), Tone::Plain);
    }
    for veto in &card.vetoed {
        fact(text!("veto"), titles.of_card(&card.scorecard, veto), Tone::Bad);
    }
    let money = titles.money();
    for (pay, amount) in &card.pay {
        let text =
            amount.map_or_else(|| look.say(text!("held")), |a| format!("{} {}", show_amount(a, money), money.code));
        let name = titles.of_card(&card.scorecard, pay);
        let _ = writeln!(out, "  {} {name}: {}", padded(&look.say(text!("pay"))), text.trim_end());
    }
    if let Some(total) = card.total_pay {
        let _ = writeln!(
            out,
            "  {} {}",
            padded(&look.say(text!("total pay"))),
            format!("{} {}", show_amount(total, money), money.code).trim_end()
        );
    }
}

/// The name of a fact, as wide as the widest.
fn padded(name: &str) -> String {
    format!("{name}{}", " ".repeat(11usize.saturating_sub(name.width())))
}

fn render_lines(lines: &[Line], depth: usize, card: &Card, (titles, look): (&Titles, Look), grid: &mut Grid) {
    for line in lines {
        let (actual, target) = show_pair(line.actual.as_ref(), line.target.as_ref(), titles.money(), look.language);
        let (status, tone) = status_words(line.status, look);
        grid.row(vec![
            Cell::new(format!("{}{}", "  ".repeat(depth), titles.of_card(&card.scorecard, &line.indicator))),
            Cell::new(actual),
            Cell::new(target),
            Cell::new(line.attainment.map(|a| show_ratio(a, 2)).unwrap_or_default()),
            Cell::new(line.weight.map(|w| show_ratio(w, 2)).unwrap_or_default()),
            Cell::new(line.score.map(|s| s.round(4).to_fixed(s.round(4).fraction_digits().max(2))).unwrap_or_default()),
            Cell::toned(status, tone),
        ]);
        for part in line.periods.iter().flatten() {
            let (actual, target) = show_pair(part.actual.as_ref(), part.target.as_ref(), titles.money(), look.language);
            let (status, tone) = match part.met {
                Some(true) => status_words(LineStatus::Met, look),
                Some(false) => status_words(LineStatus::Missed, look),
                None => (String::new(), Tone::Faint),
            };
            grid.row(vec![
                Cell::toned(format!("{}{}", "  ".repeat(depth + 1), part.period), Tone::Faint),
                Cell::new(actual),
                Cell::new(target),
                Cell::new(part.attainment.map(|a| show_ratio(a, 2)).unwrap_or_default()),
                Cell::default(),
                Cell::default(),
                Cell::toned(status, tone),
            ]);
        }
        render_lines(line.lines.as_deref().unwrap_or_default(), depth + 1, card, (titles, look), grid);
    }
}

/// The days of a card that covers a stint.
fn stint_words(stint: &Stint, look: Look) -> String {
    look.say(text!("{from} to {to}", from = stint.from, to = stint.to))
}

fn status_words(status: LineStatus, look: Look) -> (String, Tone) {
    let (words, tone) = match status {
        LineStatus::Met => (text!("met"), Tone::Good),
        LineStatus::Missed => (text!("missed"), Tone::Bad),
        LineStatus::NoData => (text!("no data"), Tone::Warn),
        LineStatus::NotJudged => (text!("not judged"), Tone::Faint),
        LineStatus::Watched => (text!("watched"), Tone::Faint),
        LineStatus::Scored => (text!("scored"), Tone::Plain),
    };
    (look.say(words), tone)
}

/// Why a card is incomplete, as far as its lines tell.
fn missing(card: &Card, titles: &Titles) -> Text {
    let mut reasons = Vec::new();
    missing_lines(&card.lines, card, titles, &mut reasons);
    if reasons.is_empty() {
        let subject = &card.subject;
        return text!("a veto, a bonus or a deduction has no data; `kpi why {subject}` shows which", subject);
    }
    Text::list(reasons, Join::Comma)
}

fn missing_lines(lines: &[Line], card: &Card, titles: &Titles, reasons: &mut Vec<Text>) {
    for line in lines {
        // A line that counts as 0% or 100% without data has points; one that is left out has no weight.
        if line.weight.is_none() || line.score.is_some() {
            continue;
        }
        let name = titles.of_card(&card.scorecard, &line.indicator);
        match (&line.lines, line.status) {
            (Some(parts), _) if parts.iter().all(|part| part.weight.is_none()) => {
                let lost =
                    parts.iter().filter(|part| matches!(part.status, LineStatus::NoData | LineStatus::NotJudged));
                let why = |part: &Line| text!("{name} has no data in its part {part}", name, part = part.indicator);
                reasons.extend(lost.map(why));
            }
            (Some(lines), _) => missing_lines(lines, card, titles, reasons),
            (None, LineStatus::NoData) if line.actual.is_some() => reasons.push(text!("{name} has no target", name)),
            (None, LineStatus::NoData | LineStatus::Scored) => reasons.push(text!("{name} has no data", name)),
            (None, _) => reasons.push(text!("{name} cannot be scored", name)),
        }
    }
}

fn render_incomplete(cards: &[&Card], titles: &Titles, look: Look, out: &mut String) {
    let incomplete: Vec<_> = cards.iter().filter(|c| c.status == CardStatus::Incomplete).collect();
    if incomplete.is_empty() {
        return;
    }
    let _ =
        writeln!(out, "\n{}\n", look.paint(Tone::Title, &look.say(text!("incomplete cards (no score; pay is held)"))));
    let mut grid = Grid::default();
    for title in [text!("subject"), text!("name"), text!("period"), text!("scorecard"), text!("why")] {
        grid.column(look.say(title), Side::Left);
    }
    for card in incomplete {
        grid.row(vec![
            Cell::new(&card.subject),
            Cell::new(titles.subject(&card.scorecard, &card.subject)),
            Cell::new(&card.period),
            Cell::new(titles.scorecard(&card.scorecard)),
            Cell::toned(look.say(missing(card, titles)), Tone::Warn),
        ]);
    }
    grid.render(look, out);
}

fn render_roster_pay(run: &Run, titles: &Titles, view: View<'_>, look: Look, out: &mut String) {
    let wanted: Vec<_> = run.incentives.iter().filter(|p| view.subject.is_none_or(|s| s == p.subject)).collect();
    for rows in wanted.chunk_by(|a, b| a.incentive == b.incentive && a.period == b.period) {
        let Some(first) = rows.first() else { continue };
        let title = format!("{} · {}", titles.outside(&first.incentive), first.period);
        let _ = writeln!(out, "\n{}\n", look.paint(Tone::Title, &title));
        let mut grid = Grid::default();
        grid.column(look.say(text!("subject")), Side::Left);
        grid.column(look.say(text!("name")), Side::Left);
        for pay in first.pay.keys() {
            grid.column(titles.pay(&first.incentive, pay), Side::Right);
        }
        grid.column(total_title(titles, look), Side::Right);
        for row in rows {
            let name = titles.subject(&row.incentive, &row.subject);
            let mut cells = vec![Cell::new(&row.subject), Cell::new(name)];
            cells.extend(row.pay.values().map(|amount| amount_cell(*amount, titles, look)));
            cells.push(amount_cell(row.total_pay, titles, look));
            grid.row(cells);
        }
        grid.render(look, out);
    }
}

/// What a rule that fired says, and what it leaves to a person; empty for nothing.
pub(crate) fn said(says: Option<&str>, choices: &[String], look: Look) -> String {
    let list = || Text::or_list(choices.iter().map(Text::verbatim));
    match (says, choices) {
        (None, []) => String::new(),
        (Some(says), []) => says.to_owned(),
        (None, _) => look.say(text!("to be decided: {choices}", choices = list())),
        (Some(says), _) => look.say(text!("{says}, to be decided: {choices}", says, choices = list())),
    }
}

fn render_rules(run: &Run, cards: &[&Card], titles: &Titles, view: View<'_>, look: Look, out: &mut String) {
    let mut grid = Grid::default();
    for title in [text!("subject"), text!("name"), text!("period"), text!("rule"), text!("outcome")] {
        grid.column(look.say(title), Side::Left);
    }
    let mut any = false;
    let mut row = |subject: [&str; 2], period: &str, rule: &str, outcome: RuleOutcome, says: String| {
        let cell = match outcome {
            RuleOutcome::Fired if says.is_empty() => Cell::toned(look.say(text!("fired")), Tone::Bad),
            RuleOutcome::Fired => Cell::toned(says, Tone::Bad),
            RuleOutcome::NotJudged => Cell::toned(look.say(text!("not judged: data are missing")), Tone::Faint),
            RuleOutcome::NotFired if view.subject.is_some() => Cell::toned(look.say(text!("not fired")), Tone::Faint),
            RuleOutcome::NotFired => return,
        };
        any = true;
        let [key, name] = subject;
        grid.row(vec![Cell::new(key), Cell::new(name), Cell::new(period), Cell::new(rule), cell]);
    };
    for card in cards {
        for Rule { rule, indicator, outcome, says, choices } in &card.rules {
            let subject = [&card.subject, titles.subject(&card.scorecard, &card.subject)];
            let of_card = |name: &str| titles.of_card(&card.scorecard, name).to_owned();
            let rule = match indicator {
                Some(indicator) => format!("{} · {}", of_card(rule), of_card(indicator)),
                None => of_card(rule),
            };
            row(subject, &card.period, &rule, *outcome, said(says.as_deref(), choices, look));
        }
    }
    let outside = run.rules.iter().filter(|r| view.subject.is_none_or(|s| s == r.subject));
    for rule in outside.filter(|_| view.scorecard.is_none()) {
        let subject = [&rule.subject, titles.subject(&rule.rule, &rule.subject)];
        row(
            subject,
            &rule.period,
            titles.outside(&rule.rule),
            rule.outcome,
            said(rule.says.as_deref(), &rule.choices, look),
        );
    }
    if any {
        let _ = writeln!(out, "\n{}\n", look.paint(Tone::Title, &look.say(text!("rules"))));
        grid.render(look, out);
    }
}

#[cfg(test)]
pub(crate) mod tests;
