//! What a user may type.

use std::num::{NonZeroU16, NonZeroUsize};
use std::path::PathBuf;

use clap::{Args as Group, Parser, Subcommand, ValueEnum, ValueHint};
use kpi_base::Language;
use kpi_value::Dec;

/// KPI policies into scores and pay: checked, tested, explained
#[derive(Debug, Parser)]
#[command(name = "kpi", version, arg_required_else_help = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub command: Command,
    /// The language of all output but this help [default: that of KPI_LANG, else of the locale]
    #[arg(long, value_enum, global = true, value_name = "LANGUAGE")]
    pub lang: Option<Lang>,
}

/// A language that kpi speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Lang {
    /// English
    En,
    /// 简体中文
    Zh,
}

impl Lang {
    pub const fn language(self) -> Language {
        match self {
            Lang::En => Language::English,
            Lang::Zh => Language::Chinese,
        }
    }
}

/// The language that the environment asks for: `KPI_LANG`, else the first of `LC_ALL`, `LC_MESSAGES`, `LANG` that is set, as POSIX
/// has it; English where that names none that kpi speaks.
pub(crate) fn language_of_environment() -> Language {
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let asked = set("KPI_LANG").and_then(|tag| Language::find(&tag));
    asked.unwrap_or_else(|| {
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(set);
        locale.and_then(|tag| Language::find(&tag)).unwrap_or_default()
    })
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Start a small project that runs: kpi.toml, a policy, sample exports, tests
    Init(Init),
    /// Check the policy: names, units, tables, weights
    Check(Check),
    /// Show what scores and pay can come to whatever is measured, and what became of each `prove`
    Prove {
        #[command(flatten)]
        project: Project,
        /// How the answer is written
        #[arg(long, value_enum, default_value_t)]
        format: TextOrJson,
    },
    /// Compute scores, grades, pay and rules from the exports
    Run(Run),
    /// Run the tests that the policy holds
    Test(Test),
    /// Check, test and compare in one go, with one summary: what a pull request is asked
    Ci(Ci),
    /// Write policy files in the one style: spaces, columns and signs; what they mean stays
    Fmt(Fmt),
    /// Say what a change of the policy means: targets, weights, formulas, row by row, and what hangs on them
    Diff(Diff),
    /// Say what other values would do, without changing a file: `--set 'host_card.watch_time.weight = 20%'`
    WhatIf(WhatIf),
    /// Explain a number step by step, down to columns and how many rows
    Why(Why),
    /// Suggest targets from the results of the last periods
    #[command(subcommand)]
    Suggest(Suggest),
    /// Sum up the last periods, declaration by declaration, as JSON: what editors show beside a policy
    Numbers(Numbers),
    /// Show the headers of the exports and some of their values, as JSON: what editors offer
    Columns(Columns),
    /// Show the page of a finding's code, or list all codes
    Explain {
        /// The code, such as K1001
        code: Option<String>,
    },
    /// List the library of indicators, or show one of its entries
    #[command(subcommand)]
    Std(Std),
    /// Serve an editor over stdin and stdout, in the language server protocol
    Lsp,
    /// Print completions for a shell
    Completions {
        /// The shell
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
}

#[derive(Debug, Group)]
pub(crate) struct Init {
    /// The folder, which is made if it is not there
    #[arg(default_value = ".", value_hint = ValueHint::DirPath)]
    pub dir: PathBuf,
    /// From what the project starts
    #[arg(long, value_enum, value_name = "NAME", default_value_t)]
    pub template: TemplateName,
    /// List the templates, and write nothing
    #[arg(long)]
    pub list: bool,
}

/// What a project may start from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum TemplateName {
    /// Sellers of a shop: the smallest
    #[default]
    Shop,
    /// Hosts of a live-commerce team
    Live,
    /// Editors and media buyers of a Douyin account
    Douyin,
    /// Operations assistants
    Ops,
    /// User, merchandise and campaign operations
    Library,
    /// Operators of private-domain communities
    PrivateDomain,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Std {
    /// List what the library has, with its names
    List {
        /// Only this module, such as std.live
        module: Option<String>,
        /// How the list is written
        #[arg(long, value_enum, default_value_t)]
        format: TextOrJson,
    },
    /// Show an entry: what it means, its formula, the columns that it needs, examples
    Show {
        /// The entry, such as std.live.watch_time; its module may be left out
        name: String,
        /// How the entry is written
        #[arg(long, value_enum, default_value_t)]
        format: TextOrJson,
    },
}

#[derive(Debug, Group)]
pub(crate) struct Project {
    /// The project: a folder with a kpi.toml [default: the nearest one upwards]
    #[arg(value_hint = ValueHint::DirPath)]
    pub path: Option<PathBuf>,
}

#[derive(Debug, Group)]
pub(crate) struct Check {
    #[command(flatten)]
    pub project: Project,
    /// How findings are written
    #[arg(long, value_enum, default_value_t)]
    pub format: FindingsFormat,
    /// Write the findings into this file instead of to the terminal; an old one is replaced only when all is written
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,
    /// Make the changes that can move no score and no pay, such as punctuation, and check again
    #[arg(long)]
    pub fix: bool,
    /// Show what `--fix` would change, and change nothing; the exit code is 1 if there is something
    #[arg(long, requires = "fix")]
    pub diff: bool,
    /// Take the warnings and notes of today into the baseline: they are not told again
    #[arg(long, conflicts_with = "fix")]
    pub write_baseline: bool,
    /// Tell, besides errors, only what the change since this revision reaches
    #[arg(long, value_name = "REV", conflicts_with = "write_baseline")]
    pub changed_since: Option<String>,
}

#[derive(Debug, Group)]
pub(crate) struct Run {
    #[command(flatten)]
    pub project: Project,
    #[command(flatten)]
    pub periods: Periods,
    /// Only this subject (by its key) with all lines of its cards, or only this scorecard
    #[arg(long, value_name = "SUBJECT|CARD")]
    pub only: Option<String>,
    /// As what the results are shown in text
    #[arg(long, value_enum, default_value_t)]
    pub view: Show,
    /// The column of the subjects by which `--view team` groups them [default: the first that refers to another roster, else the
    /// first of a dimension]
    #[arg(long, value_name = "COLUMN")]
    pub by: Option<String>,
    /// What is written
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// Write files into this folder instead of to the terminal; old ones are replaced only when all are written
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub out: Option<PathBuf>,
    /// Also end with exit code 1 if there are such cards
    #[arg(long, value_enum, value_name = "WHAT")]
    pub fail_on: Option<FailOn>,
    #[command(flatten)]
    pub data: Data,
}

#[derive(Debug, Group)]
pub(crate) struct Test {
    #[command(flatten)]
    pub project: Project,
    /// Only tests whose name contains this
    pub filter: Option<String>,
    /// How the report is written
    #[arg(long, value_enum, default_value_t)]
    pub format: TestFormat,
    /// Write the report into this file, and text to the terminal; an old one is replaced only when all is written
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,
    /// Only tests that the change since this revision reaches
    #[arg(long, value_name = "REV")]
    pub changed_since: Option<String>,
    /// Show which rows, brackets, vetoes, rules and thresholds of the policy the tests reach, and which they do not
    #[arg(long)]
    pub coverage: bool,
    /// Fail if the tests reach less than this share of them
    #[arg(long, value_name = "SHARE", value_parser = read_share)]
    pub min_coverage: Option<Dec>,
    /// Run no test behind the first that fails
    #[arg(long)]
    pub fail_fast: bool,
    /// How many tests run at once [default: as many as there are processors]
    #[arg(long, short, value_name = "N")]
    pub jobs: Option<NonZeroUsize>,
    /// When progress is shown
    #[arg(long, value_enum, default_value_t)]
    pub progress: When,
}

/// `90%`, `0.9`
fn read_share(written: &str) -> Result<Dec, String> {
    let (number, percent) = match written.trim().strip_suffix('%') {
        Some(number) => (number, true),
        None => (written.trim(), false),
    };
    let number = number.trim().parse::<Dec>().ok();
    let share = number.and_then(|x| if percent { x.div(Dec::HUNDRED).ok().flatten() } else { Some(x) });
    share
        .filter(|share| Dec::ZERO <= *share && *share <= Dec::ONE)
        .ok_or_else(|| format!("`{written}` is no share: write `90%` or `0.9`"))
}

#[derive(Debug, Group)]
pub(crate) struct Fmt {
    /// Files, projects or other folders; `-` reads stdin and writes stdout [default: the nearest project upwards]
    #[arg(value_hint = ValueHint::AnyPath)]
    pub paths: Vec<PathBuf>,
    /// Write nothing; list the files that would change, and end with exit code 1 if there are any
    #[arg(long)]
    pub check: bool,
    /// Write nothing; show what would change
    #[arg(long)]
    pub diff: bool,
    /// Spell the words of the language in English or in Chinese; names, texts and comments stay
    #[arg(long, value_enum)]
    pub keywords: Option<Spelling>,
}

#[derive(Debug, Group)]
pub(crate) struct Diff {
    /// The older version: a git revision, or a folder with a kpi.toml
    pub base: String,
    /// The newer version: a git revision, or a folder with a kpi.toml [default: the project as it is on disk]
    pub head: Option<String>,
    /// The project whose revisions are compared: a folder with a kpi.toml [default: the nearest one upwards]
    #[arg(long, value_hint = ValueHint::DirPath)]
    pub path: Option<PathBuf>,
    /// How the changes are written
    #[arg(long, value_enum, default_value_t)]
    pub format: DiffFormat,
    /// Write the changes into this file instead of to the terminal; an old one is replaced only when all is written
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,
    /// End with exit code 1 if the meaning changed
    #[arg(long)]
    pub exit_code: bool,
    #[command(flatten)]
    pub impact: Impact,
}

#[derive(Debug, Group)]
pub(crate) struct Ci {
    #[command(flatten)]
    pub project: Project,
    /// The older version: a git revision, or a folder with a kpi.toml [default: where the branch left the remote's default branch]
    #[arg(long, value_name = "REV")]
    pub base: Option<String>,
    /// Tell, besides errors, only what the change since this revision reaches, and run only tests that it reaches
    #[arg(long, value_name = "REV")]
    pub changed_since: Option<String>,
    /// How the report is written
    #[arg(long, value_enum, default_value_t)]
    pub format: CiFormat,
    /// Write the report into this file, and text to the terminal; an old one is replaced only when all is written
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,
    /// Also write stages and tests into this file, as a JUnit report
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub junit: Option<PathBuf>,
    /// Also add the report to this file, as Markdown [default with --format github: that of GITHUB_STEP_SUMMARY]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub summary: Option<PathBuf>,
    #[command(flatten)]
    pub impact: Impact,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum CiFormat {
    /// For people
    #[default]
    Text,
    /// For programs: one document
    Json,
    /// For a comment on a pull request
    Markdown,
    /// Annotations of a GitHub workflow
    Github,
    /// A Code Quality report of GitLab
    Gitlab,
}

#[derive(Debug, Group)]
pub(crate) struct WhatIf {
    #[command(flatten)]
    pub project: Project,
    /// A value in place of today's: `watch_time.target.growth = ≥ 50s`; several make one scenario
    #[arg(long, value_name = "PATH = VALUE", required_unless_present = "scenario")]
    pub set: Vec<String>,
    /// A scenario by its name, beside others: `softer: watch_time.target.growth = ≥ 40s; host_card.gmv.weight = 50%`
    #[arg(long, value_name = "NAME: PATH = VALUE; …")]
    pub scenario: Vec<String>,
    /// How the answer is written
    #[arg(long, value_enum, default_value_t)]
    pub format: ScenarioFormat,
    /// Write the answer into this file instead of to the terminal; an old one is replaced only when all is written
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub impact: Impact,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ScenarioFormat {
    /// For people
    #[default]
    Text,
    /// For programs: one document
    Json,
    /// For a comment on a pull request
    Markdown,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiffFormat {
    /// For people
    #[default]
    Text,
    /// For programs: one document
    Json,
    /// For a comment on a pull request
    Markdown,
    /// A page by itself
    Html,
    /// Annotations of a GitHub workflow
    Github,
    /// A Code Quality report of GitLab
    Gitlab,
}

/// In which language the words of the language are spelt.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum Spelling {
    /// `indicator`, `sum`
    En,
    /// `指标`, `求和`
    Zh,
}

#[derive(Debug, Group)]
pub(crate) struct Why {
    /// The subject's key
    pub subject: String,
    /// An indicator, pay, scorecard, veto or rule by its name or label, `grade` or `rank` [default: the subject's cards]
    pub what: Option<String>,
    #[command(flatten)]
    pub periods: Periods,
    /// How the answer is written
    #[arg(long, value_enum, default_value_t)]
    pub format: TextOrJson,
    /// The project: a folder with a kpi.toml [default: the nearest one upwards]
    #[arg(long, value_hint = ValueHint::DirPath)]
    pub path: Option<PathBuf>,
    #[command(flatten)]
    pub data: Data,
}

#[derive(Debug, Group)]
pub(crate) struct Numbers {
    #[command(flatten)]
    pub project: Project,
    /// The last period [default: the last in which every export has rows]
    #[arg(long)]
    pub period: Option<String>,
    /// How many periods, that one included
    #[arg(long, value_name = "N", default_value = "6")]
    pub last: NonZeroU16,
    /// The environment of kpi.toml whose files are read
    #[arg(long, value_name = "NAME")]
    pub env: Option<String>,
    /// Take the texts of policy files from stdin instead of from disk: a JSON object of absolute path to text
    #[arg(long)]
    pub unsaved: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Suggest {
    /// Targets by a quantile of what was measured, and by growth, with the share of results that would have met each
    Targets(SuggestTargets),
}

#[derive(Debug, Group)]
pub(crate) struct SuggestTargets {
    #[command(flatten)]
    pub project: Project,
    /// The last period [default: the last in which every export has rows]
    #[arg(long)]
    pub period: Option<String>,
    /// How many periods, that one included
    #[arg(long, value_name = "N", default_value = "6")]
    pub last: NonZeroU16,
    /// The share of results, from the worst on, at whose end the suggested target stands
    #[arg(long, value_name = "SHARE", default_value = "60%")]
    pub quantile: String,
    /// By which share the median result is to become better
    #[arg(long, value_name = "SHARE", default_value = "5%")]
    pub growth: String,
    /// Only the targets of this indicator; may be repeated
    #[arg(long, value_name = "NAME")]
    pub indicator: Vec<String>,
    /// The environment of kpi.toml whose files are read
    #[arg(long, value_name = "NAME")]
    pub env: Option<String>,
    /// How the answer is written
    #[arg(long, value_enum, default_value_t)]
    pub format: ScenarioFormat,
    /// Which of the two is put into the patch or the policy
    #[arg(long, value_enum, default_value_t)]
    pub by: SuggestBy,
    /// Write the targets as a patch for `git apply` in the project's folder; `-` is the terminal, instead of the answer
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub patch: Option<PathBuf>,
    /// Write the targets into the policy
    #[arg(long, conflicts_with = "patch")]
    pub write: bool,
}

/// Which suggestion is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum SuggestBy {
    /// The target at the quantile
    #[default]
    Quantile,
    /// The median, made better by the growth
    Growth,
}

#[derive(Debug, Group)]
pub(crate) struct Columns {
    #[command(flatten)]
    pub project: Project,
    /// The environment of kpi.toml whose files are read
    #[arg(long, value_name = "NAME")]
    pub env: Option<String>,
}

/// What a change does to data: asked for by a period.
#[derive(Clone, Debug, Group)]
pub(crate) struct Impact {
    #[command(flatten)]
    pub periods: Periods,
    /// Also end with exit code 1 if this holds of the impact: `pay_total > +2% or cards_gone > 0`
    #[arg(long, value_name = "LIMIT")]
    pub fail_on: Option<String>,
    /// Show people by their keys and names, their pay, and what was measured
    #[arg(long)]
    pub show_private: bool,
    #[command(flatten)]
    pub data: Data,
}

impl Impact {
    /// The same for a period, where none is asked for.
    #[cfg(feature = "engine")]
    pub fn judging(&self, period: Option<String>) -> Impact {
        let mut own = self.clone();
        if own.periods.period.is_none() && own.periods.from.is_none() {
            own.periods.period = period;
        }
        own
    }
}

#[derive(Clone, Debug, Group)]
pub(crate) struct Periods {
    /// The period judged, such as 2026-10
    #[arg(long, conflicts_with_all = ["from", "to"])]
    pub period: Option<String>,
    /// The first of several periods
    #[arg(long, requires = "to")]
    pub from: Option<String>,
    /// The last of them
    #[arg(long, requires = "from")]
    pub to: Option<String>,
    /// The last day of which the data tell everything: 2026-11-15 (else the last that the periods can take rows from)
    #[arg(long, value_name = "DATE")]
    pub data_until: Option<String>,
}

#[derive(Clone, Debug, Group)]
pub(crate) struct Data {
    /// The environment of kpi.toml whose files are read
    #[arg(long, value_name = "NAME")]
    pub env: Option<String>,
    /// What becomes of a row that breaks its contract
    #[arg(long, value_enum, value_name = "WHAT", default_value_t)]
    pub on_bad_row: OnBadRow,
    /// When progress is shown
    #[arg(long, value_enum, default_value_t)]
    pub progress: When,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum OnBadRow {
    /// The run stops and says where it stands
    #[default]
    Stop,
    /// It is set aside: the run goes on without it and says so, and `--out` lists it in quarantine.csv
    Skip,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum TextOrJson {
    /// For people
    #[default]
    Text,
    /// For programs
    Json,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum TestFormat {
    /// For people
    #[default]
    Text,
    /// For programs: one document
    Json,
    /// A JUnit report
    Junit,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum FindingsFormat {
    /// For people: each with the text that it is about
    #[default]
    #[value(alias = "text")]
    Full,
    /// A line each
    Concise,
    /// For programs: one document
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// A JUnit report
    Junit,
    /// Annotations of a GitHub workflow
    Github,
    /// A Code Quality report of GitLab
    Gitlab,
    /// For a comment on a pull request
    Markdown,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Tables for people
    #[default]
    Text,
    /// One document with everything
    Json,
    /// Four files: cards, lines, pay, rules
    Csv,
    /// The same four as Parquet
    Parquet,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Show {
    /// A table for each scorecard; with `--only SUBJECT` that subject's cards with all lines
    #[default]
    Cards,
    /// Each team and everybody in it
    Team,
    /// Who is ahead on each scorecard, and who has moved since the period before
    Ranking,
    /// How far it is to the targets that are tracked
    Progress,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    /// Cards without a score because data are missing
    Incomplete,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    /// If a terminal shows it and the work takes a while
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}
