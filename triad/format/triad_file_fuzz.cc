// libFuzzer: any bytes are refused with an Error or give a model that can be
// written and read again. Corpus: tests/golden/good and tests/golden/broken.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <span>

#include "triad/base/error.h"
#include "triad/format/reader.h"
#include "triad/format/test_difference.h"
#include "triad/format/writer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  using namespace triad;
  std::optional<format::Model> model;
  try {
    model = format::read_model(std::as_bytes(std::span(data, size)));
  } catch (const Error&) {
    return 0;
  }
  const format::Model again = format::read_model(format::model_bytes(*model));
  if (!format::difference(model->graph, again.graph).empty()) std::abort();
  return 0;
}
