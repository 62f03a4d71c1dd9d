//! A project: the folder of a `kpi.toml`, its policy and its data.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use kpi_base::{Diagnostic, FileId, Files, SourceFile, codes::config as codes};
use kpi_check::model::{Model, Table, TableId};
use kpi_check::names::nearest;
use kpi_engine::{Export, Input, Inputs};
use kpi_plan::Plan;

use crate::config::{self, Binding, Config, Pattern};
use crate::console::{Console, Failure};

/// The name of the configuration.
const CONFIG: &str = "kpi.toml";

/// A project whose configuration and policy files are read.
pub(crate) struct Project {
    /// The folder, absolute.
    root: PathBuf,
    /// The folder as messages show it.
    shown: String,
    /// The policy's files, `kpi.toml`, and the modules of the standard library that the policy uses.
    pub files: Files,
    config: Config,
    toml: FileId,
}

/// A checked policy and what there is to say about it that is no error.
pub(crate) struct Policy {
    pub model: Model,
    pub warnings: Vec<Diagnostic>,
}

impl Project {
    /// Finds and reads the project at a path or, without one, the nearest upwards.
    pub fn load(path: Option<&Path>, console: &Console<'_>) -> Result<Project, Failure> {
        let Opened { root, shown, source, config, policies } = open(path, console)?;
        let mut files = Files::new();
        for path in policies {
            files.add(SourceFile::new(console.shown(&path), read_policy(&path, console)?));
        }
        let toml = files.add(source);
        Ok(Project { root, shown, files, config, toml })
    }

    /// Parses and checks the policy.
    pub fn check(&mut self) -> Result<Policy, Failure> {
        let (model, findings) = self.analyse();
        match model {
            Some(model) => Ok(Policy { model, warnings: findings }),
            None => Err(self.fail(findings)),
        }
    }

    /// The model, unless there are errors, and every finding.
    pub fn analyse(&mut self) -> (Option<Model>, Vec<Diagnostic>) {
        let mut findings = Vec::new();
        let mut asts = Vec::new();
        for (id, file) in self.files.iter().filter(|(id, _)| *id != self.toml) {
            let parsed = kpi_syntax::parse(id, &file.text);
            asts.push(parsed.file);
            findings.extend(parsed.diagnostics);
        }
        findings.extend(kpi_stdlib::load(&mut self.files, &mut asts));
        let unread = findings.iter().any(Diagnostic::is_error);
        let checked = kpi_check::check(&asts);
        findings.extend(checked.diagnostics);
        (checked.model.filter(|_| !unread), findings)
    }

    /// A failure with findings about this project's files.
    pub fn fail(&self, findings: Vec<Diagnostic>) -> Failure {
        Failure::Findings(findings, self.files.clone())
    }

    /// The files of every table that a plan reads, in an environment.
    pub fn inputs(&self, model: &Model, plan: &Plan, environment: Option<&str>) -> Result<Inputs, Failure> {
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
        for id in plan.tables(model) {
            let name = &model.tables[id].title.name;
            let Some(binding) = bindings.iter().find(|b| b.table == *name) else {
                unbound.push(id);
                continue;
            };
            let mut files = Vec::new();
            for pattern in &binding.patterns {
                match self.data_files(name, pattern) {
                    Ok(found) => {
                        let export = |path| Export { path, sheet: pattern.sheet.clone() };
                        files.extend(found.into_iter().map(export));
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

    fn environment(&self, name: Option<&str>) -> Result<(&[Binding], String), Failure> {
        let Some(name) = name else { return Ok((&self.config.sources, "[sources]".to_owned())) };
        let found = self.config.environments.iter().find(|(known, _)| known == name);
        if let Some((name, bindings)) = found {
            return Ok((bindings, format!("[env.{name}.sources]")));
        }
        let names: Vec<&str> = self.config.environments.iter().map(|(known, _)| known.as_str()).collect();
        let help = match nearest(name, names.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if names.is_empty() => format!("add the table `[env.{name}.sources]` to `kpi.toml`"),
            None => format!("`kpi.toml` has `{}`", names.join("`, `")),
        };
        let message = format!("`kpi.toml` has no environment `{name}`");
        Err(Failure::one(Diagnostic::new(codes::UNKNOWN_ENVIRONMENT, message).help(help)))
    }

    fn unknown_table(&self, model: &Model, binding: &Binding) -> Diagnostic {
        if let Some((id, view)) = model.tables.iter().find(|(_, table)| table.title.name == binding.table) {
            let export = &model.tables[model.export_of(id)].title.name;
            let message = format!("`{}` is a view: its rows are made, not read", view.title.name);
            return Diagnostic::new(codes::UNKNOWN_SOURCE, message)
                .label(config::span(self.toml, &binding.key), "bound here")
                .help(format!("take the line out; bind `{export}`, of which it is made"));
        }
        let exports = || model.tables.iter().filter(|(_, table)| table.view.is_none());
        let names = || exports().map(|(_, table)| table.title.name.as_str());
        let help = match nearest(&binding.table, names()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the policy has `{}`", names().collect::<Vec<_>>().join("`, `")),
        };
        let message = format!("the policy has no roster or source `{}`", binding.table);
        Diagnostic::new(codes::UNKNOWN_SOURCE, message)
            .label(config::span(self.toml, &binding.key), "bound here")
            .help(help)
    }

    fn unbound(&self, model: &Model, tables: &[TableId], section: &str) -> Diagnostic {
        let names: Vec<&str> = tables.iter().map(|id| model.tables[*id].title.name.as_str()).collect();
        let mut lines = String::new();
        for name in &names {
            lines.push_str(&format!("\n{name} = \"exports/{name}.csv\""));
        }
        let message = format!("`{}/{CONFIG}` binds no file to `{}`", self.shown, names.join("`, `"));
        let mut finding = Diagnostic::new(codes::UNBOUND_SOURCE, message.replace("`./", "`"));
        for id in tables.iter().take(1) {
            finding = finding.label(model.tables[*id].title.span, "declared here");
        }
        finding.help(format!("say where the export is, below `{section}`:{lines}"))
    }

    /// The files of one pattern, sorted.
    fn data_files(&self, table: &str, pattern: &Pattern) -> Result<Vec<PathBuf>, Box<Diagnostic>> {
        let at = |finding: Diagnostic, text: &str| finding.label(config::span(self.toml, &pattern.range), text);
        let files = expand(&self.root, &pattern.text).map_err(|why| {
            let message = format!("`{}` is no pattern: {why}", pattern.text);
            Box::new(at(Diagnostic::new(codes::WRONG_VALUE, message), ""))
        })?;
        if files.is_empty() {
            let folder = self.root.display();
            let is_pattern = pattern.text.contains(['*', '?', '[']);
            let (what, label) =
                if is_pattern { ("no file matches", "no match") } else { ("there is no file", "not found") };
            let message = format!("{what} `{}` for `{table}` in `{folder}`", pattern.text);
            let finding = at(Diagnostic::new(codes::NO_FILE, message), label);
            return Err(Box::new(finding.help("paths are relative to the folder of `kpi.toml`")));
        }
        let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let foreign = files.iter().find(|path| !matches!(extension(path).as_str(), "csv" | "parquet" | "xlsx"));
        if let Some(path) = foreign {
            let message = format!("`{}` is neither a `.csv` nor a `.parquet` nor an `.xlsx` file", name(path));
            let finding = at(Diagnostic::new(codes::WRONG_VALUE, message), "matches it");
            return Err(Box::new(
                finding.help("save it as CSV in UTF-8 or as an Excel workbook, or narrow the pattern"),
            ));
        }
        let sheetless = files.iter().find(|path| pattern.sheet.is_some() && extension(path) != "xlsx");
        if let Some(path) = sheetless {
            let message = format!("`{}` is no workbook and has no sheets", name(path));
            let finding = at(Diagnostic::new(codes::WRONG_VALUE, message), "named with a `sheet`");
            return Err(Box::new(finding.help(format!("write `{table} = \"{}\"`", pattern.text))));
        }
        Ok(files)
    }
}

/// A project whose policy files are found and not read.
struct Opened {
    root: PathBuf,
    shown: String,
    source: SourceFile,
    config: Config,
    policies: Vec<PathBuf>,
}

fn open(path: Option<&Path>, console: &Console<'_>) -> Result<Opened, Failure> {
    let root = find(path, console)?;
    let shown = console.shown(&root);
    let toml = root.join(CONFIG);
    let mut files = Files::new();
    let text = read(&toml).map_err(|why| {
        let message = format!("`{}` cannot be read: {why}", console.shown(&toml));
        Failure::one(Diagnostic::new(codes::NOT_TOML, message))
    })?;
    let source = SourceFile::new(console.shown(&toml), text);
    let id = files.add(source.clone());
    let config = config::parse(&source.text, id).map_err(|found| Failure::Findings(found, files.clone()))?;
    let policies =
        policy_files(&root, &config.policies, id).map_err(|found| Failure::Findings(vec![*found], files.clone()))?;
    if policies.is_empty() {
        return Err(no_policy(&shown));
    }
    Ok(Opened { root, shown, source, config, policies })
}

fn no_policy(shown: &str) -> Failure {
    let message = format!("there is no policy: no `.kpi` file lies in `{shown}` or below");
    Failure::one(Diagnostic::new(codes::NO_POLICY, message))
}

/// The policy files that a path names: itself, those of a project, or all below a folder. Without a path, those of the
/// nearest project upwards.
pub(crate) fn policy_paths(path: Option<&Path>, console: &Console<'_>) -> Result<Vec<PathBuf>, Failure> {
    let Some(path) = path else { return Ok(open(None, console)?.policies) };
    let whole: PathBuf =
        console.cwd.join(path).components().filter(|c| !matches!(c, std::path::Component::CurDir)).collect();
    if whole.join(CONFIG).is_file() {
        return Ok(open(Some(path), console)?.policies);
    }
    if !whole.is_dir() {
        return Ok(vec![whole]);
    }
    let below = expand(&whole, "**/*.kpi").unwrap_or_default();
    if below.is_empty() { Err(no_policy(&console.shown(&whole))) } else { Ok(below) }
}

/// The text of a policy file.
pub(crate) fn read_policy(path: &Path, console: &Console<'_>) -> Result<String, Failure> {
    read(path).map_err(|why| {
        let message = format!("`{}` cannot be read: {why}", console.shown(path));
        Failure::one(Diagnostic::new(codes::NO_POLICY, message))
    })
}

fn extension(path: &Path) -> String {
    path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase()
}

/// The project's folder, absolute.
fn find(path: Option<&Path>, console: &Console<'_>) -> Result<PathBuf, Failure> {
    let no_project = |message: String| Failure::one(Diagnostic::new(codes::NO_PROJECT, message));
    let Some(path) = path else {
        let mut folders = console.cwd.ancestors();
        return folders.find(|folder| folder.join(CONFIG).is_file()).map(Path::to_path_buf).ok_or_else(|| {
            let finding = Diagnostic::new(codes::NO_PROJECT, "there is no `kpi.toml` here or in a folder above");
            Failure::one(finding.help("name the project's folder, or start one with `kpi init`"))
        });
    };
    let whole = console.cwd.join(path);
    let whole: PathBuf = whole.components().filter(|c| !matches!(c, std::path::Component::CurDir)).collect();
    let folder = if path.ends_with(CONFIG) { whole.parent().map(Path::to_path_buf).unwrap_or_default() } else { whole };
    if folder.join(CONFIG).is_file() {
        return Ok(folder);
    }
    let shown = path.display();
    Err(match (folder.is_dir(), folder.is_file()) {
        (true, _) => {
            let finding = Diagnostic::new(codes::NO_PROJECT, format!("there is no `kpi.toml` in `{shown}`"));
            Failure::one(finding.help(format!("start a project there with `kpi init {shown}`")))
        }
        (_, true) => no_project(format!("`{shown}` is a file, not a project's folder")),
        _ => no_project(format!("there is no folder `{shown}`")),
    })
}

/// The text of a UTF-8 file, or why not.
fn read(path: &Path) -> Result<String, String> {
    let bytes = fs::read(path).map_err(|error| error.to_string())?;
    String::from_utf8(bytes).map_err(|error| {
        let before = error.as_bytes().iter().take(error.utf8_error().valid_up_to());
        let line = before.filter(|b| **b == b'\n').count() + 1;
        format!("line {line} is not UTF-8 text")
    })
}

/// The files that a pattern below a folder matches, sorted by their paths.
fn expand(root: &Path, pattern: &str) -> Result<Vec<PathBuf>, String> {
    let below = Path::new(&glob::Pattern::escape(&root.to_string_lossy())).join(pattern);
    let paths = glob::glob(&below.to_string_lossy()).map_err(|error| error.msg.to_owned())?;
    // A folder that cannot be read counts as empty: what is missing is reported with the pattern.
    let mut files: Vec<PathBuf> = paths.filter_map(Result::ok).filter(|path| path.is_file()).collect();
    files.sort();
    Ok(files)
}

fn policy_files(root: &Path, patterns: &[Pattern], toml: FileId) -> Result<Vec<PathBuf>, Box<Diagnostic>> {
    if patterns.is_empty() {
        let mut found = expand(root, "**/*.kpi").unwrap_or_default();
        // A folder below with a `kpi.toml` of its own is another project.
        found.retain(|path| {
            let between = path.ancestors().skip(1).take_while(|folder| *folder != root);
            !between.into_iter().any(|folder| folder.join(CONFIG).is_file())
        });
        return Ok(found);
    }
    let mut files = BTreeSet::new();
    for pattern in patterns {
        let place = config::span(toml, &pattern.range);
        let found = expand(root, &pattern.text).map_err(|why| {
            let message = format!("`{}` is no pattern: {why}", pattern.text);
            Box::new(Diagnostic::new(codes::WRONG_VALUE, message).label(place, ""))
        })?;
        if found.is_empty() {
            let message = format!("there is no policy: `{}` finds no file", pattern.text);
            return Err(Box::new(Diagnostic::new(codes::NO_POLICY, message).label(place, "no file matches")));
        }
        files.extend(found);
    }
    Ok(files.into_iter().collect())
}
