//! Names that stand for people.

use std::collections::BTreeMap;

/// How people are called in an output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Names {
    /// By their keys.
    Plain,
    /// By numbers in the order in which they are told: nothing of the key is in the name, and it says the same in one output only.
    Numbered(BTreeMap<String, usize>),
    /// By what a secret makes of their keys: the same in every output with this secret, and told by nobody who has not got it.
    Keyed(u64, u64),
}

impl Names {
    /// Numbers for subjects in the order of a list; whoever stands on it twice has the first number.
    pub fn numbered<'a>(subjects: impl IntoIterator<Item = &'a str>) -> Names {
        let mut numbers = BTreeMap::new();
        for subject in subjects {
            let next = numbers.len() + 1;
            numbers.entry(subject.to_owned()).or_insert(next);
        }
        Names::Numbered(numbers)
    }

    /// Names by a secret.
    pub fn keyed(secret: &str) -> Names {
        // Two halves of 64 bits, each of all of the secret.
        Names::Keyed(siphash((0, 0), secret.as_bytes()), siphash((0, 1), secret.as_bytes()))
    }

    /// The name of a subject: its key, `P12`, or `P3f9a01c4`.
    pub fn name(&self, subject: &str) -> String {
        match self {
            Names::Plain => subject.to_owned(),
            Names::Numbered(numbers) => format!("P{}", numbers.get(subject).copied().unwrap_or_default()),
            Names::Keyed(a, b) => format!("P{:08x}", siphash((*a, *b), subject.as_bytes()) >> 32),
        }
    }

    /// Whether people are called by their keys.
    pub fn are_plain(&self) -> bool {
        *self == Names::Plain
    }
}

/// SipHash-2-4 (Aumasson and Bernstein 2012): a keyed hash, so that nobody can try keys without the secret.
fn siphash((k0, k1): (u64, u64), bytes: &[u8]) -> u64 {
    let mut v = [
        k0 ^ 0x736f_6d65_7073_6575,
        k1 ^ 0x646f_7261_6e64_6f6d,
        k0 ^ 0x6c79_6765_6e65_7261,
        k1 ^ 0x7465_6462_7974_6573,
    ];
    let mut words: Vec<u64> = bytes.chunks(8).map(little).collect();
    let length = (bytes.len() as u64) << 56;
    match words.last_mut() {
        Some(last) if !bytes.len().is_multiple_of(8) => *last |= length,
        _ => words.push(length),
    }
    for word in words {
        let [.., v3] = &mut v;
        *v3 ^= word;
        v = round(round(v));
        let [v0, ..] = &mut v;
        *v0 ^= word;
    }
    let [_, _, v2, _] = &mut v;
    *v2 ^= 0xff;
    let [v0, v1, v2, v3] = round(round(round(round(v))));
    v0 ^ v1 ^ v2 ^ v3
}

fn little(chunk: &[u8]) -> u64 {
    chunk.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte))
}

fn round([mut v0, mut v1, mut v2, mut v3]: [u64; 4]) -> [u64; 4] {
    v0 = v0.wrapping_add(v1);
    v1 = v1.rotate_left(13) ^ v0;
    v0 = v0.rotate_left(32);
    v2 = v2.wrapping_add(v3);
    v3 = v3.rotate_left(16) ^ v2;
    v0 = v0.wrapping_add(v3);
    v3 = v3.rotate_left(21) ^ v0;
    v2 = v2.wrapping_add(v1);
    v1 = v1.rotate_left(17) ^ v2;
    v2 = v2.rotate_left(32);
    [v0, v1, v2, v3]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_that_of_the_paper() {
        // Appendix A: key 00..0f, message 00..0e.
        let key = (0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908);
        let message: Vec<u8> = (0..15).collect();
        assert_eq!(siphash(key, &message), 0xa129_ca61_49be_45e5);
    }

    #[test]
    fn a_name_is_the_same_with_the_same_secret_alone() {
        let (a, b) = (Names::keyed("one"), Names::keyed("another"));
        assert_eq!(a.name("张三"), Names::keyed("one").name("张三"));
        assert_ne!(a.name("张三"), b.name("张三"));
        assert_ne!(a.name("张三"), a.name("李四"));
        assert_eq!(a.name("张三").len(), 9);
    }

    #[test]
    fn numbers_follow_the_list() {
        let names = Names::numbered(["李四", "张三", "李四"]);
        assert_eq!((names.name("李四"), names.name("张三")), ("P1".to_owned(), "P2".to_owned()));
        assert_eq!(Names::Plain.name("李四"), "李四");
    }
}
