//! Numbers: which project's are to be read, and what is done when they are there.

use std::path::{Path, PathBuf};

use kpi_base::Diagnostic;
use lsp_types::request::{CodeLensRefresh, InlayHintRefreshRequest, Request as _};

use super::asking::Asked;
use super::{Event, ServeError, Server};
use crate::numbers::{Outcome, Wanted};

impl Server<'_> {
    /// Has the numbers read of projects whose texts are settled.
    pub(super) fn read_numbers(&mut self) -> Result<(), ServeError> {
        let Some(wanted) = self.numbers_wanted() else {
            self.to_read.clear();
            return Ok(());
        };
        let due: Vec<PathBuf> = self.to_read.iter().filter(|root| !self.loading.contains(*root)).cloned().collect();
        for root in due {
            let Some(snapshot) = self.ide.package_snapshot(&root) else {
                self.to_read.remove(&root);
                continue;
            };
            let is_project = self.ide.roots().contains(&root);
            if is_project && self.open.keys().any(|path| self.ide.key_of(path) == root) {
                let (events, own) = (self.events.clone(), root.clone());
                self.readings.look_at(&root, &wanted, move |exports| {
                    let _ = events.send(Event::LookedAt(own, Box::new(exports)));
                });
            }
            if !snapshot.is_settled() {
                continue;
            }
            self.to_read.remove(&root);
            let ide = &self.ide;
            let mut open = self.open.keys().filter(|path| ide.key_of(path) == root).peekable();
            // With errors there is no result, and without a reader nobody waits for one.
            if !is_project || open.peek().is_none() || snapshot.findings().iter().any(Diagnostic::is_error) {
                continue;
            }
            let events = self.events.clone();
            let done = move |outcome| {
                let _ = events.send(Event::Read(Box::new(outcome)));
            };
            if self.readings.read(&root, &snapshot, &mut open, &wanted, done) {
                self.refresh_numbers()?;
            }
        }
        Ok(())
    }

    fn numbers_wanted(&self) -> Option<Wanted> {
        let language = self.settings.language().unwrap_or(self.client.locale);
        Wanted::of(&self.settings, language, self.program.as_deref()).filter(|_| !self.shut_down)
    }

    /// A run has ended.
    pub(super) fn numbers_read(&mut self, outcome: Outcome) -> Result<(), ServeError> {
        if self.readings.take(outcome) { self.refresh_numbers() } else { Ok(()) }
    }

    /// Exports have changed: those of the project below whose folder the file lies.
    pub(super) fn exports_changed(&mut self, path: &Path) {
        if let Some(root) = self.ide.root_of(path).map(Path::to_path_buf) {
            self.readings.exports_changed(&root);
            self.to_read.insert(root);
        }
    }

    /// The settings have changed: numbers may be wanted, or no longer, or other ones.
    pub(super) fn numbers_set(&mut self) -> Result<(), ServeError> {
        if self.numbers_wanted().is_none() {
            self.readings.clear();
            return self.refresh_numbers();
        }
        self.to_read.extend(self.ide.roots().iter().cloned());
        Ok(())
    }

    /// Asks the client to ask again for what shows numbers.
    fn refresh_numbers(&mut self) -> Result<(), ServeError> {
        if self.client.refreshes_hints() {
            self.ask(InlayHintRefreshRequest::METHOD, (), Asked::Other)?;
        }
        if self.client.refreshes_lenses() {
            self.ask(CodeLensRefresh::METHOD, (), Asked::Other)?;
        }
        Ok(())
    }
}
