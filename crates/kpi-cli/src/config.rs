//! `kpi.toml`: where the policy is, and which files hold its tables.
//!
//! The reader is strict: a key that it does not know is an error with its place, never ignored.

use std::ops::Range;

use kpi_base::{Code, Diagnostic, FileId, Join, Severity, Span, Text, codes::config as codes, text};
use kpi_check::names::nearest;
use kpi_lint::{Level, Settings};
use kpi_value::Dec;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// What `kpi.toml` says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Config {
    /// The patterns of the policy's files; none for every `.kpi` file below the folder.
    pub policies: Vec<Pattern>,
    /// The files of the default environment.
    pub sources: Vec<Binding>,
    /// The other environments.
    pub environments: Vec<(String, Vec<Binding>)>,
    /// What is set for findings.
    pub lints: Settings,
    /// The file of the baseline, where it is not the usual one.
    pub baseline: Option<String>,
}

/// The files of one table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Binding {
    /// The table's name.
    pub table: String,
    /// Where the name stands.
    pub key: Range<usize>,
    /// A file or pattern each.
    pub patterns: Vec<Pattern>,
}

/// A file or a pattern of files, relative to the folder of `kpi.toml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern {
    /// As written.
    pub text: String,
    /// Where it stands.
    pub range: Range<usize>,
    /// The sheet of a workbook, where one is named.
    pub sheet: Option<String>,
    /// The encoding of a CSV file, where one is named: one of [`ENCODINGS`].
    pub encoding: Option<String>,
}

/// The encodings of CSV files that are read.
pub(crate) const ENCODINGS: [&str; 5] = ["utf-8", "gb18030", "gbk", "gb2312", "big5"];

/// Reads a `kpi.toml`, which is this file.
pub(crate) fn parse(text: &str, file: FileId) -> Result<Config, Vec<Diagnostic>> {
    let mut reader = Reader { file, findings: Vec::new() };
    let (document, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let range = error.span().unwrap_or_default();
        let label = Text::verbatim(error.message());
        reader.find(codes::NOT_TOML, text!("`kpi.toml` cannot be read"), &range, label, None);
    }
    let mut config = Config::default();
    if reader.findings.is_empty() {
        reader.document(document.get_ref(), &mut config);
    }
    // TOML's tables come sorted by name.
    reader.findings.sort_by_key(|finding| finding.labels.first().map(|label| label.span.start));
    if reader.findings.is_empty() { Ok(config) } else { Err(reader.findings) }
}

/// The place of a range of a file.
pub(crate) fn span(file: FileId, range: &Range<usize>) -> Span {
    let byte = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span { file, start: byte(range.start), end: byte(range.end) }
}

/// The keys of `[lints]` that are no codes.
const LINT_KEYS: [&str; 6] =
    ["max_indicators", "max_qualitative", "min_long_term", "qualitative_tags", "long_term_tags", "baseline"];

struct Reader {
    file: FileId,
    findings: Vec<Diagnostic>,
}

impl Reader {
    fn find(&mut self, code: Code, message: Text, range: &Range<usize>, label: Text, help: Option<Text>) {
        let finding = Diagnostic::new(code, message).label(span(self.file, range), label);
        self.findings.push(Diagnostic { help, ..finding });
    }

    fn document(&mut self, document: &DeTable<'_>, config: &mut Config) {
        for (key, value) in document {
            match key.get_ref().as_ref() {
                "project" => self.project(value, config),
                "sources" => config.sources = self.sources(value, "[sources]"),
                "env" => self.environments(value, config),
                "lints" => self.lints(value, config),
                _ => self.unknown(key, "kpi.toml", &["project", "sources", "env", "lints"]),
            }
        }
    }

    fn project(&mut self, value: &Spanned<DeValue<'_>>, config: &mut Config) {
        let Some(table) = self.table(value, "[project]") else { return };
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "policies" => config.policies = self.patterns(value, "policies"),
                _ => self.unknown(key, "[project]", &["policies"]),
            }
        }
    }

    /// `[lints]`: codes with their levels, and the settings of house rules.
    fn lints(&mut self, value: &Spanned<DeValue<'_>>, config: &mut Config) {
        let Some(table) = self.table(value, "[lints]") else { return };
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "max_indicators" => {
                    let number = value.get_ref().as_integer().and_then(|n| n.as_str().parse().ok());
                    match number {
                        Some(number) => config.lints.max_indicators = number,
                        None => self.wrong_lint(value, text!("`max_indicators` is a number of indicators")),
                    }
                }
                "max_qualitative" => config.lints.max_qualitative = self.share(value, "max_qualitative"),
                "min_long_term" => config.lints.min_long_term = self.share(value, "min_long_term"),
                "qualitative_tags" => config.lints.qualitative_tags = self.tags(value, "qualitative_tags"),
                "long_term_tags" => config.lints.long_term_tags = self.tags(value, "long_term_tags"),
                "baseline" => match value.get_ref().as_str() {
                    Some(file) => config.baseline = Some(file.to_owned()),
                    None => self.wrong_lint(value, text!("`baseline` is a file")),
                },
                name => match Code::find(name) {
                    Some(code) if code.severity() == Severity::Error => {
                        let message = text!("{code} is an error of meaning and has no level", code);
                        self.find(codes::WRONG_VALUE, message, &key.span(), text!("always an error"), None);
                    }
                    Some(code) => {
                        let level = Level::WORDS.iter().find(|(word, _)| value.get_ref().as_str() == Some(word));
                        match level {
                            Some((_, level)) => config.lints.levels.push((code, *level)),
                            None => {
                                let levels = Text::or_list(Level::WORDS.iter().map(|(word, _)| Text::quoted(word)));
                                self.wrong_lint(value, text!("a level is {levels}", levels));
                            }
                        }
                    }
                    None => {
                        let names: Vec<&str> = kpi_base::codes::all().map(Code::name).collect();
                        let near = nearest(&name.to_ascii_uppercase(), names.into_iter().chain(LINT_KEYS));
                        let help = match near {
                            Some(near) => text!("did you mean `{near}`?", near),
                            None => text!("`kpi explain` lists all codes"),
                        };
                        let message = text!("`{place}` has no key `{name}`", place = "[lints]", name);
                        self.find(codes::UNKNOWN_KEY, message, &key.span(), text!("unknown key"), Some(help));
                    }
                },
            }
        }
    }

    /// A share of a card's weight: `"15%"`.
    fn share(&mut self, value: &Spanned<DeValue<'_>>, key: &str) -> Option<Dec> {
        let percent = value.get_ref().as_str().and_then(|text| text.trim().strip_suffix('%'));
        let share = percent.and_then(|digits| digits.trim_end().parse::<Dec>().ok());
        let share = share.filter(|share| !share.is_negative() && *share <= Dec::int(100));
        let share = share.and_then(|share| share.div(Dec::int(100)).ok().flatten());
        if share.is_none() {
            self.wrong_lint(value, text!("`{key}` is a share of 0% to 100%: `{key} = \"15%\"`", key));
        }
        share
    }

    /// Tags of indicators: one, or a list.
    fn tags(&mut self, value: &Spanned<DeValue<'_>>, key: &str) -> Vec<String> {
        let one = |value: &DeValue<'_>| value.as_str().filter(|tag| !tag.trim().is_empty()).map(str::to_owned);
        let tags = match value.get_ref() {
            DeValue::Array(items) if !items.is_empty() => items.iter().map(|item| one(item.get_ref())).collect(),
            other => one(other).map(|tag| vec![tag]),
        };
        if tags.is_none() {
            self.wrong_lint(value, text!("`{key}` is a list of tags: `{key} = [\"…\"]`", key));
        }
        tags.unwrap_or_default()
    }

    fn wrong_lint(&mut self, value: &Spanned<DeValue<'_>>, message: Text) {
        self.find(codes::WRONG_VALUE, message, &value.span(), kind(value.get_ref()), None);
    }

    fn environments(&mut self, value: &Spanned<DeValue<'_>>, config: &mut Config) {
        let Some(table) = self.table(value, "[env]") else { return };
        for (name, value) in table {
            let place = format!("[env.{}]", name.get_ref());
            let Some(environment) = self.table(value, &place) else { continue };
            let mut sources = Vec::new();
            for (key, value) in environment {
                match key.get_ref().as_ref() {
                    "sources" => sources = self.sources(value, &format!("[env.{}.sources]", name.get_ref())),
                    _ => self.unknown(key, &place, &["sources"]),
                }
            }
            config.environments.push((name.get_ref().to_string(), sources));
        }
    }

    fn sources(&mut self, value: &Spanned<DeValue<'_>>, place: &str) -> Vec<Binding> {
        let Some(table) = self.table(value, place) else { return Vec::new() };
        let mut bindings: Vec<Binding> = table
            .iter()
            .map(|(key, value)| Binding {
                table: key.get_ref().to_string(),
                key: key.span(),
                patterns: self.patterns(value, key.get_ref()),
            })
            .collect();
        bindings.sort_by_key(|binding| binding.key.start);
        bindings
    }

    fn patterns(&mut self, value: &Spanned<DeValue<'_>>, key: &str) -> Vec<Pattern> {
        match value.get_ref() {
            DeValue::Array(items) if !items.is_empty() => {
                items.iter().filter_map(|item| self.pattern(item, key)).collect()
            }
            _ => self.pattern(value, key).into_iter().collect(),
        }
    }

    fn pattern(&mut self, value: &Spanned<DeValue<'_>>, key: &str) -> Option<Pattern> {
        if let (DeValue::Table(table), true) = (value.get_ref(), key != "policies") {
            return self.file(table, value, key);
        }
        let text = value.get_ref().as_str().filter(|text| !text.trim().is_empty());
        if text.is_none() {
            let help = text!("write a file, a pattern or a list of them: `{key} = \"exports/{key}-*.csv\"`", key);
            let message = text!("`{name}` names no file", name = key);
            self.find(codes::WRONG_VALUE, message, &value.span(), kind(value.get_ref()), Some(help));
        }
        Some(Pattern { text: text?.to_owned(), range: value.span(), sheet: None, encoding: None })
    }

    /// `{ file = "exports/plans.xlsx", sheet = "2026" }`, `{ file = "exports/live-*.csv", encoding = "gb18030" }`
    fn file(&mut self, table: &DeTable<'_>, whole: &Spanned<DeValue<'_>>, name: &str) -> Option<Pattern> {
        let (mut file, mut sheet, mut encoding) = (None, None, None);
        for (key, value) in table {
            let slot = match key.get_ref().as_ref() {
                "file" => &mut file,
                "sheet" => &mut sheet,
                "encoding" => &mut encoding,
                _ => {
                    self.unknown(key, name, &["file", "sheet", "encoding"]);
                    continue;
                }
            };
            match value.get_ref().as_str().filter(|text| !text.trim().is_empty()) {
                Some(text) => *slot = Some((text.to_owned(), value.span())),
                None => {
                    let message = text!("`{key}` of `{name}` is no text", key = key.get_ref(), name);
                    self.find(codes::WRONG_VALUE, message, &value.span(), kind(value.get_ref()), None);
                }
            }
        }
        if file.is_none() && !table.contains_key("file") {
            let help = text!("write `{name} = { file = \"exports/{name}.xlsx\", sheet = \"…\" }`", name);
            let message = text!("`{name}` names no file", name);
            self.find(codes::WRONG_VALUE, message, &whole.span(), text!("without `file`"), Some(help));
        }
        if let Some((word, range)) = encoding.take_if(|(word, _)| !ENCODINGS.contains(&word.to_lowercase().as_str())) {
            let message = text!("`{word}` is no encoding that is read", word);
            let help = text!("write one of {list}", list = Text::list(ENCODINGS.iter().map(Text::quoted), Join::Comma));
            self.find(codes::WRONG_VALUE, message, &range, text!("not known here"), Some(help));
        }
        let (text, range) = file?;
        Some(Pattern { text, range, sheet: sheet.map(|(sheet, _)| sheet), encoding: encoding.map(|(word, _)| word) })
    }

    fn table<'v, 'i>(&mut self, value: &'v Spanned<DeValue<'i>>, place: &str) -> Option<&'v DeTable<'i>> {
        let table = value.get_ref().as_table();
        if table.is_none() {
            let name = place.trim_matches(['[', ']']);
            let help = text!("write the line `{place}`, and its keys below it", place);
            let message = text!("`{name}` holds no keys", name);
            self.find(codes::WRONG_VALUE, message, &value.span(), kind(value.get_ref()), Some(help));
        }
        table
    }

    fn unknown(&mut self, key: &Spanned<std::borrow::Cow<'_, str>>, place: &str, known: &[&str]) {
        let name = key.get_ref();
        let near = nearest(name, known.iter().copied());
        let help = match near {
            Some(near) => text!("did you mean `{near}`?", near),
            None => text!("known keys: {list}", list = Text::list(known.iter().map(Text::quoted), Join::Comma)),
        };
        let message = text!("`{place}` has no key `{name}`", place, name);
        self.find(codes::UNKNOWN_KEY, message, &key.span(), text!("unknown key"), Some(help));
    }
}

fn kind(value: &DeValue<'_>) -> Text {
    match value {
        DeValue::String(text) if text.trim().is_empty() => text!("this text is empty"),
        DeValue::String(_) => text!("this is a text"),
        DeValue::Integer(_) | DeValue::Float(_) => text!("this is a number"),
        DeValue::Boolean(_) => text!("this is true or false"),
        DeValue::Datetime(_) => text!("this is a date"),
        DeValue::Array(items) if items.is_empty() => text!("this list is empty"),
        DeValue::Array(_) => text!("this is a list"),
        DeValue::Table(_) => text!("this is a table"),
    }
}

#[cfg(test)]
mod tests;
