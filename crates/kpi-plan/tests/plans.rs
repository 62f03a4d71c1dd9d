//! Plans of whole policies.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::type_complexity,
    reason = "a test stops where something is not as it must be"
)]

use std::fmt::Write;

use kpi_base::{FileId, Files, SourceFile};
use kpi_check::model::{MidPeriod, Model, Path, Subject, TableId};
use kpi_plan::{Grain, Part, Plan, Request, Roots, plan};
use kpi_value::PeriodKind;

const LIVE_TEAM: &str = include_str!("../../kpi-score/tests/live_team.kpi");

struct Policy {
    files: Files,
    model: Model,
}

fn check(text: &str) -> Policy {
    let mut files = Files::new();
    let id: FileId = files.add(SourceFile::new("policy.kpi", text));
    let parsed = kpi_syntax::parse(id, text);
    assert!(parsed.diagnostics.is_empty(), "{:#?}", parsed.diagnostics);
    let checked = kpi_check::check(&[parsed.file]);
    let errors: Vec<_> = checked.diagnostics.iter().filter(|d| d.is_error()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    Policy { files, model: checked.model.unwrap() }
}

fn plan_all(policy: &Policy) -> Plan {
    plan_for(policy, Roots::all(&policy.model))
}

fn plan_for(policy: &Policy, roots: Roots) -> Plan {
    let period = policy.model.policy.calendar.parse("2026-10").unwrap();
    plan(&policy.model, &Request { data_until: None, from: period, to: period, roots })
}

/// A plan in the words of its policy.
fn show(policy: &Policy, plan: &Plan) -> String {
    let model = &policy.model;
    let table = |id: TableId| model.tables[id].title.name.clone();
    let path = |path: &Path| {
        let columns = path.0.iter().map(|c| format!("{}.{}", table(c.table), model.column(*c).title.name));
        columns.collect::<Vec<_>>().join(" → ")
    };
    let mut out = format!("history {}\n", plan.history);
    for (i, spine) in plan.spines.iter().enumerate() {
        let who = match &spine.subject {
            Subject::Table(id) => table(*id),
            Subject::Group(_, by) => format!("group {}", path(by)),
            Subject::All => "all".to_owned(),
        };
        let whole = spine.period == plan.from.kind && spine.mid == MidPeriod::Last;
        let when = if whole { String::new() } else { format!(" by {} {:?}", spine.period.word(), spine.mid) };
        writeln!(out, "spine {i}: {who}{when}").unwrap();
    }
    for roster in &plan.rosters {
        let columns =
            roster.columns.iter().map(|&i| model.tables[roster.table].columns[i as usize].title.name.as_str());
        writeln!(out, "roster {}: {}", table(roster.table), columns.collect::<Vec<_>>().join(", ")).unwrap();
    }
    for (i, cube) in plan.cubes.iter().enumerate() {
        let key = cube
            .key
            .as_ref()
            .map_or("nothing".to_owned(), |key| if key.0.is_empty() { "own key".to_owned() } else { path(key) });
        let values: Vec<_> = cube.values.iter().map(|v| policy.files.text(v.span)).collect();
        let own = cube.grain == Grain::of(plan.from.kind, MidPeriod::Last);
        let grain = if own { String::new() } else { format!(" and {}", cube.grain.period.word()) };
        writeln!(out, "cube {i}: {} by {key}{grain} {}", table(cube.table), values.join(", ")).unwrap();
        for Part { op, arg, condition } in &cube.parts {
            let arg = arg.as_ref().map_or("", |arg| policy.files.text(arg.span));
            let condition = condition.as_ref().map(|c| format!(" where {}", policy.files.text(c.span)));
            writeln!(out, "  {op:?} {arg}{}", condition.unwrap_or_default()).unwrap();
        }
    }
    for read in &plan.reads {
        let rollup = match &read.rollup {
            kpi_plan::Rollup::Through(rest) => format!("through {}", path(rest)),
            other => format!("{other:?}").to_lowercase(),
        };
        writeln!(
            out,
            "read #{} on spine {}: cube {} {rollup}, {:?}, rows {}, unknown {:?}",
            read.expr.0, read.spine.0, read.cube, read.finish, read.rows, read.unknown
        )
        .unwrap();
    }
    out
}

#[test]
fn the_first_policy_of_the_reference() {
    let policy = check(LIVE_TEAM);
    insta::assert_snapshot!(show(&policy, &plan_all(&policy)));
}

#[test]
fn more_indicators_on_the_same_aggregates_add_no_cube_and_no_part() {
    let few = check(LIVE_TEAM);
    let mut text = LIVE_TEAM.to_owned();
    let mut lines = String::new();
    for i in 0..10 {
        write!(
            text,
            "\nindicator more{i} {{\n  formula sum(live.gmv) / sum(live.viewers) + {i}元\n  target ≥ {i}元\n}}\n"
        )
        .unwrap();
        writeln!(lines, "  more{i} watch").unwrap();
    }
    let many = check(&text.replacen("  veto severe", &format!("{lines}\n  veto severe"), 1));
    let (few, many) = (plan_all(&few), plan_all(&many));
    assert_eq!(many.cubes.len(), few.cubes.len());
    let parts = |plan: &Plan| plan.cubes.iter().map(|cube| cube.parts.len()).collect::<Vec<_>>();
    assert_eq!(parts(&many), parts(&few));
    assert!(many.reads.len() > few.reads.len() + 10);
}

const WIDE: &str = r#"
policy "Wide" {
  edition 1
  currency CNY
  period month
}

dimension stage { young, old }

roster team { id: text key, stage: stage }
roster staff { id: text key, team: -> team, stage: stage }
source product { id: text key, seller: -> staff }
source orders { id: text key, product: -> product, at: date time, amount: money, refunded: money? }

indicator own { formula sum(orders.amount), target ≥ 1万元 }
indicator share { formula sum(orders.amount) / (sum(orders.amount) over team) }
indicator of_stage { formula sum(orders.amount) / (sum(orders.amount) over stage) }
indicator of_all { formula sum(orders.amount) / (sum(orders.amount) over all) }
indicator middle { formula median(orders.amount where orders.amount > 10元) }
indicator middle_of_all { formula median(orders.amount where orders.amount > 10元) over all }
indicator back { formula sum(orders.refunded where orders.refunded is known) }
indicator twice { formula previous(growth(sum(orders.amount)), 3) }

scorecard card for staff {
  own weight 100%
  share watch
  of_stage watch
  of_all watch
  middle watch
  middle_of_all watch
  back watch
  twice watch
}
"#;

#[test]
fn wider_groups_are_rolled_up_from_the_cubes_of_narrower_ones() {
    let policy = check(WIDE);
    insta::assert_snapshot!(show(&policy, &plan_all(&policy)));
}

#[test]
fn only_what_is_wanted_is_planned() {
    let policy = check(LIVE_TEAM);
    let (card, _) = policy.model.scorecards.iter().next().unwrap();
    let mut roots = Roots::default();
    roots.scorecards.insert(card);
    let plan = plan_for(&policy, roots);
    // The salary is read by the incentive only, the period before by the rule only.
    assert_eq!(plan.history, 0);
    assert!(!show(&policy, &plan).contains("salary"));
    let mut roots = Roots::default();
    roots.rules.extend(policy.model.rules.iter().map(|(id, _)| id));
    let plan = plan_for(&policy, roots);
    assert_eq!(plan.history, 1);
    assert!(plan.wanted.scorecards.contains(&card), "a rule needs the scorecards that it is for");
}

#[test]
fn lineage_leads_from_a_column_to_all_that_hang_on_it() {
    let policy = check(LIVE_TEAM);
    let model = &policy.model;
    let lineage = plan_all(&policy).lineage(model);
    let column = |table: &str, column: &str| {
        let (id, table) = model.tables.iter().find(|(_, t)| t.title.name == table).unwrap();
        kpi_check::model::ColumnId { table: id, index: table.find(column).unwrap().0 }
    };
    let viewers = lineage.readers(column("live", "viewers")).unwrap();
    let names: Vec<_> = viewers.indicators.iter().map(|&id| model.indicators[id].title.name.as_str()).collect();
    assert_eq!(names, ["watch_time"]);
    assert_eq!((viewers.scorecards.len(), viewers.incentives.len(), viewers.rules.len()), (1, 1, 1));
    let salary = lineage.readers(column("staff", "salary")).unwrap();
    assert_eq!((salary.indicators.len(), salary.scorecards.len(), salary.incentives.len()), (0, 0, 1));
    assert_eq!(lineage.readers(column("live", "floor")), None);
}

#[test]
fn weeks_months_and_stints_of_a_source_are_one_cube_of_days() {
    let text = |more: &str| {
        format!(
            r#"
policy "P" {{ edition 1, currency CNY, period month }}
roster staff {{ id: text key, since: date, until: date?, valid from since to until }}
source talk {{ id: text key, who: -> staff, on: datetime time, minutes: count }}
indicator monthly {{ formula sum(talk.minutes), target ≥ 10, track week 1 ÷ 4, day 1 ÷ 20 }}
indicator weekly {{ formula sum(talk.minutes), target ≥ 2, period week rolled up by worst }}
{more}
scorecard whole for staff {{ monthly, weekly, {} }}
scorecard parts for staff {{ mid_period split, monthly, weekly }}
"#,
            (0..if more.is_empty() { 0 } else { 10 }).map(|n| format!("x{n}")).collect::<Vec<_>>().join(", ")
        )
    };
    let more: Vec<String> = (0..10)
        .map(|n| {
            format!("indicator x{n} {{ formula sum(talk.minutes) + {n}, target ≥ 1, period week rolled up by sum }}")
        })
        .collect();
    for more in [String::new(), more.join("\n")] {
        let policy = check(&text(&more));
        let plan = plan_all(&policy);
        assert_eq!(plan.cubes.len(), 1, "{:#?}", plan.cubes);
        assert_eq!((plan.cubes[0].grain.period, plan.cubes[0].parts.len()), (PeriodKind::Day, 2));
    }
}

#[test]
fn a_view_is_read_down_to_its_export() {
    let text = r#"
policy "Shop" { edition 1, currency CNY, period month }
roster seller { id: text key }
source sale { seller: -> seller, buyer: text, on: date time, amount: money, note: text }
view by_buyer from sale where amount > 0 group by seller, buyer, week { orders = count(), paid = sum(amount) }
view often from by_buyer where orders ≥ 2
indicator repeat { formula count(often) over last 3 months, target ≥ 1 }
indicator steady { formula average(count(often), since 2026-01), target ≥ 1 }
scorecard card for seller { repeat, steady }
"#;
    let parsed = kpi_syntax::parse(FileId(0), text);
    let model = kpi_check::check(&[parsed.file]).model.unwrap();
    let period = |text: &str| model.policy.calendar.parse(text).unwrap();
    let request =
        Request { data_until: None, from: period("2026-05"), to: period("2026-06"), roots: Roots::all(&model) };
    let plan = plan(&model, &request);
    // From January to May, the first period judged.
    assert_eq!(plan.history, 4);
    let table = |name: &str| model.tables.iter().find(|(_, t)| t.title.name == name).unwrap().0;
    // Only the export is given, and a cube tells which periods it has.
    assert_eq!(plan.tables(&model), [table("seller"), table("sale")].into());
    let cubes: Vec<_> = plan.cubes.iter().map(|cube| cube.table).collect();
    assert_eq!(cubes, [table("often"), table("sale")]);
    let lineage = plan.lineage(&model);
    let names = ["seller", "buyer", "on", "amount", "note"];
    let read = names.map(|name| {
        let (index, _) = model.tables[table("sale")].find(name).unwrap();
        lineage.readers(kpi_check::model::ColumnId { table: table("sale"), index }).is_some()
    });
    assert_eq!(read, [true, true, true, true, false]);
}
