//! The statements of the example policies that say which row of the domain they answer: `// domain: 1.publish-accuracy`.
//!
//! The comment stands on a line of its own above a declaration or a member, or at the end of its first line. A statement reaches to the end of its
//! block, or of its line.

use std::ops::Range;
use std::path::{Path, PathBuf};

use super::tokens::{Kind, Token, tokens};

/// What the comment begins with.
const MARK: &str = "// domain:";

/// A declaration, or a member of one, that answers rows of the domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The folder of its project.
    pub project: PathBuf,
    /// Its file, from the folder of the examples on.
    pub file: String,
    /// Its first line, from 1.
    pub line: usize,
    /// The declaration it is or stands in, and its own first words: `host_card: veto severe`.
    pub name: String,
    /// The rows it answers.
    pub ids: Vec<String>,
    /// The whole text of the file.
    pub text: String,
    /// Where it stands in the text.
    pub range: Range<usize>,
}

impl Statement {
    /// Whether the statement is one that only the checker can hold.
    pub fn is_requirement(&self) -> bool {
        self.name.starts_with("require") || self.name.starts_with("要求")
    }
}

/// The annotated statements of every policy below a folder, by file and line.
///
/// # Errors
/// If a file cannot be read.
pub fn read(examples: &Path) -> Result<Vec<Statement>, String> {
    let mut found = Vec::new();
    for project in entries(examples)?.into_iter().filter(|path| path.join("kpi.toml").is_file()) {
        for path in
            entries(&project.join("policy"))?.into_iter().filter(|path| path.extension().is_some_and(|e| e == "kpi"))
        {
            let text = std::fs::read_to_string(&path).map_err(|why| format!("{}: {why}", path.display()))?;
            let file = path.strip_prefix(examples).unwrap_or(&path).display().to_string();
            found.extend(statements(&text).into_iter().map(|found| Statement {
                project: project.clone(),
                file: file.clone(),
                ..found
            }));
        }
    }
    Ok(found)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let told = |why: std::io::Error| format!("{}: {why}", folder.display());
    let entries = match std::fs::read_dir(folder) {
        Err(why) if why.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        read => read.map_err(told)?,
    };
    let mut paths: Vec<PathBuf> =
        entries.map(|entry| entry.map(|e| e.path()).map_err(told)).collect::<Result<_, _>>()?;
    paths.sort();
    Ok(paths)
}

/// The annotated statements of one text, without project and file.
pub fn statements(text: &str) -> Vec<Statement> {
    let tokens = tokens(text);
    let marks = tokens.iter().enumerate().filter(|(_, token)| token.kind == Kind::Comment);
    marks
        .filter_map(|(at, token)| {
            let ids: Vec<String> =
                word(text, token).strip_prefix(MARK)?.split(',').map(|id| id.trim().to_owned()).collect();
            let first = first_token(&tokens, at)?;
            let last = last_token(text, &tokens, first);
            let range = tokens.get(first)?.range.start..tokens.get(last)?.range.end;
            Some(Statement {
                project: PathBuf::new(),
                file: String::new(),
                line: line_of(text, range.start),
                name: name(text, &tokens, first),
                ids,
                text: text.to_owned(),
                range,
            })
        })
        .collect()
}

/// The line of a place, from 1.
pub fn line_of(text: &str, at: usize) -> usize {
    1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count()
}

fn word<'a>(text: &'a str, token: &Token) -> &'a str {
    text.get(token.range.clone()).unwrap_or_default()
}

/// The first token of the statement that a comment belongs to: of the comment's own line, else of the next that is no comment.
fn first_token(tokens: &[Token], comment: usize) -> Option<usize> {
    let before = tokens.get(..comment)?.iter().rposition(|token| token.kind == Kind::Break).map_or(0, |at| at + 1);
    if before < comment {
        return Some(before);
    }
    let is = |token: &Token| token.kind != Kind::Break && token.kind != Kind::Comment;
    tokens.get(comment..)?.iter().position(is).map(|ahead| comment + ahead)
}

/// The last token of the statement that begins here.
fn last_token(text: &str, tokens: &[Token], first: usize) -> usize {
    let mut depth = 0_i32;
    let mut last = first;
    for (at, token) in tokens.iter().enumerate().skip(first) {
        match (token.kind, word(text, token)) {
            (Kind::Sign, "{" | "(" | "[") => depth += 1,
            (Kind::Sign, "}" | ")" | "]") if depth == 0 => return last,
            (Kind::Sign, "}" | ")" | "]") => depth -= 1,
            (Kind::Break, _) if depth == 0 && !goes_on(text, tokens, last, at) => return last,
            _ => {}
        }
        if token.kind != Kind::Comment && token.kind != Kind::Break {
            last = at;
        }
    }
    last
}

/// Whether a line break stands inside an expression: behind an operator, or before one that no statement begins with.
fn goes_on(text: &str, tokens: &[Token], last: usize, at: usize) -> bool {
    let behind = |token: &Token| matches!(word(text, token), "+" | "-" | "×" | "*" | "÷" | "/" | "and" | "or" | "=");
    let next = tokens.iter().skip(at).find(|token| token.kind != Kind::Break && token.kind != Kind::Comment);
    let before = |token: &Token| matches!(word(text, token), "+" | "×" | "*" | "÷" | "/" | "and" | "or");
    tokens.get(last).is_some_and(behind) || next.is_some_and(before)
}

/// The name of the declaration around a token, and the token's first words if it is a member.
fn name(text: &str, tokens: &[Token], first: usize) -> String {
    let words = |from: usize, most: usize| -> Vec<&str> {
        let line = tokens.iter().skip(from).take_while(|token| token.kind != Kind::Break);
        let named = line.take_while(|token| matches!(token.kind, Kind::Word) || word(text, token).starts_with('`'));
        named.take(most).map(|token| word(text, token)).collect()
    };
    let at_margin = |at: usize| at == 0 || text.as_bytes().get(at - 1) == Some(&b'\n');
    let is_declaration = |token: &Token| token.kind == Kind::Word && at_margin(token.range.start);
    match tokens.iter().take(first + 1).rposition(is_declaration) {
        Some(declaration) if declaration == first => words(first, 2).join(" "),
        Some(declaration) => format!("{}: {}", words(declaration, 2).last().unwrap_or(&""), words(first, 2).join(" ")),
        None => words(first, 2).join(" "),
    }
}
