//! `kpi suggest targets`: targets from what was measured.

use serde_json::Value;

use crate::diff::{git, repository};
use crate::support::Project;

const POLICY: &str = r#"policy "Desk" {
  edition  1
  currency CNY
  period   month
}

dimension stage { startup, growth }

roster staff { id: text key, stage: stage }

source call { id: text key, who: -> staff, at: date time, wait: duration in seconds, amount: money }

indicator volume "接待额" {
  formula sum(call.amount)
  target  by stage { startup: ≥ 100元, growth: ≥ 1万元 }
}

indicator waiting {
  formula average(call.wait)
  target  ≤ 45s
}

indicator calls {
  formula count(call)
  target  between 1..3
}

scorecard desk for staff {
  volume  weight 50%
  waiting weight 40%
  calls   weight 10%
}
"#;

/// Five people and four months, one call each. Person p waits 10p + m seconds in month m and takes 1000p + 100m yuan; the first two are
/// startups.
fn desk() -> Project {
    let mut calls = String::from("id,who,at,wait,amount\n");
    let mut staff = String::from("id,stage\n");
    for p in 1..=5 {
        staff += &format!("P{p},{}\n", if p < 3 { "startup" } else { "growth" });
        for m in 1..=4 {
            calls += &format!("{p}{m},P{p},2026-0{m}-10,{},{}\n", 10 * p + m, 1000 * p + 100 * m);
        }
    }
    let toml = "[sources]\nstaff = \"staff.csv\"\ncall = \"call.csv\"\n";
    Project::empty()
        .write("kpi.toml", toml)
        .write("policy/desk.kpi", POLICY)
        .write("staff.csv", staff)
        .write("call.csv", calls)
}

fn target<'v>(json: &'v Value, indicator: &str, row: &str) -> &'v Value {
    let is = |one: &&Value| one["indicator"] == indicator && (row.is_empty() || one["row"] == row);
    json["targets"].as_array().unwrap().iter().find(is).unwrap()
}

fn suggested(project: &Project, args: &str) -> Value {
    let found = project.kpi(&format!("suggest targets --format json {args}"));
    assert_eq!(found.code, 0, "{}", found.whole());
    serde_json::from_str(&found.out).unwrap()
}

#[test]
fn by_quantile_and_growth_with_the_share_that_would_have_met_each() {
    let project = desk();
    let json = suggested(&project, "");
    let met = |one: &Value| {
        [&one["met"], &one["by_quantile"]["met"], &one["by_growth"]["met"]].map(|x| x.as_str().unwrap().to_owned())
    };
    let numbers = |one: &Value| {
        [&one["by_quantile"]["target"], &one["by_growth"]["target"]].map(|x| x.as_str().unwrap().to_owned())
    };

    // 20 waits: 11–14, 21–24, 31–34, 41–44, 51–54. Less is better: the quantile of 60% is that of 40% from below, at place 19 × 0.4 = 7.6:
    // 24 + 0.6 × (31 − 24) = 28.2, which 8 of 20 keep. The median is 32.5; 5% less are 30.875, 30.9 to the easier side, which 8 keep, too. 16 keep 45.
    let waiting = target(&json, "waiting", "");
    assert_eq!(numbers(waiting), ["≤ 28.2s", "≤ 30.9s"]);
    assert_eq!(met(waiting), ["0.8", "0.4", "0.4"]);
    assert_eq!((&waiting["results"], &waiting["people"]), (&20.into(), &5.into()));

    // 8 amounts of startups: 1100–1400 and 2100–2400. Place 7 × 0.6 = 4.2: 2100 + 0.2 × 100 = 2120, which 2200, 2300 and 2400 reach. The
    // median is 1750; 5% more are 1837.5, to three digits 1830, which 4 reach. All reach 100.
    let startup = target(&json, "volume", "startup");
    assert_eq!(numbers(startup), ["≥ 2120元", "≥ 1830元"]);
    assert_eq!(met(startup), ["1", "0.375", "0.5"]);

    // 12 amounts of the others: 3100–3400, 4100–4400, 5100–5400. Place 11 × 0.6 = 6.6: 4300 + 0.6 × 100 = 4360, which 4400 and the last four
    // reach: 5 of 12. The median is 4250; 5% more are 4462.5, to three digits of 万 4460: 4 of 12. Nobody reaches 10,000.
    let growth = target(&json, "volume", "growth");
    assert_eq!(numbers(growth), ["≥ 0.436万元", "≥ 0.446万元"]);
    assert_eq!(met(growth), ["0", "0.4167", "0.3333"]);

    // Of the last two months alone: 53, 54, 43, 44, …; place 9 × 0.5 = 4.5 between 33 and 34 is 33.5.
    let last = suggested(&project, "--last 2 --quantile 50% --growth 0% --indicator waiting");
    assert_eq!(last["targets"].as_array().unwrap().len(), 1);
    assert_eq!(numbers(target(&last, "waiting", "")), ["≤ 33.5s", "≤ 33.5s"]);
    assert_eq!((&last["from"], &last["to"]), (&"2026-03".into(), &"2026-04".into()));

    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/schema/suggest.json");
    let schema = serde_json::from_str(&std::fs::read_to_string(schema).unwrap()).unwrap();
    let errors: Vec<String> =
        jsonschema::validator_for(&schema).unwrap().iter_errors(&json).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

#[test]
fn far_targets_and_few_results_are_warned_of() {
    let project = desk();
    insta::assert_snapshot!(project.kpi("suggest targets").whole());
    insta::assert_snapshot!(project.kpi("suggest targets --lang zh").whole());
    insta::assert_snapshot!(project.kpi("suggest targets --format markdown").out);
    insta::assert_snapshot!(project.kpi("suggest targets --last 1 --indicator volume").whole());
}

#[test]
fn a_patch_that_git_takes_and_kpi_diff_shows() {
    let project = repository(desk());
    let answered = project.kpi("suggest targets --patch targets.patch --by growth");
    assert_eq!(answered.code, 0, "{}", answered.whole());
    insta::assert_snapshot!(project.read("targets.patch"));
    assert_eq!(project.kpi("suggest targets --patch - --by growth").out, project.read("targets.patch"));
    git(&project.path("."), &["apply", "targets.patch"]);
    let changed = project.kpi("diff HEAD").out;
    for told in [
        "target: ≤ 45s → ≤ 30.9s",
        "target of `startup`: ≥ 100元 → ≥ 1830元",
        "target of `growth`: ≥ 1万元 → ≥ 0.446万元",
    ] {
        assert!(changed.contains(told), "{told}\n{changed}");
    }
    assert_eq!(project.kpi("check").code, 0);
    // Written at once it is the same.
    let written = desk();
    assert_eq!(written.kpi("suggest targets --write --by growth").code, 0);
    assert_eq!(written.read("policy/desk.kpi"), project.read("policy/desk.kpi"));
}

#[test]
fn what_cannot_be_asked() {
    let project = desk();
    for args in ["--quantile 160%", "--growth much", "--indicator volum", "--period 2026", "--last 0"] {
        insta::assert_snapshot!(project.kpi(&format!("suggest targets {args}")).whole());
    }
    insta::assert_snapshot!(project.kpi("suggest targets --quantile 160% --lang zh").whole());
    let project = project.write("call.csv", "id,who,at,wait,amount\n");
    insta::assert_snapshot!(project.kpi("suggest targets").whole());
}
