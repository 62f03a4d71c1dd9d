//! What the parser understood, as written: names are not resolved, nothing has a type.
//!
//! Every node knows its [`Span`]. Keywords have left no trace of the spelling that the file uses; what stands where a name
//! may stand is a [`Name`] as written, also if it means a function, a type or an attribute: see [`Name::word`].
//! A part that could not be read is absent here and present in the parser's diagnostics.

mod cards;
mod entries;
mod expr;
mod items;
mod tests;

pub use cards::*;
pub use entries::*;
pub use expr::*;
pub use items::*;
pub use tests::*;

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use kpi_base::Span;

/// A name as written, in NFC and without backticks.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Name {
    /// The text.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

impl Name {
    /// The English spelling, if it is spelt like a word of the language, else the name itself. Whoever asks whether a name
    /// means a function, a type or an attribute asks this; whoever looks for a declared name takes the text.
    pub fn word(&self) -> &str {
        crate::words::english(&self.text).unwrap_or(&self.text)
    }
}

/// A text in quotes, unescaped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// Its content.
    pub value: String,
    /// Where it stands, with the quotes.
    pub span: Span,
}

/// One policy file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct File {
    /// Its declarations, in the order of the text.
    pub items: Items,
    /// Whether it is a module of a library, brought in by `use`: what a policy leaves unused of it is no finding.
    pub library: bool,
    /// Its name as `use` writes it, if it is one: `std.live`.
    pub module: String,
    /// The text that the spans are places of: what a change of the policy copies from.
    pub text: SourceText,
}

/// The declarations of a file. A copy shares them until one of the two is changed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Items(Arc<Vec<Item>>);

impl Deref for Items {
    type Target = Vec<Item>;

    fn deref(&self) -> &Vec<Item> {
        &self.0
    }
}

impl DerefMut for Items {
    fn deref_mut(&mut self) -> &mut Vec<Item> {
        Arc::make_mut(&mut self.0)
    }
}

impl From<Vec<Item>> for Items {
    fn from(items: Vec<Item>) -> Items {
        Items(Arc::new(items))
    }
}

impl FromIterator<Item> for Items {
    fn from_iter<I: IntoIterator<Item = Item>>(items: I) -> Items {
        Items(Arc::new(items.into_iter().collect()))
    }
}

impl<'a> IntoIterator for &'a Items {
    type Item = &'a Item;
    type IntoIter = std::slice::Iter<'a, Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<'a> IntoIterator for &'a mut Items {
    type Item = &'a mut Item;
    type IntoIter = std::slice::IterMut<'a, Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter_mut()
    }
}

/// The text of a file. It is no part of what the file says: two are always equal, and none is shown.
#[derive(Clone, Default)]
pub struct SourceText(pub Arc<str>);

impl PartialEq for SourceText {
    fn eq(&self, _: &SourceText) -> bool {
        true
    }
}

impl std::fmt::Debug for SourceText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("_")
    }
}

/// A top-level declaration.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// What it declares.
    pub kind: ItemKind,
    /// The whole text of it, without the doc comment.
    pub span: Span,
    /// The doc comment above it, without the slashes.
    pub doc: Option<String>,
    /// Whether a part of it could not be read: what seems to be missing may have been written.
    pub faulty: bool,
}

/// The kinds of declaration.
#[allow(clippy::large_enum_variant, reason = "a file has few declarations; boxes would only hinder reading them")]
#[derive(Clone, Debug, PartialEq)]
pub enum ItemKind {
    /// `policy "…" { … }`
    Policy(Policy),
    /// `dimension NAME { … }`
    Dimension(Dimension),
    /// A scale.
    Scale(Scale),
    /// `roster NAME { … }`
    Roster(Table),
    /// `source NAME { … }`
    Source(Table),
    /// `shape NAME { … }`: the columns that entries need of a table
    Shape(Table),
    /// `view NAME from SOURCE …`
    View(View),
    /// `param NAME: TYPE …`
    Param(Param),
    /// `function NAME(…): TYPE = …`
    Function(Function),
    /// `indicator NAME { … }`
    Indicator(Indicator),
    /// `scorecard NAME for … { … }`
    Scorecard(Scorecard),
    /// `curve NAME = step { … }`
    Curve(NamedCurve),
    /// `incentive NAME for … { … }`
    Incentive(Incentive),
    /// `rule NAME for … { … }`
    Rule(Rule),
    /// `test "…" { … }`
    Test(Test),
    /// `use std.survey`
    Use(Use),
    /// `goal retention "…" supports growth`
    Goal(Goal),
    /// `require each scorecard: count(indicators) ≤ 5`
    Require(Require),
    /// `prove host_card.score within 0..100`
    Prove(Prove),
}

/// `use std.survey`: the names of a library's module, as if its text stood in the package.
#[derive(Clone, Debug, PartialEq)]
pub struct Use {
    /// The module, name by name; at least one.
    pub module: Vec<Name>,
}
