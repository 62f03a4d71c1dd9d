//! The command `kpi`.

fn main() {}
