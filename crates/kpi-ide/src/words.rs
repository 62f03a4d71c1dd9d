//! What each word of the language says at its place, in a sentence: for hovers and completions.
//!
//! The sentences are short forms of the reference's, which stays the place to learn from.

use kpi_base::{Text, text};
use kpi_syntax::words::Place;

/// The sentence about a word of the language (in English) at a place; where it does not stand there, that of the first place
/// where it does.
pub fn describe_word(english: &str, place: Option<Place>) -> Option<Text> {
    let exact = place.and_then(|place| sentence(place, english));
    exact.or_else(|| PLACES.iter().find_map(|place| sentence(*place, english)))
}

const PLACES: &[Place] = &[
    Place::Declaration,
    Place::Reserved,
    Place::Operator,
    Place::Clause,
    Place::Row,
    Place::Policy,
    Place::Rounding,
    Place::Day,
    Place::Month,
    Place::Table,
    Place::Type,
    Place::Period,
    Place::Indicator,
    Place::Note,
    Place::Scoring,
    Place::Combine,
    Place::Card,
    Place::Pay,
    Place::Rule,
    Place::Requirement,
    Place::Test,
    Place::Proof,
    Place::Function,
    Place::Attribute,
];

fn sentence(place: Place, word: &str) -> Option<Text> {
    match place {
        Place::Declaration => of_declaration(word),
        Place::Reserved => of_reserved(word),
        Place::Operator => of_operator(word),
        Place::Clause => of_clause(word),
        Place::Row => of_row(word),
        Place::Policy => of_policy(word),
        Place::Rounding => of_rounding(word),
        Place::Day => of_day(word),
        Place::Month => of_month(word),
        Place::Table => of_table(word),
        Place::Type => of_type(word),
        Place::Period => of_period(word),
        Place::Indicator => of_indicator(word),
        Place::Note => of_note(word),
        Place::Scoring => of_scoring(word),
        Place::Combine => of_combine(word),
        Place::Card => of_card(word),
        Place::Pay => of_pay(word),
        Place::Rule => of_rule(word),
        Place::Requirement => of_requirement(word),
        Place::Test => of_test(word),
        Place::Proof => of_proof(word),
        Place::Function => of_function(word),
        Place::Attribute => of_attribute(word),
    }
}

fn of_declaration(word: &str) -> Option<Text> {
    Some(match word {
        "policy" => text!(
            "What the whole package says of itself: its title, edition, currency and period. There is one in a package."
        ),
        "dimension" => text!("A list of members, such as roles or stages, on which tables and conditions depend."),
        "roster" => text!("Who is judged: one row a person, team, channel or store."),
        "source" => {
            text!("An export and its contract: which columns it has, of which types, and what each value must be like.")
        }
        "view" => text!("A table made of the rows of another: filtered, or grouped by columns and calendar periods."),
        "param" => text!("A number with a name, the same for all, or chosen by members and dates."),
        "function" => text!("A formula with parameters, to be used in other formulas."),
        "curve" => text!("A curve with a name, for scoring and pay."),
        "indicator" => text!("What is measured of one subject in one period, what is asked for, and how it is scored."),
        "scorecard" => text!("Which indicators make the score of whom, with their weights, vetoes and grades."),
        "incentive" => text!("What is paid, by what came out of the cards."),
        "rule" => text!("What is to follow when a condition holds: a warning, a measure, a decision."),
        "test" => text!("A small example of data with what must come out of it."),
        "use" => text!("Brings in the names of a module of the library."),
        "goal" => text!("What indicators are for; a goal may support others."),
        "require" => text!("What every scorecard or indicator must be like; `kpi check` says where it is not."),
        "prove" => text!(
            "What must hold of a result whatever is measured; `kpi check` proves it or shows a case where it fails."
        ),
        "scale" => text!("What each step of a rating means."),
        "shape" => text!("The columns that an entry of a library needs of a table."),
        _ => return None,
    })
}

fn of_reserved(word: &str) -> Option<Text> {
    Some(match word {
        "if" => text!("`if … then … else …`: one of two values, by a condition."),
        "then" => text!("What holds where the condition does."),
        "else" => text!("What holds where the condition does not."),
        "and" => text!("Both hold. False if one is false, whatever the other is; otherwise no data if one has none."),
        "or" => {
            text!("One of them holds. True if one is true, whatever the other is; otherwise no data if one has none.")
        }
        "not" => text!("The opposite of a condition."),
        "in" => text!("Whether a value lies in a range or is one of several."),
        "is" => text!("`is missing`, `is known`: whether there is a value at all."),
        "true" => text!("A condition that holds."),
        "false" => text!("A condition that does not hold."),
        "none" => text!("No value. As a target: the indicator is not judged."),
        "self" => text!("The actual value of this indicator itself, for another group or another time."),
        _ => return None,
    })
}

fn of_operator(word: &str) -> Option<Text> {
    Some(match word {
        "not" => text!("In front of `in`: not in the range, none of these."),
        _ => return None,
    })
}

fn of_clause(word: &str) -> Option<Text> {
    Some(match word {
        "where" => text!("Takes only the rows, or the subjects, for which the condition holds."),
        "by" => {
            text!("The value depends on these: one row for each member or combination, complete and without overlaps.")
        }
        "over" => text!("Computes a value as if a whole group were one subject: it pools the rows."),
        "among" => text!("Takes the members' own values of a group: it lists them."),
        "all" => text!("Everything of the period, and all subjects."),
        "via" => text!("By which reference the rows belong to the subject, where several lead to it."),
        "dated" => text!("By which date the rows belong to a period, instead of their table's time."),
        "at" => text!("`at period.start`: a stock as it was on the first day of the period."),
        "needs" => text!("Fewer rows than this are no data."),
        "last" => text!("So many periods, the judged one last."),
        "this" => text!("The periods of the same quarter or year, up to the judged one."),
        "since" => text!("The periods from this one on, up to the judged one."),
        "from" => text!("From this date on; in a table until the next row."),
        "to" => text!("The column with the last day, which belongs to it."),
        "of" => text!("Of which."),
        "on" => text!("What the curve is a function of: `attainment` or `actual`."),
        "per" => text!("For each so many, or for each period of this length."),
        "for" => text!("Whom it is for."),
        "each" => text!("For each of them by itself."),
        "when" => text!("The condition under which it applies."),
        "missing" => text!("Where there is no value."),
        "known" => text!("Where there is a value."),
        "cap" => text!("The most that it may be."),
        "tag" => text!("A mark by which requirements and rules find indicators."),
        "one" => text!("`one of`: a person decides for one of these."),
        "group" => text!("Several lines that become one; or what the rows of a view agree in."),
        _ => return None,
    })
}

fn of_row(word: &str) -> Option<Text> {
    Some(match word {
        "else" => text!("Everything that no other row takes."),
        _ => return None,
    })
}

fn of_policy(word: &str) -> Option<Text> {
    Some(match word {
        "edition" => {
            text!("Which edition of the language the policy is judged by; a later compiler keeps its meaning.")
        }
        "currency" => text!("The currency of all money."),
        "period" => text!("How often cards are judged: each week, month, quarter or year."),
        "attainment" => text!("`attainment cap 200%`: the most that a line can attain."),
        "rounding" => text!("How scores and pay are rounded, where half away from zero is not wanted."),
        "week" => text!("`week starts sunday`: the first day of a week."),
        "year" => text!("`year starts april`: the first month of the fiscal year."),
        "starts" => text!("Where a week or a fiscal year begins."),
        "timezone" => text!("By whose clocks times with a zone are read."),
        _ => return None,
    })
}

fn of_rounding(word: &str) -> Option<Text> {
    Some(match word {
        "half_up" => text!("Half goes away from zero: 0.5 becomes 1."),
        "half_even" => text!("Half goes to the even neighbour: 0.5 becomes 0, 1.5 becomes 2."),
        "down" => text!("Always towards zero."),
        "up" => text!("Always away from zero."),
        _ => return None,
    })
}

fn of_day(word: &str) -> Option<Text> {
    Some(match word {
        "monday" | "tuesday" | "wednesday" | "thursday" | "friday" | "saturday" | "sunday" => {
            text!("A day of the week.")
        }
        _ => return None,
    })
}

fn of_month(word: &str) -> Option<Text> {
    Some(match word {
        "january" | "february" | "march" | "april" | "may" | "june" | "july" | "august" | "september" | "october"
        | "november" | "december" => text!("A month of the year."),
        _ => return None,
    })
}

fn of_table(word: &str) -> Option<Text> {
    Some(match word {
        "ordered" => text!("The members are in an order, from the lowest to the highest, and may be compared."),
        "key" => text!("The column that names a row: no two rows have the same."),
        "label" => text!("The column by which people know a row."),
        "time" => text!("The column that says in which period a row falls."),
        "subject" => text!("Of several references to one roster, the usual one."),
        "unique" => text!("No two rows have the same value."),
        "from" => text!("The header of the column in the export; of a view, the table whose rows it takes."),
        "digits" => text!("How many digits after the point a cell may have."),
        "matches" => text!("The pattern that every cell must match."),
        "private" => text!("No finding shows values of this column."),
        "in" => text!("The unit of a duration column, or the range in which its values must lie."),
        "seconds" | "minutes" | "hours" | "days" => text!("The unit in which the export gives a duration."),
        "valid" => {
            text!("`valid from a to b`: the rows hold from one day to another; they are read at the period's end.")
        }
        "as" => text!("`as of month`: one row a key and period."),
        "sparse" => text!("A period without any row means zero of everything, and no missing export."),
        "exclude" => text!("Rows that take part in nothing; outputs say how many there are."),
        _ => return None,
    })
}

fn of_type(word: &str) -> Option<Text> {
    Some(match word {
        "bool" => text!("A truth value: `true` or `false`."),
        "text" => text!("A text."),
        "number" => text!("A plain number, without unit."),
        "count" => text!("A number of things."),
        "ratio" => text!("A share or any other quotient of like with like: `98%`, `1.5`."),
        "money" => text!("An amount of the policy's currency."),
        "duration" => text!("A length of time: `30s`, `5min`, `2h`, `3d`."),
        "date" => text!("A day: `2026-10-03`."),
        "datetime" => text!("A time of a day, as the export writes it."),
        "month" => text!("A month: `2026-10`."),
        "quarter" => text!("A quarter: `2026-Q3`."),
        "year" => text!("A year."),
        "points" => text!("Points of a score."),
        "key" => text!("The key of a table that an entry is given."),
        _ => return None,
    })
}

fn of_period(word: &str) -> Option<Text> {
    Some(match word {
        "day" | "week" | "month" | "quarter" | "year" => text!("A period of the calendar."),
        "period" => text!("The period that is judged."),
        "days" | "weeks" | "months" | "quarters" | "years" | "periods" => text!("So many periods of the calendar."),
        _ => return None,
    })
}

fn of_indicator(word: &str) -> Option<Text> {
    Some(match word {
        "formula" => text!("What is measured: written for one subject in one period."),
        "target" => {
            text!("What is asked for: a comparison, a range, or `none`; by members and dates where it depends on them.")
        }
        "scoring" => text!("How a line earns its weight; in proportion to its attainment where nothing is written."),
        "note" => text!("A note for people: its topic and its text."),
        "between" => text!("Asks for an actual within a range."),
        "stretch" => text!("The stretch target: what is asked for beyond the target."),
        "tolerance" => text!("How far an actual may miss its target and still meet it."),
        "part" => text!("A part of the indicator, with a formula and a target of its own."),
        "combine" => text!("How the parts, or the lines of a group, become one."),
        "track" => text!("Which share of the target is shown for shorter periods; it is never scored."),
        "supports" => text!("The goals that it is for."),
        "adjustable" => text!("From which dates targets and weights may change."),
        "example" => text!("An example of an entry: rows, and what must come out."),
        "quarterly" => text!("At the beginning of a quarter only."),
        "yearly" => text!("At the beginning of a year only."),
        "rolled" | "up" => text!("`rolled up by sum`: how the values of shorter periods become one."),
        "fail" => text!("Without data the card is incomplete."),
        "zero" => text!("Without data the line earns nothing."),
        "full" => text!("Without data the line earns its full weight."),
        "reweight" => text!("Without data the others share its weight."),
        _ => return None,
    })
}

fn of_note(word: &str) -> Option<Text> {
    Some(match word {
        "data_source" => text!("Where the numbers come from."),
        "counting" => text!("How it is counted."),
        _ => return None,
    })
}

fn of_scoring(word: &str) -> Option<Text> {
    Some(match word {
        "step" => text!("A curve that picks one value by bounds: the first row that holds."),
        "linear" => text!("A curve of straight lines between points, flat outside of them."),
        "marginal" => text!("A curve by which each slice is charged at its own rate."),
        "proportional" => text!("The line earns its attainment, up to a cap."),
        "none" => text!("`none below 60%`: an attainment below this earns nothing."),
        "below" => text!("The attainment below which nothing is earned."),
        "all_or_nothing" => text!("The full weight if the target is met, else nothing."),
        "deduct" => text!("Takes a share of the weight away for each so much beyond the target."),
        "rating" => text!("`rating of 5`: the actual is a rating; it earns its share of the highest."),
        "of" => text!("The highest rating."),
        _ => return None,
    })
}

fn of_combine(word: &str) -> Option<Text> {
    Some(match word {
        "sum" => text!("Their sum; of lines the weighted sum."),
        "worst" => text!("The lowest of them."),
        "average" => text!("Their mean."),
        "all" => text!("100% if all are met, else 0%."),
        "share_met" => text!("The share of the periods in which the target is met."),
        _ => return None,
    })
}

fn of_card(word: &str) -> Option<Text> {
    Some(match word {
        "weight" => text!("The line's share of the card; the weights of a card add up to 100%."),
        "watch" => text!("The line is shown and never scored."),
        "weights" => text!("The weights of several lines by one dimension, as a grid."),
        "veto" => text!("Where its condition holds the score is 0, unless `then` says otherwise."),
        "bonus" => text!("Points added to the score."),
        "deduct" => text!("Points taken from the score."),
        "grade" => text!("How a score becomes a grade: by bounds, or by shares of a group."),
        "rank" => text!("Among whom cards are ranked."),
        "top" => text!("The best share of a group."),
        "next" => text!("The next best share of a group."),
        "at" | "least" => text!("At least so many, whatever the share."),
        "mid_period" => text!(
            "Which attributes count where somebody changes inside a period: the last, the first, or a card for each stint."
        ),
        "last" => text!("As of the last valid day of the period."),
        "first" => text!("As of the first valid day of the period."),
        "split" => text!("A card for each stint."),
        "score" => text!("`score 0`: the veto takes the whole score."),
        "of" => text!("Of which cards."),
        _ => return None,
    })
}

fn of_pay(word: &str) -> Option<Text> {
    Some(match word {
        "pay" => text!("One amount of an incentive."),
        "floor" => text!("The least that the total may be."),
        "round" => text!("`round to 1元`: the pay is rounded to a multiple of this."),
        "card" => text!("`per card`: each card pays in full."),
        "share" => text!("`share by stint`: each card pays its part of the period."),
        "stint" => text!("A stretch of days on which nothing that the policy reads of the subject changes."),
        _ => return None,
    })
}

fn of_rule(word: &str) -> Option<Text> {
    Some(match word {
        "consecutive" => text!("So many periods on end, the judged one last."),
        "warn" => text!("A warning only."),
        "once" => text!("Fires in the first period in which it holds, and never again."),
        "bottom" => text!("The worst share of a group."),
        _ => return None,
    })
}

fn of_requirement(word: &str) -> Option<Text> {
    Some(match word {
        "indicators" => text!("The indicators of a scorecard."),
        "a" => text!("`a goal`: any goal."),
        _ => return None,
    })
}

fn of_test(word: &str) -> Option<Text> {
    Some(match word {
        "expect" => text!("What must come out of the test."),
        "with" => text!("Another value of a parameter, for this test."),
        "data" => text!("`data until`: until when the data are known."),
        "until" => text!("The last day of which the data tell."),
        "vetoed" => text!("A veto of the card fires."),
        "by" => text!("By which veto."),
        "incomplete" => text!("The card cannot be scored: something has no data."),
        "complete" => text!("The card can be scored."),
        "fired" => text!("The rule fires."),
        "not" => text!("It does not."),
        "judged" => text!("The rule could be judged."),
        "takes" => text!("Which row of a table is in force."),
        "says" => text!("What the rule says."),
        "because" => text!("Why it is expected, for people."),
        _ => return None,
    })
}

fn of_proof(word: &str) -> Option<Text> {
    Some(match word {
        "within" => text!("It never leaves the range."),
        "monotone" => text!("It never gets worse as the indicator gets better."),
        "in" => text!("In which indicator."),
        _ => return None,
    })
}

fn of_function(word: &str) -> Option<Text> {
    Some(match word {
        "sum" => text!("`sum(x where …)`: the sum over the rows of the subject and period; 0 over no rows."),
        "count" => text!("`count(table where …)`: the number of rows, or of known values; 0 over no rows."),
        "count_distinct" => text!("`count_distinct(x)`: how many different values there are; 0 over no rows."),
        "average" => {
            text!("`average(x)`: the mean over rows, among a group, or over several periods; no data over none.")
        }
        "median" => text!("`median(x)`: the value in the middle, interpolated linearly."),
        "quantile" => text!("`quantile(x, 90%)`: the value below which this share lies, interpolated linearly."),
        "min" => text!("`min(x)` over rows, or `min(a, b)`: the smallest."),
        "max" => text!("`max(x)` over rows, or `max(a, b)`: the largest."),
        "first" => text!("`first(x)`: the value of the earliest row."),
        "last" => text!("`last(x)`: the value of the latest row."),
        "any" => text!("`any(condition)`: whether it holds for a row; false over no rows."),
        "all" => text!("`all(condition)`: whether it holds for every row; no data over no rows."),
        "stddev" => text!("`stddev(x)`: the standard deviation of the sample (n − 1)."),
        "coalesce" => text!("`coalesce(a, b)`: the first of them that has data."),
        "clamp" => text!("`clamp(x, low, high)`: x, but at least low and at most high."),
        "abs" => text!("`abs(x)`: the distance from 0."),
        "round" => text!("`round(x, digits)`: rounded, half away from zero."),
        "days_between" => text!("`days_between(a, b)`: whole days from one day to another."),
        "previous" => text!("`previous(x)`, `previous(x, 3)`: x of the same subject, so many periods earlier."),
        "growth" => text!("`growth(x)`: x ÷ its previous value − 1; no data unless that is above 0."),
        "streak" => text!("`streak(condition)`: for how many periods up to this one it has held without a break."),
        "rank" => text!("`rank(x among team)`: one's place, 1 for the best; equal values share the better place."),
        "percentile" => text!("`percentile(x among team)`: the share of the others that are strictly worse."),
        "zscore" => text!("`zscore(x among team)`: the distance from the mean in standard deviations."),
        "lookup" => text!(
            "`lookup(plan.x where …)`: the value of the one row of the subject and period; no row is no data, several are an error."
        ),
        "year_ago" => text!("`year_ago(x)`: x of the same subject a year earlier."),
        "exists" => text!("`exists(table where …)`: whether a row of another table answers to this one."),
        "weighted" => text!("`weighted(a: 40%, b: 60%)`: one number of several judgements, each with its weight."),
        "weight" => text!("`weight(tag x)`: what such lines weigh together on a card."),
        _ => return None,
    })
}

fn of_attribute(word: &str) -> Option<Text> {
    Some(match word {
        "actual" => text!("What was measured."),
        "target" => text!("What is asked for."),
        "met" => text!("Whether the target is met, tolerance included."),
        "attainment" => text!("How far the target is attained: 100% is the target."),
        "gap" => text!("(actual − target) ÷ target, positive when better."),
        "progress" => text!("Actual ÷ target, without limit."),
        "score" => text!("The score: of a card, or the share of its weight that a line earns."),
        "grade" => text!("The grade of the card."),
        "rank" => text!("The rank of the card."),
        "weight" => text!("What the line weighs."),
        "total" => text!("The sum of all pays of the incentive."),
        "period" => text!("The period that is judged, with `.start`, `.end`, `.length` and `.days`."),
        "stint" => text!("The days of the period that the card covers: `stint.days`."),
        "start" => text!("The first day of the period."),
        "end" => text!("The last day of the period."),
        "length" => text!("The length of the period, as a duration."),
        "days" => text!("How many days there are."),
        "date" => text!("The date of a time."),
        _ => return None,
    })
}

#[cfg(test)]
#[test]
fn every_word_is_described() {
    for word in kpi_syntax::words::WORDS {
        assert!(sentence(word.place, word.english).is_some(), "{word:?}");
    }
}
