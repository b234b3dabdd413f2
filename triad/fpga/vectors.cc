#include "triad/fpga/vectors.h"

#include "triad/fpga/workload.h"
#include "triad/reference/integer_executor.h"

namespace triad::fpga {
namespace {

// The last layer's sums from the integers [C, H, W] it reads: the reference
// gives floats, which hold no int32 exactly.
std::vector<std::int32_t> last_sums(const Workload& workload,
                                    const std::vector<std::int16_t>& values) {
  const Stage& stage = workload.stages.back();
  const auto& layer = std::get<Convolution>(stage.work);
  const Stream& input = workload.input(stage);
  const auto& window = layer.window;
  std::vector<std::int32_t> sums = layer.requantization.bias;
  auto code = layer.codes.begin();
  for (std::int32_t& sum : sums)
    for (std::int64_t c = 0; c < input.channels; ++c)
      for (std::int64_t r = 0; r < window.kernel[0]; ++r)
        for (std::int64_t s = 0; s < window.kernel[1]; ++s, ++code) {
          const std::int64_t y = r - window.top, x = s - window.left;
          if (y < 0 || y >= input.height || x < 0 || x >= input.width) continue;
          const std::int64_t place = (c * input.height + y) * input.width + x;
          sum += *code * encoding::centre(values[std::size_t(place)],
                                          input.quantization);
        }
  return sums;
}

}  // namespace

std::vector<std::uint8_t> to_pixels(const graph::Pictures& batch) {
  const auto count = std::size_t(batch.shape[0]);
  const auto channels = std::size_t(batch.shape[1]);
  const std::size_t size = batch.bytes.size() / count;
  const std::size_t pixels = size / channels;
  std::vector<std::uint8_t> result;
  result.reserve(batch.bytes.size());
  for (std::size_t n = 0; n < count; ++n)
    for (std::size_t pixel = 0; pixel < pixels; ++pixel)
      for (std::size_t c = 0; c < channels; ++c)
        result.push_back(batch.bytes[n * size + c * pixels + pixel]);
  return result;
}

Vectors make_vectors(const graph::Graph& graph, const graph::Pictures& batch) {
  graph::require_runnable(graph, batch, 0);
  const Workload workload = make_workload(graph);
  reference::IntegerExecutor judge;
  judge.load(graph);
  const graph::Node* last = graph.find(workload.stages.back().name);
  Vectors vectors{batch.shape[0], to_pixels(batch), {}};
  const std::size_t size = batch.bytes.size() / std::size_t(batch.shape[0]);
  for (std::size_t n = 0; n < std::size_t(vectors.pictures); ++n) {
    const auto values = judge.values(batch.bytes.subspan(n * size, size));
    const auto sums =
        last_sums(workload, values[std::size_t(last->inputs[0])].integers);
    vectors.sums.insert(vectors.sums.end(), sums.begin(), sums.end());
  }
  return vectors;
}

}  // namespace triad::fpga
