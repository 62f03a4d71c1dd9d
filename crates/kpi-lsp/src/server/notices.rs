//! Notifications of the client: documents, files, folders and settings change.

use std::path::{Path, PathBuf};

use lsp_server::Notification;
use lsp_types::notification::{
    Cancel, DidChangeConfiguration, DidChangeTextDocument, DidChangeWatchedFiles, DidChangeWorkspaceFolders,
    DidCloseTextDocument, DidOpenTextDocument, Notification as _,
};
use lsp_types::{
    DidChangeConfigurationParams, DidChangeTextDocumentParams, DidChangeWatchedFilesParams,
    DidChangeWorkspaceFoldersParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams, FileChangeType, OneOf,
    WorkspaceFoldersServerCapabilities, WorkspaceServerCapabilities,
};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{ServeError, Server};
use crate::edits::apply_changes;
use crate::library;
use crate::projects::root_of;
use crate::uris;

/// What is announced of workspaces.
pub fn workspace_capabilities() -> WorkspaceServerCapabilities {
    let folders =
        WorkspaceFoldersServerCapabilities { supported: Some(true), change_notifications: Some(OneOf::Left(true)) };
    WorkspaceServerCapabilities { workspace_folders: Some(folders), file_operations: None }
}

impl Server<'_> {
    pub(super) fn notice(&mut self, notification: Notification) -> Result<(), ServeError> {
        let Notification { method, params } = notification;
        match method.as_str() {
            Cancel::METHOD => self.cancel(&params)?,
            DidOpenTextDocument::METHOD => {
                if let Some(DidOpenTextDocumentParams { text_document }) = read(params)
                    && let Some(path) = uris::path(&text_document.uri)
                {
                    self.opened(&path, text_document.version, text_document.text);
                }
            }
            DidChangeTextDocument::METHOD => {
                if let Some(DidChangeTextDocumentParams { text_document, content_changes }) = read(params)
                    && let Some(path) = uris::path(&text_document.uri)
                    && let Some(text) = self.ide.text(&path)
                {
                    let text = apply_changes(text, content_changes, self.client.encoding);
                    self.open.insert(path.clone(), text_document.version);
                    self.give_up(&path)?;
                    self.ide.set_file(&path, text);
                    self.touch(self.ide.key_of(&path));
                }
            }
            DidCloseTextDocument::METHOD => {
                if let Some(DidCloseTextDocumentParams { text_document }) = read(params)
                    && let Some(path) = uris::path(&text_document.uri)
                {
                    self.open.remove(&path);
                    self.read_from_disk(&path);
                }
            }
            DidChangeWatchedFiles::METHOD => {
                if let Some(DidChangeWatchedFilesParams { changes }) = read(params) {
                    for change in changes {
                        if let Some(path) = uris::path(&change.uri) {
                            self.file_changed(&path, change.typ)?;
                        }
                    }
                }
            }
            DidChangeWorkspaceFolders::METHOD => {
                if let Some(DidChangeWorkspaceFoldersParams { event }) = read(params) {
                    let paths = |folders: &[lsp_types::WorkspaceFolder]| -> Vec<PathBuf> {
                        folders.iter().filter_map(|folder| uris::path(&folder.uri)).collect()
                    };
                    self.folders_changed(&paths(&event.added), &paths(&event.removed));
                }
            }
            DidChangeConfiguration::METHOD => {
                if self.client.has_settings() {
                    self.ask_settings()?;
                } else if let Some(DidChangeConfigurationParams { settings }) = read(params) {
                    self.take_settings(settings.get("kpi").cloned().unwrap_or(settings))?;
                }
            }
            // Saving changes no text, and what is unknown is for others.
            _ => {}
        }
        Ok(())
    }

    fn opened(&mut self, path: &Path, version: i32, text: String) {
        // A module of the library is no policy, and nothing is found in it.
        if library::holds(&self.settings, path) {
            return;
        }
        if let Some(root) = root_of(path).map(Path::to_path_buf) {
            self.load(root);
        }
        self.open.insert(path.to_owned(), version);
        self.ide.set_file(path, text);
        self.touch(self.ide.key_of(path));
    }

    /// The file on the disk counts again, or there is none.
    fn read_from_disk(&mut self, path: &Path) {
        if library::holds(&self.settings, path) {
            return;
        }
        let key = self.ide.key_of(path);
        match std::fs::read_to_string(path) {
            // A file that belongs to no project is of interest only while it is open.
            Ok(text) if self.ide.root_of(path).is_some() => self.ide.set_file(path, text),
            _ => self.ide.remove_file(path),
        }
        self.touch(key);
    }

    fn file_changed(&mut self, path: &Path, change: FileChangeType) -> Result<(), ServeError> {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let folder = path.parent().unwrap_or(path).to_owned();
        if name == "kpi.toml" {
            if change == FileChangeType::DELETED {
                self.ide.remove_root(&folder);
                self.loading.remove(&folder);
                self.folder_left(&folder);
            } else {
                self.load_again(folder);
            }
        } else if name.ends_with(".kpi") {
            match self.ide.root_of(path).map(Path::to_path_buf) {
                // Only its `kpi.toml` knows whether the file belongs to it.
                Some(root) if self.listed.contains(&root) && change != FileChangeType::CHANGED => self.load_again(root),
                Some(root) if self.listed.contains(&root) && self.ide.text(path).is_none() => {}
                Some(_) if !self.open.contains_key(path) => self.read_from_disk(path),
                _ => {}
            }
        } else if [".csv", ".xlsx", ".parquet"].iter().any(|ending| name.to_ascii_lowercase().ends_with(ending)) {
            self.exports_changed(path);
        } else if name.ends_with(".json")
            && let Some(root) = self.ide.root_of(path).map(Path::to_path_buf)
        {
            // The baseline of known findings.
            let rules = (self.rules)(&root);
            self.take_rules(&root, rules)?;
            self.touch(root);
        }
        Ok(())
    }

    fn folders_changed(&mut self, added: &[PathBuf], removed: &[PathBuf]) {
        self.folders.retain(|folder| !removed.contains(folder));
        self.folders.extend(added.iter().cloned());
        self.look_for_projects(added.to_vec());
        let left: Vec<PathBuf> = self.ide.roots().to_vec();
        let is_open = |root: &PathBuf| self.open.keys().any(|path| path.starts_with(root));
        let wanted = |root: &PathBuf| self.folders.iter().any(|f| root.starts_with(f) || f.starts_with(root));
        let gone = |root: &PathBuf| removed.iter().any(|folder| root.starts_with(folder));
        let left: Vec<PathBuf> =
            left.into_iter().filter(|root| gone(root) && !wanted(root) && !is_open(root)).collect();
        for root in left {
            self.ide.remove_root(&root);
            self.folder_left(&root);
        }
    }

    /// The files of a folder that is no project any more are of interest only if they are open.
    fn folder_left(&mut self, folder: &Path) {
        let below = |key: &&PathBuf| key.starts_with(folder) && key.as_path() != folder;
        let alone: Vec<PathBuf> = self.ide.packages().filter(below).cloned().collect();
        for path in alone {
            if self.ide.root_of(&path).is_none() && !self.ide.roots().contains(&path) {
                if !self.open.contains_key(&path) {
                    self.ide.remove_file(&path);
                }
                self.touch(path);
            }
        }
        self.touch(folder.to_owned());
    }
}

/// Parameters that cannot be read belong to a message that the server need not answer.
pub fn read<T: DeserializeOwned>(params: Value) -> Option<T> {
    serde_json::from_value(params).ok()
}
