//! `kpi fmt` over real files.

use crate::support::Project;

const UNTIDY: &str = "dimension a { x,y }\n\n\ndimension b{z}\n";
const TIDY: &str = "dimension a { x, y }\n\ndimension b { z }\n";

#[test]
fn a_project_in_style_stays() {
    let project = Project::live();
    let before = project.read("policy/live.kpi");
    let outcome = project.kpi("fmt");
    assert_eq!((outcome.code, outcome.out.as_str()), (0, "1 file in style already\n"), "{}", outcome.whole());
    assert_eq!(project.read("policy/live.kpi"), before);
    assert_eq!(project.kpi("fmt --check").whole(), "exit 0\n── stdout ──\n── stderr ──\n");
}

#[test]
fn files_are_checked_shown_and_written() {
    let project = Project::live().write("policy/b.kpi", UNTIDY);
    let listed = project.kpi("fmt --check");
    assert_eq!((listed.code, listed.out.as_str()), (1, "policy/b.kpi\n"), "{}", listed.whole());
    let shown = project.kpi("fmt . --diff");
    assert_eq!(shown.code, 0);
    insta::assert_snapshot!(shown.out, @r"
    --- policy/b.kpi
    +++ policy/b.kpi
    @@ -1,4 +1,3 @@
    -dimension a { x,y }
    +dimension a { x, y }
     
    -
    -dimension b{z}
    +dimension b { z }
    ");
    assert_eq!(project.kpi("fmt --check --diff").code, 1);
    assert_eq!(project.read("policy/b.kpi"), UNTIDY);
    let written = project.kpi("fmt");
    assert_eq!((written.code, written.out.as_str()), (0, "formatted policy/b.kpi\n1 file more in style already\n"));
    assert_eq!(project.read("policy/b.kpi"), TIDY);
    assert_eq!(project.kpi("fmt --check").code, 0);
}

#[test]
fn files_and_folders_need_no_project() {
    let project = Project::empty().write("a/x.kpi", UNTIDY).write("a/b/y.kpi", UNTIDY).write("z.txt", UNTIDY);
    let written = project.kpi("fmt a ./a/x.kpi z.txt");
    assert_eq!(written.out, "formatted a/b/y.kpi\nformatted a/x.kpi\nformatted z.txt\n", "{}", written.whole());
    insta::assert_snapshot!(project.kpi("fmt nothing").whole());
    insta::assert_snapshot!(project.write("c/readme.txt", "").kpi("fmt c").whole());
}

#[test]
fn a_file_with_errors_stays_and_others_are_formatted() {
    let broken = "dimension a { x,y\n";
    let project = Project::empty().write("p/a.kpi", broken).write("p/b.kpi", UNTIDY);
    insta::assert_snapshot!(project.kpi("fmt p").whole());
    assert_eq!(project.read("p/a.kpi"), broken);
    assert_eq!(project.read("p/b.kpi"), TIDY);
}

#[test]
fn keywords_go_to_chinese_and_back() {
    let project = Project::live();
    let before = project.read("policy/live.kpi");
    let listed = project.kpi("fmt --keywords zh --check");
    assert_eq!((listed.code, listed.out.as_str()), (1, "policy/live.kpi\n"), "{}", listed.whole());
    assert_eq!(project.kpi("fmt --keywords zh").out, "formatted policy/live.kpi\n");
    let chinese = project.read("policy/live.kpi");
    assert!(chinese.contains("考核表 host_card \"主播\" 面向 staff 其中 role == host {"), "{chinese}");
    assert_eq!(project.kpi("check").code, 0, "{}", project.kpi("check").whole());
    assert_eq!(project.kpi("test").code, 0, "{}", project.kpi("test").whole());
    assert_eq!(project.kpi("fmt").out, "1 file in style already\n");
    assert_eq!(project.kpi("fmt --keywords en").out, "formatted policy/live.kpi\n");
    assert_eq!(project.read("policy/live.kpi"), before);
}
