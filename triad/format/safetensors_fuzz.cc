// libFuzzer: any bytes are refused with an Error or give tensors that survive
// writing to the bit.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <span>

#include "triad/base/error.h"
#include "triad/format/safetensors.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  using namespace triad::format;
  std::optional<TensorFile> file;
  try {
    file = read_safetensors(std::as_bytes(std::span(data, size)), "fuzz");
  } catch (const triad::Error&) {
    return 0;
  }
  // Bytes, not values, for NaN differs from itself.
  const auto bytes = safetensors_bytes(*file);
  if (safetensors_bytes(read_safetensors(bytes, "again")) != bytes)
    std::abort();
  return 0;
}
