//! The program that reads exports, and a run of it.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use kpi_base::{Language, Text, text};
use kpi_results::{Exports, Numbers};
use serde_json::Value;

use super::Wanted;

/// What is asked of the program.
#[derive(Clone, Debug)]
pub struct Question {
    /// Which run it is.
    pub id: u64,
    /// The project.
    pub root: PathBuf,
    /// Of which texts.
    pub texts: u64,
    /// The version of the package that has them.
    pub version: u64,
    /// The texts of the files that may not be saved.
    pub unsaved: BTreeMap<PathBuf, String>,
}

/// What came of a question.
#[derive(Debug)]
pub struct Outcome {
    /// What was asked, without the texts.
    pub question: Question,
    /// The numbers, or why there are none.
    pub found: Result<Numbers, Text>,
}

/// How the program is run.
pub struct Program<'w> {
    /// The program and what is wanted of it.
    pub wanted: &'w Wanted,
}

impl Program<'_> {
    fn command(&self, question: &Question) -> Command {
        let Wanted { program, periods, env, language } = self.wanted;
        let mut command = Command::new(program);
        command.arg("numbers").arg(&question.root).arg("--unsaved").arg("--last").arg(periods.to_string());
        command.args(["--lang", if *language == Language::Chinese { "zh" } else { "en" }]);
        if let Some(env) = env {
            command.arg("--env").arg(env);
        }
        command.current_dir(&question.root);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }
}

/// Looks at the exports of a project: headers and the first rows, which takes moments. What cannot be looked at has nothing to offer.
pub fn look_at(program: &Program<'_>, root: &Path, done: impl FnOnce(Exports) + Send + 'static) {
    let Wanted { program, env, .. } = program.wanted;
    let mut command = Command::new(program);
    command.arg("columns").arg(root).current_dir(root).stdin(Stdio::null()).stderr(Stdio::null());
    if let Some(env) = env {
        command.arg("--env").arg(env);
    }
    thread::spawn(move || {
        let told = command.output().map(|output| output.stdout).unwrap_or_default();
        done(serde_json::from_slice(&told).unwrap_or_default());
    });
}

/// A run that is under way; it is killed when it is dropped.
pub struct Run {
    /// Which one.
    pub id: u64,
    /// Of which texts.
    pub texts: u64,
    child: Option<Arc<Mutex<Child>>>,
}

impl Run {
    /// Starts it; `done` is called on another thread, also of a run that is killed.
    pub fn start(program: &Program<'_>, question: Question, done: impl FnOnce(Outcome) + Send + 'static) -> Run {
        let (id, texts) = (question.id, question.texts);
        match program.command(&question).spawn() {
            Ok(child) => {
                let child = Arc::new(Mutex::new(child));
                let own = child.clone();
                thread::spawn(move || done(follow(&own, question)));
                Run { id, texts, child: Some(child) }
            }
            Err(why) => {
                let why = text!(
                    "`{program}` cannot be started: {why}; the setting `kpi.numbers.program` names a kpi that reads exports",
                    program = program.wanted.program.display().to_string(),
                    why = why.to_string()
                );
                // Whoever asks is told later, as of any other run.
                thread::spawn(move || done(Outcome { question, found: Err(why) }));
                Run { id, texts, child: None }
            }
        }
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        if let Some(child) = &self.child {
            // One that has ended cannot be killed, and need not be.
            let _ = child.lock().unwrap_or_else(PoisonError::into_inner).kill();
        }
    }
}

fn follow(child: &Mutex<Child>, mut question: Question) -> Outcome {
    let (stdin, stdout, stderr) = {
        let mut child = child.lock().unwrap_or_else(PoisonError::into_inner);
        (child.stdin.take(), child.stdout.take(), child.stderr.take())
    };
    let read = |stream: Option<Box<dyn Read + Send>>| {
        thread::spawn(move || {
            let mut bytes = Vec::new();
            if let Some(mut stream) = stream {
                let _ = stream.read_to_end(&mut bytes);
            }
            bytes
        })
    };
    let stdout = read(stdout.map(|stream| Box::new(stream) as Box<dyn Read + Send>));
    let stderr = read(stderr.map(|stream| Box::new(stream) as Box<dyn Read + Send>));
    if let Some(mut stdin) = stdin {
        let texts = serde_json::to_vec(&std::mem::take(&mut question.unsaved)).unwrap_or_default();
        // A program that ends before it has read them says why.
        let _ = stdin.write_all(&texts);
    }
    let (told, complaint) = (stdout.join().unwrap_or_default(), stderr.join().unwrap_or_default());
    // Both streams are closed: it has ended, or is about to.
    let _ = child.lock().unwrap_or_else(PoisonError::into_inner).wait();
    let found = serde_json::from_slice::<Numbers>(&told).map_err(|_| complaint_of(&complaint));
    Outcome { question, found }
}

/// The first finding that the program has told, or what else it has said.
fn complaint_of(said: &[u8]) -> Text {
    let said = String::from_utf8_lossy(said);
    let found: Option<Value> = serde_json::from_str(&said).ok();
    let finding = found.as_ref().and_then(|found| found.get("findings")?.as_array()?.first());
    let message = finding.and_then(|finding| {
        let (code, message) = (finding.get("code")?.as_str()?, finding.get("message")?.as_str()?);
        Some(format!("{code}: {message}"))
    });
    match message {
        Some(message) => Text::verbatim(message),
        None if said.trim().is_empty() => text!("the program that reads exports gave no answer"),
        None => Text::verbatim(said.lines().next().unwrap_or_default()),
    }
}
