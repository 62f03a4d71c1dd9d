//! How long it takes to read a policy of 1,000 indicators, and parentheses 200 deep.

#![allow(missing_docs, reason = "criterion's macros make undocumented functions")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use kpi_base::FileId;
use kpi_syntax::parse;

fn indicators(n: usize) -> String {
    (0..n)
        .map(|i| {
            format!(
                "/// Number {i}.\nindicator i{i} \"指标 {i}\" {{\n  formula sum(live.gmv where level == severe) / sum(live.viewers)\n  \
                 target by team.stage {{ startup: ≥ 30s, growth: ≥ 45s, mature: ≥ 60s }}\n  scoring deduct 50% per 1\n}}\n\n"
            )
        })
        .collect()
}

fn nested(depth: usize) -> String {
    format!("param a: count = {}1{}\n", "(".repeat(depth), ")".repeat(depth))
}

fn parsing(c: &mut Criterion) {
    let (many, deep) = (indicators(1000), nested(200));
    assert!(parse(FileId(0), &many).diagnostics.is_empty());
    assert!(parse(FileId(0), &deep).diagnostics.is_empty());
    c.bench_function("1,000 indicators", |b| b.iter(|| parse(FileId(0), black_box(&many))));
    c.bench_function("depth 200", |b| b.iter(|| parse(FileId(0), black_box(&deep))));
}

criterion_group!(benches, parsing);
criterion_main!(benches);
