//! Decimals as whole numbers of 10⁻¹².

/// 1.
pub const ONE: i128 = 1_000_000_000_000;

/// `a ÷ b`, rounded half away from zero; `b` is not 0.
pub fn round_div(a: i128, b: i128) -> i128 {
    let (quotient, rest) = (a / b, a % b);
    let up = 2 * rest.unsigned_abs() >= b.unsigned_abs();
    quotient
        + if !up || rest == 0 {
            0
        } else if (a < 0) == (b < 0) {
            1
        } else {
            -1
        }
}

/// The quotient of two decimals.
pub fn div(a: i128, b: i128) -> i128 {
    round_div(a * ONE, b)
}

/// The product of two decimals.
pub fn mul(a: i128, b: i128) -> i128 {
    round_div(a * b, ONE)
}

/// Rounded half away from zero to `digits` after the point.
pub fn round(x: i128, digits: u32) -> i128 {
    let unit = 10i128.pow(12 - digits);
    round_div(x, unit) * unit
}

/// As text, without zeros at the end.
pub fn show(x: i128) -> String {
    let sign = if x < 0 { "-" } else { "" };
    let text = format!("{}.{:012}", x.unsigned_abs() / ONE.unsigned_abs(), x.unsigned_abs() % ONE.unsigned_abs());
    format!("{sign}{}", text.trim_end_matches('0').trim_end_matches('.'))
}

/// Reads digits with at most one point.
pub fn parse(text: &str) -> Option<i128> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let units = format!("{fraction:0<12}");
    let sign = if whole.starts_with('-') { -1 } else { 1 };
    Some(whole.parse::<i128>().ok()? * ONE + sign * units.get(..12)?.parse::<i128>().ok()?)
}
