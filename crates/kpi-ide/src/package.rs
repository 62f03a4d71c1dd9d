//! A package: files that are one policy.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use kpi_analysis::Analysis;
use kpi_base::codes::lints::WRONG_ALLOW;
use kpi_base::codes::names::UNKNOWN_MODULE;
use kpi_base::{Diagnostic, FileId, Files, SourceFile, Span};
use kpi_lint::{Baseline, Settings};
use kpi_stdlib::Module;
use kpi_syntax::ast;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::analysed::{Analysed, AnalysisJob, Leftover, Taken};
use crate::declarations::read_declarations;
use crate::index::{Index, ItemAt, Symbol};
use crate::moved::{Moved, is_syntax, needs_whole};
use crate::slice;
use crate::snapshot::{FileState, Snapshot};

/// What a project asks of its policies.
#[derive(Debug, Default)]
pub struct HouseRules {
    /// Levels, and the settings of lints.
    pub settings: Settings,
    /// What is known and not told.
    pub baseline: Option<Baseline>,
}

impl HouseRules {
    pub(crate) fn judge(&self, analysis: &Analysis, files: &Files, root: Option<&Path>) -> Vec<Diagnostic> {
        // The baseline has paths as they stand in the project.
        let inside = |path: &str| {
            let inside = root.and_then(|root| Path::new(path).strip_prefix(root).ok());
            inside.map_or_else(|| path.to_owned(), |inside| inside.to_string_lossy().replace('\\', "/"))
        };
        analysis.judge(files, &self.settings, self.baseline.as_ref(), &inside).findings
    }
}

/// The files below a folder with a `kpi.toml`, or one file alone. A file keeps its number as long as the package lives.
#[derive(Debug)]
pub(crate) struct Package {
    /// The folder, or the path of the file that stands alone.
    pub key: PathBuf,
    /// The folder, if it is one.
    root: Option<PathBuf>,
    house: Arc<HouseRules>,
    files: Files,
    states: Vec<Option<Arc<FileState>>>,
    by_path: BTreeMap<PathBuf, FileId>,
    modules: Vec<(Module, FileId)>,
    /// The files whose text is newer than what is known of them.
    unread: Vec<FileId>,
    version: u64,
    analysed: Option<Arc<Analysed>>,
    /// The latest analysis that came to a model.
    modelled: Option<Arc<Analysed>>,
    snapshot: Option<Arc<Snapshot>>,
    index: Index,
    /// What is known of the texts that were read last.
    findings: Arc<Vec<Diagnostic>>,
    /// The files in order.
    order: Vec<FileId>,
    /// What is to be said of modules that there are not.
    loading: Vec<Diagnostic>,
    /// Whether something other than texts has changed since the last reading.
    moved: bool,
    /// What was declared in files that are gone.
    lost: FxHashSet<Symbol>,
    /// The declarations that the last slice could tell of.
    targets: Vec<Span>,
}

impl Package {
    pub fn new(key: PathBuf, root: Option<PathBuf>) -> Package {
        Package {
            key,
            root,
            house: Arc::default(),
            files: Files::new(),
            states: Vec::new(),
            by_path: BTreeMap::new(),
            modules: Vec::new(),
            unread: Vec::new(),
            version: 0,
            analysed: None,
            modelled: None,
            snapshot: None,
            index: Index::default(),
            findings: Arc::default(),
            order: Vec::new(),
            loading: Vec::new(),
            moved: true,
            lost: FxHashSet::default(),
            targets: Vec::new(),
        }
    }

    pub fn set_house(&mut self, house: HouseRules) {
        self.house = Arc::new(house);
        self.change();
    }

    pub fn set_file(&mut self, path: &Path, text: String) {
        let source = Arc::new(SourceFile::new(path.to_string_lossy(), text));
        let id = match self.by_path.get(path) {
            Some(id) if self.files.get(*id).is_some_and(|file| file.text == source.text) => return,
            Some(id) => {
                self.files.replace(*id, source);
                *id
            }
            None => {
                let id = self.files.add(source);
                self.states.push(None);
                self.by_path.insert(path.to_owned(), id);
                id
            }
        };
        if !self.unread.contains(&id) {
            self.unread.push(id);
        }
        self.change();
    }

    pub fn remove_file(&mut self, path: &Path) {
        let Some(id) = self.by_path.remove(path) else { return };
        self.files.replace(id, SourceFile::new(path.to_string_lossy(), ""));
        self.unread.retain(|unread| *unread != id);
        if let Some(state) = self.states.get_mut(id.0 as usize) {
            let items = state.take().map_or(0, |state| state.parsed.items.len() as u32);
            self.lost.extend((0..items).filter_map(|item| self.index.declared_by((id, item))));
        }
        self.index.remove(id);
        let about = |finding: &Diagnostic| finding.labels.first().is_some_and(|label| label.span.file == id);
        Arc::make_mut(&mut self.findings).retain(|finding| !about(finding));
        self.change();
    }

    pub fn paths(&self) -> impl Iterator<Item = &PathBuf> {
        self.by_path.keys()
    }

    pub fn text(&self, path: &Path) -> Option<&str> {
        Some(self.files.get(*self.by_path.get(path)?)?.text.as_str())
    }

    fn change(&mut self) {
        self.version += 1;
        self.moved = true;
        self.snapshot = None;
    }

    /// What is known now.
    pub fn snapshot(&mut self) -> Arc<Snapshot> {
        if let Some(snapshot) = &self.snapshot {
            return snapshot.clone();
        }
        self.read();
        let snapshot = Arc::new(Snapshot {
            files: self.files.clone(),
            states: self.states.clone(),
            order: self.order.clone(),
            house: self.house.clone(),
            findings: self.findings.clone(),
            analysed: self.analysed.clone(),
            modelled: self.modelled.clone(),
            version: self.version,
            occurrences: Arc::default(),
        });
        self.snapshot = Some(snapshot.clone());
        snapshot
    }

    /// The analysis that is missing, if one is.
    pub fn job(&mut self) -> Option<AnalysisJob> {
        if self.analysed.as_ref().is_some_and(|analysed| analysed.version == self.version) {
            return None;
        }
        self.read();
        let states = self.order.iter().filter_map(|id| self.states.get(id.0 as usize).cloned().flatten());
        Some(AnalysisJob {
            package: self.key.clone(),
            version: self.version,
            files: self.files.clone(),
            parsed: states.collect(),
            found: self.loading.clone(),
            house: self.house.clone(),
            root: self.root.clone(),
        })
    }

    /// Takes what an analysis found, unless the package has changed since.
    pub fn take(&mut self, analysed: Analysed) -> Taken {
        if analysed.version != self.version {
            return Taken { is_news: false, left: Leftover { _analysed: vec![Arc::new(analysed)], _snapshot: None } };
        }
        self.findings = analysed.findings.clone();
        let analysed = Arc::new(analysed);
        let mut old = Vec::new();
        if analysed.model.is_some() {
            old.extend(self.modelled.replace(analysed.clone()));
        }
        old.extend(self.analysed.replace(analysed));
        Taken { is_news: true, left: Leftover { _analysed: old, _snapshot: self.snapshot.take() } }
    }

    /// Reads what has changed, and finds out what a slice can tell of it.
    fn read(&mut self) {
        let unread = std::mem::take(&mut self.unread);
        if unread.is_empty() && !std::mem::take(&mut self.moved) {
            return;
        }
        self.moved = false;
        let state = |id: FileId| self.states.get(id.0 as usize).cloned().flatten();
        let sources = unread.iter().filter_map(|id| Some((*id, self.files.shared(*id)?, state(*id))));
        let mut edits = Vec::new();
        for (id, new) in read_files(&sources.collect::<Vec<_>>()) {
            let Some(state) = self.states.get_mut(id.0 as usize) else { continue };
            edits.push((id, state.replace(new.clone()), new));
        }
        self.load_modules();
        let mut names = std::mem::take(&mut self.lost);
        let mut changed: Vec<ItemAt> = Vec::new();
        let mut findings = std::mem::take(&mut self.findings);
        for (id, old, new) in &edits {
            let old = old.as_deref();
            let moved = old.map(|old| Moved::new(*id, old, new));
            let gone = moved.as_ref().map_or(0..0, Moved::gone);
            names.extend(gone.filter_map(|item| self.index.declared_by((*id, item as u32))));
            self.index.set(*id, new);
            let come = moved.as_ref().map_or(0..new.parsed.items.len(), Moved::changed);
            changed.extend(come.map(|item| (*id, item as u32)));
            if let Some(moved) = moved {
                let all = Arc::unwrap_or_clone(findings);
                findings = Arc::new(all.into_iter().filter_map(|finding| moved.finding(finding)).collect());
            }
        }
        names.extend(changed.iter().filter_map(|item| self.index.declared_by(*item)));
        let mut findings = Arc::unwrap_or_clone(findings);
        findings.retain(|finding| finding.code != UNKNOWN_MODULE);
        let mut found = self.loading.clone();
        found.extend(edits.iter().flat_map(|(_, _, new)| new.diagnostics.iter().cloned()));
        if self.analysed.is_some() && changed.len() <= MOST_CHANGED {
            found.extend(self.check_slice(&changed, &names, &mut findings));
        }
        findings.extend(self.judge(found, &edits));
        findings.sort_by_key(|finding| finding.labels.first().map(|label| (label.span.file, label.span.start)));
        findings.dedup();
        self.findings = Arc::new(findings);
    }

    /// What the checker says of what has changed and of what uses it; what it said of that before goes.
    fn check_slice(
        &mut self,
        changed: &[ItemAt],
        names: &FxHashSet<Symbol>,
        findings: &mut Vec<Diagnostic>,
    ) -> Vec<Diagnostic> {
        let slice = slice::cut(&self.index, &self.states, &self.order, changed, names);
        self.targets.clear();
        if slice.targets.is_empty() {
            return Vec::new();
        }
        let mut targets: FxHashMap<FileId, Vec<Span>> = FxHashMap::default();
        for (file, item) in &slice.targets {
            let state = self.states.get(file.0 as usize).and_then(Option::as_ref);
            let span = state.and_then(|state| state.parsed.items.get(*item as usize)).map(|item| item.span);
            targets.entry(*file).or_default().extend(span);
            self.targets.extend(span);
        }
        targets.values_mut().for_each(|spans| spans.sort_unstable());
        let in_target = |finding: &Diagnostic| {
            let Some(place) = finding.labels.first().map(|label| label.span) else { return false };
            let Some(spans) = targets.get(&place.file) else { return false };
            let next = spans.partition_point(|span| span.start <= place.start);
            next.checked_sub(1).and_then(|i| spans.get(i)).is_some_and(|span| place.start <= span.end)
        };
        let stays = |finding: &Diagnostic| needs_whole(finding.code) || is_syntax(finding.code) || !in_target(finding);
        findings.retain(stays);
        let checked = kpi_check::check_meaning(&slice.files).diagnostics;
        checked.into_iter().filter(|finding| !needs_whole(finding.code) && in_target(finding)).collect()
    }

    /// Leaves of findings in edited files those that are to be told.
    fn judge(&self, found: Vec<Diagnostic>, edits: &[Edit]) -> Vec<Diagnostic> {
        if found.is_empty() {
            return found;
        }
        // Only files with findings are asked what they allow.
        let mut about: Vec<FileId> = found.iter().filter_map(|f| Some(f.labels.first()?.span.file)).collect();
        about.extend(edits.iter().map(|(id, _, _)| *id));
        let mut files = Files::new();
        let nothing = Arc::new(SourceFile::new("", ""));
        for (id, _) in self.files.iter() {
            let file = about.contains(&id).then(|| self.files.shared(id)).flatten();
            files.add(file.unwrap_or_else(|| nothing.clone()));
        }
        let analysis = Analysis { model: None, examples: Vec::new(), findings: found };
        let judged = self.house.judge(&analysis, &files, self.root.as_deref());
        judged.into_iter().filter(|finding| finding.code != WRONG_ALLOW).collect()
    }

    /// Brings in the modules that are used now, and settles the order of the files.
    fn load_modules(&mut self) {
        let mut order: Vec<FileId> = self.by_path.values().copied().collect();
        let state = |id: &FileId| self.states.get(id.0 as usize)?.as_ref();
        let (wanted, found) = kpi_stdlib::used(order.iter().filter_map(state).map(|state| &state.parsed));
        self.loading = found;
        for (_, id) in self.modules.iter().filter(|(module, _)| !wanted.contains(module)) {
            if let Some(state) = self.states.get_mut(id.0 as usize) {
                *state = None;
            }
            self.index.remove(*id);
            self.files.replace(*id, SourceFile::new("", ""));
        }
        for module in wanted {
            let id = match self.modules.iter().find(|(known, _)| *known == module) {
                Some((_, id)) => *id,
                None => {
                    let id = self.files.add(SourceFile::new("", ""));
                    self.states.push(None);
                    self.modules.push((module, id));
                    id
                }
            };
            order.push(id);
            if let Some(state) = self.states.get_mut(id.0 as usize).filter(|state| state.is_none()) {
                let source = Arc::new(SourceFile::new(kpi_stdlib::path(module), module.text));
                self.files.replace(id, source.clone());
                let read = read_file(id, source, None, Some(module));
                self.index.set(id, &read);
                *state = Some(read);
            }
        }
        self.order = order;
    }
}

/// From so many declarations on that change at once, nobody is typing: the whole analysis is soon there.
const MOST_CHANGED: usize = 50;

/// A file that was read anew: what it was, if it was there, and what it is.
type Edit = (FileId, Option<Arc<FileState>>, Arc<FileState>);

/// A file that is to be read, and what it was.
type Unread = (FileId, Arc<SourceFile>, Option<Arc<FileState>>);

/// Reads files, many of them on all cores.
fn read_files(sources: &[Unread]) -> Vec<(FileId, Arc<FileState>)> {
    let read = |share: &[Unread]| -> Vec<_> {
        share.iter().map(|(id, source, old)| (*id, read_file(*id, source.clone(), old.as_deref(), None))).collect()
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let share = sources.len().div_ceil(cores).max(4);
    std::thread::scope(|scope| {
        let mut shares = sources.chunks(share);
        let first = shares.next().unwrap_or_default();
        let others: Vec<_> = shares.map(|share| (share, scope.spawn(move || read(share)))).collect();
        let mut found = read(first);
        // A share whose thread could not end is read again here, where a fault shows itself.
        found.extend(others.into_iter().flat_map(|(share, other)| other.join().unwrap_or_else(|_| read(share))));
        found
    })
}

fn read_file(id: FileId, source: Arc<SourceFile>, old: Option<&FileState>, module: Option<Module>) -> Arc<FileState> {
    let parsed = match old {
        Some(old) => kpi_syntax::parse_again(id, &source.text, &old.parsed),
        None => kpi_syntax::parse(id, &source.text),
    };
    let name = module.map(|module| module.name.to_owned()).unwrap_or_default();
    let file = ast::File { library: module.is_some(), module: name, ..parsed.file };
    let declarations = read_declarations(&file);
    Arc::new(FileState { source, parsed: file, diagnostics: parsed.diagnostics, declarations, tokens: OnceLock::new() })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice, reason = "a test may panic")]
mod tests;
