//! What must hold of every text whatever stands in it. Each function says what is wrong; a panic or a hang says it as well.

use kpi_base::codes::names::POLICY_COUNT;
use kpi_base::{Diagnostic, FileId, Files, Fix, Language, SourceFile, Span};
use kpi_fmt::{DeclaredNames, FormatError, Keywords, format_text, format_words};

/// Parsing ends, and every place that it speaks of lies in the text, between characters.
///
/// # Errors
/// What does not hold.
pub fn judge_parse(text: &str) -> Result<(), String> {
    let parsed = kpi_syntax::parse(FileId(0), text);
    for (start, end) in spans(&format!("{:?}", parsed.file)) {
        lies_within(text, start, end).map_err(|why| format!("a node of the tree: {why}"))?;
    }
    let mut files = Files::new();
    // A byte order mark that stands first is the reader's to take off, so that one more keeps this one.
    let kept = if text.starts_with('\u{feff}') { format!("\u{feff}{text}") } else { text.to_owned() };
    files.add(SourceFile::new("a.kpi", kept));
    judge_findings(&files, &parsed.diagnostics)
}

/// Checking ends, and its findings can be shown in both languages and mended without one change touching another.
///
/// # Errors
/// What does not hold.
pub fn judge_check(text: &str) -> Result<(), String> {
    let mut files = Files::new();
    let id = files.add(SourceFile::new("a.kpi", text));
    let text = files.get(id).map(|file| file.text.clone()).unwrap_or_default();
    let parsed = kpi_syntax::parse(id, &text);
    let mut findings = parsed.diagnostics;
    let mut asts = vec![parsed.file];
    findings.extend(kpi_stdlib::load(&mut files, &mut asts));
    let broken = findings.iter().any(Diagnostic::is_error);
    let checked = kpi_check::check(&asts);
    let refused = checked.diagnostics.iter().any(Diagnostic::is_error);
    if checked.model.is_some() == refused {
        return Err("a model is handed out just if there is no error".to_owned());
    }
    if !broken && !refused && checked.model.is_none() {
        return Err("neither a model nor an error".to_owned());
    }
    findings.extend(checked.diagnostics);
    judge_findings(&files, &findings)
}

/// What is formatted means the same (the formatter says if not), and formatting it again changes nothing.
///
/// # Errors
/// What does not hold.
pub fn judge_format(text: &str) -> Result<(), String> {
    let once = match format_text(FileId(0), text) {
        Ok(once) => once,
        Err(FormatError::Syntax(_)) => return Ok(()),
        Err(FormatError::Meaning) => return Err("the formatted text means something else".to_owned()),
    };
    match format_text(FileId(0), &once) {
        Ok(twice) if twice == once => Ok(()),
        Ok(twice) => Err(format!(
            "formatting twice is not formatting once:\n{}",
            kpi_fmt::render_diff("a.kpi", &once, &twice, false)
        )),
        Err(_) => Err(format!("the formatted text cannot be formatted:\n{once}")),
    }
}

/// From English words to Chinese ones and back is the same text.
///
/// # Errors
/// What does not hold.
pub fn judge_keywords(text: &str) -> Result<(), String> {
    let spell = |text: &str, keywords| {
        let mut names = DeclaredNames::default();
        names.add(text);
        format_words(FileId(0), text, keywords, &names)
    };
    let english = match spell(text, Keywords::English) {
        Ok(english) => english,
        Err(FormatError::Syntax(_)) => return Ok(()),
        Err(FormatError::Meaning) => return Err("the text in English words means something else".to_owned()),
    };
    let chinese =
        spell(&english, Keywords::Chinese).map_err(|why| format!("into Chinese words: {why:?}\n{english}"))?;
    let back = spell(&chinese, Keywords::English).map_err(|why| format!("back into English: {why:?}\n{chinese}"))?;
    if back == english {
        return Ok(());
    }
    Err(format!(
        "there and back is another text:\n{}\n{chinese}",
        kpi_fmt::render_diff("a.kpi", &english, &back, false)
    ))
}

/// Every place lies in its file; every finding can be shown; every fix can be applied.
fn judge_findings(files: &Files, findings: &[Diagnostic]) -> Result<(), String> {
    let within = |span: Span| {
        let file = files.get(span.file).ok_or_else(|| format!("there is no file {:?}", span.file))?;
        lies_within(&file.text, span.start as usize, span.end as usize)
    };
    for finding in findings {
        let of = |why: String| format!("{} {}: {why}", finding.code, finding.message);
        // What is missing altogether has no place.
        if finding.labels.is_empty() && finding.place.is_none() && finding.code != POLICY_COUNT {
            return Err(of("no place".to_owned()));
        }
        for label in &finding.labels {
            within(label.span).map_err(of)?;
        }
        for fix in &finding.fixes {
            apply(files, fix).map_err(of)?;
        }
    }
    // Many findings of one kind tell nothing more, and each takes its time to show.
    let shown: Vec<Diagnostic> = findings.iter().take(20).cloned().collect();
    for language in [Language::English, Language::Chinese] {
        let look = kpi_report::Look { colour: false, width: 100, language };
        let text = kpi_report::render_findings(&shown, files, look);
        if let Some(finding) = shown.iter().find(|finding| !text.contains(&*finding.code.to_string())) {
            return Err(format!("{} is not shown", finding.code));
        }
    }
    Ok(())
}

/// The text of the main file with a fix applied.
fn apply(files: &Files, fix: &Fix) -> Result<String, String> {
    let mut edits: Vec<_> = fix.edits.iter().collect();
    edits.sort_by_key(|edit| (edit.span.file, edit.span.start, edit.span.end));
    let mut end = (FileId(0), 0);
    let mut out = String::new();
    for edit in edits {
        let Span { file, start, end: until } = edit.span;
        let text = &files.get(file).ok_or("a fix of no file")?.text;
        lies_within(text, start as usize, until as usize).map_err(|why| format!("`{}`: {why}", fix.title))?;
        let from = if file == end.0 { end.1 } else { 0 };
        if start < from {
            return Err(format!("the changes of `{}` overlap", fix.title));
        }
        out += text.get(from as usize..start as usize).unwrap_or_default();
        out += &edit.text;
        end = (file, until);
    }
    Ok(out)
}

fn lies_within(text: &str, start: usize, end: usize) -> Result<(), String> {
    match text.get(start..end) {
        Some(_) => Ok(()),
        None => Err(format!("{start}..{end} is no stretch of a text of {} bytes", text.len())),
    }
}

/// All spans that a printed tree shows.
fn spans(tree: &str) -> Vec<(usize, usize)> {
    let number =
        |text: &str| text.bytes().take_while(u8::is_ascii_digit).fold(0, |n, b| n * 10 + usize::from(b - b'0'));
    let places = tree.split("Span { file: FileId(0), start: ").skip(1);
    places.filter_map(|rest| Some((number(rest), number(rest.split_once("end: ")?.1)))).collect()
}
