//! What a person reads, in every language that kpi speaks.

use std::collections::HashMap;
use std::fmt;
use std::sync::OnceLock;

use serde::{Serialize, Serializer};

/// A language that kpi speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub enum Language {
    /// English, in which texts stand in the code.
    #[default]
    #[serde(rename = "en")]
    English,
    /// Simplified Chinese.
    #[serde(rename = "zh")]
    Chinese,
}

impl Language {
    /// Every language.
    pub const ALL: [Language; 2] = [Language::English, Language::Chinese];

    /// The language of a tag or locale: `zh`, `zh-CN`, `zh_CN.UTF-8`, `en_GB`; `None` for any other.
    pub fn find(tag: &str) -> Option<Language> {
        let word = tag.split(['-', '_', '.', '@']).next().unwrap_or_default();
        match word.to_ascii_lowercase().as_str() {
            "en" | "c" | "posix" => Some(Language::English),
            "zh" => Some(Language::Chinese),
            _ => None,
        }
    }

    /// Its tag: `en`, `zh`.
    pub const fn tag(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::Chinese => "zh",
        }
    }
}

/// What a person reads: a template with named holes, and what fills them. Made by [`text!`](crate::text!).
///
/// The English template stands in the code and is the key of the Chinese one, which stands in `messages/zh` of this crate.
/// [`Display`](fmt::Display) and serialisation give English; [`Text::to`] gives any language.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct Text {
    template: &'static str,
    args: Vec<(&'static str, Arg)>,
}

/// What fills a hole of a [`Text`].
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Arg {
    /// The same in every language: a name, a number, a cell.
    Same(String),
    /// A text of its own.
    Text(Text),
    /// A list of texts, joined as a language joins them.
    List(Vec<Text>, Join),
}

/// How a list is joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Join {
    /// `a, b and c`
    And,
    /// `a, b or c`
    Or,
    /// `a, b, c`
    Comma,
    /// One after the other, as sentences or clauses: `a; b`
    Semicolon,
}

/// A [`Text`]: a template, and after it every name that stands in its braces, with its value unless a variable bears it.
///
/// ```
/// use kpi_base::{Language, text};
/// let name = "gmv";
/// let text = text!("there is no `{name}`", name);
/// assert_eq!(text.to_string(), "there is no `gmv`");
/// assert_eq!(text.to(Language::Chinese), "没有 `gmv`");
/// assert_eq!(text!("there is no `{name}`", name = 3 + 4).to_string(), "there is no `7`");
/// ```
#[macro_export]
macro_rules! text {
    ($template:literal $(, $name:ident $(= $value:expr)?)* $(,)?) => {
        $crate::Text::filled($template, vec![$((stringify!($name), $crate::text!(@value $name $($value)?))),*])
    };
    (@value $name:ident $value:expr) => { $crate::ToArg::to_arg(&$value) };
    (@value $name:ident) => { $crate::ToArg::to_arg(&$name) };
}

impl Text {
    /// What [`text!`](crate::text!) makes.
    #[doc(hidden)]
    pub fn filled(template: &'static str, args: Vec<(&'static str, Arg)>) -> Text {
        Text { template, args }
    }

    /// What is the same in every language: a name of the author, a message of the operating system.
    pub fn verbatim(text: impl Into<String>) -> Text {
        Text { template: "{text}", args: vec![("text", Arg::Same(text.into()))] }
    }

    /// A word of the author or of the language, in backticks.
    pub fn quoted(word: impl fmt::Display) -> Text {
        Text::verbatim(format!("`{}`", shorten(word.to_string())))
    }

    /// A list of texts.
    pub fn list(items: impl IntoIterator<Item = impl Into<Text>>, join: Join) -> Text {
        let items = items.into_iter().map(Into::into).collect();
        Text { template: "{list}", args: vec![("list", Arg::List(items, join))] }
    }

    /// `a, b and c`
    pub fn and_list(items: impl IntoIterator<Item = impl Into<Text>>) -> Text {
        Text::list(items, Join::And)
    }

    /// `a, b or c`
    pub fn or_list(items: impl IntoIterator<Item = impl Into<Text>>) -> Text {
        Text::list(items, Join::Or)
    }

    /// Whether there is nothing to read.
    pub fn is_empty(&self) -> bool {
        match self.args.as_slice() {
            [] => self.template.is_empty(),
            [(_, Arg::Same(text))] if self.template == "{text}" => text.is_empty(),
            [(_, Arg::List(items, _))] => items.is_empty(),
            _ => false,
        }
    }

    /// The text in a language; in English where it has no translation.
    pub fn to(&self, language: Language) -> String {
        let mut out = String::new();
        self.write(language, &mut out);
        out
    }

    /// Changes whatever is the same in every language, such as paths.
    pub fn change_same(&mut self, change: &impl Fn(&str) -> String) {
        for (_, arg) in &mut self.args {
            match arg {
                Arg::Same(same) => *same = change(same),
                Arg::Text(text) => text.change_same(change),
                Arg::List(texts, _) => texts.iter_mut().for_each(|text| text.change_same(change)),
            }
        }
    }

    fn write(&self, language: Language, out: &mut String) {
        let mut rest = match language {
            Language::English => self.template,
            Language::Chinese => chinese().get(self.template).copied().unwrap_or(self.template),
        };
        while let Some((before, after)) = rest.split_once('{') {
            let hole = after.split_once('}').and_then(|(name, after)| {
                let arg = self.args.iter().find(|(n, _)| *n == name)?;
                Some((&arg.1, after))
            });
            out.push_str(before);
            match hole {
                Some((arg, after)) => {
                    arg.write(language, out, after.chars().next());
                    rest = after;
                }
                // A brace that opens no hole stands for itself.
                None => {
                    out.push('{');
                    rest = after;
                }
            }
        }
        out.push_str(rest);
    }
}

impl Arg {
    /// Writes the argument; `next` is what follows it.
    fn write(&self, language: Language, out: &mut String, next: Option<char>) {
        match self {
            Arg::Same(text) => out.push_str(text),
            Arg::Text(text) => push_apart(&text.to(language), next, language, out),
            Arg::List(items, join) => {
                let mut list = String::new();
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        list.push_str(join.between(language, i + 1 == items.len()));
                    }
                    let behind = if i + 1 < items.len() { join.between(language, i + 2 == items.len()) } else { "" };
                    push_apart(&item.to(language), behind.chars().next(), language, &mut list);
                }
                push_apart(&list, next, language, out);
            }
        }
    }
}

/// Appends a piece of text before what comes next. In Chinese, a space stands between a Chinese character and a Latin
/// letter, a digit or a word in backticks: templates leave it out where a text fills a hole, which may begin with either.
fn push_apart(piece: &str, next: Option<char>, language: Language, out: &mut String) {
    if language == Language::Chinese {
        let chinese = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
        let latin = |c: char| c.is_ascii_alphanumeric();
        let before = out.chars().next_back().unwrap_or(' ');
        let first = piece.chars().next().unwrap_or(' ');
        // A backtick before the piece opens a word, and one behind it closes one.
        if chinese(before) && (first == '`' || latin(first)) || latin(before) && chinese(first) {
            out.push(' ');
        }
        out.push_str(piece);
        let last = piece.chars().next_back().unwrap_or(' ');
        let next = next.unwrap_or(' ');
        if chinese(last) && latin(next) || (matches!(last, '`' | '%') || latin(last)) && chinese(next) {
            out.push(' ');
        }
    } else {
        out.push_str(piece);
    }
}
impl Join {
    const fn between(self, language: Language, last: bool) -> &'static str {
        match (language, self) {
            (Language::English, Join::And) if last => " and ",
            (Language::English, Join::Or) if last => " or ",
            (Language::English, Join::Semicolon) => "; ",
            (Language::English, _) => ", ",
            (Language::Chinese, Join::And) if last => "和",
            (Language::Chinese, Join::Or) if last => "或",
            (Language::Chinese, Join::Semicolon) => "；",
            (Language::Chinese, _) => "、",
        }
    }
}

/// The Chinese templates by the English ones.
fn chinese() -> &'static HashMap<String, &'static str> {
    static CHINESE: OnceLock<HashMap<String, &'static str>> = OnceLock::new();
    CHINESE.get_or_init(|| {
        let mut all = HashMap::new();
        for (_, catalogue) in crate::messages::CHINESE {
            // A test reads every catalogue; what cannot be read here leaves its texts in English.
            let Ok(texts) = toml::from_str::<HashMap<String, String>>(catalogue) else { continue };
            all.extend(texts.into_iter().map(|(english, chinese)| (english, &*chinese.leak())));
        }
        all
    })
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to(Language::English))
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.to(Language::English), f)
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to(Language::English))
    }
}

impl From<&Text> for Text {
    fn from(text: &Text) -> Text {
        text.clone()
    }
}

/// What may fill a hole of a [`Text`].
pub trait ToArg {
    /// As it fills the hole.
    fn to_arg(&self) -> Arg;
}

impl ToArg for Text {
    fn to_arg(&self) -> Arg {
        Arg::Text(self.clone())
    }
}

impl<T: ToArg + ?Sized> ToArg for &T {
    fn to_arg(&self) -> Arg {
        (**self).to_arg()
    }
}

impl<T: ToArg + ?Sized> ToArg for Box<T> {
    fn to_arg(&self) -> Arg {
        (**self).to_arg()
    }
}

/// How much of one name or value a message shows, in characters: a file that is one long word gives messages that can be read.
const SHOWN: usize = 2_000;

/// A text without its middle, if nobody could read the whole of it.
fn shorten(text: String) -> String {
    if text.len() <= SHOWN || text.chars().nth(SHOWN).is_none() {
        return text;
    }
    let last = text.char_indices().rev().nth(SHOWN / 2 - 1).map_or(0, |(at, _)| at);
    let first: String = text.chars().take(SHOWN / 2).collect();
    format!("{first}…{}", text.get(last..).unwrap_or_default())
}

/// What is written the same in every language.
macro_rules! same_in_every_language {
    ($($ty:ty),*) => {$(
        impl ToArg for $ty {
            fn to_arg(&self) -> Arg {
                Arg::Same(shorten(self.to_string()))
            }
        }
    )*};
}

same_in_every_language!(
    str,
    String,
    std::borrow::Cow<'_, str>,
    char,
    usize,
    u8,
    u16,
    u32,
    u64,
    u128,
    i32,
    i8,
    i64,
    std::sync::Arc<str>,
    kpi_value::Dec,
    kpi_value::Date,
    crate::Code
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_are_filled_in_either_language() {
        let name = "gmv";
        assert_eq!(text!("there is no `{name}`", name).to_string(), "there is no `gmv`");
        assert_eq!(text!("there is no `{name}`", name).to(Language::Chinese), "没有 `gmv`");
        assert_eq!(text!("an untranslated {name}", name).to(Language::Chinese), "an untranslated gmv");
    }

    #[test]
    fn a_brace_without_a_name_stands_for_itself() {
        assert_eq!(text!("`{{` and `{` and `{x}`").to_string(), "`{{` and `{` and `{x}`");
    }

    #[test]
    fn the_middle_of_a_name_that_nobody_can_read_is_left_out() {
        let name = format!("a{}b", "长".repeat(1_998));
        assert_eq!(text!("{name}", name = &name).to_string(), name);
        let name = format!("a{}b", "长".repeat(10_000));
        let shown = text!("{name}", name = &name).to_string();
        assert_eq!(shown, format!("a{}…{}b", "长".repeat(999), "长".repeat(999)));
        assert_eq!(Text::quoted(&name).to_string(), format!("`{shown}`"));
    }

    #[test]
    fn what_fills_a_hole_is_not_read_again() {
        assert_eq!(text!("{a} {b}", a = "{b}", b = "{a}").to_string(), "{b} {a}");
    }

    #[test]
    fn lists_are_joined_as_the_language_joins_them() {
        let list = Text::or_list(["`a`", "`b`", "`c`"].map(Text::verbatim));
        assert_eq!(list.to(Language::English), "`a`, `b` or `c`");
        assert_eq!(list.to(Language::Chinese), "`a`、`b` 或 `c`");
        assert_eq!(Text::and_list(["a"].map(Text::verbatim)).to_string(), "a");
        assert_eq!(Text::or_list(["名称", "`=`", "`:`"].map(Text::verbatim)).to(Language::Chinese), "名称、`=` 或 `:`");
        assert_eq!(Text::or_list(["`:`", "名称"].map(Text::verbatim)).to(Language::Chinese), "`:` 或名称");
    }

    #[test]
    fn locales_name_languages() {
        assert_eq!(Language::find("zh_CN.UTF-8"), Some(Language::Chinese));
        assert_eq!(Language::find("zh-Hant"), Some(Language::Chinese));
        assert_eq!(Language::find("en-GB"), Some(Language::English));
        assert_eq!(Language::find("C.UTF-8"), Some(Language::English));
        assert_eq!(Language::find("fr"), None);
    }
}
