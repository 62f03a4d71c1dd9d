//! The snippets of the VS Code extension are sound: in each language, those that are declarations make up a policy without errors with what
//! they propose, and those that are members do so in a declaration of their kind.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use kpi_base::{Diagnostic, FileId, Files, Language, SourceFile};
use kpi_front_tests::pages::repository;
use kpi_front_tests::render_plain;

/// A snippet: its name, and its text with what it proposes at each place.
struct Snippet {
    name: String,
    text: String,
}

fn snippets(language: &str) -> Vec<Snippet> {
    let path = repository(&format!("editors/vscode/snippets/{language}.json"));
    let all: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let read = |(name, snippet): (&String, &serde_json::Value)| {
        let lines = match snippet.get("body").unwrap() {
            serde_json::Value::Array(lines) => lines.iter().map(|line| line.as_str().unwrap().to_owned()).collect(),
            body => vec![body.as_str().unwrap().to_owned()],
        };
        Snippet { name: name.clone(), text: propose(&lines.join("\n")) }
    };
    all.as_object().unwrap().iter().map(read).collect()
}

/// `${1:sales}` is `sales`, of `${2|a,b|}` the first, `$0` nothing, `\$` a dollar sign.
fn propose(body: &str) -> String {
    let mut text = String::new();
    let mut rest = body;
    while let Some((before, behind)) = rest.split_once('$') {
        if let Some(before) = before.strip_suffix('\\') {
            text.push_str(before);
            text.push('$');
            rest = behind;
            continue;
        }
        text.push_str(before);
        let inside = behind.strip_prefix('{').map(|inside| inside.trim_start_matches(|c: char| c.is_ascii_digit()));
        rest = match inside {
            None => behind.trim_start_matches(|c: char| c.is_ascii_digit()),
            Some(inside) => {
                let (proposed, rest) = inside.split_once('}').unwrap();
                let first = match proposed.strip_prefix('|') {
                    Some(choices) => choices.trim_end_matches('|').split(',').next().unwrap(),
                    None => proposed.trim_start_matches(':'),
                };
                text.push_str(first);
                rest
            }
        };
    }
    text + rest
}

fn errors(policy: &str) -> String {
    let mut files = Files::new();
    let id = files.add(SourceFile::new("snippets.kpi", policy));
    let text = files.get(id).unwrap().text.clone();
    let parsed = kpi_syntax::parse(id, &text);
    let mut findings = parsed.diagnostics;
    let mut asts = vec![parsed.file];
    findings.extend(kpi_stdlib::load(&mut files, &mut asts));
    findings.extend(kpi_check::check(&asts).diagnostics);
    let errors = findings.iter().filter(|finding| Diagnostic::is_error(finding));
    errors.map(|finding| render_plain(&files, finding, Language::English)).collect()
}

/// The kinds of declaration that members name in parentheses, with a declaration around them.
const AROUND: [(&str, &str); 4] = [
    ("(scorecard)", "scorecard another for staff {\n  order_value weight 70%\n  ⟦line⟧\n  ⟦member⟧\n}\n"),
    ("(indicator)", "indicator another {\n  formula sum(orders.amount)\n  target ≥ 10000 CNY\n  ⟦member⟧\n}\n"),
    ("（考核表）", "考核表 另一张 面向 员工 {\n  客单价 权重 70%\n  ⟦line⟧\n  ⟦member⟧\n}\n"),
    ("（指标）", "指标 另一个 {\n  公式 求和(订单.成交)\n  目标 ≥ 1万元\n  ⟦member⟧\n}\n"),
];

#[test]
fn snippets_are_sound_in_both_languages() {
    for (language, line) in [("en", "sales weight 30%"), ("zh", "销售额 权重 30%")] {
        let all = snippets(language);
        let (members, declarations): (Vec<_>, Vec<_>) = all.iter().partition(|one| one.name.ends_with([')', '）']));
        assert!(members.len() >= 5 && declarations.len() >= 15);
        let policy = declarations.iter().map(|one| format!("{}\n", one.text.trim_end())).collect::<Vec<_>>().join("\n");
        let found = errors(&policy);
        assert!(found.is_empty(), "{found}\n{policy}");
        assert_eq!(kpi_fmt::format_text(FileId(0), &policy).as_ref(), Ok(&policy), "snippets are in style");
        for member in members {
            let (_, around) = AROUND.iter().find(|(kind, _)| member.name.ends_with(kind)).unwrap();
            let is_line = member.text == line;
            let around = around.replace("⟦line⟧", if is_line { "" } else { line }).replace("⟦member⟧", &member.text);
            let found = errors(&format!("{policy}\n{around}"));
            assert!(found.is_empty(), "{}\n{found}\n{around}", member.name);
        }
    }
}

#[test]
fn both_languages_have_the_same_snippets() {
    let (english, chinese) = (snippets("en"), snippets("zh"));
    assert_eq!(english.len(), chinese.len());
    assert!(chinese.iter().all(|snippet| !snippet.name.is_ascii()));
}
