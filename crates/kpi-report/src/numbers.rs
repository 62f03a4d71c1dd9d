//! A run of some periods, summed up declaration by declaration.

use indexmap::IndexMap;
use kpi_base::Language;
use kpi_impact::hundredths;
use kpi_results::{
    Card, CardStatus, IncentiveNumbers, IncentivePeriod, IndicatorNumbers, IndicatorPeriod, Line, LineStatus, Numbers,
    Quantity, Run, ScorecardNumbers, ScorecardPeriod, Shown,
};
use kpi_value::Dec;

use crate::format::{Money, show_quantity};

/// Sums up a run; `is_indicator` says which lines are indicators, and not groups or nested scorecards.
pub fn sum_up(run: &Run, money: &Money, is_indicator: &dyn Fn(&str) -> bool, language: Language) -> Numbers {
    let mut sums = Sums::new(money, is_indicator, language);
    for card in &run.cards {
        sums.card(card);
        sums.pay_of_card(run, card);
    }
    for pay in &run.incentives {
        sums.pay(&pay.incentive, &pay.period, pay.total_pay, Some(pay.total_pay));
    }
    sums.finish(run)
}

/// A declaration in a period: names, then the period.
type Key = (String, String);

/// What is counted until all cards were seen.
struct Sums<'a> {
    money: &'a Money,
    is_indicator: &'a dyn Fn(&str) -> bool,
    language: Language,
    /// By indicator and scorecard, then by period.
    indicators: IndexMap<Key, IndexMap<String, OfIndicator>>,
    scorecards: IndexMap<String, IndexMap<String, OfScorecard>>,
    incentives: IndexMap<String, IndexMap<String, OfIncentive>>,
}

#[derive(Default)]
struct OfIndicator {
    numbers: IndicatorPeriod,
    unit: String,
    values: Vec<Dec>,
}

#[derive(Default)]
struct OfScorecard {
    numbers: ScorecardPeriod,
    scores: Vec<Dec>,
}

#[derive(Default)]
struct OfIncentive {
    numbers: IncentivePeriod,
    amounts: Vec<Dec>,
    /// Whether an amount is not known, although nothing is held.
    open: bool,
}

impl<'a> Sums<'a> {
    fn new(money: &'a Money, is_indicator: &'a dyn Fn(&str) -> bool, language: Language) -> Sums<'a> {
        Sums {
            money,
            is_indicator,
            language,
            indicators: IndexMap::new(),
            scorecards: IndexMap::new(),
            incentives: IndexMap::new(),
        }
    }

    fn card(&mut self, card: &Card) {
        let of = self.scorecards.entry(card.scorecard.clone()).or_default().entry(card.period.clone()).or_default();
        of.numbers.cards += 1;
        of.numbers.incomplete += usize::from(card.status == CardStatus::Incomplete);
        of.numbers.vetoed += usize::from(!card.vetoed.is_empty());
        if let Some(grade) = &card.grade {
            *of.numbers.grades.entry(grade.clone()).or_default() += 1;
        }
        of.scores.extend(card.score);
        self.lines(card, &card.lines);
    }

    fn lines(&mut self, card: &Card, lines: &[Line]) {
        for line in lines {
            if (self.is_indicator)(&line.indicator) {
                self.line(card, line);
            } else {
                self.lines(card, line.lines.as_deref().unwrap_or_default());
            }
        }
    }

    fn line(&mut self, card: &Card, line: &Line) {
        let key = (line.indicator.clone(), card.scorecard.clone());
        let of = self.indicators.entry(key).or_default().entry(card.period.clone()).or_default();
        of.numbers.cards += 1;
        match line.status {
            LineStatus::Met => of.numbers.met += 1,
            LineStatus::Missed => of.numbers.missed += 1,
            LineStatus::NoData => of.numbers.no_data += 1,
            LineStatus::NotJudged | LineStatus::Watched | LineStatus::Scored => {}
        }
        if let Some(Quantity { value, unit }) = &line.actual
            && let Ok(value) = value.parse::<Dec>()
        {
            of.values.push(value);
            of.unit.clone_from(unit);
        }
    }

    /// The pay of a card belongs to its incentives. Of several, each pays the sum of its own pays, unless a cap cut what they pay together.
    fn pay_of_card(&mut self, run: &Run, card: &Card) {
        let incentive_of = |pay: &str| {
            let mine = run.paid_by.iter().find(|(scorecard, name, _)| *scorecard == card.scorecard && name == pay);
            mine.map(|(_, _, incentive)| incentive.as_str())
        };
        let mut own: IndexMap<&str, Option<Dec>> = IndexMap::new();
        for (name, amount) in &card.pay {
            let Some(incentive) = incentive_of(name) else { continue };
            let sum = own.entry(incentive).or_insert(Some(Dec::ZERO));
            *sum = sum.zip(*amount).and_then(|(sum, amount)| sum.add(amount).ok());
        }
        let together = own.values().copied().try_fold(Dec::ZERO, |sum, own| sum.add(own?).ok());
        let one = own.len() == 1;
        for (incentive, sum) in own {
            let known = match sum {
                Some(_) if one => Some(card.total_pay),
                Some(sum) if together == card.total_pay => Some(Some(sum)),
                Some(_) => None,
                None => Some(None),
            };
            self.pay(incentive, &card.period, sum, known);
        }
    }

    /// `sum` is what the pays come to, none if held; `known` what is really paid, none if that is open.
    fn pay(&mut self, incentive: &str, period: &str, sum: Option<Dec>, known: Option<Option<Dec>>) {
        let of = self.incentives.entry(incentive.to_owned()).or_default().entry(period.to_owned()).or_default();
        of.numbers.subjects += 1;
        of.numbers.held += usize::from(sum.is_none());
        match known {
            Some(Some(amount)) => {
                of.numbers.paid += usize::from(amount > Dec::ZERO);
                of.amounts.push(amount);
            }
            Some(None) => {}
            None => of.open = true,
        }
    }

    fn shown(&self, value: Dec, unit: &str) -> Shown {
        let quantity = Quantity { value: value.to_string(), unit: unit.to_owned() };
        Shown { shown: show_quantity(&quantity, self.money, self.language), value: quantity.value }
    }

    fn spread(&self, values: &[Dec], unit: &str) -> Vec<Shown> {
        hundredths(values, &[0, 25, 50, 75, 100]).into_iter().map(|value| self.shown(value, unit)).collect()
    }

    fn finish(mut self, run: &Run) -> Numbers {
        let (indicators, scorecards, incentives) = (
            std::mem::take(&mut self.indicators),
            std::mem::take(&mut self.scorecards),
            std::mem::take(&mut self.incentives),
        );
        let indicators = indicators.into_iter().map(|((indicator, scorecard), periods)| IndicatorNumbers {
            indicator,
            scorecard,
            periods: periods
                .into_iter()
                .map(|(period, of)| IndicatorPeriod { period, spread: self.spread(&of.values, &of.unit), ..of.numbers })
                .collect(),
        });
        let scorecards = scorecards.into_iter().map(|(scorecard, periods)| ScorecardNumbers {
            scorecard,
            periods: periods
                .into_iter()
                .map(|(period, of)| ScorecardPeriod { period, spread: self.spread(&of.scores, "points"), ..of.numbers })
                .collect(),
        });
        let code = &self.money.code;
        let incentives = incentives.into_iter().map(|(incentive, periods)| IncentiveNumbers {
            incentive,
            periods: periods
                .into_iter()
                .map(|(period, of)| {
                    let total = of.amounts.iter().try_fold(Dec::ZERO, |sum, amount| sum.add(*amount)).ok();
                    IncentivePeriod {
                        period,
                        total: total.filter(|_| !of.open).map(|total| self.shown(total, code)),
                        spread: if of.open { Vec::new() } else { self.spread(&of.amounts, code) },
                        ..of.numbers
                    }
                })
                .collect(),
        });
        Numbers {
            policy: run.policy.clone(),
            from: run.period.from.clone(),
            to: run.period.to.clone(),
            indicators: indicators.collect(),
            scorecards: scorecards.collect(),
            incentives: incentives.collect(),
            inputs: Vec::new(),
        }
    }
}
