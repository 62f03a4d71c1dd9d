//! Cards, incentives and rules of their own period, over exports: which periods a run judges, and what it shows of them.

use std::path::Path;

use serde_json::Value;

use crate::support::Project;

fn project() -> Project {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/periods");
    let read = |name: &str| std::fs::read(folder.join(name)).unwrap();
    let mut project = Project::empty();
    for name in ["kpi.toml", "policy.kpi", "exports/staff.csv", "exports/orders.csv"] {
        project = project.write(name, read(name));
    }
    project
}

fn cards(project: &Project, periods: &str) -> Vec<String> {
    let outcome = project.kpi(&format!("run {periods} --format json"));
    assert_eq!(outcome.code, 0, "{}", outcome.err);
    let run: Value = serde_json::from_str(&outcome.out).unwrap();
    let text = |card: &Value, field: &str| card[field].as_str().unwrap_or("-").to_owned();
    let shown = |card: &Value| ["scorecard", "subject", "period", "score"].map(|field| text(card, field)).join(" ");
    run["cards"].as_array().unwrap().iter().map(shown).collect()
}

#[test]
fn a_run_judges_what_ends_in_it() {
    let project = project();
    assert_eq!(cards(&project, "--period 2026-02"), ["month_card A 2026-02 50", "month_card B 2026-02 80"]);
    // A: 60% of the mean of 100, 50, 20, and two orders of 50 and more: 74. B: 60% of (100 + 80 + 100) ÷ 3, and 40: 96.
    let march = [
        "month_card A 2026-03 20",
        "month_card B 2026-03 100",
        "quarter_card A 2026-Q1 74",
        "quarter_card B 2026-Q1 96",
    ];
    assert_eq!(cards(&project, "--period 2026-03"), march);
    assert_eq!(cards(&project, "--period 2026-Q1").len(), 8);
    assert_eq!(cards(&project, "--from 2026-01 --to 2026-06").len(), 16);
    // Only the quarter is wanted: the months that it rolls up are not.
    assert_eq!(cards(&project, "--period 2026-Q1 --only quarter_card"), march[2..]);
    let nothing = project.kpi("run --period 2026-02 --only quarter_card");
    assert_eq!(nothing.code, 2);
    insta::assert_snapshot!(nothing.err, @r#"
    error K8010 (kpi explain K8010)

      × no quarter ends in the periods that are judged
      help: what is wanted is judged by the quarter: name one, or more than 2026-02

    1 error
    "#);
}

#[test]
fn tables_files_and_derivations_name_the_period() {
    let project = project();
    insta::assert_snapshot!(project.kpi("run --period 2026-03").out, @r#"
    P · 2026-03

    月度 · 2026-03 (month_card): 2 cards

      rank  subject   score  attainment      base  total CNY
      ────  ───────  ──────  ──────────  ────────  ─────────
         1  B        100.00     120.00%  2,400.00   2,400.00
         2  A         20.00      20.00%    200.00     200.00

    季度 · 2026-Q1 (quarter_card): 2 cards

      rank  subject  score  attainment  grade     bonus  total CNY
      ────  ───────  ─────  ──────────  ─────  ────────  ─────────
         1  B        96.00     144.00%  A      1,440.00   1,440.00
         2  A        74.00      74.00%  B        740.00     740.00

    rules

      subject  period   rule  outcome
      ───────  ───────  ────  ────────────────────────────
      A        2026-03  each  help
      B        2026-Q1  管培  not judged: data are missing
    "#);
    insta::assert_snapshot!(project.kpi("why B quarter_card --period 2026-03").out, @r#"
    quarter_card[B] 2026-Q1 = 96 points
    ├─ month_card = 56 points
    │  ├─ 2026-01 = 100 points
    │  │  └─ attainment = 120%
    │  ├─ 2026-02 = 80 points
    │  │  └─ attainment = 80%
    │  ├─ 2026-03 = 100 points
    │  │  └─ attainment = 120%
    │  ├─ attainment = 106.6666666667%  (the mean; 3 of 3 periods count)
    │  └─ weight = 60%
    ├─ big = 40 points  (met)
    │  ├─ count(orders where paid ≥ 50元) = 4  (4 rows)
    │  ├─ ≥ 2 = 2
    │  ├─ attainment = 200%  (actual ÷ target; at most 200%)
    │  ├─ scoring = 100%  (the attainment, up to 100%)
    │  └─ weight = 40%
    ├─ Σ weight × fraction × 100 = 96 points
    ├─ attainment = 144%
    ├─ grade = A  (by its share of the group)
    ├─ rank = 1
    ├─ quarterly = 1,440.00 CNY
    │  └─ bonus = 1,440.00 CNY
    │     └─ 1000元 × attainment = 1,440.00 CNY
    │        └─ attainment = 144%  (of `quarter_card`, rounded)
    └─ trainee = not judged
       ├─ score = 96 points  (among the highest 50%)
       ├─ score ≥ 50 = true  (in 2026-Q1)
       │  └─ score = 96 points  (of `quarter_card`, rounded)
       └─ score ≥ 50 = no data  (in 2025-Q4; the card is incomplete)
          └─ score = no data  (of `quarter_card`, rounded)
    "#);
    assert_eq!(project.kpi("run --period 2026-03 --format csv --out out").code, 0);
    insta::assert_snapshot!(project.read("out/cards.csv"), @r#"
    scorecard,subject,period,status,score,attainment,grade,rank,vetoed,total_pay
    month_card,A,2026-03,complete,20,0.2,,2,,200
    month_card,B,2026-03,complete,100,1.2,,1,,2400
    quarter_card,A,2026-Q1,complete,74,0.74,B,2,,740
    quarter_card,B,2026-Q1,complete,96,1.44,A,1,,1440
    "#);
    assert_eq!(project.kpi("test").code, 0);
}
