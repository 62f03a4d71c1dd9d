//! Every entry of the library is sound by itself, says what it must, and its examples come out, as the naive interpreter has it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use kpi_base::{Diagnostic, Files};
use kpi_check::entries::{Alone, alone, examples};
use kpi_check::model::{Claim, Model, Test};
use kpi_stdlib::MODULES;
use kpi_syntax::ast;
use kpi_testkit::{Data, interpret};
use kpi_value::{Dec, Value};

/// What each entry must say besides its formula, its label and an example.
const NOTES: [&str; 6] = ["en", "counting", "data", "stage", "process", "kind"];

/// The modules, each by itself.
fn modules() -> Vec<(Files, ast::File)> {
    let parse = |module: &kpi_stdlib::Module| {
        let mut files = Files::new();
        let (file, diagnostics) = kpi_stdlib::parse(&mut files, *module);
        assert_eq!(diagnostics, [], "{}", module.name);
        (files, file)
    };
    MODULES.iter().map(parse).collect()
}

fn errors(found: &[Diagnostic], files: &Files) -> Vec<String> {
    let shown = |d: &Diagnostic| {
        let at = d.labels.first().map(|label| files.text(label.span)).unwrap_or_default();
        format!("{} {}: {at}", d.code, d.message)
    };
    found.iter().filter(|d| d.is_error()).map(shown).collect()
}

fn entries(file: &ast::File) -> impl Iterator<Item = (&ast::Item, &ast::Indicator)> {
    file.items.iter().filter_map(|item| match &item.kind {
        ast::ItemKind::Indicator(indicator) => Some((item, indicator)),
        _ => None,
    })
}

#[test]
fn every_entry_is_sound_on_its_shapes() {
    for (files, file) in modules() {
        let module = file.module.clone();
        for Alone { entry, files: package, .. } in alone(&[file], &module) {
            let checked = kpi_check::check(&package);
            assert_eq!(errors(&checked.diagnostics, &files), [""; 0], "{entry}");
        }
    }
}

#[test]
fn every_entry_says_what_it_must() {
    for (_, file) in modules() {
        for (item, entry) in entries(&file) {
            let name = format!("{}.{}", file.module, entry.name.text);
            assert!(!entry.params.is_empty(), "{name} takes no table");
            assert!(item.doc.is_some(), "{name} has no doc comment that says what it is");
            assert!(entry.label.is_some(), "{name} has no label");
            assert!(!entry.examples.is_empty(), "{name} has no example");
            for example in &entry.examples {
                assert!(!example.expects.is_empty(), "an example of {name} expects nothing");
            }
            for note in NOTES {
                assert!(entry.notes.iter().any(|(topic, _)| topic.text == note), "{name} has no note {note}");
            }
            let kind = entry.notes.iter().find(|(topic, _)| topic.text == "kind").unwrap();
            assert!(matches!(kind.1.value.as_str(), "result" | "process"), "{name}: note kind is result or process");
        }
    }
}

#[test]
fn every_example_comes_out() {
    let mut run = 0;
    for (files, file) in modules() {
        let module = file.module.clone();
        for Alone { entry, example, files: package } in examples(&[file], &module) {
            let example = format!("{entry}: {}", example.unwrap());
            let checked = kpi_check::check(&package);
            assert_eq!(errors(&checked.diagnostics, &files), [""; 0], "{example}");
            let model = checked.model.unwrap();
            let [test] = model.tests.as_slice() else { panic!("{example}: {} tests", model.tests.len()) };
            judge(&model, test).unwrap_or_else(|why| panic!("{example}: {why}"));
            run += 1;
        }
    }
    assert!(run > 0);
}

fn judge(model: &Model, test: &Test) -> Result<(), String> {
    let data = Data::of_test(model, test);
    let run = interpret(model, &data, test.period, test.period).map_err(|fault| format!("{fault:?}"))?;
    let card = run.cards.first().ok_or("no card")?;
    let actual = card.lines.first().and_then(|line| line.actual.as_ref());
    let found = actual.and_then(|quantity| quantity.value.parse::<Dec>().ok());
    let shown = actual.map_or("no data".to_owned(), |quantity| format!("{} {}", quantity.value, quantity.unit));
    for expect in &test.expects {
        let holds = match &expect.claim {
            Claim::Compare(_, _, Value::Dec(wanted), _) => found == Some(*wanted),
            Claim::Near(_, wanted, within, _) => {
                found.and_then(|found| found.sub(*wanted).ok()).is_some_and(|off| off.abs() <= *within)
            }
            Claim::Missing(_, missing) => found.is_none() == *missing,
            other => return Err(format!("an expectation of another kind: {other:?}")),
        };
        if !holds {
            return Err(format!("expected {:?}, got {shown}", expect.claim));
        }
    }
    Ok(())
}
