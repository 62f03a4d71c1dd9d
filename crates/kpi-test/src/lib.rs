//! Judges the expectations of a policy's tests.
//!
//! A test of the policy is run like any period: planned, answered by an engine from the test's own rows, scored. This crate
//! says what to plan ([`judged`]), which columns the test should have given ([`unknown_columns`]), and which expectations
//! fail ([`judge`]), each with what was expected, what came out, and how it came about. It runs no engine and renders
//! nothing. [`coverage`] says which decisions of the policy tests reach.

pub mod coverage;
mod show;

use kpi_base::codes::tests as codes;
use kpi_base::{Diagnostic, Files, Text, text};
use kpi_check::model::{CardField, Claim, ColumnId, Expect, IndicatorField, Model, Place, RuleOutcome, Test};
use kpi_plan::{Facts, Judged, Plan};
use kpi_results::{CardStatus, Derivation, Step, TestFailure};
use kpi_score::{NoPlace, Question, Scored, Staged};
use kpi_value::{PeriodKind, Value};

use show::{show_outcome, show_value};

/// The periods that a test speaks of, of each kind by which what it speaks of is judged.
pub fn judged(model: &Model, test: &Test) -> Judged {
    let calendar = &model.policy.calendar;
    let mut judged = Judged::new();
    for expect in &test.expects {
        let kind = kind_of(model, &expect.claim);
        // A day tells which of several stints is meant, in its own period.
        let period = calendar.containing(kind, expect.period);
        let (first, last) = judged.entry(kind).or_insert((period, period));
        *first = if period.index < first.index { period } else { *first };
        *last = if period.index > last.index { period } else { *last };
    }
    if let Some((first, last)) = judged.get_mut(&test.period.kind) {
        *first = if test.period.index < first.index { test.period } else { *first };
        *last = if test.period.index > last.index { test.period } else { *last };
    }
    judged
}

/// By which kind of period is judged what a claim speaks of.
fn kind_of(model: &Model, claim: &Claim) -> PeriodKind {
    match claim {
        Claim::Compare(place, ..) | Claim::Near(place, ..) | Claim::Missing(place, _) | Claim::Takes(place, _) => {
            match place {
                Place::Card(card, _) | Place::Line(card, ..) | Place::LineWeight(card, _) => {
                    model.scorecards[*card].period
                }
                Place::Indicator(id, _) => model.indicators[*id].period,
                Place::Pay(id, _) => model.incentives[*id].period,
            }
        }
        Claim::Incomplete(card, _) | Claim::Because(card, _) | Claim::Vetoed(card, ..) => {
            model.scorecards[*card].period
        }
        Claim::Rule(rule, _) | Claim::Says(rule, _) => model.rules[*rule].period,
    }
}

/// The columns that the test leaves out of a table it gives, and that something reads: each fails the test.
pub fn unknown_columns(model: &Model, test: &Test, plan: &Plan, facts: &Facts) -> Vec<TestFailure> {
    let given = |column: &ColumnId| test.tables.iter().any(|t| t.table == column.table);
    let rosters = facts.rosters.iter().flat_map(|roster| {
        let absent = roster.columns.iter().filter(|column| column.absent);
        absent.map(|column| ColumnId { table: model.export_of(roster.table), index: column.index })
    });
    let cubes = facts.cubes.iter().zip(&plan.cubes).flat_map(|(cube, _)| cube.absent.values().copied());
    let mut columns: Vec<ColumnId> = rosters.chain(cubes).filter(given).collect();
    columns.sort_unstable();
    columns.dedup();
    let failure = |id: ColumnId| {
        let (table, column) = (&model.tables[id.table].title.name, model.column(id));
        let name = &column.title.name;
        let message = text!("the test leaves out `{table}.{name}`, which a formula reads", table, name);
        let rows = test.tables.iter().find(|t| t.table == id.table).and_then(|t| t.rows.first());
        let finding = Diagnostic::new(codes::UNKNOWN_COLUMN, message)
            .label(rows.map_or(test.span, |row| row.span), text!("this row has no `{name}`", name))
            .label(column.title.span, text!("the column"))
            .help(text!("add `{name}` to the test's `{table}`", name, table));
        TestFailure::before(finding)
    };
    columns.into_iter().map(failure).collect()
}

/// The expectations that are not met, in the order of the test.
pub fn judge(model: &Model, test: &Test, scored: &mut Staged<'_>, files: &Files) -> Vec<TestFailure> {
    let expects = test.expects.iter();
    let failure = |expect: &Expect| {
        let scored = scored.of_mut(kind_of(model, &expect.claim))?;
        judge_one(test, expect, scored, files)
    };
    expects.filter_map(failure).collect()
}

/// What came out instead, in words.
enum Miss {
    Got(Text),
    Nowhere(NoPlace),
}

impl From<NoPlace> for Miss {
    fn from(no_place: NoPlace) -> Miss {
        Miss::Nowhere(no_place)
    }
}

fn judge_one(test: &Test, expect: &Expect, scored: &mut Scored<'_>, files: &Files) -> Option<TestFailure> {
    let miss = check_claim(expect, scored, files).err()?;
    let wanted = wanted(test, files.text(expect.span));
    let mut finding = match &miss {
        Miss::Got(got) => Diagnostic::new(codes::EXPECTATION, text!("expected `{wanted}`, got {got}", wanted, got))
            .label(expect.span, text!("got {got}", got)),
        Miss::Nowhere(NoPlace::Subject) => {
            let period = scored.model().policy.calendar.show(expect.period);
            let who = &expect.subject;
            let message =
                text!("expected `{wanted}`, but `{who}` has nothing of the kind in {period}", wanted, who, period);
            Diagnostic::new(codes::NO_CARD, message).label(expect.span, text!("nothing to judge")).help(text!(
                "a subject needs a row in its roster, valid in the period, that meets the `where` of the scorecard"
            ))
        }
        Miss::Nowhere(NoPlace::Several) => {
            let period = scored.model().policy.calendar.show(expect.period);
            let who = &expect.subject;
            let message =
                text!("expected `{wanted}`, but `{who}` has cards of several stints in {period}", wanted, who, period);
            Diagnostic::new(codes::NO_CARD, message)
                .label(expect.span, text!("which of them?"))
                .help(text!("name a day of the stint that is meant: `card[{who}, 2026-03-10]`", who))
        }
        Miss::Nowhere(NoPlace::Line) => {
            let message =
                text!("expected `{wanted}`, but the line is not on the card of `{who}`", wanted, who = expect.subject);
            Diagnostic::new(codes::NO_CARD, message)
                .label(expect.span, text!("no such line"))
                .help(text!("a line of weight 0% or of target `none` is not on a subject's card"))
        }
    };
    if !test.values.is_empty() {
        finding = finding.label(test.span, text!("in this case"));
    }
    let (actual, derivation) = match miss {
        Miss::Got(got) => {
            let how = scored.explain(files, &expect.subject, expect.period, &question(&expect.claim));
            (Some(got), how.unwrap_or_default())
        }
        Miss::Nowhere(_) => (None, Vec::new()),
    };
    Some(TestFailure { finding, expected: Some(wanted), actual, derivation })
}

/// What an expectation says, on one line, with the cells of the case in the place of placeholders.
fn wanted(test: &Test, text: &str) -> String {
    let text = ["expect", "预期"].into_iter().find_map(|word| text.strip_prefix(word)).unwrap_or(text);
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut parts = text.split('$');
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(part.len());
        let (name, rest) = part.split_at_checked(end).unwrap_or((part, ""));
        match test.values.iter().find(|(column, _)| column == name) {
            Some((_, cell)) => filled.push_str(cell),
            None => {
                filled.push('$');
                filled.push_str(name);
            }
        }
        filled.push_str(rest);
    }
    filled
}

fn check_claim(expect: &Expect, scored: &mut Scored<'_>, files: &Files) -> Result<(), Miss> {
    let (subject, period) = (expect.subject.as_str(), expect.period);
    let got = |holds: bool, got: &dyn Fn() -> Text| if holds { Ok(()) } else { Err(Miss::Got(got())) };
    match &expect.claim {
        Claim::Compare(place, op, wanted, ty) => {
            let value = scored.value(place, subject, period)?;
            let holds = value.as_ref().is_some_and(|value| op.holds(value.cmp(wanted)));
            got(holds, &|| show_value(scored.model(), value.as_ref(), *ty))
        }
        Claim::Near(place, wanted, within, ty) => {
            let value = scored.value(place, subject, period)?;
            let off = value.as_ref().and_then(Value::as_dec).and_then(|value| value.sub(*wanted).ok());
            let holds = off.is_some_and(|off| off.abs() <= *within);
            got(holds, &|| show_value(scored.model(), value.as_ref(), *ty))
        }
        Claim::Because(card, name) => {
            let because = scored.incomplete_because(*card, subject, period)?;
            got(because.contains(name), &|| match because.as_slice() {
                [] => text!("a complete card"),
                names => {
                    text!(
                        "an incomplete card because of {names}",
                        names = Text::and_list(names.iter().map(Text::quoted))
                    )
                }
            })
        }
        Claim::Takes(place, row) => {
            scored.value(place, subject, period)?;
            let derived = scored.explain(files, subject, period, &question(&expect.claim)).unwrap_or_default();
            let rows = rows_taken(&derived, place);
            let takes = rows.iter().any(|taken| taken == row || taken.split(':').next().map(str::trim) == Some(row));
            got(takes, &|| match rows.as_slice() {
                [] => text!("no row of a table or curve"),
                rows => text!("the row {rows}", rows = Text::and_list(rows.iter().map(Text::quoted))),
            })
        }
        Claim::Says(rule, wanted) => {
            let said = scored.rule_says(*rule, subject, period)?;
            got(said.as_ref() == Some(wanted), &|| match &said {
                Some(said) => Text::verbatim(format!("\"{said}\"")),
                None => text!("nothing said"),
            })
        }
        Claim::Missing(place, missing) => {
            let value = scored.value(place, subject, period)?;
            let ty = place_type(scored.model(), place);
            got(value.is_none() == *missing, &|| show_value(scored.model(), value.as_ref(), ty))
        }
        Claim::Incomplete(card, incomplete) => {
            let status = scored.card_status(*card, subject, period)?;
            let is = status == CardStatus::Incomplete;
            got(is == *incomplete, &|| if is { text!("an incomplete card") } else { text!("a complete card") })
        }
        Claim::Vetoed(card, veto, wanted) => {
            let fired = scored.vetoed(*card, veto, subject, period)?;
            got(fired == Some(*wanted), &|| match fired {
                Some(true) => text!("vetoed"),
                Some(false) => text!("not vetoed"),
                None => text!("no data for the veto"),
            })
        }
        Claim::Rule(rule, wanted) => {
            let outcome = scored.rule_outcome(*rule, subject, period)?;
            let wanted = match wanted {
                RuleOutcome::Fired => kpi_results::RuleOutcome::Fired,
                RuleOutcome::NotFired => kpi_results::RuleOutcome::NotFired,
                RuleOutcome::NotJudged => kpi_results::RuleOutcome::NotJudged,
            };
            got(outcome == wanted, &|| show_outcome(outcome))
        }
    }
}

/// The rows of tables and curves that led to a value, as the policy writes them. Of a target only its own; of a grade only
/// that of the grade.
fn rows_taken(derived: &[Derivation], place: &Place) -> Vec<String> {
    let only = match place {
        Place::Line(_, _, IndicatorField::Target) | Place::Indicator(_, IndicatorField::Target) => Some(Step::Target),
        Place::Line(_, _, IndicatorField::Score) => Some(Step::Scoring),
        Place::LineWeight(..) => Some(Step::Weight),
        Place::Card(_, CardField::Grade) => Some(Step::Grade),
        _ => None,
    };
    let mut rows: Vec<String> = Vec::new();
    let mut open: Vec<(&Derivation, bool)> = derived.iter().rev().map(|d| (d, only.is_none())).collect();
    while let Some((derivation, inside)) = open.pop() {
        let inside = inside || only == Some(derivation.step);
        let note = derivation.note.as_ref().map(ToString::to_string).unwrap_or_default();
        let row = note.split_once("row `").and_then(|(_, rest)| rest.split_once('`'));
        rows.extend(row.filter(|_| inside).map(|(row, _)| row.to_owned()));
        open.extend(derivation.from.iter().rev().map(|d| (d, inside)));
    }
    rows.dedup();
    rows
}

/// The type of a value of the results.
fn place_type(model: &Model, place: &Place) -> kpi_check::model::Type {
    use kpi_check::model::{CardField, IndicatorField, LineKind, Type};
    let of_indicator = |actual: Type, field: &IndicatorField| match field {
        IndicatorField::Actual | IndicatorField::Target => actual,
        IndicatorField::Met => Type::Bool,
        IndicatorField::Attainment | IndicatorField::Gap | IndicatorField::Progress => Type::RATIO,
        IndicatorField::Score => Type::POINTS,
    };
    match place {
        Place::Card(_, CardField::Score) => Type::POINTS,
        Place::Card(_, CardField::Attainment) | Place::LineWeight(..) => Type::RATIO,
        Place::Card(_, CardField::Grade) => Type::Text,
        Place::Card(_, CardField::Rank) => Type::COUNT,
        Place::Line(card, name, field) => {
            let mut open: Vec<_> = model.scorecards[*card].lines.iter().collect();
            let mut actual = Type::NUMBER;
            while let Some(line) = open.pop() {
                match &line.kind {
                    LineKind::Indicator { indicator, .. } if model.indicators[*indicator].title.name == *name => {
                        actual = model.indicators[*indicator].formula.ty;
                    }
                    LineKind::Group { lines, .. } => open.extend(lines),
                    _ => {}
                }
            }
            of_indicator(actual, field)
        }
        Place::Indicator(_, IndicatorField::Score) => Type::RATIO,
        Place::Indicator(id, field) => of_indicator(model.indicators[*id].formula.ty, field),
        Place::Pay(..) => Type::MONEY,
    }
}

fn question(claim: &Claim) -> Question {
    match claim {
        Claim::Compare(place, ..) | Claim::Near(place, ..) | Claim::Missing(place, _) | Claim::Takes(place, _) => {
            match place {
                Place::Card(card, _) => Question::Card(*card),
                Place::Line(card, name, _) | Place::LineWeight(card, name) => Question::Line(*card, name.clone()),
                Place::Indicator(id, _) => Question::Indicator(*id),
                Place::Pay(id, pay) => Question::Pay(*id, *pay),
            }
        }
        Claim::Incomplete(card, _) | Claim::Because(card, _) | Claim::Vetoed(card, ..) => Question::Card(*card),
        Claim::Rule(rule, _) | Claim::Says(rule, _) => Question::Rule(*rule),
    }
}
