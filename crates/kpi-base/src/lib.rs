//! What every stage of the compiler stands on: policy files, places in them, and findings about them.
//!
//! It renders nothing and reads nothing from disk: whoever has the texts hands them over as [`Files`]. Start with
//! [`Diagnostic`], the one shape of a finding, [`codes`], the registry of all there are, and [`Text`], what a person reads.

pub mod codes;
mod diagnostic;
mod edits;
mod files;
pub mod messages;
mod text;

pub use codes::Code;
pub use diagnostic::{Diagnostic, Edit, Fix, Label, Place, Severity};
pub use edits::replace_parts;
pub use files::{FileId, Files, LineColumn, SourceFile, Span};
pub use text::{Arg, Join, Language, Text, ToArg};
