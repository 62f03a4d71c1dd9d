//! Typing of expressions.

use kpi_syntax::ast;
use kpi_value::Dec;

use crate::checker::Checker;
use crate::context::Context;
use crate::model::{self, Type, Unit};

impl<'a> Checker<'a> {
    /// Types an expression whose value is used: it is one of the types (no money²), it is not one that may be missing
    /// without having been ruled known, and it fits `expected`, if that is given.
    ///
    /// `expected` also gives a meaning to a bare `0`, to members' names and to the form of a bare number. Numbers without
    /// dimension fit each other whatever their form; the expression keeps its own form.
    pub fn expr(&mut self, e: &'a ast::Expr, cx: &Context, expected: Option<Type>) -> Option<model::Expr> {
        let _ = (e, cx, expected);
        None
    }

    /// A condition.
    pub fn condition(&mut self, e: &'a ast::Expr, cx: &Context) -> Option<model::Expr> {
        self.expr(e, cx, Some(Type::Bool))
    }

    /// The value of a constant number: literals, arithmetics of them, plain parameters. `what` names it in a finding:
    /// "a weight". `expected` is its dimension; a `%` literal after `±` is refused as anywhere.
    pub fn const_dec(&mut self, e: &'a ast::Expr, what: &str, expected: Unit) -> Option<Dec> {
        let _ = (e, what, expected);
        None
    }

    /// As [`Checker::const_dec`], of any dimension, which is returned.
    pub fn const_number(&mut self, e: &'a ast::Expr, what: &str) -> Option<(Dec, Unit)> {
        let _ = (e, what);
        None
    }

    /// A key of a `by` table: of a dimension's type; a bare dimension name is the subject's one column of it; it may be
    /// missing. In [`At::Pure`](crate::context::At::Pure), where params are declared, it stands for the key's type only.
    pub fn by_key(&mut self, e: &'a ast::Expr, cx: &Context) -> Option<model::Expr> {
        let _ = (e, cx);
        None
    }

    /// The place of a dimension's member, reported if there is none of that name.
    pub fn member(&mut self, name: &ast::Name, dimension: model::DimensionId) -> Option<u32> {
        let _ = (name, dimension);
        None
    }
}
