//! What is announced in lists: every sign behind which an editor asks by itself, every kind of action, every colour.

use serde_json::{Value, json};

use crate::client::Client;
use crate::show::open;

/// The character before a place of a text with `$0`.
fn before(text: &str) -> String {
    text.split("$0").next().unwrap().chars().next_back().unwrap().to_string()
}

fn announced(answer: &Value, pointer: &str) -> Vec<String> {
    let list = answer.pointer(&format!("/result/capabilities/{pointer}")).unwrap();
    list.as_array().unwrap().iter().map(|sign| sign.as_str().unwrap().to_owned()).collect()
}

/// The answer of a request that an editor makes because a character was typed.
fn typed(text: &str, method: &str) -> (String, Value) {
    let (mut client, _, uri, at) = open(text, "en");
    let context = json!({ "triggerKind": 2, "triggerCharacter": before(text), "isRetrigger": false });
    let params = json!({ "textDocument": { "uri": uri }, "position": at, "context": context });
    let answer = client.ask(method, params)["result"].clone();
    client.stop();
    (before(text), answer)
}

#[test]
pub fn choices_come_behind_each_sign() {
    let cases = [
        ("indicator x { formula sum(live.$0) }\n", "gmv"),
        ("roster shop { id: text key, of: ->$0 }\n", "staff"),
        ("test \"t\" {\n  staff | id | stage |\n        | A1 |$0\n}\n", "mature"),
    ];
    let mut signs = Vec::new();
    for (text, offered) in cases {
        let (sign, answer) = typed(text, "textDocument/completion");
        let labels: Vec<_> = answer["items"].as_array().unwrap().iter().map(|item| item["label"].clone()).collect();
        assert!(labels.contains(&json!(offered)), "behind {sign}: {labels:?}");
        signs.push(sign);
    }
    // What comes behind a quotation mark is of exports: `numbers::headers_and_values_of_exports_are_offered`.
    signs.push("\"".to_owned());
    let (client, answer, ..) = open("", "en");
    assert_eq!(signs, announced(&answer, "completionProvider/triggerCharacters"));
    client.stop();
}

#[test]
pub fn signatures_come_behind_each_sign() {
    let mut signs = Vec::new();
    for text in ["clamp($0)", "clamp(1,$0)", "clamp（$0）", "clamp(1，$0)"] {
        let text = format!("indicator x {{ formula {text} }}\n");
        let (sign, answer) = typed(&text, "textDocument/signatureHelp");
        assert_eq!(answer["signatures"][0]["label"], "clamp(x, low, high)", "{text}");
        assert_eq!(answer["activeParameter"], u8::from(sign == "," || sign == "，"), "{text}");
        signs.push(sign);
    }
    let (client, answer, ..) = open("", "en");
    assert_eq!(signs, announced(&answer, "signatureHelpProvider/triggerCharacters"));
    client.stop();
}

#[test]
pub fn each_sign_is_put_into_style_as_it_is_typed() {
    let cases = [
        ("dimension a{b}$0\n", "dimension a { b }"),
        ("indicator x {\n$0formula 1\n}\n", "  "),
        ("dimension a { b，$0 c }\n", ","),
        ("param a：$0 count = 1\n", ":"),
        ("indicator x { formula sum（$0 }\n", "("),
        ("indicator x { formula sum(live.gmv）$0 }\n", ")"),
        ("dimension a ｛$0 b }\n", "{"),
        // A brace that closes nothing yet is only made narrow.
        ("indicator x { target by stage { mature: ≥ 1 ｝$0\n", "}"),
        ("param a: count ＝$0 1\n", "="),
        ("indicator x { formula count(live where gmv ＞$0 1) }\n", ">"),
        ("indicator x { formula count(live where gmv ＜$0 1) }\n", "<"),
        ("test \"t\" {\n  live ｜$0 id\n}\n", "|"),
        ("param a: ratio = 5％$0\n", "%"),
    ];
    let mut signs = Vec::new();
    for (text, becomes) in cases {
        let (mut client, _, uri, at) = open(text, "en");
        let options = json!({ "tabSize": 2, "insertSpaces": true });
        let params = json!({ "textDocument": { "uri": uri }, "position": at, "ch": before(text), "options": options });
        let answer = client.ask("textDocument/onTypeFormatting", params);
        assert_eq!(answer["result"][0]["newText"], becomes, "{text}");
        signs.push(before(text));
        client.stop();
    }
    let (client, answer, ..) = open("", "en");
    let provider = &answer["result"]["capabilities"]["documentOnTypeFormattingProvider"];
    let first = provider["firstTriggerCharacter"].as_str().unwrap().to_owned();
    let more = announced(&answer, "documentOnTypeFormattingProvider/moreTriggerCharacter");
    assert_eq!(signs, [vec![first], more].concat());
    client.stop();
}

/// The actions at the mark, of one kind if it is named.
fn actions(text: &str, only: Option<&str>) -> Vec<Value> {
    let (mut client, _, uri, at) = open(text, "en");
    let context = match only {
        Some(kind) => json!({ "diagnostics": [], "only": [kind] }),
        None => json!({ "diagnostics": [] }),
    };
    let params = json!({ "textDocument": { "uri": uri }, "range": { "start": at, "end": at }, "context": context });
    let found = client.ask("textDocument/codeAction", params)["result"].as_array().unwrap().clone();
    client.stop();
    found
}

/// What the one edit of an action puts in.
fn put_in(action: &Value) -> String {
    let changes = action["edit"]["changes"].as_object().unwrap();
    let edits = changes.values().next().unwrap().as_array().unwrap();
    edits.iter().map(|edit| edit["newText"].as_str().unwrap()).collect::<Vec<_>>().join("|")
}

#[test]
pub fn a_number_is_made_a_parameter() {
    let text = "indicator x { formula count(live where gmv > 5$00元) }\n";
    let found = actions(text, Some("refactor.extract"));
    assert_eq!(found[0]["kind"], "refactor.extract");
    assert!(put_in(&found[0]).contains("50元"), "{found:#?}");
}

#[test]
pub fn a_test_is_written_for_a_target() {
    let text = "indicator x { formula count(live), target ≥$0 3 }\nscorecard card for staff { x weight 100% }\n";
    let found = actions(text, Some("refactor.rewrite"));
    assert_eq!(found[0]["kind"], "refactor.rewrite");
    assert!(put_in(&found[0]).contains("test \""), "{found:#?}");
}

#[test]
pub fn all_safe_changes_are_one_action() {
    let text = "// kpi: allow(K4301) one\n$0dimension a { b }\n// kpi: allow(K4301) two\ndimension c { d }\n";
    let found = actions(text, Some("source.fixAll"));
    assert_eq!(found[0]["kind"], "source.fixAll.kpi");
    assert_eq!(put_in(&found[0]).matches('|').count(), 1, "two comments go: {found:#?}");
    // It is not offered to who has not asked for it.
    assert!(actions(text, None).iter().all(|action| action["kind"] != "source.fixAll.kpi"));
}

#[test]
pub fn every_colour_is_used() {
    let more = "use std.survey
scale points { unit \"分\" }
param bar: count = 3
goal growth \"增长\"
/// 主播 🎯
indicator 成交 { formula nps(1, 2, 3) + twice(bar) + count(live), target ≥ 5, supports growth }
function twice(x: count): count = x × 2
scorecard card for staff { 成交 weight 100%, veto late when 成交 > 3 }
";
    let (mut client, answer, uri, _) = open(more, "en");
    let types = announced(&answer, "semanticTokensProvider/legend/tokenTypes");
    let marks = announced(&answer, "semanticTokensProvider/legend/tokenModifiers");
    let params = json!({ "textDocument": { "uri": uri } });
    let data = client.ask("textDocument/semanticTokens/full", params)["result"]["data"].clone();
    let data: Vec<u64> = data.as_array().unwrap().iter().map(|number| number.as_u64().unwrap()).collect();
    for (place, name) in types.iter().enumerate() {
        assert!(data.chunks(5).any(|token| token[3] == place as u64), "no word is a `{name}`");
    }
    for (bit, name) in marks.iter().enumerate() {
        assert!(data.chunks(5).any(|token| token[4] >> bit & 1 == 1), "no word is marked as `{name}`");
    }
    client.stop();
}

#[test]
pub fn the_baseline_is_read_again_when_it_changes() {
    use kpi_base::codes;
    use kpi_lint::{Level, Settings};
    use kpi_lsp::HouseRules;

    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().to_owned();
    std::fs::write(root.join("kpi.toml"), "").unwrap();
    let rules = |root: &std::path::Path| {
        let known = root.join("kpi-baseline.json").exists();
        let levels = vec![(codes::names::UNUSED, if known { Level::Allow } else { Level::Warn })];
        HouseRules { settings: Settings { levels, ..Settings::default() }, baseline: None }
    };
    let (mut client, _) = Client::start_as(json!({ "capabilities": {} }), rules);
    let uri = |name: &str| format!("file://{}/{name}", root.display());
    client.open(&uri("policy.kpi"), &format!("{}param p: count = 1\n", crate::show::POLICY));
    let has = |found: &Value| found["diagnostics"].as_array().unwrap().iter().any(|d| d["code"] == "K1004");
    assert!(has(&client.findings()));
    std::fs::write(root.join("kpi-baseline.json"), "{}").unwrap();
    let changes = json!([{ "uri": uri("kpi-baseline.json"), "type": 1 }]);
    client.tell("workspace/didChangeWatchedFiles", json!({ "changes": changes }));
    assert!(!has(&client.findings()));
    client.stop();
}
