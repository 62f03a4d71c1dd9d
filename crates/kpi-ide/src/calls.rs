//! What is computed of what: which indicators, cards, incentives and rules read an indicator, and what it reads.

use std::collections::BTreeMap;

use kpi_base::Span;
use kpi_check::occurrences::{Role, SymbolKind};

use crate::declarations::Declaration;
use crate::definition::named_at;
use crate::snapshot::{FilePosition, Snapshot};

/// A declaration that reads another or is read by one, with the places where it is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The one that reads, or what is read.
    pub declaration: Declaration,
    /// Where the one names the other.
    pub places: Vec<Span>,
}

/// The declaration that the name at a place stands for, if it is of what is computed.
pub fn prepare(snapshot: &Snapshot, at: FilePosition) -> Option<Declaration> {
    let occurrences = snapshot.occurrences();
    let mut symbols = named_at(snapshot, at).into_iter().filter_map(|found| occurrences.symbol(found.symbol));
    let symbol = symbols.find(|symbol| is_computed(symbol.kind))?;
    declaration_at(snapshot, symbol.span).cloned()
}

/// What reads the declaration whose name is at a place.
pub fn incoming(snapshot: &Snapshot, at: FilePosition) -> Vec<Call> {
    let occurrences = snapshot.occurrences();
    let mut places: BTreeMap<Span, Vec<Span>> = BTreeMap::new();
    for found in named_at(snapshot, at).into_iter().flat_map(|found| occurrences.of(found.symbol)) {
        let place = FilePosition { file: found.span.file, offset: found.span.start };
        if found.role == Role::Reference
            && let Some(item) = snapshot.item_at(place)
        {
            places.entry(item.span).or_default().push(found.span);
        }
    }
    let call = |(item, places): (Span, Vec<Span>)| {
        let declaration = snapshot.declarations_of(item.file).iter().find(|declaration| declaration.span == item)?;
        Some(Call { declaration: declaration.clone(), places })
    };
    places.into_iter().filter_map(call).collect()
}

/// What the declaration whose name is at a place reads.
pub fn outgoing(snapshot: &Snapshot, at: FilePosition) -> Vec<Call> {
    let occurrences = snapshot.occurrences();
    let Some(declaration) = prepare(snapshot, at) else { return Vec::new() };
    let whole = declaration.span;
    let mut places: BTreeMap<Span, Vec<Span>> = BTreeMap::new();
    for found in occurrences.in_file(whole.file) {
        let inside = whole.start <= found.span.start && found.span.end <= whole.end;
        let symbol = occurrences.symbol(found.symbol).filter(|symbol| is_computed(symbol.kind));
        if let Some(symbol) = symbol.filter(|_| inside && found.role == Role::Reference) {
            places.entry(symbol.span).or_default().push(found.span);
        }
    }
    let call =
        |(name, places): (Span, Vec<Span>)| Some(Call { declaration: declaration_at(snapshot, name)?.clone(), places });
    places.into_iter().filter_map(call).collect()
}

fn is_computed(kind: SymbolKind) -> bool {
    use SymbolKind::{Curve, Entry, Function, Incentive, Indicator, Param, Rule, Scorecard};
    matches!(kind, Indicator | Entry | Scorecard | Incentive | Rule | Function | Curve | Param)
}

fn declaration_at(snapshot: &Snapshot, name: Span) -> Option<&Declaration> {
    snapshot.declarations_of(name.file).iter().find(|declaration| declaration.name_span == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    // feature: calls
    #[test]
    fn indicators_read_and_are_read() {
        let text = "\
//- /a.kpi
roster staff { id: text key }
source live { who: -> staff, on: date time }
param bar: count = 3
indicator one { formula count(live), target ≥ bar }
indicator t$0wo { formula one + one.attainment × twice(bar), target ≥ 1 }
function twice(x: count): count = x × 2
//- /b.kpi
indicator other = std.live.watch_time(live)
scorecard card for staff { two weight 100%, other watch, veto late when two > 3 }
rule r for card { when two > 3, then \"x\" }
test \"t\" { period 2026-10, expect card[A].two.actual == 3 }
";
        let fixture = fixture(text);
        let snapshot = &fixture.snapshot;
        assert_eq!(prepare(snapshot, fixture.at).map(|found| found.name), Some("two".to_owned()));
        let show = |calls: Vec<Call>| {
            calls.iter().map(|call| format!("{} {}", call.declaration.name, call.places.len())).collect::<Vec<_>>()
        };
        assert_eq!(show(incoming(snapshot, fixture.at)), ["card 2", "r 1", "t 1"]);
        assert_eq!(show(outgoing(snapshot, fixture.at)), ["bar 1", "one 2", "twice 1"]);
        let named = |name: &str| {
            let span = snapshot.declaration(name).map(|found| found.name_span).unwrap_or_default();
            FilePosition { file: span.file, offset: span.start }
        };
        assert_eq!(show(outgoing(snapshot, named("card"))), ["two 2", "other 1"]);
        // What a library has is gone to as well.
        assert_eq!(show(outgoing(snapshot, named("other"))), ["watch_time 1"]);
        assert_eq!(show(incoming(snapshot, named("staff"))), ["live 1", "card 1"]);
        assert_eq!(prepare(snapshot, named("staff")), None);
    }
}
