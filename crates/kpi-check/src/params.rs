//! Parameters, functions and named curves.

use kpi_syntax::ast;

use crate::checker::Checker;
use crate::model::ParamId;

/// How far something that is checked at its first use has got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress<T> {
    New,
    Open,
    Failed,
    Done(T),
}

impl<'a> Checker<'a> {
    pub(crate) fn check_params(&mut self) {
        for index in 0..self.names.params.len() {
            self.param(index);
        }
    }

    pub(crate) fn param(&mut self, _index: usize) -> Option<ParamId> {
        None
    }
}

#[allow(unused_imports, reason = "skeleton")]
use ast as _;
