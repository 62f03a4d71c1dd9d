//! Policies while they are written: their texts, what is known of them, and what an editor shows.
//!
//! [`Ide`] holds the texts and is changed by one owner, the loop of a server. What is known at a moment is a [`Snapshot`],
//! which never changes and is shared with whoever answers a question about it. A feature of an editor is a function of a
//! snapshot, in a module of its own: `outline::symbols(&snapshot, file)`. It takes and gives plain data: places are bytes
//! of a file ([`FilePosition`], [`kpi_base::Span`]), words that a person reads are [`kpi_base::Text`].
//!
//! Nothing here reads a disk or knows a protocol: that is the business of `kpi-lsp`, which has one handler a feature.
//! Tests of features begin with a [`fixture`](fixture()): a policy with `$0` where the cursor stands.

mod analysed;
mod declarations;
mod fixture;
mod ide;
mod index;
mod moved;
mod package;
mod resolve;
mod say;
mod scan;
mod slice;
mod snapshot;
mod spot;
mod tokens;
mod words;

pub mod actions;
pub mod calls;
pub mod completion;
pub mod definition;
pub mod format;
pub mod hover;
pub mod inlay;
pub mod lens;
pub mod numbers;
pub mod outline;
pub mod regions;
pub mod rename;
pub mod semantic;
pub mod signature;

pub use analysed::{Analysed, AnalysisJob, Leftover, Taken};
pub use declarations::{Declaration, DeclarationKind};
pub use fixture::{Fixture, fixture};
pub use ide::Ide;
pub use package::HouseRules;
pub use snapshot::{FilePosition, Snapshot};
pub use tokens::{Token, TokenKind};
