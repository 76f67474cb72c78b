// W1 in TensorFlow.js: the plain estimator of the score-based density formula on a 128 x 128 grid,
// 64 times, 32 draws a time and 8 components, all float32, as ../w1.py describes it.
//
// ?backend=cpu|wasm|webgl|webgpu &repeats=3, and, to try another choice than the backend's fastest,
// &form=rows|columns|products &draws=1..32 (draws a step) &threads=2 (wasm, isolated pages only).
// When it is done, the title is "done" and window.result holds the figures, or {error}.
"use strict";

const SIDE = 128, TIMES = 64, DRAWS = 32, VARIANCE = 0.04;
const POINTS = SIDE * SIDE;
const COMPONENTS = Array.from({ length: 8 }, (_, j) => (2 * Math.PI * j) / 8);
const MEANS = COMPONENTS.map((angle) => [3 * Math.cos(angle), 3 * Math.sin(angle)]);
const FASTEST = { cpu: ["products", 4], wasm: ["rows", 16], webgl: ["columns", 32], webgpu: ["columns", 32] };

/** Standard normals by Box-Muller from mulberry32, the same as in ../common.py. */
function normals(count, seed = 1) {
  const uniform = () => {
    seed = (seed + 0x6d2b79f5) >>> 0;
    let r = Math.imul(seed ^ (seed >>> 15), seed | 1);
    r ^= r + Math.imul(r ^ (r >>> 7), r | 61);
    return (((r ^ (r >>> 14)) >>> 0) + 0.5) / 2 ** 32;
  };
  const out = [];
  while (out.length < count) {
    const radius = Math.sqrt(-2 * Math.log(uniform())), angle = 2 * Math.PI * uniform();
    out.push(radius * Math.cos(angle), radius * Math.sin(angle));
  }
  return out;
}

const coordinate = (i) => -4 + (8 * i) / (SIDE - 1);
const grid = Array.from({ length: POINTS }, (_, p) => [coordinate(p % SIDE), coordinate(Math.floor(p / SIDE))]);
const noise = normals(TIMES * DRAWS * 2);
const largest = (parts) => parts.reduce((a, b) => tf.maximum(a, b));
// Not addN, whose result for eight tensors is wrong in the WebGPU backend.
const sum = (parts) => parts.reduce((a, b) => tf.add(a, b));
const squares = (x, y) => tf.add(tf.square(x), tf.square(y));

/** The numbers of one time: a logit is kx x + ky y + shift, and g = drift x + pull mean + offset. */
function moment(i) {
  const lambda = -9 + (18 * i) / (TIMES - 1);
  const t = 1 / (1 + Math.exp(-lambda)), u = 1 / (1 + Math.exp(lambda));
  const a = Math.sqrt(u), b = Math.sqrt(t), v = VARIANCE * u + t;
  const weight = (18 / (TIMES - 1)) * (i % (TIMES - 1) === 0 ? 0.5 : 1);
  const scale = Math.sqrt((0.5 * weight) / DRAWS);
  const mean = MEANS.map((m) => [a * m[0], a * m[1]]);
  return {
    constant: weight * u,
    drift: (-a * b * scale) / v,
    pull: mean.map((m) => [(m[0] * b * scale) / v, (m[1] * b * scale) / v]),
    slope: mean.map((m) => [(a * m[0]) / v, (a * m[1]) / v]),
    half: mean.map((m) => (m[0] ** 2 + m[1] ** 2) / (2 * v)),
    shift: (e) => mean.map((m) => (b * (m[0] * e[0] + m[1] * e[1])) / v),
    offset: (e) => e.map((c) => c * (1 - (b * b) / v) * scale),
  };
}

/** Each form adds up |g|^2 over some draws: one number a point, or two that are still to be added. */
const FORMS = {
  // The components along the last axis: the library's softmax, then a product with the means.
  rows({ points }, now, eps) {
    const k = eps.length;
    const base = tf.sub(tf.matMul(points, tf.tensor2d(now.slope), false, true), tf.tensor1d(now.half));
    const logits = tf.add(base.reshape([1, POINTS, 8]), tf.tensor3d(eps.map((e) => [now.shift(e)])));
    const mean = tf.matMul(tf.softmax(logits).reshape([k * POINTS, 8]), tf.tensor2d(now.pull));
    const rest = tf.add(tf.mul(points, now.drift).reshape([1, POINTS, 2]), tf.tensor3d(eps.map((e) => [now.offset(e)])));
    const g = tf.add(mean.reshape([k, POINTS, 2]), rest);
    return tf.matMul(tf.ones([1, k]), tf.square(g).reshape([k, 2 * POINTS]));
  },
  // A tensor a component, draws by points, and nothing but elementwise operations.
  columns({ x, y }, now, eps) {
    const column = (f) => tf.tensor2d(eps.map((e) => [f(e)]));
    const logits = now.slope.map(([kx, ky], j) =>
      tf.add(tf.sub(tf.add(tf.mul(x, kx), tf.mul(y, ky)), now.half[j]), column((e) => now.shift(e)[j])));
    const top = largest(logits);
    const r = logits.map((l) => tf.exp(tf.sub(l, top)));
    const total = sum(r);
    const g = [x, y].map((axis, c) => {
      const mean = tf.div(sum(r.map((part, j) => tf.mul(part, now.pull[j][c]))), total);
      return tf.add(mean, tf.add(tf.mul(axis, now.drift), column((e) => now.offset(e)[c])));
    });
    return tf.matMul(tf.ones([1, eps.length]), squares(...g));
  },
  // As columns, with every broadcast made a matrix product.
  products({ affine }, now, eps) {
    const k = eps.length;
    const rows = now.slope.flatMap((s, j) => eps.map((e) => [...s, now.shift(e)[j] - now.half[j]]));
    const logits = tf.split(tf.matMul(tf.tensor2d(rows), affine), 8, 0);
    const top = largest(logits);
    const r = tf.concat(logits.map((l) => tf.exp(tf.sub(l, top))), 0).reshape([8, k * POINTS]);
    const moments = tf.tensor2d([Array(8).fill(1), now.pull.map((p) => p[0]), now.pull.map((p) => p[1])]);
    const [total, sx, sy] = tf.split(tf.matMul(moments, r), 3, 0);
    const rest = [...eps.map((e) => [now.drift, 0, now.offset(e)[0]]), ...eps.map((e) => [0, now.drift, now.offset(e)[1]])];
    const [ox, oy] = tf.split(tf.matMul(tf.tensor2d(rest), affine), 2, 0);
    const g = [[sx, ox], [sy, oy]].map(([s, o]) => tf.add(tf.div(s, total).reshape([k, POINTS]), o));
    return tf.matMul(tf.ones([1, k]), squares(...g));
  },
};

/** The 16384 values, as a tensor. */
function estimate(inputs, form, draws) {
  let total = tf.scalar(0), constant = -(1 + Math.log(2 * Math.PI));
  for (let i = 0; i < TIMES; i += 1) {
    const now = moment(i);
    constant += now.constant;
    for (let k = 0; k < DRAWS; k += draws) {
      const eps = Array.from({ length: draws }, (_, j) => noise.slice(2 * (i * DRAWS + k + j), 2 * (i * DRAWS + k + j) + 2));
      const next = tf.tidy(() => tf.add(total, FORMS[form](inputs, now, eps)));
      total.dispose();
      total = next;
    }
  }
  const values = tf.tidy(() => tf.sub(constant, tf.sum(total.reshape([POINTS, -1]), 1)));
  total.dispose();
  return values;
}

function logDensity(x, y) {
  const logits = MEANS.map((m) => -((x - m[0]) ** 2 + (y - m[1]) ** 2) / (2 * VARIANCE));
  const top = Math.max(...logits);
  const total = logits.reduce((s, l) => s + Math.exp(l - top), 0);
  return top + Math.log(total / 8 / (2 * Math.PI * VARIANCE));
}

async function main() {
  const query = new URLSearchParams(location.search);
  const backend = query.get("backend") ?? "wasm";
  if (!(backend in FASTEST)) throw new Error(`no backend is called ${backend}`);
  const form = query.get("form") ?? FASTEST[backend][0];
  const draws = Number(query.get("draws") ?? FASTEST[backend][1]);
  const repeats = Number(query.get("repeats") ?? 3);
  if (query.has("threads")) {
    // The backend takes at most half of the processors that the browser reports.
    const threads = Number(query.get("threads"));
    Object.defineProperty(navigator, "hardwareConcurrency", { value: 2 * threads });
    tf.wasm.setThreadsCount(threads);
  }
  tf.wasm.setWasmPaths("node_modules/@tensorflow/tfjs-backend-wasm/dist/");
  if (!(await tf.setBackend(backend))) throw new Error(`no ${backend} here`);
  await tf.ready();

  const points = tf.tensor2d(grid);
  const [x, y] = tf.split(tf.transpose(points), 2, 0);
  const inputs = { points, x, y, affine: tf.concat([x, y, tf.ones([1, POINTS])], 0) };
  const seconds = [];
  let values;
  for (let r = 0; r <= repeats; r += 1) {
    const start = performance.now();
    const answer = estimate(inputs, form, draws);
    values = await answer.data();
    answer.dispose();
    if (r > 0) seconds.push((performance.now() - start) / 1000); // the first one is the warm-up
  }
  seconds.sort((a, b) => a - b);

  let error = 0;
  grid.forEach(([px, py], p) => {
    const exact = logDensity(px, py);
    if (exact > Math.log(1e-3)) error = Math.max(error, Math.abs(values[p] - exact));
  });
  const wasm = backend === "wasm";
  return {
    peer: `tfjs-${backend}`,
    version: tf.version.tfjs,
    threads: wasm ? tf.wasm.getThreadsCount() : backend === "cpu" ? 1 : null,
    seconds: seconds[0],
    median_seconds: seconds[Math.floor(seconds.length / 2)],
    component_evaluations_per_second: (POINTS * TIMES * DRAWS * 8) / seconds[0],
    max_error: error,
    form,
    draws_a_step: draws,
    simd: wasm ? await tf.env().getAsync("WASM_HAS_SIMD_SUPPORT") : null,
  };
}

main()
  .catch((error) => ({ error: String(error.stack ?? error) }))
  .then((result) => {
    window.result = result;
    document.getElementById("result").textContent = JSON.stringify(result, null, 2);
    document.title = "done";
  });
