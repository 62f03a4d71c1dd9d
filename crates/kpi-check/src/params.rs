//! Parameters and functions.

use std::rc::Rc;

use kpi_base::{Diagnostic, Span, Text, codes, text};
use kpi_syntax::ast;
use rustc_hash::FxHashMap;

use crate::by_tables::Gives;
use crate::checker::{Checker, title};
use crate::context::{At, Context};
use crate::model::{self, ByKey, ExprKind, LineField, Param, ParamId, Type};

/// How far something that is checked at its first use has got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress<T> {
    New,
    Open,
    Failed,
    Done(T),
}

impl<'a> Checker<'a> {
    /// Checks all parameters, and all functions by themselves.
    pub(crate) fn check_params(&mut self) {
        for index in 0..self.names.params.len() {
            self.param(index, None);
        }
        for index in 0..self.names.functions.len() {
            self.check_function(index);
        }
    }

    /// A parameter, checked at its first use. `from` is what uses it.
    pub(crate) fn param(&mut self, index: usize, from: Option<Span>) -> Option<ParamId> {
        let declared = self.names.params.get(index)?;
        let (param, doc) = (declared.ast, declared.doc);
        match *self.param_ids.get(index)? {
            Progress::Done(id) => return Some(id),
            Progress::Failed => return None,
            Progress::Open => {
                self.report_cycle(&param.name, from.unwrap_or(param.name.span));
                return None;
            }
            Progress::New => {}
        }
        self.set_param(index, Progress::Open);
        let id = self.check_param(param, doc);
        self.set_param(index, id.map_or(Progress::Failed, Progress::Done));
        id
    }

    fn set_param(&mut self, index: usize, progress: Progress<ParamId>) {
        if let Some(slot) = self.param_ids.get_mut(index) {
            *slot = progress;
        }
    }

    fn check_param(&mut self, param: &'a ast::Param, doc: Option<&str>) -> Option<ParamId> {
        let ty = self.known_type(&param.ty)?;
        let pure = Context::pure();
        let value = self.by_table(&param.value, &pure, &Gives::Param(param.name.text.clone()), |checker, e| {
            let mut value = checker.expr(e, &pure, Some(ty))?;
            value.ty = ty;
            Some(value)
        })?;
        let title = title(&param.name, &param.label, doc);
        Some(self.model.params.push(Param { title, ty, value }))
    }

    /// A type without `?`.
    fn known_type(&mut self, ty: &ast::TypeName) -> Option<Type> {
        let (found, optional) = self.type_name(ty)?;
        if optional {
            self.report(
                Diagnostic::new(codes::types::MAYBE_MISSING, text!("parameters and functions have known values"))
                    .label(ty.span, text!("`?` is for columns"))
                    .help(text!("take off the `?`")),
            );
        }
        Some(found)
    }

    pub(crate) fn report_cycle(&mut self, name: &ast::Name, from: Span) {
        self.report(
            Diagnostic::new(codes::names::CYCLE, text!("`{name}` needs its own value", name = name.text))
                .label(from, text!("needed here"))
                .label(name.span, text!("while this is computed"))
                .help(text!(
                    "nothing can be computed from itself; `previous(…)` of another indicator may be what is meant"
                )),
        );
    }

    /// The value of a parameter that is written without an index.
    pub(crate) fn param_value(&mut self, index: usize, span: Span, cx: &Context) -> Option<model::Expr> {
        let id = self.param(index, Some(span))?;
        let ast = self.names.params.get(index)?.ast;
        let param = &self.model.params[id];
        let ty = param.ty;
        if !param.value.keys.iter().any(|k| matches!(k, ByKey::Expr(_))) {
            return Some(self.make(ExprKind::Param(id, None), ty, span));
        }
        let ast::ByTable::By(by) = &ast.value else { return None };
        if !matches!(cx.at, At::Cell(_)) {
            let name = &ast.name.text;
            let example: Vec<String> = by.keys.iter().filter_map(key_text).collect();
            self.report(
                Diagnostic::new(
                    codes::names::NOT_HERE,
                    text!("`{name}` is a table, and there is no subject to read it for", name),
                )
                .label(span, text!("which row of it?"))
                .label(by.span, text!("the table"))
                .help(text!(
                    "index it by a column of the row: `{name}[{example}]`",
                    name,
                    example = example.join(", ")
                )),
            );
            return None;
        }
        let mut keys = Vec::new();
        for key in &by.keys {
            if let ast::ByKey::Expr(e) = key {
                keys.push(self.by_key(e, cx)?);
            }
        }
        Some(self.make(ExprKind::Param(id, Some(keys)), ty, span))
    }

    /// `limit[case.kind]`
    pub(crate) fn indexed(
        &mut self,
        e: &'a ast::Expr,
        base: &'a ast::Expr,
        keys: &'a [ast::Expr],
        cx: &Context,
    ) -> Option<model::Expr> {
        let index = match &base.kind {
            ast::ExprKind::Name(name) => match self.resolve(name, &text!("a parameter"))? {
                crate::names::Decl::Param(index) => index,
                other => {
                    self.report_kind(name, other, &text!("a parameter that is a table"));
                    return None;
                }
            },
            _ => {
                self.report(
                    Diagnostic::new(codes::names::WRONG_KIND, text!("only parameters are indexed"))
                        .label(base.span, text!("not a parameter")),
                );
                return None;
            }
        };
        let id = self.param(index, Some(e.span))?;
        let param = &self.model.params[id];
        let ty = param.ty;
        let (name, place) = (param.title.name.clone(), param.title.span);
        let types: Vec<Type> =
            param.value.keys.iter().filter_map(|k| if let ByKey::Expr(k) = k { Some(k.ty) } else { None }).collect();
        if types.len() != keys.len() {
            self.report(
                Diagnostic::new(
                    codes::types::ARGUMENTS,
                    text!("`{name}` has {key}, not {keys}", name, key = count_keys(types.len()), keys = keys.len()),
                )
                .label(e.span, text!("{key} here", key = count_keys(keys.len())))
                .label(place, text!("declared here")),
            );
            return None;
        }
        let typed: Vec<_> = keys
            .iter()
            .zip(types)
            .map(|(key, ty)| {
                let typed = self.typed(key, cx, Some(ty))?;
                self.fit(typed, key, ty)
            })
            .collect();
        let typed = typed.into_iter().collect::<Option<_>>()?;
        Some(self.make(ExprKind::Param(id, Some(typed)), ty, e.span))
    }

    /// Checks the body of a function with arguments of which only the types are known.
    fn check_function(&mut self, index: usize) {
        let Some(declared) = self.names.functions.get(index) else { return };
        let function = declared.ast;
        if crate::calls::is_builtin(function.name.word()) {
            let message = text!("`{name}` is a function of the language", name = function.name.text);
            self.report(
                Diagnostic::new(codes::names::DUPLICATE_NAME, message)
                    .label(function.name.span, text!("declared again here"))
                    .help(text!("give it another name")),
            );
        }
        let mut seen: FxHashMap<&str, Span> = FxHashMap::default();
        for (name, _) in &function.params {
            if let Some(first) = seen.insert(&name.text, name.span) {
                self.report(crate::names::duplicate(&name.text, name.span, first));
            }
        }
        let types: Vec<Option<Type>> = function.params.iter().map(|(_, ty)| self.known_type(ty)).collect();
        let Some(types) = types.into_iter().collect::<Option<Vec<_>>>() else { return };
        let args = function.params.iter().zip(types);
        // Any value that is neither constant nor missing will do.
        let args = args.map(|((name, _), ty)| self.make(ExprKind::Line(LineField::Actual), ty, name.span)).collect();
        self.inline(index, args, function.name.span);
    }

    /// A call of a function of the policy.
    pub(crate) fn function_call(
        &mut self,
        index: usize,
        call: &'a ast::Call,
        span: Span,
        cx: &Context,
    ) -> Option<model::Expr> {
        let function = self.names.functions.get(index)?.ast;
        self.plain_call(call)?;
        if function.params.len() != call.args.len() {
            let (asked, given) = (count_arguments(function.params.len()), call.args.len());
            self.report(
                Diagnostic::new(
                    codes::types::ARGUMENTS,
                    text!("`{name}` takes {asked}, not {given}", name = function.name.text, asked, given),
                )
                .label(span, text!("{argument} here", argument = count_arguments(given)))
                .label(function.name.span, text!("declared here")),
            );
            return None;
        }
        let mut args = Vec::new();
        for ((_, ty), arg) in function.params.iter().zip(&call.args) {
            let (ty, _) = self.type_name(ty)?;
            args.push(self.expr(arg, cx, Some(ty)).map(|mut arg| {
                arg.ty = ty;
                arg
            }));
        }
        self.inline(index, args.into_iter().collect::<Option<_>>()?, span)
    }

    fn inline(&mut self, index: usize, args: Vec<model::Expr>, span: Span) -> Option<model::Expr> {
        let function = self.names.functions.get(index)?.ast;
        if self.functions_open.contains(&index) {
            self.report_cycle(&function.name, span);
            return None;
        }
        let (ty, _) = self.type_name(&function.ty)?;
        let bindings = function.params.iter().map(|(name, _)| name.text.clone()).zip(args).collect();
        let cx = Context { bindings: Some(Rc::new(bindings)), ..Context::pure() };
        self.functions_open.push(index);
        let body = self.expr(&function.body, &cx, Some(ty));
        self.functions_open.pop();
        Some(self.make(ExprKind::Inlined(function.name.text.clone(), Box::new(body?)), ty, span))
    }
}

fn key_text(key: &ast::ByKey) -> Option<String> {
    let ast::ByKey::Expr(e) = key else { return None };
    let names = crate::values::chain(e)?;
    Some(names.iter().map(|n| n.text.as_str()).collect::<Vec<_>>().join("."))
}

/// "1 key", "2 keys"
fn count_keys(n: usize) -> Text {
    if n == 1 { text!("1 key") } else { text!("{n} keys", n) }
}

/// "1 argument", "2 arguments"
pub(crate) fn count_arguments(n: usize) -> Text {
    if n == 1 { text!("1 argument") } else { text!("{n} arguments", n) }
}
