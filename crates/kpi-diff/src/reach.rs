//! What of the newer version a change can reach: for commands that look at that and at nothing else.
//!
//! It goes by words, not by meaning: a declaration is reached that has changed in anything but layout and comments, and whatever mentions
//! the name of one that is reached, in either version. That may be too much, and is never too little: formulas mention what they read,
//! and data declarations (dimensions, rosters, sources) read no formulas.

use std::collections::{BTreeSet, HashMap};

use kpi_base::{FileId, Files, Span};
use kpi_syntax::ast::{Item, ItemKind};
use unicode_normalization::UnicodeNormalization;

use crate::Side;
use crate::compare::declared_names;

/// What of a version is reached.
#[derive(Clone, Debug, Default)]
pub struct Reach {
    all: bool,
    /// Files in which any byte is another.
    files: BTreeSet<FileId>,
    /// What is neither changed nor hangs on what is.
    others: Vec<Span>,
    /// What that mentions, directly or by others.
    mentioned: Vec<Span>,
}

impl Reach {
    /// Everything.
    pub fn all() -> Reach {
        Reach { all: true, ..Reach::default() }
    }

    /// Whether everything is reached.
    pub fn is_all(&self) -> bool {
        self.all
    }

    /// Whether what the place says can come out otherwise than before; so it may outside of all declarations.
    pub fn holds(&self, place: Span) -> bool {
        self.all || !lies_in(place, &self.others)
    }

    /// Whether something that is to be said about the place may have changed: also about what is read by what has changed, such as that it
    /// is read no more; and anywhere in a file that is not the same to the byte, for its comments allow findings.
    pub fn touches(&self, place: Span) -> bool {
        self.holds(place) || self.files.contains(&place.file) || lies_in(place, &self.mentioned)
    }
}

fn lies_in(place: Span, spans: &[Span]) -> bool {
    spans.iter().any(|span| span.file == place.file && span.start <= place.start && place.start < span.end)
}

/// What of `head` the change from `base` reaches.
pub fn reach(base: Side<'_>, head: Side<'_>) -> Reach {
    let (before, after) = (entries(base), entries(head));
    let changed_before = changed(&before, &after);
    let changed_after = changed(&after, &before);
    let of_everything = |entry: &Entry<'_>| matches!(entry.item.kind, ItemKind::Policy(_) | ItemKind::Use(_));
    let of_base = before.iter().zip(&changed_before).filter(|(_, changed)| **changed).map(|(entry, _)| entry);
    let of_head = after.iter().zip(&changed_after).filter(|(_, changed)| **changed).map(|(entry, _)| entry);
    if of_base.clone().chain(of_head).any(of_everything) {
        return Reach::all();
    }
    let (read_now, read_before) = (names_read(&after, &changed_after), names_read(&before, &changed_before));
    let mut reached = Names::default();
    of_base.for_each(|entry| reached.add(entry));
    // What stood there before may have read what nothing else does: both versions are followed.
    follow(&before, &mut changed_before.clone(), &mut reached);
    let mut up_to = changed_after;
    after.iter().zip(&up_to).filter(|(_, changed)| **changed).for_each(|(entry, _)| reached.add(entry));
    follow(&after, &mut up_to, &mut reached);
    let spans = |wanted: &dyn Fn(usize, &Entry<'_>) -> bool| -> Vec<Span> {
        after.iter().enumerate().filter(|(at, entry)| wanted(*at, entry)).map(|(_, entry)| entry.item.span).collect()
    };
    Reach {
        all: false,
        files: changed_files(base.files, head.files),
        others: spans(&|at, _| up_to.get(at).is_some_and(|reached| !reached)),
        mentioned: spans(&|_, entry| {
            entry.own_names().any(|name| read_now.contains(name) || read_before.contains(name))
        }),
    }
}

/// A declaration, as words.
struct Entry<'a> {
    item: &'a Item,
    /// As [`plain`] has it.
    text: String,
    names: Vec<&'a str>,
    /// Each word, and whether it stands behind a point.
    words: BTreeSet<(String, bool)>,
}

fn entries<'a>(side: Side<'a>) -> Vec<Entry<'a>> {
    let items = side.parsed.iter().filter(|file| !file.library).flat_map(|file| &file.items);
    items
        .map(|item| {
            let text = plain(side.files.text(item.span));
            let words = words(&text);
            Entry { item, text, names: declared_names(item), words }
        })
        .collect()
}

/// A text as names are looked for in it: characters as the parser reads them, without layout and comments. A line with a quotation mark
/// stays whole: what looks like blanks or a comment may be a part of a text.
fn plain(text: &str) -> String {
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        c => c,
    };
    let text: String = text.nfc().map(narrow).collect();
    let mut plain = String::with_capacity(text.len());
    for line in text.lines() {
        if line.contains(QUOTES) {
            plain.push_str(line.trim());
            plain.push(' ');
            continue;
        }
        let code = line.split_once("//").map_or(line, |(code, _)| code);
        for word in code.split_whitespace() {
            plain.push_str(word);
            plain.push(' ');
        }
    }
    plain
}

/// With what texts begin and end, in whatever spelling.
const QUOTES: [char; 9] = ['"', '“', '”', '「', '」', '『', '』', '《', '》'];

fn words(text: &str) -> BTreeSet<(String, bool)> {
    let mut found = BTreeSet::new();
    let (mut word, mut before, mut field) = (String::new(), ' ', false);
    for c in text.chars().chain([' ']) {
        if c.is_alphanumeric() || c == '_' {
            if word.is_empty() {
                field = before == '.';
            }
            word.push(c);
        } else if !word.is_empty() {
            found.insert((std::mem::take(&mut word), field));
        }
        before = c;
    }
    found
}

/// Which of the declarations the other version does not have, word by word.
fn changed(entries: &[Entry<'_>], other: &[Entry<'_>]) -> Vec<bool> {
    let mut left: HashMap<&str, usize> = HashMap::new();
    other.iter().for_each(|entry| *left.entry(&entry.text).or_default() += 1);
    let mut is_new = |entry: &Entry<'_>| match left.get_mut(entry.text.as_str()) {
        Some(count) if *count > 0 => {
            *count -= 1;
            false
        }
        _ => true,
    };
    entries.iter().map(&mut is_new).collect()
}

/// The names of what is reached.
#[derive(Default)]
struct Names {
    /// Of tables and types: what data declarations mention.
    types: BTreeSet<String>,
    /// Of columns and members too: what formulas mention, also behind a point.
    data: BTreeSet<String>,
    /// Of whatever is computed.
    computed: BTreeSet<String>,
    scorecards: bool,
}

impl Names {
    fn add(&mut self, entry: &Entry<'_>) {
        let names = || entry.names.iter().map(|name| (*name).to_owned());
        if is_data(entry.item) || matches!(entry.item.kind, ItemKind::View(_)) {
            self.types.extend(names().take(1));
            self.data.extend(names());
        } else {
            self.computed.extend(names());
        }
        self.scorecards |= matches!(entry.item.kind, ItemKind::Scorecard(_));
    }

    fn are_mentioned_in(&self, entry: &Entry<'_>) -> bool {
        if is_data(entry.item) {
            return self.types.iter().any(|name| entry.mentions(name, true));
        }
        self.data.iter().any(|name| entry.mentions(name, true))
            || self.computed.iter().any(|name| entry.mentions(name, false))
            || self.scorecards && EACH.iter().any(|each| entry.text.contains(each))
    }
}

/// The word by which every scorecard is mentioned, in both spellings of the language.
const EACH: [&str; 2] = ["each", "每"];

impl Entry<'_> {
    /// Its names but those of columns, which many tables share.
    fn own_names(&self) -> impl Iterator<Item = &str> {
        let table = matches!(
            self.item.kind,
            ItemKind::Roster(_) | ItemKind::Source(_) | ItemKind::Shape(_) | ItemKind::View(_)
        );
        self.names.iter().copied().take(if table { 1 } else { usize::MAX })
    }

    /// Names that are not of ASCII are looked for inside words too: what parts them from their neighbours is the parser's matter.
    fn mentions(&self, name: &str, fields: bool) -> bool {
        if !name.is_ascii() {
            return self.text.contains(name);
        }
        let word = |field| self.words.contains(&(name.to_owned(), field));
        word(false) || fields && word(true)
    }
}

/// Whether it declares what data look like, and so reads nothing that is computed.
fn is_data(item: &Item) -> bool {
    matches!(
        item.kind,
        ItemKind::Dimension(_) | ItemKind::Scale(_) | ItemKind::Roster(_) | ItemKind::Source(_) | ItemKind::Shape(_)
    )
}

/// Adds to what is reached whatever mentions it, until nothing more does.
fn follow(entries: &[Entry<'_>], reached: &mut [bool], names: &mut Names) {
    loop {
        let mut more = false;
        for (entry, reached) in entries.iter().zip(reached.iter_mut()).filter(|(_, reached)| !**reached) {
            if names.are_mentioned_in(entry) {
                (*reached, more) = (true, true);
                names.add(entry);
            }
        }
        if !more {
            return;
        }
    }
}

/// The names of what declarations mention, directly or by others, and their own.
fn names_read<'a>(entries: &'a [Entry<'_>], from: &[bool]) -> BTreeSet<&'a str> {
    let mut done = from.to_vec();
    let mut found = BTreeSet::new();
    loop {
        let reading: Vec<&Entry<'_>> = entries.iter().zip(&done).filter(|(_, done)| **done).map(|(e, _)| e).collect();
        let read = |entry: &Entry<'_>| entry.own_names().any(|name| reading.iter().any(|e| e.mentions(name, true)));
        let next: Vec<bool> = entries.iter().zip(&done).map(|(entry, done)| *done || read(entry)).collect();
        for (entry, read) in entries.iter().zip(&next) {
            if *read {
                found.extend(entry.own_names());
            }
        }
        if next == done {
            return found;
        }
        done = next;
    }
}

/// The files of the newer version whose text the older one does not have under their path.
fn changed_files(base: &Files, head: &Files) -> BTreeSet<FileId> {
    let old: HashMap<&str, &str> = base.iter().map(|(_, file)| (file.path.as_str(), file.text.as_str())).collect();
    let new = head.iter().filter(|(_, file)| old.get(file.path.as_str()) != Some(&file.text.as_str()));
    new.map(|(id, _)| id).collect()
}
