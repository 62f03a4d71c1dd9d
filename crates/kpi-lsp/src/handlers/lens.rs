//! `textDocument/codeLens`: what the exports come to, and what can be started from a declaration. The commands `kpi.run`, `kpi.why` and `kpi.test` are the
//! editor's; each is given one object: `uri`, `name`, and for tests `test` or `tests`.

use kpi_base::{Text, text};
use kpi_ide::lens::{self, Does};
use kpi_ide::numbers;
use lsp_types::{CodeLens, CodeLensParams, Command};
use serde_json::{Value, json};

use super::Answer;
use crate::context::Context;

/// The setting `kpi.lenses` turns them off.
pub fn lenses(context: &Context, params: CodeLensParams) -> Answer<Option<Vec<CodeLens>>> {
    let Some(document) = &context.document else { return Ok(None) };
    if context.settings.get("lenses").and_then(Value::as_bool) == Some(false) {
        return Ok(Some(Vec::new()));
    }
    let snapshot = &document.snapshot;
    let uri = params.text_document.uri.as_str();
    // What the exports come to stands before what can be started; it starts the run that shows it in full.
    let said = document.figures.iter().flat_map(|figures| numbers::lines(snapshot, document.file, figures));
    let said = said.map(|line| {
        let argument = json!({ "uri": uri, "name": line.name });
        let title = context.say(&line.title);
        let command = Command { title, command: "kpi.run".to_owned(), arguments: Some(vec![argument]) };
        CodeLens { range: context.range(snapshot, line.span), command: Some(command), data: None }
    });
    let lenses = lens::lenses(snapshot, document.file).into_iter().map(|lens| {
        let (title, command, argument): (Text, &str, Value) = match lens.does {
            Does::Run(name) => (text!("run"), "kpi.run", json!({ "uri": uri, "name": name })),
            Does::Why(name) => (text!("why"), "kpi.why", json!({ "uri": uri, "name": name })),
            Does::Test(name) => (text!("run the test"), "kpi.test", json!({ "uri": uri, "test": name })),
            Does::Tests(name, tests) => {
                let title = match tests.len() {
                    1 => text!("1 test"),
                    n => text!("{n} tests", n),
                };
                let places: Vec<Value> = tests
                    .iter()
                    .filter_map(|(file, test)| {
                        Some(json!({ "uri": context.uri(snapshot, *file)?.as_str(), "test": test }))
                    })
                    .collect();
                // Who takes one test only takes the first, and of several the file of the first.
                let first = places.first();
                let part = |part: &str| first.and_then(|first| first.get(part)).cloned().unwrap_or_default();
                let mut argument = json!({ "uri": part("uri"), "of": name, "tests": places });
                if let (Some(members), 1) = (argument.as_object_mut(), tests.len()) {
                    members.insert("test".to_owned(), part("test"));
                }
                (title, "kpi.test", argument)
            }
        };
        let command =
            Command { title: context.say(&title), command: command.to_owned(), arguments: Some(vec![argument]) };
        CodeLens { range: context.range(snapshot, lens.span), command: Some(command), data: None }
    });
    Ok(Some(said.chain(lenses).collect()))
}
