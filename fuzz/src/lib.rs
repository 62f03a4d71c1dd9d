//! What the targets share: texts are changed by words, lines and declarations as well as by bytes.

use std::path::Path;
use std::sync::LazyLock;

use kpi_front_tests::mutate::{mutate, read_corpus};

/// The policies of the repository, whose pieces are put into others.
static CORPUS: LazyLock<Vec<String>> =
    LazyLock::new(|| read_corpus(&Path::new(env!("CARGO_MANIFEST_DIR")).join("..")).unwrap_or_default());

/// Changes the text in a buffer and says how long it is now; libFuzzer's own changes of bytes every fourth time.
pub fn mutate_text(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    if seed % 4 == 0 {
        return libfuzzer_sys::fuzzer_mutate(data, size, max_size);
    }
    let text = String::from_utf8_lossy(data.get(..size).unwrap_or_default()).into_owned();
    let other = CORPUS.get(seed as usize / 4 % CORPUS.len().max(1)).map(String::as_str).unwrap_or_default();
    let text = if text.is_empty() { other.to_owned() } else { text };
    let changed = mutate(&text, other, u64::from(seed), max_size);
    if let Some(place) = data.get_mut(..changed.len()) {
        place.copy_from_slice(changed.as_bytes());
    }
    changed.len()
}
