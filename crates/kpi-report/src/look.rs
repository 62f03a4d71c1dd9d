//! Colours and language.

use anstyle::{AnsiColor, Style};
use kpi_base::{Language, Text};

/// How text looks: whether it may have colours, and how wide a line may be, and in which language it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Whether escape codes for colours may stand in it.
    pub colour: bool,
    /// The columns of a line, for what is wrapped.
    pub width: usize,
    /// The language of what people read.
    pub language: Language,
}

/// What a text is, so that one place says how it looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Tone {
    #[default]
    Plain,
    Title,
    Faint,
    Good,
    Bad,
    Warn,
}

impl Default for Look {
    fn default() -> Look {
        Look { colour: false, width: 100, language: Language::English }
    }
}

impl Look {
    /// A text in the reader's language.
    #[allow(clippy::needless_pass_by_value, reason = "texts are made where they are said")]
    pub(crate) fn say(self, text: Text) -> String {
        text.to(self.language)
    }

    /// The text in its colour.
    pub(crate) fn paint(self, tone: Tone, text: &str) -> String {
        let style = match tone {
            Tone::Plain => return text.to_owned(),
            Tone::Title => Style::new().bold(),
            Tone::Faint => Style::new().dimmed(),
            Tone::Good => AnsiColor::Green.on_default(),
            Tone::Bad => AnsiColor::Red.on_default().bold(),
            Tone::Warn => AnsiColor::Yellow.on_default(),
        };
        if self.colour && !text.is_empty() { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }
}
