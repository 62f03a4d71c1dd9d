use super::october;
use crate::fixtures::Fixture;

/// A policy with so many indicators over one source, all of them additive.
fn many(indicators: usize) -> String {
    let mut text = String::from(
        "policy \"Many\" { edition 1, currency CNY, period month }\nroster staff { id: text key }\n\
         source sale { who: -> staff, on: date time, amount: money, parts: count }\n",
    );
    for i in 0..indicators {
        text.push_str(&format!(
            "indicator i{i} {{ formula sum(sale.amount where parts > {i}) / count(sale), target ≥ {i}元 }}\n"
        ));
    }
    text.push_str("scorecard card for staff {\n");
    (0..indicators).for_each(|i| text.push_str(&format!("  i{i}\n")));
    text + "}\n"
}

/// One scan, one `group_by`, nothing that reads rows twice or leaves the streaming engine.
fn check_shape(dot: &str) {
    assert_eq!(dot.matches("multi-scan").count(), 1, "{dot}");
    assert_eq!(dot.matches("group-by").count(), 1, "{dot}");
    assert!(!dot.contains("multiplexer"), "{dot}");
    // The colour of a node that falls back to the in-memory engine; the legend has it too, as a font's.
    assert!(!dot.contains("fillcolor=\"0.0 0.3 1.0\""), "{dot}");
}

#[test]
fn one_scan_a_source_whatever_the_number_of_indicators() {
    for indicators in [1, 10, 50] {
        let fixture = Fixture::new(&many(indicators), "2026-10", "2026-10")
            .csv("staff", &["id\nA\n"])
            .csv("sale", &["who,on,amount,parts\nA,2026-10-01,1,2\n", "who,on,amount,parts\nA,2026-10-01,1,2\n"]);
        let dot = crate::explain_physical(&fixture.model, &fixture.plan, &fixture.inputs).unwrap();
        check_shape(&dot);
    }
}

#[test]
fn parquet_is_scanned_once_too() {
    let path = crate::fixtures::file("sale.parquet", b"");
    let columns = [
        ("who", crate::OutColumn::Text(vec![Some("A".into()), Some("A".into())])),
        ("on", crate::OutColumn::Text(vec![Some("2026-10-01".into()), Some("2026-10-31".into())])),
        ("amount", crate::OutColumn::Dec(vec!["1.25".parse().ok(), "2".parse().ok()], 2)),
        ("parts", crate::OutColumn::Int(vec![Some(1), Some(0)])),
    ];
    crate::write_parquet(&columns, &path).unwrap();
    let fixture = Fixture::new(&many(2), "2026-10", "2026-10").csv("staff", &["id\nA\n"]).path("sale", path);
    let dot = crate::explain_physical(&fixture.model, &fixture.plan, &fixture.inputs).unwrap();
    check_shape(&dot);
    insta::assert_snapshot!(fixture.cube(&fixture.run(), "sale"), @"A 2026-10 | 1 1.25 2 0 none");
}

#[test]
fn ten_cents_a_million_times_are_a_hundred_thousand() {
    let mut text = String::from("who,on,amount,parts\n");
    (0..1_000_000).for_each(|_| text.push_str("A,2026-10-01,0.10,1\n"));
    let fixture = Fixture::new(&many(1), "2026-10", "2026-10").csv("staff", &["id\nA\n"]).csv("sale", &[&text]);
    assert_eq!(fixture.cube(&fixture.run(), "sale"), "A 2026-10 | 1000000 100000 1000000\n");
}

/// Run by the test below in processes of their own; prints the facts.
#[test]
#[ignore = "a part of another test"]
fn print_facts() {
    let rows: String = (0..20_000)
        .map(|i| {
            format!(
                "S{i},A0{},,2026-10-{:02} 10:00,{}.{:02},,{}.5,{i}\n",
                i % 2 + 1,
                i % 31 + 1,
                i % 977,
                i % 100,
                i % 60
            )
        })
        .collect();
    let fixture =
        october().csv("live", &[&format!("{}{rows}", super::LIVE_ROWS.lines().next().unwrap().to_owned() + "\n")]);
    println!("facts {:?}", fixture.run());
}

#[test]
fn any_number_of_threads_gives_the_same_facts() {
    let run = |threads: &str| {
        let mut child = std::process::Command::new(std::env::current_exe().unwrap());
        child.args(["--ignored", "--exact", "--nocapture", "tests::plans::print_facts"]);
        let out = child.env("POLARS_MAX_THREADS", threads).output().unwrap();
        let text = String::from_utf8(out.stdout).unwrap();
        text.lines().find(|line| line.contains("facts Facts")).unwrap_or_else(|| panic!("{text}")).to_owned()
    };
    let one = run("1");
    assert!(one.len() > 500);
    assert_eq!(one, run("2"));
    assert_eq!(one, run("2"));
}
