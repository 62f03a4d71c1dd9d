//! Scorecards: lines, groups, scores, vetoes, grades and ranks.
//!
//! The cards of one scorecard are columns with one entry a card, sorted by period and subject, those of the history
//! first. Read in this order: who has a card, what its lines come to, how that becomes a score, who is best.

mod combine;
mod finish;
mod lines;
mod members;
mod places;
mod rolled;
mod score;

use kpi_check::model::ScorecardId;
use kpi_results::CardStatus;
use kpi_value::Dec;

use crate::NOWHERE;

pub use combine::Mark;
pub use finish::Steps;
pub use lines::{LineColumns, LineSource, TrackColumns};
pub(crate) use lines::{combined_parts, judge_cell, part_lines};
pub use members::Members;
pub(crate) use members::members;
pub(crate) use places::Ranking;
pub(crate) use rolled::how_words;
pub use rolled::{RolledCards, ShorterCard, ShorterCards};
pub(crate) use score::{groups_of, score_cards};

/// Every card of one scorecard, column by column. Entries of all columns belong to the same cards.
#[derive(Clone, Debug)]
pub struct Cards {
    /// The scorecard.
    pub scorecard: ScorecardId,
    /// Who has a card, and in which cells.
    pub members: Members,
    /// Its lines, in the order of the policy.
    pub lines: Vec<LineColumns>,
    /// For each bonus and deduction the points, never negative; none for no data.
    pub adjustments: Vec<Vec<Option<Dec>>>,
    /// The steps from the lines to the rounded score; none where the card is incomplete before vetoes.
    pub steps: Vec<Option<Steps>>,
    /// For each veto whether it fired; none for no data.
    pub vetoes: Vec<Vec<Option<bool>>>,
    /// The final score; none if the card is incomplete.
    pub score: Vec<Option<Dec>>,
    /// The final attainment.
    pub attainment: Vec<Option<Dec>>,
    /// The grade, by its place among [`Cards::grades`].
    pub grade: Vec<Option<u32>>,
    /// The texts of the grades.
    pub grades: Vec<String>,
    /// The rank, 1 for the best.
    pub rank: Vec<Option<u32>>,
}

impl Cards {
    /// How many cards there are, those of the history included.
    pub fn len(&self) -> usize {
        self.members.cells.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.members.cells.is_empty()
    }

    /// The cards of the judged periods.
    pub fn judged(&self) -> std::ops::Range<usize> {
        self.members.judged..self.len()
    }

    /// Whether everything was there that the card needs.
    pub fn status(&self, row: usize) -> CardStatus {
        if get(&self.score, row).is_some() { CardStatus::Complete } else { CardStatus::Incomplete }
    }

    /// The text of the card's grade.
    pub fn grade(&self, row: usize) -> Option<&str> {
        self.grades.get(get(&self.grade, row)? as usize).map(String::as_str)
    }
}

/// The entry of a column of optional values.
#[inline]
pub(crate) fn get<T: Copy>(column: &[Option<T>], row: usize) -> Option<T> {
    column.get(row).copied().flatten()
}

/// The entry of a column of places.
#[inline]
pub(crate) fn place(column: &[u32], row: usize) -> Option<usize> {
    column.get(row).filter(|&&place| place != NOWHERE).map(|&place| place as usize)
}
