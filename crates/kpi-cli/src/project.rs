//! A project: the folder of a `kpi.toml`, its policy and its data.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use kpi_analysis::Analysis;
use kpi_base::{Diagnostic, FileId, Files, SourceFile, Text, codes::config as codes, text};
use kpi_lint::{Baseline, Judged};
use kpi_lsp::{HouseRules, Rules};

use crate::config::{self, Config, Pattern};
use crate::console::{Console, Failure};
use crate::read::read_text;

/// The name of the configuration.
pub(crate) const CONFIG: &str = "kpi.toml";

/// The texts of policy files that are not saved, by their absolute paths.
pub(crate) type Unsaved = BTreeMap<PathBuf, String>;

/// A project whose configuration and policy files are read.
#[cfg_attr(
    not(feature = "engine"),
    allow(dead_code, reason = "only the commands that read data need to know where they are")
)]
pub(crate) struct Project {
    /// The folder, absolute.
    pub root: PathBuf,
    /// The folder as messages show it.
    pub shown: String,
    /// The policy's files, `kpi.toml`, and the modules of the standard library that the policy uses.
    pub files: Files,
    pub config: Config,
    /// Where `kpi.toml` stands among the files.
    pub toml: FileId,
}

impl Project {
    /// Finds and reads the project at a path or, without one, the nearest upwards.
    pub fn load(path: Option<&Path>, console: &Console<'_>) -> Result<Project, Failure> {
        Project::load_with(path, &Unsaved::new(), console)
    }

    /// The same, with the texts of some policy files as they are elsewhere: in an editor that has not saved them.
    pub fn load_with(path: Option<&Path>, unsaved: &Unsaved, console: &Console<'_>) -> Result<Project, Failure> {
        let Opened { root, shown, source, config, mut policies } = open(path, console)?;
        // What was never saved stands in no folder yet.
        let belongs = |path: &Path| match config.policies.as_slice() {
            [] => path.starts_with(&root) && path.extension().is_some_and(|e| e == "kpi"),
            patterns => patterns.iter().any(|pattern| {
                below(&root, &pattern.text)
                    .to_str()
                    .and_then(|p| glob::Pattern::new(p).ok())
                    .is_some_and(|p| p.matches_path(path))
            }),
        };
        let new: Vec<PathBuf> =
            unsaved.keys().filter(|path| belongs(path) && !policies.contains(path)).cloned().collect();
        policies.extend(new);
        policies.sort();
        let mut files = Files::new();
        for path in policies {
            let text = unsaved.get(&path).cloned().map_or_else(|| read_policy(&path, console), Ok)?;
            files.add(SourceFile::new(console.shown(&path), text));
        }
        let toml = files.add(source);
        Ok(Project { root, shown, files, config, toml })
    }

    /// The project as it was read, without the modules of the library that an analysis has brought in; places stay the same.
    pub fn as_written(&self) -> Project {
        let mut files = Files::new();
        for (_, file) in self.files.iter().take_while(|(id, _)| *id <= self.toml) {
            files.add(file.clone());
        }
        self.with_files(files)
    }

    /// The same with other texts.
    pub fn with_files(&self, files: Files) -> Project {
        let Project { root, shown, config, toml, .. } = self;
        Project { root: root.clone(), shown: shown.clone(), files, config: config.clone(), toml: *toml }
    }

    /// The model and everything that is found in the policy.
    pub fn analyse(&mut self) -> Analysis {
        let policies: Vec<FileId> = self.files.iter().map(|(id, _)| id).filter(|id| *id != self.toml).collect();
        kpi_analysis::analyse(&mut self.files, &policies, &self.config.lints)
    }

    /// The findings that are to be told: what is allowed, turned off or in the baseline is not.
    pub fn judge(&self, analysis: &Analysis) -> Result<Judged, Failure> {
        let baseline = self.read_baseline()?;
        Ok(analysis.judge(&self.files, &self.config.lints, baseline.as_ref(), &|path| self.inside(path)))
    }

    /// The baseline of today's findings, as its file has it.
    pub fn baseline_of(&self, analysis: &Analysis) -> Baseline {
        let judged = analysis.judge(&self.files, &self.config.lints, None, &|path| self.inside(path));
        Baseline::of(&judged.findings, &self.files, &|path| self.inside(path))
    }

    /// Where the baseline is.
    pub fn baseline_path(&self) -> PathBuf {
        baseline_path(&self.root, &self.config)
    }

    fn read_baseline(&self) -> Result<Option<Baseline>, Failure> {
        let path = self.baseline_path();
        if !path.is_file() && self.config.baseline.is_none() {
            return Ok(None);
        }
        let parsed =
            read_text(&path).map_err(|found| found.why).and_then(|text| Baseline::parse(&text).map_err(Text::verbatim));
        parsed.map(Some).map_err(|why| {
            let message = text!(
                "the baseline `{path}` cannot be read: {why}",
                path = self.inside(&path.display().to_string()),
                why
            );
            let help = text!("write it anew with `kpi check --write-baseline`");
            Failure::one(Diagnostic::new(codes::WRONG_VALUE, message).help(help))
        })
    }

    /// A path of the project, whatever folder a command runs in.
    pub fn inside(&self, path: &str) -> String {
        let path = Path::new(path);
        let whole = self.root.join(path.strip_prefix(&self.shown).unwrap_or(path));
        let inside = whole.strip_prefix(&self.root).unwrap_or(path);
        inside.to_string_lossy().replace('\\', "/")
    }
}

/// What the `kpi.toml` in a folder says to an editor, as far as it can be read.
pub(crate) fn editor_rules(root: &Path) -> Rules {
    let path = root.join(CONFIG);
    let config = read_text(&path).map_err(|found| found.why).and_then(|text| {
        let first = |found: Vec<Diagnostic>| found.into_iter().next().map(|found| found.message).unwrap_or_default();
        config::parse(&text, FileId(0)).map_err(first)
    });
    match config {
        Ok(config) => {
            let baseline = read_text(&baseline_path(root, &config)).ok().and_then(|text| Baseline::parse(&text).ok());
            let policies =
                (!config.policies.is_empty()).then(|| policy_files(root, &config.policies, FileId(0)).ok()).flatten();
            Rules { house: HouseRules { settings: config.lints, baseline }, policies, problem: None }
        }
        Err(why) => {
            let problem = text!("`{path}` cannot be read: {why}", path = path.display().to_string(), why);
            Rules { problem: Some(problem), ..Rules::default() }
        }
    }
}

fn baseline_path(root: &Path, config: &Config) -> PathBuf {
    root.join(config.baseline.as_deref().unwrap_or("kpi-baseline.json"))
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
    let text = read_text(&toml).map_err(|found| found.fail(codes::NOT_TOML, &console.shown(&toml)))?;
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
    let message = text!("there is no policy: no `.kpi` file lies in `{folder}` or below", folder = shown);
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
    read_text(path).map_err(|found| found.fail(codes::NO_POLICY, &console.shown(path)))
}

/// The project's folder, absolute.
fn find(path: Option<&Path>, console: &Console<'_>) -> Result<PathBuf, Failure> {
    let no_project = |message: Text| Failure::one(Diagnostic::new(codes::NO_PROJECT, message));
    let Some(path) = path else {
        let mut folders = console.cwd.ancestors();
        return folders.find(|folder| folder.join(CONFIG).is_file()).map(Path::to_path_buf).ok_or_else(|| {
            let finding = Diagnostic::new(codes::NO_PROJECT, text!("there is no `kpi.toml` here or in a folder above"));
            Failure::one(finding.help(text!("name the project's folder, or start one with `kpi init`")))
        });
    };
    let whole = console.cwd.join(path);
    let whole: PathBuf = whole.components().filter(|c| !matches!(c, std::path::Component::CurDir)).collect();
    let folder = if path.ends_with(CONFIG) { whole.parent().map(Path::to_path_buf).unwrap_or_default() } else { whole };
    if folder.join(CONFIG).is_file() {
        return Ok(folder);
    }
    let folder_shown = path.display().to_string();
    Err(match (folder.is_dir(), folder.is_file()) {
        (true, _) => {
            let finding = Diagnostic::new(
                codes::NO_PROJECT,
                text!("there is no `kpi.toml` in `{folder}`", folder = folder_shown),
            );
            Failure::one(finding.help(text!("start a project there with `kpi init {folder}`", folder = folder_shown)))
        }
        (_, true) => no_project(text!("`{path}` is a file, not a project's folder", path = folder_shown)),
        _ => no_project(text!("there is no folder `{folder}`", folder = folder_shown)),
    })
}

/// A pattern below a folder.
fn below(root: &Path, pattern: &str) -> PathBuf {
    Path::new(&glob::Pattern::escape(&root.to_string_lossy())).join(pattern)
}

/// The files that a pattern below a folder matches, sorted by their paths.
pub(crate) fn expand(root: &Path, pattern: &str) -> Result<Vec<PathBuf>, String> {
    let paths = glob::glob(&below(root, pattern).to_string_lossy()).map_err(|error| error.msg.to_owned())?;
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
            let message = text!("`{pattern}` is no pattern: {why}", pattern = pattern.text, why);
            Box::new(Diagnostic::new(codes::WRONG_VALUE, message).label(place, Text::default()))
        })?;
        if found.is_empty() {
            let message = text!("there is no policy: `{pattern}` finds no file", pattern = pattern.text);
            return Err(Box::new(Diagnostic::new(codes::NO_POLICY, message).label(place, text!("no file matches"))));
        }
        files.extend(found);
    }
    Ok(files.into_iter().collect())
}
