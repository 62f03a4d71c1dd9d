//! Exports that are not UTF-8.

use encoding_rs::{BIG5, GB18030};

use super::{LIVE_ROWS, STAFF, october};
use crate::Encoding;
use crate::fixtures::Fixture;

/// The bytes of a text, all of which the encoding has.
fn encode(text: &str, encoding: &'static encoding_rs::Encoding) -> Vec<u8> {
    let (bytes, _, unmappable) = encoding.encode(text);
    assert!(!unmappable, "{text}");
    bytes.into_owned()
}

const TRADITIONAL: &str = "
policy \"P\" { edition 1, currency TWD, period month }
roster staff { id: text key, name: text from \"名稱\" }
source sale { who: -> staff, on: date time, gmv: money from \"業績\" }
indicator sales { formula sum(sale.gmv), target ≥ 100 TWD }
scorecard card for staff where name == \"陳\" { sales weight 100% }
";

fn traditional() -> Fixture {
    Fixture::new(TRADITIONAL, "2026-10", "2026-10")
        .csv("staff", &["id,名稱\nA01,陳\n"])
        .csv("sale", &["who,on,業績\nA01,2026-10-03,120.5\n"])
}

#[test]
fn the_headers_of_the_contract_tell_the_encoding() {
    let (plain, gb) = (october().run(), encode(LIVE_ROWS, GB18030));
    assert!(std::str::from_utf8(&gb).is_err());
    assert_eq!(october().bytes("live", &gb, None).run(), plain);
    assert_eq!(october().bytes("live", &gb, Some(Encoding::Gb18030)).run(), plain);

    let plain = traditional().run();
    let staff = encode("id,名稱\nA01,陳\n", BIG5);
    let sale = encode("who,on,業績\r\nA01,2026-10-03,120.5\r\n", BIG5);
    assert_eq!(traditional().bytes("staff", &staff, None).bytes("sale", &sale, None).run(), plain);
    // Another reader may take a byte below 0x80 for a comma or a quote: the second byte of `功` in Big5 is `\\`.
    let sale = encode("who,on,業績,功\nA01,2026-10-03,120.5,\"功,\"\n", BIG5);
    assert_eq!(traditional().bytes("sale", &sale, None).run(), plain);
}

#[test]
fn what_cannot_be_told_is_asked() {
    let staff = encode(STAFF, GB18030);
    // Headers in English fit every encoding; the contract does not know the header that Big5 would make of it.
    let found = october().bytes("staff", &staff, None).fail();
    insta::assert_snapshot!(found, @r#"K6008 the file can be read in several encodings: line 2 is not UTF-8; as GB18030 line 2 is `A01,主播,T1`; as Big5 line 2 is `A01,翋畦,T1` [staff.csv] (name the encoding of the file in `kpi.toml`: `{ file = "…", encoding = "gb18030" }`)"#);
    assert_eq!(october().bytes("staff", &staff, Some(Encoding::Gb18030)).run(), october().run());
    let other = encode(&LIVE_ROWS.replace("成交金额", "支付金额"), GB18030);
    insta::assert_snapshot!(october().bytes("live", &other, None).fail(), @r#"K6008 in no encoding does the file have the headers of its contract: line 1 is not UTF-8; as GB18030 one of its headers is `支付金额`; as Big5 one of its headers is `盓葆踢塗` [live.csv] (name the encoding of the file in `kpi.toml`: `{ file = "…", encoding = "gb18030" }`)"#);
}

#[test]
fn a_file_that_is_not_in_its_declared_encoding_is_refused_as_a_whole() {
    let gb = encode(LIVE_ROWS, GB18030);
    insta::assert_snapshot!(october().bytes("live", &gb, Some(Encoding::Utf8)).fail(), @r#"K6003 line 1 is not UTF-8 [live.csv, line 1] (name the encoding of the file in `kpi.toml`: `{ file = "…", encoding = "gb18030" }`)"#);
    // A file whose headers are UTF-8 is UTF-8, and has a line that is torn.
    let torn = [LIVE_ROWS.as_bytes(), b"S9,A01,,2026-10-05,7,\xff\xff,2,101\n"].concat();
    insta::assert_snapshot!(october().bytes("live", &torn, None).fail(), @r#"K6003 line 6 is not UTF-8 [live.csv, line 6] (name the encoding of the file in `kpi.toml`: `{ file = "…", encoding = "gb18030" }`)"#);
    let torn = [LIVE_ROWS.as_bytes(), b"S9,A01,,2026-10-05,7,\xff\xff,2,101\n"].concat();
    insta::assert_snapshot!(october().bytes("live", &torn, Some(Encoding::Gb18030)).fail(), @r#"K6003 line 6 is not GB18030 [live.csv, line 6] (name the encoding of the file in `kpi.toml`: `{ file = "…", encoding = "gb18030" }`)"#);
}

#[test]
fn encodings_have_names() {
    for (name, encoding) in
        [("GBK", Encoding::Gb18030), ("gb2312", Encoding::Gb18030), ("UTF-8", Encoding::Utf8), ("Big5", Encoding::Big5)]
    {
        assert_eq!(Encoding::find(name), Some(encoding));
    }
    assert_eq!(Encoding::find("latin1"), None);
}
