//! What has to be checked after an edit: the declarations that have changed and those that use them, with all that they
//! need and everything that needs them, and nothing else.
//!
//! What the checker says of an indicator depends on what it needs, and on the cards that have it as a line, since these decide whose
//! it is. So a declaration is only a *target* of a slice, which gets the findings that the checker has for it, if everything
//! that uses it, directly or not, is in the slice too. What does not fit keeps the findings that it has until the package is
//! analysed whole.

use std::sync::Arc;

use kpi_base::FileId;
use kpi_syntax::ast::{self, ItemKind};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::index::{Index, ItemAt, Symbol};
use crate::snapshot::FileState;

/// How many declarations a slice has at most: checking more takes longer than somebody who types wants to wait.
const MOST: usize = 1_500;

/// A part of a package that can be checked by itself.
#[derive(Debug, Default)]
pub(crate) struct Slice {
    /// The declarations of which the findings are those of the whole package.
    pub targets: Vec<ItemAt>,
    /// The part, file by file in the order of the package.
    pub files: Vec<ast::File>,
}

/// Cuts a slice for changed declarations and for names that were declared before or are now.
pub(crate) fn cut(
    index: &Index,
    states: &[Option<Arc<FileState>>],
    order: &[FileId],
    changed: &[ItemAt],
    names: &FxHashSet<Symbol>,
) -> Slice {
    let mut cutter = Cutter { index, states, order, whole: FxHashSet::default(), needed: FxHashSet::default() };
    cutter.add_everywhere();
    let mut targets: Vec<ItemAt> = Vec::new();
    let mut known: FxHashSet<ItemAt> = FxHashSet::default();
    let declarations = names.iter().flat_map(|name| index.declarations(*name).iter().copied());
    let users = names.iter().flat_map(|name| index.users(*name));
    let mut users: Vec<ItemAt> = declarations.chain(users).collect();
    users.sort_unstable();
    for item in changed.iter().copied().chain(users) {
        if known.insert(item) && cutter.is_checked_alone(item) && cutter.add(item) {
            targets.push(item);
        }
    }
    Slice { files: cutter.files(), targets }
}

struct Cutter<'a> {
    index: &'a Index,
    states: &'a [Option<Arc<FileState>>],
    order: &'a [FileId],
    /// The items in the slice whose users are in it too.
    whole: FxHashSet<ItemAt>,
    /// All items in the slice: what they mention is in it too.
    needed: FxHashSet<ItemAt>,
}

impl Cutter<'_> {
    fn state(&self, file: FileId) -> Option<&FileState> {
        self.states.get(file.0 as usize)?.as_deref()
    }

    fn kind(&self, (file, item): ItemAt) -> Option<&ItemKind> {
        self.state(file)?.parsed.items.get(item as usize).map(|item| &item.kind)
    }

    fn items(&self) -> impl Iterator<Item = (ItemAt, &ItemKind)> {
        self.order.iter().filter_map(|id| Some((*id, self.state(*id)?))).flat_map(|(id, state)| {
            state.parsed.items.iter().enumerate().map(move |(place, item)| ((id, place as u32), &item.kind))
        })
    }

    /// What holds for everything, and what is looked through where nothing is named: the policy, the modules, the rosters.
    fn add_everywhere(&mut self) {
        let wanted = |kind: &ItemKind| matches!(kind, ItemKind::Policy(_) | ItemKind::Use(_) | ItemKind::Roster(_));
        let items: Vec<ItemAt> = self.items().filter(|(_, kind)| wanted(kind)).map(|(item, _)| item).collect();
        let needed = self.needs(items);
        self.needed.extend(needed);
    }

    /// Whether what is found in a declaration does not hang on others that neither mention it nor are mentioned.
    fn is_checked_alone(&self, item: ItemAt) -> bool {
        match self.kind(item) {
            Some(ItemKind::Require(_) | ItemKind::Prove(_) | ItemKind::Goal(_)) | None => false,
            // Which periods a test may name hangs on all that has a period of its own.
            Some(ItemKind::Test(_)) => false,
            Some(ItemKind::Rule(rule)) => rule.audience.as_ref().is_none_or(is_named),
            Some(ItemKind::Incentive(incentive)) => incentive.audience.as_ref().is_none_or(is_named),
            _ => self.state(item.0).is_some_and(|state| !state.parsed.library),
        }
    }

    /// Adds a declaration with what uses it and what all that needs; `false` if it would be too much.
    fn add(&mut self, item: ItemAt) -> bool {
        let mut whole = vec![item];
        let mut seen: FxHashSet<ItemAt> = whole.iter().copied().collect();
        let mut next = 0;
        while let Some(at) = whole.get(next).copied() {
            next += 1;
            if !self.is_known_by_users(at) {
                continue;
            }
            for user in self.index.declared_by(at).into_iter().flat_map(|name| self.index.users(name)) {
                let follows = !matches!(
                    self.kind(user),
                    Some(ItemKind::Test(_) | ItemKind::Require(_) | ItemKind::Prove(_) | ItemKind::Goal(_)) | None
                );
                if follows && !self.whole.contains(&user) && seen.insert(user) {
                    whole.push(user);
                    if whole.len() > MOST {
                        return false;
                    }
                }
            }
        }
        let mut roots = whole.clone();
        if whole.iter().any(|at| matches!(self.kind(*at), Some(ItemKind::Indicator(_))))
            && !whole.iter().chain(&self.whole).any(|at| matches!(self.kind(*at), Some(ItemKind::Scorecard(_))))
        {
            roots.extend(self.cards_of_each_table());
        }
        let needed = self.needs(roots);
        if self.needed.len() + needed.len() > MOST {
            return false;
        }
        self.whole.extend(whole);
        self.needed.extend(needed);
        true
    }

    /// Whether the findings in a declaration hang on what uses it.
    fn is_known_by_users(&self, item: ItemAt) -> bool {
        matches!(
            self.kind(item),
            Some(ItemKind::Indicator(_) | ItemKind::Scorecard(_) | ItemKind::Incentive(_) | ItemKind::Rule(_))
        )
    }

    /// An indicator that nothing uses is checked for the subjects of the first card for which it can be: the first card
    /// for each table.
    fn cards_of_each_table(&self) -> Vec<ItemAt> {
        let mut tables: FxHashSet<&str> = FxHashSet::default();
        let mut cards = Vec::new();
        for (at, kind) in self.items() {
            if let ItemKind::Scorecard(card) = kind
                && let Some(table) = &card.table
                && tables.insert(&table.text)
            {
                cards.push(at);
            }
        }
        cards
    }

    /// Some declarations and all that they mention, directly or not, as far as it is not in the slice already.
    fn needs(&self, roots: Vec<ItemAt>) -> FxHashSet<ItemAt> {
        let mut found: FxHashSet<ItemAt> = FxHashSet::default();
        let mut waiting = roots;
        while let Some(item) = waiting.pop() {
            if self.needed.contains(&item) || !found.insert(item) {
                continue;
            }
            if self.needed.len() + found.len() > MOST {
                break;
            }
            for name in self.index.mentioned_by(item) {
                waiting.extend(self.index.declarations(*name).iter().copied());
            }
        }
        found
    }

    /// The files of the slice. A module of a library is in it as a whole, or not at all.
    fn files(&self) -> Vec<ast::File> {
        let mut by_file: FxHashMap<FileId, Vec<u32>> = FxHashMap::default();
        for (file, item) in &self.needed {
            by_file.entry(*file).or_default().push(*item);
        }
        let part = |id: &FileId| {
            let mut places = by_file.get(id).cloned()?;
            places.sort_unstable();
            let file = &self.state(*id)?.parsed;
            if file.library {
                return Some(file.clone());
            }
            let items = places.iter().filter_map(|place| file.items.get(*place as usize).cloned());
            let items = items.collect();
            Some(ast::File { items, library: false, module: file.module.clone(), text: file.text.clone() })
        };
        self.order.iter().filter_map(part).collect()
    }
}

/// Whether it is said for whom; `for each indicator` goes through all there are.
fn is_named(audience: &ast::Audience) -> bool {
    matches!(audience, ast::Audience::Named(..))
}
