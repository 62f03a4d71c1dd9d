//! What is announced, value by value, and which messages exercise it. A value that nothing here knows is exercised by nothing, so that whoever
//! announces more has to say how it is used and to use it.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::client::{Client, Said, said};
use crate::features::FEATURES;

/// A value of what is announced, by the names that lead to it; those of a list have one name.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Announced {
    path: String,
    value: Value,
}

/// The single values of what is announced. What is `false` is not.
fn values(path: &str, value: &Value, out: &mut Vec<Announced>) {
    match value {
        Value::Null | Value::Bool(false) => {}
        Value::Object(members) => {
            let before = out.len();
            for (name, value) in members {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                values(&path, value, out);
            }
            // Whatever is in it, that it is there is announced as well.
            if out.len() == before {
                out.push(Announced { path: path.to_owned(), value: json!({}) });
            }
        }
        Value::Array(list) => list.iter().for_each(|value| values(path, value, out)),
        _ => out.push(Announced { path: path.to_owned(), value: value.clone() }),
    }
}

/// What is announced to an editor, and registered with it as soon as it is there.
fn announced_to(profile: &str) -> (Value, Vec<Announced>) {
    let mut first: Value = serde_json::from_str(profile).unwrap();
    first["workspaceFolders"] = json!([{ "uri": "file:///nowhere", "name": "nowhere" }]);
    let (mut client, answer) = Client::start_as(first, |_| kpi_lsp::HouseRules::default());
    // What is asked for when a session begins comes before the answer to this.
    client.ask("workspace/symbol", json!({ "query": "" }));
    client.stop();
    let capabilities = answer["result"]["capabilities"].clone();
    let mut out = Vec::new();
    values("", &capabilities, &mut out);
    for said in said() {
        if let Said::Heard { method, params } = said
            && method == "client/registerCapability"
        {
            for registration in params["registrations"].as_array().unwrap() {
                let name = format!("register {}", registration["method"].as_str().unwrap());
                out.push(Announced { path: name.clone(), value: json!(true) });
                values(&name, &registration["registerOptions"], &mut out);
            }
        }
    }
    (capabilities, out)
}

/// Whether an answer is one that an editor could show.
fn is_useful(answer: &Value) -> bool {
    match &answer["result"] {
        Value::Null => false,
        Value::Array(list) => !list.is_empty(),
        Value::Object(members) if members.contains_key("relatedDocuments") => true,
        Value::Object(members) => match members.get("items").or(members.get("signatures")) {
            Some(Value::Array(list)) => !list.is_empty(),
            _ => !members.is_empty(),
        },
        _ => true,
    }
}

/// What tests have said.
pub struct Traffic(pub Vec<Said>);

impl Traffic {
    /// The parameters and the useful answers of a method.
    fn asked<'a>(&'a self, wanted: &'a str) -> impl Iterator<Item = (&'a Value, &'a Value)> {
        self.0.iter().filter_map(move |said| match said {
            Said::Asked { method, params, answer: Some(answer), .. } if method == wanted && is_useful(answer) => {
                Some((params, &answer["result"]))
            }
            _ => None,
        })
    }

    fn told<'a>(&'a self, wanted: &'a str) -> impl Iterator<Item = &'a Value> {
        self.0.iter().filter_map(move |said| match said {
            Said::Told { method, params } if method == wanted => Some(params),
            _ => None,
        })
    }

    /// Whether a message of a method went from one side to the other, a request of the client with a useful answer.
    pub fn has(&self, method: &str) -> bool {
        let heard = |said: &Said| matches!(said, Said::Heard { method: own, .. } if own == method);
        let refused = |said: &Said| matches!(said, Said::Asked { method: own, answer: Some(answer), .. } if own == method && method == "shutdown" && answer.get("error").is_none());
        self.asked(method).next().is_some()
            || self.told(method).next().is_some()
            || self.0.iter().any(|said| heard(said) || refused(said))
    }

    /// Whether a text was changed in the columns of an encoding, behind the first of a line.
    fn edited_in(&self, encoding: &Value) -> bool {
        let mut agreed = Value::Null;
        self.0.iter().any(|said| match said {
            Said::Asked { method, answer: Some(answer), .. } if method == "initialize" => {
                agreed = answer["result"]["capabilities"]["positionEncoding"].clone();
                false
            }
            Said::Told { method, params } if method == "textDocument/didChange" => {
                let column = &params["contentChanges"][0]["range"]["end"]["character"];
                agreed == *encoding && column.as_u64().is_some_and(|column| column > 0)
            }
            _ => false,
        })
    }

    /// Whether what was announced was used; `None` where nobody has said how it could be.
    fn exercises(&self, announced: &Announced, capabilities: &Value) -> Option<bool> {
        let Announced { path, value } = announced;
        let behind = |method| self.asked(method).any(|(params, _)| params["context"]["triggerCharacter"] == *value);
        let used = match path.as_str() {
            "positionEncoding" => self.edited_in(value),
            // 2: texts come whole when they are opened, and then as changes of ranges.
            "textDocumentSync" => {
                let mut changes = self.told("textDocument/didChange");
                *value == 2 && changes.any(|params| params["contentChanges"][0]["range"].is_object())
            }
            "completionProvider.resolveProvider" => self.has("completionItem/resolve"),
            "completionProvider.triggerCharacters" => behind("textDocument/completion"),
            "signatureHelpProvider.triggerCharacters" => behind("textDocument/signatureHelp"),
            "documentOnTypeFormattingProvider.firstTriggerCharacter"
            | "documentOnTypeFormattingProvider.moreTriggerCharacter" => {
                self.asked("textDocument/onTypeFormatting").any(|(params, _)| params["ch"] == *value)
            }
            "codeActionProvider.codeActionKinds" => self
                .asked("textDocument/codeAction")
                .flat_map(|(_, answer)| answer.as_array().into_iter().flatten())
                .any(|action| action["kind"] == *value),
            "semanticTokensProvider.legend.tokenTypes" => self.painted(capabilities, "tokenTypes", value, |token, place| token[3] == place),
            "semanticTokensProvider.legend.tokenModifiers" => self.painted(capabilities, "tokenModifiers", value, |token, bit| token[4] >> bit & 1 == 1),
            "semanticTokensProvider.full.delta" => self.asked("textDocument/semanticTokens/full/delta").any(|(_, answer)| answer["edits"].is_array()),
            "semanticTokensProvider.range" => self.has("textDocument/semanticTokens/range"),
            "diagnosticProvider.identifier" => self.asked("textDocument/diagnostic").any(|(params, _)| params["identifier"] == *value),
            "diagnosticProvider.interFileDependencies" => {
                self.asked("textDocument/diagnostic").any(|(_, answer)| answer["relatedDocuments"].is_object())
            }
            "diagnosticProvider.workspaceDiagnostics" => self.has("workspace/diagnostic"),
            "renameProvider" => self.has("textDocument/rename"),
            "renameProvider.prepareProvider" => self.has("textDocument/prepareRename") && self.has("textDocument/rename"),
            "callHierarchyProvider" => ["textDocument/prepareCallHierarchy", "callHierarchy/incomingCalls", "callHierarchy/outgoingCalls"].iter().all(|m| self.has(m)),
            "codeLensProvider" | "codeLensProvider.resolveProvider" => self.has("textDocument/codeLens"),
            "documentLinkProvider" => self.has("textDocument/documentLink"),
            "workspaceSymbolProvider" => self.has("workspace/symbol"),
            "documentFormattingProvider" => self.has("textDocument/formatting"),
            "documentRangeFormattingProvider" => self.has("textDocument/rangeFormatting"),
            // A capability whose method has its name.
            "hoverProvider" | "definitionProvider" | "typeDefinitionProvider" | "referencesProvider" | "documentHighlightProvider"
            | "documentSymbolProvider" | "foldingRangeProvider" | "selectionRangeProvider" | "inlayHintProvider" => {
                self.has(&format!("textDocument/{}", path.trim_end_matches("Provider")))
            }
            "workspace.workspaceFolders.supported" => {
                self.asked("initialize").any(|(params, _)| params["workspaceFolders"][0]["uri"].is_string())
            }
            "workspace.workspaceFolders.changeNotifications" | "register workspace/didChangeWorkspaceFolders" => {
                self.told("workspace/didChangeWorkspaceFolders").next().is_some()
            }
            "register workspace/didChangeWatchedFiles" => self.told("workspace/didChangeWatchedFiles").next().is_some(),
            "register workspace/didChangeWatchedFiles.watchers.globPattern" => {
                let changes = || self.told("workspace/didChangeWatchedFiles").flat_map(|params| params["changes"].as_array().into_iter().flatten());
                let has = |ending: &str| changes().any(|change| change["uri"].as_str().is_some_and(|uri| uri.ends_with(ending)));
                endings(value.as_str()?).iter().all(|ending| has(ending))
            }
            "register workspace/didChangeConfiguration" => self.told("workspace/didChangeConfiguration").next().is_some(),
            "register workspace/didChangeConfiguration.section" => self.0.iter().any(|said| {
                matches!(said, Said::Heard { method, params } if method == "workspace/configuration" && params["items"][0]["section"] == *value)
            }),
            _ => return None,
        };
        Some(used)
    }

    /// Whether a word had a colour or a mark of a list of the legend.
    fn painted(&self, capabilities: &Value, list: &str, name: &Value, is_it: fn(&[u64], u64) -> bool) -> bool {
        let legend = &capabilities["semanticTokensProvider"]["legend"][list];
        let Some(place) = legend.as_array().and_then(|list| list.iter().position(|own| own == name)) else {
            return false;
        };
        self.asked("textDocument/semanticTokens/full").any(|(_, answer)| {
            let data: Vec<u64> = answer["data"].as_array().into_iter().flatten().filter_map(Value::as_u64).collect();
            data.chunks_exact(5).any(|token| is_it(token, place as u64))
        })
    }
}

/// How the files end that a pattern is of: `.csv` and `.xlsx`, of `**/*.{csv,xlsx}`.
fn endings(pattern: &str) -> Vec<String> {
    let ending = pattern.trim_start_matches("**/").trim_start_matches('*');
    match ending.split_once('{') {
        Some((before, choices)) => {
            choices.trim_end_matches('}').split(',').map(|one| format!("{before}{one}")).collect()
        }
        None => vec![ending.to_owned()],
    }
}

/// What the tests of each row say, each in a session of its own.
fn traffic() -> Vec<(&'static str, Traffic)> {
    let rows: Vec<_> = FEATURES
        .iter()
        .map(|row| {
            let tests: Vec<fn()> = row.tests.iter().map(|(_, test)| *test).collect();
            let run = move || {
                tests.iter().for_each(|test| test());
                said()
            };
            (row, std::thread::spawn(run))
        })
        .collect();
    rows.into_iter()
        .map(|(row, run)| (row.id, Traffic(run.join().unwrap_or_else(|_| panic!("{} fails", row.id)))))
        .collect()
}

const PROFILES: [(&str, &str); 4] = [
    ("VS Code", include_str!("../../../../tests/editors/clients/vscode.json")),
    ("Neovim", include_str!("../../../../tests/editors/clients/neovim.json")),
    ("Emacs", include_str!("../../../../tests/editors/clients/emacs.json")),
    ("a client that says nothing of itself", "{ \"capabilities\": {} }"),
];

#[test]
fn what_is_promised_and_announced_is_exercised() {
    let rows = traffic();
    let mut complaints = BTreeSet::new();
    for (row, (id, said)) in FEATURES.iter().zip(&rows) {
        assert_eq!(row.id, *id);
        for method in row.methods.iter().filter(|method| !said.has(method)) {
            complaints.insert(format!("feature {id}: its tests get nothing by `{method}`"));
        }
    }
    let all = Traffic(rows.into_iter().flat_map(|(_, traffic)| traffic.0).collect());
    let mut looked_at = 0;
    for (editor, profile) in PROFILES {
        let (capabilities, values) = announced_to(profile);
        for announced in values {
            looked_at += 1;
            let Announced { path, value } = &announced;
            match all.exercises(&announced, &capabilities) {
                Some(true) => {}
                Some(false) => drop(
                    complaints
                        .insert(format!("{editor} is announced `{path}`: {value}, and no test of a feature uses it")),
                ),
                None => drop(complaints.insert(format!(
                    "{editor} is announced `{path}`: {value}, and `exercised.rs` does not say what uses it"
                ))),
            }
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.into_iter().collect::<Vec<_>>().join("\n"));
    // Some sixty values for each editor.
    assert!(looked_at > 200, "{looked_at}");
}

#[test]
fn what_nobody_uses_is_seen() {
    let nothing = Traffic(Vec::new());
    let mut found = Vec::new();
    values(
        "",
        &json!({ "hoverProvider": true, "codeLensProvider": { "resolveProvider": false }, "x": ["a"] }),
        &mut found,
    );
    let shown: Vec<_> = found.iter().map(|a| (a.path.as_str(), nothing.exercises(a, &Value::Null))).collect();
    assert_eq!(endings("**/*.{csv,xlsx}"), [".csv", ".xlsx"]);
    assert_eq!(shown, [("hoverProvider", Some(false)), ("codeLensProvider", Some(false)), ("x", None)]);
}
