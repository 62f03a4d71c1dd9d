//! The word that was probably meant.

/// The nearest of the words, if it is near enough to be meant.
pub(crate) fn nearest<'a>(word: &str, words: &[&'a str]) -> Option<&'a str> {
    let length = word.chars().count();
    let allowed = match length {
        0..=2 => return None,
        3..=4 => 1,
        _ => 2,
    };
    words
        .iter()
        .filter(|w| w.chars().count().abs_diff(length) <= allowed)
        .map(|w| (distance(word, w), *w))
        .filter(|(d, _)| *d <= allowed)
        .min_by_key(|(d, _)| *d)
        .map(|(_, w)| w)
}

/// The nearest of English words in the language of the word: a Chinese one is compared with their Chinese spellings.
pub(crate) fn nearest_word(word: &str, words: &[&'static str]) -> Option<&'static str> {
    if word.is_ascii() {
        return nearest(word, words);
    }
    let length = word.chars().count();
    // Of two characters one may be wrong, of three too; one character says too little.
    let near = |other: &&str| {
        let (other, same) = (other.chars().count(), other.chars().any(|c| word.contains(c)));
        other > 1 && length > 1 && same && other.abs_diff(length) <= 1
    };
    let spelt = words.iter().flat_map(|word| crate::words::spellings(word).skip(1)).filter(near);
    spelt.map(|other| (distance(word, other), other)).filter(|(d, _)| *d <= 1).min().map(|(_, other)| other)
}

/// Insertions, removals and replacements between two words, a swap of neighbours counted once.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    let mut last_a = None;
    for (i, x) in a.chars().enumerate() {
        let mut next = vec![i + 1];
        let mut last_b = None;
        for (j, y) in b.iter().enumerate() {
            let at = |row: &[usize], k: usize| row.get(k).copied().unwrap_or(usize::MAX / 2);
            let replace = at(&row, j) + usize::from(x != *y);
            let mut best = replace.min(at(&row, j + 1) + 1).min(at(&next, j) + 1);
            if last_a == Some(*y) && last_b == Some(x) {
                best = best.min(at(&before, j.wrapping_sub(1)) + 1);
            }
            next.push(best);
            last_b = Some(*y);
        }
        last_a = Some(x);
        before = std::mem::replace(&mut row, next);
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
#[test]
fn near_words_are_found() {
    assert_eq!(nearest("indicatr", &["policy", "indicator"]), Some("indicator"));
    assert_eq!(nearest("formual", &["formula", "target"]), Some("formula"));
    assert_eq!(nearest("gmv", &["tag"]), None);
}
