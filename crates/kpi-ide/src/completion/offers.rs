//! What there is of each kind of thing, as choices.

use kpi_base::Text;
use kpi_check::model::{Model, Type};
use kpi_check::show::show_type;
use kpi_syntax::ast::{Item, ItemKind, TypeKind};
use kpi_syntax::words::{Place, WORDS, chinese};
use rustc_hash::{FxHashMap, FxHashSet};

use super::{CompletionItem, CompletionKind, CompletionSettings, key_name, quote};
use crate::resolve::{Column, Names, inner, is_table, label_of, members};
use crate::snapshot::FilePosition;
use crate::spot::Spot;

/// The choices that are being gathered.
pub(super) struct Offers<'a, 's> {
    pub names: &'a Names<'s>,
    pub spot: &'a Spot<'s>,
    pub at: FilePosition,
    pub settings: CompletionSettings<'a>,
    /// Whether the file speaks Chinese.
    pub chinese: bool,
    /// The dimension of units that is wanted, where that is known: exponents of money and time.
    pub unit: Option<(i8, i8)>,
    /// The function whose argument is wanted.
    pub function: &'s str,
    types: Option<FxHashMap<&'s str, Type>>,
    seen: FxHashSet<String>,
    items: Vec<CompletionItem>,
    /// What is written of the word at the place, in small letters.
    written: Vec<char>,
    more: bool,
}

/// The most declarations of one kind that are offered at once: nobody reads more, and a large policy has thousands.
const MOST: usize = 100;

impl<'a, 's> Offers<'a, 's> {
    pub fn new(
        names: &'a Names<'s>,
        spot: &'a Spot<'s>,
        at: FilePosition,
        written: &str,
        settings: CompletionSettings<'a>,
    ) -> Offers<'a, 's> {
        let chinese = speaks_chinese(names.snapshot.text(at.file));
        Offers {
            names,
            spot,
            at,
            settings,
            chinese,
            unit: None,
            function: "",
            types: None,
            seen: FxHashSet::default(),
            items: Vec::new(),
            written: written.chars().flat_map(char::to_lowercase).collect(),
            more: false,
        }
    }

    /// The choices, the likeliest first, each once; and whether some were left out.
    pub fn finish(mut self) -> (Vec<CompletionItem>, bool) {
        self.items.sort_by(|a, b| (a.rank, &a.label).cmp(&(b.rank, &b.label)));
        (self.items, self.more)
    }

    /// Whether what is written so far could become this: its letters follow each other in it, as editors compare.
    fn could_be(&self, item: &Item) -> bool {
        let written = self.written.as_slice();
        let small = |text: &'_ str| holds(written, text.chars().flat_map(char::to_lowercase));
        let label = label_of(item).unwrap_or_default();
        // Sounds have no Chinese characters.
        let sounds = || self.settings.pinyin && written.iter().all(char::is_ascii) && holds(written, sounds(label));
        small(key_name(item)) || small(label) || sounds()
    }

    pub fn model(&self) -> Option<&'s Model> {
        self.names.snapshot.model()
    }

    /// The type of an indicator or a parameter.
    pub fn type_of(&mut self, name: &str) -> Option<Type> {
        let model = self.model()?;
        let types = self.types.get_or_insert_with(|| {
            let indicators = model.indicators.iter().map(|(_, i)| (i.title.name.as_str(), i.formula.ty));
            indicators.chain(model.params.iter().map(|(_, p)| (p.title.name.as_str(), p.ty))).collect()
        });
        types.get(name).copied()
    }

    fn fits(&self, ty: Option<Type>) -> bool {
        match (self.unit, ty) {
            (Some(unit), Some(Type::Number(own))) => (own.money, own.time) == unit,
            (Some(_), Some(_)) => false,
            _ => true,
        }
    }

    fn push(&mut self, mut item: CompletionItem) {
        if item.label.is_empty() || !self.seen.insert(format!("{:?} {}", item.kind, item.label)) {
            return;
        }
        if self.settings.pinyin && item.label.chars().any(is_chinese) {
            let by = pinyin(&item.label);
            let others = item.filter.take().unwrap_or_default();
            item.filter = Some(format!("{} {by} {others}", item.label).trim_end().to_owned());
        }
        self.items.push(item);
    }

    /// A word of the language, as the file spells it.
    pub fn word(&mut self, english: &'static str, place: Place, rank: u8) {
        self.word_with(english, place, rank, None);
    }

    /// A word with more behind it that is to be filled in.
    pub fn word_with(&mut self, english: &'static str, place: Place, rank: u8, behind: Option<&str>) {
        let label = self.spell(english, place);
        let filter = (label != english).then(|| format!("{label} {english}"));
        let insert = format!("{label}{}", behind.unwrap_or_default());
        let detail = self.chinese.then(|| Text::verbatim(english)).filter(|_| label != english);
        let kind = if place == Place::Function { CompletionKind::Function } else { CompletionKind::Keyword };
        let kind = if place == Place::Attribute { CompletionKind::Attribute } else { kind };
        let kind = if place == Place::Type { CompletionKind::Type } else { kind };
        self.push(CompletionItem {
            kind,
            detail,
            snippet: behind.is_some(),
            insert,
            filter,
            rank,
            key: format!("word\t{place:?}\t{english}"),
            label,
        });
    }

    /// Several words of one place.
    pub fn words(&mut self, words: &[&'static str], place: Place, rank: u8) {
        words.iter().for_each(|word| self.word(word, place, rank));
    }

    /// All words of a place.
    pub fn all_words(&mut self, place: Place, rank: u8) {
        WORDS.iter().filter(|word| word.place == place).for_each(|word| self.word(word.english, place, rank));
    }

    /// A word as the file spells it.
    pub fn spell(&self, english: &str, place: Place) -> String {
        match chinese(english, place).filter(|_| self.chinese) {
            Some(chinese) => chinese.to_owned(),
            None => english.to_owned(),
        }
    }

    /// Something to be filled in that comes as a whole.
    pub fn snippet(&mut self, label: String, insert: String, detail: Option<Text>, rank: u8) {
        self.snippet_of(label, insert, detail, rank, None);
    }

    /// Likewise, found by another word, too.
    pub fn snippet_of(
        &mut self,
        label: String,
        insert: String,
        detail: Option<Text>,
        rank: u8,
        filter: Option<String>,
    ) {
        self.push(CompletionItem {
            label,
            kind: CompletionKind::Snippet,
            detail,
            insert,
            snippet: true,
            filter,
            rank,
            key: String::new(),
        });
    }

    /// A text, a header, a value of an export.
    pub fn value(&mut self, value: String, detail: Option<Text>, rank: u8) {
        let insert = if self.spot.in_text { escape(&value) } else { value.clone() };
        self.push(CompletionItem {
            label: value,
            kind: CompletionKind::Value,
            detail,
            insert,
            snippet: false,
            filter: None,
            rank,
            key: String::new(),
        });
    }

    /// The headers of the export of a table that no column of it has yet, each with some of its values.
    pub fn headers(&self, table: &'s Item) -> Vec<(String, String)> {
        let Some(known) = self.settings.columns else { return Vec::new() };
        let own: Vec<&str> = self.names.columns(table).iter().filter_map(|column| header_of(*column)).collect();
        let headers = known.headers(key_name(table)).into_iter().filter(|header| !own.contains(&header.as_str()));
        let samples = |header: &str| {
            let values = known.samples(key_name(table), header).into_iter().take(3);
            values.collect::<Vec<_>>().join(", ")
        };
        headers.map(|header| (header.clone(), samples(&header))).collect()
    }

    /// Columns that the export of a table has and its declaration does not, as declarations to be filled in.
    pub fn new_columns(&mut self, table: &'s Item, rank: u8) {
        for (header, samples) in self.headers(table) {
            let plain = quote(&header) == header;
            let insert = if plain {
                format!("{header}: ${{0:{}}}", guess(&samples))
            } else {
                // In a snippet a backslash and a dollar sign stand for themselves behind another backslash.
                let header = escape(&header).replace('\\', "\\\\").replace('$', "\\$");
                format!("${{1:name}}: ${{2:{}}} {} \"{header}\"$0", guess(&samples), self.spell("from", Place::Clause))
            };
            self.snippet(header, insert, (!samples.is_empty()).then(|| Text::verbatim(samples)), rank);
        }
    }

    /// Values that the export has in a column; nobody is shown those of a private one.
    pub fn samples(&mut self, column: Column<'s>, rank: u8) {
        let (Some(known), Some(declared)) = (self.settings.columns, column.declared) else { return };
        let Some(header) = header_of(column).filter(|_| declared.private.is_none()) else { return };
        for value in known.samples(key_name(column.table), header) {
            self.value(value, None, rank);
        }
    }

    /// A module of the library, or something in one.
    pub fn module(&mut self, name: &str, detail: Option<Text>, insert: String, snippet: bool) {
        let kind = if snippet { CompletionKind::Function } else { CompletionKind::Module };
        let filter = detail.as_ref().map(|detail| format!("{name} {detail}"));
        self.push(CompletionItem {
            label: name.to_owned(),
            kind,
            detail,
            insert,
            snippet,
            filter,
            rank: 1,
            key: String::new(),
        });
    }

    /// A declaration by its name.
    pub fn declared(&mut self, item: &'s Item, rank: u8) {
        let name = key_name(item);
        let kind = match &item.kind {
            ItemKind::Roster(_) | ItemKind::Source(_) | ItemKind::Shape(_) | ItemKind::View(_) => CompletionKind::Table,
            ItemKind::Dimension(_) | ItemKind::Scale(_) => CompletionKind::Dimension,
            ItemKind::Param(_) => CompletionKind::Param,
            ItemKind::Function(_) => CompletionKind::Function,
            ItemKind::Scorecard(_) => CompletionKind::Scorecard,
            ItemKind::Incentive(_) | ItemKind::Rule(_) => CompletionKind::Incentive,
            ItemKind::Curve(_) => CompletionKind::Curve,
            ItemKind::Goal(_) => CompletionKind::Goal,
            _ => CompletionKind::Indicator,
        };
        let label = label_of(item).map(Text::verbatim);
        let measured = matches!(kind, CompletionKind::Indicator | CompletionKind::Param);
        let ty = if measured { self.type_of(name) } else { None };
        let rank = if self.fits(ty) || !measured { rank } else { rank + 20 };
        let shown = ty.and_then(|ty| Some(show_type(self.model()?, ty)));
        let detail = match (label, shown) {
            (Some(label), Some(ty)) => Some(kpi_base::text!("{label} · {ty}", label, ty)),
            (label, ty) => label.or(ty),
        };
        let filter = label_of(item).map(|label| match self.settings.pinyin {
            true => format!("{name} {label} {}", pinyin(label)),
            false => format!("{name} {label}"),
        });
        let call = matches!(item.kind, ItemKind::Function(_));
        let insert = quote(name);
        self.push(CompletionItem {
            label: name.to_owned(),
            kind,
            detail,
            insert: if call { format!("{insert}($0)") } else { insert },
            snippet: call,
            filter,
            rank,
            key: format!("{}\t{name}", if kind == CompletionKind::Goal { "goal" } else { "name" }),
        });
    }

    /// All declarations of some kinds, in the order of the text.
    pub fn all_declared(&mut self, wanted: impl Fn(&Item) -> bool, rank: u8) {
        let mut found: Vec<&'s Item> = self.names.all().filter(|item| wanted(item)).collect();
        if found.len() > MOST {
            found.retain(|item| self.could_be(item));
        }
        // What stands in the same file is nearer.
        found.sort_by_key(|item| (item.span.file != self.at.file, item.span.file, item.span.start));
        self.more |= found.len() > MOST;
        found.truncate(MOST);
        found.into_iter().for_each(|item| self.declared(item, rank));
    }

    /// A column, by its name alone.
    pub fn column(&mut self, column: Column<'s>, rank: u8) {
        let name = column.name.text.as_str();
        let ty = column.declared.map(|declared| self.names.snapshot.text_of(declared.ty.span));
        let header = column.declared.and_then(|c| c.header.as_ref()).map(|h| h.value.as_str());
        let label = column.computed.and_then(|c| c.label.as_ref()).map(|l| l.value.as_str());
        let shown = header.or(label);
        let filter = shown.map(|shown| match self.settings.pinyin && shown.chars().any(is_chinese) {
            true => format!("{name} {shown} {}", pinyin(shown)),
            false => format!("{name} {shown}"),
        });
        let detail = [ty, shown].into_iter().flatten().collect::<Vec<_>>().join(" · ");
        let rank = if self.column_fits(&column) { rank } else { rank + 20 };
        self.push(CompletionItem {
            label: name.to_owned(),
            kind: CompletionKind::Column,
            detail: (!detail.is_empty()).then(|| Text::verbatim(detail)),
            insert: quote(name),
            snippet: false,
            filter,
            rank,
            key: format!("column\t{}\t{name}", key_name(column.table)),
        });
    }

    fn column_fits(&self, column: &Column<'s>) -> bool {
        let Some(declared) = column.declared else { return true };
        let unit = match &declared.ty.kind {
            TypeKind::Reference(_) => None,
            TypeKind::Named(name) if matches!(self.function, "any" | "all") => return name.word() == "bool",
            TypeKind::Named(name) => match self.names.get(&name.text).map(|item| &item.kind) {
                Some(ItemKind::Scale(_)) => Some((0, 0)),
                _ => unit_of(name.word()),
            },
        };
        let number = matches!(self.function, "sum" | "average" | "median" | "quantile" | "stddev");
        match self.unit {
            Some(wanted) => unit == Some(wanted),
            None => unit.is_some() || !number,
        }
    }

    /// The columns of a table.
    pub fn columns(&mut self, table: &'s Item, rank: u8, wanted: impl Fn(&Column<'s>) -> bool) {
        for column in self.names.columns(table) {
            if wanted(&column) {
                self.column(column, rank);
            }
        }
    }

    /// The members of a dimension that are wanted, by their names as they are written.
    pub fn members(
        &mut self,
        dimension: &Item,
        rank: u8,
        wanted: &dyn Fn(&str) -> bool,
        insert: impl Fn(&str) -> String,
    ) {
        for (name, label) in members(dimension).iter().filter(|(name, _)| wanted(&quote(&name.text))) {
            let shown = label.as_ref().map(|label| label.value.as_str());
            let filter = shown.map(|shown| match self.settings.pinyin && shown.chars().any(is_chinese) {
                true => format!("{} {shown} {}", name.text, pinyin(shown)),
                false => format!("{} {shown}", name.text),
            });
            let written = insert(&quote(&name.text));
            self.push(CompletionItem {
                label: name.text.clone(),
                kind: CompletionKind::Member,
                detail: Some(Text::verbatim(shown.unwrap_or(key_name(dimension)))),
                snippet: written.contains('$'),
                insert: written,
                filter,
                rank,
                key: format!("member\t{}\t{}", key_name(dimension), name.text),
            });
        }
    }

    /// What has a name inside a declaration: pays, vetoes, groups.
    pub fn inner(&mut self, item: &'s Item, rank: u8, wanted: impl Fn(&crate::resolve::Inner<'s>) -> bool) {
        for inner in inner(item).into_iter().filter(wanted) {
            let name = inner.name().text.as_str();
            self.push(CompletionItem {
                label: name.to_owned(),
                kind: CompletionKind::Attribute,
                detail: inner.label().map(Text::verbatim),
                insert: quote(name),
                snippet: false,
                filter: None,
                rank,
                key: format!("inner\t{}\t{name}", key_name(item)),
            });
        }
    }

    /// All tables.
    pub fn tables(&mut self, rank: u8) {
        self.all_declared(is_table, rank);
    }
}

/// What stands between quotes for this text.
fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

/// The header of a column in its export.
fn header_of<'s>(column: Column<'s>) -> Option<&'s str> {
    let declared = column.declared?;
    Some(declared.header.as_ref().map_or(declared.name.text.as_str(), |header| header.value.as_str()))
}

/// The type that values look like.
fn guess(samples: &str) -> &'static str {
    let all = |is: &dyn Fn(&str) -> bool| !samples.is_empty() && samples.split(", ").all(is);
    let is_day = |text: &str| text.len() == 10 && text.chars().filter(|c| *c == '-').count() == 2;
    if all(&|text| text.parse::<u64>().is_ok()) {
        "count"
    } else if all(&|text| text.parse::<kpi_value::Dec>().is_ok()) {
        "number"
    } else if all(&is_day) {
        "date"
    } else if all(&|text| text.get(..10).is_some_and(is_day)) {
        "datetime"
    } else if all(&|text| matches!(text, "true" | "false")) {
        "bool"
    } else {
        "text"
    }
}

/// The exponents of money and time of a type by its name; none if it is no number.
pub(super) fn unit_of(ty: &str) -> Option<(i8, i8)> {
    match ty {
        "number" | "count" | "ratio" | "points" => Some((0, 0)),
        "money" => Some((1, 0)),
        "duration" => Some((0, 1)),
        _ => None,
    }
}

/// Whether most declarations of a text begin with a Chinese word.
fn speaks_chinese(text: &str) -> bool {
    let mut balance = 0i32;
    for line in text.lines() {
        let Some(first) = line.chars().next().filter(|c| kpi_syntax::starts_name(*c)) else { continue };
        balance += if is_chinese(first) { 1 } else { -1 };
    }
    balance > 0
}

pub(crate) fn is_chinese(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}

/// Whether letters follow each other in a text, with others between them.
fn holds(letters: &[char], text: impl Iterator<Item = char>) -> bool {
    let mut letters = letters.iter();
    let mut next = letters.next();
    for c in text {
        let Some(wanted) = next else { return true };
        if *wanted == c {
            next = letters.next();
        }
    }
    next.is_none()
}

/// What [`pinyin`] spells, letter by letter, in small letters.
fn sounds(text: &str) -> impl Iterator<Item = char> {
    use pinyin::ToPinyin;
    let letters = |c: char| c.is_ascii_alphanumeric().then(|| c.to_ascii_lowercase());
    let whole = text.chars().flat_map(move |c| {
        let sound = c.to_pinyin();
        sound.map(|sound| sound.plain()).unwrap_or_default().chars().chain(letters(c).filter(|_| sound.is_none()))
    });
    let initials = text.chars().flat_map(move |c| {
        let sound = c.to_pinyin();
        let first = sound.map(|sound| sound.first_letter()).unwrap_or_default();
        first.chars().chain(letters(c).filter(|_| sound.is_none()))
    });
    whole.chain(initials)
}

/// The pinyin of a Chinese text without tones, and its first letters: `chengjiaoe cje`.
pub(crate) fn pinyin(text: &str) -> String {
    use pinyin::ToPinyin;
    let (mut whole, mut initials) = (String::new(), String::new());
    for (c, sound) in text.chars().zip(text.to_pinyin()) {
        match sound {
            Some(sound) => {
                whole.push_str(sound.plain());
                initials.push_str(sound.first_letter());
            }
            None if c.is_ascii_alphanumeric() => {
                whole.push(c);
                initials.push(c);
            }
            None => {}
        }
    }
    format!("{whole} {initials}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_found_in_the_sounds_of_a_label() {
        let found = |written: &str, label: &str| holds(&written.chars().collect::<Vec<_>>(), sounds(label));
        for written in ["", "c", "cje", "chengjiaoe", "chjie", "gmv", "cjegmv"] {
            assert!(found(written, "成交额 GMV"), "{written}");
        }
        for written in ["x", "zz", "cjeee", "chengjiaoegmvcjegmvc"] {
            assert!(!found(written, "成交额 GMV"), "{written}");
        }
        // Both spell the same, but for the blank between sounds and first letters.
        for label in ["成交额 GMV", "GMV", "", "停留 3 秒", "，。"] {
            assert_eq!(sounds(label).collect::<String>(), pinyin(label).replace(' ', "").to_lowercase(), "{label}");
        }
    }
}
