//! The whole analysis of a package: a job that can run on any thread, and what comes of it.

use std::path::PathBuf;
use std::sync::Arc;

use kpi_analysis::Analysis;
use kpi_base::{Diagnostic, Files};
use kpi_check::model::Model;
use kpi_syntax::ast;

use crate::package::HouseRules;
use crate::snapshot::{FileState, Snapshot};

/// What was found in a package whose texts were all looked at.
#[derive(Debug)]
pub struct Analysed {
    /// The texts that were analysed: places of the model are places of these.
    pub files: Files,
    /// The model, unless there are errors.
    pub model: Option<Model>,
    /// The findings that are to be told, by the house rules of the project.
    pub findings: Arc<Vec<Diagnostic>>,
    pub(crate) package: PathBuf,
    pub(crate) version: u64,
}

/// What became of an analysis that was handed to an [`Ide`](crate::Ide).
#[derive(Debug)]
pub struct Taken {
    /// Whether it is of the texts as they are; else it is of no use any more.
    pub is_news: bool,
    /// What is no longer needed.
    pub left: Leftover,
}

/// What is no longer needed. To drop a large model takes as long as a keystroke may: that is best done where nobody waits.
#[derive(Debug)]
pub struct Leftover {
    pub(crate) _analysed: Vec<Arc<Analysed>>,
    pub(crate) _snapshot: Option<Arc<Snapshot>>,
}

/// A whole analysis that is to be made; [`AnalysisJob::run`] takes long, and needs nothing of the [`Ide`](crate::Ide).
#[derive(Debug)]
pub struct AnalysisJob {
    pub(crate) package: PathBuf,
    pub(crate) version: u64,
    pub(crate) files: Files,
    pub(crate) parsed: Vec<Arc<FileState>>,
    pub(crate) found: Vec<Diagnostic>,
    pub(crate) house: Arc<HouseRules>,
    pub(crate) root: Option<PathBuf>,
}

impl AnalysisJob {
    /// Analyses the package as it was when the job was made.
    pub fn run(self) -> Analysed {
        let mut found = self.found;
        found.extend(self.parsed.iter().flat_map(|state| state.diagnostics.iter().cloned()));
        let parsed: Vec<ast::File> = self.parsed.iter().map(|state| state.parsed.clone()).collect();
        let analysis: Analysis = kpi_analysis::analyse_parsed(&parsed, found, &self.house.settings);
        let judged = self.house.judge(&analysis, &self.files, self.root.as_deref());
        Analysed {
            files: self.files,
            model: analysis.model,
            findings: Arc::new(judged),
            package: self.package,
            version: self.version,
        }
    }
}
