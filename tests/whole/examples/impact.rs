//! The impact of a change on the Douyin team, against plain Python run with the same change.

#![allow(clippy::indexing_slicing, reason = "JSON that is not there is null, and a test may panic")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::{kpi, root};

const PATH: &str = "examples/douyin-team";
const PERIODS: [&str; 4] = ["--from", "2026-01", "--to", "2026-06"];

/// Scorecard, subject, period, first day of the stint.
type Place = (String, String, String, Option<String>);

/// A copy of the example, with some texts of its hosts' policy and of its script replaced, beside the same exports.
fn changed(policy: &[(&str, &str)], script: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let example = root().join(PATH);
    fs::create_dir(folder.path().join("policy")).unwrap();
    for file in fs::read_dir(example.join("policy")).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), folder.path().join("policy").join(file.file_name())).unwrap();
    }
    fs::create_dir(folder.path().join("exports")).unwrap();
    for file in fs::read_dir(example.join("exports")).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), folder.path().join("exports").join(file.file_name())).unwrap();
    }
    fs::copy(example.join("kpi.toml"), folder.path().join("kpi.toml")).unwrap();
    let replace = |from: &Path, to: &Path, texts: &[(&str, &str)]| {
        let mut text = fs::read_to_string(from).unwrap();
        for (old, new) in texts {
            assert!(text.contains(old), "{old}");
            text = text.replace(old, new);
        }
        fs::write(to, text).unwrap();
    };
    replace(&example.join("policy/hosts.kpi"), &folder.path().join("policy/hosts.kpi"), policy);
    replace(&example.join("expected.py"), &folder.path().join("expected.py"), script);
    folder
}

/// Every card by its place, as Python computes it, without lines and rank.
fn expected(folder: &Path) -> BTreeMap<Place, Value> {
    let output = Command::new("python3").arg(folder.join("expected.py")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut all: Value = serde_json::from_slice(&output.stdout).unwrap();
    let cards = all["cards"].as_array_mut().unwrap();
    let mut found = BTreeMap::new();
    for card in cards {
        let fields = card.as_object_mut().unwrap();
        fields.remove("lines");
        fields.remove("rank");
        found.insert(place(card, "scorecard"), card.clone());
    }
    found
}

fn place(card: &Value, name: &str) -> Place {
    let text = |key: &str| card[key].as_str().unwrap().to_owned();
    let stint = card["stint"]["from"].as_str().map(str::to_owned);
    (text(name), text("subject"), text("period"), stint)
}

/// A decimal in units of its twelfth digit.
fn units(value: &Value) -> i128 {
    let text = value.as_str().unwrap();
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits: i128 = format!("{}{fraction:0<12}", whole.trim_start_matches('-')).parse().unwrap();
    if text.starts_with('-') { -digits } else { digits }
}

fn impact(folder: &Path, more: &[&str]) -> Value {
    let head = folder.to_str().unwrap();
    let mut arguments = vec!["diff", PATH, head, "--format", "json"];
    arguments.extend(PERIODS);
    arguments.extend(more);
    serde_json::from_str::<Value>(&kpi(&arguments)).unwrap()["impact"].clone()
}

fn pay(cards: &BTreeMap<Place, Value>) -> i128 {
    cards.values().filter(|card| !card["total_pay"].is_null()).map(|card| units(&card["total_pay"])).sum()
}

#[test]
fn one_target_moves_exactly_the_hosts_that_python_moves() {
    let folder =
        changed(&[("growth: ≥ 45s", "growth: ≥ 50s")], &[("by_stage(c, 30, 45, 60)", "by_stage(c, 30, 50, 60)")]);
    let (base, head) = (expected(&root().join(PATH)), expected(folder.path()));
    let wanted: Vec<&Place> = base.iter().filter(|(at, card)| head[*at] != **card).map(|(at, _)| at).collect();
    assert!(!wanted.is_empty() && wanted.iter().all(|(scorecard, ..)| scorecard == "host_card"));

    let found = impact(folder.path(), &["--show-private"]);
    let moves = found["moves"].as_array().unwrap();
    let mut places: Vec<Place> = moves.iter().map(|one| place(one, "name")).collect();
    places.sort();
    assert_eq!(places.iter().collect::<Vec<_>>(), wanted);
    for one in moves {
        let at = place(one, "name");
        for (side, cards) in [("base", &base), ("head", &head)] {
            for key in ["score", "grade", "vetoed", "total_pay"] {
                assert_eq!(one[side][key], cards[&at][key], "{at:?} {side} {key}");
            }
        }
    }
    let total = &found["figures"]["pay_total"];
    assert_eq!((units(&total["base"]), units(&total["value"])), (pay(&base), pay(&head)));
    // The one change is all of it.
    let part = &found["attribution"]["parts"][0]["alone"];
    assert_eq!((units(&part["pay"]), part), (pay(&head) - pay(&base), &found["attribution"]["total"]));
    // The ten largest moves say why.
    assert_eq!(moves.iter().filter(|one| one["explained"].is_array()).count(), moves.len().min(10));
}

#[test]
fn parts_add_up_and_nobody_is_named() {
    let folder = changed(
        &[
            ("growth: ≥ 45s", "growth: ≥ 50s"),
            ("growth: ≥ 5%, mature: ≥ 8%", "growth: ≥ 6%, mature: ≥ 8%"),
            ("watch_time     |          15% |          10% |", "watch_time     |          20% |          10% |"),
            ("interaction    |          15% |          20% |", "interaction    |          10% |          20% |"),
        ],
        &[],
    );
    let found = impact(folder.path(), &[]);
    let parts = found["attribution"]["parts"].as_array().unwrap();
    for key in ["pay", "score"] {
        let own: i128 = parts.iter().map(|part| units(&part["alone"][key])).sum();
        let (joint, total) = (&found["attribution"]["joint"][key], &found["attribution"]["total"][key]);
        assert_eq!(own + units(joint), units(total), "{key}");
    }
    // Two weights stand only together.
    assert_eq!(parts.iter().map(|part| part["changes"].as_array().unwrap().len()).max(), Some(2));
    let text = found.to_string();
    for key in ["total_pay", "\"H11\"", "explained"] {
        assert!(!text.contains(key), "{key}");
    }
    assert!(text.contains("\"subject\":\"P1\""));
}
