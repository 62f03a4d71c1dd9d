//! Whether a policy test fails when a statement says something else.
//!
//! Each worker has its own copy of a project's policies, writes a mutant into it and asks `kpi test`. The tests that noticed the mutants before of the same statement
//! are asked first, since the next is mostly noticed by one of them; only what they pass goes through all tests.

use std::collections::VecDeque;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::annotations::Statement;
use super::mutants::{Mutant, mutants};
use super::root;

/// What became of a mutant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// A policy test failed: its name.
    Noticed(String),
    /// Every test passed.
    Survived,
    /// `kpi check` refused it: it is no policy.
    Refused,
    /// The policy says that it means the same, and every test passed: the reason.
    Equivalent(String),
    /// The policy says that it means the same, and this test failed.
    NotEquivalent(String),
}

/// A statement and what became of its mutants.
#[derive(Debug)]
pub struct Trial {
    pub statement: Statement,
    pub fates: Vec<(Mutant, Fate)>,
}

impl Trial {
    /// The mutants of which this holds.
    pub fn count(&self, is: impl Fn(&Fate) -> bool) -> usize {
        self.fates.iter().filter(|(_, fate)| is(fate)).count()
    }

    /// Whether the statement counts: a test noticed every mutant that is a policy and means something else, and there was one. What a `require` says
    /// is held by the checker: that it refused one counts there.
    pub fn counts(&self) -> bool {
        let open = |fate: &Fate| matches!(fate, Fate::Survived | Fate::NotEquivalent(_));
        match self.statement.is_requirement() {
            true => self.count(|fate| *fate == Fate::Refused) > 0,
            false => self.count(open) == 0 && self.count(|fate| matches!(fate, Fate::Noticed(_))) > 0,
        }
    }

    /// What no test noticed, a sentence each.
    pub fn survivors(&self) -> Vec<String> {
        let Statement { file, line, name, .. } = &self.statement;
        if self.counts() {
            return Vec::new();
        }
        let open = self.fates.iter().filter_map(|(mutant, fate)| match fate {
            Fate::Survived => {
                Some(format!("{file}:{}: no policy test notices {} in `{name}`", mutant.line, mutant.change))
            }
            Fate::NotEquivalent(test) => Some(format!(
                "{file}:{}: {} is said to mean the same, but \"{test}\" fails",
                mutant.line, mutant.change
            )),
            Fate::Noticed(_) | Fate::Refused | Fate::Equivalent(_) => None,
        });
        let open: Vec<String> = if self.statement.is_requirement() { Vec::new() } else { open.collect() };
        if open.is_empty() {
            vec![format!("{file}:{line}: nothing in `{name}` could be changed so that something notices")]
        } else {
            open
        }
    }
}

/// Tries every mutant of the statements.
///
/// # Errors
/// If `kpi` cannot be built or run, or a copy of a project not be written.
pub fn run(statements: &[Statement]) -> Result<Vec<Trial>, String> {
    let kpi = build()?;
    let work = std::env::temp_dir().join(format!("kpi-mutate-{}", std::process::id()));
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<Option<Result<Trial, String>>>> = Mutex::new(statements.iter().map(|_| None).collect());
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for worker in 0..workers {
            let bench = Bench { kpi: &kpi, folder: work.join(worker.to_string()) };
            let (next, done) = (&next, &done);
            scope.spawn(move || {
                while let Some(statement) = statements.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let trial = bench.attempt(statement);
                    let mut done = done.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                    let at = statements.iter().position(|other| std::ptr::eq(other, statement));
                    if let Some(place) = at.and_then(|at| done.get_mut(at)) {
                        *place = Some(trial);
                    }
                    progress(done.iter().flatten().count(), statements.len());
                }
            });
        }
    });
    let cleared = std::fs::remove_dir_all(&work);
    let done = done.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    let trials = done.into_iter().flatten().collect::<Result<Vec<_>, _>>()?;
    // Without statements there was no folder.
    if !statements.is_empty() {
        cleared.map_err(|why| format!("{}: {why}", work.display()))?;
    }
    Ok(trials)
}

fn progress(done: usize, all: usize) {
    if std::io::stderr().is_terminal() {
        // Nobody minds progress that cannot be shown.
        let _ = write!(std::io::stderr(), "\r{done} of {all} statements{}", if done == all { "\n" } else { "" });
    }
}

/// Builds `kpi` as the tests do, and says where it is.
fn build() -> Result<PathBuf, String> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let arguments = ["build", "--quiet", "-p", "kpi-cli", "--message-format", "json"];
    let mut build = Command::new(cargo);
    build.args(arguments).current_dir(root());
    // What `cargo run` tells this program about itself would have build scripts run anew, and with them all that stands on them.
    let told = |name: &str| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") || name == "CARGO";
    std::env::vars().map(|(name, _)| name).filter(|name| told(name)).for_each(|name| {
        build.env_remove(name);
    });
    let output = build.output();
    let output = output.map_err(|why| format!("cargo build: {why}"))?;
    if !output.status.success() {
        return Err(format!("cargo build: {}", String::from_utf8_lossy(&output.stderr)));
    }
    let messages = String::from_utf8_lossy(&output.stdout).into_owned();
    let built = messages.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let binary = built.rev().find_map(|message| Some(PathBuf::from(message.get("executable")?.as_str()?)));
    binary.ok_or_else(|| "cargo build: no binary".to_owned())
}

/// Where one worker tries mutants.
struct Bench<'a> {
    kpi: &'a Path,
    folder: PathBuf,
}

impl Bench<'_> {
    fn attempt(&self, statement: &Statement) -> Result<Trial, String> {
        let project = self.folder.join("project");
        let told = |why: std::io::Error| format!("{}: {why}", project.display());
        match std::fs::remove_dir_all(&project) {
            Err(why) if why.kind() != std::io::ErrorKind::NotFound => return Err(told(why)),
            _ => std::fs::create_dir_all(project.join("policy")).map_err(told)?,
        }
        std::fs::copy(statement.project.join("kpi.toml"), project.join("kpi.toml")).map_err(told)?;
        for entry in std::fs::read_dir(statement.project.join("policy")).map_err(told)? {
            let path = entry.map_err(told)?.path();
            if let Some(name) = path.file_name() {
                std::fs::copy(&path, project.join("policy").join(name)).map_err(told)?;
            }
        }
        let name = Path::new(&statement.file).file_name().ok_or_else(|| format!("{}: no file", statement.file))?;
        let file = project.join("policy").join(name);
        let mut killers: VecDeque<String> = VecDeque::new();
        let mut fates = Vec::new();
        for mutant in mutants(statement) {
            std::fs::write(&file, &mutant.text).map_err(told)?;
            let fate = self.fate(&project, &mutant, &mut killers)?;
            fates.push((mutant, fate));
        }
        Ok(Trial { statement: statement.clone(), fates })
    }

    fn fate(&self, project: &Path, mutant: &Mutant, killers: &mut VecDeque<String>) -> Result<Fate, String> {
        let asked: Vec<String> = killers.iter().take(2).cloned().collect();
        let mut noticed = None;
        for killer in &asked {
            match self.test(project, Some(killer))? {
                Outcome::Refused => return Ok(Fate::Refused),
                Outcome::Passed => {}
                Outcome::Failed(name) => {
                    noticed = Some(name);
                    break;
                }
            }
        }
        if noticed.is_none() {
            match self.test(project, None)? {
                Outcome::Refused => return Ok(Fate::Refused),
                Outcome::Passed => {}
                Outcome::Failed(name) => noticed = Some(name),
            }
        }
        if let Some(name) = &noticed {
            killers.retain(|killer| killer != name);
            killers.push_front(name.clone());
        }
        Ok(match (noticed, &mutant.equivalent) {
            (Some(name), None) => Fate::Noticed(name),
            (None, None) => Fate::Survived,
            (None, Some(why)) => Fate::Equivalent(why.clone()),
            (Some(name), Some(_)) => Fate::NotEquivalent(name),
        })
    }

    fn test(&self, project: &Path, name: Option<&str>) -> Result<Outcome, String> {
        let flags = ["--format", "json", "--fail-fast", "--jobs", "1"];
        let output = Command::new(self.kpi).arg("test").arg(project).args(name).args(flags).output();
        let output = output.map_err(|why| format!("kpi test: {why}"))?;
        // What is no policy has findings, and no tests.
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        let tests = report.get("tests").and_then(serde_json::Value::as_array);
        let failed =
            tests.and_then(|tests| tests.iter().find(|test| test.get("outcome").is_some_and(|o| o == "failed")));
        let name = failed.and_then(|test| test.get("name")?.as_str());
        match (output.status.code(), tests, name) {
            (Some(0), ..) => Ok(Outcome::Passed),
            (Some(1), Some(_), Some(name)) => Ok(Outcome::Failed(name.to_owned())),
            (Some(1), None, _) => Ok(Outcome::Refused),
            _ => Err(format!("kpi test {}: {}", project.display(), String::from_utf8_lossy(&output.stderr))),
        }
    }
}

enum Outcome {
    Passed,
    Failed(String),
    Refused,
}
