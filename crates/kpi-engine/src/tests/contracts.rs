//! What is said about data that break their contracts.

use super::{LIVE, LIVE_ROWS, PLAN, STAFF, TEAM, VIOLATION, october};
use crate::fixtures::{Fixture, file};

/// The findings if a text of the live export is replaced.
fn live(from: &str, to: &str) -> String {
    assert!(LIVE_ROWS.contains(from));
    october().csv("live", &[&LIVE_ROWS.replace(from, to)]).fail()
}

#[test]
fn cells_name_their_place() {
    insta::assert_snapshot!(
        "bad_numbers",
        [
            live("50.25", "N/A"),
            live("50.25", "\"5,000\""),
            live("50.25", "12.345"),
            live(",200\n", ",200.5\n"),
            live(",200\n", ",-1\n"),
            live("50.25", ""),
            live("50.25", "1e3"),
            live("1.5", "100000000000000000000000000"),
        ]
        .join("\n")
    );
    insta::assert_snapshot!(
        "bad_dates",
        [
            live("2026-10-03 20:00", "2026-10-32"),
            live("2026-10-03 20:00", "10/3/2026"),
            live("2026-10-03 20:00", "2026-10-03T20:00+08:00"),
            live("2026-10-03 20:00", ""),
            live("2026-10-03 20:00", "0026-10-03 20:61"),
            october().csv("plan", &[&PLAN.replace("2026/10", "Oct 26")]).fail(),
        ]
        .join("\n")
    );
}

#[test]
fn bad_cells_are_counted_where_there_are_many() {
    let mut text = String::from("id,host,floor,started,成交金额,refund,watched,viewers\n");
    (0..25).for_each(|i| text.push_str(&format!("S{i},A01,,2026-10-03,x{i},,1,1\n")));
    let findings = october().csv("live", &[&text]).fail();
    assert_eq!(findings.lines().count(), 11);
    assert!(findings.contains("15 more findings of this kind in `live`"), "{findings}");
}

#[test]
fn keys_and_references_are_checked() {
    insta::assert_snapshot!(
        "keys",
        [
            live("S2,", "S1,"),
            live("S2,A01", "S2,a01"),
            live("S2,A01", "S2,Z99"),
            live("S2,A01", "S2,"),
            october().csv("staff", &[&format!("{STAFF}A01,host,T2\n")]).fail(),
            october().csv("staff", &[&STAFF.replace("T2", "T3")]).fail(),
            october().csv("staff", &[&STAFF.replace("主播", "主 播")]).fail(),
            october().csv("staff", &[STAFF, "id,role,team\nA02,planner,T1\n"]).fail(),
        ]
        .join("\n")
    );
}

#[test]
fn the_shape_of_files_is_checked() {
    let gone = october().path("live", std::path::PathBuf::from("/nowhere/live.csv"));
    insta::assert_snapshot!(
        "shapes",
        [
            live("S2,A01,,", "S2,A01,"),
            live("S2,A01,,", "S2,A01,,,"),
            live("floor", "host"),
            live("started", "Started"),
            live("id,host,floor,started,成交金额", "id;host;floor"),
            october().csv("live", &[""]).fail(),
            october().csv("live", &[LIVE_ROWS.lines().next().unwrap()]).fail(),
            october().csv("staff", &["id,role,team\n"]).fail(),
            october().path("live", file("live.csv", b"id,host\nS1,\xd5\xc5\n")).fail(),
            october().path("live", file("live.xls", b"PK")).fail(),
            october().path("live", file("live.parquet", b"PAR")).fail(),
            gone.fail().replace("/nowhere/", ""),
            Fixture::new(LIVE, "2026-09", "2026-12")
                .csv("team", &[TEAM])
                .csv("staff", &[STAFF])
                .csv("live", &[LIVE_ROWS])
                .csv("violation", &[VIOLATION])
                .csv("plan", &[PLAN])
                .fail(),
        ]
        .join("\n")
    );
}

#[test]
fn an_empty_sparse_export_is_a_true_zero() {
    let facts = october().csv("violation", &["who,on,level\n"]).run();
    let violation = october().table("violation");
    let source = &facts.sources[&violation];
    assert_eq!((source.given, source.rows, source.periods.len()), (true, 0, 0));
}

/// October, with a text of the policy and one of the live export replaced.
fn declared(policy: (&str, &str), rows: (&str, &str)) -> Fixture {
    assert!(LIVE.contains(policy.0) && LIVE_ROWS.contains(rows.0));
    Fixture::new(&LIVE.replace(policy.0, policy.1), "2026-10", "2026-10")
        .csv("team", &[TEAM])
        .csv("staff", &[STAFF])
        .csv("live", &[&LIVE_ROWS.replace(rows.0, rows.1)])
        .csv("violation", &[VIOLATION])
        .csv("plan", &[PLAN])
}

#[test]
fn texts_match_their_pattern() {
    let key = ("host:    -> staff subject", "host:    -> staff subject matches \"A\\d\\d\"");
    declared(key, ("S2,A01", "S2,A02")).run();
    let finding = declared(key, ("S2,A01", "S2,B01")).fail();
    assert_eq!(finding, "K6016 `B01` is not A\\d\\d [live.csv, line 3, column `host`: `B01`]");
}

#[test]
fn no_finding_shows_a_private_cell() {
    let key = ("  id:      text key\n  host", "  id:      text key private\n  host");
    let finding = declared(key, ("S2,", "S1,")).fail();
    assert!(finding.contains("`•••`") && !finding.contains("S1"), "{finding}");
    let money = ("from \"成交金额\"", "from \"成交金额\" private");
    let finding = declared(money, ("50.25", "50.255")).fail();
    assert!(finding.contains("`•••`") && !finding.contains("50.25"), "{finding}");
    let host = ("host:    -> staff subject", "host:    -> staff subject private");
    let finding = declared(host, ("S2,A01", "S2,Z99")).fail();
    assert!(finding.contains("`•••`") && !finding.contains("Z99"), "{finding}");
}

#[test]
fn times_with_a_zone_belong_to_the_day_of_the_policys_clocks() {
    let zone = ("period month }", "period month, timezone Asia/Shanghai }");
    // S3 has 7 yuan: at 16:00 UTC of the last day it is November in Shanghai, a microsecond before it is not.
    let live = |time: &str| {
        let fixture = declared(zone, ("2026/11/1", time));
        fixture.cube(&fixture.run(), "live")
    };
    let (october, november) = (live("2026-10-31T15:59:59.999999Z"), live("2026-10-31T16:00:00Z"));
    assert_eq!(november, live("2026-11-01 00:00"));
    assert_eq!(october, live("2026-10-31 23:59:59.999999"));
    assert_ne!(october, november);
}
