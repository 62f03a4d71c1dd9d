//! Lines and groups of a scorecard, with their weights.

use std::cmp::Ordering;

use kpi_base::{Diagnostic, Severity, Span, Text, codes, text};
use kpi_syntax::ast;
use kpi_value::Dec;

use super::grids::Written;
use super::weights::{Item, Level, Presence, TooManyOf, check_weights};
use super::{Card, Stage};
use crate::by_tables::{Gives, key_list, list};
use crate::certain::{Asker, Certain};
use crate::checker::{Checker, title};
use crate::counter::Claim;
use crate::instances::Need;
use crate::model::{self, ByNumber, ByTable, CurveKind, LineKind, Scoring, Subject, Type, Unit};
use crate::names::Decl;
use crate::periods::roll_up_of;
use crate::targets::asks;

/// A line whose weight may still have to be worked out.
struct Draft {
    kind: DraftKind,
    item: Option<Item>,
    when_missing: model::WhenMissing,
    rolled: Option<model::RollUp>,
    span: Span,
}

enum DraftKind {
    Line(LineKind),
    Group { title: model::Title, combine: model::Combine, lines: Vec<Draft> },
}

impl<'a> Checker<'a> {
    /// The lines of a card.
    pub(super) fn lines(&mut self, written: &'a ast::Scorecard, card: &mut Card<'_>) -> Option<Vec<model::Line>> {
        let place = written.name.span;
        let written = self.lines_of_card(written, card)?;
        let drafts = self.drafts(written, card)?;
        if card.faulty {
            return None;
        }
        let shown = card.shown.clone();
        let certain = card.cx.certain.clone();
        self.weigh(drafts, &mut Vec::new(), &certain, &shown, place)
    }

    fn drafts(&mut self, written: Vec<Written<'a>>, card: &mut Card<'_>) -> Option<Vec<Draft>> {
        let drafts: Vec<_> = written
            .into_iter()
            .map(|line| match line {
                Written::One(line, weight) => self.line(line, weight, card),
                Written::Group(group, weight) => self.group(group, weight, card),
            })
            .collect();
        drafts.into_iter().collect()
    }

    /// The weight of a line or group: that of the grid, or its own.
    fn weight_of(
        &mut self,
        written: Option<&'a ast::ByTable<ast::Expr>>,
        grid: Option<ByNumber>,
        card: &Card<'_>,
    ) -> Option<Option<ByNumber>> {
        match grid {
            Some(weight) => Some(Some(weight)),
            None => self.optional(written, |checker, weight| checker.weight(weight, card)),
        }
    }

    fn group(&mut self, written: &'a ast::Group, grid: Option<ByNumber>, card: &mut Card<'_>) -> Option<Draft> {
        let named = self.claim_name(&written.name, card);
        let weight = self.weight_of(written.weight.as_ref(), grid, card);
        if written.lines.is_empty() {
            if card.faulty {
                return None;
            }
            self.report(
                Diagnostic::new(
                    codes::cards::EMPTY,
                    text!("the group `{name}` has no lines", name = written.name.text),
                )
                .label(written.span, Text::default()),
            );
            return None;
        }
        let lines = self.drafts(written.lines.iter().map(Written::new).collect(), card);
        named?;
        let lines = lines?;
        let presence =
            Presence::Any(lines.iter().filter_map(|l| l.item.as_ref()).map(|i| i.presence.clone()).collect());
        Some(Draft {
            kind: DraftKind::Group {
                title: title(&written.name, &written.label, None),
                combine: written.combine.map(|(combine, _)| combine_of(combine)).unwrap_or(model::Combine::Sum),
                lines,
            },
            item: Some(Item { weight: weight?, presence, span: written.span }),
            when_missing: when_missing(written.when_missing.as_ref()).unwrap_or_default(),
            rolled: None,
            span: written.span,
        })
    }

    fn line(&mut self, written: &'a ast::OneLine, grid: Option<ByNumber>, card: &mut Card<'_>) -> Option<Draft> {
        let named = self.claim_name(&written.name, card);
        let weight = self.weight_of(written.weight.as_ref(), grid, card);
        if let Some(watch) = written.watch
            && (written.weight.is_some() || written.scoring.is_some())
        {
            self.report(
                Diagnostic::new(
                    codes::cards::WATCHED,
                    text!("`{name}` is watched and scored at once", name = written.name.text),
                )
                .label(written.span, Text::default())
                .label(watch, text!("shown, never scored"))
                .help(text!("write `watch` or a weight, not both")),
            );
            return None;
        }
        let decl = self.resolve(&written.name, &text!("an indicator or a scorecard"));
        named?;
        let (kind, presence, missing) = match decl? {
            Decl::Indicator(_) => self.indicator_line(written, card)?,
            Decl::Scorecard(index) => self.card_line(written, index, card)?,
            other => {
                let found = text!(
                    "`{name}` is {kind}, not an indicator or a scorecard",
                    name = written.name.text,
                    kind = other.kind()
                );
                self.report(
                    Diagnostic::new(codes::names::WRONG_KIND, found)
                        .label(written.name.span, text!("a line shows an indicator or another scorecard")),
                );
                return None;
            }
        };
        let item = Item { weight: weight?, presence, span: written.span };
        Some(Draft {
            kind: DraftKind::Line(kind),
            item: written.watch.is_none().then_some(item),
            when_missing: when_missing(written.when_missing.as_ref()).unwrap_or(missing),
            rolled: written.rolled.map(|(roll_up, _)| roll_up_of(roll_up)),
            span: written.span,
        })
    }

    fn indicator_line(
        &mut self,
        written: &'a ast::OneLine,
        card: &mut Card<'_>,
    ) -> Option<(LineKind, Presence, model::WhenMissing)> {
        self.check_not_rolled(written)?;
        let id = self.indicator(&written.name, &Subject::Table(card.table), Need::All)?;
        self.askers.entry(id).or_default().push(Asker::Card(card.index));
        let indicator = self.instance(id)?;
        let (target, missing, ty) = (indicator.target.clone(), indicator.when_missing, indicator.formula.ty);
        let (mut scoring, parts) = (indicator.scoring.clone(), indicator.parts.clone());
        let unit = if let Type::Number(unit) = ty { Some(unit) } else { None };
        if let (Some(own), Some(_)) = (&written.scoring, &parts) {
            let message =
                text!("`{name}` is made of parts, and each is scored in its own way", name = written.name.text);
            self.report(
                Diagnostic::new(codes::cards::PARTS, message)
                    .label(own.span, Text::default())
                    .help(text!("write `scoring` in the parts; `combine` makes their fractions one")),
            );
            return None;
        }
        if let Some(own) = &written.scoring {
            let mut cx = card.cx.clone();
            cx.this = Some(id);
            scoring = self.scoring(own, target.as_ref(), &cx, unit.unwrap_or(Unit::NUMBER))?;
        }
        let attainment_cap = match &written.attainment_cap {
            Some(e) => {
                let cap = self.const_dec(e, &text!("an attainment cap"), Unit::RATIO)?;
                if cap < Dec::ONE {
                    self.report(
                        Diagnostic::new(codes::cards::CAP, text!("a line capped below 100% can never be attained"))
                            .label(e.span, Text::default())
                            .help(text!("write 100% or more")),
                    );
                    return None;
                }
                cap
            }
            None => self.model.policy.attainment_cap,
        };
        if written.watch.is_none() && parts.is_none() {
            self.check_scored(id, &scoring, written.span)?;
        }
        let presence = match parts {
            Some(parts) => {
                let targets = parts.parts.iter().map(|part| self.instance(*part).and_then(|i| i.target.clone()));
                Presence::Any(targets.map(presence).collect())
            }
            None => presence(target),
        };
        Some((LineKind::Indicator { indicator: id, scoring, attainment_cap }, presence, missing))
    }

    /// Whether an indicator has what this scoring needs of it; `span` is what wants it scored.
    pub(crate) fn check_scored(&mut self, id: model::IndicatorId, scoring: &Scoring, span: Span) -> Option<()> {
        let indicator = self.instance(id)?;
        let target = indicator.target.as_ref();
        let number = matches!(indicator.formula.ty, Type::Number(_));
        let needs_target = matches!(
            scoring,
            Scoring::Proportional { .. }
                | Scoring::AllOrNothing
                | Scoring::Deduct { .. }
                | Scoring::Curve(model::LineField::Attainment, _)
        );
        let lost = self.instance_place(id).and_then(|place| self.names.indicators.get(place));
        if target.is_none() && lost.is_some_and(|declared| declared.faulty) {
            return None;
        }
        let never = target.is_some_and(|table| table.rows.iter().all(|row| row.value.is_none()));
        if number && (!needs_target || asks(target)) && !never {
            return Some(());
        }
        let name = &indicator.title.name;
        let message = match (number, never) {
            (false, _) => text!("`{name}` is no number and cannot be scored", name),
            (_, true) => text!("the target of `{name}` is `none` for everybody, so that it is on no card", name),
            _ => text!("`{name}` has no target to be scored by", name),
        };
        self.report(Diagnostic::new(codes::cards::NEEDS_TARGET, message).label(span, Text::default()).help(text!(
            "give the indicator a `target`, score its actual (`rating of 5`, a curve `on actual`), or write `watch`"
        )));
        None
    }

    fn card_line(
        &mut self,
        written: &'a ast::OneLine,
        index: usize,
        card: &mut Card<'_>,
    ) -> Option<(LineKind, Presence, model::WhenMissing)> {
        let name = &written.name;
        if card.stages.get(index) == Some(&Stage::Open) {
            self.report(
                Diagnostic::new(codes::names::CYCLE, text!("the scorecard `{name}` holds itself", name = name.text))
                    .label(name.span, Text::default())
                    .help(text!("a card may hold other cards, but no card that holds it")),
            );
            return None;
        }
        if let Some(table) = self.scorecard_table(index)
            && table != card.table
        {
            let (theirs, ours) = (&self.model.tables[table].title.name, &self.model.tables[card.table].title.name);
            let message = text!("`{name}` is for `{theirs}`, this card for `{ours}`", name = name.text, theirs, ours);
            self.report(
                Diagnostic::new(codes::cards::CARD_SUBJECTS, message)
                    .label(name.span, text!("a card holds cards of its own subjects")),
            );
            return None;
        }
        if let Some(extra) =
            written.scoring.as_ref().map(|s| s.span).or(written.attainment_cap.as_ref().map(|e| e.span))
        {
            self.report(
                Diagnostic::new(
                    codes::cards::CAP,
                    text!("`{name}` is a scorecard and brings its own score", name = name.text),
                )
                .label(extra, text!("belongs to indicators")),
            );
            return None;
        }
        self.check_rolled_card(written, index)?;
        let id = self.scorecard(index, card.stages)?;
        Some((LineKind::Card(id), Presence::Always, model::WhenMissing::Fail))
    }

    /// Whether a card that is a line says how its periods become one, if these are shorter, and only then.
    fn check_rolled_card(&mut self, written: &ast::OneLine, index: usize) -> Option<()> {
        let (name, own, theirs) = (&written.name, self.judged, self.scorecard_period(index));
        let (whole, unit) = (crate::show::show_period(own), crate::show::show_period(theirs));
        let place = self.names.scorecards.get(index).map(|declared| declared.ast.name.span).unwrap_or_default();
        let finding = match (theirs.cmp(&own), &written.rolled) {
            (Ordering::Equal, None) => return Some(()),
            (Ordering::Less, Some((ast::RollUp::Average | ast::RollUp::Worst, _))) => return Some(()),
            (Ordering::Less, None) => {
                let message =
                    text!("`{name}` does not say how its {unit}s become a {whole}", name = name.text, unit, whole);
                Diagnostic::new(codes::cards::SHORTER_PERIOD, message)
                    .label(written.span, text!("several cards of a {unit}", unit))
                    .help(text!("add `rolled up by average` (of their scores and attainments) or `rolled up by worst`"))
            }
            (Ordering::Less, Some((_, span))) => {
                Diagnostic::new(codes::cards::SHORTER_PERIOD, text!("scores of cards are not rolled up like this"))
                    .label(*span, Text::default())
                    .help(text!(
                        "write `rolled up by average` (of their scores and attainments) or `rolled up by worst`"
                    ))
            }
            (Ordering::Equal, Some((_, span))) => {
                let message = text!("`{name}` is judged by the {whole} as it is", name = name.text, whole);
                Diagnostic::new(codes::cards::SHORTER_PERIOD, message)
                    .label(*span, text!("there is one card of it"))
                    .label(place, Text::default())
                    .help(text!("leave `rolled up by` out"))
            }
            (Ordering::Greater, _) => {
                let message = text!("a card of a {unit} is no line on that of a {whole}", unit, whole);
                Diagnostic::new(codes::cards::SHORTER_PERIOD, message)
                    .label(name.span, text!("its period is longer"))
                    .label(place, Text::default())
                    .help(text!("hold cards of the same period, or roll up those of a shorter one"))
            }
        };
        self.report(finding);
        None
    }

    /// `rolled up by` belongs to cards of a shorter period: an indicator is computed for the period of the card that it stands on.
    fn check_not_rolled(&mut self, written: &ast::OneLine) -> Option<()> {
        let Some((_, span)) = &written.rolled else { return Some(()) };
        let message =
            text!("`{name}` is an indicator, and is computed for the period of this card", name = written.name.text);
        self.report(
            Diagnostic::new(codes::cards::SHORTER_PERIOD, message)
                .label(*span, text!("belongs to scorecards of a shorter period"))
                .help(text!(
                    "to judge it in shorter periods, say so in the indicator: `period week rolled up by average`"
                )),
        );
        None
    }

    fn weight(&mut self, written: &'a ast::ByTable<ast::Expr>, card: &Card<'_>) -> Option<ByNumber> {
        let cx = card.cx.clone();
        self.by_table(written, &cx, &Gives::Weight, Checker::one_weight)
    }

    pub(super) fn one_weight(&mut self, e: &'a ast::Expr) -> Option<Dec> {
        let weight = self.const_dec(e, &text!("a weight"), Unit::RATIO)?;
        if weight.is_negative() || weight > Dec::ONE {
            let shown = self.show_number(weight, Unit::RATIO);
            let finding = Diagnostic::new(
                codes::cards::WEIGHT_RANGE,
                text!("the weight {shown} does not lie in 0%..100%", shown),
            )
            .label(e.span, Text::default());
            // `weight 60` was meant as a percentage.
            let bare = matches!(&e.kind, ast::ExprKind::Number(number) if number.unit == ast::Unit::None);
            let percent = bare && weight > Dec::ONE && weight <= Dec::HUNDRED;
            self.report(if percent {
                let meant = format!("{weight}%");
                finding.help(text!("did you mean `weight {meant}`?", meant)).fix(
                    text!("write it as a percentage"),
                    e.span,
                    meant,
                )
            } else {
                finding.help(text!("weights are shares of the card: `weight 30%`"))
            });
            return None;
        }
        Some(weight)
    }

    /// Adds up the weights of one level and, inside it, of its groups; `reach` are the weights of the groups around it.
    fn weigh(
        &mut self,
        drafts: Vec<Draft>,
        reach: &mut Vec<ByNumber>,
        certain: &[Certain],
        what: &Text,
        place: Span,
    ) -> Option<Vec<model::Line>> {
        let items: Vec<Item> = drafts.iter().filter_map(|draft| draft.item.clone()).collect();
        let mut shares = if items.is_empty() {
            let mut finding = Diagnostic::new(codes::cards::EMPTY, text!("nothing on the {what} is scored", what))
                .label(place, text!("all of its lines are only watched"))
                .help(text!("give a line a weight: `watch_time weight 30%`"));
            // It can be read, and its score is 0.
            finding.severity = Severity::Warning;
            self.report(finding);
            Vec::new().into_iter()
        } else {
            let group = !reach.is_empty();
            let level = match check_weights(&items, reach, certain, group, &self.model.dimensions, &self.model.tables) {
                Ok(level) => level,
                Err(TooManyOf(keys)) => {
                    let message =
                        text!("the weights depend on too many things to be added up: {keys}", keys = key_list(&keys));
                    self.report(
                        Diagnostic::new(codes::tables::TABLE_TOO_LARGE, message)
                            .label(place, Text::default())
                            .help(text!("let all weights depend on the same one or two keys")),
                    );
                    return None;
                }
            };
            self.report_level(&level, &items, what, place)?;
            level.shares.into_iter()
        };
        let mut lines = Vec::new();
        let mut sound = true;
        for draft in drafts {
            let weight = match draft.item {
                Some(item) => item.weight.or_else(|| shares.next()),
                None => None,
            };
            let kind = match draft.kind {
                DraftKind::Line(kind) => kind,
                DraftKind::Group { title, combine, lines } => {
                    reach.extend(weight.clone());
                    let (name, place) = (text!("group `{name}`", name = title.name), title.span);
                    let inside = self.weigh(lines, reach, certain, &name, place);
                    if weight.is_some() {
                        reach.pop();
                    }
                    match inside {
                        Some(lines) => LineKind::Group { title, combine, lines },
                        None => {
                            sound = false;
                            continue;
                        }
                    }
                }
            };
            let (when_missing, rolled) = (draft.when_missing, draft.rolled);
            lines.push(model::Line { kind, weight, when_missing, rolled, span: draft.span });
        }
        sound.then_some(lines)
    }

    fn report_level(&mut self, level: &Level, items: &[Item], what: &Text, place: Span) -> Option<()> {
        const LISTED: usize = 5;
        if let Some(first) = level.wrong.first() {
            let sum = self.show_number(first.sum, Unit::RATIO);
            let message = match level.wrong.as_slice() {
                [one] if one.combination.is_empty() => {
                    text!("the weights of the {what} add up to {sum}, not to 100%", what, sum)
                }
                [one] => text!(
                    "`{combination}`: the weights of the {what} add up to {sum}, not to 100%",
                    combination = one.combination.words(),
                    what,
                    sum
                ),
                all => {
                    let shown = all.iter().take(LISTED).map(|wrong| {
                        let sum = self.show_number(wrong.sum, Unit::RATIO);
                        text!("{sum} for `{combination}`", sum, combination = wrong.combination.words())
                    });
                    let sums = list(shown, all.len() as u128);
                    text!("the weights of the {what} add up to {sums}, not to 100%", what, sums)
                }
            };
            let mut finding =
                Diagnostic::new(codes::cards::WEIGHT_SUM, message).label(place, first.combination.words());
            for (item, weight) in items.iter().zip(&first.weights).filter(|(item, _)| item.weight.is_some()) {
                finding = finding.label(
                    item.span,
                    match weight {
                        Some(weight) => Text::verbatim(self.show_number(*weight, Unit::RATIO)),
                        None => text!("not on the card: its target is `none`"),
                    },
                );
            }
            for wrong in &level.wrong {
                let claim = Claim::Weights(wrong.combination.clone(), wrong.sum);
                self.example(codes::cards::WEIGHT_SUM, place, claim);
            }
            let left_out = items.iter().zip(&first.weights).any(|(item, own)| item.weight.is_some() && own.is_none());
            self.report(finding.help(if left_out {
                text!("a line whose target is `none` is not on the card, and its weight goes to nobody")
            } else {
                text!("change a weight, or leave one out: lines without a weight share what the others leave")
            }));
            return None;
        }
        if !level.nothing_left.is_empty() {
            let under = level.nothing_left.iter().filter(|c| !c.is_empty()).take(LISTED);
            let under: Vec<Text> = under.map(|c| text!("`{combination}`", combination = c.words())).collect();
            let under = if under.is_empty() {
                Text::default()
            } else {
                text!(" for {combinations}", combinations = list(under.into_iter(), level.nothing_left.len() as u128))
            };
            let mut finding = Diagnostic::new(
                codes::cards::WEIGHT_SUM,
                text!(
                    "the written weights already make 100%{under}, and nothing is left for the lines without one",
                    under
                ),
            )
            .label(place, Text::default());
            for item in items.iter().filter(|item| item.weight.is_none()) {
                finding = finding.label(item.span, text!("no weight"));
            }
            self.report(finding.help(text!("write its weight, or `watch` to show it without scoring it")));
            return None;
        }
        Some(())
    }
}

impl Checker<'_> {
    /// The largest fraction that a scoring can give; `None` if it has no bound that is known here.
    pub(super) fn largest_fraction(&self, scoring: &Scoring) -> Option<Dec> {
        match scoring {
            Scoring::Proportional { cap, stretch, .. } => Some(stretch.unwrap_or(*cap)),
            Scoring::AllOrNothing | Scoring::Deduct { .. } | Scoring::Rating(_) => Some(Dec::ONE),
            Scoring::Curve(_, curve) => match &curve.kind {
                CurveKind::Step(rows) => {
                    let values: Option<Vec<Dec>> = rows.iter().map(|row| self.constant(&row.value)).collect();
                    values?.into_iter().max()
                }
                CurveKind::Linear(points) => points.iter().map(|(_, y)| *y).max(),
                CurveKind::Marginal(_) => None,
            },
        }
    }
}

/// Where a line with this target is on the card.
pub(crate) fn presence(target: Option<ByTable<Option<model::Target>>>) -> Presence {
    match target {
        // Where it is judged everywhere, its keys decide nothing.
        Some(table) if table.rows.iter().any(|row| row.value.is_none()) => Presence::Table(ByTable {
            keys: table.keys,
            rows: table
                .rows
                .into_iter()
                .map(|row| model::ByRow { patterns: row.patterns, value: row.value.is_some(), span: row.span })
                .collect(),
        }),
        _ => Presence::Always,
    }
}

/// What a line without data does, as written.
pub(crate) fn when_missing(written: Option<&(ast::WhenMissing, Span)>) -> Option<model::WhenMissing> {
    written.map(|(written, _)| match written {
        ast::WhenMissing::Fail => model::WhenMissing::Fail,
        ast::WhenMissing::Zero => model::WhenMissing::Zero,
        ast::WhenMissing::Full => model::WhenMissing::Full,
        ast::WhenMissing::Reweight => model::WhenMissing::Reweight,
    })
}

pub(crate) fn combine_of(written: ast::Combine) -> model::Combine {
    match written {
        ast::Combine::Sum => model::Combine::Sum,
        ast::Combine::Worst => model::Combine::Worst,
        ast::Combine::Average => model::Combine::Average,
        ast::Combine::All => model::Combine::All,
    }
}
