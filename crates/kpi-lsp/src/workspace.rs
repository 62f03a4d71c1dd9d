//! The texts of policies: what is open in the editor wins over what is on disk.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use kpi_base::{Diagnostic, Files, SourceFile};
use kpi_lint::{Baseline, Settings};

/// What a project asks of its policies.
#[derive(Debug, Default)]
pub struct HouseRules {
    /// Levels, and the settings of lints.
    pub settings: Settings,
    /// What is known and not told.
    pub baseline: Option<Baseline>,
}

/// Reads the house rules of the project in a folder. Who starts the server knows the form of `kpi.toml`.
pub type ReadRules = Box<dyn Fn(&Path) -> HouseRules>;

/// The open documents by their paths.
pub struct Workspace {
    open: BTreeMap<PathBuf, String>,
    rules: ReadRules,
}

/// A policy as it stands now.
#[derive(Debug)]
pub struct Package {
    /// Its files.
    pub files: Files,
    /// Everything that parser and checker have to say.
    pub diagnostics: Vec<Diagnostic>,
}

impl Workspace {
    /// No document is open yet.
    pub fn new(rules: ReadRules) -> Workspace {
        Workspace { open: BTreeMap::new(), rules }
    }

    /// A document was opened or changed.
    pub fn set(&mut self, path: PathBuf, text: String) {
        self.open.insert(path, text);
    }

    /// A document was closed: the file on disk counts again.
    pub fn close(&mut self, path: &Path) {
        self.open.remove(path);
    }

    /// The text of a file as it stands now.
    pub fn text(&self, path: &Path) -> Option<String> {
        self.open.get(path).cloned().or_else(|| std::fs::read_to_string(path).ok())
    }

    /// The policy to which a file belongs, checked: all `.kpi` files below the folder of the nearest `kpi.toml` upwards, or
    /// the file alone where there is none.
    pub fn package(&self, path: &Path) -> Package {
        let mut files = Files::new();
        let mut ids = Vec::new();
        for path in self.members(path) {
            let Some(text) = self.text(&path) else { continue };
            ids.push(files.add(SourceFile::new(path.to_string_lossy(), text)));
        }
        let root = root_of(path);
        let rules = root.map(&self.rules).unwrap_or_default();
        let analysis = kpi_analysis::analyse(&mut files, &ids, &rules.settings);
        let inside = |path: &str| {
            let inside = root.and_then(|root| Path::new(path).strip_prefix(root).ok());
            inside.map_or_else(|| path.to_owned(), |inside| inside.to_string_lossy().replace('\\', "/"))
        };
        let diagnostics = analysis.judge(&files, &rules.settings, rules.baseline.as_ref(), &inside).findings;
        Package { files, diagnostics }
    }

    /// The files of a package, in the order of their paths.
    fn members(&self, path: &Path) -> Vec<PathBuf> {
        let Some(root) = root_of(path) else { return vec![path.to_owned()] };
        let pattern = format!("{}/**/*.kpi", glob::Pattern::escape(&root.to_string_lossy()));
        let on_disk = glob::glob(&pattern).into_iter().flatten().flatten();
        let open = self.open.keys().filter(|p| p.starts_with(root)).cloned();
        let mut members: Vec<PathBuf> = on_disk.chain(open).collect();
        members.sort();
        members.dedup();
        members
    }
}

/// The folder of the nearest `kpi.toml` upwards.
fn root_of(path: &Path) -> Option<&Path> {
    path.ancestors().skip(1).find(|folder| folder.join("kpi.toml").is_file())
}
