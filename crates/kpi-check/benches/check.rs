//! How long a policy of 1,000 indicators takes from text to model: everything that `kpi check` does but reading files.
//!
//! `cargo bench -p kpi-check`. The bar is 0.3 s.

use std::fmt::Write;

use criterion::{Criterion, criterion_group, criterion_main};
use kpi_base::FileId;

/// 1,000 indicators over 20 sources with tables by stage, on 100 scorecards of ten lines.
fn policy() -> String {
    let mut text = "policy \"Large\" {\n  edition 1\n  currency CNY\n  period month\n}\n\
        dimension stage ordered { startup, growth, mature }\n\
        roster team { id: text key, stage: stage }\n\
        roster staff { id: text key, team: -> team, salary: money, grade: count }\n"
        .to_owned();
    for source in 0..20 {
        let _ = writeln!(
            text,
            "source s{source} {{ who: -> staff, at: datetime time, gmv: money, watched: duration in seconds, viewers: count }}"
        );
    }
    for n in 0..1_000 {
        let s = n % 20;
        let _ = writeln!(
            text,
            "indicator i{n} \"Indicator {n}\" {{\n  \
               formula (sum(s{s}.watched where viewers > {n}) + sum(s{s}.watched)) / sum(s{s}.viewers)\n  \
               target  by team.stage {{ startup: ≥ 30s, growth: ≥ 45s tolerance 5s, mature: ≥ 60s }}\n}}"
        );
    }
    for card in 0..100 {
        let _ = writeln!(text, "scorecard c{card} for staff where grade == {card} {{");
        for line in 0..10 {
            let _ = writeln!(text, "  i{} weight 10%", card * 10 + line);
        }
        text.push_str("  grade { ≥ 90: \"A\", ≥ 70: \"B\", else: \"C\" }\n}\n");
    }
    text
}

fn check(c: &mut Criterion) {
    let text = policy();
    let parsed = kpi_syntax::parse(FileId(0), &text);
    let found = kpi_check::check(std::slice::from_ref(&parsed.file));
    assert!(found.model.is_some(), "{:#?}", found.diagnostics.first());
    let mut group = c.benchmark_group("1,000 indicators");
    group.sample_size(20);
    group.bench_function("parse", |b| b.iter(|| kpi_syntax::parse(FileId(0), &text)));
    group.bench_function("check", |b| b.iter(|| kpi_check::check(std::slice::from_ref(&parsed.file))));
    group.finish();
}

criterion_group!(benches, check);
criterion_main!(benches);
