//! Going through policies and renaming, asked for as an editor does.

use std::path::Path;

use kpi_lsp::HouseRules;
use serde_json::{Value, json};

use crate::client::Client;

const DATA: &str = "policy \"Live\" {\n  edition 1\n  currency CNY\n  period month\n}\n
dimension stage { startup \"新手期\", mature }
roster staff { id: text key, stage: stage }
source live \"直播\" { id: text key, host: -> staff, on: date time, gmv: money from \"成交额\" }
";

const CARDS: &str = "indicator 销售额 { formula sum(live.gmv) }
indicator watched = std.live.watch_time(live { watched = gmv })
scorecard card for staff where stage == mature { 销售额 watch }
";

/// A project of two files, opened; its capabilities and the URI of the file with the cards.
#[allow(clippy::needless_pass_by_value, reason = "made where it is given")]
fn open(capabilities: Value) -> (tempfile::TempDir, Client, Value, String) {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    std::fs::write(root.join("kpi.toml"), "[sources]\nlive = \"live.csv\"\n").unwrap();
    std::fs::write(root.join("data.kpi"), DATA).unwrap();
    std::fs::write(root.join("cards.kpi"), CARDS).unwrap();
    let settings = json!({ "library": root.join("library") });
    let params = json!({ "capabilities": capabilities, "initializationOptions": settings });
    let (mut client, answer) = Client::start_as(params, |_| HouseRules::default());
    let uri = format!("file://{}/cards.kpi", root.display());
    client.open(&uri, CARDS);
    client.findings();
    (folder, client, answer["result"]["capabilities"].clone(), uri)
}

/// The parameters of a question about the place behind a text of the cards.
fn at(uri: &str, before: &str) -> Value {
    let end = CARDS.find(before).unwrap() + before.len();
    let line = CARDS[..end].matches('\n').count();
    let character = CARDS[..end].rsplit('\n').next().unwrap().encode_utf16().count();
    json!({ "textDocument": { "uri": uri }, "position": { "line": line, "character": character } })
}

/// Each range with the file's name: `cards.kpi 0:10-0:13`.
fn show(place: &Value) -> String {
    let uri = place["uri"].as_str().or(place["targetUri"].as_str()).unwrap_or_default();
    let range = if place["range"].is_null() { &place["targetSelectionRange"] } else { &place["range"] };
    let point = |point: &Value| format!("{}:{}", point["line"], point["character"]);
    format!("{} {}-{}", uri.rsplit('/').next().unwrap(), point(&range["start"]), point(&range["end"]))
}

fn shown(places: &Value) -> Vec<String> {
    places.as_array().unwrap_or_else(|| panic!("{places}")).iter().map(show).collect()
}

#[test]
pub fn names_lead_to_other_files_and_into_the_library() {
    let link = json!({ "textDocument": { "definition": { "linkSupport": true } } });
    for capabilities in [json!({}), link] {
        let (_folder, mut client, announced, uri) = open(capabilities);
        assert_eq!(announced["definitionProvider"], true);
        let found = client.ask("textDocument/definition", at(&uri, "sum(live.g"));
        assert_eq!(shown(&found["result"]), ["data.kpi 8:64-8:67"]);
        let found = client.ask("textDocument/definition", at(&uri, "std.live.watch"));
        let place = &found["result"][0];
        assert!(show(place).starts_with("live.kpi "), "{place}");
        let module = place["uri"].as_str().or(place["targetUri"].as_str()).unwrap().strip_prefix("file://").unwrap();
        let text = std::fs::read_to_string(module).unwrap();
        assert!(text.contains("indicator watch_time(s: session)"));
        assert!(std::fs::metadata(module).unwrap().permissions().readonly());
        // What the editor opens of the library is no policy that lacks something.
        client.open(&format!("file://{module}"), &text);
        let nothing = client.ask("textDocument/definition", at(&uri, "ind"));
        assert_eq!(nothing["result"], Value::Null);
        client.stop();
    }
}

#[test]
pub fn a_file_of_the_library_can_be_read_on() {
    let (folder, mut client, _, uri) = open(json!({}));
    let found = client.ask("textDocument/definition", at(&uri, "std.live.watch"))["result"][0].clone();
    let module = found["uri"].clone();
    let text = std::fs::read_to_string(module.as_str().unwrap().strip_prefix("file://").unwrap()).unwrap();
    client.open(module.as_str().unwrap(), &text);
    let place = json!({ "textDocument": { "uri": module }, "position": found["range"]["start"] });
    let said = client.ask("textDocument/hover", place.clone())["result"]["contents"]["value"].clone();
    assert!(said.as_str().unwrap().contains("平均停留时长"), "{said}");
    // From there on to the policy that uses it, and to what the module itself names.
    let mut asked = place;
    asked["context"] = json!({ "includeDeclaration": true });
    let used = client.ask("textDocument/references", asked);
    assert!(shown(&used["result"]).contains(&"cards.kpi 1:29-1:39".to_owned()), "{used}");
    let (line, column) = {
        let line = text.lines().position(|line| line.contains("watch_time(s: session)")).unwrap();
        let before = text.lines().nth(line).unwrap().split("session").next().unwrap();
        (line, before.encode_utf16().count())
    };
    let place = json!({ "textDocument": { "uri": module }, "position": { "line": line, "character": column } });
    let shape = client.ask("textDocument/definition", place);
    assert!(shown(&shape["result"])[0].starts_with("live.kpi "), "{shape}");
    let outline = client.ask("textDocument/documentSymbol", json!({ "textDocument": { "uri": module } }));
    let names: Vec<_> = outline["result"].as_array().unwrap().iter().map(|symbol| symbol["name"].clone()).collect();
    assert!(names.contains(&json!("watch_time")), "{names:?}");
    // Nobody is told anything of it, and nobody can change it.
    let mut asked = json!({ "textDocument": { "uri": module }, "position": found["range"]["start"] });
    asked["newName"] = json!("other");
    assert!(client.ask("textDocument/rename", asked)["error"].is_object());
    // Here the library lies within the project, whose policy it is not: not when it is closed, and not when files are looked for.
    client.tell("textDocument/didClose", json!({ "textDocument": { "uri": module } }));
    std::fs::write(folder.path().join("late.kpi"), "param late: count = 1\n").unwrap();
    let changed = [&module, &json!(uri.replace("cards.kpi", "kpi.toml"))].map(|uri| json!({ "uri": uri, "type": 2 }));
    client.tell("workspace/didChangeWatchedFiles", json!({ "changes": changed }));
    // The project is read anew once what is new in it is found.
    while client.ask("workspace/symbol", json!({ "query": "late" }))["result"] == json!([]) {}
    let own = client.ask("workspace/symbol", json!({ "query": "watch_time" }));
    assert_eq!(own["result"], json!([]), "{own}");
    client.stop();
}

#[test]
pub fn types_references_and_highlights() {
    let (_folder, mut client, announced, uri) = open(json!({}));
    assert_eq!(announced["typeDefinitionProvider"], true);
    let found = client.ask("textDocument/typeDefinition", at(&uri, "where st"));
    assert_eq!(shown(&found["result"]), ["data.kpi 6:10-6:15"]);

    assert_eq!(announced["referencesProvider"], true);
    let mut params = at(&uri, "{ 销售");
    params["context"] = json!({ "includeDeclaration": true });
    let found = client.ask("textDocument/references", params.clone());
    assert_eq!(shown(&found["result"]), ["cards.kpi 0:10-0:13", "cards.kpi 2:49-2:52"]);
    params["context"] = json!({ "includeDeclaration": false });
    let found = client.ask("textDocument/references", params);
    assert_eq!(shown(&found["result"]), ["cards.kpi 2:49-2:52"]);

    assert_eq!(announced["documentHighlightProvider"], true);
    let found = client.ask("textDocument/documentHighlight", at(&uri, "{ 销售"));
    let kinds: Vec<_> = found["result"].as_array().unwrap().iter().map(|found| found["kind"].clone()).collect();
    assert_eq!(kinds, [json!(3), json!(2)]);
    client.stop();
}

#[test]
pub fn a_renaming_reaches_all_files_and_the_bindings() {
    let prepared = json!({ "textDocument": { "rename": { "prepareSupport": true } } });
    let (_folder, mut client, announced, uri) = open(prepared);
    assert_eq!(announced["renameProvider"], json!({ "prepareProvider": true }));
    let found = client.ask("textDocument/prepareRename", at(&uri, "sum(li"));
    assert_eq!(found["result"]["placeholder"], "live");
    let refused = client.ask("textDocument/prepareRename", at(&uri, "std.live.watch"));
    let why = refused["error"]["message"].as_str().unwrap();
    assert_eq!(why, "`watch_time` is of the standard library, which is not yours to change");

    let mut params = at(&uri, "sum(li");
    params["newName"] = json!("直播");
    let found = client.ask("textDocument/rename", params.clone());
    let changes = found["result"]["changes"].as_object().unwrap();
    let of = |name: &str| {
        let (_, edits) = changes.iter().find(|(uri, _)| uri.ends_with(name)).unwrap();
        edits.as_array().unwrap().iter().map(|e| format!("{}{}", show(e), e["newText"])).collect::<Vec<_>>()
    };
    assert_eq!(of("kpi.toml"), [" 1:0-1:4\"\\\"直播\\\"\""]);
    assert_eq!(of("data.kpi"), [" 8:7-8:11\"直播\""]);
    assert_eq!(of("cards.kpi"), [" 0:28-0:32\"直播\"", " 1:40-1:44\"直播\""]);

    params["newName"] = json!("staff");
    let refused = client.ask("textDocument/rename", params);
    assert_eq!(refused["error"]["message"], "the name `staff` is taken: data.kpi, line 8");
    client.stop();
}

#[test]
pub fn a_client_that_takes_versioned_changes_gets_them() {
    let capabilities = json!({ "workspace": { "workspaceEdit": { "documentChanges": true } } });
    let (folder, mut client, announced, uri) = open(capabilities);
    assert_eq!(announced["renameProvider"], true);
    let mut params = at(&uri, "indicator 销");
    params["newName"] = json!("sales 2");
    let found = client.ask("textDocument/rename", params);
    let changes = &found["result"]["documentChanges"];
    assert_eq!(changes.as_array().unwrap().len(), 1);
    assert_eq!(changes[0]["edits"][1]["newText"], "`sales 2`");
    assert!(Path::new(folder.path()).exists());
    client.stop();
}

#[test]
pub fn the_outline_has_what_is_in_declarations_and_symbols_are_found_in_all_files() {
    let (_folder, mut client, announced, uri) = open(json!({}));
    let data = uri.replace("cards.kpi", "data.kpi");
    client.open(&data, DATA);
    let found = client.ask("textDocument/documentSymbol", json!({ "textDocument": { "uri": data } }));
    let live = &found["result"][3];
    assert_eq!((live["name"].as_str(), live["detail"].as_str()), (Some("live"), Some("直播")));
    let columns: Vec<_> = live["children"].as_array().unwrap().iter().map(|c| c["name"].as_str().unwrap()).collect();
    assert_eq!(columns, ["id", "host", "on", "gmv"]);
    assert_eq!(live["children"][3]["kind"], 8);

    assert_eq!(announced["workspaceSymbolProvider"], true);
    let found = client.ask("workspace/symbol", json!({ "query": "直" }));
    assert_eq!(found["result"][0]["name"], "live");
    assert_eq!(show(&found["result"][0]["location"]), "data.kpi 8:7-8:11");
    let found = client.ask("workspace/symbol", json!({ "query": "销" }));
    assert_eq!(found["result"][0]["name"], "销售额");
    client.stop();
}

#[test]
pub fn indicators_are_followed_to_cards_and_entries() {
    let (_folder, mut client, announced, uri) = open(json!({}));
    assert_eq!(announced["callHierarchyProvider"], true);
    let found = client.ask("textDocument/prepareCallHierarchy", at(&uri, "indicator 销"));
    let item = found["result"][0].clone();
    assert_eq!(item["name"], "销售额");
    let found = client.ask("callHierarchy/incomingCalls", json!({ "item": item }));
    assert_eq!(found["result"][0]["from"]["name"], "card");
    assert_eq!(found["result"][0]["fromRanges"][0]["start"], json!({ "line": 2, "character": 49 }));
    let card = found["result"][0]["from"].clone();
    let found = client.ask("callHierarchy/outgoingCalls", json!({ "item": card }));
    assert_eq!(found["result"][0]["to"]["name"], "销售额");
    client.stop();
}

#[test]
pub fn texts_fold_grow_and_lead_elsewhere() {
    let (folder, mut client, announced, _) = open(json!({}));
    let uri = format!("file://{}/more.kpi", folder.path().display());
    client.open(&uri, "use std.survey\n// a\n// b\nindicator x {\n  formula max(\n    1,\n    2\n  )\n}\n");
    let document = json!({ "uri": uri });
    assert_eq!(announced["foldingRangeProvider"], true);
    let found = client.ask("textDocument/foldingRange", json!({ "textDocument": document }));
    let lines: Vec<_> = found["result"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| (f["startLine"].clone(), f["endLine"].clone(), f["kind"].clone()))
        .collect();
    assert_eq!(
        lines,
        [(json!(1), json!(2), json!("comment")), (json!(3), json!(7), Value::Null), (json!(4), json!(6), Value::Null)]
    );

    assert_eq!(announced["selectionRangeProvider"], true);
    let place = json!({ "line": 5, "character": 4 });
    let found = client.ask("textDocument/selectionRange", json!({ "textDocument": document, "positions": [place] }));
    let smallest = &found["result"][0];
    assert_eq!(smallest["range"]["end"], json!({ "line": 5, "character": 5 }));
    assert!(smallest["parent"]["parent"].is_object(), "{smallest}");

    assert_eq!(announced["documentLinkProvider"], json!({ "resolveProvider": false }));
    let found = client.ask("textDocument/documentLink", json!({ "textDocument": document }));
    assert!(found["result"][0]["target"].as_str().unwrap().ends_with("/survey.kpi"), "{found}");
    assert_eq!(found["result"][0]["range"]["end"], json!({ "line": 0, "character": 14 }));
    client.stop();
}
