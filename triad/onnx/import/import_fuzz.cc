// libFuzzer: any bytes are refused with an Error of one line, or give a network
// that can be written and read again. Corpus: tests/golden/onnx.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <span>
#include <string_view>

#include "triad/base/error.h"
#include "triad/onnx/export.h"
#include "triad/onnx/import.h"

namespace {

// A small file may describe large layers (a scalar for each channel); writing
// those out would only test memory.
constexpr std::int64_t kMostParameters = 1 << 22;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  using namespace triad;
  std::optional<onnx::Imported> imported;
  try {
    imported = onnx::import_bytes(std::as_bytes(std::span(data, size)), "fuzz");
  } catch (const Error& error) {
    if (std::string_view(error.what()).find('\n') != std::string_view::npos)
      std::abort();
    return 0;
  }
  if (graph::count(imported->graph).parameters > kMostParameters) return 0;
  const auto again =
      onnx::import_bytes(onnx::float_model(imported->graph), "again");
  if (again.graph.outputs.size() != imported->graph.outputs.size())
    std::abort();
  return 0;
}
