//! Obligations, bounds and cliffs, with numbers computed by hand.

mod common;

use common::{bounds, states};

const CARD: &str = "
scorecard card for staff where role == host { gmv weight 60%, watch weight 30%, violations weight 10% }
";

#[test]
fn a_score_lies_within_its_bounds() {
    // Each line earns 0% to 100%: 100 × (0.6 + 0.3 + 0.1) = 100 at most. The attainments of gmv and watch go up to 200%, that of
    // violations is its fraction: 0.6 × 2 + 0.3 × 2 + 0.1 × 1 = 190%.
    insta::assert_snapshot!(states(&format!(
        "{CARD}
prove card.score within 0..100
prove card.attainment within 0%..190%
prove card.score monotone in gmv
prove card.score monotone in watch
prove card.score monotone in violations
prove card.attainment monotone in violations
"
    )));
    insta::assert_snapshot!(bounds(CARD));
}

#[test]
fn a_bound_that_is_too_narrow_is_refuted() {
    insta::assert_snapshot!(states(&format!(
        "{CARD}
prove card.score within 0..<100
prove card.score within 10..100
prove card.attainment within 0%..150%
"
    )));
}

#[test]
fn pay_is_told_in_multiples_of_its_base() {
    // base: 70% or nothing; performance: 30% × 0..150% = 0..45%. Both at their most: 115% of the salary.
    let pays = format!(
        "{CARD}
incentive pay for card {{
  pay base        = staff.salary × 70% × step(attainment) {{ ≥ 80%: 100%, else: 0% }}
  pay performance = staff.salary × 30% × linear(attainment) {{ 60%: 0%, 100%: 100%, 120%: 150% }}
}}
"
    );
    insta::assert_snapshot!(bounds(&pays));
    insta::assert_snapshot!(states(&format!(
        "{pays}
prove pay.total within 0元..1.15 × staff.salary
prove pay.total within 0元..staff.salary
prove pay.total within 0元..5000元
prove pay.total monotone in gmv
prove pay.performance monotone in violations
prove pay.base monotone in watch
"
    )));
}

#[test]
fn a_cliff_is_found_and_refutes() {
    // At 100% the pay drops from 150% to 100% of 30% of the salary: 45% and 30%.
    insta::assert_snapshot!(states(&format!(
        "{CARD}
incentive pay for card {{
  pay performance = staff.salary × 30% × step(attainment) {{ ≥ 100%: 100%, ≥ 90%: 150%, else: 0% }}
}}
prove pay.total monotone in gmv
prove pay.total within 0元..0.45 × staff.salary
"
    )));
}

#[test]
fn a_scoring_that_falls_is_found() {
    insta::assert_snapshot!(states("
indicator speed { formula sum(live.watched) / count(live), target ≥ 10s, scoring linear on actual { 0s: 0%, 10s: 100%, 20s: 80% } }
indicator late { formula count(violation where level == minor), target ≤ 2, scoring step on actual { ≤ 0: 80%, ≤ 2: 100%, else: 0% } }
indicator near { formula sum(live.viewers), target between 10..20, scoring linear on actual { 0: 0%, 10: 100%, 20: 100%, 30: 0% } }
scorecard card for staff { speed weight 40%, late weight 40%, near weight 20% }
prove card.score monotone in speed
prove card.score monotone in late
prove card.score monotone in near
"));
}

#[test]
fn vetoes_bonuses_and_groups() {
    // With a bonus of at most 10 the card goes up to 110, and with a veto down to 0; the worst of the group counts.
    insta::assert_snapshot!(states(
        "
scorecard card for staff {
  gmv weight 50%
  group care weight 50% combine worst { watch, violations }
  bonus extra = count(live) × 2 cap 10
  deduct late = count(violation where level == minor) cap 5
  veto severe when count(violation where level == severe) > 0
  veto many when violations > 3 then cap 60
  grade { ≥ 90: \"A\", ≥ 60: \"B\", else: \"C\" }
}
incentive pay for card {
  pay prize = if grade == \"A\" then 3000元 else if grade == \"B\" then 1000元 else 0元
}
prove card.score within 0..110
prove card.score monotone in violations
prove card.score monotone in gmv
prove pay.total monotone in gmv
prove pay.prize within 0元..3000元
"
    ));
}

#[test]
fn what_cannot_be_decided_says_why() {
    insta::assert_snapshot!(states(
        "
indicator rivals { formula sum(live.gmv), target ≥ average(self among team) }
scorecard card for staff { rivals weight 50%, violations weight 50%, veto few when count(violation) < 1 }
incentive pay for card { pay top = if rank == 1 then 1000元 else 0元 }
prove card.score monotone in rivals
prove pay.total monotone in rivals
prove card.score monotone in violations
"
    ));
}

#[test]
fn a_commission_without_limit_has_no_bound() {
    insta::assert_snapshot!(bounds(
        "
scorecard card for staff { gmv weight 100% }
incentive pay for card { pay commission = marginal(gmv.actual - gmv.target) { from 0元: 0%, from 1000元: 3% } }
"
    ));
}

#[test]
fn an_obligation_must_be_about_a_result() {
    let text = format!(
        "{}{CARD}
prove gmv.actual within 0..1
prove card.grade within 0..1
prove card.score within 100..0
prove card.score within 0元..5元
prove card.score monotone in gmw
",
        common::GROUND
    );
    let mut files = kpi_base::Files::new();
    let id = files.add(kpi_base::SourceFile::new("policy.kpi", text));
    let parsed = kpi_syntax::parse(id, &files.get(id).unwrap().text);
    let checked = kpi_check::check(&[parsed.file]);
    insta::assert_snapshot!(common::shown(&files, parsed.diagnostics.iter().chain(&checked.diagnostics)));
}
