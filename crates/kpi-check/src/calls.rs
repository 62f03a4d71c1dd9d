//! Calls: which kind of function a name is, and the built-in functions of values.

use kpi_base::{Diagnostic, codes, text};
use kpi_syntax::ast;
use kpi_syntax::words::{Place, both};
use kpi_value::{Dec, Value};

use crate::aggregates::aggregate_function;
use crate::checker::{Checker, unknown};
use crate::context::Context;
use crate::curves::WrittenCurve;
use crate::expr::{constant, join};
use crate::literals::bare_number;
use crate::model::{self, Builtin, ExprKind, Type};
use crate::names::{Decl, nearest};

/// All functions of the language.
const BUILTINS: &[&str] = &[
    "sum",
    "count",
    "count_distinct",
    "average",
    "median",
    "quantile",
    "min",
    "max",
    "first",
    "last",
    "any",
    "all",
    "stddev",
    "coalesce",
    "clamp",
    "abs",
    "round",
    "days_between",
    "previous",
    "growth",
    "streak",
    "rank",
    "percentile",
    "zscore",
    "lookup",
    "year_ago",
    "exists",
    "weighted",
];

pub(crate) fn is_builtin(name: &str) -> bool {
    BUILTINS.contains(&name)
}

fn scalar(name: &str) -> Option<Builtin> {
    Some(match name {
        "coalesce" => Builtin::Coalesce,
        "clamp" => Builtin::Clamp,
        "min" => Builtin::Min,
        "max" => Builtin::Max,
        "abs" => Builtin::Abs,
        "round" => Builtin::Round,
        "days_between" => Builtin::DaysBetween,
        _ => return None,
    })
}

impl<'a> Checker<'a> {
    pub(crate) fn call(
        &mut self,
        e: &'a ast::Expr,
        call: &'a ast::Call,
        cx: &Context,
        expected: Option<Type>,
    ) -> Option<model::Expr> {
        let name = call.function.word();
        if let Some(among) = &call.among {
            return self.among(e, call, among, cx);
        }
        if let Some(window) = &call.window {
            return self.window_call(e, call, window, cx);
        }
        match name {
            "lookup" => return self.lookup(e, call, cx),
            "previous" | "growth" | "streak" | "year_ago" => return self.moved(e, call, cx),
            "rank" | "percentile" | "zscore" => {
                self.report(
                    Diagnostic::new(codes::types::ARGUMENTS, text!("`{name}` needs a group", name))
                        .label(e.span, text!("among whom?"))
                        .help(text!("write `{name}(… among team)` or `{name}(… among all)`", name)),
                );
                return None;
            }
            "weighted" => {
                let finding =
                    Diagnostic::new(codes::types::ARGUMENTS, text!("`weighted` takes values with their weights"))
                        .label(e.span, text!("no weights here"))
                        .help(text!("write `weighted(x: 40%, y: 60%)`"));
                self.report(finding);
                return None;
            }
            "exists" => return self.exists(e, call, cx),
            "min" | "max" if call.args.len() > 1 => return self.scalar_call(e, call, cx, expected),
            _ => {}
        }
        if let Some(function) = aggregate_function(name) {
            return self.aggregate(e, call, function, cx);
        }
        if scalar(name).is_some() {
            return self.scalar_call(e, call, cx, expected);
        }
        match self.names.get(&call.function.text) {
            Some(decl @ Decl::Function(index)) => {
                self.used.insert(decl);
                self.function_call(index, call, e.span, cx)
            }
            Some(decl @ Decl::Curve(index)) => {
                self.used.insert(decl);
                self.plain_call(call)?;
                let [arg] = call.args.as_slice() else {
                    return self.report_arguments(call, e.span, &text!("what it is a function of"));
                };
                let curve = self.names.curves.get(index)?.ast;
                let written =
                    WrittenCurve { name: Some(&curve.name), kind: curve.kind, rows: &curve.rows, body: curve.body };
                self.curve_call(arg, written, e.span, cx, expected)
            }
            Some(other) => {
                self.report_kind(&call.function, other, &text!("a function"));
                None
            }
            None => {
                let functions = |(_, d): &(&str, Decl)| matches!(d, Decl::Function(_) | Decl::Curve(_));
                let declared = self.names.iter().filter(functions).take(self.names.worth_comparing());
                let builtins =
                    BUILTINS.iter().flat_map(|name| both(name, Place::Function)).map(|name| -> &str { name });
                let near = nearest(&call.function.text, builtins.chain(declared.map(|(n, _)| n)));
                let finding = unknown(&call.function, &text!("a function"), near);
                self.report(finding);
                None
            }
        }
    }

    /// Refuses `via`, `where`, `needs` where there are no rows.
    pub(crate) fn plain_call(&mut self, call: &'a ast::Call) -> Option<()> {
        let via = call.via.iter().flatten().map(|n| n.span);
        let via = via.chain(call.dated.iter().chain(&call.at).map(|dated| dated.span));
        let clauses = via.chain(call.condition.iter().map(|c| c.span)).chain(call.needs.iter().map(|(_, s)| *s));
        let mut clauses = clauses.collect::<Vec<_>>().into_iter();
        let Some(span) = clauses.next() else { return Some(()) };
        let name = &call.function.text;
        self.report(
            Diagnostic::new(codes::types::ARGUMENTS, text!("`{name}` runs over no rows", name))
                .label(span, text!("`via`, `where` and `needs` belong to aggregates")),
        );
        None
    }

    fn scalar_call(
        &mut self,
        e: &'a ast::Expr,
        call: &'a ast::Call,
        cx: &Context,
        expected: Option<Type>,
    ) -> Option<model::Expr> {
        self.plain_call(call)?;
        let builtin = scalar(call.function.word())?;
        let (least, most, takes) = match builtin {
            Builtin::Coalesce => (2, usize::MAX, text!("a value and what stands for it where it is missing")),
            Builtin::Min | Builtin::Max => (2, usize::MAX, text!("values")),
            Builtin::Clamp => (3, 3, text!("a value, a lower and an upper bound")),
            Builtin::Abs => (1, 1, text!("a number")),
            Builtin::Round => (1, 2, text!("a number and how many digits are kept")),
            Builtin::DaysBetween => (2, 2, text!("two dates")),
            Builtin::Weighted(_) => return None,
        };
        if call.args.len() < least || call.args.len() > most {
            return self.report_arguments(call, e.span, &takes);
        }
        let (args, ty) = match builtin {
            Builtin::DaysBetween => {
                let args: Vec<_> = call.args.iter().map(|arg| self.date_argument(arg, cx)).collect();
                (args.into_iter().collect::<Option<Vec<_>>>()?, Type::COUNT)
            }
            Builtin::Round => self.round_arguments(call, cx, expected)?,
            _ => self.like_arguments(builtin, call, cx, expected)?,
        };
        Some(self.make(ExprKind::Call(builtin, args), ty, e.span))
    }

    /// Arguments of one type, which is the result's.
    fn like_arguments(
        &mut self,
        builtin: Builtin,
        call: &'a ast::Call,
        cx: &Context,
        expected: Option<Type>,
    ) -> Option<(Vec<model::Expr>, Type)> {
        let name = text!("`{function}`", function = call.function.text);
        let last = call.args.len().saturating_sub(1);
        let mut args: Vec<model::Expr> = Vec::new();
        // A bare number takes its type from the others.
        let leader = call.args.iter().position(|arg| bare_number(arg).is_none()).unwrap_or_default();
        let mut like: Option<model::Expr> = None;
        let rest = (0..=last).filter(|i| *i != leader);
        for i in std::iter::once(leader).chain(rest) {
            let arg = call.args.get(i)?;
            let expected = like.as_ref().map(|a| a.ty).or(expected);
            // All but the last of `coalesce` may be missing: that is what it is for.
            let typed = match builtin {
                Builtin::Coalesce if i < last => self.typed(arg, cx, expected)?,
                _ => self.operand(arg, cx, expected)?,
            };
            match &like {
                Some(like) => args.push(self.fit_like(typed, arg, like)?),
                None => {
                    like = Some(typed.clone());
                    args.push(typed);
                }
            }
        }
        // The leader stands where it was written.
        if let Some(moved) = args.get_mut(..=leader) {
            moved.rotate_left(1);
        }
        for arg in &args {
            if builtin == Builtin::Abs {
                self.need_number(arg, &name)?;
            }
            if matches!(builtin, Builtin::Min | Builtin::Max | Builtin::Clamp) {
                self.check_ordered(arg.ty, arg.span)?;
            }
        }
        let types = args.iter().map(|a| a.ty);
        let ty = match builtin {
            Builtin::Clamp | Builtin::Abs => args.first()?.ty,
            _ => types.reduce(join)?,
        };
        Some((args, ty))
    }

    fn round_arguments(
        &mut self,
        call: &'a ast::Call,
        cx: &Context,
        expected: Option<Type>,
    ) -> Option<(Vec<model::Expr>, Type)> {
        let (first, rest) = call.args.split_first()?;
        let x = self.operand(first, cx, expected)?;
        self.need_number(&x, &text!("`round`"))?;
        let ty = x.ty;
        let mut args = vec![x];
        if let Some(digits) = rest.first() {
            let value = self.const_dec(digits, &text!("the number of digits"), model::Unit::NUMBER)?;
            if crate::data::whole(value).is_none_or(|d| d > Dec::SCALE) {
                self.report(
                    Diagnostic::new(codes::types::OUT_OF_RANGE, text!("numbers have 0 to 12 digits after the point"))
                        .label(digits.span, text!("not one of them")),
                );
                return None;
            }
            args.push(self.make(constant(Value::Dec(value)), Type::NUMBER, digits.span));
        }
        Some((args, ty))
    }

    fn date_argument(&mut self, arg: &'a ast::Expr, cx: &Context) -> Option<model::Expr> {
        let typed = self.operand(arg, cx, None)?;
        if matches!(typed.ty, Type::Date | Type::DateTime) {
            return Some(typed);
        }
        let finding = self.mismatch(typed.ty, arg, Type::Date);
        let found = self.show(typed.ty);
        self.report(finding.label(arg.span, text!("this is {found}", found)));
        None
    }
}

#[cfg(test)]
#[test]
fn every_function_has_a_chinese_name() {
    use kpi_syntax::words::WORDS;
    for name in BUILTINS {
        assert!(WORDS.iter().any(|word| word.place == Place::Function && word.english == *name), "{name}");
    }
}
