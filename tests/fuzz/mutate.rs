//! Inputs to try: a seed of the corpus with some changes, or a piece of one in another.
//!
//! A corpus is a text file, a seed a line, with the escapes of Rust's byte strings (`\n`, `\x00`, `\\`), so
//! that what a failure prints can be pasted into it. Changes are data: a failing input is shrunk to the
//! seed and the few changes that make it fail.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use std::fmt;

/// Longest input.
const LONGEST: usize = 40_000;

/// What has broken parsers before: numbers, separators, escapes, keys, between blanks.
const TOKENS: &str = "0 -0 1 -1 +1 .5 5. 1e400 -1e400 1e-400 5e-324 1e308 NaN inf -inf 0x10 1_000 1,5 4294967296 \
                      9007199254740993 999999999999999999999 1e6 -1e6 1e-6 1e-12 1e12 65536 4096 4097 : _ ; , = & ? # \
                      % %2 %00 %ff %26 ~ ! \" -- --at --format target=points target=custom target=digits \
                      estimator=quadrature lab=gan lab=forward rule=paper";

/// The same of bytes that are no words.
const BYTES: [&[u8]; 10] =
    [b" ", b"\t", b"\n", b"\r", b"\r\n", b"\x00", b"\x1f", b"\xff", b"\xef\xbb\xbf", b"\xe2\x88\x92"];

/// A change of an input.
#[derive(Clone, Debug)]
enum Change {
    /// Puts bytes somewhere.
    Insert(Index, Vec<u8>),
    /// Puts bytes in the place of so many others.
    Replace(Index, usize, Vec<u8>),
    /// Repeats a stretch.
    Repeat(Index, usize, usize),
    /// Flips a bit.
    Flip(Index, u8),
    /// Ends the input.
    Cut(Index),
}

/// An input, shown with escapes.
#[derive(Clone)]
pub(crate) struct Input(pub(crate) Vec<u8>);

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.escape_ascii())
    }
}

/// A seed with up to eight changes.
pub(crate) fn inputs(seeds: Vec<Vec<u8>>) -> impl Strategy<Value = Input> {
    let change = change(seeds.clone());
    (select(seeds), vec(change, 0..8)).prop_map(|(seed, changes)| {
        let mut input = changes.iter().fold(seed, |input, change| change.made(input));
        input.truncate(LONGEST);
        Input(input)
    })
}

fn change(seeds: Vec<Vec<u8>>) -> impl Strategy<Value = Change> {
    let at = any::<Index>;
    let tokens: Vec<&[u8]> = TOKENS.split_whitespace().map(str::as_bytes).chain(BYTES).collect();
    let token = select(tokens).prop_map(<[u8]>::to_vec);
    let piece = (select(seeds), at(), 1usize..80).prop_map(|(seed, at, length)| {
        let start = at.index(seed.len() + 1);
        seed[start..(start + length).min(seed.len())].to_vec()
    });
    let number = any::<f64>().prop_map(|number| number.to_string().into_bytes());
    let bytes = prop_oneof![6 => token, 3 => piece, 1 => number, 1 => vec(any::<u8>(), 1..5)];
    prop_oneof![
        3 => (at(), bytes.clone()).prop_map(|(at, bytes)| Change::Insert(at, bytes)),
        4 => (at(), 0usize..12, bytes).prop_map(|(at, length, bytes)| Change::Replace(at, length, bytes)),
        1 => (at(), 1usize..40, 2usize..80).prop_map(|(at, length, times)| Change::Repeat(at, length, times)),
        1 => (at(), 0u8..8).prop_map(|(at, bit)| Change::Flip(at, bit)),
        1 => at().prop_map(Change::Cut),
    ]
}

impl Change {
    fn made(&self, mut input: Vec<u8>) -> Vec<u8> {
        let length = input.len();
        let end = |start: usize, count: usize| (start + count).min(length);
        match self {
            Self::Insert(at, bytes) => {
                let start = at.index(length + 1);
                input.splice(start..start, bytes.iter().copied());
            }
            Self::Replace(at, count, bytes) => {
                let start = at.index(length + 1);
                input.splice(start..end(start, *count), bytes.iter().copied());
            }
            Self::Repeat(at, count, times) => {
                let start = at.index(length + 1);
                let piece = input[start..end(start, *count)].repeat(*times);
                input.splice(start..start, piece);
            }
            Self::Flip(at, bit) if length > 0 => input[at.index(length)] ^= 1 << bit,
            Self::Flip(..) => {}
            Self::Cut(at) => input.truncate(at.index(length + 1)),
        }
        input
    }
}

/// The seeds of a corpus.
pub(crate) fn seeds(text: &str) -> Vec<Vec<u8>> {
    text.lines().filter(|line| !line.starts_with("# ")).map(|line| unescaped(line.as_bytes())).collect()
}

/// The bytes that a line of a corpus stands for.
fn unescaped(mut line: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    while let Some((first, rest)) = line.split_first() {
        line = rest;
        if *first != b'\\' {
            bytes.push(*first);
            continue;
        }
        let (kind, rest) = line.split_first().expect("something after a backslash");
        line = rest;
        bytes.push(match kind {
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'x' => {
                let digits = std::str::from_utf8(line.get(..2).expect("two digits")).expect("ASCII");
                line = &line[2..];
                u8::from_str_radix(digits, 16).expect("hexadecimal")
            }
            other => *other,
        });
    }
    bytes
}

#[test]
fn what_a_failure_prints_is_a_line_of_a_corpus() {
    let bytes: Vec<u8> = (0..=255).collect();
    assert_eq!(unescaped(format!("{:?}", Input(bytes.clone())).as_bytes()), bytes);
}
