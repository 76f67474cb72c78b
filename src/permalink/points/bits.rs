//! Bits in base64 with the alphabet of links (RFC 4648, section 5), without padding: the highest bit of a
//! character first; what the last character has to spare is 0.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Appends bits.
#[derive(Debug, Default)]
pub(super) struct BitWriter {
    text: String,
    held: u64,
    count: u32,
}

impl BitWriter {
    /// The `count` low bits of a number, at most 32.
    pub(super) fn bits(&mut self, value: u64, count: u32) {
        self.held = self.held << count | value & ((1 << count) - 1);
        self.count += count;
        while self.count >= 6 {
            self.count -= 6;
            self.text.push(char::from(ALPHABET[(self.held >> self.count & 63) as usize]));
        }
        self.held &= (1 << self.count) - 1;
    }

    /// A number in Golomb–Rice code: `value >> low` ones, a zero, the `low` low bits.
    pub(super) fn rice(&mut self, value: u64, low: u32) {
        for _ in 0..value >> low {
            self.bits(1, 1);
        }
        self.bits(0, 1);
        self.bits(value, low);
    }

    /// The text.
    pub(super) fn finish(mut self) -> String {
        if self.count > 0 {
            self.bits(0, 6 - self.count);
        }
        self.text
    }
}

/// Reads them back.
#[derive(Debug)]
pub(super) struct BitReader {
    sextets: Vec<u8>,
    at: usize,
}

impl BitReader {
    /// `None` where a character is none of the alphabet's.
    pub(super) fn new(text: &str) -> Option<Self> {
        let sextet = |byte: u8| ALPHABET.iter().position(|known| *known == byte).map(|place| place as u8);
        Some(Self { sextets: text.bytes().map(sextet).collect::<Option<_>>()?, at: 0 })
    }

    fn bit(&mut self) -> Option<u64> {
        let sextet = self.sextets.get(self.at / 6)?;
        let bit = sextet >> (5 - self.at % 6) & 1;
        self.at += 1;
        Some(u64::from(bit))
    }

    /// The next `count` bits.
    pub(super) fn bits(&mut self, count: u32) -> Option<u64> {
        let mut value = 0;
        for _ in 0..count {
            value = value << 1 | self.bit()?;
        }
        Some(value)
    }

    /// A number in Golomb–Rice code; `None` at the end, or where it has more than `most` bits.
    pub(super) fn rice(&mut self, low: u32, most: u32) -> Option<u64> {
        let mut high = 0u64;
        while self.bit()? == 1 {
            high += 1;
        }
        let value = self.bits(low)?;
        // The ones are no more than the text is long, so this cannot overflow 64 bits.
        let whole = (high << low) + value;
        (whole >> most <= 1).then_some(whole)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back() {
        let mut writer = BitWriter::default();
        writer.bits(0b101, 3);
        writer.rice(1000, 7);
        writer.rice(0, 0);
        writer.bits(0xffff_ffff, 32);
        let mut reader = BitReader::new(&writer.finish()).expect("base64");
        assert_eq!(reader.bits(3), Some(0b101));
        assert_eq!(reader.rice(7, 32), Some(1000));
        assert_eq!(reader.rice(0, 32), Some(0));
        assert_eq!(reader.bits(32), Some(0xffff_ffff));
        assert_eq!(reader.bits(12), None);
        assert!(BitReader::new("a+b").is_none());
    }
}
