//! What a handler is given.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use kpi_base::{FileId, Language, SourceFile, Span, Text};
use kpi_ide::numbers::Figures;
use kpi_ide::{FilePosition, Snapshot};
use kpi_results::Exports;
use lsp_types::{Location, Position, Range, Uri};

use crate::client::{Client, Settings};
use crate::library;
use crate::positions;
use crate::uris;

/// What is known at the moment of a request. It can be read on any thread, however the texts go on to change.
#[derive(Clone, Debug)]
pub struct Context {
    /// The document that the request is about, if it names one that is known.
    pub document: Option<Document>,
    /// All packages that are known.
    #[allow(dead_code, reason = "what is asked of all policies begins with it")]
    pub packages: Vec<Arc<Snapshot>>,
    /// What the client can do.
    pub client: Arc<Client>,
    /// What the user has set.
    pub settings: Arc<Settings>,
    /// Whether nobody waits for the answer any more.
    pub cancelled: Arc<AtomicBool>,
}

/// A document in its package.
#[derive(Clone, Debug)]
pub struct Document {
    /// The package.
    pub snapshot: Arc<Snapshot>,
    /// The document.
    pub file: FileId,
    /// What the exports of its project come to, if that is known.
    pub figures: Option<Figures>,
    /// Why that is not known of the text as it is.
    pub no_figures: Option<Text>,
    /// The headers and some values of these exports, if they are known.
    pub exports: Option<Arc<Exports>>,
}

#[allow(dead_code, reason = "features begin with it")]
impl Document {
    /// Its text.
    pub fn source(&self) -> Option<&SourceFile> {
        self.snapshot.files().get(self.file)
    }
}

#[allow(dead_code, reason = "features begin with what a client means")]
impl Context {
    /// The language of the user.
    pub fn language(&self) -> Language {
        self.settings.language().unwrap_or(self.client.locale)
    }

    /// A text as the user reads it.
    pub fn say(&self, text: &Text) -> String {
        text.to(self.language())
    }

    /// Whether nobody waits for the answer any more: who works long asks now and then, and gives up.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    /// The place in the document that a client means.
    pub fn position(&self, document: &Document, position: Position) -> FilePosition {
        let text = document.snapshot.text(document.file);
        FilePosition { file: document.file, offset: positions::offset(text, position, self.client.encoding) as u32 }
    }

    /// The stretch of the document that a client means.
    pub fn span(&self, document: &Document, range: Range) -> Span {
        let text = document.snapshot.text(document.file);
        let [a, b] = [range.start, range.end].map(|p| positions::offset(text, p, self.client.encoding) as u32);
        Span { file: document.file, start: a.min(b), end: a.max(b) }
    }

    /// The range of a span of a snapshot.
    pub fn range(&self, snapshot: &Snapshot, span: Span) -> Range {
        snapshot.files().get(span.file).map_or_else(Range::default, |f| positions::range(f, span, self.client.encoding))
    }

    /// Where a span of a snapshot is; none in a module of the library, which is no file.
    pub fn location(&self, snapshot: &Snapshot, span: Span) -> Option<Location> {
        Some(Location { uri: self.uri(snapshot, span.file)?, range: self.range(snapshot, span) })
    }

    /// The URI of a file of a snapshot; of a module of the library that of the file into which it is written.
    pub fn uri_or_library(&self, snapshot: &Snapshot, file: FileId) -> Option<Uri> {
        match kpi_ide::definition::module_text(snapshot, file) {
            Some((module, text)) => uris::uri(&library::file(&self.settings, module, text)?),
            None => self.uri(snapshot, file),
        }
    }

    /// The URI of a file of a snapshot; none for a module of the library.
    pub fn uri(&self, snapshot: &Snapshot, file: FileId) -> Option<Uri> {
        let path = Path::new(&snapshot.files().get(file)?.path);
        path.is_absolute().then(|| uris::uri(path)).flatten()
    }
}
