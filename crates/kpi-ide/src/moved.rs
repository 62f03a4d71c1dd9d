//! Findings after an edit: those of what has not changed move along with it.

use kpi_base::{Code, Diagnostic, FileId, Span, codes};
use kpi_syntax::ast::Item;

use crate::snapshot::FileState;

/// An edit of a file, by declarations: which are the same before it, and which behind.
#[derive(Debug)]
pub(crate) struct Moved<'a> {
    file: FileId,
    old: &'a FileState,
    new: &'a FileState,
    /// How many declarations at the beginning are the same.
    before: usize,
    /// How many at the end are the same.
    behind: usize,
}

impl<'a> Moved<'a> {
    /// Compares two readings of a file.
    pub fn new(file: FileId, old: &'a FileState, new: &'a FileState) -> Moved<'a> {
        let same = |(a, b): &(&Item, &Item)| {
            a.doc == b.doc && a.faulty == b.faulty && text(old, a).is_some() && text(old, a) == text(new, b)
        };
        let (a, b) = (&old.parsed.items, &new.parsed.items);
        let before = a.iter().zip(b).take_while(same).count();
        let most = a.len().min(b.len()) - before;
        let behind = a.iter().rev().zip(b.iter().rev()).take(most).take_while(same).count();
        Moved { file, old, new, before, behind }
    }

    /// The declarations that were there and are changed or gone.
    pub fn gone(&self) -> std::ops::Range<usize> {
        self.before..self.old.parsed.items.len() - self.behind
    }

    /// The declarations that have changed or come.
    pub fn changed(&self) -> std::ops::Range<usize> {
        self.before..self.new.parsed.items.len() - self.behind
    }

    /// Where a stretch of the old text is now; `None` if it was in what has changed.
    pub fn span(&self, span: Span) -> Option<Span> {
        if span.file != self.file {
            return Some(span);
        }
        let items = &self.old.parsed.items;
        let place = items.partition_point(|item| item.span.start <= span.start).checked_sub(1)?;
        let old = items.get(place)?;
        let gone = self.gone();
        let new = if place < gone.start {
            self.new.parsed.items.get(place)?
        } else if place >= gone.end {
            let new = &self.new.parsed.items;
            new.get(new.len() - (items.len() - place))?
        } else {
            return self.name(place, span);
        };
        let shift = |offset: u32| offset - old.span.start + new.span.start;
        Some(Span { start: shift(span.start), end: shift(span.end), ..span })
    }

    /// The name of a changed declaration that still has one.
    fn name(&self, place: usize, span: Span) -> Option<Span> {
        let of =
            |state: &FileState, place: usize| state.declarations.iter().find(|d| d.item == place).map(|d| d.name_span);
        (of(self.old, place) == Some(span) && self.gone().len() == self.changed().len()).then(|| of(self.new, place))?
    }

    /// Takes a finding along; `None` if it was about what has changed.
    pub fn finding(&self, mut finding: Diagnostic) -> Option<Diagnostic> {
        let main = finding.labels.first()?;
        if main.span.file == self.file && is_syntax(finding.code) {
            // What the parser says of the file it says anew.
            return None;
        }
        self.span(main.span)?;
        finding.labels.retain_mut(|label| self.span(label.span).map(|span| label.span = span).is_some());
        finding.fixes.retain_mut(|fix| {
            fix.edits.iter_mut().all(|edit| self.span(edit.span).map(|span| edit.span = span).is_some())
        });
        Some(finding)
    }
}

fn text<'s>(state: &'s FileState, item: &Item) -> Option<&'s str> {
    state.source.text.get(item.span.start as usize..item.span.end as usize)
}

/// Whether it is the parser that says this.
pub(crate) fn is_syntax(code: Code) -> bool {
    codes::syntax::ALL.contains(&code)
}

/// Whether only a look at the whole package can tell this: what nothing uses, what requirements, lints, ranges and proofs say.
pub(crate) fn needs_whole(code: Code) -> bool {
    [codes::names::UNUSED, codes::cards::REQUIRED, codes::cards::START_OF_STINT].contains(&code)
        || [codes::reach::ALL, codes::lints::ALL, codes::proofs::ALL].iter().any(|codes| codes.contains(&code))
}
