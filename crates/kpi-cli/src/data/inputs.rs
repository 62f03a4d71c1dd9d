//! What a run reads: the checked policy, and the files that `kpi.toml` binds to the tables of a plan.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use kpi_base::{Diagnostic, Join, Text, codes::config as codes, text};
use kpi_check::model::{Model, Table, TableId};
use kpi_check::names::nearest;
use kpi_engine::{Encoding, Export, Input, Inputs};

use crate::config::{self, Binding, Pattern};
use crate::console::Failure;
use crate::project::{CONFIG, Project, expand};

/// A checked policy and what there is to say about it that is no error.
pub(crate) struct Policy {
    pub model: Model,
    /// The examples of its own entries, each as a policy with one test.
    pub examples: Vec<Model>,
    pub warnings: Vec<Diagnostic>,
}

impl Project {
    /// Parses and checks the policy.
    pub fn check(&mut self) -> Result<Policy, Failure> {
        let analysis = self.analyse();
        let findings = self.judge(&analysis)?.findings;
        match analysis.model {
            Some(model) if !findings.iter().any(Diagnostic::is_error) => {
                Ok(Policy { model, examples: analysis.examples, warnings: findings })
            }
            _ => Err(self.fail(findings)),
        }
    }

    /// A failure with findings about this project's files.
    pub fn fail(&self, findings: Vec<Diagnostic>) -> Failure {
        Failure::Findings(findings, self.files.clone())
    }

    /// The files of every table that is read, in an environment.
    pub fn inputs(
        &self,
        model: &Model,
        tables: &BTreeSet<TableId>,
        environment: Option<&str>,
    ) -> Result<Inputs, Failure> {
        let (bindings, section) = self.environment(environment)?;
        let mut findings = Vec::new();
        for binding in bindings {
            let given = |table: &Table| table.title.name == binding.table && table.view.is_none();
            if !model.tables.iter().any(|(_, table)| given(table)) {
                findings.push(self.unknown_table(model, binding));
            }
        }
        let mut inputs = Inputs::new();
        let mut unbound = Vec::new();
        for &id in tables {
            let name = &model.tables[id].title.name;
            let Some(binding) = bindings.iter().find(|b| b.table == *name) else {
                unbound.push(id);
                continue;
            };
            let mut files = Vec::new();
            for pattern in &binding.patterns {
                match self.data_files(name, pattern) {
                    Ok(found) => {
                        files.extend(found.into_iter().map(|path| export(pattern, path)));
                    }
                    Err(finding) => findings.push(*finding),
                }
            }
            inputs.insert(id, Input::Files(files));
        }
        if !unbound.is_empty() {
            findings.push(self.unbound(model, &unbound, &section));
        }
        if findings.is_empty() { Ok(inputs) } else { Err(self.fail(findings)) }
    }

    /// The files that exist of every table that is bound, by the table's name. Whether the policy has such a table is not asked.
    pub fn exports(&self, environment: Option<&str>) -> Result<Vec<(String, Vec<Export>)>, Failure> {
        let (bindings, _) = self.environment(environment)?;
        let of = |binding: &Binding| {
            let files = |pattern: &Pattern| {
                let files = self.data_files(&binding.table, pattern).unwrap_or_default();
                files.into_iter().map(|path| export(pattern, path)).collect::<Vec<_>>()
            };
            (binding.table.clone(), binding.patterns.iter().flat_map(files).collect())
        };
        Ok(bindings.iter().map(of).collect())
    }

    /// Those of some tables whose exports are not here, with what `kpi.toml` binds to them, if it binds anything.
    pub fn missing(
        &self,
        model: &Model,
        tables: &BTreeSet<TableId>,
        environment: Option<&str>,
    ) -> Result<Vec<(TableId, Option<&str>)>, Failure> {
        let (bindings, _) = self.environment(environment)?;
        let missing = |id: TableId| {
            let name = &model.tables[id].title.name;
            let Some(binding) = bindings.iter().find(|binding| binding.table == *name) else { return Some((id, None)) };
            let here = |pattern: &Pattern| !expand(&self.root, &pattern.text).is_ok_and(|files| files.is_empty());
            let gone = binding.patterns.iter().find(|pattern| !here(pattern))?;
            Some((id, Some(gone.text.as_str())))
        };
        Ok(tables.iter().filter_map(|id| missing(*id)).collect())
    }

    fn environment(&self, name: Option<&str>) -> Result<(&[Binding], String), Failure> {
        let Some(name) = name else { return Ok((&self.config.sources, "[sources]".to_owned())) };
        let found = self.config.environments.iter().find(|(known, _)| known == name);
        if let Some((name, bindings)) = found {
            return Ok((bindings, format!("[env.{name}.sources]")));
        }
        let names: Vec<&str> = self.config.environments.iter().map(|(known, _)| known.as_str()).collect();
        let help = match nearest(name, names.iter().copied()) {
            Some(near) => text!("did you mean `{near}`?", near),
            None if names.is_empty() => text!("add the table `[env.{name}.sources]` to `kpi.toml`", name),
            None => text!("`kpi.toml` has {list}", list = quoted(names)),
        };
        let message = text!("`kpi.toml` has no environment `{name}`", name);
        Err(Failure::one(Diagnostic::new(codes::UNKNOWN_ENVIRONMENT, message).help(help)))
    }

    fn unknown_table(&self, model: &Model, binding: &Binding) -> Diagnostic {
        if let Some((id, view)) = model.tables.iter().find(|(_, table)| table.title.name == binding.table) {
            let export = &model.tables[model.export_of(id)].title.name;
            let message = text!("`{view}` is a view: its rows are made, not read", view = view.title.name);
            return Diagnostic::new(codes::UNKNOWN_SOURCE, message)
                .label(config::span(self.toml, &binding.key), text!("bound here"))
                .help(text!("take the line out; bind `{export}`, of which it is made", export));
        }
        let exports = || model.tables.iter().filter(|(_, table)| table.view.is_none());
        let names = || exports().map(|(_, table)| table.title.name.as_str());
        let help = match nearest(&binding.table, names()) {
            Some(near) => text!("did you mean `{near}`?", near),
            None => text!("the policy has {list}", list = quoted(names())),
        };
        let message = text!("the policy has no roster or source `{table}`", table = binding.table);
        Diagnostic::new(codes::UNKNOWN_SOURCE, message)
            .label(config::span(self.toml, &binding.key), text!("bound here"))
            .help(help)
    }

    fn unbound(&self, model: &Model, tables: &[TableId], section: &str) -> Diagnostic {
        let names: Vec<&str> = tables.iter().map(|id| model.tables[*id].title.name.as_str()).collect();
        let mut lines = String::new();
        for name in &names {
            lines.push_str(&format!("\n{name} = \"exports/{name}.csv\""));
        }
        let toml = if self.shown == "." { CONFIG.to_owned() } else { format!("{}/{CONFIG}", self.shown) };
        let message = text!("`{toml}` binds no file to {tables}", toml, tables = quoted(names));
        let mut finding = Diagnostic::new(codes::UNBOUND_SOURCE, message);
        for id in tables.iter().take(1) {
            finding = finding.label(model.tables[*id].title.span, text!("declared here"));
        }
        finding.help(text!("say where the export is, below `{section}`:{lines}", section, lines))
    }

    /// The files of one pattern, sorted.
    fn data_files(&self, table: &str, pattern: &Pattern) -> Result<Vec<PathBuf>, Box<Diagnostic>> {
        let at = |finding: Diagnostic, text: Text| finding.label(config::span(self.toml, &pattern.range), text);
        let files = expand(&self.root, &pattern.text).map_err(|why| {
            let message = text!("`{pattern}` is no pattern: {why}", pattern = pattern.text, why);
            Box::new(at(Diagnostic::new(codes::WRONG_VALUE, message), Text::default()))
        })?;
        if files.is_empty() {
            let (file, folder) = (&pattern.text, self.root.display().to_string());
            let (message, label) = if file.contains(['*', '?', '[']) {
                (text!("no file matches `{file}` for `{table}` in `{folder}`", file, table, folder), text!("no match"))
            } else {
                (
                    text!("there is no file `{file}` for `{table}` in `{folder}`", file, table, folder),
                    text!("not found"),
                )
            };
            let finding = at(Diagnostic::new(codes::NO_FILE, message), label);
            return Err(Box::new(finding.help(text!("paths are relative to the folder of `kpi.toml`"))));
        }
        let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let foreign = files.iter().find(|path| !matches!(extension(path).as_str(), "csv" | "parquet" | "xlsx"));
        if let Some(path) = foreign {
            let message = text!("`{file}` is neither a `.csv` nor a `.parquet` nor an `.xlsx` file", file = name(path));
            let finding = at(Diagnostic::new(codes::WRONG_VALUE, message), text!("matches it"));
            return Err(Box::new(finding.help(text!("save it as CSV or as an Excel workbook, or narrow the pattern"))));
        }
        let sheetless = files.iter().find(|path| pattern.sheet.is_some() && extension(path) != "xlsx");
        if let Some(path) = sheetless {
            let message = text!("`{file}` is no workbook and has no sheets", file = name(path));
            let finding = at(Diagnostic::new(codes::WRONG_VALUE, message), text!("named with a `sheet`"));
            return Err(Box::new(finding.help(text!("write `{table} = \"{file}\"`", table, file = pattern.text))));
        }
        let encoded = files.iter().find(|path| pattern.encoding.is_some() && extension(path) != "csv");
        if let Some(path) = encoded {
            let message = text!("`{file}` is no CSV file, and says its encoding itself", file = name(path));
            let finding = at(Diagnostic::new(codes::WRONG_VALUE, message), text!("named with an `encoding`"));
            return Err(Box::new(finding.help(text!("write `{table} = \"{file}\"`", table, file = pattern.text))));
        }
        Ok(files)
    }
}

/// A file as its pattern says it is to be read.
fn export(pattern: &Pattern, path: PathBuf) -> Export {
    let encoding = pattern.encoding.as_deref().and_then(Encoding::find);
    Export { sheet: pattern.sheet.clone(), encoding, ..Export::from(path) }
}

fn quoted<'n>(names: impl IntoIterator<Item = &'n str>) -> Text {
    Text::list(names.into_iter().map(Text::quoted), Join::Comma)
}

fn extension(path: &Path) -> String {
    path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase()
}
