//! Scorecards: lines, groups, scores, vetoes, grades and ranks.

mod combine;
mod finish;
mod places;
