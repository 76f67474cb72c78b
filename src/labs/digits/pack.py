#!/usr/bin/env python3
"""Makes optdigits.bin from the digits that come with scikit-learn.

    python3 pack.py .../sklearn/datasets/data/digits.csv.gz optdigits.bin

The source: E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning
Repository (1998), https://doi.org/10.24432/C50P49, licence CC BY 4.0; scikit-learn ships its test part, 1797
images of 8 x 8 pixels from 0 to 16, as digits.csv.gz. Checked against the SHA-256 of scikit-learn 1.9.1's.

The file: an adaptive binary range coder (the one of LZMA, eleven-bit probabilities, rate 1/32). An image is
its label, four bits by a tree, then 64 pixels, five bits by a tree each; the tree of a pixel is chosen by its
place and by the pixels to its left and above it, see `context`. src/labs/digits/unpack.rs reads it.
"""
import gzip, hashlib, sys, zlib

SHA256 = "6ebb3d2fee246a4e99363262ddf8a00a3c41bee6014c373ed9d9216ba7f651b8"
LEVELS = [0, 1, 1, 1, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 4]


def context(image, i):
    """Number of the tree of pixel i: left and above by five levels each, and whether at a side."""
    left = LEVELS[image[i - 1]] if i % 8 else 0
    above = LEVELS[image[i - 8]] if i >= 8 else 0
    band = [0, 0, 1, 2, 2, 1, 0, 0][i % 8]
    return (band * 5 + left) * 5 + above


class Encoder:
    def __init__(self):
        self.low, self.range, self.cache, self.pending, self.out = 0, 0xFFFFFFFF, 0, 1, bytearray()

    def shift(self):
        if self.low < 0xFF000000 or self.low > 0xFFFFFFFF:
            carry = self.low >> 32
            while self.pending:
                self.out.append((self.cache + carry) & 0xFF)
                self.cache = 0xFF
                self.pending -= 1
            self.cache = (self.low >> 24) & 0xFF
        self.pending += 1
        self.low = (self.low << 8) & 0xFFFFFFFF

    def bit(self, tree, node, bit):
        bound = (self.range >> 11) * tree[node]
        if bit:
            self.low += bound
            self.range -= bound
            tree[node] -= tree[node] >> 5
        else:
            self.range = bound
            tree[node] += (2048 - tree[node]) >> 5
        while self.range < 1 << 24:
            self.range = (self.range << 8) & 0xFFFFFFFF
            self.shift()

    def symbol(self, tree, bits, value):
        node = 1
        for k in reversed(range(bits)):
            bit = value >> k & 1
            self.bit(tree, node, bit)
            node = 2 * node + bit

    def finish(self):
        for _ in range(5):
            self.shift()
        return bytes(self.out[1:])


def main():
    text = gzip.open(sys.argv[1]).read()
    assert hashlib.sha256(text).hexdigest() == SHA256, "another digits.csv.gz than the one this was written for"
    rows = [[int(float(v)) for v in line.split(",")] for line in text.decode().split()]
    assert "".join(",".join(map(str, row)) + "\n" for row in rows).encode() == text, "written otherwise"
    encoder, labels, trees = Encoder(), [1024] * 16, [[1024] * 32 for _ in range(75)]
    for row in rows:
        encoder.symbol(labels, 4, row[64])
        for i, value in enumerate(row[:64]):
            encoder.symbol(trees[context(row, i)], 5, value)
    packed = encoder.finish()
    open(sys.argv[2], "wb").write(packed)
    print(f"{len(rows)} images in {len(packed)} bytes; CRC-32 of the CSV {zlib.crc32(text):#010x}")


main()
