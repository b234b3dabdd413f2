// node time_model.js MODEL [--threads N] [--seconds S] [--warm-up S]: latency
// of ONNX Runtime on a model at batch 1, as one JSON object on stdout.
// The tensors in and out exist before the clock starts and stay the same;
// values are random, the same in every run. Times are of session.run as
// JavaScript sees it: a few microseconds more than from C.
'use strict';
const {ort, open_session, version} = require('./session.js');

function parse(args) {
  const options = {threads: 1, seconds: 1, 'warm-up': 0.3};
  const [model, ...rest] = args;
  for (let i = 0; i < rest.length; i += 2) {
    const name = rest[i].replace(/^--/, '');
    const value = Number(rest[i + 1]);
    if (!(name in options) || !(value > 0))
      throw new Error(`unknown or bad option ${rest[i]} ${rest[i + 1]}`);
    options[name] = value;
  }
  if (!model) throw new Error('expected a model file');
  return {model, ...options};
}

// The first input's shape, batch 1; values in [-1, 1) of a fixed sequence.
function make_input(session) {
  const [meta] = session.inputMetadata;
  const dims = meta.shape.map((size) => typeof size === 'number' ? size : 1);
  const values = new Float32Array(dims.reduce((a, b) => a * b, 1));
  let state = 1;
  for (let i = 0; i < values.length; ++i) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    values[i] = state / 2 ** 31 - 1;
  }
  return {[meta.name]: new ort.Tensor('float32', values, dims)};
}

// Milliseconds of each run, sorted.
async function time(session, feeds, fetches, seconds) {
  const times = [];
  const end = process.hrtime.bigint() + BigInt(Math.round(seconds * 1e9));
  let now = process.hrtime.bigint();
  do {
    const begin = process.hrtime.bigint();
    await session.run(feeds, fetches);
    now = process.hrtime.bigint();
    times.push(Number(now - begin) / 1e6);
  } while (now < end || times.length < 5);
  return times.sort((a, b) => a - b);
}

async function main(args) {
  const options = parse(args);
  const session = await open_session(options.model, options.threads);
  const feeds = make_input(session);
  const fetches = await session.run(feeds);  // outputs of the right shapes
  await time(session, feeds, fetches, options['warm-up']);
  const times = await time(session, feeds, fetches, options.seconds);
  const quantile = (q) => times[Math.min(times.length - 1,
                                         Math.floor(q * times.length))];
  console.log(JSON.stringify({
    engine: `onnxruntime ${version}`,
    model: options.model,
    threads: options.threads,
    runs: times.length,
    median_ms: quantile(0.5),
    p99_ms: quantile(0.99),
    minimum_ms: times[0],
  }));
}

main(process.argv.slice(2)).catch((error) => {
  console.error(`time_model: ${error.message}`);
  process.exit(1);
});
