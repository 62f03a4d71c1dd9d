//! Rules and their outcomes.

mod streak;
