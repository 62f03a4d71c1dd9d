//! What each command says when all is well, and when it is used wrongly.

use std::fs;

use crate::support::{Project, run};

#[test]
fn check_counts_what_the_policy_has() {
    let outcome = Project::live().kpi("check");
    assert_eq!(outcome.code, 0, "{}", outcome.whole());
    insta::assert_snapshot!(outcome.out, @"Live team: no findings in 3 indicators, 1 scorecard, 1 incentive, 1 rule, 1 test");
}

#[test]
fn run_shows_scorecards() {
    // By hand: A01 meets everything. A02: 36000 ÷ 40000 = 90%, 30s ÷ 60s = 50%, no violation: 54 + 15 + 10 = 79, pay
    // 2400 × (79% − 60%) ÷ 40% = 1140. A03 has no plan row. A04: 25%, 1s ÷ 60s, one violation too many: 15 + 0.5 + 5.
    let outcome = Project::live().kpi("run --period 2026-10");
    insta::assert_snapshot!(outcome.whole());
}

#[test]
fn run_shows_one_subject() {
    insta::assert_snapshot!(Project::live().kpi("run --period 2026-10 --only A02").whole());
}

#[test]
fn run_shows_one_scorecard_by_name_or_label() {
    let project = Project::live();
    let by_name = project.kpi("run --period 2026-10 --only host_card");
    assert_eq!(by_name.out, project.kpi("run --period 2026-10 --only 主播").out);
    assert_eq!(by_name.code, 0, "{}", by_name.whole());
    insta::assert_snapshot!(project.kpi("run --period 2026-10 --only A0").whole());
}

#[test]
fn run_shows_teams_and_a_ranking() {
    let project = Project::live();
    insta::assert_snapshot!("view_team", project.kpi("run --period 2026-10 --view team").whole());
    insta::assert_snapshot!("view_team_by", project.kpi("run --period 2026-10 --view team --by role").whole());
    insta::assert_snapshot!("view_team_by_nothing", project.kpi("run --period 2026-10 --view team --by rol").whole());
    insta::assert_snapshot!("view_ranking", project.kpi("run --from 2026-09 --to 2026-10 --view ranking").whole());
    insta::assert_snapshot!("view_progress", project.kpi("run --period 2026-10 --view progress").whole());
}

#[test]
fn run_judges_several_periods() {
    insta::assert_snapshot!(Project::live().kpi("run --from 2026-09 --to 2026-10").whole());
}

#[test]
fn incomplete_cards_fail_a_run_only_if_asked_to() {
    let project = Project::live();
    assert_eq!(project.kpi("run --period 2026-10").code, 0);
    assert_eq!(project.kpi("run --period 2026-10 --fail-on incomplete").code, 1);
    let complete = project.replace("exports/plan.csv", "A02,2026-10,40000", "A02,2026-10,40000\nA03,2026-10,40000");
    assert_eq!(complete.kpi("run --period 2026-10 --fail-on incomplete").code, 0);
}

#[test]
fn the_nearest_project_upwards_is_taken() {
    let project = Project::live();
    let below = run(&project.path("exports"), "check");
    assert_eq!(below.code, 0, "{}", below.whole());
    assert_eq!(run(&project.path(".."), &format!("check {}", project.path("").display())).code, 0);
}

#[test]
fn environments_have_files_of_their_own() {
    let project = Project::live();
    insta::assert_snapshot!("unknown_environment", project.kpi("run --period 2026-10 --env prod").whole());
    let toml = project.read("kpi.toml");
    let whole =
        toml.replace("[project]\npolicies = [\"policy/*.kpi\"]\n", "").replace("[sources]", "[env.prod.sources]");
    let project = project.write("kpi.toml", whole);
    assert_eq!(project.kpi("run --period 2026-10 --env prod").code, 0);
    insta::assert_snapshot!("unbound_sources", project.kpi("run --period 2026-10").whole());
    insta::assert_snapshot!("misspelt_environment", project.kpi("run --period 2026-10 --env prd").whole());
}

#[test]
fn why_explains_cards_lines_pay_and_rules() {
    let project = Project::live();
    insta::assert_snapshot!("why_card", project.kpi("why A02 --period 2026-10").whole());
    insta::assert_snapshot!("why_line", project.kpi("why A02 watch_time --period 2026-10").whole());
    insta::assert_snapshot!(
        "why_line_json",
        project.kpi("why A02 平均停留时长 --period 2026-10 --format json").whole()
    );
    insta::assert_snapshot!("why_pay", project.kpi("why A02 performance --period 2026-10").whole());
    insta::assert_snapshot!("why_rule", project.kpi("why A04 transfer --period 2026-10").whole());
    insta::assert_snapshot!("why_incomplete", project.kpi("why A03 gmv_attainment --period 2026-10").whole());
}

#[test]
fn why_says_what_it_does_not_know() {
    let project = Project::live();
    insta::assert_snapshot!("why_nobody", project.kpi("why A99 --period 2026-10").whole());
    insta::assert_snapshot!("why_no_card", project.kpi("why A05 --period 2026-10").whole());
    insta::assert_snapshot!("why_nothing", project.kpi("why A02 watch_tim --period 2026-10").whole());
}

#[test]
fn tests_of_the_policy() {
    let project = Project::live();
    insta::assert_snapshot!("test_green", project.kpi("test").whole());
    assert_eq!(project.kpi("test . SEVERE").code, 0);
    insta::assert_snapshot!("test_no_match", project.kpi("test . nothing").whole());
    let wrong =
        project.replace("policy/live.kpi", "expect host_card[A01].score == 0", "expect host_card[A01].score == 12.5");
    insta::assert_snapshot!("test_failing", wrong.kpi("test").whole());
}

#[test]
fn a_test_that_leaves_out_what_is_read_fails() {
    let project = Project::live()
        .replace("policy/live.kpi", "| id  | role | team | salary |", "| id  | role | team |")
        .replace("policy/live.kpi", "| A01 | host | T1   |   8000 |", "| A01 | host | T1   |");
    insta::assert_snapshot!(project.kpi("test").whole());
}

#[test]
fn init_starts_a_green_project() {
    let project = Project::empty();
    insta::assert_snapshot!("init", project.kpi("init shop").whole());
    for args in ["check shop", "test shop", "run shop --period 2026-10"] {
        let outcome = project.kpi(args);
        assert_eq!(outcome.code, 0, "{args}: {}", outcome.whole());
        insta::assert_snapshot!(format!("init_{}", args.split(' ').next().unwrap()), outcome.whole());
    }
    insta::assert_snapshot!("init_again", project.kpi("init shop").whole());
    let mine = fs::read_to_string(project.path("shop/kpi.toml")).unwrap();
    assert!(mine.starts_with("# Where the policy is"));
}

#[test]
fn explain_prints_pages_and_the_list() {
    let project = Project::empty();
    let page = project.kpi("explain k1001");
    assert!(page.out.starts_with("# K1001: unknown name"), "{}", page.whole());
    let list = project.kpi("explain");
    assert_eq!(list.code, 0);
    assert!(list.out.contains("K8001  error    no project here"), "{}", list.whole());
    insta::assert_snapshot!(project.kpi("explain K123").whole());
}

#[test]
fn completions_and_version() {
    let project = Project::empty();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let outcome = project.kpi(&format!("completions {shell}"));
        assert!(outcome.code == 0 && outcome.out.contains("kpi"), "{shell}: {}", outcome.whole());
    }
    assert_eq!(project.kpi("--version").out, concat!("kpi ", env!("CARGO_PKG_VERSION"), "\n"));
    assert_eq!(project.kpi("--help").code, 0);
}

#[test]
fn wrong_usage_ends_with_2() {
    let project = Project::live();
    for args in ["", "rum", "run --format xml", "run --from 2026-01", "run --period 2026-10 --format csv"] {
        assert_eq!(project.kpi(args).code, 2, "{args}");
    }
    insta::assert_snapshot!("no_period", project.kpi("run").whole());
    insta::assert_snapshot!("wrong_period", project.kpi("run --period 2026-Q4").whole());
    insta::assert_snapshot!("backwards", project.kpi("run --from 2026-10 --to 2026-09").whole());
}

/// What came of every claim of a test, one line a failure.
fn claims(expects: &str) -> Vec<String> {
    let policy = Project::live().read("policy/live.kpi");
    let test = policy.split("test \"a severe").next().unwrap().to_owned()
        + "test \"claims\" {
  period 2026-10
  team      | id | stage   |
            | T1 | startup |
  staff     | id  | role    | team | salary |
            | A01 | host    | T1   | 8000   |
            | A02 | host    | T1   | 8000   |
            | B01 | planner | T1   | 8000   |
  live      | id | host | started          | gmv    | watched | viewers |
            | S1 | A01  | 2026-10-03 20:00 | 40000  | 90000s  | 3000    |
            | S2 | A02  | 2026-10-03 20:00 | 40000  | 90000s  | 3000    |
  plan      | who | month   | gmv   |
            | A01 | 2026-10 | 50000 |
  violation | who | on | level |
" + expects
        + "\n}\n";
    let outcome = Project::live().write("policy/live.kpi", test).kpi("test");
    let lines = outcome.out.lines().chain(outcome.err.lines());
    let mut said: Vec<String> = lines.filter(|line| line.starts_with("  × ")).map(|l| l.trim().to_owned()).collect();
    said.push(format!("exit {}", outcome.code));
    said
}

#[test]
fn every_kind_of_claim_may_hold() {
    // 40000 ÷ 50000 = 80%, met by the tolerance: full marks, and an attainment of 60% × 80% + 30% + 10% = 88%. A02 has no
    // plan row.
    let expects = "
  expect host_card[A01].score == 100
  expect host_card[A01].attainment == 88%
  expect host_card[A01].grade == \"优秀\"
  expect host_card[A01].rank == 1
  expect host_card[A01].gmv_attainment.actual ≥ 40000 CNY
  expect host_card[A01].gmv_attainment.target == 50000 CNY
  expect host_card[A01].gmv_attainment.weight == 60%
  expect host_card[A01].watch_time.met == true
  expect watch_time[A01].actual == 30s
  expect host_card[A01] not vetoed by severe
  expect host_card[A02] is incomplete
  expect host_card[A02].gmv_attainment.target is missing
  expect host_card[A02].gmv_attainment.actual is known
  expect monthly_pay[A02].total is missing
  expect transfer[A01] not fired
  expect transfer[A02] not judged";
    assert_eq!(claims(expects), ["exit 0"]);
}

#[test]
fn every_kind_of_claim_may_fail() {
    let expects = "
  expect host_card[A01].attainment < 88%
  expect host_card[A01].grade == \"合格\"
  expect host_card[A01].gmv_attainment.actual > 40000 CNY
  expect watch_time[A01].actual == 31s
  expect host_card[A01] vetoed by severe
  expect host_card[A01] is incomplete
  expect host_card[A02].score == 0
  expect monthly_pay[A01].base is missing
  expect transfer[A01] fired
  expect host_card[B01].score == 100
  expect host_card[A99].score == 100";
    insta::assert_snapshot!(claims(expects).join("\n"));
}

#[test]
fn a_policy_may_lie_in_several_files() {
    let project = Project::live();
    let policy = project.read("policy/live.kpi");
    let (data, rest) = policy.split_once("indicator gmv_attainment").unwrap();
    let project = project
        .write("policy/live.kpi", format!("indicator gmv_attainment{rest}"))
        .write("policy/data.kpi", data)
        .write("kpi.toml", Project::live().read("kpi.toml").replace("policies", "# policies"));
    assert_eq!(project.kpi("run --period 2026-10").out, Project::live().kpi("run --period 2026-10").out);
}

#[test]
fn the_standard_library_is_at_hand() {
    let project = Project::live();
    let policy = project.read("policy/live.kpi");
    let project = project.write("policy/live.kpi", format!("use std.payout\n\n{policy}"));
    let outcome = project.kpi("check");
    assert_eq!(outcome.code, 0, "{}", outcome.whole());
}

#[test]
fn a_folder_below_with_its_own_configuration_is_another_project() {
    let project = Project::live()
        .write("archive/kpi.toml", "[sources]\n")
        .write("archive/old.kpi", "policy \"Old\" {\n  edition 1\n  currency CNY\n  period month\n}\n");
    let outcome = project.kpi("check");
    assert_eq!(outcome.code, 0, "{}{}", outcome.out, outcome.err);
}

#[test]
fn one_word_that_is_no_folder_filters_tests() {
    let outcome = Project::live().kpi("test severe");
    assert_eq!(outcome.code, 0, "{}{}", outcome.out, outcome.err);
    assert!(outcome.out.contains("ok     a severe violation vetoes the score"), "{}", outcome.out);
}

#[test]
fn vetoes_and_grades_can_be_asked_for() {
    let outcome = Project::live().kpi("why A01 severe --period 2026-10");
    assert!(outcome.out.contains("veto severe"), "{}{}", outcome.out, outcome.err);
    let outcome = Project::live().kpi("why A01 grade --period 2026-10");
    assert!(outcome.out.contains("grade"), "{}{}", outcome.out, outcome.err);
}

#[test]
fn findings_are_json_where_json_is_asked_for() {
    let project = Project::live().replace("exports/live-2026-10.csv", "36000,90000,3000", "36000,90000,-3");
    let outcome = project.kpi("run --period 2026-10 --format json");
    assert_eq!((outcome.code, outcome.out.as_str()), (1, ""));
    let findings: serde_json::Value = serde_json::from_str(&outcome.err).unwrap();
    assert_eq!(findings["findings"][0]["code"], "K6016");
}

#[test]
fn std_lists_the_library_and_shows_its_entries() {
    let project = Project::live();
    let list = project.kpi("std list live");
    assert!(list.out.contains("std.live.watch_time"), "{}", list.whole());
    let names = |text: &str| text.lines().filter(|line| line.starts_with("std.")).count();
    assert!(names(&project.kpi("std list").out) > names(&list.out));
    insta::assert_snapshot!("std_show", project.kpi("std show live.watch_time").whole());
    insta::assert_snapshot!("std_show_zh", project.kpi("--lang zh std show std.live.watch_time").whole());
    let json: serde_json::Value = serde_json::from_str(&project.kpi("std show watch_time --format json").out).unwrap();
    assert_eq!(json["name"], "std.live.watch_time");
    assert_eq!(json["takes"][0]["columns"][1]["name"], "watched");
    let all: serde_json::Value = serde_json::from_str(&project.kpi("std list --format json").out).unwrap();
    assert!(all.as_array().unwrap().len() > 10);
}

#[test]
fn std_says_what_there_is_not() {
    let project = Project::live();
    insta::assert_snapshot!("std_unknown_entry", project.kpi("std show watch_tine").whole());
    insta::assert_snapshot!("std_unknown_module", project.kpi("std list std.liv").whole());
}

#[test]
fn what_is_bound_to_an_entry_of_the_library_comes_to_the_same() {
    let project = Project::live();
    let plain = project.kpi("run --period 2026-10").out;
    let bound = project.replace(
        "policy/live.kpi",
        "indicator watch_time \"平均停留时长\" {\n  formula sum(live.watched) ÷ sum(live.viewers)",
        "indicator watch_time = std.live.watch_time(live) {",
    );
    assert_eq!(bound.kpi("run --period 2026-10").out, plain);
    insta::assert_snapshot!("why_bound", bound.kpi("why A02 watch_time --period 2026-10").whole());
}
