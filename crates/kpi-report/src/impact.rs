//! Whom a change of a policy moves, as people and programs read it. Here: what is told, in blocks; `blocks` writes them as text, Markdown and
//! HTML, `json` is for programs.
//!
//! Unless private data may be shown, people have the names that [`Names`] gives them, of their pay only changes are told, and nothing that was
//! measured.

mod blocks;
mod json;
mod scenarios;

pub(crate) use json::ImpactForm;
pub use scenarios::{render_scenarios, render_scenarios_markdown};

use kpi_base::{Join, Language, Text, text};
use kpi_impact::{
    Amounts, Attribution, Became, Crossing, Figure, Impact, Move, Names, Pair, Spread, Standing, Unit, What,
};
use kpi_results::{CardStatus, Goal};
use kpi_value::Dec;

use crate::format::{show_plain, show_quantity, show_ratio};
use crate::{Look, Titles, show_amount};
use blocks::Block;

/// What is told of an impact.
#[derive(Clone, Copy, Debug)]
pub struct ImpactReport<'a> {
    /// The two runs compared.
    pub impact: &'a Impact,
    /// What each change has done; none where it was not asked.
    pub attribution: Option<&'a Attribution>,
    /// What the changes are called, by the places that the attribution has.
    pub changes: &'a [Text],
    /// The numbers of the single changes that each of them is.
    pub units: &'a [Vec<u32>],
    /// For each of the first moves, what differs in its derivations.
    pub explained: &'a [Vec<Pair>],
    /// What people are called.
    pub names: &'a Names,
    /// Labels, and how money is written.
    pub titles: &'a Titles,
    /// Whether pay and what was measured may be told of single people.
    pub show_private: bool,
    /// The comparisons of a limit because of which it is exceeded.
    pub exceeded: &'a [String],
}

/// The fewest people whose pay is told as a sum where private data are not shown: of fewer, a sum tells too much of each.
const FEWEST_IN_SUM: usize = 5;

/// Whom a change moves, for a terminal.
pub fn render_impact(report: ImpactReport<'_>, look: Look) -> String {
    blocks::text(&report.blocks(look.language), look)
}

/// The same for a comment on a pull request.
pub fn render_impact_markdown(report: ImpactReport<'_>, language: Language) -> String {
    blocks::markdown(&report.blocks(language))
}

/// The same as a part of a page.
pub fn render_impact_html(report: ImpactReport<'_>, language: Language) -> String {
    blocks::html(&report.blocks(language))
}

impl ImpactReport<'_> {
    fn blocks(&self, language: Language) -> Vec<Block> {
        let say = |text: Text| text.to(language);
        let impact = self.impact;
        let period = if impact.period.from == impact.period.to {
            Text::verbatim(&*impact.period.from)
        } else {
            text!("{from} to {to}", from = impact.period.from, to = impact.period.to)
        };
        let mut blocks = vec![Block::Heading(say(match impact.moves.len() {
            0 => text!("impact on the data of {period}: nothing moves", period),
            1 => text!("impact on the data of {period}: 1 outcome moves", period),
            n => text!("impact on the data of {period}: {n} outcomes move", period, n),
        }))];
        blocks.extend(self.excess(language).map(Block::Line));
        if !impact.is_empty() {
            blocks.push(self.figures(language));
            blocks.extend(self.scorecards(language));
            blocks.extend(self.brackets(language));
            blocks.extend(self.pay_changes(language));
        }
        blocks.extend(self.attributed(language));
        if !impact.is_empty() {
            blocks.push(Block::Heading(say(text!("largest moves"))));
            for (n, (one, pairs)) in impact.moves.iter().zip(self.explained).enumerate() {
                blocks.push(Block::Line(format!("{}. {}", n + 1, self.told(one, language))));
                let mut lines = Vec::new();
                for pair in pairs {
                    self.tree(pair, "", "", language, &mut lines);
                }
                blocks.push(Block::Code(lines));
            }
        }
        blocks
    }

    /// What a single change does to the data, in a line; none where that was not asked.
    pub(crate) fn effect(&self, change: u32, language: Language) -> Option<String> {
        let unit = self.units.iter().position(|changes| changes.contains(&change))?;
        let part = self.attribution?.parts.iter().find(|part| part.changes.contains(&unit))?;
        if part.without_effect {
            return Some(text!("no effect on these data").to(language));
        }
        let moves = match part.moves {
            1 => text!("moves 1 outcome"),
            n => text!("moves {n} outcomes", n),
        };
        let mut said = vec![moves];
        if self.impact.people_paid > 0 && !part.alone.pay.is_zero() {
            let by = part.alone.pay;
            said.push(text!("pay {change}", change = signed(by, &self.number(by, Unit::Money))));
        }
        if !part.alone.score.is_zero() {
            let by = part.alone.score;
            said.push(text!("Σ score {change}", change = signed(by, &show_plain(by))));
        }
        let others = part.changes.iter().filter(|other| **other != unit).filter_map(|other| self.changes.get(*other));
        let others: Vec<Text> = others.cloned().collect();
        let list = Text::list(said, Join::Comma);
        Some(match others.is_empty() {
            true => list.to(language),
            false => text!("{list}, together with {others}", list, others = Text::list(others, Join::And)).to(language),
        })
    }

    /// How much moves in all, in a line for each figure that changes.
    pub(crate) fn summary(&self, language: Language) -> Vec<String> {
        let blocks = self.blocks(language);
        let mut lines = Vec::new();
        for block in blocks {
            match block {
                Block::Heading(text) if lines.is_empty() => lines.push(text),
                Block::Table(_, rows) => {
                    let changed = rows.into_iter().filter_map(|row| match row.as_slice() {
                        [name, _, _, change] if !change.is_empty() => Some(format!("{name} {change}")),
                        _ => None,
                    });
                    lines.extend(changed);
                    break;
                }
                _ => {}
            }
        }
        lines
    }

    /// What there is to say of a limit that is exceeded.
    pub(crate) fn excess(&self, language: Language) -> Option<String> {
        let list = Text::list(self.exceeded.iter().map(Text::quoted), Join::Comma);
        (!self.exceeded.is_empty()).then(|| text!("the limit is exceeded: {list}", list).to(language))
    }

    /// Whether what people are paid altogether may be told.
    fn tells_pay(&self) -> bool {
        self.show_private || self.impact.people_paid >= FEWEST_IN_SUM
    }

    fn figures(&self, language: Language) -> Block {
        let head = [text!("figure"), text!("before"), text!("after"), text!("change")].map(|text| text.to(language));
        let told = |figure: &&Figure| !figure.value.is_zero() || figure.base.is_some_and(|base| !base.is_zero());
        let rows = self.impact.figures.iter().filter(told).map(|figure| {
            let hidden = figure.name == "pay_total" && !self.tells_pay();
            let show = |value: Dec| if hidden { "–".to_owned() } else { self.number(value, figure.unit) };
            let change = figure.change().filter(|change| !change.is_zero()).map(|change| {
                let share = figure.share.filter(|_| !hidden).map(|share| format!(" ({})", signed_ratio(share)));
                format!("{}{}", signed(change, &self.number(change, figure.unit)), share.unwrap_or_default())
            });
            // With a gain and its share, somebody's pay could be told.
            let share = figure.share.filter(|_| figure.base.is_none() && self.show_private);
            let change = change.or_else(|| share.map(signed_ratio));
            vec![
                figure.name.to_owned(),
                figure.base.map(show).unwrap_or_default(),
                show(figure.value),
                change.unwrap_or_default(),
            ]
        });
        Block::Table(head.into(), rows.collect())
    }

    fn number(&self, value: Dec, unit: Unit) -> String {
        match unit {
            Unit::Money => show_amount(value, self.titles.money()),
            Unit::Count | Unit::Points => show_plain(value),
        }
    }

    fn scorecards(&self, language: Language) -> Vec<Block> {
        let say = |text: Text| text.to(language);
        let moved: Vec<_> =
            self.impact.scorecards.iter().filter(|card| card.up + card.down > 0 || !card.grades.is_empty()).collect();
        if moved.is_empty() {
            return Vec::new();
        }
        let head =
            [text!("scorecard"), text!("cards"), text!("up"), text!("down"), text!("crosses a grade")].map(say).into();
        let none = || text!("no grade").to(language);
        let rows = moved.iter().map(|card| {
            let grades = card.grades.iter().map(|t| {
                let grade = |grade: &Option<String>| grade.clone().unwrap_or_else(none);
                format!("{} → {}: {}", grade(&t.from), grade(&t.to), t.cards)
            });
            let label = self.titles.scorecard(&card.scorecard).to_owned();
            vec![
                label,
                card.cards.to_string(),
                card.up.to_string(),
                card.down.to_string(),
                grades.collect::<Vec<_>>().join(", "),
            ]
        });
        let mut blocks = vec![Block::Table(head, rows.collect())];
        let mut head = vec![say(text!("score")), String::new()];
        head.extend(HUNDREDTHS.map(str::to_owned));
        head.push(say(text!("how many by tens")));
        let mut rows = Vec::new();
        for card in &moved {
            let label = self.titles.scorecard(&card.scorecard);
            rows.extend(spread_rows(label, &card.scores, language));
        }
        blocks.push(Block::Table(head, rows));
        blocks
    }

    /// Who crosses from one bracket of a pay to another.
    fn brackets(&self, language: Language) -> Option<Block> {
        let crossed = &self.impact.brackets;
        crossed.first()?;
        let say = |text: Text| text.to(language);
        let head = [text!("pay"), text!("crosses from"), text!("to"), text!("cards")].map(say);
        let rows = crossed.iter().map(|one| {
            let Crossing { incentive, pay, from, to } = &one.crossing;
            let whose = one.scorecard.as_ref().map(|card| format!(" · {}", self.titles.scorecard(card)));
            vec![
                format!("{incentive}.{pay}{}", whose.unwrap_or_default()),
                from.clone(),
                to.clone(),
                one.cards.to_string(),
            ]
        });
        Some(Block::Table(head.into(), rows.collect()))
    }

    fn pay_changes(&self, language: Language) -> Option<Block> {
        let spread = self.impact.pay_changes.as_ref()?;
        let mut head = vec![String::new()];
        head.extend(HUNDREDTHS.map(str::to_owned));
        let mut row = vec![text!("change of pay, of who has one").to(language)];
        row.extend(spread.head.iter().map(|change| signed(*change, &self.number(*change, Unit::Money))));
        Some(Block::Table(head, vec![row]))
    }

    fn attributed(&self, language: Language) -> Vec<Block> {
        let Some(attribution) = self.attribution else { return Vec::new() };
        let say = |text: Text| text.to(language);
        let paid = self.impact.people_paid > 0;
        let mut head = vec![say(text!("what each change does"))];
        if paid {
            head.extend([text!("pay, alone"), text!("pay, last")].map(say));
        }
        head.extend([text!("Σ score, alone"), text!("Σ score, last"), text!("moves alone")].map(say));
        let cells = |alone: Amounts, last: Option<Amounts>| {
            let money = |by: Dec| signed(by, &self.number(by, Unit::Money));
            let points = |by: Dec| signed(by, &show_plain(by));
            let mut cells = Vec::new();
            if paid {
                cells.extend([money(alone.pay), last.map(|last| money(last.pay)).unwrap_or_default()]);
            }
            cells.extend([points(alone.score), last.map(|last| points(last.score)).unwrap_or_default()]);
            cells
        };
        let mut rows = Vec::new();
        for part in &attribution.parts {
            let changes = part.changes.iter().filter_map(|place| self.changes.get(*place)).cloned();
            let mut row = vec![say(Text::list(changes, Join::And))];
            row.extend(cells(part.alone, Some(part.last)));
            row.push(if part.without_effect { say(text!("no effect on these data")) } else { part.moves.to_string() });
            rows.push(row);
        }
        if attribution.parts.len() > 1 {
            for (name, amounts) in [(text!("joint"), attribution.joint), (text!("together"), attribution.total)] {
                let mut row = vec![say(name)];
                row.extend(cells(amounts, None));
                rows.push(row);
            }
        }
        vec![Block::Table(head, rows)]
    }

    /// Who moves, and how.
    fn told(&self, one: &Move, language: Language) -> String {
        let say = |text: Text| text.to(language);
        let place = &one.place;
        let mut who = self.names.name(&place.subject);
        let called = self.titles.subject(&place.name, &place.subject);
        if self.names.are_plain() && !called.is_empty() {
            who = format!("{who} {called}");
        }
        let label = match place.what {
            What::Scorecard => self.titles.scorecard(&place.name),
            What::Incentive | What::Rule => self.titles.outside(&place.name),
        };
        let mut when = place.period.clone();
        if let Some(stint) = &place.stint {
            when = format!("{when} ({} – {})", stint.from, stint.to);
        }
        let mut parts = Vec::new();
        match one.became {
            Became::Added => parts.push(say(text!("new"))),
            Became::Removed => parts.push(say(text!("gone"))),
            Became::Changed => {}
        }
        let (base, head) = (one.base.as_ref(), one.head.as_ref());
        let differs = |of: &dyn Fn(&Standing) -> Option<String>| {
            let (a, b) = (base.and_then(of), head.and_then(of));
            (a != b).then(|| format!("{} → {}", a.unwrap_or("–".into()), b.unwrap_or("–".into())))
        };
        if let Some(status) = differs(&|s| (s.status == Some(CardStatus::Incomplete)).then(String::new)) {
            let _ = status;
            let incomplete = head.is_some_and(|s| s.status == Some(CardStatus::Incomplete));
            parts.push(say(if incomplete { text!("now incomplete") } else { text!("no longer incomplete") }));
        }
        if let Some(score) = differs(&|s| s.score.map(show_plain)) {
            parts.push(say(text!("score {change}", change = score)));
        }
        if let Some(grade) = differs(&|s| s.grade.clone()) {
            parts.push(say(text!("grade {change}", change = grade)));
        }
        for Crossing { pay, from, to, .. } in &one.brackets {
            parts.push(say(text!("bracket of {pay} {change}", pay, change = format!("{from} → {to}"))));
        }
        let of_card = |name: &str| self.titles.of_card(&place.name, name).to_owned();
        let list = |names: Vec<String>| (!names.is_empty()).then(|| names.join(", "));
        if let Some(veto) = differs(&|s| list(s.vetoed.iter().map(|veto| of_card(veto)).collect())) {
            parts.push(say(text!("veto {change}", change = veto)));
        }
        let rules = |s: &Standing| {
            let fired = s.rules.iter().filter(|(_, outcome)| *outcome == kpi_impact::ToldRule::Fired);
            list(fired.map(|(rule, _)| of_card(rule)).collect())
        };
        if let Some(rule) = differs(&rules) {
            parts.push(say(text!("rules that fired {change}", change = rule)));
        }
        let pay_change = one.pay_change.filter(|change| !change.is_zero());
        if self.show_private {
            if let Some(pay) = differs(&|s| s.total_pay.map(|pay| self.number(pay, Unit::Money))) {
                parts.push(say(text!("pay {change}", change = pay)));
            }
        } else if let Some(change) = pay_change {
            parts.push(say(text!("pay {change}", change = signed(change, &self.number(change, Unit::Money)))));
        }
        format!("{who} · {label} · {when}: {}", parts.join(", "))
    }

    /// A pair of numbers, and those that it came from below it.
    fn tree(&self, pair: &Pair, lead: &str, below: &str, language: Language, out: &mut Vec<String>) {
        let what = pair.what.to(language);
        let what = what.split_whitespace().collect::<Vec<_>>().join(" ");
        // What a number is called at the top has its subject's key in it.
        let what = if lead.is_empty() && !self.show_private { String::new() } else { what };
        let no_data = text!("no data").to(language);
        let show = |goal: &Option<Goal>, note: &Option<Text>| {
            let value = match goal {
                None => no_data.clone(),
                Some(Goal::Bound(quantity)) => show_quantity(quantity, self.titles.money(), language),
                Some(Goal::Band { from, to, .. }) => format!("{from} .. {to}"),
            };
            match note {
                Some(note) => format!("{value} ({})", note.to(language)),
                None => value,
            }
        };
        let (a, b) = (show(&pair.base, &pair.note_base), show(&pair.head, &pair.note_head));
        let values = if a == b { a } else { format!("{a} → {b}") };
        let sign = if what.is_empty() { "" } else { " = " };
        out.push(format!("{lead}{what}{sign}{values}"));
        let last = pair.from.len().saturating_sub(1);
        for (n, child) in pair.from.iter().enumerate() {
            let (branch, rest) = if n == last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
            self.tree(child, &format!("{below}{branch}"), &format!("{below}{rest}"), language, out);
        }
    }
}

/// The quantiles that a spread has.
const HUNDREDTHS: [&str; 7] = ["min", "10%", "25%", "50%", "75%", "90%", "max"];

fn spread_rows(label: &str, spread: &Spread, language: Language) -> [Vec<String>; 2] {
    let row = |label: &str, when: Text, quantiles: &[Dec], bins: Vec<usize>| {
        let mut row = vec![label.to_owned(), when.to(language)];
        row.extend(quantiles.iter().map(|q| show_plain(*q)));
        row.extend(std::iter::repeat_n(String::new(), HUNDREDTHS.len().saturating_sub(quantiles.len())));
        row.push(bins.iter().map(usize::to_string).collect::<Vec<_>>().join(" "));
        row
    };
    let bins = |of: fn(&kpi_impact::Bin) -> usize| spread.bins.iter().map(of).collect::<Vec<_>>();
    [
        row(label, text!("before"), &spread.base, bins(|bin| bin.base)),
        row("", text!("after"), &spread.head, bins(|bin| bin.head)),
    ]
}

fn signed(number: Dec, shown: &str) -> String {
    if number > Dec::ZERO { format!("+{shown}") } else { shown.to_owned() }
}

fn signed_ratio(share: Dec) -> String {
    signed(share, &show_ratio(share, 2))
}
