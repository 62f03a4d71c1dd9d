//! How often each construct was tried, and with what success.

use std::collections::BTreeMap;
use std::fmt;

use crate::generate::Case;

/// Counts of cases.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    cases: u64,
    with_data: u64,
    rejected: u64,
    constructs: BTreeMap<&'static str, (u64, u64)>,
}

impl Coverage {
    /// Counts a case whose policy passed `check`, and whether its result was wholly no data.
    pub fn count(&mut self, case: &Case, wholly_no_data: bool) {
        let with_data = u64::from(!wholly_no_data);
        self.cases += 1;
        self.with_data += with_data;
        for tag in &case.tags {
            let construct = self.constructs.entry(tag).or_default();
            construct.0 += 1;
            construct.1 += with_data;
        }
    }

    /// Counts a case whose policy did not pass `check`.
    pub fn reject(&mut self) {
        self.rejected += 1;
    }

    /// The share of cases whose result is not wholly no data, in per cent.
    pub fn share_with_data(&self) -> f64 {
        100.0 * self.with_data as f64 / self.cases.max(1) as f64
    }

    /// The share of policies that did not pass `check`, in per cent.
    pub fn share_rejected(&self) -> f64 {
        100.0 * self.rejected as f64 / (self.cases + self.rejected).max(1) as f64
    }

    /// How many cases use a construct.
    pub fn cases_with(&self, construct: &str) -> u64 {
        self.constructs.get(construct).map_or(0, |counts| counts.0)
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<28} {:>6} {:>10}", "construct", "cases", "with data")?;
        for (construct, (cases, with_data)) in &self.constructs {
            writeln!(f, "{construct:<28} {cases:>6} {with_data:>10}")?;
        }
        writeln!(
            f,
            "{} cases, {:.1}% not wholly no data, {:.1}% of the policies refused by check",
            self.cases,
            self.share_with_data(),
            self.share_rejected()
        )
    }
}
