//! docs/editor.md, written from the table of features and from the tests that name one in a comment.
//!
//! `// feature: hover, completion` stands above a test of `kpi-ide` with a `$0` fixture, and at the place of a client's test
//! that uses the feature, in whatever way its language writes comments.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::features::{FEATURES, Feature};

/// The clients, with where their tests are.
const CLIENTS: [(&str, &str); 4] = [
    ("Neovim", "tests/editors/neovim.lua"),
    ("Emacs", "tests/editors/emacs.el"),
    ("pytest-lsp", "tests/editors/pytest"),
    ("vscode-jsonrpc", "tests/editors/jsonrpc"),
];

const HEAD: &str = "# The editor, feature by feature

What `kpi lsp` does for an editor, and where each feature is tested. How to set an editor up is said in [editors](../editors/README.md).

Every feature is asked for over the protocol (*end to end*, in [crates/kpi-lsp/tests/protocol](../crates/kpi-lsp/tests/protocol)). What those
tests say to the server is kept: a capability that is announced to VS Code, Neovim or Emacs and that no test exercises fails `cargo test`,
and so does a row whose tests do not get a useful answer by its methods. Real clients ask once more, in
[tests/editors/run](../tests/editors/run): Neovim and Emacs, Python's pytest-lsp as VS Code, Neovim and Emacs, and Microsoft's vscode-jsonrpc;
what they say is held against the features that they name.

This page is written from the tests: `INSTA_UPDATE=always cargo test -p kpi-lsp --test protocol page::`.
";

const POLICIES: &str = "
## Of policies

Each is a function of [kpi-ide](../crates/kpi-ide), tested there on a text with `$0` where the cursor stands.

| feature | methods | on a `$0` fixture | end to end | clients |
|---|---|---|---|---|
";

const SESSION: &str = "
## Of the session

The server's own: no policy is looked into.

| feature | methods | end to end | clients |
|---|---|---|---|
";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The features that a line names, if it is a comment that names some.
fn named(line: &str) -> Option<Vec<String>> {
    let line = line.trim();
    let comment = ["//", "--", ";;", "#"].iter().find_map(|mark| line.strip_prefix(mark))?;
    let ids = comment.trim().strip_prefix("feature: ")?;
    Some(ids.split(',').map(|id| id.trim().to_owned()).collect())
}

/// The files of a folder, or a file, whose tests these are.
fn files(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_owned()];
    }
    let mut entries: Vec<PathBuf> = std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    let is_foreign =
        |path: &PathBuf| path.ends_with("node_modules") || path.ends_with("snapshots") || path.ends_with("__pycache__");
    let is_test = |path: &PathBuf| {
        path.is_dir() || path.extension().is_some_and(|e| ["rs", "py", "mjs", "ts"].iter().any(|own| e == *own))
    };
    entries.into_iter().filter(|path| !is_foreign(path) && is_test(path)).flat_map(|path| files(&path)).collect()
}

/// A test that names a feature.
struct Marked {
    /// Its place below the root.
    path: String,
    name: String,
    /// Its text up to the next test.
    body: String,
}

/// The tests of `kpi-ide` by the features that they name.
fn fixtures() -> BTreeMap<String, Vec<Marked>> {
    let mut found: BTreeMap<String, Vec<Marked>> = BTreeMap::new();
    let crate_root = root().join("crates/kpi-ide");
    for file in ["src", "tests"].iter().flat_map(|folder| files(&crate_root.join(folder))) {
        let text = std::fs::read_to_string(&file).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        for (at, line) in lines.iter().enumerate() {
            let Some(ids) = named(line) else { continue };
            let body: Vec<&str> = lines[at + 2..].iter().take_while(|line| line.trim() != "#[test]").copied().collect();
            let name = body[0].trim().strip_prefix("fn ").filter(|_| lines[at + 1].trim() == "#[test]");
            let name = name.unwrap_or_else(|| panic!("{}: no test follows {line}", file.display()));
            let path = file.strip_prefix(&crate_root).unwrap().display().to_string();
            for id in ids {
                found.entry(id).or_default().push(Marked {
                    path: path.clone(),
                    name: name.split('(').next().unwrap().to_owned(),
                    body: body.join("\n"),
                });
            }
        }
    }
    found
}

/// The clients whose tests name a feature.
fn clients() -> BTreeMap<String, Vec<&'static str>> {
    let mut found: BTreeMap<String, Vec<&'static str>> = BTreeMap::new();
    for (label, place) in CLIENTS {
        for file in files(&root().join(place)) {
            for id in std::fs::read_to_string(file).unwrap().lines().filter_map(named).flatten() {
                let of = found.entry(id).or_default();
                if !of.contains(&label) {
                    of.push(label);
                }
            }
        }
    }
    found
}

fn list<T>(all: &[T], show: impl Fn(&T) -> String) -> String {
    all.iter().map(show).collect::<Vec<_>>().join("<br>")
}

fn row(feature: &Feature, marked: &[Marked], clients: &[&str]) -> String {
    let methods = list(feature.methods, |method| format!("`{method}`"));
    let tests = list(feature.tests, |(name, _)| {
        let (module, test) = name.split_once("::").unwrap();
        format!("[{test}](../crates/kpi-lsp/tests/protocol/{module}.rs)")
    });
    let marked = list(marked, |m| format!("[{}](../crates/kpi-ide/{})", m.name, m.path));
    let marked = if feature.of_policies { format!(" {marked} |") } else { String::new() };
    let clients = clients.iter().map(|client| format!("[{client}]")).collect::<Vec<_>>().join(", ");
    let Feature { id, name, does, .. } = feature;
    format!("| <a id=\"{id}\"></a>**{name}**: {does} | {methods} |{marked} {tests} | {clients} |\n")
}

#[test]
fn the_page_says_what_is_tested() {
    let (mut marked, mut clients) = (fixtures(), clients());
    let mut complaints = Vec::new();
    let (mut policies, mut session) = (String::new(), String::new());
    for feature in FEATURES {
        let own = marked.remove(feature.id).unwrap_or_default();
        if feature.of_policies == own.is_empty() {
            complaints.push(format!("{}: it has {} tests in kpi-ide", feature.id, own.len()));
        }
        for test in own.iter().filter(|test| !test.body.contains("$0")) {
            complaints.push(format!("{}: {} has no `$0`", feature.id, test.name));
        }
        let by = clients.remove(feature.id).unwrap_or_default();
        if by.is_empty() {
            complaints.push(format!("{}: no client in tests/editors names it", feature.id));
        }
        let page = if feature.of_policies { &mut policies } else { &mut session };
        page.push_str(&row(feature, &own, &by));
    }
    complaints.extend(marked.into_keys().chain(clients.into_keys()).map(|id| format!("there is no feature {id}")));
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));

    let mut page = String::new();
    let _ = writeln!(page, "{HEAD}{POLICIES}{policies}{SESSION}{session}");
    for (client, place) in CLIENTS {
        let _ = writeln!(page, "[{client}]: ../{place}");
    }
    let path = root().join("docs/editor.md");
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        std::fs::write(&path, &page).unwrap();
    }
    assert!(
        std::fs::read_to_string(&path).unwrap_or_default() == page,
        "docs/editor.md is not what the tests say: INSTA_UPDATE=always cargo test -p kpi-lsp --test protocol page::"
    );
}
