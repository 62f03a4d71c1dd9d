//! Formulas, targets and scorings in words, as somebody reads them who has never written one.
//!
//! What has a label is called by it. What would be longer in words than in signs stays in signs, and what is rare is shown as
//! it is written.

use kpi_base::{Text, text};
use kpi_syntax::ast::{self, BinaryOp, ByTable, Expr, ExprKind, Pattern, Scope, TargetKind, WindowKind};

use crate::resolve::{Names, is_table, label_of};

/// How tightly what is said holds together: what is looser inside something tighter is set in parentheses.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Hold {
    Condition,
    Sum,
    Product,
    Call,
    Word,
}

impl Names<'_> {
    /// A formula in words: "the sum of GMV of live sessions".
    pub fn say(&self, e: &Expr) -> Text {
        self.say_held(e).0
    }

    fn inside(&self, e: &Expr, at_least: Hold) -> Text {
        match self.say_held(e) {
            (text, hold) if hold >= at_least => text,
            (text, _) => text!("({text})", text),
        }
    }

    fn say_held(&self, e: &Expr) -> (Text, Hold) {
        let word = |text: Text| (text, Hold::Word);
        match &e.kind {
            ExprKind::Name(name) => word(self.called(&name.text)),
            ExprKind::Field(of, name) => word(self.say_field(of, name)),
            ExprKind::Call(call) => {
                let hold = if call.condition.is_some() { Hold::Condition } else { Hold::Call };
                (self.say_call(call), hold)
            }
            ExprKind::SelfActual => word(text!("this indicator")),
            ExprKind::Neg(x) => word(text!("−{x}", x = self.inside(x, Hold::Word))),
            ExprKind::Not(x) => (text!("not {x}", x = self.inside(x, Hold::Word)), Hold::Condition),
            ExprKind::Binary(op, a, b) => self.say_binary(*op, a, b),
            ExprKind::Is(x, ast::Presence::Missing) => {
                (text!("{x} is missing", x = self.inside(x, Hold::Sum)), Hold::Condition)
            }
            ExprKind::Is(x, ast::Presence::Known) => {
                (text!("{x} is known", x = self.inside(x, Hold::Sum)), Hold::Condition)
            }
            ExprKind::In(x, set, negated) => {
                let x = self.inside(x, Hold::Sum);
                let set = match set {
                    ast::Set::Range(range) => self.written(range.span),
                    ast::Set::Members(members) => Text::or_list(members.iter().map(|m| self.inside(m, Hold::Sum))),
                };
                let text =
                    if *negated { text!("{x} is none of {set}", x, set) } else { text!("{x} is in {set}", x, set) };
                (text, Hold::Condition)
            }
            ExprKind::If(c, a, b) => {
                let (a, b) = (self.inside(a, Hold::Sum), self.inside(b, Hold::Sum));
                (text!("{a} if {c}, else {b}", a, c = self.say(c), b), Hold::Condition)
            }
            ExprKind::Over(x, scope) => {
                let x = self.inside(x, Hold::Product);
                let text = match scope {
                    Scope::All(_) => text!("{x} over everything of the period", x),
                    Scope::Column(path) => text!("{x} over the whole {group}", x, group = self.say_path(path)),
                    Scope::Window(window) => text!("{x} over {window}", x, window = self.say_window(window)),
                };
                (text, Hold::Call)
            }
            ExprKind::Weighted(weighted) => {
                let part = |(value, weight): &(Expr, Expr)| {
                    text!(
                        "{value} ({weight})",
                        value = self.inside(value, Hold::Sum),
                        weight = self.written(weight.span)
                    )
                };
                (text!("weighted: {parts}", parts = Text::and_list(weighted.parts.iter().map(part))), Hold::Condition)
            }
            ExprKind::Bool(_) | ExprKind::None | ExprKind::Number(_) | ExprKind::Date(_) | ExprKind::Period(_) => {
                word(self.written(e.span))
            }
            _ => word(Text::quoted(self.snapshot.text_of(e.span).split_whitespace().collect::<Vec<_>>().join(" "))),
        }
    }

    fn say_binary(&self, op: BinaryOp, a: &Expr, b: &Expr) -> (Text, Hold) {
        let two = |hold, right| (self.inside(a, hold), self.inside(b, right));
        match op {
            BinaryOp::Add => {
                (text!("{a} + {b}", a = self.inside(a, Hold::Sum), b = self.inside(b, Hold::Sum)), Hold::Sum)
            }
            BinaryOp::Sub => {
                (text!("{a} − {b}", a = self.inside(a, Hold::Sum), b = self.inside(b, Hold::Product)), Hold::Sum)
            }
            BinaryOp::Mul => {
                let (a, b) = two(Hold::Product, Hold::Product);
                (text!("{a} × {b}", a, b), Hold::Product)
            }
            BinaryOp::Div => {
                let (a, b) = two(Hold::Product, Hold::Call);
                (text!("{a} ÷ {b}", a, b), Hold::Product)
            }
            BinaryOp::And | BinaryOp::Or => {
                let (a, b) = two(Hold::Condition, Hold::Condition);
                let text = if op == BinaryOp::And { text!("{a} and {b}", a, b) } else { text!("{a} or {b}", a, b) };
                (text, Hold::Condition)
            }
            _ => {
                let (a, b) = two(Hold::Sum, Hold::Sum);
                let text = match op {
                    BinaryOp::Eq => text!("{a} is {b}", a, b),
                    BinaryOp::Ne => text!("{a} is not {b}", a, b),
                    BinaryOp::Lt => text!("{a} is less than {b}", a, b),
                    BinaryOp::Le => text!("{a} is at most {b}", a, b),
                    BinaryOp::Gt => text!("{a} is more than {b}", a, b),
                    _ => text!("{a} is at least {b}", a, b),
                };
                (text, Hold::Condition)
            }
        }
    }

    fn say_field(&self, of: &Expr, name: &ast::Name) -> Text {
        if let ExprKind::Name(of) = &of.kind
            && let Some(table) = self.table(&of.text)
        {
            let column = self.columns(table).into_iter().find(|c| c.name.text == name.text);
            let header = column.and_then(|c| c.declared).and_then(|c| c.header.as_ref()).map(|h| h.value.as_str());
            let label = column.and_then(|c| c.computed).and_then(|c| c.label.as_ref()).map(|l| l.value.as_str());
            return text!(
                "{column} of {table}",
                column = shown(label.or(header), &name.text),
                table = shown(label_of(table), &of.text)
            );
        }
        let of = self.inside(of, Hold::Call);
        match name.word() {
            "actual" => of,
            "target" => text!("the target of {of}", of),
            "attainment" => text!("the attainment of {of}", of),
            "score" => text!("the score of {of}", of),
            "total" => text!("the total of {of}", of),
            "met" => text!("{of} being met", of),
            "gap" => text!("the distance of {of} from its target", of),
            "start" => text!("the first day of {of}", of),
            "end" => text!("the last day of {of}", of),
            "days" => text!("the days of {of}", of),
            _ => text!("{column} of {table}", column = self.called(&name.text), table = of),
        }
    }

    fn say_call(&self, call: &ast::Call) -> Text {
        let said = match (call.function.word(), call.args.as_slice()) {
            ("count", [one]) => match &one.kind {
                ExprKind::Name(name) if self.table(&name.text).is_some() => {
                    text!("the number of rows of {table}", table = self.called(&name.text))
                }
                _ => text!("the number of known values of {x}", x = self.inside(one, Hold::Word)),
            },
            ("exists", [one]) => text!("there is a row of {table}", table = self.inside(one, Hold::Word)),
            (function, args) => self.say_function(function, args, call.window.is_some()),
        };
        let mut said = said;
        if let Some(window) = &call.window {
            said = text!("{x} over {window}", x = said, window = self.say_window(window));
        }
        if let Some(via) = &call.via {
            said = text!("{x} by way of {path}", x = said, path = self.say_path(via));
        }
        if let Some(dated) = &call.dated {
            said = text!("{x} by the date {date}", x = said, date = self.say(dated));
        }
        if let Some(at) = &call.at {
            said = text!("{x} as of {date}", x = said, date = self.say(at));
        }
        if let Some(among) = &call.among {
            said = match among.by.as_slice() {
                [] => text!("{x} among all", x = said),
                by => {
                    let group = Text::and_list(by.iter().map(|path| self.say_path(path)));
                    text!("{x} among those of the same {group}", x = said, group)
                }
            };
            if let Some(condition) = &among.condition {
                said = text!("{x} where {condition}", x = said, condition = self.say(condition));
            }
        }
        if let Some(condition) = &call.condition {
            said = text!("{x} where {condition}", x = said, condition = self.say(condition));
        }
        if let Some((needs, _)) = &call.needs {
            said = text!("{x} (at least {n} rows)", x = said, n = needs.to_string());
        }
        said
    }

    fn say_function(&self, function: &str, args: &[Expr], window: bool) -> Text {
        let first = args.first().map(|x| self.inside(x, Hold::Word)).unwrap_or_default();
        let second = args.get(1).map(|x| self.inside(x, Hold::Word)).unwrap_or_default();
        let list = || Text::and_list(args.iter().map(|x| self.inside(x, Hold::Sum)));
        match (function, args.len()) {
            ("sum", 1) => text!("the sum of {x}", x = first),
            ("average", 1) => text!("the average of {x}", x = first),
            ("median", 1) => text!("the median of {x}", x = first),
            ("quantile", 2) => text!("the {share} quantile of {x}", share = second, x = first),
            ("count_distinct", 1) => text!("the number of different values of {x}", x = first),
            ("min", 1) => text!("the smallest {x}", x = first),
            ("max", 1) => text!("the largest {x}", x = first),
            ("min", _) => text!("the smaller of {list}", list = list()),
            ("max", _) => text!("the larger of {list}", list = list()),
            ("first", 1) => text!("the first {x}", x = first),
            ("last", 1) => text!("the last {x}", x = first),
            ("any", 1) => text!("in some row {x}", x = first),
            ("all", 1) => text!("in every row {x}", x = first),
            ("stddev", 1) => text!("the standard deviation of {x}", x = first),
            ("lookup", 1) => first,
            ("coalesce", _) => text!("the first of {list} that has data", list = list()),
            ("clamp", 3) => {
                let high = args.get(2).map(|x| self.inside(x, Hold::Word)).unwrap_or_default();
                text!("{x}, but at least {low} and at most {high}", x = first, low = second, high)
            }
            ("abs", 1) => text!("{x} without its sign", x = first),
            ("round", _) => text!("{x} rounded", x = first),
            ("days_between", 2) => text!("the days from {a} to {b}", a = first, b = second),
            ("previous", 1) if !window => text!("{x} of the period before", x = first),
            ("previous", 2) => text!("{x} of {n} periods before", x = first, n = second),
            ("year_ago", 1) => text!("{x} of a year before", x = first),
            ("growth", 1) => text!("the growth of {x} against the period before", x = first),
            ("streak", 1) => text!("the number of periods on end in which {x}", x = first),
            ("rank", 1) => text!("the rank by {x}", x = first),
            ("percentile", 1) => text!("the share of those that are worse by {x}", x = first),
            ("zscore", 1) => text!("the standard score of {x}", x = first),
            _ => text!("{function} of {list}", function = self.called(function), list = list()),
        }
    }

    /// A target in words: "at least 30s; startup: …".
    pub fn say_target(&self, target: &ByTable<ast::Target>) -> Text {
        self.say_table(target, &|target| self.say_one_target(target))
    }

    fn say_one_target(&self, target: &ast::Target) -> Text {
        let mut said = match &target.kind {
            TargetKind::None => text!("not judged"),
            TargetKind::Between(range) => text!("between {range}", range = self.written(range.span)),
            TargetKind::Compare(op, bound) => {
                let x = self.inside(bound, Hold::Sum);
                match op {
                    BinaryOp::Ge => text!("at least {x}", x),
                    BinaryOp::Gt => text!("more than {x}", x),
                    BinaryOp::Le => text!("at most {x}", x),
                    BinaryOp::Lt => text!("less than {x}", x),
                    _ => text!("exactly {x}", x),
                }
            }
        };
        if let Some(tolerance) = &target.tolerance {
            said = text!("{target}, tolerance {x}", target = said, x = self.say(tolerance));
        }
        if let Some(stretch) = &target.stretch {
            said = text!("{target}, stretch {x}", target = said, x = self.say(stretch));
        }
        said
    }

    /// A table in words: what each row says, or the one value.
    pub fn say_table<T>(&self, table: &ByTable<T>, say: &dyn Fn(&T) -> Text) -> Text {
        const SHOWN: usize = 8;
        let by = match table {
            ByTable::Plain(value) => return say(value),
            ByTable::By(by) => by,
        };
        let row = |row: &ast::ByRow<T>| {
            let keys = Text::and_list(row.patterns.iter().map(|p| self.say_pattern(p)));
            text!("{keys}: {value}", keys, value = say(&row.value))
        };
        let rows: Vec<Text> = by.rows.iter().take(SHOWN).map(row).collect();
        let more = by.rows.len().saturating_sub(rows.len());
        let rows = Text::list(rows, kpi_base::Join::Semicolon);
        if more > 0 { text!("{rows} and {n} more", rows, n = more) } else { rows }
    }

    fn say_pattern(&self, pattern: &Pattern) -> Text {
        match pattern {
            Pattern::Any(_) => text!("all others"),
            Pattern::Members(names) => Text::or_list(names.iter().map(|name| self.called(&name.text))),
            _ => self.written(pattern.span()),
        }
    }

    fn say_path(&self, path: &[ast::Name]) -> Text {
        Text::quoted(path.iter().map(|name| name.text.as_str()).collect::<Vec<_>>().join("."))
    }

    fn say_window(&self, window: &ast::Window) -> Text {
        match &window.kind {
            WindowKind::Last((n, _), _) => text!("the last {n} periods", n = n.to_string()),
            WindowKind::This(name) => match name.word() {
                "year" => text!("this year"),
                "quarter" => text!("this quarter"),
                _ => self.written(window.span),
            },
            WindowKind::Since(date) => text!("the time since {date}", date = self.written(date.span)),
        }
    }

    /// A name as people call it: its label where it has one.
    pub fn called(&self, name: &str) -> Text {
        let label = self.get(name).and_then(label_of);
        let member = || {
            let mut dimensions = self.all().filter(|item| !is_table(item));
            dimensions.find_map(|item| {
                let (_, label) = crate::resolve::members(item).iter().find(|(own, _)| own.text == name)?;
                Some(label.as_ref()?.value.as_str())
            })
        };
        shown(label.or_else(|| if self.get(name).is_none() { member() } else { None }), name)
    }

    fn written(&self, span: kpi_base::Span) -> Text {
        Text::verbatim(self.snapshot.text_of(span).split_whitespace().collect::<Vec<_>>().join(" "))
    }
}

/// A label, or else the name in backticks.
fn shown(label: Option<&str>, name: &str) -> Text {
    label.map_or_else(|| Text::quoted(name), Text::verbatim)
}
