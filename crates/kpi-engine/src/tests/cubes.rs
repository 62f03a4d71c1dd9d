use super::{LIVE_ROWS, VIOLATION, october};

#[test]
fn a_whole_policy_is_aggregated() {
    let fixture = october();
    let facts = fixture.run();
    // Rows, Σ gmv, rows with a refund, Σ (gmv × 50% − refund) of them, Σ watched in seconds, Σ viewers, and rows with more than
    // 100 viewers and at least 30元. A01: 50.25 + 49.75; 49.75 ÷ 2 − 0.5; (1.5 + 10) × 60. A02's row of November is outside.
    insta::assert_snapshot!(fixture.cube(&facts, "live"), @r"
    A01 2026-10 | 2 100 1 24.375 690 300 1
    A02 2026-10 | 1 30 1 15 180 101 1
    ");
    insta::assert_snapshot!(fixture.cube(&facts, "plan"), @r"
    A01 2026-10 | 1 90
    A02 2026-10 | 1 40
    ");
    insta::assert_snapshot!(fixture.cube(&facts, "violation"), @"A01 2026-10 | 1");
    let live = &facts.sources[&fixture.table("live")];
    let periods: Vec<_> = live.periods.iter().map(|(period, rows)| (*period, *rows)).collect();
    assert_eq!((live.rows, periods), (4, vec![(2026 * 12 + 9, 3), (2026 * 12 + 10, 1)]));
}

#[test]
fn the_order_of_columns_and_files_does_not_matter() {
    let one = october();
    let mut swapped = String::from("viewers,watched,refund,成交金额,started,floor,host,note,id\r\n");
    for line in LIVE_ROWS.lines().skip(3) {
        let cells: Vec<&str> = line.split(',').collect();
        let row =
            [cells[7], cells[6], cells[5], cells[4], cells[3], cells[2], cells[1], "\"a, \"\"b\"\"\nc\"", cells[0]];
        swapped.push_str(&format!("{}\r\n", row.join(",")));
    }
    let first: String = LIVE_ROWS.lines().take(3).map(|line| format!("{line}\n")).collect();
    let two = october().csv("live", &[&swapped, &format!("\u{feff}{first}")]);
    assert_eq!(one.run(), two.run());
    let blank = LIVE_ROWS.replace('\n', "\n\n") + "\r\n";
    assert_eq!(one.run(), october().csv("live", &[&blank]).run());
    assert_eq!(one.run(), october().csv("violation", &[&VIOLATION.replace('\n', "\r\n")]).run());
}
