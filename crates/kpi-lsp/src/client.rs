//! What the client can do, and what it wants.

use std::sync::Arc;

use kpi_base::Language;
use lsp_types::{ClientCapabilities, InitializeParams};
use serde_json::Value;

use crate::handlers::semantic::LastPainted;
use crate::positions::Encoding;

/// What is known of the client since its first message.
#[derive(Clone, Debug)]
pub struct Client {
    /// What it can do.
    pub capabilities: ClientCapabilities,
    /// How it counts columns.
    pub encoding: Encoding,
    /// The language of its user.
    pub locale: Language,
    /// The colours that it was last told.
    pub painted: Arc<LastPainted>,
    refreshes_findings: bool,
}

impl Client {
    /// Reads the first message; `written` is the same as it came.
    pub fn new(params: &InitializeParams, written: &Value) -> Client {
        let general = params.capabilities.general.as_ref();
        let offered = general.and_then(|general| general.position_encodings.clone()).unwrap_or_default();
        Client {
            capabilities: params.capabilities.clone(),
            encoding: Encoding::choose(&offered),
            locale: params.locale.as_deref().and_then(Language::find).unwrap_or_default(),
            painted: Arc::default(),
            // The protocol says `diagnostics`, the library of its types reads `diagnostic`.
            refreshes_findings: written.pointer("/capabilities/workspace/diagnostics/refreshSupport")
                == Some(&Value::Bool(true)),
        }
    }

    /// Whether it asks for findings itself; else they are sent to it.
    pub fn pulls(&self) -> bool {
        self.capabilities.text_document.as_ref().is_some_and(|text| text.diagnostic.is_some())
    }

    /// Whether it can be told to ask for findings again.
    pub fn refreshes_findings(&self) -> bool {
        self.refreshes_findings
    }

    /// Whether it can be told to ask for hints again.
    pub fn refreshes_hints(&self) -> bool {
        let workspace = self.capabilities.workspace.as_ref();
        workspace.and_then(|workspace| workspace.inlay_hint.as_ref()?.refresh_support).unwrap_or(false)
    }

    /// Whether it can be told to ask for lenses again.
    pub fn refreshes_lenses(&self) -> bool {
        let workspace = self.capabilities.workspace.as_ref();
        workspace.and_then(|workspace| workspace.code_lens.as_ref()?.refresh_support).unwrap_or(false)
    }

    /// Whether it can be asked for settings.
    pub fn has_settings(&self) -> bool {
        self.capabilities.workspace.as_ref().and_then(|workspace| workspace.configuration).unwrap_or(false)
    }

    /// Whether it tells of changed settings only if it is asked to.
    pub fn registers_settings(&self) -> bool {
        let workspace = self.capabilities.workspace.as_ref();
        let changes = workspace.and_then(|workspace| workspace.did_change_configuration.as_ref());
        changes.and_then(|changes| changes.dynamic_registration).unwrap_or(false)
    }

    /// Whether it can watch files.
    pub fn watches_files(&self) -> bool {
        let workspace = self.capabilities.workspace.as_ref();
        let watched = workspace.and_then(|workspace| workspace.did_change_watched_files.as_ref());
        watched.and_then(|watched| watched.dynamic_registration).unwrap_or(false)
    }

    /// Whether it shows progress.
    pub fn shows_progress(&self) -> bool {
        self.capabilities.window.as_ref().and_then(|window| window.work_done_progress).unwrap_or(false)
    }
}

/// What the user has set, under `kpi`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    value: Value,
}

impl Settings {
    /// The settings as the client sends them: an object, or nothing.
    pub fn new(value: Value) -> Settings {
        Settings { value }
    }

    /// One setting by its name, with points between the levels: `inlay.targets`.
    pub fn get(&self, name: &str) -> Option<&Value> {
        name.split('.').try_fold(&self.value, |value, part| value.get(part))
    }

    /// The language that findings are told in, if that was set: `kpi.language`, `en` or `zh`.
    pub fn language(&self) -> Option<Language> {
        self.get("language").and_then(Value::as_str).and_then(Language::find)
    }
}
