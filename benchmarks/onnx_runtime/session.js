// A session of ONNX Runtime with the settings that are fair to it: as many
// threads as the engine beside it, spinning between runs, all graph
// optimisations, one operator after the other.
'use strict';
const ort = require('onnxruntime-node');

async function open_session(model, threads, optimisation = 'all') {
  return ort.InferenceSession.create(model, {
    executionProviders: ['cpu'],
    executionMode: 'sequential',
    graphOptimizationLevel: optimisation,
    interOpNumThreads: 1,
    intraOpNumThreads: threads,
    logSeverityLevel: 3,
    extra: {session: {intra_op: {allow_spinning: '1'}}},
  });
}

const version = require('onnxruntime-node/package.json').version;

module.exports = {ort, open_session, version};
