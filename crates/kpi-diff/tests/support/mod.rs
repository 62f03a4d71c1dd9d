//! Versions of a policy, and their differences as lines.
#![allow(dead_code, reason = "not every test uses all of it")]

use kpi_base::{FileId, Files, Language, SourceFile};
use kpi_diff::{Became, Change, Diff, Side, compare};
use kpi_syntax::ast;

/// The policy of the reference's first chapter.
pub const POLICY: &str = include_str!("../../../../tests/whole/fixtures/live/policy/live.kpi");

/// A version of a policy.
pub struct Version {
    pub files: Files,
    pub parsed: Vec<ast::File>,
}

impl Version {
    pub fn of(files: &[(String, String)]) -> Version {
        let mut all = Files::new();
        files.iter().for_each(|(path, text)| {
            all.add(SourceFile::new(path.clone(), text.clone()));
        });
        Version::read(all)
    }

    pub fn of_text(text: &str) -> Version {
        Version::of(&[("policy.kpi".to_owned(), text.to_owned())])
    }

    pub fn read(files: Files) -> Version {
        let parse = |(id, file): (FileId, &SourceFile)| {
            let parsed = kpi_syntax::parse(id, &file.text);
            assert!(
                !parsed.diagnostics.iter().any(|d| d.is_error()),
                "{}: {:?}\n{}",
                file.path,
                parsed.diagnostics,
                file.text
            );
            parsed.file
        };
        let parsed = files.iter().map(parse).collect();
        Version { files, parsed }
    }

    pub fn side(&self) -> Side<'_> {
        Side { files: &self.files, parsed: &self.parsed }
    }
}

/// The policy with one text replaced, which must be there.
pub fn replaced(from: &str, to: &str) -> Version {
    assert!(POLICY.contains(from), "{from}");
    Version::of_text(&POLICY.replacen(from, to, 1))
}

pub fn diff(base: &Version, head: &Version) -> Diff {
    compare(base.side(), head.side())
}

/// The changes, a line each, in English.
pub fn lines(base: &Version, head: &Version) -> Vec<String> {
    diff(base, head).changes.iter().map(|change| line(change, Language::English)).collect()
}

/// A change on one line.
pub fn line(change: &Change, language: Language) -> String {
    let mark = match change.became {
        Became::Added => '+',
        Became::Removed => '-',
        Became::Renamed => '=',
        Became::Changed => '~',
    };
    let role = change.declaration.role.word().to(language);
    let member = change.member.as_ref().map(|member| format!(", {}", member.to(language))).unwrap_or_default();
    let text = |excerpt: &Option<kpi_diff::Excerpt>| excerpt.as_ref().map(|e| e.text.clone()).unwrap_or_default();
    let reach: Vec<&str> = change.dependents.iter().map(|reader| reader.name.as_str()).collect();
    let (before, after) = (text(&change.before), text(&change.after));
    format!("{mark} {role} {}{member}: {before} → {after} [{}]", change.declaration.name, reach.join(" "))
}
