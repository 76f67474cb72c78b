// The inner loop of all kernels: sums over the components of a mixture at a point. The twin of
// sums.rs, with the same names; put before the text of each kernel.
//
// One pass, four components at a time: the sums are rescaled when a block raises the largest
// exponent. A block costs one exponential more than its four components; a first pass for the
// maximum would cost every component its quadratic form and its 32 bytes once more.
//
// Per component, without FULL and SPREAD: 22 operations, one of them an exponential.

// Whether covariances may be other than diagonal.
override FULL: bool = true;

// PackedComponent of packed.rs.
struct Component {
    // Mean, a, b.
    first: vec4<f32>,
    // c, log2_norm, trace, nothing.
    second: vec4<f32>,
}

struct Sums {
    // Sum of p = 2^(logit - largest logit).
    total: f32,
    // Sum of p (a u + b v) and of p c v.
    slope: vec2<f32>,
    // Sum of p (|g|^2 - tr C^-1).
    spread: f32,
}

@group(0) @binding(1) var<storage, read> components: array<Component>;

// 2 ln 2: from (a u + b v, c v) to -g.
const SLOPE: f32 = 1.3862943611198906;
// Exponents stay above this: what lies below might be flushed to zero, or not.
const FLOOR: f32 = -126.0;
// Below all logits.
const LOWEST: f32 = -3.0e38;

// The sums over components first .. first + count, a multiple of four, at a point.
fn sums(first: u32, count: u32, at: vec2<f32>) -> Sums {
    var out = Sums(0.0, vec2<f32>(0.0), 0.0);
    var top = LOWEST;
    for (var j = first; j < first + count; j += 4u) {
        let p0 = components[j].first;
        let p1 = components[j + 1u].first;
        let p2 = components[j + 2u].first;
        let p3 = components[j + 3u].first;
        let q0 = components[j].second;
        let q1 = components[j + 1u].second;
        let q2 = components[j + 2u].second;
        let q3 = components[j + 3u].second;
        let a = vec4<f32>(p0.z, p1.z, p2.z, p3.z);
        let b = vec4<f32>(p0.w, p1.w, p2.w, p3.w);
        let c = vec4<f32>(q0.x, q1.x, q2.x, q3.x);
        let x = at.x - vec4<f32>(p0.x, p1.x, p2.x, p3.x);
        let y = at.y - vec4<f32>(p0.y, p1.y, p2.y, p3.y);
        let u = x * a;
        var v = y * c;
        if FULL {
            v = fma(x, b, v);
        }
        let logits = vec4<f32>(q0.y, q1.y, q2.y, q3.y) - fma(u, u, v * v);
        let before = top;
        top = max(top, max(max(logits.x, logits.y), max(logits.z, logits.w)));
        let scale = exp2(max(before - top, FLOOR));
        let p = exp2(max(logits - top, vec4<f32>(FLOOR)));
        var gx = u * a;
        if FULL {
            gx = fma(v, b, gx);
        }
        let gy = v * c;
        let spread = SLOPE * SLOPE * fma(gx, gx, gy * gy) - vec4<f32>(q0.z, q1.z, q2.z, q3.z);
        out.total = fma(out.total, scale, dot(p, vec4<f32>(1.0)));
        out.slope = fma(out.slope, vec2<f32>(scale), vec2<f32>(dot(p, gx), dot(p, gy)));
        out.spread = fma(out.spread, scale, dot(p, spread));
    }
    return out;
}

// The score, and div s + |s|^2/2 of the score with `shift` added to both coordinates.
fn field(sums: Sums, shift: f32) -> vec3<f32> {
    let s = sums.slope * (-SLOPE / sums.total);
    // div s = spread - |s|^2, so f = spread - |s|^2/2 + shift (s1 + s2) + shift^2.
    let f = sums.spread / sums.total - 0.5 * dot(s, s) + shift * (s.x + s.y) + shift * shift;
    return vec3<f32>(s, f);
}
