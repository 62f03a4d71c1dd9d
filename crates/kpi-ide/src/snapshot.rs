//! What is known of a package at a moment.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use kpi_base::{Diagnostic, FileId, Files, SourceFile, Span};
use kpi_check::model::Model;
use kpi_check::occurrences::Occurrences;
use kpi_syntax::ast;

use crate::analysed::Analysed;
use crate::declarations::Declaration;
use crate::package::HouseRules;
use crate::tokens::{Token, TokenKind, read_tokens};

/// A place between two characters of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FilePosition {
    /// The file.
    pub file: FileId,
    /// The byte before which the place is; at most the length of the text.
    pub offset: u32,
}

/// A file, read. It is shared by all snapshots in which its text is the same.
#[derive(Debug)]
pub(crate) struct FileState {
    pub source: Arc<SourceFile>,
    pub parsed: ast::File,
    pub diagnostics: Vec<Diagnostic>,
    pub declarations: Vec<Declaration>,
    pub tokens: OnceLock<Vec<Token>>,
}

/// A package at a moment: its texts, what the parser makes of them, and what is found in them. It never changes, and can be
/// read on any thread.
#[derive(Clone, Debug)]
pub struct Snapshot {
    pub(crate) files: Files,
    /// By the number of the file; none for a file that was taken away and for a module that is no longer used.
    pub(crate) states: Vec<Option<Arc<FileState>>>,
    /// The policy files in the order of their paths, and behind them the modules in the order of their use.
    pub(crate) order: Vec<FileId>,
    pub(crate) house: Arc<HouseRules>,
    pub(crate) findings: Arc<Vec<Diagnostic>>,
    pub(crate) analysed: Option<Arc<Analysed>>,
    pub(crate) modelled: Option<Arc<Analysed>>,
    pub(crate) version: u64,
    pub(crate) occurrences: Arc<OnceLock<Occurrences>>,
}

impl Snapshot {
    /// A package without files.
    pub(crate) fn empty() -> Snapshot {
        Snapshot {
            files: Files::new(),
            states: Vec::new(),
            order: Vec::new(),
            house: Arc::default(),
            findings: Arc::default(),
            analysed: None,
            modelled: None,
            version: 0,
            occurrences: Arc::default(),
        }
    }

    /// The files with their texts, modules of the library included. Findings, the parsed files and tokens are places of
    /// these. A file that was taken away has an empty text here.
    pub fn files(&self) -> &Files {
        &self.files
    }

    /// The files that belong to the package now: its own in the order of their paths, then the modules that it uses.
    pub fn ids(&self) -> impl Iterator<Item = FileId> {
        self.order.iter().copied()
    }

    /// The file of a path.
    pub fn file_id(&self, path: &Path) -> Option<FileId> {
        let path = path.to_str()?;
        self.ids().find(|id| self.files.get(*id).is_some_and(|file| file.path == path))
    }

    /// The text of a file; empty if there is no such file.
    pub fn text(&self, file: FileId) -> &str {
        self.files.get(file).map(|file| file.text.as_str()).unwrap_or_default()
    }

    /// Whether a file is a module of the library, which nobody can edit.
    pub fn is_library(&self, file: FileId) -> bool {
        self.parsed(file).is_some_and(|file| file.library)
    }

    /// What the parser made of a file's text, as it is in this snapshot.
    pub fn parsed(&self, file: FileId) -> Option<&ast::File> {
        self.state(file).map(|state| &state.parsed)
    }

    /// What parser and checker, lints and proofs have to say, in the order of places, house rules applied. What takes long to
    /// find out may still be that of an older text, moved along with it.
    pub fn findings(&self) -> &[Diagnostic] {
        &self.findings
    }

    /// What was found in the latest text that was analysed whole, with its model; its places are those of
    /// [`Analysed::files`], and of this snapshot only if [`Snapshot::is_settled`].
    pub fn analysed(&self) -> Option<&Arc<Analysed>> {
        self.analysed.as_ref()
    }

    /// The latest model that there was, for names and types: its places may be those of an older text, since a text that is
    /// being written mostly has errors.
    pub fn model(&self) -> Option<&Model> {
        self.modelled.as_ref()?.model.as_ref()
    }

    /// Whether the texts of this snapshot were analysed whole: findings and model are of these texts.
    pub fn is_settled(&self) -> bool {
        self.analysed.as_ref().is_some_and(|analysed| analysed.version == self.version)
    }

    /// What the project asks of its policies.
    pub fn house(&self) -> &HouseRules {
        &self.house
    }

    /// How often the package has changed: two snapshots of a package with one version have the same texts.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// What each written name stands for, in the texts of this snapshot. It is found at the first question.
    pub fn occurrences(&self) -> &Occurrences {
        self.occurrences.get_or_init(|| Occurrences::find(self.ids().filter_map(|id| self.parsed(id))))
    }

    /// All declarations, file by file.
    pub fn declarations(&self) -> impl Iterator<Item = &Declaration> {
        self.ids().filter_map(|id| self.state(id)).flat_map(|state| &state.declarations)
    }

    /// The declarations of a file, in the order of the text.
    pub fn declarations_of(&self, file: FileId) -> &[Declaration] {
        self.state(file).map(|state| state.declarations.as_slice()).unwrap_or_default()
    }

    /// The declaration of a name: of several the first, which keeps it. Policies and tests have titles and no names.
    pub fn declaration(&self, name: &str) -> Option<&Declaration> {
        self.declarations().find(|declaration| declaration.name == name && declaration.is_named())
    }

    /// The declaration, comments above it excluded, in which a place is.
    pub fn item_at(&self, at: FilePosition) -> Option<&ast::Item> {
        let items = &self.parsed(at.file)?.items;
        let next = items.partition_point(|item| item.span.start <= at.offset);
        items.get(next.checked_sub(1)?).filter(|item| at.offset <= item.span.end)
    }

    /// The tokens of a file, in order. They are read at the first question.
    pub fn tokens(&self, file: FileId) -> &[Token] {
        match self.state(file) {
            Some(state) => state.tokens.get_or_init(|| read_tokens(file, &state.source)),
            None => &[],
        }
    }

    /// The token that a place is in or touches; of two that touch each other a name, a word or a text wins over
    /// punctuation, and then the right one.
    pub fn token_at(&self, at: FilePosition) -> Option<Token> {
        let tokens = self.tokens(at.file);
        let next = tokens.partition_point(|token| token.span.start <= at.offset);
        let right = next.checked_sub(1).and_then(|i| tokens.get(i)).filter(|token| at.offset <= token.span.end)?;
        let left = next.checked_sub(2).and_then(|i| tokens.get(i)).filter(|token| token.span.end == at.offset);
        match left {
            Some(left) if right.kind == TokenKind::Punctuation && left.kind != TokenKind::Punctuation => Some(*left),
            _ => Some(*right),
        }
    }

    /// The text of a span of this snapshot.
    pub fn text_of(&self, span: Span) -> &str {
        self.files.text(span)
    }

    fn state(&self, file: FileId) -> Option<&Arc<FileState>> {
        self.states.get(file.0 as usize)?.as_ref()
    }
}

impl Declaration {
    /// Whether other declarations can name it.
    pub fn is_named(&self) -> bool {
        use crate::DeclarationKind::{Policy, Test};
        !matches!(self.kind, Policy | Test) && !self.name.is_empty()
    }
}
