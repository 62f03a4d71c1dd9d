//! What the loop does whatever the features are: synchronisation, findings in both ways, files, settings, faults.

use std::path::Path;

use kpi_lsp::HouseRules;
use lsp_server::{Message, Request, RequestId, Response};
use serde_json::{Value, json};

use crate::client::Client;

const GOOD: &str = "policy \"Live\" {\n  edition 1\n  currency CNY\n  period month\n}\n";

fn house(_: &Path) -> HouseRules {
    HouseRules::default()
}

fn uri(folder: &Path, name: &str) -> String {
    format!("file://{}/{name}", folder.display())
}

#[allow(clippy::needless_pass_by_value, reason = "made where it is given")]
fn start(capabilities: Value) -> (Client, Value) {
    Client::start_as(json!({ "capabilities": capabilities }), house)
}

/// A project of one good policy.
fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("kpi.toml"), "").unwrap();
    std::fs::write(folder.path().join("policy.kpi"), GOOD).unwrap();
    folder
}

fn edit(client: &Client, uri: &str, version: i32, [a, b, c, d]: [u32; 4], text: &str) {
    let range = json!({ "start": { "line": a, "character": b }, "end": { "line": c, "character": d } });
    let changes = json!([{ "range": range, "text": text }]);
    let document = json!({ "uri": uri, "version": version });
    client.tell("textDocument/didChange", json!({ "textDocument": document, "contentChanges": changes }));
}

fn names(client: &mut Client, uri: &str) -> Vec<String> {
    let answer = client.ask("textDocument/documentSymbol", json!({ "textDocument": { "uri": uri } }));
    let symbols = answer["result"].as_array().cloned().unwrap_or_default();
    symbols.iter().map(|s| s["name"].as_str().unwrap().to_owned()).collect()
}

fn codes(found: &Value) -> Vec<String> {
    found.as_array().unwrap().iter().map(|d| d["code"].as_str().unwrap().to_owned()).collect()
}

#[test]
pub fn edits_are_applied_in_the_columns_of_the_client() {
    let folder = tempfile::tempdir().unwrap();
    let uri = uri(folder.path(), "live.kpi");
    for (encoding, column) in [("utf-8", 20), ("utf-16", 14), ("utf-32", 13)] {
        let (mut client, answer) = start(json!({ "general": { "positionEncodings": [encoding] } }));
        assert_eq!(answer["result"]["capabilities"]["textDocumentSync"], 2);
        client.open(&uri, "dimension 😀主播 { a }\n");
        // Behind 😀主播: 10 + 4 + 6 bytes, 10 + 2 + 2 units, 10 + 1 + 2 characters.
        edit(&client, &uri, 2, [0, 10, 0, column], "host");
        assert_eq!(names(&mut client, &uri), ["host"], "{encoding}");
        client.stop();
    }
}

/// The place of a character as a client counts that knows nothing but its text.
fn place(text: &[char], at: usize, encoding: &str) -> Value {
    let (mut line, mut column) = (0, 0);
    for (i, c) in text.iter().take(at).enumerate() {
        if *c == '\n' {
            (line, column) = (line + 1, 0);
        } else if !(*c == '\r' && text.get(i + 1) == Some(&'\n')) {
            column += match encoding {
                "utf-8" => c.len_utf8(),
                "utf-16" => c.len_utf16(),
                _ => 1,
            };
        }
    }
    json!({ "line": line, "character": column })
}

/// What is known of a document, its own address left out.
fn all_that_is_said(client: &mut Client, uri: &str) -> Vec<Value> {
    let methods = ["documentSymbol", "semanticTokens/full", "foldingRange", "inlayHint", "diagnostic"];
    let range = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 999, "character": 0 } });
    let ask = |method: &&str| {
        let params = json!({ "textDocument": { "uri": uri }, "range": range });
        let mut answer = client.ask(&format!("textDocument/{method}"), params)["result"].clone();
        if let Some(members) = answer.as_object_mut() {
            members.remove("resultId");
        }
        serde_json::from_str(&answer.to_string().replace(uri, "here")).unwrap()
    };
    methods.iter().map(ask).collect()
}

#[test]
pub fn random_edits_leave_what_a_whole_text_gives() {
    const PIECES: [&str; 14] = [
        "\r\n",
        "\n",
        "😀",
        "𠮷",
        "主播",
        "，",
        "{",
        "}",
        "\"",
        " ",
        "// 注\r\n",
        "x",
        "dimension 岗位 { 主播 }\r\n",
        "indicator 成交 \"🎯\" {\r\n  公式 求和(live.gmv)\r\n}\r\n",
    ];
    let folder = tempfile::tempdir().unwrap();
    let start_text =
        format!("{GOOD}\r\nroster 员工 {{ id: text key }}\r\nsource live {{ who: -> 员工, gmv: money }}\r\n");
    let mut seed = 20_261_123_u64;
    let mut chance = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % below
    };
    for encoding in ["utf-8", "utf-16", "utf-32"] {
        let (mut client, _) = start(json!({
            "general": { "positionEncodings": [encoding] },
            "textDocument": { "diagnostic": {} },
        }));
        for case in 0..6 {
            let edited = uri(folder.path(), &format!("edited{case}.kpi"));
            client.open(&edited, &start_text);
            let mut text: Vec<char> = start_text.chars().collect();
            for version in 0..30 {
                let mut somewhere = || {
                    let at = chance(text.len() + 1);
                    // No editor has a place between the two characters of a line break.
                    if at > 0 && text[at - 1] == '\r' && text.get(at) == Some(&'\n') { at - 1 } else { at }
                };
                let a = somewhere();
                let b = if version % 3 == 0 { somewhere().clamp(a, a + 12).min(text.len()) } else { a };
                let b = if b > a && text[b - 1] == '\r' && text.get(b) == Some(&'\n') { b - 1 } else { b };
                let piece = PIECES[chance(PIECES.len())];
                let range = json!({ "start": place(&text, a, encoding), "end": place(&text, b, encoding) });
                let document = json!({ "uri": edited, "version": version + 2 });
                let changes = json!([{ "range": range, "text": piece }]);
                client.tell("textDocument/didChange", json!({ "textDocument": document, "contentChanges": changes }));
                text.splice(a..b, piece.chars());
            }
            let whole: String = text.iter().collect();
            let anew = uri(folder.path(), &format!("whole{case}.kpi"));
            client.open(&anew, &whole);
            assert_eq!(
                all_that_is_said(&mut client, &edited),
                all_that_is_said(&mut client, &anew),
                "{encoding}\n{whole}"
            );
        }
        client.stop();
    }
}

#[test]
pub fn a_client_that_asks_for_findings_is_not_sent_them() {
    let folder = project();
    let uri = uri(folder.path(), "more.kpi");
    let diagnostic = json!({ "relatedDocumentSupport": true });
    let (mut client, answer) = start(json!({ "textDocument": { "diagnostic": diagnostic } }));
    let announced = &answer["result"]["capabilities"]["diagnosticProvider"];
    assert_eq!(announced["workspaceDiagnostics"], true);
    client.open(&uri, "param a: count = 1\nparam a: count = 2\n");
    let ask = |client: &mut Client, previous: Value| {
        let params = json!({ "textDocument": { "uri": uri }, "identifier": announced["identifier"], "previousResultId": previous });
        client.ask("textDocument/diagnostic", params)["result"].clone()
    };
    let first = ask(&mut client, Value::Null);
    assert_eq!(first["kind"], "full");
    assert_eq!(codes(&first["items"]), ["K1004", "K1002", "K1004"]);
    let again = ask(&mut client, first["resultId"].clone());
    assert_eq!(again["kind"], "unchanged");
    assert_eq!(again["resultId"], first["resultId"]);

    let all = client.ask("workspace/diagnostic", json!({ "previousResultIds": [] }))["result"]["items"].clone();
    let kinds = |all: &Value| -> Vec<String> {
        all.as_array().unwrap().iter().map(|item| item["kind"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(kinds(&all), ["full", "full"]);
    let known = all[0]["resultId"].clone();
    let previous = json!([{ "uri": all[0]["uri"], "value": known }]);
    let all = client.ask("workspace/diagnostic", json!({ "previousResultIds": previous }))["result"]["items"].clone();
    assert_eq!(kinds(&all), ["unchanged", "full"]);

    // What becomes of other files comes along: without the second `policy` there is nothing wrong here.
    edit(&client, &uri, 2, [0, 0, 2, 0], GOOD);
    let changed = ask(&mut client, first["resultId"].clone());
    let related = changed["relatedDocuments"].as_object().unwrap();
    assert_eq!(related.len(), 1, "{changed}");
    assert!(client.connection.receiver.is_empty());
    client.stop();
}

#[test]
pub fn a_client_is_told_to_ask_again_when_the_whole_is_known() {
    let folder = project();
    let uri = uri(folder.path(), "policy.kpi");
    let (mut client, _) = start(json!({
        "textDocument": { "diagnostic": {} },
        "workspace": { "diagnostics": { "refreshSupport": true } },
    }));
    client.open(&uri, &format!("{GOOD}param a: count = 1\n"));
    let refresh = client.asked("workspace/diagnostic/refresh");
    client.reply(refresh, Value::Null);
    let found = client.ask("textDocument/diagnostic", json!({ "textDocument": { "uri": uri } }));
    assert_eq!(codes(&found["result"]["items"]), ["K1004"]);
    client.stop();
}

#[test]
pub fn what_is_taken_back_is_answered_once() {
    let folder = project();
    let uri = uri(folder.path(), "policy.kpi");
    let (mut client, _) = start(json!({ "textDocument": { "diagnostic": {} } }));
    // The findings are asked for before they can be known.
    let open = json!({ "uri": uri, "languageId": "kpi", "version": 1, "text": GOOD });
    client.tell("textDocument/didOpen", json!({ "textDocument": open }));
    let id = client.begin("textDocument/diagnostic", json!({ "textDocument": { "uri": uri } }));
    client.tell("$/cancelRequest", json!({ "id": 2 }));
    let answer = client.answer(&id);
    assert!(answer["error"]["code"] == -32800 || answer["result"]["kind"] == "full", "{answer}");
    // What is no longer, or was never there, is no harm.
    client.tell("$/cancelRequest", json!({ "id": 2 }));
    client.tell("$/cancelRequest", json!({ "id": "never" }));
    client.tell("$/cancelRequest", Value::Null);
    assert_eq!(names(&mut client, &uri), ["Live"]);
    client.stop();
}

#[test]
pub fn garbage_does_no_harm() {
    let folder = tempfile::tempdir().unwrap();
    let uri = uri(folder.path(), "live.kpi");
    let (mut client, _) = start(json!({}));
    client.open(&uri, GOOD);
    for method in
        ["textDocument/didOpen", "textDocument/didChange", "textDocument/didClose", "$/whatever", "initialized"]
    {
        for params in [Value::Null, json!([1, 2]), json!({ "textDocument": 5 }), json!("text")] {
            client.tell(method, params);
        }
    }
    edit(&client, "file:///never/opened.kpi", 3, [0, 0, 9, 9], "x");
    edit(&client, "untitled:Untitled-1", 3, [0, 0, 0, 0], "x");
    edit(&client, &uri, 3, [9, 9, 2, 2], "");
    let stray = Response::new_ok(RequestId::from(999), 5);
    client.connection.sender.send(Message::Response(stray)).unwrap();
    let request = Request { id: RequestId::from("own id".to_owned()), method: "kpi/unknown".into(), params: json!(5) };
    client.connection.sender.send(Message::Request(request)).unwrap();
    let answer = client.answer(&RequestId::from("own id".to_owned()));
    assert_eq!(answer["error"]["code"], -32601);
    let answer = client.ask("textDocument/documentSymbol", json!({ "textDocument": {} }));
    assert_eq!(answer["error"]["code"], -32602);
    let answer = client.ask("textDocument/documentSymbol", json!({ "textDocument": { "uri": "untitled:x" } }));
    assert_eq!(answer["result"], Value::Null);
    assert_eq!(names(&mut client, &uri), ["Live"]);
    client.stop();
}

#[test]
pub fn a_document_that_is_closed_while_it_is_asked_about_is_answered() {
    let folder = project();
    let uri = uri(folder.path(), "policy.kpi");
    let (mut client, _) = start(json!({}));
    let more: String = (0..500).map(|n| format!("param p{n}: count = {n}\n")).collect();
    client.open(&uri, &format!("{GOOD}{more}"));
    let id = client.begin("textDocument/documentSymbol", json!({ "textDocument": { "uri": uri } }));
    client.tell("textDocument/didClose", json!({ "textDocument": { "uri": uri } }));
    assert_eq!(client.answer(&id)["result"].as_array().unwrap().len(), 501);
    // What is on the disk counts again.
    assert_eq!(names(&mut client, &uri), ["Live"]);
    client.stop();
}

#[test]
pub fn files_and_projects_come_and_go() {
    let folder = project();
    let root = folder.path();
    let watching = json!({ "didChangeWatchedFiles": { "dynamicRegistration": true }, "workspaceFolders": true });
    let folders = json!([{ "uri": format!("file://{}", root.display()), "name": "x" }]);
    let (mut client, _) =
        Client::start_as(json!({ "capabilities": { "workspace": watching }, "workspaceFolders": folders }), house);
    let asked = client.asked("client/registerCapability");
    assert_eq!(asked.params["registrations"][0]["method"], "workspace/didChangeWatchedFiles");
    client.reply(asked, Value::Null);
    let changed = |client: &Client, name: &str, kind: u8| {
        let changes = json!([{ "uri": uri(root, name), "type": kind }]);
        client.tell("workspace/didChangeWatchedFiles", json!({ "changes": changes }));
    };
    // Nothing is open: the project of the folder is checked all the same.
    std::fs::write(root.join("more.kpi"), "param a: count = 1\n").unwrap();
    changed(&client, "more.kpi", 1);
    let found = client.findings();
    assert_eq!(
        (codes(&found["diagnostics"]), &found["uri"]),
        (vec!["K1004".to_owned()], &json!(uri(root, "more.kpi")))
    );
    assert_eq!(found["diagnostics"][0]["tags"], json!([1]));
    std::fs::remove_file(root.join("more.kpi")).unwrap();
    changed(&client, "more.kpi", 3);
    assert_eq!(client.findings()["diagnostics"], json!([]));
    // Without its `kpi.toml` a folder is no project: the file is one by itself, and nobody has it open.
    std::fs::write(root.join("policy.kpi"), "param a: count = 1\n").unwrap();
    changed(&client, "policy.kpi", 2);
    let codes = codes(&client.findings()["diagnostics"]);
    assert!(codes.contains(&"K1004".to_owned()), "{codes:?}");
    std::fs::remove_file(root.join("kpi.toml")).unwrap();
    changed(&client, "kpi.toml", 3);
    assert_eq!(client.findings()["diagnostics"], json!([]));
    client.stop();
}

#[test]
pub fn a_project_may_name_its_files_and_what_is_wrong_with_it_is_told_once() {
    let folder = project();
    let root = folder.path().to_owned();
    std::fs::write(root.join("draft.kpi"), "what is this\n").unwrap();
    let policies = vec![root.join("policy.kpi")];
    let rules = move |root: &Path| {
        let broken = std::fs::read_to_string(root.join("kpi.toml")).unwrap().contains("broken");
        let problem = broken.then(|| kpi_base::Text::verbatim("kpi.toml is broken"));
        kpi_lsp::Rules { policies: Some(policies.clone()), problem, ..kpi_lsp::Rules::default() }
    };
    let (mut client, _) = Client::start_as(json!({ "capabilities": {} }), rules);
    client.open(&uri(&root, "policy.kpi"), &format!("{GOOD}param a: count = 1\n"));
    let found = client.findings();
    assert_eq!(
        (codes(&found["diagnostics"]), &found["uri"]),
        (vec!["K1004".to_owned()], &json!(uri(&root, "policy.kpi")))
    );
    std::fs::write(root.join("kpi.toml"), "broken").unwrap();
    for _ in 0..2 {
        let changes = json!([{ "uri": uri(&root, "kpi.toml"), "type": 2 }]);
        client.tell("workspace/didChangeWatchedFiles", json!({ "changes": changes }));
        assert_eq!(names(&mut client, &uri(&root, "policy.kpi")), ["Live", "a"]);
    }
    assert_eq!(client.told("window/showMessage"), json!({ "type": 2, "message": "kpi.toml is broken" }));
    client.stop();
}

#[test]
pub fn folders_can_be_added() {
    let folder = project();
    std::fs::write(folder.path().join("more.kpi"), "param a: count = 1\n").unwrap();
    let (mut client, _) = start(json!({}));
    let added = json!([{ "uri": format!("file://{}", folder.path().display()), "name": "x" }]);
    client.tell("workspace/didChangeWorkspaceFolders", json!({ "event": { "added": added, "removed": [] } }));
    assert_eq!(codes(&client.findings()["diagnostics"]), ["K1004"]);
    client.tell("workspace/didChangeWorkspaceFolders", json!({ "event": { "added": [], "removed": added } }));
    assert_eq!(client.findings()["diagnostics"], json!([]));
    client.stop();
}

#[test]
pub fn settings_choose_the_language_and_the_pages() {
    let folder = project();
    let uri = uri(folder.path(), "policy.kpi");
    let workspace = json!({ "configuration": true, "didChangeConfiguration": { "dynamicRegistration": true } });
    let (mut client, _) = start(json!({ "workspace": workspace }));
    let asked = client.asked("workspace/configuration");
    assert_eq!(asked.params["items"][0]["section"], "kpi");
    client.reply(asked, json!([{}]));
    client.open(&uri, &format!("{GOOD}param a: count = 1\n"));
    let found = client.findings();
    let message = |found: &Value| found["diagnostics"][0]["message"].as_str().unwrap().to_owned();
    assert!(message(&found).starts_with("the parameter `a` is never used"), "{found}");
    assert_eq!(found["diagnostics"][0]["codeDescription"], Value::Null);
    client.tell("workspace/didChangeConfiguration", json!({ "settings": null }));
    let asked = client.asked("workspace/configuration");
    client.reply(asked, json!([{ "language": "zh", "pages": "https://house.example/pages/" }]));
    let found = client.findings();
    assert!(message(&found).contains("参数 `a`"), "{found}");
    assert_eq!(found["diagnostics"][0]["codeDescription"]["href"], "https://house.example/pages/zh/K1004.md");
    client.stop();
}

#[test]
pub fn the_first_analysis_shows_its_progress_where_it_takes_long() {
    let folder = project();
    let more: String = (0..3000).map(|n| format!("param p{n}: count = {n}\n")).collect();
    let (mut client, _) = start(json!({ "window": { "workDoneProgress": true } }));
    let mut tokens = Vec::new();
    // The other file is a policy by itself, and is analysed for a first time later.
    for place in [uri(folder.path(), "policy.kpi"), "file:///elsewhere/alone.kpi".to_owned()] {
        client.open(&place, &format!("{GOOD}{more}"));
        let asked = client.asked("window/workDoneProgress/create");
        let token = asked.params["token"].clone();
        client.reply(asked, Value::Null);
        let first = client.told("$/progress");
        assert_eq!(first["token"], token);
        assert_eq!(
            (&first["value"]["kind"], &first["value"]["title"]),
            (&json!("begin"), &json!("checking the policy"))
        );
        assert_eq!(client.told("$/progress")["value"]["kind"], "end");
        tokens.push(token);
    }
    assert_ne!(tokens[0], tokens[1], "a client has no two progresses of one name");
    client.stop();
}

#[test]
pub fn ten_megabytes_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let uri = uri(folder.path(), "live.kpi");
    let (mut client, _) = start(json!({}));
    let line = "// 主播考核制度的一行注释，很长很长很长很长很长很长很长很长很长很长\n";
    let text = format!("{GOOD}{}", line.repeat(10_000_000 / line.len() + 1));
    client.open(&uri, &text);
    edit(&client, &uri, 2, [0, 8, 0, 12], "Late");
    assert_eq!(names(&mut client, &uri), ["Late"]);
    client.stop();
}

#[test]
pub fn after_shutdown_only_exit_is_heard() {
    let (mut client, _) = start(json!({}));
    assert_eq!(client.ask("shutdown", Value::Null)["result"], Value::Null);
    assert_eq!(client.ask("textDocument/documentSymbol", json!({}))["error"]["code"], -32600);
    client.leave();
}
