//! Results and findings as people and programs read them: terminal text, JSON, flat tables for CSV and Parquet.
//!
//! It computes no score: every number shown stands in a [`kpi_results::Run`] or a [`kpi_results::Derivation`]. It opens
//! no file and knows no terminal: it makes texts, with colours where [`Look`] says so, and whoever calls it writes them.
//!
//! - [`render_run`]: the scorecards as tables that a manager can read, or one card with its lines; or, by [`Show`], teams, a
//!   ranking, the progress to date.
//! - [`render_derivation`]: the answer to "why this number".
//! - [`render_findings`]: findings with the policy's text underlined (the one user of miette).
//! - [`render_proofs`]: bounds, and what became of obligations.
//! - [`render_findings_concise`], [`render_findings_github`], [`render_findings_gitlab`], [`render_findings_junit`],
//!   [`render_findings_markdown`], [`render_findings_sarif`]: findings for editors, pull requests and CI.
//! - [`render_impact`], [`render_impact_markdown`], [`render_impact_html`]: whom a change of a policy moves.
//! - [`render_json`], [`render_derivations_json`], [`render_findings_json`]: the same for programs; `docs/schema/run.json`
//!   is the schema of the first.
//! - [`render_tests`], [`render_tests_json`] (`docs/schema/test.json`), [`render_tests_junit`]: what became of a policy's tests.
//! - [`render_diff`] and its siblings for programs and pull requests: what changed from one version of a policy to another;
//!   `docs/schema/diff.json` is the schema of [`render_diff_json`].
//! - [`render_ci`] and its siblings: the stages of `kpi ci` with all that they found; `docs/schema/ci.json` is the schema of
//!   [`render_ci_json`].
//! - [`sum_up`]: the last periods, declaration by declaration, as editors show them beside a policy; `docs/schema/numbers.json` is
//!   their schema.
//! - [`flatten`]: cards, lines, pay and rules as flat tables; [`render_csv`] and [`render_csv_parts`] write them.
//!
//! How a number is written by its unit is in `format`, how columns are aligned (Chinese characters are two wide) in
//! `grid`.

mod cards;
mod changes;
mod ci;
mod derivation;
mod findings;
mod flat;
mod format;
mod grid;
mod impact;
mod json;
mod look;
mod numbers;
mod proofs;
mod suggestions;
mod tested;
mod titles;
mod views;

pub use cards::{Show, View, render_run};
pub use changes::{
    Review, Versions, render_diff, render_diff_github, render_diff_gitlab, render_diff_html, render_diff_json,
    render_diff_markdown,
};
pub use ci::{
    CiOutcome, CiReport, CiStage, Stage, render_ci, render_ci_github, render_ci_gitlab, render_ci_json,
    render_ci_junit, render_ci_markdown,
};
pub use derivation::render_derivation;
pub use findings::{
    render_findings, render_findings_concise, render_findings_github, render_findings_gitlab, render_findings_junit,
    render_findings_markdown, render_findings_sarif, render_summary,
};
pub use flat::{Cells, FlatColumn, FlatTable, flatten, render_csv, render_csv_parts, render_quarantine};
pub use format::{Money, show_amount, show_quantity};
pub use impact::{
    ImpactReport, render_impact, render_impact_html, render_impact_markdown, render_scenarios,
    render_scenarios_markdown,
};
pub use json::{render_derivations_json, render_findings_json, render_json, render_proofs_json};
pub use look::Look;
pub use numbers::sum_up;
pub use proofs::render_proofs;
pub use suggestions::{render_suggestions, render_suggestions_json, render_suggestions_markdown};
pub use tested::{render_test, render_tests, render_tests_json, render_tests_junit};
pub use titles::{Groups, Titles};
