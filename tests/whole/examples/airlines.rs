//! The airlines example against plain Python: every card of every month that is there, to the last digit.

use serde_json::Value;

use crate::{kpi, python, root};

fn expected(months: &[String]) -> Value {
    let months: Vec<&str> = months.iter().map(String::as_str).collect();
    serde_json::from_str(&python("examples/airlines", "expected.py", &months)).unwrap()
}

fn text(value: &Value) -> Option<&str> {
    value.as_str()
}

/// A decimal string without trailing zeros: `89.90` and `89.9` are one number.
fn number(value: &Value) -> Option<String> {
    let text = text(value)?;
    let trimmed = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text };
    Some(trimmed.to_owned())
}

#[test]
fn every_card_of_every_month_equals_plain_python() {
    let months: Vec<u32> = (1..=12)
        .filter(|m| root().join(format!("examples/airlines/exports/flights-2013-{m:02}.csv")).exists())
        .collect();
    let last = *months.last().expect("January is committed");
    assert!(std::env::var_os("CI").is_none() || last == 12, "fetch.py has not brought the whole year");
    let to = format!("2013-{last:02}");
    let run = kpi(&["run", "examples/airlines", "--from", "2013-01", "--to", &to, "--format", "json"]);
    let run: Value = serde_json::from_str(&run).unwrap();
    let expected = expected(&months.iter().map(u32::to_string).collect::<Vec<_>>());
    let cards = run["cards"].as_array().unwrap();
    assert_eq!(cards.len(), 16 * months.len());
    for card in cards {
        let (subject, period) = (text(&card["subject"]).unwrap(), text(&card["period"]).unwrap());
        let want = &expected[period][subject];
        let at = format!("{subject} in {period}");
        for field in ["status", "grade"] {
            assert_eq!(text(&card[field]), text(&want[field]), "{field} of {at}");
        }
        for field in ["score", "attainment"] {
            assert_eq!(number(&card[field]), number(&want[field]), "{field} of {at}");
        }
        assert_eq!(card["rank"].as_u64(), want["rank"].as_u64(), "rank of {at}");
        assert_eq!(card["vetoed"], want["vetoed"], "vetoes of {at}");
        for pay in ["quality", "departure"] {
            assert_eq!(number(&card["pay"][pay]), number(&want["pay"][pay]), "{pay} of {at}");
        }
        assert_eq!(number(&card["total_pay"]), number(&want["pay"]["total"]), "pay of {at}");
        assert_eq!(card["rules"][0]["outcome"], want["review"], "review of {at}");
        for line in card["lines"].as_array().unwrap() {
            let name = match text(&line["indicator"]).unwrap() {
                "distance_flown" => "miles",
                other => other,
            };
            assert_eq!(number(&line["actual"]["value"]), number(&want[name]), "{name} of {at}");
        }
    }
}
