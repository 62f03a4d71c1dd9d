//! The texts of policies: what is open in the editor wins over what is on disk.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use kpi_base::{Diagnostic, FileId, Files, SourceFile};

/// The open documents by their paths.
#[derive(Debug, Default)]
pub struct Workspace {
    open: BTreeMap<PathBuf, String>,
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
        let mut parsed = Vec::new();
        let mut diagnostics = Vec::new();
        for path in self.members(path) {
            let Some(text) = self.text(&path) else { continue };
            let id = files.add(SourceFile::new(path.to_string_lossy(), text));
            let result = kpi_syntax::parse(id, text_of(&files, id));
            parsed.push(result.file);
            diagnostics.extend(result.diagnostics);
        }
        diagnostics.extend(kpi_stdlib::load(&mut files, &mut parsed));
        let checked = kpi_check::check(&parsed);
        diagnostics.extend(checked.diagnostics);
        let settings = kpi_lint::Settings::default();
        diagnostics.extend(kpi_lint::lint(&parsed, checked.model.as_ref(), &settings));
        let diagnostics = kpi_lint::judge(diagnostics, &files, &settings, None, &str::to_owned).findings;
        Package { files, diagnostics }
    }

    /// The files of a package, in the order of their paths.
    fn members(&self, path: &Path) -> Vec<PathBuf> {
        let Some(root) = path.ancestors().skip(1).find(|folder| folder.join("kpi.toml").is_file()) else {
            return vec![path.to_owned()];
        };
        let pattern = format!("{}/**/*.kpi", glob::Pattern::escape(&root.to_string_lossy()));
        let on_disk = glob::glob(&pattern).into_iter().flatten().flatten();
        let open = self.open.keys().filter(|p| p.starts_with(root)).cloned();
        let mut members: Vec<PathBuf> = on_disk.chain(open).collect();
        members.sort();
        members.dedup();
        members
    }
}

fn text_of(files: &Files, id: FileId) -> &str {
    files.get(id).map(|file| file.text.as_str()).unwrap_or_default()
}
