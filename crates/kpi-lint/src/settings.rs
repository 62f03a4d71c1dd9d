//! What a team has set.

use kpi_base::{Code, Severity, codes};
use kpi_value::Dec;

/// How a kind of finding is treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// It is not told.
    Allow,
    /// It is told.
    Note,
    /// It is told as something that is probably not meant.
    Warn,
    /// It is an error: the check fails.
    Deny,
}

/// What a team has set for the findings of its policies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Levels that differ from the usual ones.
    pub levels: Vec<(Code, Level)>,
    /// How many indicators a card may have before there is a finding.
    pub max_indicators: usize,
    /// The most that qualitative indicators may weigh of a card, 0 to 1; `None` where the house has no such rule.
    pub max_qualitative: Option<Dec>,
    /// The least that long-term indicators weigh of a card, 0 to 1; `None` where the house has no such rule.
    pub min_long_term: Option<Dec>,
    /// The tags of qualitative indicators.
    pub qualitative_tags: Vec<String>,
    /// The tags of long-term indicators.
    pub long_term_tags: Vec<String>,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            levels: Vec::new(),
            max_indicators: 10,
            max_qualitative: None,
            min_long_term: None,
            qualitative_tags: vec!["qualitative".to_owned(), "定性".to_owned()],
            long_term_tags: vec!["long_term".to_owned(), "长期".to_owned()],
        }
    }
}

impl Level {
    /// Its words in `kpi.toml`, in order.
    pub const WORDS: [(&'static str, Level); 4] =
        [("allow", Level::Allow), ("note", Level::Note), ("warn", Level::Warn), ("deny", Level::Deny)];

    /// The severity of a finding of this level; `None` if it is not told.
    pub(crate) const fn severity(self) -> Option<Severity> {
        match self {
            Level::Allow => None,
            Level::Note => Some(Severity::Note),
            Level::Warn => Some(Severity::Warning),
            Level::Deny => Some(Severity::Error),
        }
    }
}

impl Settings {
    /// The level that was set for a code; without one, that of its usual severity, `allow` for house rules that not every house
    /// has.
    pub(crate) fn level(&self, code: Code) -> Option<Level> {
        let set = self.levels.iter().find(|(of, _)| *of == code).map(|(_, level)| *level);
        set.or_else(|| OFF.contains(&code).then_some(Level::Allow))
    }
}

/// House rules that hold only where somebody has turned them on.
const OFF: [Code; 1] = [codes::lints::NO_DATA_SOURCE];
