//! Where a command writes, and how it ends.

use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use kpi_base::{Diagnostic, Files, Language, codes, text};
use kpi_report::{Look, render_findings, render_findings_json, render_summary};

/// The streams and the folder of a command.
pub struct Console<'a> {
    /// What was asked for.
    pub out: &'a mut dyn Write,
    /// Findings, progress and errors.
    pub err: &'a mut dyn Write,
    /// Whether colours may be written; the streams take them off where they do not belong.
    pub colour: bool,
    /// Whether a person watches the second stream.
    pub interactive: bool,
    /// Whether findings are written as JSON, as a command with `--format json` wants them.
    pub json: bool,
    /// The language of what people read.
    pub language: Language,
    /// The folder that paths are relative to.
    pub cwd: PathBuf,
}

/// How a command ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// All is well.
    Clean = 0,
    /// The policy or the data have errors, or a test failed.
    Findings = 1,
    /// The command line or the configuration has errors, or kpi itself failed.
    Trouble = 2,
}

/// Why a command stops.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Findings, at least one of which is an error.
    Findings(Vec<Diagnostic>, Files),
    /// A stream cannot be written, or kpi itself failed.
    Io(io::Error),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        Failure::Io(error)
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Failure {
        Failure::Io(error.into())
    }
}

/// How many findings are shown at once with the text they are about.
const MOST_SHOWN: usize = 200;

impl Failure {
    /// One finding without a place in a policy.
    pub fn one(finding: Diagnostic) -> Failure {
        Failure::Findings(vec![finding], Files::new())
    }
}

impl<'a> Console<'a> {
    /// Plain text in English, as a program reads it that runs kpi in this folder.
    pub fn plain(out: &'a mut dyn Write, err: &'a mut dyn Write, cwd: PathBuf) -> Console<'a> {
        Console { out, err, colour: false, interactive: false, json: false, language: Language::English, cwd }
    }
}

impl Console<'_> {
    /// How text is to look.
    pub fn look(&self) -> Look {
        Look { colour: self.colour, width: 100, language: self.language }
    }

    /// A path as messages show it: relative to the current folder if it lies below it.
    pub fn shown(&self, path: &Path) -> String {
        match path.strip_prefix(&self.cwd) {
            Ok(rest) if rest.as_os_str().is_empty() => ".".to_owned(),
            Ok(rest) => rest.display().to_string(),
            Err(_) => path.display().to_string(),
        }
    }

    /// Writes findings with a summary to the second stream.
    pub fn report(&mut self, findings: &[Diagnostic], files: &Files) -> io::Result<()> {
        if findings.is_empty() {
            return Ok(());
        }
        if self.json {
            let text = render_findings_json(&self.with_short_paths(findings), files, self.language)?;
            return self.err.write_all(text.as_bytes());
        }
        // The worst first where there are more than anybody reads.
        let mut shown = self.with_short_paths(findings);
        if shown.len() > MOST_SHOWN {
            shown.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
            shown.truncate(MOST_SHOWN);
        }
        self.err.write_all(render_findings(&shown, files, self.look()).as_bytes())?;
        let count = findings.len() - shown.len();
        if count > 0 {
            let more = text!("{count} more findings are not shown; `kpi check --format concise` shows all", count);
            writeln!(self.err, "{}", more.to(self.language))?;
        }
        writeln!(self.err, "{}", render_summary(findings, self.language))
    }

    /// The findings with the paths of files as [`Console::shown`] writes them.
    pub fn with_short_paths(&self, findings: &[Diagnostic]) -> Vec<Diagnostic> {
        let here = format!("{}{}", self.cwd.display(), std::path::MAIN_SEPARATOR);
        let mut findings = findings.to_vec();
        for finding in &mut findings {
            if let Some(place) = &mut finding.place {
                place.path = self.shown(Path::new(&place.path));
            }
            for text in std::iter::once(&mut finding.message).chain(&mut finding.help) {
                text.change_same(&|same| same.replace(&here, ""));
            }
        }
        findings
    }

    /// What clap says: help and version on the first stream, usage errors on the second.
    pub(crate) fn usage(&mut self, usage: &clap::Error) -> Result<Exit, Failure> {
        let text = usage.render();
        let text = if self.colour { text.ansi().to_string() } else { text.to_string() };
        if usage.use_stderr() {
            self.err.write_all(text.as_bytes())?;
            Ok(Exit::Trouble)
        } else {
            self.out.write_all(text.as_bytes())?;
            Ok(Exit::Clean)
        }
    }

    /// Reports why a command stopped. A reader that has closed the pipe has what it wanted.
    pub(crate) fn fail(&mut self, failure: Failure) -> Exit {
        match failure {
            Failure::Io(error) if error.kind() == ErrorKind::BrokenPipe => Exit::Clean,
            Failure::Io(error) => {
                let _ = writeln!(self.err, "kpi: {error}");
                Exit::Trouble
            }
            Failure::Findings(findings, _) if !findings.iter().any(Diagnostic::is_error) => {
                let why = text!("a stage stopped without saying why; this is an error of kpi");
                let _ = writeln!(self.err, "kpi: {}", why.to(self.language));
                Exit::Trouble
            }
            Failure::Findings(findings, files) => {
                let exit = exit_of(&findings);
                match self.report(&findings, &files) {
                    Ok(()) => exit,
                    Err(_) => Exit::Trouble,
                }
            }
        }
    }
}

/// How a command with these findings ends.
pub(crate) fn exit_of(findings: &[Diagnostic]) -> Exit {
    let errors = || findings.iter().filter(|f| f.is_error());
    if errors().any(|f| codes::config::ALL.contains(&f.code)) {
        Exit::Trouble
    } else if errors().next().is_some() {
        Exit::Findings
    } else {
        Exit::Clean
    }
}
