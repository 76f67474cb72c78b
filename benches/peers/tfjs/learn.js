// Steps of training a second in TensorFlow.js, in a dedicated worker: the network, weights, minibatches and
// rule of benches/learning.rs, so that the loss after ten steps is the same.
//
// ?backend=cpu|wasm|webgl|webgpu &runs=5 &length=1000 (milliseconds of a run). When it is done, the title is
// "done" and window.result holds the figures, or {error}.
"use strict";

const WIDTHS = [9, 128, 128, 128, 2], BATCH = 256, BATCHES = 64, FIRST = 10, RATE = 2e-3;
const DIST = "node_modules/@tensorflow/";

/** Uniform numbers in [-1, 1) from xorshift. */
function uniform(seed, count) {
  let state = (Math.imul(seed, 2654435761) + 12345) >>> 0;
  return Float32Array.from({ length: count }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state = (state ^ (state << 5)) >>> 0;
    return (state >>> 8) / 8388608 - 1;
  });
}

/** The network and what its optimiser remembers. */
function begin() {
  const layers = WIDTHS.slice(1).map((outputs, layer) => {
    const inputs = WIDTHS[layer], scale = Math.fround(Math.sqrt(6 / inputs));
    const weights = uniform(17 + layer, inputs * outputs).map((u) => u * scale);
    return [tf.variable(tf.tensor2d(weights, [inputs, outputs])), tf.variable(tf.zeros([outputs]))];
  });
  const optimizer = tf.train.adam(RATE, 0.9, 0.999, 1e-8);
  let steps = 0;
  return {
    /** A step; its loss as a tensor. */
    step() {
      const x = uniform(1000 + (steps % BATCHES), BATCH * WIDTHS[0]), y = new Float32Array(2 * BATCH);
      for (let i = 0; i < BATCH; i += 1) {
        const r = x.subarray(WIDTHS[0] * i);
        y[2 * i] = r[0] * r[1] + 0.5 * r[2];
        y[2 * i + 1] = r[3] * r[4] * r[5] - r[6];
      }
      steps += 1;
      return tf.tidy(() => {
        const inputs = tf.tensor2d(x, [BATCH, WIDTHS[0]]), wanted = tf.tensor2d(y, [BATCH, 2]);
        const loss = () => {
          let values = inputs;
          layers.forEach(([a, bias], layer) => {
            values = tf.fused.matMul({ a: values, b: a, bias });
            if (layer + 1 < layers.length) values = tf.mul(values, tf.sigmoid(values));
          });
          return tf.mean(tf.square(tf.sub(values, wanted)));
        };
        return optimizer.minimize(loss, true);
      });
    },
    end() {
      optimizer.dispose();
      layers.flat().forEach((variable) => variable.dispose());
    },
  };
}

async function steps(training, count) {
  let loss = null;
  for (let i = 0; i < count; i += 1) {
    loss?.dispose();
    loss = training.step();
  }
  const [value] = await loss.data(); // only now is all of it done, on a GPU
  loss.dispose();
  return value;
}

async function measure(query) {
  const backend = query.get("backend") ?? "wasm";
  const runs = Number(query.get("runs") ?? 5), length = Number(query.get("length") ?? 1000);
  tf.wasm.setWasmPaths(`${DIST}tfjs-backend-wasm/dist/`);
  if (!(await tf.setBackend(backend))) throw new Error(`no ${backend} here`);
  await tf.ready();
  const losses = [];
  for (let i = 0; i < 2; i += 1) {
    const training = begin();
    losses.push(await steps(training, FIRST));
    training.end();
  }
  const training = begin();
  const run = async (count) => {
    const start = performance.now();
    await steps(training, count);
    return (1000 * count) / (performance.now() - start);
  };
  await run(5); // the first steps are compiled as they go
  const count = Math.max(2, Math.round(((await run(5)) * length) / 1000));
  const rates = [];
  for (let r = 0; r < runs; r += 1) rates.push(await run(count));
  rates.sort((a, b) => a - b);
  const wasm = backend === "wasm";
  return {
    peer: `tfjs-${backend}`,
    version: tf.version.tfjs,
    threads: wasm ? tf.wasm.getThreadsCount() : backend === "cpu" ? 1 : null,
    simd: wasm ? await tf.env().getAsync("WASM_HAS_SIMD_SUPPORT") : null,
    loss: losses[0],
    same: losses[0] === losses[1],
    steps_per_second: rates[Math.floor(runs / 2)],
    least: rates[0],
    most: rates[runs - 1],
  };
}

if (typeof window === "undefined") {
  for (const file of ["tfjs/dist/tf", "tfjs-backend-wasm/dist/tf-backend-wasm", "tfjs-backend-webgpu/dist/tf-backend-webgpu"]) {
    importScripts(`${DIST}${file}.min.js`);
  }
  measure(new URLSearchParams(location.search))
    .catch((error) => ({ error: String(error.stack ?? error) }))
    .then((result) => postMessage(result));
} else {
  const worker = new Worker(`learn.js${location.search}`);
  const done = (result) => {
    window.result = result;
    document.getElementById("result").textContent = JSON.stringify(result, null, 2);
    document.title = "done";
  };
  worker.onmessage = (event) => done(event.data);
  worker.onerror = (event) => done({ error: event.message });
}
