//! What indicators are for: goals, `supports`, and what is required of indicators.

use kpi_base::{Diagnostic, codes, text};
use kpi_syntax::ast;
use rustc_hash::FxHashSet;

use crate::checker::{Checker, title, unknown};
use crate::model;
use crate::names::nearest;

impl<'a> Checker<'a> {
    /// Takes over the goals, and looks whether what supports them names them.
    pub(crate) fn check_goals(&mut self) {
        for place in 0..self.names.goals.len() {
            let Some(goal) = self.names.goals.get(place) else { continue };
            let (written, doc) = (goal.ast, goal.doc);
            self.check_goals_named(&written.supports);
            let supports = written.supports.iter().map(|name| name.text.clone()).collect();
            self.model.goals.push(model::Goal { title: title(&written.name, &written.label, doc), supports });
        }
        self.check_circles();
        for place in 0..self.names.indicators.len() {
            let Some(indicator) = self.names.indicators.get(place).map(|declared| declared.ast) else { continue };
            self.check_goals_named(&indicator.supports);
        }
    }

    fn check_goals_named(&mut self, names: &'a [ast::Name]) {
        for name in names {
            self.check_goal_named(name);
        }
    }

    fn check_goal_named(&mut self, name: &'a ast::Name) -> Option<()> {
        if self.names.goal(&name.text).is_some() {
            return Some(());
        }
        let near = nearest(&name.text, self.names.goals.iter().map(|goal| goal.ast.name.text.as_str()));
        let mut finding = unknown(name, &text!("a goal"), near);
        if self.names.goals.is_empty() {
            finding = finding.help(text!("declare it: `goal {name} \"…\"`", name = name.text));
        }
        self.report(finding);
        None
    }

    /// A goal that supports itself, through others or not; each circle once, at its first goal.
    fn check_circles(&mut self) {
        let count = self.names.goals.len();
        // 0: not looked at, 1: on the way here, 2: done.
        let mut state = vec![0u8; count];
        for start in 0..count {
            let mut way = vec![(start, 0usize)];
            while let Some((goal, next)) = way.pop() {
                if next == 0 {
                    if state.get(goal) != Some(&0) {
                        continue;
                    }
                    state.iter_mut().skip(goal).take(1).for_each(|state| *state = 1);
                }
                let written = self.names.goals.get(goal).map(|declared| declared.ast);
                let Some(name) = written.and_then(|written| written.supports.get(next)) else {
                    state.iter_mut().skip(goal).take(1).for_each(|state| *state = 2);
                    continue;
                };
                way.push((goal, next + 1));
                let Some(to) = self.names.goal(&name.text) else { continue };
                match state.get(to) {
                    Some(0) => way.push((to, 0)),
                    Some(1) => {
                        let circle = way.iter().skip_while(|(on_way, _)| *on_way != to).map(|(on_way, _)| *on_way);
                        let names: Vec<&str> = circle
                            .chain([to])
                            .filter_map(|goal| self.names.goals.get(goal))
                            .map(|goal| goal.ast.name.text.as_str())
                            .collect();
                        let finding = Diagnostic::new(
                            codes::names::CYCLE,
                            text!(
                                "the goal `{name}` supports itself: {chain}",
                                name = name.text,
                                chain = names.join(" → ")
                            ),
                        );
                        self.report(finding.label(name.span, text!("here the circle closes")));
                    }
                    _ => {}
                }
            }
        }
    }

    /// Warns of goals that nothing supports.
    pub(crate) fn check_unused_goals(&mut self) {
        if self.names.any_faulty() {
            return;
        }
        let of_goals = self.names.goals.iter().flat_map(|goal| &goal.ast.supports);
        let of_indicators = self.names.indicators.iter().flat_map(|indicator| &indicator.ast.supports);
        let supported: FxHashSet<&str> = of_goals.chain(of_indicators).map(|name| name.text.as_str()).collect();
        let found: Vec<Diagnostic> = self
            .names
            .goals
            .iter()
            .map(|goal| &goal.ast.name)
            .filter(|name| !supported.contains(name.text.as_str()) && !self.names.library.contains(&name.span.file))
            .map(|name| {
                Diagnostic::new(codes::names::UNUSED, text!("nothing supports the goal `{name}`", name = name.text))
                    .label(name.span, text!("declared here"))
                    .help(text!(
                        "write `supports {name}` where an indicator serves it, or take it out",
                        name = name.text
                    ))
            })
            .collect();
        found.into_iter().for_each(|finding| self.report(finding));
    }

    /// Whether the goal that is asked for is there.
    pub(crate) fn check_goal_asked_for(&mut self, goal: &'a ast::SomeGoal) -> Option<()> {
        match goal {
            ast::SomeGoal::Any => Some(()),
            ast::SomeGoal::One(name) => self.check_goal_named(name),
        }
    }

    /// The goals of which an indicator must support one, for a requirement about goals.
    pub(crate) fn goals_asked_for<'m>(&'m self, value: &'m ast::Required) -> FxHashSet<&'m str> {
        match value {
            ast::Required::Goal(goal) => self.goals_that_serve(goal),
            _ => FxHashSet::default(),
        }
    }

    fn goals_that_serve<'m>(&'m self, goal: &'m ast::SomeGoal) -> FxHashSet<&'m str> {
        match goal {
            ast::SomeGoal::Any => self.model.goals.iter().map(|goal| goal.title.name.as_str()).collect(),
            ast::SomeGoal::One(name) => self.model.goals_for(&name.text).into_iter().collect(),
        }
    }

    /// `require each indicator: …`, of the policy's own indicators, on a card or not.
    pub(crate) fn check_required_of_each(&mut self, written: &'a ast::Require, of_each: &'a ast::RequiredOfEach) {
        let known = match &of_each.has {
            ast::Has::Goal(goal) => self.check_goal_asked_for(goal),
            _ => Some(()),
        };
        let tag = of_each.tag.as_ref();
        if let Some(tag) = tag {
            let tags = || self.names.indicators.iter().flat_map(|declared| &declared.ast.tags);
            if !tags().any(|known| known.text == tag.text) && !self.names.any_faulty() {
                let near = nearest(&tag.text, tags().map(|tag| tag.text.as_str()));
                let finding = unknown(tag, &text!("a tag of an indicator"), near);
                self.report(finding);
                return;
            }
        }
        if known.is_none() {
            return;
        }
        let goals = match &of_each.has {
            ast::Has::Goal(goal) => self.goals_that_serve(goal),
            _ => FxHashSet::default(),
        };
        let mut found = Vec::new();
        for (place, declared) in self.names.indicators.iter().enumerate() {
            let (indicator, name) = (declared.ast, &declared.ast.name);
            let asked_for = !declared.faulty
                && !self.names.is_part(place)
                && !self.names.library.contains(&name.span.file)
                && tag.is_none_or(|tag| indicator.tags.iter().any(|own| own.text == tag.text));
            if !asked_for {
                continue;
            }
            let name = &name.text;
            let (has, message, help) = match &of_each.has {
                ast::Has::Goal(goal) => {
                    let has = indicator.supports.iter().any(|goal| goals.contains(goal.text.as_str()));
                    match goal {
                        ast::SomeGoal::Any => (
                            has,
                            text!("the indicator `{name}` supports no goal", name),
                            text!("add `supports …` with the goal that it serves"),
                        ),
                        ast::SomeGoal::One(goal) => (
                            has,
                            text!("the indicator `{name}` does not support the goal `{goal}`", name, goal = goal.text),
                            text!("add `supports {goal}`, or a goal that supports it", goal = goal.text),
                        ),
                    }
                }
                ast::Has::Note(topic) => (
                    indicator.notes.iter().any(|(own, _)| own.text == topic.text),
                    text!("the indicator `{name}` has no note `{topic}`", name, topic = topic.text),
                    text!("add `note {topic} \"…\"`", topic = topic.text),
                ),
                ast::Has::Target => (
                    indicator.target.is_some()
                        || !indicator.parts.is_empty() && indicator.parts.iter().all(|part| part.target.is_some()),
                    text!("the indicator `{name}` has no target", name),
                    text!("add `target ≥ …`"),
                ),
            };
            if !has {
                let why = written
                    .text
                    .as_ref()
                    .map_or_else(|| text!("required here"), |text| kpi_base::Text::verbatim(&text.value));
                found.push(
                    Diagnostic::new(codes::cards::REQUIRED, message)
                        .label(indicator.name.span, kpi_base::Text::default())
                        .label(written.span, why)
                        .help(help),
                );
            }
        }
        found.into_iter().for_each(|finding| self.report(finding));
    }
}
