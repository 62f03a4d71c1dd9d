//! What the editor shows and offers, asked for as an editor does.

use kpi_lsp::HouseRules;
use serde_json::{Value, json};

use crate::client::Client;

pub const POLICY: &str = "policy \"Live\" {\n  edition 1\n  currency CNY\n  period month\n}\n
dimension stage ordered { startup \"新手期\", mature }
roster staff { id: text key, stage: stage }
source live \"直播\" { id: text key, host: -> staff, on: date time, gmv: money from \"成交额\" ≥ 0 }
";

/// A client that has opened the policy and more behind it, and the place in the text of a `$0`.
pub fn open(more: &str, locale: &str) -> (Client, Value, String, Value) {
    let uri = "file:///show/live.kpi".to_owned();
    let (mut client, answer) =
        Client::start_as(json!({ "capabilities": {}, "locale": locale }), |_| HouseRules::default());
    let text = format!("{POLICY}{more}");
    let at = text.find("$0").unwrap_or_default();
    let before = text.split_at(at).0;
    let line = before.matches('\n').count();
    let character = before.rsplit('\n').next().unwrap().encode_utf16().count();
    client.open(&uri, &text.replacen("$0", "", 1));
    client.findings();
    (client, answer, uri, json!({ "line": line, "character": character }))
}

#[test]
pub fn a_hover_speaks_the_language_of_the_user() {
    for (locale, said) in [("en", "the sum of 成交额 of 直播"), ("zh-CN", "直播的成交额之和")] {
        let (mut client, answer, uri, at) =
            open("indicator sal$0es { formula sum(live.gmv) }\nscorecard card for staff { sales watch }\n", locale);
        assert_eq!(answer["result"]["capabilities"]["hoverProvider"], true);
        let answer = client.ask("textDocument/hover", json!({ "textDocument": { "uri": uri }, "position": at }));
        let value = answer["result"]["contents"]["value"].as_str().unwrap();
        assert!(value.contains(said), "{value}");
        client.stop();
    }
}

#[test]
pub fn completions_and_what_is_said_of_them() {
    let (mut client, answer, uri, at) = open("indicator x { formula count(live where host.stage == $0) }\n", "zh");
    assert_eq!(answer["result"]["capabilities"]["completionProvider"]["resolveProvider"], true);
    let place = json!({ "textDocument": { "uri": uri }, "position": at });
    let answer = client.ask("textDocument/completion", place);
    let items = answer["result"]["items"].as_array().unwrap();
    let labels: Vec<_> = items.iter().map(|item| item["label"].as_str().unwrap()).collect();
    assert_eq!(labels, ["mature", "startup"]);
    assert_eq!(items[1]["filterText"], "startup 新手期 xinshouqi xsq");
    assert_eq!(items[1]["textEdit"]["range"], json!({ "start": at, "end": at }));
    let resolved = client.ask("completionItem/resolve", items[1].clone());
    assert_eq!(resolved["result"]["documentation"], "新手期 · startup\n\nstage 的成员");
    client.stop();
}

#[test]
pub fn actions_mend_findings_and_come_by_kind() {
    let (mut client, answer, uri, at) = open("param un$0used: count = 5  // x\nparam x：count ＝ 5\n", "en");
    let kinds = answer["result"]["capabilities"]["codeActionProvider"]["codeActionKinds"].as_array().unwrap();
    assert!(kinds.contains(&json!("source.fixAll.kpi")));
    let mut ask = |context: Value| {
        let params = json!({ "textDocument": { "uri": uri }, "range": { "start": at, "end": at }, "context": context });
        client.ask("textDocument/codeAction", params)["result"].clone()
    };
    let told = json!({ "range": { "start": at, "end": at }, "code": "K1004", "message": "" });
    let found = ask(json!({ "diagnostics": [told] }));
    assert_eq!(found[0]["title"], "accept K1004 here, with a reason", "{found:#}");
    assert_eq!(found[0]["diagnostics"][0], told);
    assert_eq!(found[0]["edit"]["changes"][&uri][0]["newText"], "// kpi: allow(K1004) say here why\n");
    let found = ask(json!({ "diagnostics": [], "only": ["source"] }));
    assert_eq!(found[0]["kind"], "source.normalizePunctuation.kpi");
    let edits = found[0]["edit"]["changes"][&uri].as_array().unwrap();
    assert_eq!(edits.iter().map(|edit| edit["newText"].as_str().unwrap()).collect::<Vec<_>>(), [":", "="]);
    client.stop();
}

#[test]
pub fn a_signature_while_its_call_is_written() {
    let (mut client, answer, uri, at) = open("indicator x { formula sum(live.gmv where $0) }\n", "en");
    assert!(answer["result"]["capabilities"]["signatureHelpProvider"]["triggerCharacters"].is_array());
    let place = json!({ "textDocument": { "uri": uri }, "position": at });
    let found = client.ask("textDocument/signatureHelp", place)["result"].clone();
    assert_eq!(found["signatures"][0]["label"], "sum(x via … dated … where … needs n)");
    assert_eq!(found["activeParameter"], 3);
    client.stop();
}

#[test]
pub fn hints_and_lenses() {
    let more = "indicator sold { formula sum(live.gmv), target ≥ 5元 }\nscorecard card for staff { sold weight 100% }
test \"one\" {\n  period 2026-10\n  expect card[A].sold.met is missing\n}\n";
    let (mut client, answer, uri, _) = open(more, "en");
    let capabilities = &answer["result"]["capabilities"];
    assert_eq!(capabilities["inlayHintProvider"], true);
    assert_eq!(capabilities["codeLensProvider"]["resolveProvider"], false);
    let range = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 99, "character": 0 } });
    let document = json!({ "uri": uri });
    let hints = client.ask("textDocument/inlayHint", json!({ "textDocument": document, "range": range }));
    let labels: Vec<_> = hints["result"].as_array().unwrap().iter().map(|hint| hint["label"].clone()).collect();
    assert_eq!(labels, [": money", "Σ 100% · each month"]);
    assert_eq!(hints["result"][0]["position"], json!({ "line": 9, "character": 14 }));
    let lenses = client.ask("textDocument/codeLens", json!({ "textDocument": document }));
    let titles: Vec<_> = lenses["result"].as_array().unwrap().iter().map(|l| l["command"]["title"].clone()).collect();
    assert_eq!(titles, ["run", "why", "1 test", "run", "why", "1 test", "run the test"]);
    let command = &lenses["result"][5]["command"];
    assert_eq!(command["command"], "kpi.test");
    assert_eq!(command["arguments"][0]["test"], "one");
    assert_eq!(command["arguments"][0]["uri"], uri);
    client.stop();
}

#[test]
pub fn colours_whole_by_change_and_of_a_range() {
    let (mut client, answer, uri, at) = open("param 上限: count = $05\n", "en");
    let legend = &answer["result"]["capabilities"]["semanticTokensProvider"]["legend"]["tokenTypes"];
    let place = |name: &str| legend.as_array().unwrap().iter().position(|own| own == name).unwrap();
    let document = json!({ "uri": uri });
    let whole = client.ask("textDocument/semanticTokens/full", json!({ "textDocument": document }))["result"].clone();
    let data = whole["data"].as_array().unwrap();
    // `上限` is two UTF-16 units long, six behind the word before it, and declares a parameter.
    let tail = &data[data.len() - 15..];
    assert_eq!(tail[..5], json!([0, 6, 2, place("constant"), 1]).as_array().unwrap()[..]);
    let same = json!({ "textDocument": document, "previousResultId": whole["resultId"] });
    let same = client.ask("textDocument/semanticTokens/full/delta", same)["result"].clone();
    assert_eq!(same["edits"], json!([]));
    let text = format!("{POLICY}param 上限: count = 55\n");
    client.change(&uri, &text);
    let changed = json!({ "textDocument": document, "previousResultId": same["resultId"] });
    let changed = client.ask("textDocument/semanticTokens/full/delta", changed)["result"].clone();
    let edit = json!({ "start": data.len() - 5, "deleteCount": 5, "data": [0, 8, 2, place("number"), 0] });
    assert_eq!(changed["edits"], json!([edit]));
    let unknown = json!({ "textDocument": document, "previousResultId": "of another session" });
    let unknown = client.ask("textDocument/semanticTokens/full/delta", unknown)["result"].clone();
    assert_eq!(unknown["data"].as_array().unwrap().len(), data.len());
    let range = json!({ "start": at, "end": { "line": 99, "character": 0 } });
    let part = client.ask("textDocument/semanticTokens/range", json!({ "textDocument": document, "range": range }));
    assert_eq!(part["result"]["data"].as_array().unwrap().len(), 5);
    client.stop();
}

#[test]
pub fn what_is_typed_and_a_stretch_are_formatted() {
    let (mut client, answer, uri, at) = open("dimension role{host，$0buyer}\n", "en");
    let capabilities = &answer["result"]["capabilities"];
    assert_eq!(capabilities["documentRangeFormattingProvider"], true);
    assert_eq!(capabilities["documentOnTypeFormattingProvider"]["firstTriggerCharacter"], "}");
    let options = json!({ "tabSize": 2, "insertSpaces": true });
    let document = json!({ "uri": uri });
    let typed = json!({ "textDocument": document, "position": at, "ch": "，", "options": options });
    let typed = client.ask("textDocument/onTypeFormatting", typed);
    assert_eq!(typed["result"][0]["newText"], ",");
    let range = json!({ "textDocument": document, "range": { "start": at, "end": at }, "options": options });
    let range = client.ask("textDocument/rangeFormatting", range);
    assert_eq!(range["result"][0]["newText"], "dimension role { host, buyer }");
    client.stop();
}
