//! The loop: requests and notifications in, answers and findings out.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use kpi_base::{FileId, Language, Severity, SourceFile, Span};
use lsp_server::{Connection, ErrorCode, Message, Notification, Request, Response};
use lsp_types::notification::{
    DidChangeTextDocument, DidCloseTextDocument, DidOpenTextDocument, DidSaveTextDocument, Notification as _,
    PublishDiagnostics,
};
use lsp_types::request::{DocumentSymbolRequest, Formatting, Request as _};
use lsp_types::{
    Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DidChangeTextDocumentParams,
    DidCloseTextDocumentParams, DidOpenTextDocumentParams, DocumentFormattingParams, DocumentSymbolParams,
    DocumentSymbolResponse, InitializeParams, Location, NumberOrString, OneOf, PublishDiagnosticsParams, Range,
    ServerCapabilities, TextDocumentSyncCapability, TextDocumentSyncKind, TextEdit, Uri,
};
use serde::de::DeserializeOwned;

use crate::positions::{Encoding, range};
use crate::workspace::{Package, ReadRules, Workspace};
use crate::{outline, uris};

/// Why a session ended other than by the client's wish.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The client broke the protocol or went away.
    #[error("the connection to the editor broke: {0}")]
    Protocol(#[from] lsp_server::ProtocolError),
    /// Reading or writing failed.
    #[error("the connection to the editor broke: {0}")]
    Io(#[from] std::io::Error),
    /// The client's first message could not be read.
    #[error("the editor's first message could not be read: {0}")]
    Message(#[from] serde_json::Error),
    /// The client no longer takes messages.
    #[error("the editor went away")]
    Gone,
}

/// Serves an editor over stdin and stdout until it says goodbye; `rules` reads the house rules of a project.
///
/// # Errors
/// [`ServeError`] if the connection breaks.
pub fn serve(rules: ReadRules) -> Result<(), ServeError> {
    let (connection, threads) = Connection::stdio();
    serve_connection(&connection, rules)?;
    drop(connection);
    threads.join()?;
    Ok(())
}

/// Serves an editor over any connection until it says goodbye.
///
/// # Errors
/// [`ServeError`] if the connection breaks.
pub fn serve_connection(connection: &Connection, rules: ReadRules) -> Result<(), ServeError> {
    let (id, params) = connection.initialize_start()?;
    let params: InitializeParams = serde_json::from_value(params)?;
    let offered = params.capabilities.general.and_then(|general| general.position_encodings).unwrap_or_default();
    let encoding = Encoding::choose(&offered);
    let language = params.locale.as_deref().and_then(Language::find).unwrap_or_default();
    let capabilities = ServerCapabilities {
        position_encoding: Some(encoding.kind()),
        text_document_sync: Some(TextDocumentSyncCapability::Kind(TextDocumentSyncKind::FULL)),
        document_symbol_provider: Some(OneOf::Left(true)),
        document_formatting_provider: Some(OneOf::Left(true)),
        ..ServerCapabilities::default()
    };
    let answer = serde_json::json!({
        "capabilities": capabilities,
        "serverInfo": { "name": "kpi", "version": env!("CARGO_PKG_VERSION") },
    });
    connection.initialize_finish(id, answer)?;
    let mut session =
        Session { connection, encoding, language, workspace: Workspace::new(rules), shown: BTreeMap::new() };
    for message in &connection.receiver {
        match message {
            Message::Request(request) => {
                if connection.handle_shutdown(&request)? {
                    break;
                }
                session.answer(request)?;
            }
            Message::Notification(notification) => session.notice(notification)?,
            Message::Response(_) => {}
        }
    }
    Ok(())
}

struct Session<'a> {
    connection: &'a Connection,
    encoding: Encoding,
    language: Language,
    workspace: Workspace,
    /// By open document, the files for which findings were shown, so that they can be taken back.
    shown: BTreeMap<PathBuf, BTreeSet<PathBuf>>,
}

impl Session<'_> {
    fn answer(&self, request: Request) -> Result<(), ServeError> {
        let Request { id, method, params } = request;
        let response = if method == DocumentSymbolRequest::METHOD {
            match serde_json::from_value::<DocumentSymbolParams>(params) {
                Ok(params) => Response::new_ok(id, self.outline(&params.text_document.uri)),
                Err(why) => Response::new_err(id, ErrorCode::InvalidParams as i32, why.to_string()),
            }
        } else if method == Formatting::METHOD {
            match serde_json::from_value::<DocumentFormattingParams>(params) {
                Ok(params) => Response::new_ok(id, self.format(&params.text_document.uri)),
                Err(why) => Response::new_err(id, ErrorCode::InvalidParams as i32, why.to_string()),
            }
        } else {
            Response::new_err(id, ErrorCode::MethodNotFound as i32, format!("`{method}` is not served"))
        };
        self.send(Message::Response(response))
    }

    fn outline(&self, uri: &Uri) -> Option<DocumentSymbolResponse> {
        let path = uris::path(uri)?;
        let file = SourceFile::new(path.to_string_lossy(), self.workspace.text(&path)?);
        Some(DocumentSymbolResponse::Nested(outline::symbols(&file, self.encoding)))
    }

    /// The one edit that puts a document into style; none if it is, or cannot be read: its findings are shown anyway.
    fn format(&self, uri: &Uri) -> Option<Vec<TextEdit>> {
        let path = uris::path(uri)?;
        let text = self.workspace.text(&path)?;
        let formatted = kpi_fmt::format_text(FileId(0), &text).ok()?;
        if formatted == text {
            return Some(Vec::new());
        }
        let file = SourceFile::new(path.to_string_lossy(), text);
        let whole = Span { file: FileId(0), start: 0, end: file.text.len() as u32 };
        Some(vec![TextEdit { range: range(&file, whole, self.encoding), new_text: formatted }])
    }

    fn notice(&mut self, notification: Notification) -> Result<(), ServeError> {
        let Notification { method, params } = notification;
        let path = match method.as_str() {
            DidOpenTextDocument::METHOD => read::<DidOpenTextDocumentParams>(params).and_then(|p| {
                let path = uris::path(&p.text_document.uri)?;
                self.workspace.set(path.clone(), p.text_document.text);
                Some(path)
            }),
            DidChangeTextDocument::METHOD => read::<DidChangeTextDocumentParams>(params).and_then(|mut p| {
                let path = uris::path(&p.text_document.uri)?;
                self.workspace.set(path.clone(), p.content_changes.pop()?.text);
                Some(path)
            }),
            DidCloseTextDocument::METHOD => read::<DidCloseTextDocumentParams>(params).and_then(|p| {
                let path = uris::path(&p.text_document.uri)?;
                self.workspace.close(&path);
                Some(path)
            }),
            DidSaveTextDocument::METHOD => None,
            _ => None,
        };
        path.map_or(Ok(()), |path| self.show(&path))
    }

    /// Sends the findings about the policy of a document, and takes back those that are gone.
    fn show(&mut self, path: &Path) -> Result<(), ServeError> {
        let package = self.workspace.package(path);
        let mut by_file: BTreeMap<PathBuf, Vec<Diagnostic>> = BTreeMap::new();
        for file in self.shown.get(path).into_iter().flatten() {
            by_file.insert(file.clone(), Vec::new());
        }
        by_file.entry(path.to_owned()).or_default();
        for found in &package.diagnostics {
            if let Some((file, diagnostic)) = self.translate(&package, found) {
                by_file.entry(file).or_default().push(diagnostic);
            }
        }
        let with_findings = by_file.iter().filter(|(_, found)| !found.is_empty()).map(|(file, _)| file.clone());
        self.shown.insert(path.to_owned(), with_findings.collect());
        for (file, diagnostics) in by_file {
            let Some(uri) = uris::uri(&file) else { continue };
            let params = PublishDiagnosticsParams { uri, diagnostics, version: None };
            let notification = Notification::new(PublishDiagnostics::METHOD.to_owned(), params);
            self.send(Message::Notification(notification))?;
        }
        Ok(())
    }

    fn translate(&self, package: &Package, found: &kpi_base::Diagnostic) -> Option<(PathBuf, Diagnostic)> {
        let locate = |span: Span| {
            let file = package.files.get(span.file)?;
            Some((PathBuf::from(&file.path), range(file, span, self.encoding)))
        };
        let (main, others) = match found.labels.split_first() {
            Some((main, others)) => (locate(main.span)?, others),
            None => ((PathBuf::from(&package.files.iter().next()?.1.path), Range::default()), [].as_slice()),
        };
        let label = found.labels.first().map(|l| &l.text).filter(|text| !text.is_empty());
        let parts = [Some(&found.message), label, found.help.as_ref()];
        let parts: Vec<_> = parts.into_iter().flatten().map(|text| text.to(self.language)).collect();
        let related = others.iter().filter_map(|other| {
            let (file, range) = locate(other.span)?;
            let location = Location { uri: uris::uri(&file)?, range };
            Some(DiagnosticRelatedInformation { location, message: other.text.to(self.language) })
        });
        let severity = match found.severity {
            Severity::Error => DiagnosticSeverity::ERROR,
            Severity::Warning => DiagnosticSeverity::WARNING,
            Severity::Note => DiagnosticSeverity::INFORMATION,
        };
        let diagnostic = Diagnostic {
            range: main.1,
            severity: Some(severity),
            code: Some(NumberOrString::String(found.code.name().to_owned())),
            source: Some("kpi".to_owned()),
            message: parts.join("\n"),
            related_information: Some(related.collect()),
            ..Diagnostic::default()
        };
        Some((main.0, diagnostic))
    }

    fn send(&self, message: Message) -> Result<(), ServeError> {
        self.connection.sender.send(message).map_err(|_| ServeError::Gone)
    }
}

/// Parameters that cannot be read belong to a message that the server need not answer.
fn read<T: DeserializeOwned>(params: serde_json::Value) -> Option<T> {
    serde_json::from_value(params).ok()
}
