//! Which declarations mention which names: by their words alone, so that it is known before anything is checked.
//!
//! A word that happens to be a name counts as a mention of it: what is looked at because of that costs time and harms nobody,
//! while a mention that was overlooked would make a slice say that there is no such name.

use kpi_base::FileId;
use kpi_syntax::{continues_name, starts_name};
use rustc_hash::{FxHashMap, FxHashSet};
use unicode_normalization::{UnicodeNormalization, is_nfc};

use crate::declarations::Declaration;
use crate::snapshot::FileState;

/// A name, as a number.
pub(crate) type Symbol = u32;

/// A declaration: the place among the items of a file.
pub(crate) type ItemAt = (FileId, u32);

/// The names that the declarations of a file declare and mention, by their places.
#[derive(Debug, Default)]
pub(crate) struct FileNames {
    /// What each item declares.
    pub declared: Vec<Option<Symbol>>,
    /// What each item mentions: its own name and the words of the language among it.
    pub mentioned: Vec<Vec<Symbol>>,
}

/// The names of a package.
#[derive(Debug, Default)]
pub(crate) struct Index {
    symbols: FxHashMap<Box<str>, Symbol>,
    /// By symbol.
    names: Vec<Uses>,
    files: FxHashMap<FileId, FileNames>,
}

#[derive(Debug, Default)]
struct Uses {
    declared: Vec<ItemAt>,
    mentioned: FxHashMap<FileId, Vec<u32>>,
}

impl Index {
    /// Takes in what a file says now, instead of what it said before.
    pub fn set(&mut self, id: FileId, state: &FileState) {
        self.remove(id);
        let mut of_item: FxHashMap<usize, &Declaration> = FxHashMap::default();
        of_item.extend(state.declarations.iter().filter(|d| d.is_named()).map(|d| (d.item, d)));
        let mut names = FileNames::default();
        for (place, item) in state.parsed.items.iter().enumerate() {
            let text = state.source.text.get(item.span.start as usize..item.span.end as usize).unwrap_or_default();
            let mut mentioned = FxHashSet::default();
            each_name(text, &mut |name| {
                mentioned.insert(self.symbol(name));
            });
            let at = place as u32;
            for symbol in &mentioned {
                if let Some(uses) = self.names.get_mut(*symbol as usize) {
                    uses.mentioned.entry(id).or_default().push(at);
                }
            }
            let declared = of_item.get(&place).map(|declaration| self.symbol(&declaration.name));
            if let Some(uses) = declared.and_then(|symbol| self.names.get_mut(symbol as usize)) {
                uses.declared.push((id, at));
            }
            names.declared.push(declared);
            names.mentioned.push(mentioned.into_iter().collect());
        }
        self.files.insert(id, names);
    }

    /// Forgets a file.
    pub fn remove(&mut self, id: FileId) {
        let Some(names) = self.files.remove(&id) else { return };
        for symbol in names.mentioned.iter().flatten() {
            if let Some(uses) = self.names.get_mut(*symbol as usize) {
                uses.mentioned.remove(&id);
            }
        }
        for symbol in names.declared.iter().flatten() {
            if let Some(uses) = self.names.get_mut(*symbol as usize) {
                uses.declared.retain(|(file, _)| *file != id);
            }
        }
    }

    /// The name that an item declares.
    pub fn declared_by(&self, (file, item): ItemAt) -> Option<Symbol> {
        *self.files.get(&file)?.declared.get(item as usize)?
    }

    /// The names that an item mentions.
    pub fn mentioned_by(&self, (file, item): ItemAt) -> &[Symbol] {
        let names = self.files.get(&file).and_then(|names| names.mentioned.get(item as usize));
        names.map(Vec::as_slice).unwrap_or_default()
    }

    /// The declarations of a name.
    pub fn declarations(&self, name: Symbol) -> &[ItemAt] {
        self.names.get(name as usize).map(|uses| uses.declared.as_slice()).unwrap_or_default()
    }

    /// The declarations that mention a name, in no order.
    pub fn users(&self, name: Symbol) -> impl Iterator<Item = ItemAt> {
        let uses = self.names.get(name as usize);
        let files = uses.into_iter().flat_map(|uses| &uses.mentioned);
        files.flat_map(|(file, items)| items.iter().map(|item| (*file, *item)))
    }

    fn symbol(&mut self, name: &str) -> Symbol {
        if let Some(symbol) = self.symbols.get(name) {
            return *symbol;
        }
        let symbol = self.names.len() as Symbol;
        self.symbols.insert(name.into(), symbol);
        self.names.push(Uses::default());
        symbol
    }
}

/// Calls `take` with each name in a text, as the checker would compare it. Texts in quotes and comments have none.
fn each_name(text: &str, take: &mut dyn FnMut(&str)) {
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let mut length = first.len_utf8();
        match first {
            '"' | '“' | '＂' => length = crate::tokens::quoted(rest, first),
            '/' if rest.starts_with("//") => length = rest.find('\n').unwrap_or(rest.len()),
            '`' | '｀' => {
                let inner = rest.get(length..).unwrap_or_default();
                let end = inner.find(['`', '｀', '\n']).unwrap_or(inner.len());
                normal(inner.get(..end).unwrap_or_default(), take);
                length += end + inner.get(end..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
            }
            c if starts_name(c) => {
                length = rest.find(|c| !continues_name(c)).unwrap_or(rest.len());
                normal(rest.get(..length).unwrap_or_default(), take);
            }
            // What is glued to a number is its unit.
            c if c.is_ascii_digit() => length = rest.find(|c| !continues_name(c)).unwrap_or(rest.len()),
            _ => {}
        }
        rest = rest.get(length.max(1)..).unwrap_or_default();
    }
}

fn normal(name: &str, take: &mut dyn FnMut(&str)) {
    let full_width = |c: char| matches!(c, '\u{ff01}'..='\u{ff5e}');
    if name.is_ascii() || (is_nfc(name) && !name.contains(full_width)) {
        return take(name);
    }
    let half = |c: char| if full_width(c) { char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c) } else { c };
    take(&name.chars().map(half).nfc().collect::<String>());
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_of_all_kinds_are_found() {
        let mut found = Vec::new();
        super::each_name(
            "indicator `a b` \"in text\" { 公式 sum(s.时长 where ｘ１ > 30s) } // gone\n  e\u{301}",
            &mut |name| found.push(name.to_owned()),
        );
        assert_eq!(found, ["indicator", "a b", "公式", "sum", "s", "时长", "where", "x1", "é"]);
    }
}
