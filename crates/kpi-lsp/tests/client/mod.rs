//! A client that speaks over memory. It keeps what was said, for who wants to know what a test has exercised.

#![allow(dead_code, clippy::unwrap_used, clippy::panic, reason = "each test uses a part of it, and may panic")]

use std::cell::RefCell;
use std::path::Path;
use std::thread;
use std::time::Duration;

use kpi_lsp::{HouseRules, Rules, Surroundings};
use lsp_server::{Connection, Message, Notification, Request, RequestId, Response};
use serde_json::{Value, json};

/// A message from one side to the other.
#[derive(Clone, Debug)]
pub enum Said {
    /// A request of the client, with its answer once that has come.
    Asked { id: RequestId, method: String, params: Value, answer: Option<Value> },
    /// A notification of the client.
    Told { method: String, params: Value },
    /// A request or a notification of the server.
    Heard { method: String, params: Value },
}

thread_local! {
    /// What the sessions of this thread, which is that of a test, have said.
    static SAID: RefCell<Vec<Said>> = const { RefCell::new(Vec::new()) };
}

/// What was said since this was last asked.
pub fn said() -> Vec<Said> {
    SAID.take()
}

fn note(said: Said) {
    SAID.with_borrow_mut(|all| all.push(said));
}

/// The client's end of a session, and the thread that serves it.
pub struct Client {
    pub connection: Connection,
    server: thread::JoinHandle<()>,
    last: i32,
    /// What came while something else was waited for.
    others: Vec<Message>,
}

impl Client {
    pub fn start(encodings: &[&str]) -> (Client, Value) {
        Client::start_with(encodings, |_| HouseRules::default())
    }

    pub fn start_with(
        encodings: &[&str],
        rules: impl Fn(&Path) -> HouseRules + Send + Sync + 'static,
    ) -> (Client, Value) {
        let general = json!({ "positionEncodings": encodings });
        Client::start_as(json!({ "capabilities": { "general": general } }), rules)
    }

    /// A session whose first message has these parameters.
    pub fn start_as<R: Into<Rules>>(
        params: Value,
        rules: impl Fn(&Path) -> R + Send + Sync + 'static,
    ) -> (Client, Value) {
        let (server, connection) = Connection::memory();
        let server = thread::spawn(move || {
            let surroundings = Surroundings { rules: Box::new(move |root| rules(root).into()), program: None };
            kpi_lsp::serve_connection(&server, surroundings).unwrap();
        });
        let mut client = Client { connection, server, last: 0, others: Vec::new() };
        let answer = client.ask("initialize", params);
        client.tell("initialized", json!({}));
        (client, answer)
    }

    pub fn tell(&self, method: &str, params: Value) {
        note(Said::Told { method: method.into(), params: params.clone() });
        let message = Message::Notification(Notification { method: method.into(), params });
        self.connection.sender.send(message).unwrap();
    }

    pub fn ask(&mut self, method: &str, params: Value) -> Value {
        let id = self.begin(method, params);
        self.answer(&id)
    }

    /// Sends a request and does not wait for its answer.
    pub fn begin(&mut self, method: &str, params: Value) -> RequestId {
        self.last += 1;
        let id = RequestId::from(self.last);
        note(Said::Asked { id: id.clone(), method: method.into(), params: params.clone(), answer: None });
        let request = Request { id: id.clone(), method: method.into(), params };
        self.connection.sender.send(Message::Request(request)).unwrap();
        id
    }

    /// The answer to a request.
    pub fn answer(&mut self, id: &RequestId) -> Value {
        let response = self.wait(|message| matches!(message, Message::Response(response) if response.id == *id));
        serde_json::to_value(response).unwrap()
    }

    /// The next findings that are sent.
    pub fn findings(&mut self) -> Value {
        self.told("textDocument/publishDiagnostics")
    }

    /// The parameters of the next notification of a method.
    pub fn told(&mut self, method: &str) -> Value {
        match self.wait(|message| matches!(message, Message::Notification(n) if n.method == method)) {
            Message::Notification(notification) => notification.params,
            _ => unreachable!(),
        }
    }

    /// The next request of a method that the server makes.
    pub fn asked(&mut self, method: &str) -> Request {
        match self.wait(|message| matches!(message, Message::Request(r) if r.method == method)) {
            Message::Request(request) => request,
            _ => unreachable!(),
        }
    }

    /// Answers a request of the server.
    pub fn reply(&self, request: Request, result: Value) {
        self.connection.sender.send(Message::Response(Response::new_ok(request.id, result))).unwrap();
    }

    /// The first message of a kind, of those that have come and those that will; others wait until somebody wants them.
    fn wait(&mut self, wanted: impl Fn(&Message) -> bool) -> Message {
        if let Some(at) = self.others.iter().position(&wanted) {
            return self.others.remove(at);
        }
        loop {
            let message = self.connection.receiver.recv_timeout(Duration::from_secs(60)).unwrap();
            hear(&message);
            if wanted(&message) {
                return message;
            }
            self.others.push(message);
        }
    }

    pub fn open(&self, uri: &str, text: &str) {
        let document = json!({ "uri": uri, "languageId": "kpi", "version": 1, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document }));
    }

    pub fn change(&self, uri: &str, text: &str) {
        let document = json!({ "uri": uri, "version": 2 });
        self.tell("textDocument/didChange", json!({ "textDocument": document, "contentChanges": [{ "text": text }] }));
    }

    pub fn stop(mut self) {
        let answer = self.ask("shutdown", Value::Null);
        assert!(answer.get("error").is_none(), "{answer}");
        self.leave();
    }

    /// Says goodbye without asking.
    pub fn leave(self) {
        self.tell("exit", Value::Null);
        drop(self.connection);
        self.server.join().unwrap();
    }
}

/// Keeps a message of the server.
fn hear(message: &Message) {
    match message {
        Message::Response(response) => SAID.with_borrow_mut(|all| {
            let own = all.iter_mut().rev().find_map(|said| match said {
                Said::Asked { id, answer, .. } if *id == response.id => Some(answer),
                _ => None,
            });
            if let Some(answer) = own {
                *answer = serde_json::to_value(response).ok();
            }
        }),
        Message::Request(Request { method, params, .. }) | Message::Notification(Notification { method, params }) => {
            note(Said::Heard { method: method.clone(), params: params.clone() });
        }
    }
}
