//! What a policy can come to whatever is measured, for people and programs: values are texts with their units.

use kpi_base::Text;

/// Bounds and obligations of a policy.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Proven {
    /// Its title.
    pub policy: String,
    /// The bounds of each result, cards first.
    pub bounds: Vec<Bounded>,
    /// What became of each obligation, in the order of the policy.
    pub obligations: Vec<Obliged>,
}

/// The lowest and the highest that a result can be.
#[derive(Clone, Debug, PartialEq)]
pub struct Bounded {
    /// Which result: `host_card.score`, `monthly_pay.total`.
    pub result: String,
    /// The card of the subject, for an incentive that pays for several.
    pub card: Option<String>,
    /// The attribute of which it is a multiple: `staff.salary`.
    pub base: Option<String>,
    /// The lowest; none without limit.
    pub low: Option<String>,
    /// The highest; none without limit.
    pub high: Option<String>,
    /// What has no limit, as the policy writes it.
    pub unlimited: Option<String>,
    /// What reaches the lowest; none if no input was found that does.
    pub lowest: Option<Witness>,
    /// What reaches the highest.
    pub highest: Option<Witness>,
}

/// An input that the value stage evaluated.
#[derive(Clone, Debug, PartialEq)]
pub struct Witness {
    /// In which combination of what the policy depends on: `stage = growth`; empty if there is just one.
    pub case: Text,
    /// What is measured, with its value.
    pub inputs: Vec<(Text, String)>,
}

/// What became of an obligation.
#[derive(Clone, Debug, PartialEq)]
pub struct Obliged {
    /// As the policy writes it: `host_card.score within 0..100`.
    pub text: String,
    /// Whether it holds.
    pub verdict: Verdict,
    /// Why it is undecided, or what refutes it.
    pub why: Option<Text>,
    /// The input that refutes it.
    pub witness: Option<Witness>,
}

/// Whether an obligation holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It does, whatever is measured.
    Proven,
    /// It does not.
    Refuted,
    /// Nobody knows.
    Undecided,
}

impl Verdict {
    /// Its name for programs.
    pub const fn name(self) -> &'static str {
        match self {
            Verdict::Proven => "proven",
            Verdict::Refuted => "refuted",
            Verdict::Undecided => "undecided",
        }
    }
}
