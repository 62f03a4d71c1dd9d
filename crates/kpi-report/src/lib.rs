//! Results and findings to text, JSON and CSV.
