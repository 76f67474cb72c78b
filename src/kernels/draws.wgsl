// Standard normal draws: the twin of draws.rs, with the same names. Put before the text of kernels
// that draw.

// Of math/random.rs.
const MULTIPLIERS = vec2<u32>(0xD2511F53u, 0xCD9E8D57u);
const INCREMENTS = vec2<u32>(0x9E3779B9u, 0xBB67AE85u);
const KEY: u32 = 0x5C02E5C0u;

const LN_2: f32 = 0.6931471805599453;
const ROOT_HALF: u32 = 0x3F3504F3u;

// High and low word of the products of two pairs, by 16-bit halves: no sum below overflows.
fn wide_product(a: vec2<u32>, b: vec2<u32>) -> array<vec2<u32>, 2> {
    let sixteen = vec2<u32>(16u);
    let half = vec2<u32>(0xFFFFu);
    let low = (a & half) * (b & half);
    let cross = (a >> sixteen) * (b & half) + (low >> sixteen);
    let other = (a & half) * (b >> sixteen) + (cross & half);
    let high = (a >> sixteen) * (b >> sixteen) + (cross >> sixteen) + (other >> sixteen);
    return array<vec2<u32>, 2>(high, a * b);
}

// One block of Philox4x32-10.
fn philox(counter: vec4<u32>, key: vec2<u32>) -> vec4<u32> {
    var c = counter;
    var k = key;
    for (var round = 0; round < 10; round++) {
        let products = wide_product(c.xz, MULTIPLIERS);
        let high = products[0];
        let low = products[1];
        c = vec4<u32>(high.y ^ c.y ^ k.x, low.y, high.x ^ c.w ^ k.y, low.x);
        k += INCREMENTS;
    }
    return c;
}

// Pair i of a stream.
fn pair(seed: u32, stream: u32, i: u32) -> vec2<f32> {
    let words = philox(vec4<u32>(i >> 1u, 0u, stream, 0u), vec2<u32>(seed, KEY));
    let two = select(words.xy, words.zw, (i & 1u) == 1u);
    return vec2<f32>(quantile(two.x), quantile(two.y));
}

// The normal quantile of (word + 1/2)/2^32.
fn quantile(word: u32) -> f32 {
    let x = (f32(bitcast<i32>(word ^ 0x80000000u)) + 0.5) * 0x1p-31f;
    // How many words lie beyond, and half of this one.
    let beyond = f32(min(word, ~word)) + 0.5;
    let product = beyond * 0x1p-30f * (1.0 - beyond * 0x1p-32f);
    // Exponent and mantissa in [sqrt(1/2), sqrt(2)).
    let bits = bitcast<u32>(product);
    let exponent = bitcast<i32>(bits - ROOT_HALF) >> 23u;
    let r = bitcast<f32>(bits - bitcast<u32>(exponent << 23u)) - 1.0;
    let w = -fma(f32(exponent), LN_2, logarithm(r));
    if w > 5.0 {
        return x * tail(sqrt(w) - 3.5);
    }
    return x * middle(w - 2.5);
}

// log(1 + r).
fn logarithm(r: f32) -> f32 {
    var sum = 7.0376836e-2;
    sum = fma(sum, r, -1.151461e-1);
    sum = fma(sum, r, 1.1676999e-1);
    sum = fma(sum, r, -1.2420141e-1);
    sum = fma(sum, r, 1.4249323e-1);
    sum = fma(sum, r, -1.6668058e-1);
    sum = fma(sum, r, 2.0000715e-1);
    sum = fma(sum, r, -2.4999994e-1);
    sum = fma(sum, r, 3.3333331e-1);
    let square = r * r;
    return fma(square, -0.5, r) + sum * (square * r);
}

fn middle(x: f32) -> f32 {
    var sum = 3.97426e-8;
    sum = fma(sum, x, 4.8546266e-7);
    sum = fma(sum, x, -4.9828227e-6);
    sum = fma(sum, x, -6.210528e-6);
    sum = fma(sum, x, 3.0912003e-4);
    sum = fma(sum, x, -1.7730349e-3);
    sum = fma(sum, x, -5.908134e-3);
    sum = fma(sum, x, 3.4880266e-1);
    return fma(sum, x, 2.1233135);
}

fn tail(x: f32) -> f32 {
    var sum = -3.155734e-5;
    sum = fma(sum, x, 3.462333e-5);
    sum = fma(sum, x, 1.3448226e-4);
    sum = fma(sum, x, -3.720651e-4);
    sum = fma(sum, x, 5.870322e-4);
    sum = fma(sum, x, -9.303184e-4);
    sum = fma(sum, x, 1.5558018e-3);
    sum = fma(sum, x, -2.925364e-3);
    sum = fma(sum, x, 4.632745e-3);
    sum = fma(sum, x, 1.4246352);
    return fma(sum, x, 4.717089);
}
