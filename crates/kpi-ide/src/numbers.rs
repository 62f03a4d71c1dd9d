//! What the exports come to, shown beside the text: behind declarations, above them, and where the cursor rests.
//!
//! [`Figures`] are found elsewhere, by a run that takes its time; here they are only put into words and places.

use std::sync::Arc;

use kpi_base::{FileId, Join, Span, Text, text};
use kpi_results::{IncentivePeriod, IndicatorPeriod, Numbers, ScorecardPeriod, Shown};
use kpi_syntax::ast::{Item, ItemKind};

use crate::inlay::{Hint, HintKind};
use crate::resolve::name_of;
use crate::snapshot::{FilePosition, Snapshot};

/// The numbers of a package, and of which text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figures {
    /// What the last periods come to.
    pub numbers: Arc<Numbers>,
    /// Whether the text has changed since, or the exports: what is shown is marked as earlier.
    pub stale: bool,
}

/// What is said above a declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Above what.
    pub span: Span,
    /// The declaration's name.
    pub name: String,
    /// What.
    pub title: Text,
}

/// The latest values behind the first lines of the declarations of a stretch of a file.
pub fn hints(snapshot: &Snapshot, range: Span, figures: &Figures) -> Vec<Hint> {
    let text = snapshot.text(range.file);
    let said = said_of(snapshot, range.file, figures, &Said::brief);
    let hints = said.filter_map(|(item, label)| {
        let start = item.span.start as usize;
        let line = text.get(start..)?.split('\n').next()?.trim_end_matches('\r');
        let offset = (start + line.len()) as u32;
        (range.start <= offset && offset <= range.end).then(|| Hint {
            at: FilePosition { file: range.file, offset },
            label: mark(label, figures.stale),
            tooltip: Some(if figures.stale {
                text!("of an earlier text or earlier exports; the new values are on their way")
            } else {
                text!("from the exports, by the text as it is, saved or not")
            }),
            kind: HintKind::Number,
        })
    });
    hints.collect()
}

/// What is said above the declarations of a file: who is below target, how many have no score, whom an incentive pays.
pub fn lines(snapshot: &Snapshot, file: FileId, figures: &Figures) -> Vec<Line> {
    let said = said_of(snapshot, file, figures, &Said::headline);
    let lines = said.filter_map(|(item, title)| {
        let name = name_of(item)?;
        Some(Line { span: name.span, name: name.text.clone(), title: mark(title, figures.stale) })
    });
    lines.collect()
}

/// What a hover adds about the declaration of this name: how the last period is spread, and the periods before; Markdown.
pub fn paragraphs(name: &str, figures: &Figures) -> Vec<Text> {
    let mut paragraphs: Vec<Text> = all_said(name, &figures.numbers).flat_map(|said| said.table()).collect();
    if figures.stale && !paragraphs.is_empty() {
        paragraphs.push(text!("*of an earlier text or earlier exports; the new values are on their way*"));
    }
    paragraphs
}

fn mark(text: Text, stale: bool) -> Text {
    if stale { text!("earlier: {text}", text) } else { text }
}

/// A row of a table: its first cells, and a spread.
type Row<'n> = (Vec<String>, &'n [Shown]);

/// What there is to say of each declaration of a file, of one on several cards one after the other.
fn said_of<'a>(
    snapshot: &'a Snapshot,
    file: FileId,
    figures: &'a Figures,
    say: &'a dyn Fn(&Said<'a>) -> Option<Text>,
) -> impl Iterator<Item = (&'a Item, Text)> {
    let items = snapshot.parsed(file).filter(|parsed| !parsed.library).map(|parsed| parsed.items.as_slice());
    items.unwrap_or_default().iter().filter_map(move |item| {
        let counts = match &item.kind {
            ItemKind::Indicator(indicator) => indicator.params.is_empty(),
            ItemKind::Scorecard(_) | ItemKind::Incentive(_) => true,
            _ => false,
        };
        let name = name_of(item).filter(|_| counts)?;
        let all: Vec<Said<'_>> = all_said(&name.text, &figures.numbers).collect();
        let several = all.len() > 1;
        let texts: Vec<Text> = all
            .iter()
            .filter_map(|said| {
                let text = say(said)?;
                Some(match said {
                    Said::Indicator(scorecard, _) if several => text!("{name}: {text}", name = *scorecard, text),
                    _ => text,
                })
            })
            .collect();
        (!texts.is_empty()).then(|| (item, Text::list(texts, Join::Semicolon)))
    })
}

/// What is known of a declaration.
enum Said<'n> {
    /// An indicator on a scorecard.
    Indicator(&'n str, &'n [IndicatorPeriod]),
    Scorecard(&'n [ScorecardPeriod]),
    Incentive(&'n [IncentivePeriod]),
}

fn all_said<'n>(name: &str, numbers: &'n Numbers) -> impl Iterator<Item = Said<'n>> {
    let of = name.to_owned();
    let indicators = numbers.indicators.iter().filter(move |of_card| of_card.indicator == of);
    let indicators = indicators.map(|numbers| Said::Indicator(&numbers.scorecard, &numbers.periods));
    let scorecards = numbers.scorecards.iter().find(|numbers| numbers.scorecard == name);
    let scorecards = scorecards.into_iter().map(|numbers| Said::Scorecard(&numbers.periods));
    let incentives = numbers.incentives.iter().find(|numbers| numbers.incentive == name);
    indicators.chain(scorecards).chain(incentives.into_iter().map(|numbers| Said::Incentive(&numbers.periods)))
}

impl Said<'_> {
    /// The latest value, and how many meet the target.
    fn brief(&self) -> Option<Text> {
        let parts: Vec<Text> = match self {
            Said::Indicator(_, periods) => {
                let last = periods.last()?;
                let mut parts: Vec<Text> = middle(&last.spread, last.cards).into_iter().collect();
                parts.extend(last.judged().map(|(met, judged)| match (last.cards, met) {
                    (1, 1) => text!("met"),
                    (1, _) => text!("missed"),
                    _ => text!("{met} of {judged} meet the target", met, judged),
                }));
                parts
            }
            Said::Scorecard(periods) => {
                let last = periods.last()?;
                let mut parts = vec![cards(last.cards)];
                parts.extend(middle(&last.spread, last.cards));
                parts
            }
            Said::Incentive(periods) => {
                let last = periods.last()?;
                vec![match &last.total {
                    Some(total) => {
                        text!("{total} to {paid} of {all}", total = total.shown, paid = last.paid, all = last.subjects)
                    }
                    None => text!("{paid} of {all} are paid", paid = last.paid, all = last.subjects),
                }]
            }
        };
        let period = self.last_period()?;
        let known = !parts.is_empty();
        known.then(|| text!("{list} · {period}", list = dotted(parts), period))
    }

    /// What asks for attention.
    fn headline(&self) -> Option<Text> {
        match self {
            Said::Indicator(_, periods) => {
                let last = periods.last()?;
                let (met, judged) = last.judged()?;
                let below = judged - met;
                let mut parts = vec![match (below, judged) {
                    (0, 1) => text!("met"),
                    (_, 1) => text!("missed"),
                    (0, _) => text!("all {judged} meet the target", judged),
                    _ => text!("{below} of {judged} below target", below, judged),
                }];
                parts.extend((last.no_data > 0).then(|| text!("{n} without data", n = last.no_data)));
                Some(dotted(parts))
            }
            Said::Scorecard(periods) => {
                let last = periods.last()?;
                let mut parts: Vec<Text> =
                    last.grades.iter().map(|(grade, n)| Text::verbatim(format!("{grade} {n}"))).collect();
                parts.extend((last.incomplete > 0).then(|| text!("{n} incomplete", n = last.incomplete)));
                parts.extend((last.vetoed > 0).then(|| text!("{n} vetoed", n = last.vetoed)));
                if parts.is_empty() {
                    parts.push(cards(last.cards));
                }
                Some(dotted(parts))
            }
            Said::Incentive(periods) => {
                let last = periods.last()?;
                let mut parts = vec![text!("{paid} of {all} are paid", paid = last.paid, all = last.subjects)];
                parts.extend((last.held > 0).then(|| text!("{n} held", n = last.held)));
                Some(dotted(parts))
            }
        }
    }

    fn last_period(&self) -> Option<&str> {
        Some(match self {
            Said::Indicator(_, periods) => &periods.last()?.period,
            Said::Scorecard(periods) => &periods.last()?.period,
            Said::Incentive(periods) => &periods.last()?.period,
        })
    }

    /// The last period in words, and a table of the periods: the newest first.
    fn table(&self) -> Vec<Text> {
        let (head, rows): (Text, Vec<Row<'_>>) = match self {
            Said::Indicator(_, periods) => {
                let rows = periods.iter().rev().map(|p| {
                    let met = p.judged().map_or_else(|| "–".to_owned(), |(met, judged)| format!("{met} / {judged}"));
                    (vec![p.period.clone(), met, p.no_data.to_string()], p.spread.as_slice())
                });
                (text!("period | met | without data"), rows.collect())
            }
            Said::Scorecard(periods) => {
                let rows = periods.iter().rev().map(|p| {
                    let grades = p.grades.iter().map(|(grade, n)| format!("{} {n}", cell(grade)));
                    let grades = grades.collect::<Vec<_>>().join(", ");
                    (vec![p.period.clone(), p.cards.to_string(), p.incomplete.to_string(), grades], p.spread.as_slice())
                });
                (text!("period | cards | incomplete | grades"), rows.collect())
            }
            Said::Incentive(periods) => {
                let rows = periods.iter().rev().map(|p| {
                    let total = p.total.as_ref().map_or_else(|| "–".to_owned(), |total| total.shown.clone());
                    let paid = format!("{} / {}", p.paid, p.subjects);
                    (vec![p.period.clone(), total, paid], p.spread.as_slice())
                });
                (text!("period | in all | paid"), rows.collect())
            }
        };
        let Some((first, _)) = rows.first() else { return Vec::new() };
        let columns = first.len() + 5;
        let lines = rows.iter().map(|(cells, spread)| {
            let spread = (0..5).map(|place| spread.get(place).map_or("–", |shown| shown.shown.as_str()));
            let cells: Vec<&str> = cells.iter().map(String::as_str).chain(spread).collect();
            format!("| {} |\n", cells.join(" | "))
        });
        let rule = format!("|{}\n", "---|".repeat(columns));
        let body = format!("{rule}{}", lines.collect::<String>());
        let table = text!("| {head} | least | ¼ | median | ¾ | most |\n{body}", head, body);
        match self {
            Said::Indicator(scorecard, _) => vec![text!("On `{scorecard}`:", scorecard = *scorecard), table],
            _ => vec![table],
        }
    }
}

/// What may stand in a cell of a Markdown table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

/// The value in the middle, called so where there are several.
fn middle(spread: &[Shown], cards: usize) -> Option<Text> {
    let middle = &spread.get(2)?.shown;
    Some(if cards == 1 { Text::verbatim(middle) } else { text!("median {middle}", middle) })
}

fn cards(n: usize) -> Text {
    match n {
        1 => text!("1 card"),
        n => text!("{n} cards", n),
    }
}

fn dotted(parts: Vec<Text>) -> Text {
    let mut parts = parts.into_iter();
    let first = parts.next().unwrap_or_default();
    parts.fold(first, |list, part| text!("{list} · {part}", list, part))
}

/// How many meet their target, and of how many that is known; none without a target.
trait Judged {
    fn judged(&self) -> Option<(usize, usize)>;
}

impl Judged for IndicatorPeriod {
    fn judged(&self) -> Option<(usize, usize)> {
        let judged = self.met + self.missed;
        (judged > 0).then_some((self.met, judged))
    }
}

#[cfg(test)]
mod tests {
    use kpi_base::Language;

    use super::*;
    use crate::fixture;

    fn shown(numbers: [&str; 5], unit: &str) -> Vec<Shown> {
        numbers.map(|n| Shown { value: n.to_owned(), shown: format!("{n}{unit}") }).to_vec()
    }

    /// Of sixty hosts forty-eight watch long enough; two months.
    fn figures(stale: bool) -> Figures {
        let indicator = |card: &str, period: &str, met, missed, no_data| IndicatorPeriod {
            period: period.to_owned(),
            cards: met + missed + no_data,
            met,
            missed,
            no_data,
            spread: if card == "team_card" { Vec::new() } else { shown(["12", "40", "47", "52", "80"], "s") },
        };
        let numbers = Numbers {
            policy: "Live".to_owned(),
            from: "2026-09".to_owned(),
            to: "2026-10".to_owned(),
            indicators: vec![
                kpi_results::IndicatorNumbers {
                    indicator: "watch".to_owned(),
                    scorecard: "host_card".to_owned(),
                    periods: vec![
                        indicator("host_card", "2026-09", 60, 0, 0),
                        indicator("host_card", "2026-10", 48, 12, 2),
                    ],
                },
                kpi_results::IndicatorNumbers {
                    indicator: "faults".to_owned(),
                    scorecard: "host_card".to_owned(),
                    periods: vec![indicator("host_card", "2026-10", 1, 0, 0)],
                },
                kpi_results::IndicatorNumbers {
                    indicator: "faults".to_owned(),
                    scorecard: "team_card".to_owned(),
                    periods: vec![indicator("team_card", "2026-10", 0, 3, 0)],
                },
            ],
            scorecards: vec![kpi_results::ScorecardNumbers {
                scorecard: "host_card".to_owned(),
                periods: vec![ScorecardPeriod {
                    period: "2026-10".to_owned(),
                    cards: 62,
                    incomplete: 2,
                    vetoed: 0,
                    grades: [("A".to_owned(), 20), ("B|C".to_owned(), 40)].into_iter().collect(),
                    spread: shown(["40", "70", "87.5", "92", "100"], ""),
                }],
            }],
            incentives: vec![kpi_results::IncentiveNumbers {
                incentive: "bonus".to_owned(),
                periods: vec![IncentivePeriod {
                    period: "2026-10".to_owned(),
                    subjects: 62,
                    paid: 58,
                    held: 2,
                    total: Some(Shown { value: "123400".to_owned(), shown: "123,400.00 CNY".to_owned() }),
                    spread: shown(["0", "1000", "2000", "3000", "5000"], " CNY"),
                }],
            }],
            inputs: Vec::new(),
        };
        Figures { numbers: Arc::new(numbers), stale }
    }

    const POLICY: &str = "roster staff { id: text key }
/// 😀 观看
indicator watch \"观看\" {
  formula 1
}
indicator faults { formula 1 }
indicator other { formula 1 }
indicator entry(limit: count) { formula limit }
scorecard host_card for staff { watch, faults, other }
incentive bonus for each scorecard of host_card { pay p = 1元 }
";

    fn told(stale: bool, language: Language) -> String {
        let fixture = fixture(POLICY);
        let file = fixture.at.file;
        let text = fixture.snapshot.text(file);
        let whole = Span { file, start: 0, end: text.len() as u32 };
        let figures = figures(stale);
        let hints = hints(&fixture.snapshot, whole, &figures).into_iter().map(|hint| {
            let before = text.get(..hint.at.offset as usize).unwrap().rsplit('\n').next().unwrap();
            format!("{before}  ‹{}›", hint.label.to(language))
        });
        let lines = lines(&fixture.snapshot, file, &figures);
        let lines = lines.into_iter().map(|line| format!("{}: {}", line.name, line.title.to(language)));
        hints.chain(lines).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn what_stands_behind_and_above_declarations() {
        insta::assert_snapshot!(told(false, Language::English));
    }

    #[test]
    fn what_is_stale_is_marked_and_chinese_is_spoken() {
        insta::assert_snapshot!(told(true, Language::Chinese));
    }

    // feature: numbers
    #[test]
    fn a_hint_is_shown_where_its_line_ends_and_nowhere_else() {
        let fixture = fixture(&POLICY.replace("观看\" {", "观看\" {$0"));
        let file = fixture.at.file;
        let end = fixture.at.offset as usize;
        let at = |start, end| {
            hints(&fixture.snapshot, Span { file, start: start as u32, end: end as u32 }, &figures(false)).len()
        };
        assert_eq!((at(end - 1, end - 1), at(end, end), at(end + 1, end + 1)), (0, 1, 0));
    }

    #[test]
    fn a_hover_has_the_spread_and_the_last_periods() {
        let said = |name: &str, stale| {
            let texts = paragraphs(name, &figures(stale));
            texts.iter().map(|text| text.to(Language::English)).collect::<Vec<_>>().join("\n")
        };
        insta::assert_snapshot!(["watch", "host_card", "bonus"].map(|name| said(name, name == "bonus")).join("\n\n"));
        assert_eq!(said("other", true), "");
    }
}
