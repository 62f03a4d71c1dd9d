//! The one shape of a finding.

use serde::Serialize;

use crate::{Code, Language, Span, Text, text};

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing; changes nothing.
    Note,
    /// Probably not what the author means.
    Warning,
    /// The policy or the data cannot be used as they are.
    Error,
}

/// A finding about a policy, about data or about the configuration.
///
/// The cause is in the message (lower case, no final period, user text in backticks), the place in a label or in
/// [`Diagnostic::place`], the remedy in the help.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// Which kind of finding: the key of its page.
    pub code: Code,
    /// How much it matters.
    pub severity: Severity,
    /// What is wrong.
    pub message: Text,
    /// Every place of the policy that matters, the main one first.
    pub labels: Vec<Label>,
    /// Where in a data file or a configuration, if it is about one.
    pub place: Option<Place>,
    /// What to do.
    pub help: Option<Text>,
    /// Changes that would mend it.
    pub fixes: Vec<Fix>,
}

/// A place in a policy file and what is to be said about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What is there; may be empty.
    pub text: Text,
}

/// A place in a file that is no policy: an export, `kpi.toml`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The path that messages show.
    pub path: String,
    /// The line of the file, from 1, where there are lines.
    pub line: Option<u64>,
    /// The row of the data, from 1, where there are no lines (Parquet).
    pub row: Option<u64>,
    /// The header of the column, as it stands in the file.
    pub column: Option<String>,
    /// The cell as it stands in the file.
    pub cell: Option<String>,
}

/// A change that would mend a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fix {
    /// What it does, as an imperative: "insert a space".
    pub title: Text,
    /// The edits, which do not overlap.
    pub edits: Vec<Edit>,
    /// Whether it can move no score, no grade and no pay, so that a program may make it without asking.
    pub safe: bool,
}

/// The replacement of one stretch of text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Edit {
    /// What goes.
    pub span: Span,
    /// What comes.
    pub text: String,
}

impl Diagnostic {
    /// A finding of this code, with its usual severity.
    pub fn new(code: Code, message: impl Into<Text>) -> Diagnostic {
        Diagnostic {
            code,
            severity: code.severity(),
            message: message.into(),
            labels: Vec::new(),
            place: None,
            help: None,
            fixes: Vec::new(),
        }
    }

    /// Adds a place of the policy; the first is the main one.
    #[must_use]
    pub fn label(mut self, span: Span, text: impl Into<Text>) -> Diagnostic {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// Says where in a data file or a configuration.
    #[must_use]
    pub fn at(mut self, place: Place) -> Diagnostic {
        self.place = Some(place);
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, text: impl Into<Text>) -> Diagnostic {
        self.help = Some(text.into());
        self
    }

    /// Adds a change of one stretch of text that would mend it, and that somebody must have looked at: it may move a score.
    #[must_use]
    pub fn fix(self, title: impl Into<Text>, span: Span, text: impl Into<String>) -> Diagnostic {
        self.add_fix(Fix { title: title.into(), edits: vec![Edit { span, text: text.into() }], safe: false })
    }

    /// Adds a change of one stretch of text that would mend it, and that can move no score, no grade and no pay.
    #[must_use]
    pub fn safe_fix(self, title: impl Into<Text>, span: Span, text: impl Into<String>) -> Diagnostic {
        self.add_fix(Fix { title: title.into(), edits: vec![Edit { span, text: text.into() }], safe: true })
    }

    /// Adds a change that would mend it.
    #[must_use]
    pub fn add_fix(mut self, fix: Fix) -> Diagnostic {
        self.fixes.push(fix);
        self
    }

    /// Whether it keeps the policy or the data from being used.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

impl Place {
    /// The place in a language: the path, and whatever more is known of it.
    pub fn to(&self, language: Language) -> String {
        let mut place = Text::verbatim(&*self.path);
        if let Some(line) = self.line {
            place = text!("{place}, line {line}", place, line);
        }
        if let Some(row) = self.row {
            place = text!("{place}, row {row}", place, row);
        }
        if let Some(column) = &self.column {
            place = text!("{place}, column `{column}`", place, column);
        }
        if let Some(cell) = &self.cell {
            place = text!("{place}: `{cell}`", place, cell);
        }
        place.to(language)
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.to(Language::English))
    }
}
