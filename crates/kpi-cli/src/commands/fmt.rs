//! `kpi fmt`

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use kpi_base::{Diagnostic, FileId, Files, SourceFile, codes::config as codes, text};
use kpi_fmt::{DeclaredNames, FormatError, Keywords, format_words, render_diff};

use crate::args::{Fmt, Spelling};
use crate::console::{Console, Exit, Failure};
use crate::project::{CONFIG, policy_paths, read_policy};
use crate::read::decode;
use crate::replace::replace;

/// What messages call the text that comes in.
const STDIN: &str = "<stdin>";

pub(crate) fn run(args: &Fmt, console: &mut Console<'_>) -> Result<Exit, Failure> {
    let mut run = Run {
        args,
        names: DeclaredNames::default(),
        files: Files::new(),
        findings: Vec::new(),
        exit: Exit::Clean,
        changed: 0,
        kept: 0,
    };
    if args.paths.iter().any(|path| path == Path::new("-")) {
        run.stdin(console)?;
    }
    let paths: Vec<&PathBuf> = args.paths.iter().filter(|path| *path != Path::new("-")).collect();
    let mut policies = Vec::new();
    if args.paths.is_empty() {
        policies = policy_paths(None, console)?;
    }
    for path in paths {
        policies.extend(policy_paths(Some(path), console)?);
    }
    let mut seen = std::collections::BTreeSet::new();
    policies.retain(|path| seen.insert(path.clone()));
    if args.keywords.is_some() {
        run.learn_names(&policies, console);
    }
    for path in policies {
        run.file(&path, console)?;
    }
    run.end(console)
}

/// What was found so far.
struct Run<'a> {
    args: &'a Fmt,
    /// The names that words of the language must not be taken for.
    names: DeclaredNames,
    files: Files,
    findings: Vec<Diagnostic>,
    exit: Exit,
    changed: usize,
    kept: usize,
}

impl Run<'_> {
    fn stdin(&mut self, console: &mut Console<'_>) -> Result<(), Failure> {
        let mut bytes = Vec::new();
        io::stdin().read_to_end(&mut bytes)?;
        let text = decode(bytes).map_err(|found| found.fail(codes::NO_POLICY, STDIN))?;
        if self.args.keywords.is_some() {
            self.names.add(&text);
        }
        let Some(formatted) = self.format(STDIN, &text, console)? else { return Ok(()) };
        if self.args.check || self.args.diff {
            return self.show(STDIN, &text, &formatted, console);
        }
        console.out.write_all(formatted.as_bytes())?;
        Ok(())
    }

    /// Gathers the names that the files declare, and those of the packages that they belong to.
    fn learn_names(&mut self, policies: &[PathBuf], console: &Console<'_>) {
        let mut paths: std::collections::BTreeSet<PathBuf> = policies.iter().cloned().collect();
        let folders: std::collections::BTreeSet<&Path> = policies.iter().filter_map(|path| path.parent()).collect();
        for folder in folders {
            let Some(project) = folder.ancestors().find(|folder| folder.join(CONFIG).is_file()) else { continue };
            // A project that cannot be opened is for `kpi check` to report.
            paths.extend(policy_paths(Some(project), console).unwrap_or_default());
        }
        for path in paths {
            // A file that is to be formatted and cannot be read is reported when its turn comes.
            if let Ok(text) = read_policy(&path, console) {
                self.names.add(&text);
            }
        }
    }

    fn file(&mut self, path: &Path, console: &mut Console<'_>) -> Result<(), Failure> {
        let shown = console.shown(path);
        let text = read_policy(path, console)?;
        let Some(formatted) = self.format(&shown, &text, console)? else { return Ok(()) };
        if formatted == text {
            self.kept += 1;
            return Ok(());
        }
        if self.args.check || self.args.diff {
            return self.show(&shown, &text, &formatted, console);
        }
        replace(path, &formatted).map_err(|error| {
            let message = text!("`{path}` cannot be written: {error}", path = shown, error = error.to_string());
            Failure::one(Diagnostic::new(codes::CANNOT_WRITE, message))
        })?;
        self.changed += 1;
        writeln!(console.out, "{}", text!("formatted {path}", path = shown).to(console.language))?;
        Ok(())
    }

    /// The formatted text, or nothing if it has to stay as it is.
    fn format(&mut self, shown: &str, text: &str, console: &mut Console<'_>) -> Result<Option<String>, Failure> {
        let id: FileId = self.files.add(SourceFile::new(shown, text));
        // The spans of findings are places of the text without a byte order mark.
        let bare = text.strip_prefix('\u{feff}').unwrap_or(text);
        let keywords = match self.args.keywords {
            None => Keywords::AsWritten,
            Some(Spelling::En) => Keywords::English,
            Some(Spelling::Zh) => Keywords::Chinese,
        };
        match format_words(id, bare, keywords, &self.names) {
            Ok(formatted) => Ok(Some(formatted)),
            Err(FormatError::Syntax(found)) => {
                self.findings.extend(found);
                Ok(None)
            }
            Err(FormatError::Meaning) => {
                let why = text!(
                    "formatting `{path}` would change what it means, so that it stays as it is; this is an error of kpi",
                    path = shown
                );
                writeln!(console.err, "kpi: {}", why.to(console.language))?;
                self.exit = Exit::Trouble;
                Ok(None)
            }
        }
    }

    /// Says what would change.
    fn show(&mut self, shown: &str, text: &str, formatted: &str, console: &mut Console<'_>) -> Result<(), Failure> {
        if formatted == text {
            return Ok(());
        }
        if self.args.diff {
            console.out.write_all(render_diff(shown, text, formatted, console.colour).as_bytes())?;
        } else {
            writeln!(console.out, "{shown}")?;
        }
        if self.args.check && self.exit == Exit::Clean {
            self.exit = Exit::Findings;
        }
        Ok(())
    }

    fn end(self, console: &mut Console<'_>) -> Result<Exit, Failure> {
        let quiet = self.args.check || self.args.diff || self.args.paths.iter().any(|path| path == Path::new("-"));
        if !quiet && self.findings.is_empty() {
            let kept = match (self.changed, self.kept) {
                (_, 0) => None,
                (0, 1) => Some(text!("1 file in style already")),
                (0, n) => Some(text!("{n} files in style already", n)),
                (_, 1) => Some(text!("1 file more in style already")),
                (_, n) => Some(text!("{n} files more in style already", n)),
            };
            if let Some(kept) = kept {
                writeln!(console.out, "{}", kept.to(console.language))?;
            }
        }
        if self.findings.iter().any(Diagnostic::is_error) && self.exit == Exit::Clean {
            console.report(&self.findings, &self.files)?;
            return Ok(Exit::Findings);
        }
        console.report(&self.findings, &self.files)?;
        Ok(self.exit)
    }
}
