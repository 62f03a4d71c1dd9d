//! What of a text belongs together: to be folded away, to be selected step by step, and to lead elsewhere.

use kpi_base::{FileId, Span};
use kpi_syntax::ast::ItemKind;

use crate::snapshot::{FilePosition, Snapshot};
use crate::tokens::{Token, TokenKind};

/// A stretch of lines that can be folded into its first one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fold {
    /// The stretch; of a block up to its closing bracket, which stays visible.
    pub span: Span,
    /// What it is.
    pub kind: FoldKind,
}

/// What can be folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FoldKind {
    /// What stands between brackets.
    Block,
    /// Comments on lines one below the other.
    Comment,
    /// The rows of a grid.
    Grid,
}

/// The folds of a file, in order: blocks, runs of comments, grids, of more than one line each.
pub fn folds(snapshot: &Snapshot, file: FileId) -> Vec<Fold> {
    let tokens = snapshot.tokens(file);
    let line = |offset: u32| snapshot.files().get(file).map_or(0, |file| file.line_column(offset).line);
    let mut folds = Vec::new();
    let mut open: Vec<&Token> = Vec::new();
    let mut run: Option<(Span, FoldKind, u32)> = None;
    let end_run = |run: &mut Option<(Span, FoldKind, u32)>, folds: &mut Vec<Fold>| {
        if let Some((span, kind, _)) = run.take() {
            folds.push(Fold { span, kind });
        }
    };
    let mut last_line = 0;
    for token in tokens {
        let (at, text) = (line(token.span.start), snapshot.text_of(token.span));
        match text {
            "{" | "(" | "[" => open.push(token),
            "}" | ")" | "]" => {
                if let Some(first) = open.pop() {
                    let span = Span { end: token.span.start, ..first.span };
                    folds.push(Fold { span, kind: FoldKind::Block });
                }
            }
            _ => {}
        }
        let kind = match token.kind {
            TokenKind::Comment | TokenKind::DocComment if at != last_line => Some(FoldKind::Comment),
            _ if text == "|" => Some(FoldKind::Grid),
            _ => None,
        };
        match (&mut run, kind) {
            (Some((span, of, on)), Some(kind)) if *of == kind && at <= *on + 1 => {
                (span.end, *on) = (token.span.end, at);
            }
            // What stands in the cells of a grid.
            (Some((_, FoldKind::Grid, on)), None) if at == *on => {}
            // The first row has the name of the table in front.
            (Some((_, FoldKind::Grid, on)), None) if at == *on + 1 && at != last_line => end_run(&mut run, &mut folds),
            (_, Some(kind)) => {
                end_run(&mut run, &mut folds);
                run = Some((token.span, kind, at));
            }
            (Some(_), None) => end_run(&mut run, &mut folds),
            (None, None) => {}
        }
        last_line = at;
    }
    end_run(&mut run, &mut folds);
    folds.retain(|fold| line(fold.span.start) < line(fold.span.end));
    folds.sort_unstable();
    folds
}

/// What is selected step by step around a place, from the smallest to the whole file: the token, the name with its path, the
/// argument, what stands between brackets, the line, the declaration, with its comments, the file.
pub fn selections(snapshot: &Snapshot, at: FilePosition) -> Vec<Span> {
    let text = snapshot.text(at.file);
    let whole = Span { file: at.file, start: 0, end: text.len() as u32 };
    let tokens = snapshot.tokens(at.file);
    let mut found: Vec<Span> = Vec::new();
    let token = snapshot.token_at(at);
    found.extend(token.map(|token| token.span));
    if let Some(place) = token.and_then(|token| tokens.iter().position(|other| other.span == token.span)) {
        found.extend(path_around(snapshot, tokens, place));
        brackets_around(snapshot, tokens, place, &mut found);
    }
    found.extend(line_around(text, at));
    if let Some(item) = snapshot.item_at(at) {
        found.push(item.span);
        let comments = tokens.iter().take_while(|token| token.span.end <= item.span.start);
        let above = comments.collect::<Vec<_>>().into_iter().rev().take_while(|token| {
            matches!(token.kind, TokenKind::DocComment | TokenKind::Comment)
                && text.get(token.span.end as usize..item.span.start as usize).is_some_and(|gap| !gap.contains("\n\n"))
        });
        found.extend(above.last().map(|token| token.span.to(item.span)));
    }
    found.push(whole);
    let touches = |span: &Span| span.start <= at.offset && at.offset <= span.end;
    found.retain(|span| touches(span) && span.start < span.end);
    found.sort_by_key(|span| span.end - span.start);
    let mut steps: Vec<Span> = Vec::new();
    for span in found {
        let grows = steps.last().is_none_or(|last| span.start <= last.start && last.end <= span.end && span != *last);
        if grows {
            steps.push(span);
        }
    }
    steps
}

/// `a.b.c` around the token at this place.
fn path_around(snapshot: &Snapshot, tokens: &[Token], place: usize) -> Option<Span> {
    let is_name = |token: &Token| matches!(token.kind, TokenKind::Name | TokenKind::QuotedName | TokenKind::Keyword(_));
    let is_point = |token: &Token| snapshot.text_of(token.span) == ".";
    let (mut first, mut last) = (place, place);
    if !is_name(tokens.get(place)?) {
        return None;
    }
    while first >= 2 && is_point(tokens.get(first - 1)?) && is_name(tokens.get(first - 2)?) {
        first -= 2;
    }
    while tokens.get(last + 1).is_some_and(is_point) && tokens.get(last + 2).is_some_and(is_name) {
        last += 2;
    }
    Some(tokens.get(first)?.span.to(tokens.get(last)?.span))
}

/// From the token at this place outwards: between two commas, between the brackets, with them and what is called.
fn brackets_around(snapshot: &Snapshot, tokens: &[Token], place: usize, found: &mut Vec<Span>) {
    let text = |at: usize| tokens.get(at).map(|token| snapshot.text_of(token.span)).unwrap_or_default();
    let span = |at: usize| tokens.get(at).map(|token| token.span);
    let Some(own) = span(place) else { return };
    let (mut left, mut right) = (place, place);
    loop {
        let mut depth = 0usize;
        let (mut from, mut comma) = (None, None);
        for at in (0..left).rev() {
            match text(at) {
                ")" | "]" | "}" => depth += 1,
                "(" | "[" | "{" if depth == 0 => {
                    from = Some(at);
                    break;
                }
                "(" | "[" | "{" => depth -= 1,
                "," | "，" if depth == 0 && comma.is_none() => comma = Some(at),
                _ => {}
            }
        }
        let Some(from) = from else { return };
        let (mut to, mut next_comma, mut depth) = (None, None, 0usize);
        for at in right + 1..tokens.len() {
            match text(at) {
                "(" | "[" | "{" => depth += 1,
                ")" | "]" | "}" if depth == 0 => {
                    to = Some(at);
                    break;
                }
                ")" | "]" | "}" => depth -= 1,
                "," | "，" if depth == 0 && next_comma.is_none() => next_comma = Some(at),
                _ => {}
            }
        }
        let Some(to) = to else { return };
        let between = |a: usize, b: usize| Some(span(a + 1)?.to(span(b - 1)?).to(own)).filter(|_| a + 1 < b);
        found.extend(between(comma.unwrap_or(from), next_comma.unwrap_or(to)));
        found.extend(between(from, to));
        found.extend(span(from).zip(span(to)).map(|(a, b)| a.to(b)));
        if let Some(name) = from.checked_sub(1).and_then(span).filter(|_| text(from) == "(")
            && let Some(close) = span(to)
        {
            found.push(name.to(close));
        }
        (left, right) = (from, to);
    }
}

/// The line of a place without the spaces around it.
fn line_around(text: &str, at: FilePosition) -> Option<Span> {
    let (before, behind) = text.split_at_checked(at.offset as usize)?;
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let end = at.offset as usize + behind.find('\n').unwrap_or(behind.len());
    let line = text.get(start..end)?;
    let trimmed = line.trim_start();
    let from = start + line.len() - trimmed.len();
    Some(Span { file: at.file, start: from as u32, end: (from + trimmed.trim_end().len()) as u32 })
}

/// A stretch of text that leads elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The stretch.
    pub span: Span,
    /// Where it leads.
    pub target: LinkTarget,
}

/// Where text leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkTarget {
    /// A module of the library.
    Module(FileId),
    /// The page of a code: of one that a comment allows.
    Code(String),
}

/// What of a file leads elsewhere: modules that are used, and codes in comments that allow them.
pub fn links(snapshot: &Snapshot, file: FileId) -> Vec<Link> {
    let mut links = Vec::new();
    let items = snapshot.parsed(file).map(|file| file.items.as_slice()).unwrap_or_default();
    for item in items {
        let ItemKind::Use(used) = &item.kind else { continue };
        let (Some(first), Some(last)) = (used.module.first(), used.module.last()) else { continue };
        let name = used.module.iter().map(|name| name.text.as_str()).collect::<Vec<_>>().join(".");
        let is_it = |id: &FileId| snapshot.parsed(*id).is_some_and(|file| file.library && file.module == name);
        let module = snapshot.ids().find(is_it);
        links.extend(module.map(|id| Link { span: first.span.to(last.span), target: LinkTarget::Module(id) }));
    }
    for token in snapshot.tokens(file).iter().filter(|token| token.kind == TokenKind::Comment) {
        let text = snapshot.text_of(token.span);
        if !text.contains("kpi:") {
            continue;
        }
        for (at, _) in text.match_indices('K') {
            let code: String = text.get(at..).unwrap_or_default().chars().take(5).collect();
            let known = code.len() == 5 && kpi_base::Code::find(&code).is_some();
            let start = token.span.start + at as u32;
            if known {
                links.push(Link { span: Span { start, end: start + 5, ..token.span }, target: LinkTarget::Code(code) });
            }
        }
    }
    links
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn blocks_comments_and_grids_fold() {
        let text = "\
// one
// two
indicator x {
  // alone
  formula sum(
    live.gmv
  )
}
test \"t\" {
  period 2026-10
  staff | id | role |
        | A1 | host |
        | A2 | host |
  live | who |
  expect x[A1].actual == 1 // behind
  // below
}
";
        let fixture = fixture(text);
        let found = folds(&fixture.snapshot, fixture.at.file);
        let shown = found.iter().map(|fold| {
            let lines = fixture
                .snapshot
                .files()
                .get(fold.span.file)
                .map(|f| (f.line_column(fold.span.start).line, f.line_column(fold.span.end).line));
            format!("{:?} {:?}", fold.kind, lines.unwrap_or_default())
        });
        insta::assert_snapshot!(shown.collect::<Vec<_>>().join("\n"), @r#"
        Comment (1, 2)
        Block (3, 8)
        Block (5, 7)
        Block (9, 17)
        Grid (11, 13)
        "#);
    }

    // feature: selections
    #[test]
    fn a_selection_grows_step_by_step() {
        let text = "/// doc\nindicator x {\n  formula sum(live.g$0mv where who.role == host, 3) ÷ 2\n  target ≥ 3\n}\n";
        let fixture = fixture(text);
        let steps = selections(&fixture.snapshot, fixture.at);
        let shown: Vec<String> = steps.iter().map(|span| fixture.snapshot.text_of(*span).replace('\n', "⏎")).collect();
        insta::assert_snapshot!(shown.join("\n"), @r#"
        gmv
        live.gmv
        live.gmv where who.role == host
        live.gmv where who.role == host, 3
        (live.gmv where who.role == host, 3)
        sum(live.gmv where who.role == host, 3)
        formula sum(live.gmv where who.role == host, 3) ÷ 2
        formula sum(live.gmv where who.role == host, 3) ÷ 2⏎  target ≥ 3
        {⏎  formula sum(live.gmv where who.role == host, 3) ÷ 2⏎  target ≥ 3⏎}
        indicator x {⏎  formula sum(live.gmv where who.role == host, 3) ÷ 2⏎  target ≥ 3⏎}
        /// doc⏎indicator x {⏎  formula sum(live.gmv where who.role == host, 3) ÷ 2⏎  target ≥ 3⏎}
        /// doc⏎indicator x {⏎  formula sum(live.gmv where who.role == host, 3) ÷ 2⏎  target ≥ 3⏎}⏎
        "#);
    }

    #[test]
    fn modules_and_codes_lead_elsewhere() {
        let fixture = fixture(
            "use std.survey\nuse std.nothing\n// kpi: allow(K1004, K9999) K1 because 中文K\nparam x: count = 1 // K1004\n",
        );
        let found = links(&fixture.snapshot, fixture.at.file);
        let shown: Vec<String> =
            found.iter().map(|link| format!("{} {:?}", fixture.snapshot.text_of(link.span), link.target)).collect();
        insta::assert_snapshot!(shown.join("\n"), @r#"
        std.survey Module(FileId(2))
        K1004 Code("K1004")
        "#);
    }
}
