// libFuzzer: any bytes are refused with an Error or give as many values as the
// shape says.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "triad/base/error.h"
#include "triad/data/idx.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  try {
    const triad::data::Idx idx =
        triad::data::parse_idx(std::as_bytes(std::span(data, size)), "fuzz");
    if (triad::element_count(idx.shape) != std::int64_t(idx.values.size()))
      std::abort();
  } catch (const triad::Error&) {
  }
  return 0;
}
