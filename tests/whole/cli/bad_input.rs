//! Bad input: each with a clear error, whole, and its exit code.

use crate::support::Project;

/// The exit code and everything on the second stream.
fn failing(project: &Project, args: &str, code: u8) -> String {
    let outcome = project.kpi(args);
    assert_eq!(outcome.code, code, "{}", outcome.whole());
    assert_eq!(outcome.out, "", "a run that fails prints no result");
    outcome.err
}

const RUN: &str = "run --period 2026-10";

/// A spoilt project's error, as a snapshot of the test's name.
macro_rules! bad {
    ($($(#[$doc:meta])* $name:ident, $code:literal, $args:expr, $project:expr;)*) => {
        $(
            $(#[$doc])*
            #[test]
            fn $name() {
                insta::assert_snapshot!(stringify!($name), failing(&$project, $args, $code));
            }
        )*
    };
}

/// An export of sessions with these lines below its header.
fn sessions(lines: &str) -> Project {
    Project::live()
        .write("exports/live-2026-10.csv", format!("id,host,floor,started,成交金额,watched,viewers\n{lines}\n"))
}

bad! {
    no_kpi_toml, 2, RUN, Project::empty();
    no_such_folder, 2, "check nowhere", Project::live();
    unknown_key, 2, "check", Project::live().replace("kpi.toml", "policies", "policy");
    unknown_section, 2, "check", Project::live().replace("kpi.toml", "[sources]", "[source]");
    not_toml, 2, "check", Project::live().replace("kpi.toml", "\"exports/team.csv\"", "exports/team.csv");
    no_policy, 2, "check", Project::live().replace("kpi.toml", "policy/*.kpi", "policies/*.kpi");
    policy_is_not_utf8, 2, "check", Project::live().write("policy/live.kpi", b"policy \"\xb9\xab\"\n");
    policy_is_utf16, 2, "check", Project::live().write("policy/live.kpi", b"\xff\xfep\0o\0l\0i\0c\0y\0");
    unknown_table, 2, RUN, Project::live().replace("kpi.toml", "live      =", "life      =");
    missing_binding, 2, RUN, Project::live().replace("kpi.toml", "plan      = \"exports/plan.csv\"\n", "");
    missing_file, 2, RUN, Project::live().remove("exports/plan.csv");
    missing_files_of_a_pattern, 2, RUN, Project::live().replace("kpi.toml", "live-*", "life-*");
    old_excel, 2, RUN, Project::live().write("exports/plan.xls", "").replace("kpi.toml", "plan.csv", "plan.xls");
    broken_workbook, 1, RUN, Project::live().write("exports/plan.xlsx", "").replace("kpi.toml", "plan.csv", "plan.xlsx");
    sheet_of_a_csv, 2, RUN,
        Project::live().replace("kpi.toml", "\"exports/plan.csv\"", "{ file = \"exports/plan.csv\", sheet = \"2026\" }");

    encoding_of_parquet, 2, RUN,
        Project::live().write("exports/plan.parquet", "").replace("kpi.toml", "\"exports/plan.csv\"", "{ file = \"exports/plan.parquet\", encoding = \"gbk\" }");
    unknown_encoding, 2, RUN,
        Project::live().replace("kpi.toml", "\"exports/plan.csv\"", "{ file = \"exports/plan.csv\", encoding = \"latin1\" }");
    missing_column, 1, RUN, Project::live().replace("exports/live-2026-10.csv", "viewers", "visitors");
    duplicate_header, 1, RUN, Project::live().replace("exports/live-2026-10.csv", "floor", "host");
    no_rows_in_the_period, 1, "run --period 2026-11", Project::live();
    /// An export that is not `sparse` and has no row at all.
    empty_export, 1, RUN, Project::live().write("exports/violation.csv", "who,on,level\n");
    empty_file, 1, RUN, Project::live().write("exports/violation.csv", "");

    text_in_a_number_column, 1, RUN, Project::live().replace("exports/live-2026-10.csv", "36000", "三万六");
    too_many_digits_of_money, 1, RUN, Project::live().replace("exports/live-2026-10.csv", "36000", "12.345");
    duplicate_keys, 1, RUN, Project::live().replace("exports/staff.csv", "A02", "A01");
    unknown_person, 1, RUN, Project::live().replace("exports/live-2026-10.csv", "A02", "A99");
    unknown_member, 1, RUN, Project::live().replace("exports/staff.csv", "主播", "主持");
    short_row, 1, RUN, sessions("S1,A01,A05,2026-10-03 20:00,50000,90000,3000\nS2,A02,A05,2026-10-03 20:00,36000");
    long_row, 1, RUN, sessions("S1,A01,A05,2026-10-03 20:00,50000,90000,3000,7");
    empty_cell, 1, RUN, sessions("S1,A01,A05,2026-10-03 20:00,,90000,3000");
    date_that_does_not_exist, 1, RUN, sessions("S1,A01,A05,2026-10-32 20:00,50000,90000,3000");
    date_out_of_range, 1, RUN, sessions("S1,A01,A05,12026-10-03 20:00,50000,90000,3000");
    number_out_of_range, 1, RUN, sessions("S1,A01,A05,2026-10-03 20:00,999999999999999999999999999999,90000,3000");
    two_plan_rows, 1, RUN, Project::live().replace("exports/plan.csv", "A02,", "A01,");
    not_utf8, 1, RUN, Project::live().write("exports/staff.csv", b"id,name,role,team,salary\nA01,\xd5\xc5,host,T1,8000\n");

    syntax_error, 1, "check", Project::live().replace("policy/live.kpi", "formula sum(live.gmv)", "formula sum(live.gmv");
    unknown_name, 1, "check", Project::live().replace("policy/live.kpi", "sum(live.gmv)", "sum(life.gmv)");
    no_such_entry, 1, "check", Project::live().replace("policy/live.kpi", "indicator watch_time", "indicator stay = std.live.watchtime(live) { target ≥ 30s }\n\nindicator watch_time");
}

#[test]
fn what_exports_may_do_all_the_same() {
    let plain = Project::live().kpi("run --period 2026-10").out;
    let same = |project: Project| {
        let outcome = project.kpi("run --period 2026-10");
        assert_eq!((outcome.code, outcome.out.as_str()), (0, plain.as_str()), "{}", outcome.whole());
    };
    let staff = Project::live().read("exports/staff.csv");
    let plan = Project::live().read("exports/plan.csv");
    // A byte order mark and the line ends of Windows.
    same(Project::live().write("exports/staff.csv", format!("\u{feff}{staff}")));
    same(Project::live().write("exports/staff.csv", staff.replace('\n', "\r\n")));
    same(Project::live().write("exports/plan.csv", plan.trim_end()));
    // Columns in another order, in one of several files too, and columns that nobody asked for.
    same(Project::live().write(
        "exports/live-2026-09.csv",
        "note,viewers,成交金额,watched,started,floor,host,id\n无,3000,10000,3000,2026-09-05 20:00,A05,A04,S4\n",
    ));
    // Another encoding, which the headers tell, or which is declared.
    let live = Project::live().read("exports/live-2026-10.csv");
    let gb = |text: &str| encoding_rs::GB18030.encode(text).0.into_owned();
    same(Project::live().write("exports/live-2026-10.csv", gb(&live)));
    let declared = "{ file = \"exports/staff.csv\", encoding = \"gbk\" }";
    same(Project::live().write("exports/staff.csv", gb(&staff)).replace("kpi.toml", "\"exports/staff.csv\"", declared));
    // Blank lines.
    same(Project::live().write("exports/plan.csv", format!("{plan}\n\n")));
    same(Project::live().write("exports/plan.csv", plan.replacen("A02", "\nA02", 1)));
}

#[test]
fn division_by_zero_is_no_data() {
    let project = Project::live().replace("exports/live-2026-10.csv", "36000,90000,3000", "36000,90000,0");
    insta::assert_snapshot!(project.kpi("run --period 2026-10 --only A02").whole());
}

#[test]
fn a_missing_plan_row_holds_the_pay() {
    insta::assert_snapshot!(Project::live().kpi("run --period 2026-10 --only A03").whole());
}

#[test]
fn a_host_without_violations_has_full_marks() {
    let out = Project::live().kpi("run --period 2026-10 --only A01").out;
    let line = out.lines().find(|line| line.contains("违规次数")).unwrap();
    assert!(line.contains("10.00") && line.ends_with("met"), "{line}");
}

#[test]
fn a_policy_in_another_encoding_stays_as_it_is() {
    for bytes in [b"policy \"\xb9\xab\"\n".as_slice(), b"\xff\xfep\0o\0", b"\xfe\xff\0p\0o", b"a \0 b"] {
        let project = Project::live().write("policy/live.kpi", bytes);
        for args in ["check", "fmt", "fmt --check"] {
            let outcome = project.kpi(args);
            assert_eq!((outcome.code, outcome.out.as_str()), (2, ""), "{args}: {}", outcome.whole());
            assert!(outcome.err.contains("`policy/live.kpi` cannot be read"), "{args}: {}", outcome.whole());
        }
        assert_eq!(std::fs::read(project.path("policy/live.kpi")).unwrap(), bytes);
    }
}

#[test]
fn a_policy_may_start_with_a_byte_order_mark() {
    let plain = Project::live();
    let policy = plain.read("policy/live.kpi");
    let marked = Project::live().write("policy/live.kpi", format!("\u{feff}{policy}"));
    assert_eq!(marked.kpi("check").whole(), plain.kpi("check").whole());
    assert_eq!(marked.kpi("fmt").code, 0);
    assert_eq!(marked.read("policy/live.kpi"), policy);
}

#[test]
fn a_policy_without_any_text_is_an_error_and_stays() {
    let project = Project::live().write("policy/live.kpi", "");
    assert_eq!(project.kpi("check").code, 1);
    assert_eq!(project.kpi("fmt").code, 0);
    assert_eq!(project.read("policy/live.kpi"), "");
}
