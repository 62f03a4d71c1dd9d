//! Findings about indicators, scorecards, incentives and rules.

codes! {}
