use super::*;

fn dec(text: &str) -> Dec {
    text.parse().unwrap()
}

#[test]
fn text_goes_there_and_back() {
    for text in ["0", "1", "-1", "0.5", "-0.000000000001", "12345678901234567890123456.123456789012"] {
        assert_eq!(dec(text).to_string(), text);
    }
    for text in ["18446744.073709551615", "18446744.073709551616", "18446744073709551616", "-100000000000000000000"] {
        // On both sides of 2⁶⁴ units, and of 2⁶⁴ before the point.
        assert_eq!(dec(text).text().as_str(), text);
    }
    for text in ["1.000001", "1.0000001", "1.00000001", "0.1", "10.000000000001", "9.999999"] {
        assert_eq!(dec(text).text().as_str(), text);
    }
    assert_eq!(dec("-1234.5").to_fixed(3), "-1234.500");
    assert_eq!(dec("-0.0004").to_fixed(3), "0.000");
    assert_eq!(dec("12345678901234567890123456.5").to_fixed(0), "12345678901234567890123457");
    assert_eq!(dec("+1.50").to_string(), "1.5");
    assert_eq!(dec(".5"), dec("0.5"));
    assert_eq!(dec("5."), dec("5"));
    assert_eq!(dec("1.0000000000000000"), Dec::ONE);
}

#[test]
fn what_is_no_number_is_refused() {
    for text in ["", "-", ".", "1,000", "1e3", " 1", "一", "1.2.3"] {
        assert_eq!(text.parse::<Dec>(), Err(ParseDecError::NotANumber), "{text:?}");
    }
    assert_eq!("0.0000000000001".parse::<Dec>(), Err(ParseDecError::TooManyDigits));
    assert_eq!("100000000000000000000000000".parse::<Dec>(), Err(ParseDecError::TooLarge));
}

#[test]
fn products_and_quotients_round_half_away_from_zero() {
    // 10⁻⁶ × 5·10⁻⁷ = 5·10⁻¹³, the middle between 0 and 10⁻¹².
    assert_eq!(dec("0.000001").mul(dec("0.0000005")), Ok(dec("0.000000000001")));
    assert_eq!(dec("-0.000001").mul(dec("0.0000005")), Ok(dec("-0.000000000001")));
    assert_eq!(dec("0.000001").mul(dec("0.0000004")), Ok(Dec::ZERO));
    assert_eq!(dec("2").div(dec("3")), Ok(Some(dec("0.666666666667"))));
    assert_eq!(dec("-2").div(dec("3")), Ok(Some(dec("-0.666666666667"))));
    assert_eq!(dec("1").div(Dec::ZERO), Ok(None));
    assert_eq!(dec("50000").div(dec("70000")), Ok(Some(dec("0.714285714286"))));
}

#[test]
fn wide_products_are_exact() {
    let large = dec("99999999999999.999999999999");
    // (10¹⁴ − 10⁻¹²)² = 10²⁸ − 200 + 10⁻²⁴ has 29 digits before the point.
    assert_eq!(large.mul(large), Err(Overflow));
    // (10¹² + 10⁻⁶)² = 10²⁴ + 2·10⁶ + 10⁻¹².
    let x = dec("1000000000000.000001");
    assert_eq!(x.mul(x), Ok(dec("1000000000000000002000000.000000000001")));
    assert_eq!(large.mul_div(large, large), Ok(Some(large)));
}

#[test]
fn overflow_is_an_error() {
    let max = dec("99999999999999999999999999.999999999999");
    assert_eq!(max.add(dec("0.000000000001")), Err(Overflow));
    assert_eq!(dec("-99999999999999999999999999.999999999999").sub(Dec::ONE), Err(Overflow));
    assert_eq!(max.div(dec("0.1")), Err(Overflow));
}

#[test]
fn rounding_modes_at_the_middle() {
    use Rounding::*;
    let cases = [
        ("2.5", HalfAwayFromZero, "3"),
        ("-2.5", HalfAwayFromZero, "-3"),
        ("2.4999", HalfAwayFromZero, "2"),
        ("2.5", HalfEven, "2"),
        ("3.5", HalfEven, "4"),
        ("-2.5", HalfEven, "-2"),
        ("-2.1", Down, "-3"),
        ("-2.9", Up, "-2"),
        ("2.0", Up, "2"),
    ];
    for (x, mode, want) in cases {
        assert_eq!(dec(x).round_with(0, mode), dec(want), "{x} {mode:?}");
    }
    assert_eq!(dec("89.995").round(2), dec("90"));
    assert_eq!(dec("1234.56").round_to(dec("5"), HalfAwayFromZero), dec("1235"));
}

#[test]
fn whole_times_counts_whole_steps() {
    assert_eq!(dec("2.9").whole_times(dec("1")), Some(dec("2")));
    assert_eq!(dec("3").whole_times(dec("1.5")), Some(dec("2")));
    assert_eq!(dec("-0.1").whole_times(dec("1")), Some(dec("-1")));
    assert_eq!(dec("1").whole_times(Dec::ZERO), None);
}

#[test]
fn fixed_digits() {
    assert_eq!(dec("3366.4").to_fixed(2), "3366.40");
    assert_eq!(dec("-0.004").to_fixed(2), "0.00");
    assert_eq!(dec("-0.005").to_fixed(2), "-0.01");
    assert_eq!(dec("89.95").to_fixed(0), "90");
}

#[test]
fn a_tenth_a_million_times() {
    let sum = (0..1_000_000).try_fold(Dec::ZERO, |sum, _| sum.add(dec("0.10")));
    assert_eq!(sum.map(|s| s.to_fixed(2)), Ok("100000.00".to_owned()));
}
