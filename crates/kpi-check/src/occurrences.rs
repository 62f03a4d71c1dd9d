//! What each written name stands for: the ground of going to a definition, of finding references and of renaming.
//!
//! [`Occurrences::find`] walks the files as they are written, by the same rules as the checker, and never gives up: what
//! cannot be read or has no meaning is passed over, and everything around it is found. It needs no sound policy and no model,
//! and judges nothing. A test holds it to the checker: wherever a model says that a place means a column, a member, an
//! indicator or a parameter, so must this.
//!
//! Words of the language (`sum`, `.attainment`, `money`) and what has no declaration (currencies, topics of notes) have no
//! occurrences.

mod index;
mod items;
mod payouts;
mod resolve;
mod tests_of_policies;
mod values;

use kpi_base::{FileId, Span};
use kpi_syntax::ast;
use rustc_hash::FxHashMap;

/// What names stand for, in all files of a package.
#[derive(Clone, Debug, Default)]
pub struct Occurrences {
    symbols: Vec<Symbol>,
    by_file: FxHashMap<FileId, Vec<Occurrence>>,
    subjects: FxHashMap<SymbolId, Vec<SymbolId>>,
}

/// A place among the [symbols](Occurrences::symbols).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SymbolId(pub u32);

/// What a name can stand for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    /// Its kind.
    pub kind: SymbolKind,
    /// Its name, in NFC.
    pub name: String,
    /// Where its name is declared; of a tag, which nobody declares, the first place that names it.
    pub span: Span,
    /// What it is a part of: the table of a column, the dimension of a member, the card of a veto.
    pub owner: Option<SymbolId>,
    /// The dimension, the scale or the table that its values are of, of columns and parameters; the table of a scorecard's
    /// subjects, and that of whose rows a view is made.
    pub of: Option<SymbolId>,
}

/// The kinds of what a name can stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "each is the declaration of its name")]
pub enum SymbolKind {
    Dimension,
    /// Of a dimension.
    Member,
    Scale,
    Roster,
    Source,
    View,
    Shape,
    /// Of a roster, a source, a view or a shape.
    Column,
    /// The column that a calendar word makes in a view: `group by week`.
    CalendarColumn,
    Param,
    Function,
    /// What a function or an entry takes.
    Argument,
    Curve,
    Indicator,
    /// Of an indicator.
    Part,
    Entry,
    Scorecard,
    /// Of a scorecard.
    Group,
    /// Of a scorecard.
    Veto,
    /// Of a scorecard: `bonus`, `deduct`.
    Adjustment,
    Incentive,
    /// Of an incentive.
    Pay,
    Rule,
    Goal,
    Tag,
    /// A column of the grid `each` of a test.
    Case,
    /// A subject of a test: the cell with its key.
    Subject,
    /// A module of a library; its place is the beginning of its text.
    Module,
}

/// A name at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Occurrence {
    /// Where it is written, backticks included.
    pub span: Span,
    /// What it stands for.
    pub symbol: SymbolId,
    /// Whether it declares it.
    pub role: Role,
}

/// Why a name stands where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// It declares what it stands for.
    Declaration,
    /// It means what is declared elsewhere.
    Reference,
}

impl Occurrences {
    /// Finds them in the files of a package, modules of the library included.
    pub fn find<'a>(files: impl IntoIterator<Item = &'a ast::File>) -> Occurrences {
        let files: Vec<&ast::File> = files.into_iter().collect();
        let find = || {
            let index = index::Index::build(&files);
            let mut walk = resolve::Walk::new(&index);
            walk.package(&files);
            walk.finish()
        };
        // A formula may be as deep as the parser lets it be, whatever stack the caller happens to have.
        std::thread::scope(|scope| {
            let thread = std::thread::Builder::new().stack_size(crate::STACK).spawn_scoped(scope, find);
            thread.ok().and_then(|thread| thread.join().ok())
        })
        .unwrap_or_default()
    }

    /// Everything that a name stands for, by [`SymbolId`].
    pub fn symbols(&self) -> &[Symbol] {
        &self.symbols
    }

    /// What an id stands for.
    pub fn symbol(&self, id: SymbolId) -> Option<&Symbol> {
        self.symbols.get(id.0 as usize)
    }

    /// The occurrences in a file, in the order of their places. A name that stands for several things (the stage of a person
    /// and of a team, in an indicator that both have) is there once for each.
    pub fn in_file(&self, file: FileId) -> &[Occurrence] {
        self.by_file.get(&file).map(Vec::as_slice).unwrap_or_default()
    }

    /// The occurrence that a place is in or touches.
    pub fn at(&self, file: FileId, offset: u32) -> Option<Occurrence> {
        let all = self.in_file(file);
        let next = all.partition_point(|found| found.span.start <= offset);
        let before = all.get(..next)?.iter().rev().take(4);
        before
            .filter(|found| offset <= found.span.end)
            .min_by_key(|found| (found.span.end == offset, found.symbol))
            .copied()
    }

    /// All occurrences of a symbol, file by file.
    pub fn of(&self, symbol: SymbolId) -> Vec<Occurrence> {
        let mut found: Vec<Occurrence> =
            self.by_file.values().flatten().filter(|found| found.symbol == symbol).copied().collect();
        found.sort_unstable();
        found
    }

    /// All occurrences, in no order of files.
    pub fn iter(&self) -> impl Iterator<Item = Occurrence> {
        self.by_file.values().flatten().copied()
    }

    /// For whom an indicator is computed: the tables of the cards that have it, and of what else reads it.
    pub fn subjects(&self, indicator: SymbolId) -> &[SymbolId] {
        self.subjects.get(&indicator).map(Vec::as_slice).unwrap_or_default()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn the_deepest_formulas_are_walked() {
        let nested = |open: &str, close: &str| format!("{}gmv{}", open.repeat(250), close.repeat(250));
        let long = |more: &str| format!("gmv{}", more.repeat(490));
        let formulas =
            [nested("sum(", ")"), nested("max(1, ", ")"), nested("(", ")"), long(" + gmv"), long(" and gmv")];
        for formula in formulas {
            let text = format!(
                "source live {{ gmv: money }}\nindicator gmv {{ formula 1 }}\nindicator x {{ formula {formula} }}\n"
            );
            let parsed = kpi_syntax::parse(FileId(0), &text);
            assert!(parsed.diagnostics.is_empty(), "{:?}", parsed.diagnostics);
            let found = std::thread::Builder::new().stack_size(256 << 10);
            let found = found.spawn(move || {
                let found = Occurrences::find([&parsed.file]);
                // The file itself goes with a stack that is large enough for it.
                std::mem::forget(parsed);
                found
            });
            let found = found.unwrap().join().unwrap();
            assert!(found.iter().count() >= 5, "{}", found.iter().count());
        }
    }
}
