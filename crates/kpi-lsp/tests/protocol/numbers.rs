//! Numbers beside the text, from a program that stands in for one that reads exports.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use kpi_lsp::HouseRules;
use serde_json::{Value, json};

use crate::client::Client;

const POLICY: &str = "policy \"Live\" {\n  edition 1\n  currency CNY\n  period month\n}\n
roster staff { id: text key }
source live { id: text key, host: -> staff, on: date time, watched: duration in seconds }
indicator watch \"观看\" {
  formula sum(live.watched)
  target ≥ 45s
}
scorecard host_card for staff { watch }
";

/// Does what `script` in the project says.
const PROGRAM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/program.sh");

/// A project with a program that answers `kpi numbers`.
struct Project {
    folder: tempfile::TempDir,
}

impl Project {
    /// `script` is what the program does; `answer.json` holds numbers in which `@N@` stands for values, and `$n` is how often the program was started.
    fn new(script: &str) -> Project {
        let folder = tempfile::tempdir().unwrap();
        let project = Project { folder };
        fs::write(project.path("kpi.toml"), "").unwrap();
        fs::write(project.path("live.kpi"), POLICY).unwrap();
        fs::write(project.path("sale.csv"), "id\n").unwrap();
        let spread: Vec<Value> = (0..5).map(|_| json!({ "value": "@N@", "shown": "@N@s" })).collect();
        let period =
            json!({ "period": "2026-10", "cards": 60, "met": 48, "missed": 12, "no_data": 0, "spread": spread });
        let numbers = json!({
            "policy": "Live", "from": "2026-10", "to": "2026-10", "scorecards": [], "incentives": [],
            "indicators": [{ "indicator": "watch", "scorecard": "host_card", "periods": [period] }],
            "inputs": [project.path("sale.csv")],
        });
        fs::write(project.path("answer.json"), numbers.to_string()).unwrap();
        let columns = "if [ $1 = columns ]; then cat columns.json; exit; fi\n";
        let text =
            format!("{columns}echo \"$@\" >> asked\ncat > stdin.$$\nmv stdin.$$ stdin\nn=$(wc -l < asked)\n{script}\n");
        fs::write(project.path("script"), text).unwrap();
        project
    }

    /// One that answers at once.
    fn quick() -> Project {
        Project::new("sed \"s/@N@/$((n))/g\" answer.json")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn uri(&self) -> String {
        format!("file://{}", self.path("live.kpi").display())
    }

    /// What the program was started with, a line a start.
    fn asked(&self) -> Vec<String> {
        let asked = fs::read_to_string(self.path("asked")).unwrap_or_default();
        asked.lines().map(str::to_owned).collect()
    }

    /// A client that has the policy open and takes refreshes.
    fn client(&self, settings: &Value) -> Client {
        let workspace = json!({ "inlayHint": { "refreshSupport": true }, "codeLens": { "refreshSupport": true } });
        let root = format!("file://{}", self.folder.path().display());
        let mut all = json!({ "numbers": { "program": PROGRAM } });
        all["numbers"].as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
        let params = json!({
            "capabilities": { "workspace": workspace },
            "locale": "en",
            "workspaceFolders": [{ "uri": root, "name": "live" }],
            "initializationOptions": all,
        });
        let (client, _) = Client::start_as(params, |_| HouseRules::default());
        client.open(&self.uri(), POLICY);
        client
    }
}

/// The client is told to ask again.
fn refreshed(client: &mut Client) {
    for method in ["workspace/inlayHint/refresh", "workspace/codeLens/refresh"] {
        let request = client.asked(method);
        client.reply(request, Value::Null);
    }
}

/// The hints of the document that come from exports.
fn hints(client: &mut Client, uri: &str) -> Vec<String> {
    let range = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 99, "character": 0 } });
    let answer = client.ask("textDocument/inlayHint", json!({ "textDocument": { "uri": uri }, "range": range }));
    let labels = answer["result"].as_array().unwrap().iter().map(|hint| hint["label"].as_str().unwrap().to_owned());
    labels.filter(|label| label.contains("2026-10")).collect()
}

fn hover(client: &mut Client, uri: &str) -> String {
    let line = POLICY.lines().position(|line| line.starts_with("indicator watch")).unwrap();
    let at = json!({ "textDocument": { "uri": uri }, "position": { "line": line, "character": 12 } });
    client.ask("textDocument/hover", at)["result"]["contents"]["value"].as_str().unwrap().to_owned()
}

fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(30), "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
pub fn a_changed_target_updates_them_and_until_then_they_are_marked() {
    let project = Project::quick();
    let uri = project.uri();
    let mut client = project.client(&json!({ "periods": 3, "environment": "test" }));
    refreshed(&mut client);
    assert_eq!(hints(&mut client, &uri), ["median 1s · 48 of 60 meet the target · 2026-10"]);
    let lenses = client.ask("textDocument/codeLens", json!({ "textDocument": { "uri": uri } }));
    let command = &lenses["result"][0]["command"];
    assert_eq!((&command["title"], &command["command"]), (&json!("12 of 60 below target"), &json!("kpi.run")));
    assert_eq!(command["arguments"][0], json!({ "uri": uri, "name": "watch" }));
    assert!(hover(&mut client, &uri).contains("| 2026-10 | 48 / 60 | 0 | 1s |"));
    let root = project.folder.path().canonicalize().unwrap();
    let expected = format!("numbers {} --unsaved --last 3 --lang en --env test", root.display());
    assert_eq!(project.asked(), [expected]);

    let changed = POLICY.replace("45", "50");
    client.change(&uri, &changed);
    assert_eq!(hints(&mut client, &uri), ["earlier: median 1s · 48 of 60 meet the target · 2026-10"]);
    refreshed(&mut client);
    assert_eq!(hints(&mut client, &uri), ["median 2s · 48 of 60 meet the target · 2026-10"]);
    // The text was not saved: the program was given it.
    let given: Value = serde_json::from_str(&fs::read_to_string(project.path("stdin")).unwrap()).unwrap();
    assert_eq!(given[project.path("live.kpi").to_str().unwrap()], changed);

    // What was answered once is not asked again.
    client.change(&uri, POLICY);
    refreshed(&mut client);
    assert_eq!(hints(&mut client, &uri), ["median 1s · 48 of 60 meet the target · 2026-10"]);
    assert_eq!(project.asked().len(), 2);
    client.stop();
}

#[test]
pub fn headers_and_values_of_exports_are_offered() {
    let project = Project::quick();
    let columns = json!({ "tables": { "live": [
        { "header": "watched", "samples": ["90000"] }, { "header": "kind", "samples": ["day", "夜间 😀"] },
    ] } });
    fs::write(project.path("columns.json"), columns.to_string()).unwrap();
    let uri = project.uri();
    let mut client = project.client(&json!({}));
    refreshed(&mut client);
    let mut offered = |text: &str| {
        let before = text.split("$0").next().unwrap();
        let line = before.matches('\n').count();
        let character = before.rsplit('\n').next().unwrap().encode_utf16().count();
        client.change(&uri, &text.replacen("$0", "", 1));
        // As an editor asks by itself once the quotation mark is there.
        let answer = client.ask(
            "textDocument/completion",
            json!({
                "textDocument": { "uri": uri },
                "position": { "line": line, "character": character },
                "context": { "triggerKind": 2, "triggerCharacter": "\"" },
            }),
        );
        let items = answer["result"]["items"].as_array().unwrap().iter();
        items.map(|item| item["label"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    // The columns come from a process of their own, which may end after the numbers.
    let watched = "watched: duration in seconds";
    let header = POLICY.replace(watched, &format!("{watched}, form: text from \"$0\""));
    let start = Instant::now();
    while offered(&header) != ["kind"] {
        assert!(start.elapsed() < Duration::from_secs(30));
    }
    let value = POLICY.replace(watched, &format!("{watched}, kind: text"));
    let value = value.replace("sum(live.watched)", "count(live where kind == \"$0\")");
    assert_eq!(offered(&value), ["day", "夜间 😀"]);
    client.stop();
}

#[test]
pub fn changed_exports_are_read_again() {
    let project = Project::quick();
    let uri = project.uri();
    let mut client = project.client(&json!({}));
    refreshed(&mut client);
    fs::write(project.path("sale.csv"), "id\nA\n").unwrap();
    // Of those that come only one is an export of this policy.
    let uri_of = |name: &str| format!("file://{}", project.path(name).display());
    let changes = ["plan.xlsx", "other.parquet", "sale.csv"].map(|name| json!({ "uri": uri_of(name), "type": 2 }));
    client.tell("workspace/didChangeWatchedFiles", json!({ "changes": changes }));
    refreshed(&mut client);
    assert_eq!(hints(&mut client, &uri), ["median 2s · 48 of 60 meet the target · 2026-10"]);
    client.stop();
}

#[test]
pub fn a_run_for_an_earlier_text_is_killed_and_holds_up_nothing() {
    // The first run would take a minute; the second answers.
    let project =
        Project::new("if [ $n = 1 ]; then echo $$ > pid; exec sleep 60; fi\nsed \"s/@N@/$((n))/g\" answer.json");
    let uri = project.uri();
    let mut client = project.client(&json!({}));
    wait_until("the program is started", || project.path("pid").exists());
    wait_until("the pid is written", || !fs::read_to_string(project.path("pid")).unwrap().trim().is_empty());
    let pid = fs::read_to_string(project.path("pid")).unwrap().trim().to_owned();
    assert_eq!(hints(&mut client, &uri), [""; 0]);
    assert!(hover(&mut client, &uri).contains("watch"));
    client.change(&uri, &POLICY.replace("45", "50"));
    refreshed(&mut client);
    assert_eq!(hints(&mut client, &uri), ["median 2s · 48 of 60 meet the target · 2026-10"]);
    wait_until("the first run is killed", || !Path::new("/proc").join(&pid).exists());
    client.stop();
}

#[test]
pub fn the_end_of_the_session_is_the_end_of_a_run() {
    let project = Project::new("echo $$ > pid; exec sleep 60");
    let client = project.client(&json!({}));
    wait_until("the program is started", || {
        fs::read_to_string(project.path("pid")).is_ok_and(|pid| !pid.trim().is_empty())
    });
    let pid = fs::read_to_string(project.path("pid")).unwrap().trim().to_owned();
    client.stop();
    wait_until("the run is killed", || !Path::new("/proc").join(&pid).exists());
}

#[test]
pub fn a_setting_turns_them_off_and_on() {
    let project = Project::quick();
    let uri = project.uri();
    let mut client = project.client(&json!({ "enabled": false }));
    client.findings();
    assert_eq!(hints(&mut client, &uri), [""; 0]);
    assert_eq!(project.asked(), [""; 0]);
    let set = |client: &Client, is_on: bool| {
        let settings = json!({ "kpi": { "numbers": { "enabled": is_on, "program": PROGRAM } } });
        client.tell("workspace/didChangeConfiguration", json!({ "settings": settings }));
    };
    set(&client, true);
    refreshed(&mut client);
    assert_eq!(hints(&mut client, &uri).len(), 1);
    set(&client, false);
    refreshed(&mut client);
    assert_eq!(hints(&mut client, &uri), [""; 0]);
    client.stop();
}

#[test]
pub fn a_policy_with_errors_is_not_run_and_its_numbers_are_those_of_before() {
    let project = Project::quick();
    let uri = project.uri();
    let mut client = project.client(&json!({}));
    refreshed(&mut client);
    client.change(&uri, &POLICY.replace("sum(live.watched)", "nothing"));
    // The findings of the whole analysis come last.
    while client.findings()["diagnostics"].as_array().unwrap().is_empty() {}
    assert_eq!(hints(&mut client, &uri), ["earlier: median 1s · 48 of 60 meet the target · 2026-10"]);
    assert_eq!(project.asked().len(), 1);
    client.stop();
}

#[test]
pub fn why_there_are_none_is_said_where_somebody_asks() {
    let finding = json!({ "findings": [{ "code": "K5010", "message": "no file matches `sale.csv`" }] }).to_string();
    let project = Project::new(&format!("echo '{finding}' >&2; exit 1"));
    let uri = project.uri();
    let mut client = project.client(&json!({}));
    refreshed(&mut client);
    let said = hover(&mut client, &uri);
    assert!(said.contains("*no new numbers: K5010: no file matches `sale.csv`*"), "{said}");
    assert_eq!(hints(&mut client, &uri), [""; 0]);
    client.stop();

    let project = Project::quick();
    let uri = project.uri();
    let mut client = project.client(&json!({ "program": "/nowhere/kpi" }));
    refreshed(&mut client);
    let said = hover(&mut client, &uri);
    assert!(said.contains("cannot be started") && said.contains("kpi.numbers.program"), "{said}");
    client.stop();
}
