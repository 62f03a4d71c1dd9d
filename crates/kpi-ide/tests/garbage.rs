//! Whatever a text holds, going through it ends and finds places of the text.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice, reason = "a test may panic")]

use std::path::Path;

use kpi_ide::{FilePosition, Ide, calls, definition, outline, regions, rename};

const TEXT: &str = "policy \"Live\" { edition 1, currency CNY, period month }
use std.survey
dimension 岗位 { 主播 \"😀\", 场控 }
roster staff { id: text key, 岗位: 岗位, boss: -> staff? }
source live { who: -> staff, on: date time, gmv: money from \"成交\" ≥ 0 }
view w from live where gmv > 0 group by who, week { n = count() }
param bar by 岗位: money { 主播: 5元, else: 9元 }
function f(x: money): money = x × 2
indicator watched = std.live.watch_time(live { watched = gmv })
indicator x \"标签\" { formula f(sum(live.gmv where who.岗位 == 主播)) over 岗位, target by 岗位 { 主播: ≥ bar, else: none }, tag key }
scorecard card for staff where 岗位 == 主播 { group g weight 100% { x }, veto late when x > 3元 }
incentive pay for card { pay base = 100元 × step(score) { ≥ 80: 100%, else: 0% } }
rule r for each indicator { when score < 60%, then \"talk\" }
test \"t\" {
  period 2026-10
  each  | v |
        | 1 |
  staff | id | 岗位 |
        | A1 | 主播 |
  expect card[A1].x.actual == $v // kpi: allow(K1004) because
}
";

/// A number of chance (xorshift), below a bound.
fn chance(state: &mut u64, bound: usize) -> usize {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    (*state % bound.max(1) as u64) as usize
}

fn boundary(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[test]
fn broken_texts_are_gone_through() {
    let pieces =
        ["{", "}", "(", ")", "|", "\"", "`", ".", ",", " ", "\n", "主播", "😀", "by", "view a from a", "$", "//", "："];
    let mut state = 0x9E37_79B9_7F4A_7C15;
    let path = Path::new("/live.kpi");
    for round in 0..400 {
        let mut text = TEXT.to_owned();
        for _ in 0..chance(&mut state, 4) {
            let from = boundary(&text, chance(&mut state, text.len()));
            let to = boundary(&text, (from + chance(&mut state, 30)).min(text.len()));
            text.replace_range(from..to, pieces[chance(&mut state, pieces.len())]);
        }
        let mut ide = Ide::new();
        ide.set_file(path, text.clone());
        let snapshot = ide.snapshot(path).unwrap();
        let file = snapshot.file_id(path).unwrap();
        let whole = |span: kpi_base::Span| {
            let text = snapshot.text(span.file);
            assert!(text.get(span.start as usize..span.end as usize).is_some(), "round {round}: {span:?}\n{text}");
        };
        for found in snapshot.occurrences().iter() {
            whole(found.span);
        }
        outline::symbols(&snapshot, file).iter().for_each(|symbol| whole(symbol.span));
        regions::folds(&snapshot, file).iter().for_each(|fold| whole(fold.span));
        regions::links(&snapshot, file).iter().for_each(|link| whole(link.span));
        for _ in 0..4 {
            let at = FilePosition { file, offset: boundary(&text, chance(&mut state, text.len() + 1)) as u32 };
            regions::selections(&snapshot, at).into_iter().for_each(whole);
            let targets =
                definition::definition(&snapshot, at).into_iter().chain(definition::type_definition(&snapshot, at));
            targets.flat_map(|found| found.targets).for_each(|target| whole(target.whole));
            definition::references(&snapshot, at, true).into_iter().for_each(whole);
            calls::incoming(&snapshot, at)
                .iter()
                .chain(&calls::outgoing(&snapshot, at))
                .for_each(|call| whole(call.declaration.span));
            if let Ok(Some(renaming)) = rename::rename(&snapshot, at, "别名") {
                renaming.edits.iter().for_each(|edit| whole(edit.span));
            }
        }
    }
}
