//! How far a run is, for whoever waits for it.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use kpi_base::{Language, Text, text};
use kpi_engine::{Progress, Stage};

use crate::args::When;

/// Work that is over sooner shows nothing.
const PATIENCE: Duration = Duration::from_millis(500);

/// Who is told how far the run is; nobody if nobody would see it.
pub(crate) fn watch(when: When, interactive: bool, language: Language) -> Option<Arc<dyn Progress>> {
    match when {
        When::Never => None,
        When::Auto if !interactive => None,
        When::Auto => Some(Arc::new(Bar::new(PATIENCE, language))),
        When::Always if interactive => Some(Arc::new(Bar::new(Duration::ZERO, language))),
        When::Always => Some(Arc::new(Lines { language })),
    }
}

/// A bar that counts tests; none if nobody would see it.
pub(crate) fn watch_tests(when: When, interactive: bool, tests: usize, language: Language) -> Option<ProgressBar> {
    if when == When::Never || !interactive {
        return None;
    }
    let bar = ProgressBar::with_draw_target(Some(tests as u64), ProgressDrawTarget::stderr());
    let far = text!("{position} of {length}", position = "{human_pos}", length = "{human_len}");
    let template = format!("{{spinner}} {{msg}} {{wide_bar}} {}", far.to(language));
    if let Ok(style) = ProgressStyle::with_template(&template) {
        bar.set_style(style);
    }
    bar.set_message(text!("running tests").to(language));
    bar.enable_steady_tick(Duration::from_millis(120));
    Some(bar)
}

fn words(stage: Stage) -> Text {
    match stage {
        Stage::Checking => text!("checking files"),
        Stage::Rosters => text!("reading rosters"),
        Stage::Aggregating => text!("aggregating rows"),
        Stage::Diagnosing => text!("looking for bad rows"),
    }
}

/// A bar on the terminal.
struct Bar {
    bar: ProgressBar,
    started: Instant,
    patience: Duration,
    shown: Mutex<bool>,
    language: Language,
}

impl Bar {
    fn new(patience: Duration, language: Language) -> Bar {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        Bar { bar, started: Instant::now(), patience, shown: Mutex::new(false), language }
    }

    fn show_when_due(&self) {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        if !*shown && self.started.elapsed() >= self.patience {
            *shown = true;
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
            self.bar.enable_steady_tick(Duration::from_millis(120));
        }
    }
}

impl Progress for Bar {
    fn stage(&self, stage: Stage, rows: Option<u64>) {
        let template = match rows {
            Some(_) => {
                let far = text!("{position} of {length}", position = "{human_pos}", length = "{human_len}");
                format!("{{spinner}} {{msg}} {{wide_bar}} {}", far.to(self.language))
            }
            None => "{spinner} {msg} {human_pos}".to_owned(),
        };
        self.bar.reset();
        match rows {
            Some(rows) => self.bar.set_length(rows),
            None => self.bar.unset_length(),
        }
        if let Ok(style) = ProgressStyle::with_template(&template) {
            self.bar.set_style(style);
        }
        self.bar.set_message(words(stage).to(self.language));
        self.show_when_due();
    }

    fn rows(&self, more: u64) {
        self.bar.inc(more);
        self.show_when_due();
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// A line a stage, where there is no terminal.
struct Lines {
    language: Language,
}

impl Progress for Lines {
    fn stage(&self, stage: Stage, _rows: Option<u64>) {
        // Progress that cannot be written is progress that nobody reads.
        let _ = writeln!(anstream::stderr(), "kpi: {}", words(stage).to(self.language));
    }

    fn rows(&self, _more: u64) {}
}
