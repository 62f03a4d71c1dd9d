//! What the server asks the client: settings, to watch files, to show progress.

use lsp_server::{Message, Request, RequestId, Response};
use lsp_types::notification::{DidChangeConfiguration, DidChangeWatchedFiles, Notification as _};
use lsp_types::request::{RegisterCapability, Request as _, WorkDoneProgressCreate, WorkspaceConfiguration};
use lsp_types::{
    ConfigurationItem, ConfigurationParams, DidChangeWatchedFilesRegistrationOptions, FileSystemWatcher, GlobPattern,
    ProgressToken, Registration, RegistrationParams, WorkDoneProgressCreateParams,
};
use serde_json::{Value, json};

use super::{ServeError, Server};
use crate::client::Settings;

/// What was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// The settings.
    Settings,
    /// To show progress.
    Progress,
    /// Something whose answer changes nothing.
    Other,
}

/// The name of a progress of this number.
pub fn progress(number: i32) -> ProgressToken {
    ProgressToken::String(format!("kpi/analysis/{number}"))
}

impl Server<'_> {
    /// Asks to be told of changed files and settings, as far as the client can.
    pub(super) fn register(&mut self) -> Result<(), ServeError> {
        let mut registrations = Vec::new();
        if self.client.watches_files() {
            let watch =
                |pattern: &str| FileSystemWatcher { glob_pattern: GlobPattern::String(pattern.to_owned()), kind: None };
            let watchers =
                ["**/kpi.toml", "**/*.kpi", "**/kpi-baseline.json", "**/*.{csv,xlsx,parquet}"].map(watch).to_vec();
            let options = DidChangeWatchedFilesRegistrationOptions { watchers };
            registrations.push(Registration {
                id: "kpi/files".to_owned(),
                method: DidChangeWatchedFiles::METHOD.to_owned(),
                register_options: serde_json::to_value(options).ok(),
            });
        }
        if self.client.registers_settings() {
            registrations.push(Registration {
                id: "kpi/settings".to_owned(),
                method: DidChangeConfiguration::METHOD.to_owned(),
                register_options: Some(json!({ "section": "kpi" })),
            });
        }
        if registrations.is_empty() {
            return Ok(());
        }
        self.ask(RegisterCapability::METHOD, RegistrationParams { registrations }, Asked::Other)
    }

    /// Asks for the settings under `kpi`.
    pub(super) fn ask_settings(&mut self) -> Result<(), ServeError> {
        if !self.client.has_settings() {
            return Ok(());
        }
        let item = ConfigurationItem { scope_uri: None, section: Some("kpi".to_owned()) };
        self.ask(WorkspaceConfiguration::METHOD, ConfigurationParams { items: vec![item] }, Asked::Settings)
    }

    pub(super) fn ask_for_progress(&mut self, number: i32) -> Result<(), ServeError> {
        let params = WorkDoneProgressCreateParams { token: progress(number) };
        self.ask(WorkDoneProgressCreate::METHOD, params, Asked::Progress)
    }

    pub(super) fn ask<P: serde::Serialize>(&mut self, method: &str, params: P, asked: Asked) -> Result<(), ServeError> {
        self.last_asked += 1;
        let id = RequestId::from(format!("kpi/{}", self.last_asked));
        self.asked.insert(id.clone(), asked);
        let params = serde_json::to_value(params)?;
        self.send(Message::Request(Request { id, method: method.to_owned(), params }))
    }

    /// The client has answered.
    pub(super) fn answered(&mut self, response: Response) -> Result<(), ServeError> {
        let Response { id, response_result } = response;
        match (self.asked.remove(&id), response_result) {
            (Some(Asked::Settings), Ok(Value::Array(values))) => {
                self.take_settings(values.into_iter().next().unwrap_or_default())
            }
            (Some(Asked::Progress), Ok(_)) => self.show_progress(),
            _ => Ok(()),
        }
    }

    pub(super) fn take_settings(&mut self, value: Value) -> Result<(), ServeError> {
        let settings = Settings::new(value);
        if *self.settings == settings {
            return Ok(());
        }
        self.settings = std::sync::Arc::new(settings);
        // Findings may be told in another language now.
        let told: Vec<_> = self.shown.keys().cloned().collect();
        self.changed.extend(told);
        self.numbers_set()?;
        self.refresh_findings()
    }
}
