//! Findings: sent to the client when they change, or given to it when it asks, whichever it can do. And the progress of the
//! first analysis.

use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kpi_base::{FileId, text};
use kpi_ide::Snapshot;
use lsp_server::{ErrorCode, Message, Notification, RequestId, Response};
use lsp_types::notification::{Notification as _, Progress as ProgressNotification, PublishDiagnostics};
use lsp_types::request::{Request as _, WorkspaceDiagnosticRefresh};
use lsp_types::{
    Diagnostic, DiagnosticOptions, DiagnosticServerCapabilities, DocumentDiagnosticParams, DocumentDiagnosticReport,
    DocumentDiagnosticReportKind, DocumentDiagnosticReportResult, FullDocumentDiagnosticReport, ProgressParams,
    ProgressParamsValue, PublishDiagnosticsParams, RelatedFullDocumentDiagnosticReport,
    RelatedUnchangedDocumentDiagnosticReport, ServerCapabilities, UnchangedDocumentDiagnosticReport, Uri,
    WorkDoneProgress, WorkDoneProgressBegin, WorkDoneProgressEnd, WorkspaceDiagnosticParams, WorkspaceDiagnosticReport,
    WorkspaceDiagnosticReportResult, WorkspaceDocumentDiagnosticReport, WorkspaceFullDocumentDiagnosticReport,
    WorkspaceUnchangedDocumentDiagnosticReport,
};
use serde_json::Value;

use super::asking::{self, Asked};
use super::{ServeError, Server};
use crate::client::Client;
use crate::{findings, uris};

/// What was shown for the files of a package.
pub type Shown = BTreeMap<PathBuf, Vec<Diagnostic>>;

/// A question for findings that waits until they are known.
pub enum Pull {
    /// Those of a document, unless they are still those of the result that the client has.
    Document { id: RequestId, path: PathBuf, previous: Option<String> },
    /// Those of all files; results that the client has by URI.
    Workspace { id: RequestId, previous: HashMap<String, String> },
}

/// How far the client was told of the first analysis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Nothing is to be told.
    None,
    /// It was asked to make room for one of this number.
    Asked(i32),
    /// It shows it.
    Shown(i32),
}

/// Announces that findings can be asked for, to a client that will.
pub fn announce(capabilities: &mut ServerCapabilities, client: &Client) {
    if client.pulls() {
        capabilities.diagnostic_provider = Some(DiagnosticServerCapabilities::Options(DiagnosticOptions {
            identifier: Some("kpi".to_owned()),
            inter_file_dependencies: true,
            workspace_diagnostics: true,
            work_done_progress_options: Default::default(),
        }));
    }
}

impl Server<'_> {
    /// Tells the client what has changed, and answers what was waiting for it.
    pub(super) fn tell(&mut self) -> Result<(), ServeError> {
        for key in std::mem::take(&mut self.changed) {
            if self.loading.contains(&key) {
                self.changed.insert(key);
                continue;
            }
            match self.ide.package_snapshot(&key) {
                // Before the first analysis what little is known would be taken for all there is.
                Some(snapshot) if snapshot.analysed().is_some() => self.publish(&key, &snapshot)?,
                Some(snapshot) if snapshot.ids().next().is_some() => {}
                _ => self.publish_none(&key)?,
            }
        }
        self.end_progress()?;
        self.answer_pulls()
    }

    fn publish(&mut self, key: &Path, snapshot: &Arc<Snapshot>) -> Result<(), ServeError> {
        let context = self.context(None, Vec::new());
        let mut found = if self.client.pulls() { BTreeMap::new() } else { findings::by_file(&context, snapshot) };
        let mut now = Shown::new();
        for id in snapshot.ids() {
            let Some(path) = snapshot.files().get(id).map(|file| PathBuf::from(&file.path)) else { continue };
            match found.remove(&id) {
                Some(diagnostics) => now.insert(path, diagnostics),
                None if self.open.contains_key(&path) => now.insert(path, Vec::new()),
                None => None,
            };
        }
        let before = self.shown.insert(key.to_owned(), now.clone()).unwrap_or_default();
        if self.client.pulls() {
            return Ok(());
        }
        for path in before.keys().filter(|path| !now.contains_key(*path)) {
            self.publish_file(path, Vec::new())?;
        }
        for (path, diagnostics) in now {
            if before.get(&path) != Some(&diagnostics) {
                self.publish_file(&path, diagnostics)?;
            }
        }
        Ok(())
    }

    /// A package has no files any more.
    fn publish_none(&mut self, key: &Path) -> Result<(), ServeError> {
        for path in self.shown.remove(key).unwrap_or_default().into_keys() {
            // It may have gone to another package.
            let elsewhere = self.shown.values().any(|shown| shown.contains_key(&path));
            if !elsewhere && !self.client.pulls() {
                self.publish_file(&path, Vec::new())?;
            }
        }
        Ok(())
    }

    fn publish_file(&self, path: &Path, diagnostics: Vec<Diagnostic>) -> Result<(), ServeError> {
        let Some(uri) = uris::uri(path) else { return Ok(()) };
        let params = PublishDiagnosticsParams { uri, diagnostics, version: self.open.get(path).copied() };
        self.notify(PublishDiagnostics::METHOD, params)
    }

    /// Asks a client that asks for findings to ask again.
    pub(super) fn refresh_findings(&mut self) -> Result<(), ServeError> {
        if self.client.pulls() && self.client.refreshes_findings() {
            self.ask(WorkspaceDiagnosticRefresh::METHOD, (), Asked::Other)?;
        }
        Ok(())
    }

    pub(super) fn pull_document(&mut self, id: RequestId, params: Value) -> Result<(), ServeError> {
        match serde_json::from_value::<DocumentDiagnosticParams>(params) {
            Ok(params) => {
                let Some(path) = uris::path(&params.text_document.uri) else {
                    return self.respond(id, full(Vec::new(), Vec::new()));
                };
                self.pulls.push(Pull::Document { id, path, previous: params.previous_result_id });
                Ok(())
            }
            Err(why) => self.refuse(id, ErrorCode::InvalidParams, &why.to_string()),
        }
    }

    pub(super) fn pull_workspace(&mut self, id: RequestId, params: Value) -> Result<(), ServeError> {
        match serde_json::from_value::<WorkspaceDiagnosticParams>(params) {
            Ok(params) => {
                let previous = params.previous_result_ids.into_iter();
                let previous = previous.map(|known| (known.uri.as_str().to_owned(), known.value)).collect();
                self.pulls.push(Pull::Workspace { id, previous });
                Ok(())
            }
            Err(why) => self.refuse(id, ErrorCode::InvalidParams, &why.to_string()),
        }
    }

    /// Takes a question for findings back; whether there was one.
    pub(super) fn take_back_pull(&mut self, id: &RequestId) -> bool {
        let before = self.pulls.len();
        self.pulls.retain(|pull| match pull {
            Pull::Document { id: own, .. } | Pull::Workspace { id: own, .. } => own != id,
        });
        self.pulls.len() < before
    }

    fn answer_pulls(&mut self) -> Result<(), ServeError> {
        for pull in std::mem::take(&mut self.pulls) {
            match pull {
                Pull::Document { id, path, previous } => {
                    let Some(snapshot) = self.ide.snapshot(&path) else {
                        self.respond(id, full(Vec::new(), Vec::new()))?;
                        continue;
                    };
                    if self.is_known(&self.ide.key_of(&path), &snapshot) {
                        let report = self.document_report(&snapshot, &path, previous.as_deref());
                        self.respond(id, report)?;
                    } else {
                        self.pulls.push(Pull::Document { id, path, previous });
                    }
                }
                Pull::Workspace { id, previous } => {
                    let keys: Vec<PathBuf> = self.ide.packages().cloned().collect();
                    let snapshots: Vec<_> =
                        keys.into_iter().filter_map(|key| Some((self.ide.package_snapshot(&key)?, key))).collect();
                    if snapshots.iter().all(|(snapshot, key)| self.is_known(key, snapshot)) {
                        let items =
                            snapshots.iter().flat_map(|(snapshot, _)| self.workspace_items(snapshot, &previous));
                        let report = WorkspaceDiagnosticReport { items: items.collect() };
                        self.respond(id, WorkspaceDiagnosticReportResult::Report(report))?;
                    } else {
                        self.pulls.push(Pull::Workspace { id, previous });
                    }
                }
            }
        }
        Ok(())
    }

    /// Whether what is known of a package is worth telling: a client that cannot be told to ask again gets the last word.
    fn is_known(&self, key: &Path, snapshot: &Snapshot) -> bool {
        let settled = snapshot.is_settled() || (self.client.refreshes_findings() && snapshot.analysed().is_some());
        settled && !self.loading.contains(key)
    }

    fn document_report(
        &mut self,
        snapshot: &Arc<Snapshot>,
        path: &Path,
        previous: Option<&str>,
    ) -> DocumentDiagnosticReportResult {
        let context = self.context(None, Vec::new());
        let mut found = findings::by_file(&context, snapshot);
        let own = snapshot.file_id(path).and_then(|id| found.remove(&id)).unwrap_or_default();
        let mut related = Vec::new();
        if relates_documents(&self.client) {
            for id in snapshot.ids().filter(|id| !snapshot.is_library(*id)) {
                let Some(other) = snapshot.files().get(id).map(|file| PathBuf::from(&file.path)) else { continue };
                let diagnostics = found.remove(&id).unwrap_or_default();
                let result = result_id(&diagnostics);
                let last = self.related.get(&other);
                let same = last.map_or(diagnostics.is_empty(), |last| *last == result);
                if other == path || same {
                    continue;
                }
                if let Some(uri) = uris::uri(&other) {
                    let report = FullDocumentDiagnosticReport { result_id: Some(result.clone()), items: diagnostics };
                    related.push((uri, DocumentDiagnosticReportKind::Full(report)));
                }
                self.related.insert(other, result);
            }
        }
        let result = result_id(&own);
        if previous == Some(result.as_str()) {
            let unchanged_document_diagnostic_report = UnchangedDocumentDiagnosticReport { result_id: result };
            let related_documents = (!related.is_empty()).then(|| related.into_iter().collect());
            return DocumentDiagnosticReportResult::Report(DocumentDiagnosticReport::Unchanged(
                RelatedUnchangedDocumentDiagnosticReport { related_documents, unchanged_document_diagnostic_report },
            ));
        }
        full(own, related)
    }

    fn workspace_items(
        &self,
        snapshot: &Arc<Snapshot>,
        previous: &HashMap<String, String>,
    ) -> Vec<WorkspaceDocumentDiagnosticReport> {
        let context = self.context(None, Vec::new());
        let mut found = findings::by_file(&context, snapshot);
        let item = |id: FileId| {
            let path = Path::new(&snapshot.files().get(id)?.path);
            let uri = uris::uri(path)?;
            let version = self.open.get(path).map(|version| i64::from(*version));
            let items = found.remove(&id).unwrap_or_default();
            let result_id = result_id(&items);
            Some(if previous.get(uri.as_str()) == Some(&result_id) {
                WorkspaceDocumentDiagnosticReport::Unchanged(WorkspaceUnchangedDocumentDiagnosticReport {
                    uri,
                    version,
                    unchanged_document_diagnostic_report: UnchangedDocumentDiagnosticReport { result_id },
                })
            } else {
                WorkspaceDocumentDiagnosticReport::Full(WorkspaceFullDocumentDiagnosticReport {
                    uri,
                    version,
                    full_document_diagnostic_report: FullDocumentDiagnosticReport { result_id: Some(result_id), items },
                })
            })
        };
        snapshot.ids().filter(|id| !snapshot.is_library(*id)).filter_map(item).collect()
    }

    pub(super) fn begin_progress(&mut self) -> Result<(), ServeError> {
        if self.progress != Progress::None || !self.client.shows_progress() {
            return Ok(());
        }
        // A client keeps the names of all that it ever made room for: each is another.
        let number = self.last_asked + 1;
        self.progress = Progress::Asked(number);
        self.ask_for_progress(number)
    }

    /// The client has made room for progress; shown unless the analysis was quicker.
    pub(super) fn show_progress(&mut self) -> Result<(), ServeError> {
        let Progress::Asked(number) = self.progress else { return Ok(()) };
        if self.analysing.is_none() {
            self.progress = Progress::None;
            return Ok(());
        }
        self.progress = Progress::Shown(number);
        let title = self.context(None, Vec::new()).say(&text!("checking the policy"));
        let begin = WorkDoneProgressBegin { title, cancellable: Some(false), message: None, percentage: None };
        self.tell_progress(number, WorkDoneProgress::Begin(begin))
    }

    fn end_progress(&mut self) -> Result<(), ServeError> {
        if let Progress::Shown(number) = self.progress
            && self.analysing.is_none()
        {
            self.progress = Progress::None;
            self.tell_progress(number, WorkDoneProgress::End(WorkDoneProgressEnd { message: None }))?;
        }
        Ok(())
    }

    fn tell_progress(&self, number: i32, progress: WorkDoneProgress) -> Result<(), ServeError> {
        let token = asking::progress(number);
        let value = ProgressParamsValue::WorkDone(progress);
        self.notify(ProgressNotification::METHOD, ProgressParams { token, value })
    }

    fn respond<R: serde::Serialize>(&self, id: RequestId, result: R) -> Result<(), ServeError> {
        self.send(Message::Response(Response::new_ok(id, result)))
    }

    pub(super) fn notify<P: serde::Serialize>(&self, method: &str, params: P) -> Result<(), ServeError> {
        self.send(Message::Notification(Notification::new(method.to_owned(), params)))
    }
}

fn relates_documents(client: &Client) -> bool {
    let text = client.capabilities.text_document.as_ref();
    let diagnostic = text.and_then(|text| text.diagnostic.as_ref());
    diagnostic.and_then(|diagnostic| diagnostic.related_document_support).unwrap_or(false)
}

fn full(items: Vec<Diagnostic>, related: Vec<(Uri, DocumentDiagnosticReportKind)>) -> DocumentDiagnosticReportResult {
    let result_id = Some(result_id(&items));
    let related_documents = (!related.is_empty()).then(|| related.into_iter().collect());
    DocumentDiagnosticReportResult::Report(DocumentDiagnosticReport::Full(RelatedFullDocumentDiagnosticReport {
        related_documents,
        full_document_diagnostic_report: FullDocumentDiagnosticReport { result_id, items },
    }))
}

/// A name for findings: those of the same name are the same.
fn result_id(diagnostics: &[Diagnostic]) -> String {
    let mut hasher = DefaultHasher::new();
    serde_json::to_string(diagnostics).unwrap_or_default().hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}
