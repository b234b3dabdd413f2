// libFuzzer: any bytes are refused with an Error or give a picture [3, H, W]
// that can be fitted to a network's input.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "triad/base/error.h"
#include "triad/data/picture_file.h"
#include "triad/data/transform.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  using namespace triad::data;
  try {
    const Picture picture =
        decode_picture(std::as_bytes(std::span(data, size)), "fuzz");
    if (triad::element_count(picture.shape) !=
            std::int64_t(picture.pixels.size()) ||
        fit(picture, {3, 32, 32}).pixels.size() != 3 * 32 * 32)
      std::abort();
  } catch (const triad::Error&) {
  }
  return 0;
}
