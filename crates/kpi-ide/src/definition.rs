//! Where a name is declared, where its type is, and where else it stands.

use kpi_base::{FileId, Span};
pub use kpi_check::occurrences::Role;
use kpi_check::occurrences::{Occurrence, Symbol, SymbolKind};

use crate::snapshot::{FilePosition, Snapshot};

/// A declaration to which an editor can go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// Its name; the beginning of its text, of a module.
    pub name: Span,
    /// All of it.
    pub whole: Span,
}

/// Where a name leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// The name.
    pub origin: Span,
    /// What it stands for: of an indicator whose subjects are of several tables it may be more than one.
    pub targets: Vec<Target>,
}

/// What the name at a place stands for, once for each meaning.
pub(crate) fn named_at(snapshot: &Snapshot, at: FilePosition) -> Vec<Occurrence> {
    let occurrences = snapshot.occurrences();
    let Some(found) = occurrences.at(at.file, at.offset) else { return Vec::new() };
    occurrences.in_file(at.file).iter().filter(|other| other.span == found.span).copied().collect()
}

/// Where what a name stands for is declared; in a module of the library, too.
pub fn definition(snapshot: &Snapshot, at: FilePosition) -> Option<Definition> {
    let found = named_at(snapshot, at);
    let origin = found.first()?.span;
    let symbols = found.iter().filter_map(|found| snapshot.occurrences().symbol(found.symbol));
    Some(Definition { origin, targets: symbols.map(|symbol| target(snapshot, symbol)).collect() })
}

/// What the values of a name are of: the dimension, the scale or the table of a column or a parameter; the tables for whose rows an
/// indicator or a scorecard is computed; the input of a view; what a part is a part of.
pub fn type_definition(snapshot: &Snapshot, at: FilePosition) -> Option<Definition> {
    let occurrences = snapshot.occurrences();
    let found = named_at(snapshot, at);
    let origin = found.first()?.span;
    let mut targets = Vec::new();
    for found in found {
        let Some(symbol) = occurrences.symbol(found.symbol) else { continue };
        let subjects = occurrences.subjects(found.symbol).iter().copied();
        let part_of = symbol.owner.filter(|_| !matches!(symbol.kind, SymbolKind::Column | SymbolKind::Argument));
        let of = symbol.of.or(part_of).into_iter().chain(subjects);
        targets.extend(of.filter_map(|of| occurrences.symbol(of)).map(|symbol| target(snapshot, symbol)));
    }
    (!targets.is_empty()).then_some(Definition { origin, targets })
}

/// Every place where what a name stands for is named, file by file.
pub fn references(snapshot: &Snapshot, at: FilePosition, with_declaration: bool) -> Vec<Span> {
    let found = named_at(snapshot, at).into_iter().flat_map(|found| snapshot.occurrences().of(found.symbol));
    let wanted = found.filter(|found| with_declaration || found.role == Role::Reference);
    let mut spans: Vec<Span> = wanted.map(|found| found.span).collect();
    spans.sort_unstable();
    spans.dedup();
    spans
}

/// The places of a file where what a name stands for is named, with why.
pub fn highlight(snapshot: &Snapshot, at: FilePosition) -> Vec<(Span, Role)> {
    let named = named_at(snapshot, at);
    let all = snapshot.occurrences().in_file(at.file).iter();
    all.filter(|other| named.iter().any(|found| found.symbol == other.symbol)).map(|o| (o.span, o.role)).collect()
}

/// The declaration of a symbol.
pub(crate) fn target(snapshot: &Snapshot, symbol: &Symbol) -> Target {
    let FilePosition { file, offset } = FilePosition { file: symbol.span.file, offset: symbol.span.start };
    let item = snapshot.item_at(FilePosition { file, offset });
    let whole = match item.filter(|_| symbol.owner.is_none() && symbol.kind != SymbolKind::Tag) {
        Some(item) => item.span,
        None => symbol.span,
    };
    Target { name: symbol.span, whole }
}

/// The module of the library that a file is; none for others.
pub fn module_text(snapshot: &Snapshot, file: FileId) -> Option<(&str, &str)> {
    let parsed = snapshot.parsed(file).filter(|file| file.library)?;
    Some((&parsed.module, snapshot.text(file)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    const POLICY: &str = "\
dimension stage { startup, growth }
roster team { id: text key, stage: stage }
roster staff { id: text key, team: -> team, pay: money }
source live { who: -> staff, on: date time, gmv: money }
param bar by stage: money { startup: 5元, growth: 9元 }
";

    /// Each meaning of the name at `$0`, with the lines on which it stands.
    fn show(text: &str, of_type: bool) -> String {
        let fixture = fixture(text);
        let snapshot = &fixture.snapshot;
        let found = if of_type { type_definition(snapshot, fixture.at) } else { definition(snapshot, fixture.at) };
        let Some(found) = found else { return "nothing".to_owned() };
        let shown = found.targets.iter().map(|target| {
            let whole = snapshot.text_of(target.whole);
            format!("{} in {}", snapshot.text_of(target.name), whole.lines().next().unwrap_or_default())
        });
        format!("{} → {}", snapshot.text_of(found.origin), shown.collect::<Vec<_>>().join(" | "))
    }

    // feature: definition
    #[test]
    fn names_lead_to_their_declarations() {
        let cases = [
            "indicator x { formula sum(live.g$0mv) }",
            "indicator x { formula sum(l$0ive.gmv) }",
            "indicator x { formula count(live where who.te$0am.stage == growth) }",
            "indicator x { formula count(live where who.team.stage == gro$0wth) }",
            "indicator x { formula sum(live.gmv), target by te$0am.stage { startup: ≥ 1元, else: none } }\nscorecard c for staff { x watch }",
            "indicator x { formula sum(live.gmv), target by team.stage { start$0up: ≥ 1元, else: none } }\nscorecard c for staff { x watch }",
            "indicator x { formula sum(live.gmv) }\nscorecard c for staff { $0x watch }",
            "scorecard c for staff { veto late when count(live) > 3 }\ntest \"t\" { period 2026-10, expect c[A] vetoed by la$0te }",
            "incentive i for staff { pay base = pay }\ntest \"t\" { period 2026-10, expect i[A].ba$0se == 3元 }",
            "test \"t\" {\n  period 2026-10\n  staff | id | team |\n | A1 | T |\n  expect x[A$01].actual == 3\n}",
            "use std.sur$0vey",
            "indicator x { formula n$0ps(1, 2, 3) }\nuse std.survey",
            "indicator x = std.live.watch$0_time(live)",
            // Where the policy has errors.
            "indicator x { formula sum(live.g$0mv) + 30s + nonsense(1) }",
        ];
        let shown: Vec<String> = cases.iter().map(|case| show(&format!("{POLICY}{case}\n"), false)).collect();
        insta::assert_snapshot!(shown.join("\n"), @r#"
        gmv → gmv in gmv
        live → live in source live { who: -> staff, on: date time, gmv: money }
        team → team in team
        growth → growth in growth
        team → team in team
        startup → startup in startup
        x → x in indicator x { formula sum(live.gmv) }
        late → late in late
        base → base in base
        A1 → A1 in A1
        survey →  in 
        nps → nps in function nps "净推荐值" (promoters: count, detractors: count, answers: count): number = (promoters - detractors) ÷ answers × 100
        watch_time → watch_time in indicator watch_time(s: session) "平均停留时长" {
        gmv → gmv in gmv
        "#);
    }

    // feature: type
    #[test]
    fn types_of_names() {
        let cases = [
            "roster shop { id: text key, st$0age: stage, of: -> team }",
            "roster shop { id: text key, stage: stage, o$0f: -> team }",
            "indicator x$0 { formula sum(live.gmv) }\nscorecard c for staff { x watch }",
            "scorecard c$0 for staff { }",
            "indicator x { formula count(live where who.team.stage == gro$0wth) }",
            "indicator x$0 { formula 3 }",
        ];
        let shown: Vec<String> = cases.iter().map(|case| show(&format!("{POLICY}{case}\n"), true)).collect();
        insta::assert_snapshot!(shown.join("\n"), @r#"
        stage → stage in dimension stage { startup, growth }
        of → team in roster team { id: text key, stage: stage }
        x → staff in roster staff { id: text key, team: -> team, pay: money }
        c → staff in roster staff { id: text key, team: -> team, pay: money }
        growth → stage in dimension stage { startup, growth }
        nothing
        "#);
    }

    // feature: references
    #[test]
    fn references_in_all_files_and_highlights_in_one() {
        let text = "//- /a.kpi\ndimension 岗位 { 主播, 场控 }\nroster staff { id: text key, 岗位: 岗位 }\n//- /b.kpi\nscorecard c for staff where 岗位 == 主$0播 { }\ntest \"t\" {\n  period 2026-10\n  staff | id | 岗位 |\n | A1 | 主播 |\n}\n";
        let fixture = fixture(text);
        let show = |span: &Span| {
            let file = fixture.snapshot.files().get(span.file)?;
            Some(format!("{}:{} {}", file.path, file.line_column(span.start).line, fixture.snapshot.text_of(*span)))
        };
        let all = references(&fixture.snapshot, fixture.at, true);
        let shown: Vec<String> = all.iter().filter_map(show).collect();
        assert_eq!(shown, ["/a.kpi:1 主播", "/b.kpi:1 主播", "/b.kpi:5 主播"]);
        assert_eq!(references(&fixture.snapshot, fixture.at, false).len(), 2);
        let here = highlight(&fixture.snapshot, fixture.at);
        assert_eq!(here.iter().map(|(_, role)| *role).collect::<Vec<_>>(), [Role::Reference; 2]);
    }
}
