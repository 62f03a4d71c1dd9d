//! Names in scorecards, incentives, rules, requirements and obligations.

use kpi_syntax::ast::{self, Name};

use super::index::{Card, Decl};
use super::resolve::{Cx, Walk};

impl<'a> Walk<'_, 'a> {
    pub fn scorecard(&mut self, x: &'a ast::Scorecard, module: usize) {
        let homes: Vec<usize> = match x.table.as_ref().and_then(|name| self.mark_name(name, module)) {
            Some(Decl::Table(at)) => vec![at],
            _ => Vec::new(),
        };
        let cx = Cx::cell(module, &homes);
        self.exprs(&x.condition, &cx);
        self.lines(&x.lines, &cx);
        if let Some(grid) = &x.weights {
            let key = self.by_key(&grid.key, &cx);
            grid.columns.iter().for_each(|pattern| self.pattern(pattern, key));
            for row in &grid.rows {
                self.line(&row.line, &cx);
                self.exprs(row.weights.iter().flatten(), &cx);
            }
        }
        for veto in &x.vetoes {
            self.expr(&veto.condition, &cx, None);
            if let Some((ast::VetoEffect::Cap(cap), _)) = &veto.effect {
                self.expr(cap, &cx, None);
            }
        }
        self.exprs(x.adjustments.iter().flat_map(|a| std::iter::once(&a.value).chain(&a.cap)), &cx);
        match &x.grade {
            Some(ast::Grade::Bounds(rows, _)) => self.rows(rows, &cx, None),
            Some(ast::Grade::Shares(shares)) => {
                self.paths(&shares.by, &cx);
                self.exprs(shares.shares.iter().map(|share| &share.share), &cx);
            }
            None => {}
        }
        if let Some((names, _)) = &x.rank_among {
            self.paths(names, &cx);
        }
    }

    fn paths(&mut self, paths: &'a [Vec<Name>], cx: &Cx<'_, 'a>) {
        for names in paths {
            self.mark_path(names, cx);
        }
    }

    fn lines(&mut self, lines: &'a [ast::Line], cx: &Cx<'_, 'a>) {
        for line in lines {
            match line {
                ast::Line::One(line) => self.line(line, cx),
                ast::Line::Group(group) => {
                    self.weight(group.weight.as_ref(), cx);
                    self.lines(&group.lines, cx);
                }
            }
        }
    }

    fn weight(&mut self, weight: Option<&'a ast::ByTable<ast::Expr>>, cx: &Cx<'_, 'a>) {
        if let Some(weight) = weight {
            self.by_table(weight, cx, |walk, e, cx| {
                walk.expr(e, cx, None);
            });
        }
    }

    fn line(&mut self, line: &'a ast::OneLine, cx: &Cx<'_, 'a>) {
        // A row of a grid may name a group of the card, which is no declaration of the package.
        match self.mark_name(&line.name, cx.module) {
            Some(Decl::Indicator(at)) => self.ask(at, cx.homes),
            Some(_) => {}
            None => {
                let index = self.index;
                let of_card = |card: &&Card<'a>| {
                    let has = card.ast.lines.iter().any(|other| std::ptr::eq(other_line(other), line));
                    has || card.ast.weights.iter().flat_map(|grid| &grid.rows).any(|row| std::ptr::eq(&row.line, line))
                };
                let card = index.cards.iter().find(of_card);
                if let Some(symbol) = card.and_then(|card| card.inside.get(line.name.text.as_str())) {
                    self.mark(&line.name, *symbol);
                }
            }
        }
        self.weight(line.weight.as_ref(), cx);
        self.exprs(&line.attainment_cap, cx);
        if let Some(scoring) = &line.scoring {
            self.scoring(scoring, cx);
        }
    }

    /// Whom an incentive or a rule is for: their tables.
    fn audience(&mut self, audience: Option<&'a ast::Audience>, module: usize) -> (Vec<usize>, bool) {
        let index = self.index;
        let table_of = |card: &Card<'a>| match card.ast.table.as_ref().and_then(|t| index.get(card.module, &t.text)) {
            Some(Decl::Table(at)) => Some(at),
            _ => None,
        };
        let mut homes: Vec<usize> = Vec::new();
        let mut cards = true;
        match audience {
            None => {}
            Some(ast::Audience::Named(names, condition)) => {
                for name in names {
                    match self.mark_name(name, module) {
                        Some(Decl::Table(at)) => {
                            homes.push(at);
                            cards = false;
                        }
                        Some(Decl::Scorecard(at)) => homes.extend(index.cards.get(at).and_then(table_of)),
                        _ => {}
                    }
                }
                self.exprs(condition, &Cx::cell(module, &homes));
            }
            Some(ast::Audience::EachScorecard(Some(name), _)) => {
                if let Some(Decl::Table(at)) = self.mark_name(name, module) {
                    homes.push(at);
                }
            }
            Some(ast::Audience::EachScorecard(None, _)) => homes.extend(index.cards.iter().filter_map(table_of)),
            Some(ast::Audience::EachIndicator(tag, _)) => {
                if let Some(tag) = tag {
                    self.tag(tag);
                }
                homes.extend(index.cards.iter().filter_map(table_of));
            }
        }
        homes.sort_unstable();
        homes.dedup();
        (homes, cards)
    }

    pub fn incentive(&mut self, x: &'a ast::Incentive, module: usize) {
        let (homes, card) = self.audience(x.audience.as_ref(), module);
        let cx = Cx { card, ..Cx::cell(module, &homes) };
        self.exprs(x.condition.iter().chain(&x.cap).chain(&x.floor), &cx);
        self.exprs(x.pays.iter().flat_map(|pay| std::iter::once(&pay.value).chain(&pay.round_to)), &cx);
    }

    pub fn rule(&mut self, x: &'a ast::Rule, module: usize) {
        let (homes, card) = self.audience(x.audience.as_ref(), module);
        let each_line = matches!(x.audience, Some(ast::Audience::EachIndicator(..)));
        let cx = Cx { card, each_line, ..Cx::cell(module, &homes) };
        self.exprs(x.condition.iter().chain(&x.since), &cx);
        if let Some(share) = &x.share {
            self.exprs(std::iter::once(&share.share).chain(&share.of), &cx);
            self.paths(&share.among, &cx);
        }
        match &x.then {
            Some(ast::Then::By(by)) => self.by(by, &cx, |_, _, _| {}),
            Some(ast::Then::Step(e, rows, _)) => {
                self.expr(e, &cx, None);
                self.rows(rows, &cx, None);
            }
            Some(ast::Then::OneOf(_, choices, _)) => self.choices(choices, module),
            Some(ast::Then::Text(_) | ast::Then::Warn(_)) | None => {}
        }
    }

    fn choices(&mut self, choices: &'a ast::Choices, module: usize) {
        match choices {
            ast::Choices::Members(name) => {
                self.mark_name(name, module);
            }
            ast::Choices::Listed(choices) => {
                let member = |choice: &'a ast::Choice| match choice {
                    ast::Choice::Member(name) => Some(name),
                    ast::Choice::Text(_) => None,
                };
                let names: Vec<&Name> = choices.iter().filter_map(member).collect();
                let index = self.index;
                let of_all = index
                    .dimensions
                    .iter()
                    .find(|dimension| names.iter().all(|name| dimension.members.contains_key(name.text.as_str())));
                for name in names {
                    if let Some(symbol) = of_all.and_then(|dimension| dimension.members.get(name.text.as_str())) {
                        self.mark(name, *symbol);
                    }
                }
            }
        }
    }

    pub fn requirement(&mut self, x: &'a ast::Require, module: usize) {
        let pure = Cx::pure(module);
        let mut named: Vec<&Card<'a>> = Vec::new();
        let index = self.index;
        for name in x.cards.iter().flatten() {
            if let Some(Decl::Scorecard(at)) = self.mark_name(name, module) {
                named.extend(index.cards.get(at));
            }
        }
        if x.cards.is_none() {
            named.extend(&index.cards);
        }
        if let Some(of_each) = &x.of_each {
            if let Some(tag) = &of_each.tag {
                self.tag(tag);
            }
            if let ast::Has::Goal(goal) = &of_each.has {
                self.some_goal(goal, module);
            }
            return;
        }
        match &x.value {
            ast::Required::Count => {}
            ast::Required::Tag(tag) => self.tag(tag),
            ast::Required::Goal(goal) => self.some_goal(goal, module),
            ast::Required::Weight(name) => {
                let inside = named.iter().find_map(|card| card.inside.get(name.text.as_str()).copied());
                match inside {
                    Some(symbol) => self.mark(name, symbol),
                    None => {
                        self.mark_name(name, module);
                    }
                }
            }
        }
        match &x.test {
            ast::RequiredTest::Compare(_, e) => {
                self.expr(e, &pure, None);
            }
            ast::RequiredTest::In(ast::Set::Range(range), _) => self.range(range, &pure, None),
            ast::RequiredTest::In(ast::Set::Members(members), _) => self.exprs(members, &pure),
        }
    }

    fn some_goal(&mut self, goal: &'a ast::SomeGoal, module: usize) {
        if let ast::SomeGoal::One(name) = goal {
            self.goals(std::slice::from_ref(name), module);
        }
    }

    pub fn obligation(&mut self, x: &'a ast::Prove, module: usize) {
        if let Some((first, rest)) = x.place.split_first()
            && let Some(Decl::Incentive(at)) = self.mark_name(first, module)
            && let Some(pay) = rest.first()
        {
            self.mark_pay(at, pay);
        }
        match &x.obligation {
            ast::Obligation::Within(range) => self.range(range, &Cx::pure(module), None),
            ast::Obligation::Monotone(name) => {
                self.mark_name(name, module);
            }
        }
    }
}

/// The line, of what is one.
fn other_line(line: &ast::Line) -> *const ast::OneLine {
    match line {
        ast::Line::One(line) => line,
        ast::Line::Group(_) => std::ptr::null(),
    }
}
