//! What the exports come to, for the editor to show: found by a program of its own, which is run in the background, given up as soon as the text
//! changes, and not asked again what it has answered.

mod program;

use std::collections::{BTreeMap, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kpi_base::{Language, Text};
use kpi_ide::Snapshot;
use kpi_ide::numbers::Figures;
use kpi_results::{Exports, Numbers};
use serde_json::Value;

use crate::client::Settings;
use program::Run;
pub use program::{Outcome, Program, Question};

/// Of how many texts of a project the numbers are kept: undoing a change shows them at once.
const KEPT: usize = 16;

/// How many periods are summed up, unless the user says otherwise.
const PERIODS: u64 = 6;

/// What is wanted of the numbers, by the settings under `kpi.numbers`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Wanted {
    /// The program that reads exports: this `kpi` if it has an engine, else the one on the path.
    pub program: PathBuf,
    /// How many periods.
    pub periods: u64,
    /// The environment of `kpi.toml`.
    pub env: Option<String>,
    /// The language of units.
    pub language: Language,
}

impl Wanted {
    /// None if numbers are turned off (`kpi.numbers.enabled`). `own` is the program that serves, if it reads exports.
    pub fn of(settings: &Settings, language: Language, own: Option<&Path>) -> Option<Wanted> {
        let is_on = settings.get("numbers.enabled").and_then(Value::as_bool).unwrap_or(true);
        let text = |name: &str| settings.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        let program = text("numbers.program").map(PathBuf::from).or_else(|| own.map(Path::to_path_buf));
        is_on.then(|| Wanted {
            program: program.unwrap_or_else(|| PathBuf::from("kpi")),
            periods: settings.get("numbers.periods").and_then(Value::as_u64).unwrap_or(PERIODS).clamp(1, 60),
            env: text("numbers.environment").map(str::to_owned),
            language,
        })
    }
}

/// What numbers hang on: the texts with what is wanted, and the exports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Key {
    texts: u64,
    exports: u64,
}

/// The numbers of all projects.
#[derive(Default)]
pub struct Readings {
    by_root: BTreeMap<PathBuf, Reading>,
    last_run: u64,
}

/// The numbers of a project.
#[derive(Default)]
struct Reading {
    /// The latest last.
    kept: VecDeque<(Key, Arc<Numbers>)>,
    /// What is shown.
    shown: Option<Arc<Numbers>>,
    /// The version of the package for which it was found; none if the exports have changed since.
    version: Option<u64>,
    /// Why there are none, and of what.
    failed: Option<(Key, Text)>,
    /// How often exports were seen to change.
    changes: u64,
    run: Option<Run>,
    /// Their headers and some values; none until somebody has asked.
    exports: Option<Arc<Exports>>,
}

impl Readings {
    /// What is known of a package at a version, and why there is nothing new.
    pub fn figures(&self, root: &Path, version: u64) -> (Option<Figures>, Option<Text>) {
        let Some(reading) = self.by_root.get(root) else { return (None, None) };
        let stale = reading.version != Some(version);
        let figures = reading.shown.clone().map(|numbers| Figures { numbers, stale });
        (figures, reading.failed.as_ref().map(|(_, why)| why.clone()))
    }

    /// Gives up what is being read for a project.
    pub fn stop(&mut self, root: &Path) {
        if let Some(reading) = self.by_root.get_mut(root) {
            reading.run = None;
        }
    }

    /// Forgets all numbers, and gives up what is being read.
    pub fn clear(&mut self) {
        self.by_root.clear();
    }

    /// Exports of a project have changed, or have come or gone.
    pub fn exports_changed(&mut self, root: &Path) {
        if let Some(reading) = self.by_root.get_mut(root) {
            reading.changes += 1;
            reading.version = None;
            reading.run = None;
            reading.exports = None;
        }
    }

    /// The headers and some values of a project's exports.
    pub fn exports(&self, root: &Path) -> Option<Arc<Exports>> {
        self.by_root.get(root)?.exports.clone()
    }

    /// Looks at the exports of a project, unless somebody has.
    pub fn look_at(&mut self, root: &Path, wanted: &Wanted, done: impl FnOnce(Exports) + Send + 'static) {
        let reading = self.by_root.entry(root.to_owned()).or_default();
        if reading.exports.is_none() {
            reading.exports = Some(Arc::default());
            program::look_at(&Program { wanted }, root, done);
        }
    }

    /// Takes what was seen of a project's exports.
    pub fn looked_at(&mut self, root: &Path, exports: Exports) {
        if let Some(reading) = self.by_root.get_mut(root) {
            reading.exports = Some(Arc::new(exports));
        }
    }

    /// Takes the numbers of a package from what is kept (`true`), or has them read; `open` are the files that may not be saved.
    pub fn read(
        &mut self,
        root: &Path,
        snapshot: &Snapshot,
        open: &mut dyn Iterator<Item = &PathBuf>,
        wanted: &Wanted,
        done: impl FnOnce(Outcome) + Send + 'static,
    ) -> bool {
        let reading = self.by_root.entry(root.to_owned()).or_default();
        let texts = texts(snapshot, wanted);
        let key = Key { texts, exports: reading.exports() };
        if let Some(place) = reading.kept.iter().position(|(kept, _)| *kept == key)
            && let Some((_, numbers)) = reading.kept.remove(place)
        {
            reading.show(key, numbers, snapshot.version());
            return true;
        }
        let is_under_way = reading.run.as_ref().is_some_and(|run| run.texts == texts);
        if is_under_way || reading.failed.as_ref().is_some_and(|(failed, _)| *failed == key) {
            return false;
        }
        self.last_run += 1;
        let text_of = |path: &PathBuf| Some((path.clone(), snapshot.text(snapshot.file_id(path)?).to_owned()));
        let question = Question {
            id: self.last_run,
            root: root.to_owned(),
            texts,
            version: snapshot.version(),
            unsaved: open.filter_map(text_of).collect(),
        };
        reading.run = Some(Run::start(&Program { wanted }, question, done));
        false
    }

    /// Takes what a run has found; `false` if it was given up.
    pub fn take(&mut self, outcome: Outcome) -> bool {
        let Outcome { question, found } = outcome;
        let Some(reading) = self.by_root.get_mut(&question.root) else { return false };
        if reading.run.as_ref().is_none_or(|run| run.id != question.id) {
            return false;
        }
        reading.run = None;
        match found {
            Ok(numbers) => {
                let numbers = Arc::new(numbers);
                reading.shown = Some(numbers.clone());
                let key = Key { texts: question.texts, exports: reading.exports() };
                reading.show(key, numbers, question.version);
            }
            Err(why) => reading.failed = Some((Key { texts: question.texts, exports: reading.exports() }, why)),
        }
        true
    }
}

impl Reading {
    fn show(&mut self, key: Key, numbers: Arc<Numbers>, version: u64) {
        self.kept.push_back((key, numbers.clone()));
        if self.kept.len() > KEPT {
            self.kept.pop_front();
        }
        self.shown = Some(numbers);
        self.version = Some(version);
        self.failed = None;
    }

    /// A number for the exports as they are: of those that were read last, their sizes and times.
    fn exports(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.changes.hash(&mut hasher);
        for path in self.shown.iter().flat_map(|numbers| &numbers.inputs) {
            let known = std::fs::metadata(path).ok();
            (path, known.map(|known| (known.len(), known.modified().ok()))).hash(&mut hasher);
        }
        hasher.finish()
    }
}

fn texts(snapshot: &Snapshot, wanted: &Wanted) -> u64 {
    let mut hasher = DefaultHasher::new();
    wanted.hash(&mut hasher);
    for id in snapshot.ids().filter(|id| !snapshot.is_library(*id)) {
        let path = snapshot.files().get(id).map(|file| file.path.as_str());
        (path, snapshot.text(id)).hash(&mut hasher);
    }
    hasher.finish()
}
