#![no_main]

use kpi_front_tests::judge::judge_parse;
use libfuzzer_sys::{fuzz_mutator, fuzz_target};

fuzz_target!(|data: &[u8]| {
    if let Err(why) = judge_parse(&String::from_utf8_lossy(data)) {
        panic!("{why}");
    }
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    kpi_fuzz::mutate_text(data, size, max_size, seed)
});
