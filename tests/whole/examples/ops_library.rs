//! The KPI library of operations roles against plain Python: every card of every month and every rule; its exports; and what was planted in them.

use serde_json::Value;

use crate::{kpi, python, root};

const PATH: &str = "examples/ops-library";

fn half_a_year() -> String {
    kpi(&["run", PATH, "--format", "json", "--from", "2026-01", "--to", "2026-06"])
}

fn card<'a>(run: &'a Value, scorecard: &str, subject: &str, period: &str) -> &'a Value {
    let is = |card: &&Value| card["scorecard"] == scorecard && card["subject"] == subject && card["period"] == period;
    let found: Vec<&Value> = run["cards"].as_array().unwrap().iter().filter(is).collect();
    assert_eq!(found.len(), 1, "{scorecard}[{subject}, {period}]");
    found.first().unwrap()
}

fn line<'a>(card: &'a Value, indicator: &str) -> &'a Value {
    card["lines"].as_array().unwrap().iter().find(|line| line["indicator"] == indicator).unwrap()
}

#[test]
fn the_exports_are_what_the_generator_writes() {
    python(PATH, "generate.py", &["--check"]);
}

#[test]
fn every_card_of_every_month_equals_plain_python() {
    let folder = tempfile::tempdir().unwrap();
    let written = folder.path().join("run.json");
    std::fs::write(&written, half_a_year()).unwrap();
    let said = python(PATH, "expected.py", &["--compare", written.to_str().unwrap()]);
    assert!(said.ends_with(" cards compared, 0 differences\n"), "{said}");
}

#[test]
fn what_was_planted_shows() {
    let run: Value = serde_json::from_str(&half_a_year()).unwrap();
    let weighed = |card: &Value| -> Vec<String> {
        let lines = card["lines"].as_array().unwrap().iter();
        lines.filter(|l| l["status"] != "watched").map(|l| l["indicator"].as_str().unwrap().to_owned()).collect()
    };
    let met = |card: &Value, indicator: &str| {
        let line = line(card, indicator);
        (line["actual"]["value"].as_str().unwrap().to_owned(), line["status"].as_str().unwrap().to_owned())
    };
    let (on, status) = (|value: &str| (value.to_owned(), "met".to_owned()), |card: &Value| card["status"].clone());

    // One joins in the middle of March: a card from then on, and nothing of a year ago to compare with.
    assert!(!run["cards"].as_array().unwrap().iter().any(|c| c["subject"] == "U7" && c["period"] == "2026-02"));
    let joined = card(&run, "user_card", "U7", "2026-03");
    assert_eq!((status(joined), line(joined, "new_users")["weight"].clone()), ("complete".into(), Value::Null));

    // A business that matures is asked for other things; a promoted range joins the card at a quarter's start.
    assert!(weighed(card(&run, "user_card", "U5", "2026-03")).contains(&"cac".to_owned()));
    assert!(weighed(card(&run, "user_card", "U5", "2026-04")).contains(&"arpu".to_owned()));
    assert_eq!(weighed(card(&run, "merch_card", "M3", "2026-03")).len(), 3);
    assert_eq!(weighed(card(&run, "merch_card", "M3", "2026-04")).len(), 4);

    // No sales campaign ends, no request is answered: incomplete, not zero.
    assert_eq!(status(card(&run, "campaign_card", "H3", "2026-02")), "incomplete");
    assert_eq!(status(card(&run, "data_card", "D5", "2026-05")), "incomplete");

    // Exactly on the target.
    assert_eq!(met(card(&run, "campaign_card", "H2", "2026-05"), "page_conversion"), on("0.08"));
    assert_eq!(met(card(&run, "merch_card", "M5", "2026-02"), "inventory_days"), on("3888000"));
    assert_eq!(met(card(&run, "merch_card", "M2", "2026-03"), "margin"), on("0.2"));

    // A month without any adopted suggestion, and the month after it, whose target is 0.
    assert_eq!(line(card(&run, "data_card", "D4", "2026-03"), "adopted")["actual"]["value"], "0");
    assert_eq!(met(card(&run, "data_card", "D4", "2026-04"), "adopted"), on("1"));

    // A tie; and nothing went wrong at all.
    let rank = |subject: &str| card(&run, "data_card", subject, "2026-01")["rank"].as_u64().unwrap();
    assert_eq!((rank("D1"), rank("D2"), rank("D4")), (1, 1, 3));
    let clean = card(&run, "campaign_card", "H4", "2026-04");
    assert_eq!((met(clean, "complaint_rate"), met(clean, "faults")), (on("0"), on("0")));

    // A campaign from February to March is one card, in March.
    let long: Vec<&Value> =
        run["cards"].as_array().unwrap().iter().filter(|c| c["scorecard"] == "sales_campaign").collect();
    assert_eq!(long.iter().filter(|c| c["subject"] == "A045").count(), 1);

    // The channel whose users leave: below the mean for a second, a third, a fourth month.
    let mut fired: Vec<String> = run["rules"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|r| r["outcome"] == "fired" && r["subject"] == "C4")
        .map(|r| format!("{} {}", r["period"].as_str().unwrap(), r["says"].as_str().unwrap()))
        .collect();
    fired.sort();
    assert_eq!(
        fired,
        [
            "2026-01 预算上调 10%",
            "2026-03 预算下调 10%",
            "2026-04 预算下调 20%",
            "2026-05 停止投放",
            "2026-06 预算上调 10%"
        ]
    );

    // A review names what a person may decide for; one analyst is late with a quarter of the reports for two months.
    let review = card(&run, "data_card", "D6", "2026-04")["rules"][0].clone();
    assert_eq!((review["indicator"].as_str(), review["outcome"].as_str()), (Some("report_on_time"), Some("fired")));
    assert_eq!(review["choices"], serde_json::json!(["目标不合理", "资源不足", "执行不力"]));
}

#[test]
fn a_cohort_that_is_closed_too_early_says_when_it_is_ripe() {
    let june = ["--period", "2026-06", "--data-until"];
    let run = |until: &str| -> Value {
        let told = kpi(&[&["run", PATH, "--format", "json"], &june[..], &[until]].concat());
        serde_json::from_str(&told).unwrap()
    };
    let actual = |run: &Value, subject: &str| {
        line(card(run, "user_card", subject, "2026-06"), "retention30")["actual"]["value"].clone()
    };
    // On the 15th day 30 of 15 of the users of U3 and U5 each lies ahead, or of less: that is no low share.
    let early = run("2026-06-15");
    assert_eq!((actual(&early, "U3"), actual(&early, "U5")), (Value::Null, Value::Null));
    assert_eq!(card(&early, "user_card", "U5", "2026-06")["status"], "incomplete");
    let findings = early["findings"].to_string();
    assert!(findings.contains("`retention30` has no data before it is ripe on 2026-06-30"), "{findings}");
    assert!(findings.contains("not ripe until 2026-06-30"), "{findings}");
    let why = kpi(&[&["why", "U5", "retention30", "--path", PATH], &june[..], &["2026-06-15"]].concat());
    assert!(why.contains("not ripe until 2026-06-"), "{why}");
    // With all of June it is what plain Python says.
    assert_eq!(actual(&run("2026-06-30"), "U5"), actual(&serde_json::from_str(&half_a_year()).unwrap(), "U5"));
}

/// What `kpi check` says of the policy when these words stand for the first ones, or for the line that begins with them.
fn checked_with(words: &str, others: Option<&str>) -> String {
    let folder = tempfile::tempdir().unwrap();
    let mut taken = false;
    for file in std::fs::read_dir(root().join(PATH).join("policy")).unwrap().map(Result::unwrap) {
        let text = std::fs::read_to_string(file.path()).unwrap();
        let changed = text.lines().filter_map(|line| {
            let is_it = !taken && line.trim_start().starts_with(words);
            taken |= is_it;
            if is_it { others.map(|others| line.replace(words, others)) } else { Some(line.to_owned()) }
        });
        let text: Vec<String> = changed.collect();
        std::fs::write(folder.path().join(file.file_name()), text.join("\n")).unwrap();
    }
    assert!(taken, "no line begins with {words}");
    std::fs::write(folder.path().join("kpi.toml"), "[project]\n").unwrap();
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut console = kpi_cli::Console::plain(&mut out, &mut err, root());
    let arguments = ["kpi", "check", "--lang", "en", folder.path().to_str().unwrap()];
    let code = kpi_cli::run(arguments.map(std::ffi::OsString::from), &mut console) as u8;
    let said = String::from_utf8_lossy(&err).into_owned();
    assert_eq!(code, 1, "{said}");
    said
}

#[test]
fn an_entry_says_what_it_means_where_its_data_come_from_and_for_which_stage() {
    for note in ["data_source", "counting", "stage"] {
        let said = checked_with(&format!("note    {note}"), None);
        assert!(said.contains(&format!("has no note `{note}`")), "{said}");
    }
}

#[test]
fn every_indicator_is_fixed_for_the_year_or_adjustable_by_the_quarter() {
    let said = checked_with("| from 2026-01 | from 2026-04 |", Some("| from 2026-01 | from 2026-05 |"));
    assert!(said.contains("K3022"), "{said}");
}

#[test]
fn its_policy_tests_pass() {
    let said = kpi(&["test", PATH]);
    assert!(said.contains(" 0 failed"), "{said}");
}
