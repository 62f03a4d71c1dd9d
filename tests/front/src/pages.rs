//! The code blocks of pages in Markdown, and what is found when they are checked.
//!
//! A page marks its blocks: ```` ```kpi ```` compiles, `kpi,fails=K1234` gives that code and no other error, and `kpi,prelude` is
//! checked together with each block below it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use kpi_base::{Diagnostic, Files, SourceFile};
use kpi_syntax::DECLARATIONS;

const POLICY: &str = "policy \"page\" {\n  edition 1\n  currency CNY\n  period month\n}\n";

/// One fenced block of a page.
pub struct Block {
    /// The line of its opening fence, from 1.
    pub line: usize,
    /// What follows the fence, parted at commas: `kpi`, `fails=K1234`.
    pub words: Vec<String>,
    /// Its lines.
    pub text: String,
}

impl Block {
    /// The code that the block is there to show.
    pub fn fails(&self) -> Option<&str> {
        self.words.iter().find_map(|word| word.strip_prefix("fails="))
    }

    /// What is wrong with `found`, the findings of this block: errors that it does not announce, or an announced one that does
    /// not come. `page` is the code that the page is about, which no block without `fails` may give, be it only a warning.
    pub fn judge(&self, found: &[Diagnostic], page: Option<&str>) -> Option<String> {
        let shown = self.fails();
        let counts = |d: &&Diagnostic| d.is_error() || Some(d.code.name()) == shown.or(page);
        let found: Vec<_> = found.iter().filter(counts).collect();
        let messages: Vec<_> = found.iter().map(|d| format!("{} {}", d.code, d.message)).collect();
        match shown {
            Some(code) if found.is_empty() || found.iter().any(|d| d.code.name() != code) => {
                Some(format!("should fail with {code} alone, fails with {messages:#?}"))
            }
            None if !found.is_empty() => Some(format!("{messages:#?}")),
            _ => None,
        }
    }
}

/// The folder or file of the repository.
pub fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

/// The pages of a folder, in the order of their names.
pub fn pages(folder: &str) -> Vec<PathBuf> {
    let mut pages: Vec<_> = fs::read_dir(repository(folder)).unwrap().map(|e| e.unwrap().path()).collect();
    pages.retain(|p| p.extension().is_some_and(|e| e == "md"));
    pages.sort();
    pages
}

/// The blocks of policy code of a page.
pub fn blocks(page: &str) -> Vec<Block> {
    let mut found: Vec<Block> = Vec::new();
    let mut open = false;
    for (index, line) in page.lines().enumerate() {
        match line.strip_prefix("```") {
            Some(_) if open => open = false,
            Some(info) => {
                open = true;
                let words = info.split(',').map(|w| w.trim().to_owned()).collect();
                found.push(Block { line: index + 1, words, text: String::new() });
            }
            None if open => {
                let block = found.last_mut().unwrap();
                block.text.push_str(line);
                block.text.push('\n');
            }
            None => {}
        }
    }
    found.retain(|b| b.words[0] == "kpi");
    found
}

/// Whether a text declares a policy by itself.
pub fn is_whole(text: &str) -> bool {
    text.lines().any(|line| line.starts_with("policy "))
}

/// What is found in a text; a policy block is put before it if it has none.
pub fn check(text: &str) -> Vec<Diagnostic> {
    let text = if is_whole(text) { text.to_owned() } else { format!("{POLICY}{text}") };
    let mut files = Files::new();
    let id = files.add(SourceFile::new("page.kpi", text));
    let parsed = kpi_syntax::parse(id, &files.get(id).unwrap().text);
    let mut found = parsed.diagnostics;
    let mut asts = vec![parsed.file];
    found.extend(kpi_stdlib::load(&mut files, &mut asts));
    let checked = kpi_check::check(&asts);
    found.extend(checked.diagnostics);
    found.extend(kpi_lint::lint(&asts, checked.model.as_ref(), &house()));
    if let Some(model) = checked.model {
        found.extend(kpi_prove::check(&model));
    }
    found
}

/// A house that has a rule of every kind.
pub fn house() -> kpi_lint::Settings {
    let percent = |n| kpi_value::Dec::from_scaled(n, 2);
    kpi_lint::Settings { max_qualitative: percent(15), min_long_term: percent(25), ..kpi_lint::Settings::default() }
}

/// Declarations that short examples take for granted: `host_card`, `staff`, `live`.
pub struct Ground {
    declarations: Vec<(String, String)>,
}

impl Ground {
    /// The declarations of a text.
    pub fn new(text: &str) -> Ground {
        let name = |piece: &String| declared(piece).unwrap_or_default().to_owned();
        Ground { declarations: pieces(text).into_iter().map(|piece| (name(&piece), piece)).collect() }
    }

    /// What is found in an example, together with those declarations of the ground that it names, or that these name, and does
    /// not make itself. A line that is no declaration is checked by itself, within one that it may be a part of.
    pub fn check(&self, example: &str) -> Vec<Diagnostic> {
        let (mut whole, mut test, mut found) = (String::new(), String::new(), Vec::new());
        for piece in pieces(example) {
            match wrap(&piece) {
                Part::Declaration => whole += &piece,
                Part::Test => test += &piece.lines().map(|line| format!("  {line}\n")).collect::<String>(),
                Part::Of(wrapped) => found.extend(check(&self.complete(&wrapped))),
            }
        }
        if !test.is_empty() {
            whole += &format!("test \"example\" {{\n  period 2026-10\n{test}}}\n");
        }
        if !whole.is_empty() {
            found.extend(check(&self.complete(&whole)));
        }
        found
    }

    fn complete(&self, example: &str) -> String {
        let mut has: BTreeSet<&str> = example.lines().filter_map(declared).collect();
        let mut text = example.to_owned();
        loop {
            let mut names = names(&text);
            if text.contains("each scorecard") && !text.lines().any(|line| line.starts_with("scorecard ")) {
                names.insert("host_card".to_owned());
            }
            let missing: Vec<_> = self
                .declarations
                .iter()
                .filter(|(name, _)| names.contains(name) && !has.contains(name.as_str()))
                .collect();
            if missing.is_empty() {
                return text;
            }
            for (name, declaration) in missing {
                has.insert(name);
                text = format!("{declaration}{text}");
            }
        }
    }
}

/// A part of an example: a declaration, a member of a test, or a member of something else with that around it.
enum Part {
    Declaration,
    Test,
    Of(String),
}

fn wrap(piece: &str) -> Part {
    // Only declarations begin at the start of a line.
    let inner: String = piece.lines().map(|line| format!("  {line}\n")).collect();
    let code = piece.lines().find(|line| !line.starts_with("//")).unwrap_or_default();
    let mut words = code.split_whitespace();
    let first = words.next().unwrap_or_default();
    let second = words.next().unwrap_or_default();
    match first {
        "" => Part::Declaration,
        "expect" => Part::Test,
        _ if second == "|" || first == "|" => Part::Test,
        "formula" => Part::Of(format!("indicator example {{\n{inner}}}\n")),
        "veto" | "bonus" | "grade" => {
            Part::Of(format!("scorecard example for staff {{\n  gmv weight 100%\n{inner}}}\n"))
        }
        _ if first.starts_with("step(") || first.starts_with("linear(") => {
            Part::Of(format!("incentive example for host_card {{ pay example = 1000元 ×\n{inner}}}\n"))
        }
        _ if !DECLARATIONS.contains(&first) && ["weight", "watch"].contains(&second) => {
            Part::Of(format!("scorecard example for staff {{\n{inner}}}\n"))
        }
        _ => Part::Declaration,
    }
}

/// A text in parts, each of which begins with a line that is not indented and does not close one.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut head = true;
    let mut depth = 0;
    for line in text.lines() {
        let starts = line.chars().next().is_some_and(|c| !c.is_whitespace() && !"}|)]".contains(c));
        let starts = starts && (depth == 0 || line.split(' ').next().is_some_and(|word| DECLARATIONS.contains(&word)));
        let code = line.split("//").next().unwrap_or_default();
        depth += code.matches('{').count().cast_signed() - code.matches('}').count().cast_signed();
        if pieces.is_empty() || (starts && !head) {
            pieces.push(String::new());
        }
        // A comment belongs to what stands below it.
        head = starts && line.starts_with("//");
        let piece = pieces.last_mut().unwrap();
        piece.push_str(line);
        piece.push('\n');
    }
    pieces
}

/// The name that a declaration's first line declares.
fn declared(text: &str) -> Option<&str> {
    let mut words =
        text.lines().find(|line| !line.starts_with("//"))?.split(|c: char| !c.is_alphanumeric() && c != '_');
    let keyword = words.next()?;
    let named = DECLARATIONS.contains(&keyword) && !["policy", "test", "use", "prove", "require"].contains(&keyword);
    words.find(|word| named && !word.is_empty())
}

fn names(text: &str) -> BTreeSet<String> {
    let code = text.lines().map(|line| line.split("//").next().unwrap_or_default());
    code.flat_map(|line| line.split(|c: char| !c.is_alphanumeric() && c != '_')).map(str::to_owned).collect()
}
