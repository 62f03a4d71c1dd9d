//! `kpi std`

use std::fmt::Write as _;

use kpi_base::{Diagnostic, Language, Text, codes, text};
use kpi_check::names::nearest;
use kpi_stdlib::{Described, Kind, described};
use serde_json::{Value, json};

use crate::args::{self, TextOrJson};
use crate::console::{Console, Exit, Failure};

pub(crate) fn run(args: &args::Std, console: &mut Console<'_>) -> Result<Exit, Failure> {
    match args {
        args::Std::List { module, format } => list(module.as_deref(), *format, console),
        args::Std::Show { name, format } => show(name, *format, console),
    }
}

fn list(module: Option<&str>, format: TextOrJson, console: &mut Console<'_>) -> Result<Exit, Failure> {
    let all = described();
    let whole = module.map(|name| if name.starts_with("std.") { name.to_owned() } else { format!("std.{name}") });
    let found: Vec<&Described> = all.iter().filter(|entry| whole.as_ref().is_none_or(|m| m == entry.module)).collect();
    if let (Some(name), true) = (&whole, found.is_empty()) {
        let finding = Diagnostic::new(codes::names::UNKNOWN_MODULE, text!("there is no module `{name}`", name));
        return Err(Failure::one(finding.help(match nearest(name, all.iter().map(|entry| entry.module)) {
            Some(near) => text!("did you mean `{near}`? `kpi std list` lists the whole library", near),
            None => text!("`kpi std list` lists the whole library"),
        })));
    }
    if format == TextOrJson::Json {
        let entries: Vec<Value> = found.iter().map(|entry| to_json(entry)).collect();
        writeln!(console.out, "{}", serde_json::to_string_pretty(&entries)?)?;
        return Ok(Exit::Clean);
    }
    let chinese = console.language == Language::Chinese;
    let width = found.iter().map(|entry| entry.path().len()).max().unwrap_or(0);
    let mut module = "";
    for entry in found {
        if !module.is_empty() && module != entry.module {
            writeln!(console.out)?;
        }
        module = entry.module;
        let title = match entry.kind {
            Kind::Entry => entry.title(chinese),
            _ if chinese => entry.label.as_deref().unwrap_or(&entry.meaning),
            _ => &entry.meaning,
        };
        writeln!(console.out, "{:<width$}  {title}", entry.path())?;
    }
    Ok(Exit::Clean)
}

fn show(name: &str, format: TextOrJson, console: &mut Console<'_>) -> Result<Exit, Failure> {
    let all = described();
    let named = |entry: &&Described| {
        let path = entry.path();
        path == name || path.strip_prefix("std.") == Some(name) || entry.name == name
    };
    let found: Vec<&Described> = all.iter().filter(named).collect();
    let [entry, rest @ ..] = found.as_slice() else { return Err(unknown(name, &all)) };
    if format == TextOrJson::Json {
        writeln!(console.out, "{}", serde_json::to_string_pretty(&to_json(entry))?)?;
        return Ok(Exit::Clean);
    }
    console.out.write_all(render(entry, console.language).as_bytes())?;
    for other in rest {
        writeln!(console.out)?;
        console.out.write_all(render(other, console.language).as_bytes())?;
    }
    Ok(Exit::Clean)
}

fn unknown(name: &str, all: &[Described]) -> Failure {
    let finding = Diagnostic::new(codes::names::UNKNOWN_ENTRY, text!("there is no entry `{name}`", name));
    let paths: Vec<String> = all.iter().map(Described::path).collect();
    let names = paths.iter().map(String::as_str).chain(all.iter().map(|entry| entry.name.as_str()));
    Failure::one(finding.help(match nearest(name, names) {
        Some(near) => text!("did you mean `{near}`? `kpi std list` lists the whole library", near),
        None => text!("`kpi std list` lists the whole library"),
    }))
}

/// An entry as text.
fn render(entry: &Described, language: Language) -> String {
    let chinese = language == Language::Chinese;
    let mut out = String::new();
    let mut line = |text: &str| {
        out.push_str(text);
        out.push('\n');
    };
    let heading = |text: Text| text.to(language);
    let title = entry.title(chinese);
    if title == entry.name {
        line(&entry.path());
    } else {
        line(&format!("{} — {title}", entry.path()));
    }
    line("");
    line(&format!("  {}", entry.meaning(chinese)));
    line("");
    if entry.kind != Kind::Entry {
        line(&format!("  {}", entry.formula));
        return out;
    }
    line(&format!("  {}({})", entry.path(), entry.parameters()));
    line(&format!("  = {}", entry.formula));
    for taken in entry.takes.iter().filter(|taken| !taken.columns.is_empty()) {
        line("");
        line(&format!("  {}", heading(text!("columns that the table for `{name}` needs", name = taken.name))));
        let width = taken.columns.iter().map(|column| column.name.len()).max().unwrap_or(0);
        let types = taken.columns.iter().map(|column| column.ty.len()).max().unwrap_or(0);
        for column in &taken.columns {
            let header = column.header.as_deref().unwrap_or_default();
            line(format!("    {:<width$}  {:<types$}  {header}", column.name, column.ty).trim_end());
        }
    }
    let topics = [
        ("counting", text!("counting")),
        ("data", text!("data")),
        ("stage", text!("suggested stage")),
        ("process", text!("belongs to process")),
        ("kind", text!("result or process")),
    ];
    line("");
    for (topic, name) in topics {
        let Some(note) = entry.note(topic, chinese) else { continue };
        let note = match note {
            "result" => heading(text!("result")),
            "process" => heading(text!("process")),
            note => note.to_owned(),
        };
        let name = heading(name);
        line(&if chinese { format!("  {name}：{note}") } else { format!("  {name}: {note}") });
    }
    for example in &entry.examples {
        line("");
        let colon = if chinese { "：" } else { ":" };
        line(&format!("  {}{colon}", example.name));
        example.text.lines().for_each(|text| line(format!("    {text}").trim_end()));
    }
    line("");
    let tables = entry.takes.iter().filter(|taken| taken.default.is_none()).map(|taken| taken.name.as_str());
    let mut bound = String::new();
    let _ = write!(bound, "indicator {} = {}(", entry.name, entry.path());
    line(&format!(
        "  {}",
        heading(text!(
            "in a policy, with your tables in the place of {tables}",
            tables = Text::and_list(tables.clone().map(Text::quoted))
        ))
    ));
    line(&format!("    {bound}{}) {{ target … }}", tables.collect::<Vec<_>>().join(", ")));
    out
}

fn to_json(entry: &Described) -> Value {
    let kind = match entry.kind {
        Kind::Entry => "entry",
        Kind::Function => "function",
        Kind::Curve => "curve",
    };
    let takes = entry.takes.iter().map(|taken| {
        let columns =
            taken.columns.iter().map(|column| json!({"name": column.name, "type": column.ty, "header": column.header}));
        json!({
            "name": taken.name,
            "type": taken.ty,
            "default": taken.default,
            "columns": columns.collect::<Vec<_>>(),
        })
    });
    let examples = entry.examples.iter().map(|example| json!({"name": example.name, "text": example.text}));
    let notes: serde_json::Map<String, Value> =
        entry.notes.iter().map(|(topic, text)| (topic.clone(), text.clone().into())).collect();
    json!({
        "name": entry.path(),
        "kind": kind,
        "module": entry.module,
        "label": {"en": entry.note("en", false), "zh": entry.label},
        "meaning": entry.meaning,
        "formula": entry.formula,
        "takes": takes.collect::<Vec<_>>(),
        "notes": notes,
        "examples": examples.collect::<Vec<_>>(),
    })
}
