//! The pages of docs/library: a page a module, and one that lists them.

use crate::MODULES;
use crate::describe::{Described, Kind, described};

/// The topics of notes with their headings.
const TOPICS: &[(&str, &str)] = &[
    ("counting", "Counting"),
    ("data", "Data"),
    ("stage", "Suggested stage"),
    ("process", "Process"),
    ("kind", "Result or process"),
];

/// The pages, each with its name: `README.md`, `live.md`.
pub fn pages() -> Vec<(String, String)> {
    let all = described();
    let file = |module: &str| format!("{}.md", module.strip_prefix("std.").unwrap_or(module));
    let mut index = String::from(
        "# The library of indicators\n\nWritten by `cargo xtask library` from `stdlib/*.kpi`. `kpi std list` and `kpi std show NAME` show the same; \
         [how a policy uses it](../reference/16-library.md).\n",
    );
    let mut pages = Vec::new();
    for module in MODULES {
        let of_module: Vec<&Described> = all.iter().filter(|entry| entry.module == module.name).collect();
        index += &format!("\n## [`{}`]({})\n\n{}\n\n", module.name, file(module.name), about(module.text));
        index += "| name | | 名称 |\n|---|---|---|\n";
        for entry in &of_module {
            let english = cell(if entry.kind == Kind::Entry { entry.title(false) } else { &entry.meaning });
            let label = cell(entry.label.as_deref().unwrap_or_default());
            index += &format!("| [`{}`]({}#{}) | {english} | {label} |\n", entry.name, file(module.name), entry.name);
        }
        let mut page = format!("# `{}`\n\n{}\n", module.name, about(module.text));
        of_module.iter().for_each(|entry| page += &section(entry));
        pages.push((file(module.name), page));
    }
    pages.insert(0, ("README.md".to_owned(), index));
    pages
}

/// The comment with which a module begins.
fn about(text: &str) -> String {
    let lines = text.lines().map_while(|line| line.strip_prefix("//").filter(|rest| !rest.starts_with('/')));
    lines.map(str::trim).collect::<Vec<_>>().join(" ")
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn section(entry: &Described) -> String {
    let mut out = format!("\n## {}\n\n", entry.name);
    let titles: Vec<&str> = match entry.kind {
        Kind::Entry => vec![entry.title(false), entry.title(true)],
        _ => entry.label.iter().map(String::as_str).collect(),
    };
    if !titles.is_empty() {
        out += &format!("**{}**\n\n", titles.join(" · "));
    }
    out += &format!("{}\n\n", entry.meaning);
    if entry.kind != Kind::Entry {
        return out + &format!("```text\n{}\n```\n", entry.formula);
    }
    out += &format!("```text\n{} = {}\n```\n\n", signature(entry), entry.formula);
    for taken in entry.takes.iter().filter(|taken| !taken.columns.is_empty()) {
        out += &format!("| column of `{}` | type | often called |\n|---|---|---|\n", taken.name);
        for column in &taken.columns {
            let header = cell(column.header.as_deref().unwrap_or_default());
            out += &format!("| `{}` | `{}` | {header} |\n", column.name, column.ty);
        }
        out += "\n";
    }
    for (topic, heading) in TOPICS {
        if let Some(text) = entry.note(topic, false) {
            out += &format!("- {heading}: {text}\n");
        }
    }
    for example in &entry.examples {
        out += &format!("\n{}:\n\n```text\n{}\n```\n", example.name, example.text);
    }
    out
}

/// `std.live.slow(t: ticket, limit: duration = 45s)`
fn signature(entry: &Described) -> String {
    format!("{}({})", entry.path(), entry.parameters())
}

impl Described {
    /// `t: ticket, limit: duration = 45s`
    pub fn parameters(&self) -> String {
        let taken = self.takes.iter().map(|taken| match &taken.default {
            Some(default) => format!("{}: {} = {default}", taken.name, taken.ty),
            None => format!("{}: {}", taken.name, taken.ty),
        });
        taken.collect::<Vec<_>>().join(", ")
    }
}
