//! Requests of the client: they are answered by workers, and can be taken back.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use kpi_base::FileId;
use kpi_ide::{Snapshot, definition};
use lsp_server::{ErrorCode, Message, Request, RequestId, Response};
use lsp_types::Uri;
use serde_json::Value;

use super::{Event, Pending, ServeError, Server};
use crate::handlers::{Answer, Refused};
use crate::library;
use crate::uris;

/// Where the parameters of a request name the document that it is about.
const DOCUMENT: &[&str] = &["/textDocument/uri", "/item/uri", "/data/uri"];

impl Server<'_> {
    pub(super) fn request(&mut self, request: Request) -> Result<(), ServeError> {
        let Request { id, method, params } = request;
        if self.shut_down {
            return self.refuse(id, ErrorCode::InvalidRequest, "the server was shut down");
        }
        match method.as_str() {
            "shutdown" => {
                self.shut_down = true;
                return self.send(Message::Response(Response::new_ok(id, ())));
            }
            "textDocument/diagnostic" => return self.pull_document(id, params),
            "workspace/diagnostic" => return self.pull_workspace(id, params),
            _ => {}
        }
        let Some(asked_again) = self.handlers.get(method.as_str()).map(|handler| handler.asked_again) else {
            return self.refuse(id, ErrorCode::MethodNotFound, &format!("`{method}` is not served"));
        };
        let path = document_path(&params);
        let keys: Vec<PathBuf> = self.ide.packages().cloned().collect();
        let packages: Vec<_> = keys.iter().filter_map(|key| self.ide.package_snapshot(key)).collect();
        let document = path.as_ref().and_then(|path| {
            if library::holds(&self.settings, path) {
                return self.module(path, &packages);
            }
            let snapshot = self.ide.snapshot(path)?;
            let file = snapshot.file_id(path)?;
            Some((snapshot, file))
        });
        let context = self.context(document, packages);
        self.pending.insert(id.clone(), Pending { cancelled: context.cancelled.clone(), asked_again, path });
        let (handlers, events) = (self.handlers.clone(), self.events.clone());
        self.workers.run(Box::new(move || {
            // Whoever took it back has got its answer.
            if context.is_cancelled() {
                return;
            }
            let answer = handlers.get(method.as_str()).map(|handler| {
                let answer = || handler.answer(&context, params);
                let fault = |_| Err(Refused::Failed("the answer could not be found: an error of kpi".to_owned()));
                std::panic::catch_unwind(std::panic::AssertUnwindSafe(answer)).unwrap_or_else(fault)
            });
            if let Some(answer) = answer {
                let _ = events.send(Event::Answered { id, answer });
            }
        }));
        Ok(())
    }

    /// The module of the library whose file this is, in a package that uses it.
    fn module(&self, path: &Path, packages: &[Arc<Snapshot>]) -> Option<(Arc<Snapshot>, FileId)> {
        let is_it = |snapshot: &Snapshot, id: FileId| {
            let module = definition::module_text(snapshot, id);
            module.is_some_and(|(module, text)| library::place(&self.settings, module, text) == path)
        };
        packages.iter().find_map(|snapshot| {
            let file = snapshot.ids().find(|id| is_it(snapshot, *id))?;
            Some((snapshot.clone(), file))
        })
    }

    /// Sends an answer, unless the request was taken back.
    pub(super) fn answer(&mut self, id: RequestId, answer: Answer<Value>) -> Result<(), ServeError> {
        if self.pending.remove(&id).is_none() {
            return Ok(());
        }
        match answer {
            Ok(value) => self.send(Message::Response(Response::new_ok(id, value))),
            Err(Refused::Params(why)) => self.refuse(id, ErrorCode::InvalidParams, &why),
            Err(Refused::Failed(why)) => self.refuse(id, ErrorCode::RequestFailed, &why),
        }
    }

    /// `$/cancelRequest`
    pub(super) fn cancel(&mut self, params: &Value) -> Result<(), ServeError> {
        let Some(id) = params.get("id").and_then(|id| serde_json::from_value::<RequestId>(id.clone()).ok()) else {
            return Ok(());
        };
        let pending = self.pending.remove(&id);
        if let Some(pending) = &pending {
            pending.cancelled.store(true, Ordering::Relaxed);
        }
        if pending.is_some() || self.take_back_pull(&id) {
            self.refuse(id, ErrorCode::RequestCanceled, "the request was taken back")?;
        }
        Ok(())
    }

    /// Gives up what the client will ask again by itself, now that a document is another.
    pub(super) fn give_up(&mut self, changed: &Path) -> Result<(), ServeError> {
        let of = |pending: &Pending| pending.asked_again && pending.path.as_deref() == Some(changed);
        let old: Vec<RequestId> =
            self.pending.iter().filter(|(_, pending)| of(pending)).map(|(id, _)| id.clone()).collect();
        for id in old {
            if let Some(pending) = self.pending.remove(&id) {
                pending.cancelled.store(true, Ordering::Relaxed);
                self.refuse(id, ErrorCode::ContentModified, "the text has changed")?;
            }
        }
        Ok(())
    }
}

fn document_path(params: &Value) -> Option<PathBuf> {
    let uri = DOCUMENT.iter().find_map(|place| params.pointer(place)?.as_str())?;
    uris::path(&Uri::from_str(uri).ok()?)
}
