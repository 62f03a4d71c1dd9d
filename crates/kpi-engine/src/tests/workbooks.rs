//! Sheets of workbooks as exports.

use std::io::Write;
use std::path::PathBuf;

use kpi_plan::Facts;
use zip::write::SimpleFileOptions;

use crate::fixtures::{Fixture, file, words};
use crate::{Export, Input, Options};

const POLICY: &str = r#"policy "P" { edition 1, currency CNY, period month }
roster staff { id: text key }
source plan {
  who:   -> staff from "工号"
  month: month time from "月份"
  gmv:   money from "GMV目标"
  rate:  ratio? from "占比"
  watch: duration in minutes from "时长"
}
indicator plan_gmv { formula sum(plan.gmv), target ≥ 1元 }
indicator best_rate { formula max(plan.rate where rate is known) }
indicator watched { formula sum(plan.watch) }
scorecard c for staff { plan_gmv weight 100%, best_rate watch, watched watch }
"#;

/// A cell as it stands in a sheet's XML; `s` 1 is a date, 2 a percentage, 3 a time span.
fn cell(place: &str, kind: &str, value: &str) -> String {
    match kind {
        "text" => format!(r#"<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>"#),
        "error" => format!(r#"<c r="{place}" t="e"><v>{value}</v></c>"#),
        style => format!(r#"<c r="{place}" s="{style}"><v>{value}</v></c>"#),
    }
}

/// A sheet whose header stands in row 2, with an empty row below the first of its rows.
fn sheet(rows: &[[(&str, &str); 5]]) -> String {
    let names = ["工号", "月份", "GMV目标", "占比", " 时长 "];
    let letters = ["A", "B", "C", "D", "E"];
    let line = |number: usize, cells: &[(&str, &str); 5]| {
        let cells = letters.iter().zip(cells).filter(|(_, (_, value))| !value.is_empty());
        let cells: String =
            cells.map(|(letter, (kind, value))| cell(&format!("{letter}{number}"), kind, value)).collect();
        format!(r#"<row r="{number}">{cells}</row>"#)
    };
    let mut lines = line(2, &names.map(|name| ("text", name)));
    for (place, row) in rows.iter().enumerate() {
        lines.push_str(&line(if place == 0 { 3 } else { place + 4 }, row));
    }
    format!(
        r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{lines}</sheetData></worksheet>"#
    )
}

fn workbook(sheets: &[(&str, String)]) -> PathBuf {
    let path = file("计划.xlsx", b"");
    let mut zip = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
    let mut add = |name: String, text: String| {
        zip.start_file(name, SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored)).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    };
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let package = "http://schemas.openxmlformats.org/package/2006";
    let (mut listed, mut linked, mut types) = (String::new(), String::new(), String::new());
    for (place, (name, text)) in sheets.iter().enumerate() {
        let n = place + 1;
        listed.push_str(&format!(r#"<sheet name="{name}" sheetId="{n}" r:id="rId{n}"/>"#));
        linked.push_str(&format!(
            r#"<Relationship Id="rId{n}" Type="{office}/worksheet" Target="worksheets/sheet{n}.xml"/>"#
        ));
        types.push_str(&format!(
            r#"<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>"#
        ));
        add(format!("xl/worksheets/sheet{n}.xml"), text.clone());
    }
    add(
        "xl/styles.xml".into(),
        format!(
            r#"<styleSheet xmlns="{main}"><numFmts count="1"><numFmt numFmtId="164" formatCode="[h]:mm:ss"/></numFmts><cellXfs count="4"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="10"/><xf numFmtId="164"/></cellXfs></styleSheet>"#
        ),
    );
    linked.push_str(&format!(r#"<Relationship Id="rId99" Type="{office}/styles" Target="styles.xml"/>"#));
    add(
        "xl/workbook.xml".into(),
        format!(r#"<workbook xmlns="{main}" xmlns:r="{office}"><sheets>{listed}</sheets></workbook>"#),
    );
    add(
        "xl/_rels/workbook.xml.rels".into(),
        format!(r#"<Relationships xmlns="{package}/relationships">{linked}</Relationships>"#),
    );
    add(
        "_rels/.rels".into(),
        format!(
            r#"<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#
        ),
    );
    add(
        "[Content_Types].xml".into(),
        format!(
            r#"<Types xmlns="{package}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>{types}</Types>"#
        ),
    );
    zip.finish().unwrap();
    path
}

fn run(path: PathBuf, sheet: Option<&str>) -> Result<(Fixture, Facts), String> {
    let mut fixture = Fixture::new(POLICY, "2026-10", "2026-10").csv("staff", &["id\nA01\n1002\n"]);
    let export = Export { sheet: sheet.map(str::to_owned), ..Export::from(path) };
    fixture.inputs.insert(fixture.table("plan"), Input::Files(vec![export]));
    match crate::execute(&fixture.model, &fixture.plan, &fixture.inputs, &Options::default()) {
        Ok(facts) => Ok((fixture, facts)),
        Err(findings) => Err(words(&findings)),
    }
}

#[test]
fn rows_of_a_sheet_are_set_aside_by_their_number() {
    let mut rows = GOOD.to_vec();
    rows.insert(1, [("text", "A02"), ("1", "46296"), ("error", "#DIV/0!"), ("2", ""), ("0", "30")]);
    let mut fixture = Fixture::new(POLICY, "2026-10", "2026-10").csv("staff", &["id\nA01\n1002\n"]);
    fixture = fixture.path("plan", workbook(&[("计划", sheet(&rows))]));
    let (facts, said) = fixture.run_without_bad_rows();
    assert_eq!(facts.cubes, run(workbook(&[("计划", sheet(&GOOD))]), None).unwrap().1.cubes);
    // The sheet has its header in row 2 and an empty row 4.
    insta::assert_snapshot!(said, @r#"
    K6017 the formula of this cell failed: `#DIV/0!` [计划.xlsx, row 5, column `GMV目标`: `#DIV/0!`] (repair it in the workbook, or clear the cell if there is no value)
    K6042 1 row of `plan` breaks its contract and is left out (scores and pay are as if they were not there; mend the export and run again)
    "#);
}

/// 46296 is 2026-10-01 and 46322.75 is 2026-10-27 18:00: days since 1899-12-30.
const GOOD: [[(&str, &str); 5]; 2] = [
    [("text", "A01"), ("1", "46296"), ("0", "50000.1"), ("2", "0.155"), ("3", "1.0208333333333333")],
    [("0", "1002"), ("1", "46322.75"), ("0", "0"), ("2", ""), ("0", "30")],
];

#[test]
fn cells_keep_the_type_of_the_sheet() {
    let book = workbook(&[("说明", sheet(&[])), ("月度计划", sheet(&GOOD))]);
    let (fixture, facts) = run(book, Some("月度计划")).unwrap();
    // 24.5 hours are 88,200 s; 30 in a column of minutes are 1,800 s. A number as a person's key is its digits.
    insta::assert_snapshot!(fixture.cube(&facts, "plan"), @r#"
    1002 2026-10 | 1 0 0 none 1800
    A01 2026-10 | 1 50000.1 1 0.155 88200
    "#);
}

#[test]
fn the_only_sheet_needs_no_name() {
    let (fixture, facts) = run(workbook(&[("Sheet1", sheet(&GOOD))]), None).unwrap();
    assert_eq!(fixture.cube(&facts, "plan").lines().count(), 2);
}

#[test]
fn which_sheet_is_never_guessed() {
    let book = || workbook(&[("2025", sheet(&GOOD)), ("月度计划", sheet(&GOOD))]);
    insta::assert_snapshot!(run(book(), None).err().unwrap(), @r#"K6007 the workbook has 2 sheets [计划.xlsx] (name one in `kpi.toml`: `{ file = "计划.xlsx", sheet = "…" }`; its sheets are `2025`, `月度计划`)"#);
    insta::assert_snapshot!(run(book(), Some("月度计画")).err().unwrap(), @r#"K6007 the workbook has no sheet `月度计画` [计划.xlsx] (did you mean `月度计划`?)"#);
    insta::assert_snapshot!(run(book(), Some("x")).err().unwrap(), @r#"K6007 the workbook has no sheet `x` [计划.xlsx] (its sheets are `2025`, `月度计划`)"#);
}

#[test]
fn bad_cells_are_named_by_their_row_in_the_sheet() {
    let bad = [
        [("text", "A01"), ("1", "46296"), ("error", "#DIV/0!"), ("text", "15.5%"), ("0", "1")],
        [("text", "A01"), ("0", "46296"), ("0", "0.123"), ("text", "x"), ("1", "46296")],
        [("text", "A09"), ("text", "2026-10"), ("0", ""), ("0", "0.1"), ("0", "1")],
    ];
    insta::assert_snapshot!(run(workbook(&[("计划", sheet(&bad))]), None).err().unwrap(), @r#"
    K6017 the formula of this cell failed: `#DIV/0!` [计划.xlsx, row 3, column `GMV目标`: `#DIV/0!`] (repair it in the workbook, or clear the cell if there is no value)
    K6017 `month` cannot be read as month here [计划.xlsx, row 5, column `月份`: `46296`] (cast the column where the file is written, or declare its type)
    K6011 `0.123` has more than 2 digits after the point [计划.xlsx, row 5, column `GMV目标`: `0.123`] (export rounded amounts, or declare how many digits there are: `gmv: money digits n`)
    K6010 `x` is not a number [计划.xlsx, row 5, column `占比`: `x`] (leave a cell empty where there is no value, and declare `rate: ratio?`)
    K6017 `watch` cannot be read as duration here [计划.xlsx, row 5, column `时长`: `2026-10-01 00:00`] (cast the column where the file is written, or declare its type)
    K6015 a row of `plan` has no `gmv` [计划.xlsx, row 6, column `GMV目标`] (fill the cell in, or declare `gmv: money?` if it may be missing)
    "#);
}

#[test]
fn what_is_no_workbook_is_said() {
    insta::assert_snapshot!(run(file("计划.xlsx", b"not a zip"), None).err().unwrap(), @r#"K6002 the workbook cannot be read: Xlsx error: Zip error: invalid Zip archive: Could not find EOCD [计划.xlsx] (save it as an Excel workbook (`.xlsx`) without a password)"#);
    insta::assert_snapshot!(run(workbook(&[("计划", sheet(&[]))]), None).err().unwrap(), @r#"K6030 `plan` has no row [计划.xlsx] (give the whole export, or declare `plan` as `sparse` if no row is a fact)"#);
    let empty = format!(
        r#"<worksheet xmlns="{}"><sheetData/></worksheet>"#,
        "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    );
    insta::assert_snapshot!(run(workbook(&[("计划", empty)]), None).err().unwrap(), @"K6004 the file of `plan` is empty [计划.xlsx] (it needs a line with headers, also where there is nothing to report)");
}
