//! What is answered: one row a feature, in the order of the protocol's pages.
//!
//! A row names the request (which knows its method, its parameters and its answer), what is announced of it, and the
//! function that answers it. Nothing is announced without its row.

#![allow(
    clippy::needless_pass_by_value,
    reason = "every handler is given its parameters, whether it keeps them or not"
)]

mod action;
mod calls;
mod completion;
mod definition;
mod format;
mod hover;
mod inlay;
mod lens;
mod navigation;
mod outline;
mod regions;
mod rename;
pub mod semantic;
mod showing;
mod signature;

use lsp_types::request::{DocumentSymbolRequest, Request};
use lsp_types::{ClientCapabilities, OneOf, ServerCapabilities};
use serde_json::Value;

use crate::context::Context;

/// All rows.
pub fn handlers() -> Vec<Handler> {
    let mut rows = vec![Handler::of::<DocumentSymbolRequest>(outline::symbols, |server, _| {
        server.document_symbol_provider = Some(OneOf::Left(true));
    })];
    rows.extend(navigation::rows());
    rows.extend(showing::rows());
    rows
}

/// Why a request has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The parameters cannot be read; with what is wrong.
    Params(String),
    /// It cannot be done; with the reason, for the user: a name that is taken.
    Failed(String),
}

/// What a handler gives back.
pub type Answer<T> = Result<T, Refused>;

type Answerer = dyn Fn(&Context, Value) -> Answer<Value> + Send + Sync;
type Announce = fn(&mut ServerCapabilities, &ClientCapabilities);

/// A row: a kind of request and who answers it.
pub struct Handler {
    /// The method of the request.
    pub method: &'static str,
    /// Writes what is announced of it.
    pub announce: Announce,
    /// Whether the client asks by itself and will ask again: then an answer about a text that has changed is none.
    pub asked_again: bool,
    answer: Box<Answerer>,
}

impl Handler {
    /// The row of a request.
    pub fn of<R: Request>(answer: fn(&Context, R::Params) -> Answer<R::Result>, announce: Announce) -> Handler
    where
        R::Params: 'static,
        R::Result: 'static,
    {
        let answer = move |context: &Context, params: Value| {
            let params = serde_json::from_value(params).map_err(|why| Refused::Params(why.to_string()))?;
            serde_json::to_value(answer(context, params)?).map_err(|why| Refused::Failed(why.to_string()))
        };
        Handler { method: R::METHOD, announce, asked_again: false, answer: Box::new(answer) }
    }

    /// The client asks for this by itself whenever the text changes.
    pub fn asked_again(mut self) -> Handler {
        self.asked_again = true;
        self
    }

    /// Answers a request.
    pub fn answer(&self, context: &Context, params: Value) -> Answer<Value> {
        (self.answer)(context, params)
    }
}
