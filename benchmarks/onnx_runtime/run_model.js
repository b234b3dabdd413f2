// node run_model.js MODEL FOLDER [OPTIMISATION]: runs a model once on the tensors
// of a folder, under ONNX Runtime's graph optimisations of that level ("all").
// Reads FOLDER/inputs.json, [{"name", "type", "dims"}], with the bytes of entry
// i in FOLDER/input_I.bin; writes outputs.json and output_I.bin alike.
'use strict';
const fs = require('fs');
const path = require('path');
const {ort, open_session} = require('./session.js');

const kArrays = {
  float32: Float32Array, uint8: Uint8Array, int8: Int8Array, int16: Int16Array,
};

function read_tensor(folder, entry, index) {
  const bytes = fs.readFileSync(path.join(folder, `input_${index}.bin`));
  const values = new kArrays[entry.type](
      bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  return new ort.Tensor(entry.type, values, entry.dims);
}

async function main([model, folder, optimisation]) {
  const session = await open_session(model, 1, optimisation);
  const inputs =
      JSON.parse(fs.readFileSync(path.join(folder, 'inputs.json'), 'utf8'));
  const feeds = {};
  inputs.forEach((entry, index) => {
    feeds[entry.name] = read_tensor(folder, entry, index);
  });
  const results = await session.run(feeds);
  const outputs = Object.entries(results).map(([name, tensor], index) => {
    const {buffer, byteOffset, byteLength} = tensor.data;
    fs.writeFileSync(path.join(folder, `output_${index}.bin`),
                     Buffer.from(buffer, byteOffset, byteLength));
    return {name, type: tensor.type, dims: tensor.dims};
  });
  fs.writeFileSync(path.join(folder, 'outputs.json'), JSON.stringify(outputs));
}

main(process.argv.slice(2)).catch((error) => {
  console.error(`run_model: ${error.message}`);
  process.exit(1);
});
