//! The normal form of what is written: equal for two texts that mean the same, whatever their layout, spelling and order.
//!
//! A normal form is a text that nobody reads. The rewrites are those that hold for every value, no data included, to the last digit:
//! docs/reference lists them. Products are not regrouped, since each one is rounded; sums are, since none is.

use std::collections::{BTreeMap, BTreeSet};

use kpi_base::Span;
use kpi_syntax::ast::{
    Among, BinaryOp, ByKey, Call, CurveAt, CurveBody, CurveRow, Expr, ExprKind, Name, Number, Pattern, Presence, Range,
    Scope, Scoring, ScoringKind, Set, Target, TargetKind, Unit, Window, WindowKind,
};
use rustc_hash::FxHashSet;

/// Makes normal forms of one side of a comparison, and remembers which names they read.
pub struct Canon<'a> {
    /// Every name that this side declares, columns and members included: what is none of them is a word of the language, in either
    /// spelling.
    pub declared: &'a FxHashSet<&'a str>,
    /// Those of them that are types or functions: a column may have the name of a type of the language.
    pub called: &'a FxHashSet<&'a str>,
    /// Declarations of this side that the other calls otherwise.
    pub renamed: &'a BTreeMap<String, String>,
    /// The currency of the policy, which `元` stands for.
    pub currency: &'a str,
    /// The names read so far.
    pub reads: BTreeSet<String>,
    /// Names that are bound inside a declaration, such as the parameters of a function, by their places.
    pub locals: Vec<String>,
    /// The braces of a curve whose rows are told by themselves.
    pub hole: Option<Span>,
}

impl Canon<'_> {
    /// A name that stands for a declaration, a column, a member, or a word of the language.
    pub fn name(&mut self, name: &Name) -> String {
        if let Some(place) = self.locals.iter().position(|local| *local == name.text) {
            return format!("${place}");
        }
        self.name_of(name, self.declared)
    }

    /// The name of a type or a function.
    pub fn called(&mut self, name: &Name) -> String {
        self.name_of(name, self.called)
    }

    fn name_of(&mut self, name: &Name, declared: &FxHashSet<&str>) -> String {
        let text = if declared.contains(name.text.as_str()) { name.text.as_str() } else { name.word() };
        let text = self.renamed.get(text).map_or(text, String::as_str);
        self.reads.insert(text.to_owned());
        text.to_owned()
    }

    /// Names one after the other: `team.stage`.
    pub fn path(&mut self, path: &[Name]) -> String {
        let names: Vec<String> = path.iter().map(|name| self.name(name)).collect();
        names.join(".")
    }

    /// Several paths, in the order in which they stand.
    pub fn paths(&mut self, paths: &[Vec<Name>]) -> String {
        let paths: Vec<String> = paths.iter().map(|path| self.path(path)).collect();
        paths.join(", ")
    }

    /// An expression.
    pub fn expr(&mut self, expr: &Expr) -> String {
        match &expr.kind {
            ExprKind::Number(number) => self.number(number, false),
            ExprKind::Text(text) => format!("{text:?}"),
            ExprKind::Date(date) => format!("@{date}"),
            ExprKind::Period(text) => format!("@{text}"),
            ExprKind::Bool(value) => value.to_string(),
            ExprKind::None => "none".to_owned(),
            ExprKind::SelfActual => "self".to_owned(),
            ExprKind::Name(name) => self.name(name),
            ExprKind::Field(of, name) => format!("{}.{}", self.expr(of), self.name(name)),
            ExprKind::Index(of, keys) => format!("{}[{}]", self.expr(of), self.list(keys)),
            ExprKind::Call(call) => self.call(call),
            ExprKind::Curve(curve) => {
                let rows = if self.hole == Some(curve.body) { String::new() } else { self.rows(&curve.rows) };
                format!("{:?}({}){{{rows}}}", curve.kind, self.expr(&curve.arg))
            }
            ExprKind::Neg(of) => match &of.kind {
                ExprKind::Number(number) => self.number(number, true),
                ExprKind::Neg(of) => self.expr(of),
                _ => format!("(- {})", self.expr(of)),
            },
            ExprKind::Not(of) => self.not(of),
            ExprKind::Binary(op, a, b) => self.binary(*op, a, b),
            ExprKind::In(of, set, negated) => {
                let test = format!("({} in {})", self.expr(of), self.set(set));
                if *negated { format!("(not {test})") } else { test }
            }
            ExprKind::Is(of, presence) => self.presence(of, *presence == Presence::Known),
            ExprKind::If(condition, yes, no) => {
                format!("(if {} {} {})", self.expr(condition), self.expr(yes), self.expr(no))
            }
            ExprKind::Over(of, scope) => format!("({} over {})", self.expr(of), self.scope(scope)),
            ExprKind::Placeholder(name) => format!("${}", name.text),
            ExprKind::Weighted(weighted) => {
                let mut parts: Vec<String> = weighted
                    .parts
                    .iter()
                    .map(|(x, weight)| format!("{}: {}", self.expr(x), self.expr(weight)))
                    .collect();
                parts.sort();
                format!("weighted({}) {:?}", parts.join(", "), weighted.missing)
            }
        }
    }

    /// Nothing, or an expression.
    pub fn maybe(&mut self, expr: Option<&Expr>) -> String {
        expr.map_or_else(String::new, |expr| self.expr(expr))
    }

    /// Expressions in their order.
    pub fn list(&mut self, exprs: &[Expr]) -> String {
        let exprs: Vec<String> = exprs.iter().map(|expr| self.expr(expr)).collect();
        exprs.join(", ")
    }

    /// `50%` is 0.5, `1min` is 60 s, and money of no currency is of the policy's.
    fn number(&self, number: &Number, negative: bool) -> String {
        let sign = if negative && !number.value.is_zero() { "-" } else { "" };
        let value = &number.value;
        match &number.unit {
            Unit::None | Unit::Percent | Unit::Proportion => format!("{sign}{value}"),
            Unit::PercentagePoint => format!("{sign}{value}pp"),
            Unit::Duration => format!("{sign}{value}s"),
            // Another currency of the policy is one change, not one for each amount.
            Unit::Money(currency) => match currency.as_deref().filter(|currency| *currency != self.currency) {
                Some(currency) => format!("{sign}{value} {currency}"),
                None => format!("{sign}{value} of money"),
            },
        }
    }

    /// `not not x` is x; `not a > b` is `a ≤ b`, also where one of them is not known.
    fn not(&mut self, of: &Expr) -> String {
        match &of.kind {
            ExprKind::Not(of) => self.expr(of),
            ExprKind::Binary(op, a, b) => match complement(*op) {
                Some(op) => self.binary(op, a, b),
                None => format!("(not {})", self.expr(of)),
            },
            ExprKind::Is(of, presence) => self.presence(of, *presence == Presence::Missing),
            ExprKind::In(inner, set, true) => format!("({} in {})", self.expr(inner), self.set(set)),
            _ => format!("(not {})", self.expr(of)),
        }
    }

    fn presence(&mut self, of: &Expr, known: bool) -> String {
        format!("({} is {})", self.expr(of), if known { "known" } else { "missing" })
    }

    fn binary(&mut self, op: BinaryOp, a: &Expr, b: &Expr) -> String {
        match op {
            // `a > b` is `b < a`.
            BinaryOp::Gt => format!("({} < {})", self.expr(b), self.expr(a)),
            BinaryOp::Ge => format!("({} ≤ {})", self.expr(b), self.expr(a)),
            BinaryOp::Lt => format!("({} < {})", self.expr(a), self.expr(b)),
            BinaryOp::Le => format!("({} ≤ {})", self.expr(a), self.expr(b)),
            BinaryOp::Sub => format!("({} - {})", self.expr(a), self.expr(b)),
            BinaryOp::Div => format!("({} ÷ {})", self.expr(a), self.expr(b)),
            BinaryOp::Add | BinaryOp::And | BinaryOp::Or => {
                let mut operands = Vec::new();
                self.flatten(op, a, &mut operands);
                self.flatten(op, b, &mut operands);
                operands.sort();
                if op != BinaryOp::Add {
                    operands.dedup();
                }
                format!("({})", operands.join(word_of(op)))
            }
            BinaryOp::Mul | BinaryOp::Eq | BinaryOp::Ne => {
                let mut operands = [self.expr(a), self.expr(b)];
                operands.sort();
                format!("({})", operands.join(word_of(op)))
            }
        }
    }

    fn flatten(&mut self, op: BinaryOp, expr: &Expr, operands: &mut Vec<String>) {
        match &expr.kind {
            ExprKind::Binary(own, a, b) if *own == op => {
                self.flatten(op, a, operands);
                self.flatten(op, b, operands);
            }
            _ => operands.push(self.expr(expr)),
        }
    }

    /// A range; its ends.
    pub fn range(&mut self, range: &Range) -> String {
        format!("{}..{}{}", self.expr(&range.low), if range.closed { "" } else { "<" }, self.expr(&range.high))
    }

    /// The right side of `in`.
    pub fn set(&mut self, set: &Set) -> String {
        match set {
            Set::Range(range) => self.range(range),
            Set::Members(members) => {
                let mut members: Vec<String> = members.iter().map(|member| self.expr(member)).collect();
                members.sort();
                members.dedup();
                format!("{{{}}}", members.join(", "))
            }
        }
    }

    fn scope(&mut self, scope: &Scope) -> String {
        match scope {
            Scope::All(_) => "all".to_owned(),
            Scope::Column(path) => self.path(path),
            Scope::Window(window) => self.window(window),
        }
    }

    fn window(&mut self, window: &Window) -> String {
        match &window.kind {
            WindowKind::Last((n, _), unit) => format!("last {n} {}", singular(unit.word())),
            WindowKind::This(unit) => format!("this {}", singular(unit.word())),
            WindowKind::Since(since) => format!("since {}", self.expr(since)),
        }
    }

    fn call(&mut self, call: &Call) -> String {
        let mut out = format!("{}({}", self.called(&call.function), self.list(&call.args));
        let mut add = |word: &str, what: String| out.push_str(&format!(" {word} {what}"));
        if let Some(via) = &call.via {
            add("via", self.path(via));
        }
        if let Some(dated) = &call.dated {
            add("dated", self.expr(dated));
        }
        if let Some(at) = &call.at {
            add("at", self.expr(at));
        }
        if let Some(condition) = &call.condition {
            add("where", self.expr(condition));
        }
        if let Some((needs, _)) = &call.needs {
            add("needs", needs.to_string());
        }
        if let Some(among) = &call.among {
            add("among", self.among(among));
        }
        if let Some(window) = &call.window {
            add("window", self.window(window));
        }
        out.push(')');
        out
    }

    fn among(&mut self, among: &Among) -> String {
        format!("{} where {}", self.paths(&among.by), self.maybe(among.condition.as_ref()))
    }

    /// The rows of a curve, which together are one value: in an order of their own, unless the first that fits wins.
    pub fn rows(&mut self, rows: &[CurveRow]) -> String {
        let rows: Vec<String> =
            rows.iter().map(|row| format!("{}: {}", self.curve_at(&row.at), self.expr(&row.value))).collect();
        rows.join(", ")
    }

    /// Where a row of a curve applies.
    pub fn curve_at(&mut self, at: &CurveAt) -> String {
        match at {
            CurveAt::Compare(op, bound) => format!("{} {}", word_of(*op).trim(), self.expr(bound)),
            CurveAt::Range(range) => self.range(range),
            CurveAt::Point(at) => self.expr(at),
            CurveAt::From(from) => format!("from {}", self.expr(from)),
            CurveAt::Else => "else".to_owned(),
        }
    }

    /// One target.
    pub fn target(&mut self, target: &Target) -> String {
        let mut out = match &target.kind {
            TargetKind::Compare(op, bound) => format!("{} {}", word_of(*op).trim(), self.expr(bound)),
            TargetKind::Between(range) => format!("between {}", self.range(range)),
            TargetKind::None => "none".to_owned(),
        };
        if let Some(stretch) = &target.stretch {
            out.push_str(&format!(" stretch {}", self.expr(stretch)));
        }
        if let Some(tolerance) = &target.tolerance {
            out.push_str(&format!(" tolerance {}", self.expr(tolerance)));
        }
        if let Some((per, _)) = &target.per {
            out.push_str(&format!(" per {}", per.word()));
        }
        out
    }

    /// How a line earns its weight.
    pub fn scoring(&mut self, scoring: &Scoring) -> String {
        match &scoring.kind {
            ScoringKind::Proportional { none_below, cap, stretch } => format!(
                "proportional none below {} cap {} stretch {}",
                self.maybe(none_below.as_ref()),
                self.maybe(cap.as_ref()),
                self.maybe(stretch.as_ref())
            ),
            ScoringKind::AllOrNothing => "all_or_nothing".to_owned(),
            ScoringKind::Deduct { share, per } => format!("deduct {} per {}", self.expr(share), self.expr(per)),
            ScoringKind::Curve { on, curve } => {
                let curve = match curve {
                    CurveBody::Inline(kind, rows, _) => format!("{kind:?}{{{}}}", self.rows(rows)),
                    CurveBody::Named(name) => self.name(name),
                };
                format!("{curve} on {}", self.name(on))
            }
            ScoringKind::Rating(of) => format!("rating of {}", self.expr(of)),
        }
    }

    /// What a table depends on.
    pub fn by_key(&mut self, key: &ByKey) -> String {
        match key {
            ByKey::Date(_) => "date".to_owned(),
            ByKey::Expr(expr) => self.expr(expr),
        }
    }

    /// What a key must be.
    pub fn pattern(&mut self, pattern: &Pattern) -> String {
        match pattern {
            Pattern::Any(_) => "else".to_owned(),
            Pattern::Members(names) => {
                let mut names: Vec<String> = names.iter().map(|name| self.name(name)).collect();
                names.sort();
                names.join(" or ")
            }
            Pattern::From(from, _) => format!("from {from}"),
            Pattern::Dates(from, end, _) => format!("{from}..<{end}"),
        }
    }
}

/// `months` is `month`.
fn singular(word: &str) -> &str {
    word.strip_suffix('s').unwrap_or(word)
}

/// The comparison that holds where this one does not; for two values that are known.
const fn complement(op: BinaryOp) -> Option<BinaryOp> {
    match op {
        BinaryOp::Eq => Some(BinaryOp::Ne),
        BinaryOp::Ne => Some(BinaryOp::Eq),
        BinaryOp::Lt => Some(BinaryOp::Ge),
        BinaryOp::Ge => Some(BinaryOp::Lt),
        BinaryOp::Le => Some(BinaryOp::Gt),
        BinaryOp::Gt => Some(BinaryOp::Le),
        _ => None,
    }
}

const fn word_of(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Add => " + ",
        BinaryOp::Sub => " - ",
        BinaryOp::Mul => " × ",
        BinaryOp::Div => " ÷ ",
        BinaryOp::Eq => " = ",
        BinaryOp::Ne => " ≠ ",
        BinaryOp::Lt => " < ",
        BinaryOp::Le => " ≤ ",
        BinaryOp::Gt => " > ",
        BinaryOp::Ge => " ≥ ",
        BinaryOp::And => " and ",
        BinaryOp::Or => " or ",
    }
}
