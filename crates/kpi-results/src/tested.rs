//! What became of the tests of a policy, for people and programs.

use kpi_base::{Diagnostic, Span, Text};
use kpi_value::Dec;

use crate::Derivation;

/// What became of the tests that were asked for. It holds no times: the same policy gives the same bytes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tested {
    /// Those that were run, in the order of the policy.
    pub tests: Vec<TestOutcome>,
    /// How many were asked for and not run, because one before them failed and no more was wanted.
    pub not_run: usize,
    /// How many the policy has beside those that were asked for.
    pub not_matching: usize,
    /// What they cover, if it was asked for.
    pub coverage: Option<Coverage>,
}

impl Tested {
    /// The tests that failed.
    pub fn failed(&self) -> impl Iterator<Item = &TestOutcome> {
        self.tests.iter().filter(|test| !test.passed())
    }
}

/// What became of one test.
#[derive(Clone, Debug, PartialEq)]
pub struct TestOutcome {
    /// What it shows; of a test with several rows of cases also the values of its row.
    pub name: String,
    /// Its text, or the row of its cases.
    pub span: Span,
    /// Why it failed; empty if it passed.
    pub failures: Vec<TestFailure>,
}

impl TestOutcome {
    /// Whether everything came out as expected.
    pub fn passed(&self) -> bool {
        self.failures.is_empty()
    }
}

/// Why a test failed.
#[derive(Clone, Debug, PartialEq)]
pub struct TestFailure {
    /// What was expected and what came out, or what is wrong with the test's data.
    pub finding: Diagnostic,
    /// What was expected, as the test writes it; none where no expectation was judged.
    pub expected: Option<String>,
    /// What came out instead; none where there is nothing that could have.
    pub actual: Option<Text>,
    /// How it came about; empty where there is nothing to derive.
    pub derivation: Vec<Derivation>,
}

impl TestFailure {
    /// A failure before any expectation was judged.
    pub fn before(finding: Diagnostic) -> TestFailure {
        TestFailure { finding, expected: None, actual: None, derivation: Vec::new() }
    }
}

/// Where a policy decides, and which of these sites tests reach.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Coverage {
    /// In the order of the policy.
    pub sites: Vec<Site>,
}

/// Where a policy decides: a row, an outcome, a threshold exactly or from its other side.
#[derive(Clone, Debug, PartialEq)]
pub struct Site {
    /// The declaration that decides, by its name.
    pub declaration: String,
    /// Its place.
    pub declared: Span,
    /// The site.
    pub span: Span,
    /// What no test shows, in words; said where the site is not reached.
    pub missing: Text,
    /// Whether a test reaches it.
    pub reached: bool,
}

impl Coverage {
    /// How many sites tests reach.
    pub fn reached(&self) -> usize {
        self.sites.iter().filter(|site| site.reached).count()
    }

    /// Adds what a test reaches, site by site.
    pub fn add(&mut self, reached: &[bool]) {
        for (site, reached) in self.sites.iter_mut().zip(reached) {
            site.reached |= reached;
        }
    }

    /// Whether at least this share of the sites is reached; a policy without any is covered.
    pub fn reaches(&self, share: Dec) -> bool {
        let all = i64::try_from(self.sites.len()).unwrap_or(i64::MAX);
        let reached = i64::try_from(self.reached()).unwrap_or(i64::MAX);
        Dec::int(all).mul(share).is_ok_and(|wanted| Dec::int(reached) >= wanted)
    }

    /// The sites of each declaration.
    pub fn declarations(&self) -> impl Iterator<Item = &[Site]> {
        self.sites.chunk_by(|a, b| a.declared == b.declared)
    }
}
