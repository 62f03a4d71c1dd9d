//! Numbers for editors from the binary itself: texts on stdin, and the server that starts itself once more to read exports.
#![cfg(feature = "engine")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a helper of a test may fail it")]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

/// The sample of `kpi init`: a shop with two sellers.
fn shop() -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let done = Command::new(env!("CARGO_BIN_EXE_kpi")).arg("init").current_dir(folder.path()).output().unwrap();
    assert!(done.status.success());
    let mut policies = glob::glob(&format!("{}/**/*.kpi", folder.path().display())).unwrap();
    let policy = policies.next().unwrap().unwrap();
    (folder, policy)
}

/// The policy with targets of its first indicator that nobody reaches.
fn out_of_reach(text: &str) -> String {
    assert!(text.contains("≥ 1000 EUR") && text.contains("≥ 2000 EUR"), "{text}");
    text.replace("≥ 1000 EUR", "≥ 900000 EUR").replace("≥ 2000 EUR", "≥ 900000 EUR")
}

fn met_of(numbers: &Value) -> u64 {
    let periods = numbers["indicators"][0]["periods"].as_array().unwrap();
    periods.last().unwrap()["met"].as_u64().unwrap()
}

#[test]
fn texts_on_stdin_win_over_those_on_disk() {
    let (folder, policy) = shop();
    let numbers = |unsaved: Value| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kpi"));
        command.args(["numbers", "--unsaved"]).current_dir(folder.path()).env("KPI_LANG", "en");
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(unsaved.to_string().as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    };
    let read = |unsaved: Value| serde_json::from_slice::<Value>(&numbers(unsaved).stdout).unwrap();
    let text = fs::read_to_string(&policy).unwrap();
    let saved = met_of(&read(json!({})));
    assert!(saved > 0, "the sample has somebody who meets the target");
    assert_eq!(met_of(&read(json!({ policy.to_str().unwrap(): out_of_reach(&text) }))), 0);
    assert_eq!(met_of(&read(json!({ policy.to_str().unwrap(): text }))), saved);
    // A file that was never saved is part of the policy, and a faulty one is told.
    let new = folder.path().join("policy/new.kpi");
    let broken = numbers(json!({ new.to_str().unwrap(): "indicator x { formula nothing }\n" }));
    assert_eq!(broken.status.code(), Some(1));
    assert!(String::from_utf8(broken.stderr).unwrap().contains("new.kpi"));
    let wrong = numbers(json!([1]));
    assert_eq!((wrong.status.code(), wrong.stdout.len()), (Some(2), 0));
}

/// A session with `kpi lsp`.
struct Session {
    child: Arc<Mutex<Child>>,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    last: i64,
}

impl Session {
    fn start(folder: &Path) -> Session {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kpi"));
        let mut child =
            command.arg("lsp").current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (to, from) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        let child = Arc::new(Mutex::new(child));
        // Who waits for what never comes is told that the server has ended.
        let own = child.clone();
        thread::spawn(move || {
            thread::sleep(Duration::from_secs(60));
            let _ = own.lock().unwrap().kill();
        });
        Session { child, to, from, last: 0 }
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        write!(self.to, "Content-Length: {}\r\n\r\n{text}", text.len()).unwrap();
        self.to.flush().unwrap();
    }

    fn tell(&mut self, method: &str, params: &Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    fn ask(&mut self, method: &str, params: &Value) -> Value {
        self.last += 1;
        let id = self.last;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        self.next(|message| message["id"] == id && message.get("method").is_none())["result"].take()
    }

    /// The next message of a kind; requests of the server are answered with nothing.
    fn next(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let mut length = 0;
            loop {
                let mut line = String::new();
                assert!(self.from.read_line(&mut line).unwrap() > 0, "the server has ended");
                match line.trim().split_once(": ") {
                    Some(("Content-Length", n)) => length = n.parse().unwrap(),
                    Some(_) => {}
                    None => break,
                }
            }
            let mut body = vec![0; length];
            self.from.read_exact(&mut body).unwrap();
            let message: Value = serde_json::from_slice(&body).unwrap();
            if message.get("method").is_some() && message.get("id").is_some() {
                self.send(&json!({ "jsonrpc": "2.0", "id": message["id"], "result": null }));
            }
            if wanted(&message) {
                return message;
            }
        }
    }

    fn refreshed(&mut self) {
        self.next(|message| message["method"] == "workspace/inlayHint/refresh");
    }
}

#[test]
fn the_server_shows_what_the_exports_come_to() {
    let (folder, policy) = shop();
    let mut session = Session::start(folder.path());
    let uri = |path: &Path| format!("file://{}", path.canonicalize().unwrap().display());
    session.ask(
        "initialize",
        &json!({
            "capabilities": { "workspace": { "inlayHint": { "refreshSupport": true } } },
            "locale": "en",
            "workspaceFolders": [{ "uri": uri(folder.path()), "name": "shop" }],
        }),
    );
    session.tell("initialized", &json!({}));
    let text = fs::read_to_string(&policy).unwrap();
    let uri = uri(&policy);
    let document = json!({ "uri": uri, "languageId": "kpi", "version": 1, "text": text });
    session.tell("textDocument/didOpen", &json!({ "textDocument": document }));
    session.refreshed();
    let hints = |session: &mut Session| {
        let range = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 999, "character": 0 } });
        let answer = session.ask("textDocument/inlayHint", &json!({ "textDocument": { "uri": uri }, "range": range }));
        let labels = answer.as_array().unwrap().iter().map(|hint| hint["label"].as_str().unwrap().to_owned());
        labels.filter(|label| label.contains("2026-10")).collect::<Vec<_>>()
    };
    let before = hints(&mut session);
    assert!(before.iter().any(|hint| hint.contains("meet the target")), "{before:?}");
    let change = json!([{ "text": out_of_reach(&text) }]);
    let changed = json!({ "textDocument": { "uri": uri, "version": 2 }, "contentChanges": change });
    session.tell("textDocument/didChange", &changed);
    assert!(hints(&mut session).iter().all(|hint| hint.starts_with("earlier: ")));
    session.refreshed();
    let after = hints(&mut session);
    assert!(after.iter().any(|hint| hint.contains(" 0 of ")), "{after:?}");
    session.ask("shutdown", &Value::Null);
    session.tell("exit", &Value::Null);
    assert!(session.child.lock().unwrap().wait().unwrap().success());
}
