//! A whole session with a client that speaks over memory.

use std::path::Path;

use kpi_base::{Code, codes};
use kpi_lint::{Level, Settings};
use kpi_lsp::HouseRules;
use serde_json::{Value, json};

use crate::client::Client;

const GOOD: &str = "policy \"Live\" {\n  edition 1\n  currency CNY\n  period month\n}\n";

#[test]
pub fn findings_come_and_go_while_the_text_changes() {
    let folder = tempfile::tempdir().unwrap();
    let uri = format!("file://{}/live.kpi", folder.path().display());
    let (mut client, answer) = Client::start(&[]);
    assert_eq!(answer["result"]["capabilities"]["positionEncoding"], "utf-16");

    client.open(&uri, &format!("{GOOD}\ndimension stage {{ startup \"新手期\", 😀 }}\n"));
    let found = client.findings();
    assert_eq!(found["uri"], uri);
    let first = &found["diagnostics"][0];
    assert_eq!(first["source"], "kpi");
    assert_eq!(first["severity"], 1);
    // Line 6, counted from 0, holds the face, which is no name: 35 UTF-16 units stand before it.
    assert_eq!(first["range"]["start"], json!({ "line": 6, "character": 33 }), "{found}");

    client.change(&uri, GOOD);
    assert_eq!(client.findings()["diagnostics"], json!([]));
    client.stop();
}

#[test]
pub fn the_outline_lists_declarations_even_of_a_broken_policy() {
    let folder = tempfile::tempdir().unwrap();
    let uri = format!("file://{}/live.kpi", folder.path().display());
    let (mut client, answer) = Client::start(&["utf-8"]);
    assert_eq!(answer["result"]["capabilities"]["positionEncoding"], "utf-8");

    client.open(
        &uri,
        &format!(
            "{GOOD}\ndimension stage \"阶段\" {{ startup }}\n\nindicator x {{ formula ((( }}\n\nparam y: count = 5\n"
        ),
    );
    let answer = client.ask("textDocument/documentSymbol", json!({ "textDocument": { "uri": uri } }));
    let names: Vec<_> = answer["result"].as_array().unwrap().iter().map(|s| s["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Live", "stage", "x", "y"]);
    assert_eq!(answer["result"][1]["detail"], "阶段");

    let refused = client.ask("textDocument/moniker", json!({}));
    assert_eq!(refused["error"]["message"], "`textDocument/moniker` is not served");
    client.stop();
}

#[test]
pub fn files_of_a_project_are_checked_together() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    std::fs::write(root.join("kpi.toml"), "").unwrap();
    std::fs::write(root.join("policy.kpi"), GOOD).unwrap();
    std::fs::write(root.join("broken.kpi"), "dimension\n").unwrap();
    let (mut client, _) = Client::start(&[]);
    client.open(&format!("file://{}/more.kpi", root.display()), "dimension stage { startup }\n");
    let mut with_errors = Vec::new();
    for _ in 0..2 {
        let found = client.findings();
        if found["diagnostics"].as_array().unwrap().iter().any(|d| d["severity"] == 1) {
            with_errors.push(found["uri"].as_str().unwrap().rsplit('/').next().unwrap().to_owned());
        }
    }
    assert_eq!(with_errors, ["broken.kpi"]);
    client.stop();
}

#[test]
pub fn a_document_is_formatted_as_a_whole() {
    let folder = tempfile::tempdir().unwrap();
    let uri = format!("file://{}/live.kpi", folder.path().display());
    let (mut client, answer) = Client::start(&["utf-16"]);
    assert_eq!(answer["result"]["capabilities"]["documentFormattingProvider"], true);
    let ask = |client: &mut Client| {
        let options = json!({ "tabSize": 2, "insertSpaces": true });
        client.ask("textDocument/formatting", json!({ "textDocument": { "uri": uri }, "options": options }))
    };
    client.open(&uri, "dimension a{ 主播 \"😀\" }");
    client.findings();
    let edits = &ask(&mut client)["result"];
    assert_eq!(edits[0]["newText"], "dimension a { 主播 \"😀\" }\n");
    let end = json!({ "line": 0, "character": 22 });
    assert_eq!(edits[0]["range"], json!({ "start": { "line": 0, "character": 0 }, "end": end }));
    client.change(&uri, "dimension a { 主播 \"😀\" }\n");
    client.findings();
    assert_eq!(ask(&mut client)["result"], json!([]));
    client.change(&uri, "dimension a {");
    client.findings();
    assert_eq!(ask(&mut client)["result"], Value::Null);
    client.stop();
}

#[test]
pub fn the_house_rules_of_a_project_hold_in_the_editor() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    std::fs::write(root.join("kpi.toml"), "").unwrap();
    let uri = format!("file://{}/policy.kpi", root.display());
    let unused = format!("{GOOD}\nparam 多余: count = 1\n");
    let severities = |levels: Vec<(Code, Level)>| {
        let settings = Settings { levels, ..Settings::default() };
        let rules = move |_: &Path| HouseRules { settings: settings.clone(), baseline: None };
        let (mut client, _) = Client::start_with(&[], rules);
        client.open(&uri, &unused);
        let found = client.findings()["diagnostics"].as_array().unwrap().clone();
        client.stop();
        found.iter().map(|finding| finding["severity"].as_i64().unwrap()).collect::<Vec<_>>()
    };
    let code = codes::names::UNUSED;
    assert_eq!(severities(vec![]), [2]);
    assert_eq!(severities(vec![(code, Level::Deny)]), [1]);
    assert_eq!(severities(vec![(code, Level::Allow)]), Vec::<i64>::new());
}
