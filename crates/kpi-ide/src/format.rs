//! Policies in the one style: whole files, the declarations of a stretch, and what has just been typed.

use kpi_base::{Edit, FileId, Span};

use crate::resolve::span;
use crate::scan::{Kind, Token, scan};
use crate::snapshot::{FilePosition, Snapshot};
use crate::spot::{Spot, extent};

/// The edits that put a file into style, none if it is; `None` if it cannot be read, which its findings say anyway.
pub fn format(snapshot: &Snapshot, file: FileId) -> Option<Vec<Edit>> {
    let text = snapshot.text(file);
    let formatted = kpi_fmt::format_text(file, text).ok()?;
    if formatted == text {
        return Some(Vec::new());
    }
    let whole = Span { file, start: 0, end: text.len() as u32 };
    Some(vec![Edit { span: whole, text: formatted }])
}

/// The edits that put the declarations into style that a stretch touches. One that cannot be read stays as it is, and keeps no
/// other from it.
pub fn format_range(snapshot: &Snapshot, range: Span) -> Vec<Edit> {
    let Some(parsed) = snapshot.parsed(range.file) else { return Vec::new() };
    let touched = parsed.items.iter().filter(|item| item.span.start < range.end && range.start < item.span.end);
    touched.filter_map(|item| format_declaration(snapshot, item.span)).collect()
}

fn format_declaration(snapshot: &Snapshot, span: Span) -> Option<Edit> {
    let text = snapshot.text_of(span);
    let formatted = kpi_fmt::format_text(span.file, text).ok()?;
    let formatted = formatted.trim_end();
    (formatted != text).then(|| Edit { span, text: formatted.to_owned() })
}

/// The characters behind which [`format_typed`] has something to do.
pub const TYPED: &[char] = &['}', '\n', '，', '：', '（', '）', '｛', '｝', '＝', '＞', '＜', '｜', '％'];

/// The edits that what was just typed asks for; the place is behind it. A closing brace puts its declaration into style, a
/// line break indents the line that it begins, and full-width punctuation becomes half-width where it is none of a text's.
pub fn format_typed(snapshot: &Snapshot, at: FilePosition, typed: char) -> Vec<Edit> {
    let text = snapshot.text(at.file);
    let offset = at.offset as usize;
    match typed {
        '}' | '｝' if closes_declaration(text, offset) => {
            let inside = FilePosition { offset: at.offset.saturating_sub(1), ..at };
            snapshot.item_at(inside).and_then(|item| format_declaration(snapshot, item.span)).into_iter().collect()
        }
        '\n' => indent(text, at).into_iter().collect(),
        _ if typed.is_ascii() => Vec::new(),
        _ => half_width(text, at, typed).into_iter().collect(),
    }
}

/// Whether the brace before a place is the last of its declaration, and all others are closed.
fn closes_declaration(text: &str, offset: usize) -> bool {
    let before = offset.saturating_sub(1);
    let (start, end) = extent(text, before);
    let tokens = scan(text, start, end);
    let depth = |kind: Kind| tokens.iter().filter(|t| t.kind == kind).count();
    let last = tokens.iter().rfind(|t| t.kind != Kind::Comment);
    last.is_some_and(|t| t.is("}") && t.end == offset) && depth(Kind::Open) == depth(Kind::Close)
}

fn indent(text: &str, at: FilePosition) -> Option<Edit> {
    let before = text.get(..at.offset as usize)?;
    let start = before.rfind('\n')? + 1;
    let line = text.get(start..)?.split('\n').next()?;
    let lead = line.len() - line.trim_start_matches([' ', '\t']).len();
    // What stands on the new line does not tell to which declaration it belongs: a word in column 0 seems to begin one.
    let tokens = scan(text, extent(text, start - 1).0, start);
    let depth = |kind: Kind| tokens.iter().filter(|t| t.kind == kind).count();
    let open = depth(Kind::Open).saturating_sub(depth(Kind::Close));
    let keyword = tokens.iter().find(|t| t.kind == Kind::Word).map_or("", |t| t.text);
    let closes = line.trim_start().starts_with(['}', ')', ']', '｝', '）']);
    let wanted = match grid_column(text, &tokens, keyword) {
        Some(column) if open > 0 && !closes => column,
        _ => 2 * open.saturating_sub(usize::from(closes)),
    };
    let written = line.get(..lead)?;
    let spaces = " ".repeat(wanted);
    let span = Span { file: at.file, start: start as u32, end: (start + lead) as u32 };
    (written != spaces).then_some(Edit { span, text: spaces })
}

/// Below which column the rows of the grid stand that the last line belongs to, if it does to one: that of its first bar.
fn grid_column(text: &str, tokens: &[Token<'_>], keyword: &str) -> Option<usize> {
    if !matches!(keyword, "test" | "indicator") {
        return None;
    }
    let line = tokens.iter().rposition(|t| t.first)?;
    let bar = tokens.get(line..line + 2)?.iter().find(|t| t.kind == Kind::Bar)?;
    let before = text.get(..bar.start)?;
    let before = before.rsplit('\n').next()?;
    Some(before.chars().map(|c| if c >= '\u{2e80}' { 2 } else { 1 }).sum())
}

fn half_width(text: &str, at: FilePosition, typed: char) -> Option<Edit> {
    let offset = at.offset as usize;
    let spot = Spot::at(text, offset.checked_sub(typed.len_utf8())?);
    let token = spot.tokens.iter().find(|t| t.start <= offset && offset <= t.end && t.end > offset - 1)?;
    let start = offset - typed.len_utf8();
    // Between `5` and `％` nothing begins: they are one number.
    let ends_number = token.kind == Kind::Number && token.end == offset;
    if matches!(token.kind, Kind::Text | Kind::Comment | Kind::Word) || (token.start != start && !ends_number) {
        return None;
    }
    // The cells of grids are raw; a bar that begins or ends one is not.
    let line = spot.tokens.iter().rposition(|t| t.first && t.start <= token.start)?;
    let is_bar = |place: usize| spot.tokens.get(place).is_some_and(|t| t.kind == Kind::Bar);
    let in_grid = matches!(spot.keyword(), "test") && (is_bar(line) || is_bar(line + 1));
    if in_grid && token.kind != Kind::Bar {
        return None;
    }
    let ascii = char::from_u32(u32::from(typed).checked_sub(0xfee0)?)?;
    let written = Span { start: start as u32, end: at.offset, ..span(at.file, token) };
    ascii.is_ascii().then(|| Edit { span: written, text: ascii.to_string() })
}

#[cfg(test)]
mod tests {
    use super::{format as format_file, *};
    use crate::fixture;

    #[test]
    fn a_file_is_formatted_as_a_whole_or_not_at_all() {
        let format = |text: &str| {
            let fixture = fixture(text);
            format_file(&fixture.snapshot, fixture.at.file)
        };
        let edits =
            format("dimension a{ 主播 \"😀\" }").map(|edits| edits.into_iter().map(|e| e.text).collect::<Vec<_>>());
        assert_eq!(edits, Some(vec!["dimension a { 主播 \"😀\" }\n".to_owned()]));
        assert_eq!(format("dimension a { 主播 \"😀\" }\n"), Some(Vec::new()));
        assert_eq!(format("dimension a {"), None);
    }

    // feature: format-range
    #[test]
    fn declarations_of_a_stretch_though_others_are_broken() {
        let fixture = fixture("dimension a{b,c}\n$0dimension d{e}\ndim$0ension f{g}\nindicator x {\n");
        let range = Span { file: fixture.at.file, start: fixture.marks[0].offset, end: fixture.marks[1].offset };
        let edits: Vec<_> = format_range(&fixture.snapshot, range).into_iter().map(|edit| edit.text).collect();
        assert_eq!(edits, ["dimension d { e }", "dimension f { g }"]);
    }

    /// The text after what was typed before the mark.
    fn typed(text: &str) -> String {
        let fixture = fixture(text);
        let mut after = fixture.snapshot.text(fixture.at.file).to_owned();
        let c = after.get(..fixture.at.offset as usize).unwrap().chars().next_back().unwrap();
        for edit in format_typed(&fixture.snapshot, fixture.at, c) {
            after.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
        }
        after
    }

    // feature: format-typed
    #[test]
    fn a_closing_brace_formats_its_declaration() {
        assert_eq!(typed("dimension a{b,c}$0\nindicator x {\n"), "dimension a { b, c }\nindicator x {\n");
        assert_eq!(typed("indicator a { target by s {x:≥ 1}$0\n"), "indicator a { target by s {x:≥ 1}\n");
    }

    // feature: format-typed
    #[test]
    fn a_new_line_is_indented() {
        assert_eq!(typed("indicator a {\n$0"), "indicator a {\n  ");
        assert_eq!(typed("indicator a {\n  target by s {\n$0  }\n}\n"), "indicator a {\n  target by s {\n  }\n}\n");
        assert_eq!(typed("indicator a {\n  target by s {\n$0x\n"), "indicator a {\n  target by s {\n    x\n");
        assert_eq!(typed("test \"t\" {\n  直播 | id |\n$0"), "test \"t\" {\n  直播 | id |\n       ");
        assert_eq!(typed("dimension a { b }\n$0"), "dimension a { b }\n");
    }

    // feature: format-typed
    #[test]
    fn full_width_punctuation_is_half_width_at_once() {
        assert_eq!(typed("dimension a { b，$0 }\n"), "dimension a { b, }\n");
        assert_eq!(typed("param a: ratio = 5％$0\n"), "param a: ratio = 5%\n");
        assert_eq!(typed("dimension a \"甲，$0\" { b }\n"), "dimension a \"甲，\" { b }\n");
        assert_eq!(typed("dimension a { b } // 甲，$0\n"), "dimension a { b } // 甲，\n");
        assert_eq!(
            typed("test \"t\" {\n  live | 甲，$0 |\n}\n"),
            "test \"t\" {\n  live | 甲，| |\n}\n".replace("，|", "，")
        );
        assert_eq!(typed("test \"t\" {\n  live ｜$0 id\n}\n"), "test \"t\" {\n  live | id\n}\n");
    }
}
