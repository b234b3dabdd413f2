// make_onnx_golden FOLDER: small ONNX files in the style of each exporter, what
// the importer's fuzzing starts from.

#include <cstdio>
#include <filesystem>

#include "triad/base/file.h"
#include "triad/onnx/import/style_files.h"

int main(int count, char** arguments) {
  using namespace triad::onnx;
  if (count != 2) {
    std::fprintf(stderr, "usage: make_onnx_golden FOLDER\n");
    return 2;
  }
  const std::filesystem::path folder = arguments[1];
  triad::write_file(folder / "torchscript.onnx", torchscript_file().bytes());
  triad::write_file(folder / "dynamo.onnx", dynamo_file().bytes());
  triad::write_file(folder / "tf2onnx.onnx", tf2onnx_file().bytes());
  triad::write_file(folder / "keras.onnx", keras_file().bytes());
  triad::write_file(folder / "caffe2.onnx", caffe2_file().bytes());
  triad::write_file(folder / "detector.onnx", detector_file().bytes());
  triad::write_file(folder / "masked.onnx", masked_file().bytes());
  triad::write_file(folder / "siamese.onnx", siamese_file().bytes());
  triad::write_file(folder / "qdq.onnx", qdq_file().bytes());
  triad::write_file(folder / "qonnx.onnx", qonnx_file().bytes());
  return 0;
}
