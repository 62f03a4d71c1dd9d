//! The loop: the one thread that changes anything. Messages come in, requests go to workers with what is known at their
//! moment, findings go out; when nothing has come in for a while, what takes long is looked at.

mod asking;
mod notices;
mod reading;
mod requests;
mod telling;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use kpi_base::Text;
use kpi_ide::{Analysed, Ide, Snapshot};
use kpi_results::Exports;
use lsp_server::{Connection, ErrorCode, Message, RequestId, Response};
use lsp_types::notification::{Notification as _, ShowMessage};
use lsp_types::{
    InitializeParams, MessageType, ServerCapabilities, ShowMessageParams, TextDocumentSyncCapability,
    TextDocumentSyncKind, WorkspaceFolder,
};
use serde_json::Value;

use crate::client::{Client, Settings};
use crate::context::Context;
use crate::handlers::{Answer, Handler, handlers};
use crate::numbers::{Outcome, Readings};
use crate::projects::{Project, ReadRules, Rules, find_projects, read_project};
use crate::workers::Workers;
use crate::{library, transport, uris};

/// Why a session ended other than by the client's wish.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The client broke the protocol or went away.
    #[error("the connection to the editor broke: {0}")]
    Protocol(#[from] lsp_server::ProtocolError),
    /// Reading or writing failed.
    #[error("the connection to the editor broke: {0}")]
    Io(#[from] std::io::Error),
    /// The client's first message could not be read.
    #[error("the editor's first message could not be read: {0}")]
    Message(#[from] serde_json::Error),
    /// The client no longer takes messages.
    #[error("the editor went away")]
    Gone,
}

/// What the server is given by whoever starts it.
pub struct Surroundings {
    /// Reads the house rules of a project.
    pub rules: ReadRules,
    /// The program that sums up exports (`kpi numbers`), if there is one; the setting `kpi.numbers.program` names another.
    pub program: Option<PathBuf>,
}

/// Serves an editor over stdin and stdout until it says goodbye.
///
/// # Errors
/// [`ServeError`] if the connection breaks.
pub fn serve(surroundings: Surroundings) -> Result<(), ServeError> {
    let input = std::io::BufReader::new(std::io::stdin());
    let (connection, writer) = transport::connect(input, std::io::stdout());
    let served = serve_connection(&connection, surroundings);
    drop(connection);
    // What is still to be written is written; who reads stdin ends with the process.
    if let Ok(written) = writer.join() {
        written?;
    }
    served
}

/// Serves an editor over any connection until it says goodbye.
///
/// # Errors
/// [`ServeError`] if the connection breaks.
pub fn serve_connection(connection: &Connection, surroundings: Surroundings) -> Result<(), ServeError> {
    let (id, params) = connection.initialize_start()?;
    let written = params;
    let params: InitializeParams = serde_json::from_value(written.clone())?;
    let client = Client::new(&params, &written);
    let handlers = handlers();
    let answer = serde_json::json!({
        "capabilities": capabilities(&client, &handlers),
        "serverInfo": { "name": "kpi", "version": env!("CARGO_PKG_VERSION") },
    });
    connection.initialize_finish(id, answer)?;
    let (events, incoming) = channel();
    let messages = connection.receiver.clone();
    let forward = events.clone();
    std::thread::spawn(move || {
        for message in messages {
            if forward.send(Event::Message(message)).is_err() {
                return;
            }
        }
        let _ = forward.send(Event::Gone);
    });
    let settings = params.initialization_options.clone().unwrap_or_default();
    let mut server = Server {
        connection,
        events,
        client: Arc::new(client),
        settings: Arc::new(Settings::new(settings)),
        handlers: Arc::new(handlers.into_iter().map(|handler| (handler.method, handler)).collect()),
        workers: Workers::start(),
        quiet: Workers::start_quiet(),
        rules: Arc::new(surroundings.rules),
        program: surroundings.program,
        readings: Readings::default(),
        to_read: BTreeSet::new(),
        ide: Ide::new(),
        open: BTreeMap::new(),
        folders: folders(&params),
        loading: BTreeSet::new(),
        listed: BTreeSet::new(),
        problems: BTreeMap::new(),
        changed: BTreeSet::new(),
        to_analyse: BTreeSet::new(),
        analysing: None,
        quiet_since: Instant::now(),
        pending: HashMap::new(),
        pulls: Vec::new(),
        asked: HashMap::new(),
        last_asked: 0,
        shown: BTreeMap::new(),
        related: BTreeMap::new(),
        progress: telling::Progress::None,
        shut_down: false,
    };
    server.begin()?;
    server.run(&incoming)
}

fn capabilities(client: &Client, handlers: &[Handler]) -> ServerCapabilities {
    let mut capabilities = ServerCapabilities {
        position_encoding: Some(client.encoding.kind()),
        text_document_sync: Some(TextDocumentSyncCapability::Kind(TextDocumentSyncKind::INCREMENTAL)),
        workspace: Some(notices::workspace_capabilities()),
        ..ServerCapabilities::default()
    };
    telling::announce(&mut capabilities, client);
    for handler in handlers {
        (handler.announce)(&mut capabilities, &client.capabilities);
    }
    capabilities
}

/// The folders that the client has open.
fn folders(params: &InitializeParams) -> Vec<PathBuf> {
    #[allow(deprecated, reason = "older clients name one folder")]
    let root = params.root_uri.as_ref().and_then(uris::path);
    match &params.workspace_folders {
        Some(folders) => folders.iter().filter_map(|WorkspaceFolder { uri, .. }| uris::path(uri)).collect(),
        None => root.into_iter().collect(),
    }
}

/// How long nothing must come in before what takes long is looked at.
const PAUSE: Duration = Duration::from_millis(200);

/// What the loop reacts to.
enum Event {
    /// A message of the client.
    Message(Message),
    /// The client is gone.
    Gone,
    /// The answer to a request.
    Answered { id: RequestId, answer: Answer<Value> },
    /// Projects were found in folders of the client.
    Found(BTreeSet<PathBuf>),
    /// A project was read.
    Loaded(Project),
    /// A package was analysed whole.
    Analysed(Box<Analysed>),
    /// Nothing came of the analysis of a package.
    Failed,
    /// Exports were read, or could not be.
    Read(Box<Outcome>),
    /// Exports of a project were looked at.
    LookedAt(PathBuf, Box<Exports>),
}

/// A request that is being answered.
struct Pending {
    cancelled: Arc<AtomicBool>,
    /// Whether the client will ask again if the text changes.
    asked_again: bool,
    /// The document that it is about.
    path: Option<PathBuf>,
}

/// The state of a session.
struct Server<'a> {
    connection: &'a Connection,
    events: Sender<Event>,
    client: Arc<Client>,
    settings: Arc<Settings>,
    handlers: Arc<HashMap<&'static str, Handler>>,
    workers: Workers,
    /// Does what nobody waits for.
    quiet: Workers,
    rules: Arc<ReadRules>,
    program: Option<PathBuf>,
    readings: Readings,
    /// The projects whose numbers are to be read as soon as their texts are settled.
    to_read: BTreeSet<PathBuf>,
    ide: Ide,
    /// The versions of the open documents.
    open: BTreeMap<PathBuf, i32>,
    folders: Vec<PathBuf>,
    /// The projects that are being read.
    loading: BTreeSet<PathBuf>,
    /// The projects that name their policy files.
    listed: BTreeSet<PathBuf>,
    /// The projects whose `kpi.toml` cannot be read, with what the user was told of that.
    problems: BTreeMap<PathBuf, Text>,
    /// The packages whose texts or findings have changed since the client was told.
    changed: BTreeSet<PathBuf>,
    /// The packages that were not analysed whole since their texts changed.
    to_analyse: BTreeSet<PathBuf>,
    analysing: Option<PathBuf>,
    quiet_since: Instant,
    pending: HashMap<RequestId, Pending>,
    pulls: Vec<telling::Pull>,
    asked: HashMap<RequestId, asking::Asked>,
    last_asked: i32,
    /// By package, what was shown for which file.
    shown: BTreeMap<PathBuf, telling::Shown>,
    /// The findings that were last sent along for other documents than the one that was asked for.
    related: BTreeMap<PathBuf, String>,
    progress: telling::Progress,
    shut_down: bool,
}

impl Server<'_> {
    /// What is asked and looked for as soon as the client is there.
    fn begin(&mut self) -> Result<(), ServeError> {
        self.register()?;
        self.ask_settings()?;
        self.look_for_projects(self.folders.clone());
        Ok(())
    }

    fn run(&mut self, incoming: &Receiver<Event>) -> Result<(), ServeError> {
        loop {
            let event = match self.next_analysis() {
                Some(left) => match incoming.recv_timeout(left) {
                    Ok(event) => event,
                    Err(RecvTimeoutError::Timeout) => {
                        self.analyse()?;
                        continue;
                    }
                    Err(RecvTimeoutError::Disconnected) => return Ok(()),
                },
                None => match incoming.recv() {
                    Ok(event) => event,
                    Err(_) => return Ok(()),
                },
            };
            // Of changes that wait in line only the last is worth looking at.
            let mut next = Some(event);
            while let Some(event) = next {
                if self.react(event)? {
                    return Ok(());
                }
                next = incoming.try_recv().ok();
            }
            self.tell()?;
            self.read_numbers()?;
        }
    }

    /// Reacts to one event; `true` if it was the last.
    fn react(&mut self, event: Event) -> Result<bool, ServeError> {
        match event {
            Event::Message(Message::Request(request)) => self.request(request)?,
            Event::Message(Message::Notification(notification)) => {
                if notification.method == "exit" {
                    return Ok(true);
                }
                self.notice(notification)?;
            }
            Event::Message(Message::Response(response)) => self.answered(response)?,
            Event::Gone => return Ok(true),
            Event::Answered { id, answer } => self.answer(id, answer)?,
            Event::Found(roots) => roots.into_iter().for_each(|root| self.load(root)),
            Event::Loaded(project) => self.take_project(project)?,
            Event::Analysed(analysed) => {
                let key = self.analysing.take();
                let taken = self.ide.take(*analysed);
                self.quiet.run(Box::new(move || drop(taken.left)));
                if taken.is_news {
                    self.to_analyse.retain(|package| Some(package) != key.as_ref());
                    self.changed.extend(key);
                    self.refresh_findings()?;
                }
            }
            Event::Failed => {
                let key = self.analysing.take();
                self.to_analyse.retain(|package| Some(package) != key.as_ref());
            }
            Event::Read(outcome) => self.numbers_read(*outcome)?,
            Event::LookedAt(root, exports) => self.readings.looked_at(&root, *exports),
        }
        Ok(false)
    }

    /// Reads a project elsewhere, unless it is known.
    fn load(&mut self, root: PathBuf) {
        if self.ide.roots().contains(&root) || !self.loading.insert(root.clone()) {
            return;
        }
        self.ide.add_root(&root);
        let (rules, events) = (self.rules.clone(), self.events.clone());
        self.workers.run(Box::new(move || {
            let _ = events.send(Event::Loaded(read_project(&root, &rules)));
        }));
    }

    /// Reads a project that is known anew.
    fn load_again(&mut self, root: PathBuf) {
        self.readings.exports_changed(&root);
        self.ide.remove_root(&root);
        self.loading.remove(&root);
        self.load(root);
    }

    fn look_for_projects(&self, folders: Vec<PathBuf>) {
        if folders.is_empty() {
            return;
        }
        let events = self.events.clone();
        self.workers.run(Box::new(move || {
            let _ = events.send(Event::Found(find_projects(&folders)));
        }));
    }

    fn take_project(&mut self, project: Project) -> Result<(), ServeError> {
        let Project { root, rules, files } = project;
        self.loading.remove(&root);
        if !self.ide.roots().contains(&root) {
            return Ok(());
        }
        self.take_rules(&root, rules)?;
        for (path, text) in files {
            if !self.open.contains_key(&path) && !library::holds(&self.settings, &path) {
                self.ide.set_file(&path, text);
            }
        }
        self.touch(root);
        Ok(())
    }

    /// Takes what a `kpi.toml` says; if it cannot be read, the user is told, once for each reason.
    fn take_rules(&mut self, root: &Path, rules: Rules) -> Result<(), ServeError> {
        self.ide.set_house(root, rules.house);
        if rules.policies.is_some() {
            self.listed.insert(root.to_owned());
        } else {
            self.listed.remove(root);
        }
        match rules.problem {
            Some(problem) if self.problems.get(root) != Some(&problem) => {
                let message = self.context(None, Vec::new()).say(&problem);
                self.problems.insert(root.to_owned(), problem);
                self.notify(ShowMessage::METHOD, ShowMessageParams { typ: MessageType::WARNING, message })
            }
            Some(_) => Ok(()),
            None => {
                self.problems.remove(root);
                Ok(())
            }
        }
    }

    /// A package has changed.
    fn touch(&mut self, key: PathBuf) {
        self.readings.stop(&key);
        self.to_read.insert(key.clone());
        self.to_analyse.insert(key.clone());
        self.changed.insert(key);
        self.quiet_since = Instant::now();
    }

    /// How long to wait until the next whole analysis, if one is to be made and none is under way.
    fn next_analysis(&self) -> Option<Duration> {
        if self.analysing.is_some() || self.shut_down {
            return None;
        }
        let next = self.to_analyse.iter().find(|key| !self.loading.contains(*key))?;
        // Before the first one nothing is known: it does not wait.
        let first = !self.shown.contains_key(next);
        Some(if first { Duration::ZERO } else { PAUSE.saturating_sub(self.quiet_since.elapsed()) })
    }

    fn analyse(&mut self) -> Result<(), ServeError> {
        let Some(key) = self.to_analyse.iter().find(|key| !self.loading.contains(*key)).cloned() else {
            return Ok(());
        };
        let Some(job) = self.ide.job(&key) else {
            self.to_analyse.remove(&key);
            return Ok(());
        };
        if !self.shown.contains_key(&key) {
            self.begin_progress()?;
        }
        self.analysing = Some(key);
        let events = self.events.clone();
        self.quiet.run(Box::new(move || {
            let analysed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| job.run()));
            let _ = events.send(analysed.map_or(Event::Failed, |analysed| Event::Analysed(Box::new(analysed))));
        }));
        Ok(())
    }

    fn context(&self, snapshot: Option<(Arc<Snapshot>, kpi_base::FileId)>, packages: Vec<Arc<Snapshot>>) -> Context {
        let document = |(snapshot, file): (Arc<Snapshot>, kpi_base::FileId)| {
            let path = snapshot.files().get(file).map(|file| Path::new(&file.path));
            let key = path.map(|path| self.ide.key_of(path)).unwrap_or_default();
            let (figures, no_figures) = self.readings.figures(&key, snapshot.version());
            let exports = self.readings.exports(&key);
            crate::context::Document { snapshot, file, figures, no_figures, exports }
        };
        Context {
            document: snapshot.map(document),
            packages,
            client: self.client.clone(),
            settings: self.settings.clone(),
            cancelled: Arc::default(),
        }
    }

    fn refuse(&self, id: RequestId, code: ErrorCode, why: &str) -> Result<(), ServeError> {
        self.send(Message::Response(Response::new_err(id, code as i32, why.to_owned())))
    }

    fn send(&self, message: Message) -> Result<(), ServeError> {
        match self.connection.sender.send(message) {
            // A client that has said goodbye need not hear the rest.
            Err(_) if !self.shut_down => Err(ServeError::Gone),
            _ => Ok(()),
        }
    }
}
