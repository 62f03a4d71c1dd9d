//! The registry of findings: every code, with its usual severity, its title and its page.
//!
//! A code is stable: once published it is never given another meaning. The thousands say who finds it: 0 the parser,
//! 1 names, 2 types and units, 3 tables and curves, 4 indicators, scorecards, incentives and rules, 5 policy tests,
//! 6 data, 7 a run, 8 the configuration and the command line. Each lives in the module of its
//! thousand, beside `docs/diagnostics/CODE.md`, which `kpi explain` prints.

use serde::{Serialize, Serializer};

use crate::{Language, Severity};

/// Declares the codes of one module: name, code, severity, title; and `ALL` of them, in order.
macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $severity:ident, $title:literal;)*) => {
        $(
            $(#[$doc])*
            #[doc = concat!($code, ": ", $title, ".")]
            pub const $name: $crate::Code = $crate::codes::code(
                $code,
                $crate::Severity::$severity,
                $title,
                [
                    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/diagnostics/", $code, ".md")),
                    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/diagnostics/zh/", $code, ".md")),
                ],
            );
        )*
        /// The codes of this module, in order.
        pub const ALL: &[$crate::Code] = &[$($name),*];
    };
}

pub mod cards;
pub mod config;
pub mod data;
pub mod lints;
pub mod names;
pub mod proofs;
pub mod reach;
pub mod run;
pub mod syntax;
pub mod tables;
pub mod tests;
pub mod types;

/// The key of a kind of finding: `K` and four digits.
#[derive(Clone, Copy)]
pub struct Code {
    name: &'static str,
    severity: Severity,
    title: &'static str,
    /// In the order of [`Language::ALL`].
    pages: [&'static str; 2],
}

const fn code(name: &'static str, severity: Severity, title: &'static str, pages: [&'static str; 2]) -> Code {
    Code { name, severity, title, pages }
}

impl Code {
    /// `K` and four digits.
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// The severity that it has unless a finding says otherwise.
    pub const fn severity(self) -> Severity {
        self.severity
    }

    /// The kind of finding in a few words.
    pub const fn title(self) -> &'static str {
        self.title
    }

    /// The kind of finding in a few words of a language: the heading of its page.
    pub fn title_in(self, language: Language) -> &'static str {
        let heading = self.page(language).lines().next().unwrap_or_default();
        heading.split_once(": ").map_or(self.title, |(_, title)| title)
    }

    /// Its page, in Markdown: what, why, an example, the remedy.
    pub const fn page(self, language: Language) -> &'static str {
        let [english, chinese] = self.pages;
        match language {
            Language::English => english,
            Language::Chinese => chinese,
        }
    }

    /// The code of this name, in any case.
    pub fn find(name: &str) -> Option<Code> {
        all().find(|code| code.name.eq_ignore_ascii_case(name))
    }
}

/// Every code, in order.
pub fn all() -> impl Iterator<Item = Code> {
    let modules = [
        syntax::ALL,
        names::ALL,
        types::ALL,
        tables::ALL,
        cards::ALL,
        reach::ALL,
        proofs::ALL,
        lints::ALL,
        tests::ALL,
        data::ALL,
        run::ALL,
        config::ALL,
    ];
    modules.into_iter().flatten().copied()
}

impl PartialEq for Code {
    fn eq(&self, other: &Code) -> bool {
        self.name == other.name
    }
}

impl Eq for Code {}

impl std::fmt::Debug for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name)
    }
}

#[cfg(test)]
#[test]
fn codes_are_in_order_and_told_apart() {
    let names: Vec<_> = all().map(Code::name).collect();
    assert!(names.is_sorted_by(|a, b| a < b), "{names:?}");
    for code in all() {
        let first = |language| code.page(language).lines().next().unwrap_or_default();
        assert_eq!(first(Language::English), format!("# {}: {}", code.name(), code.title()), "the page of {code}");
        assert!(first(Language::Chinese).starts_with(&format!("# {}: ", code.name())), "the Chinese page of {code}");
    }
}
