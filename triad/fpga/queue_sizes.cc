#include "triad/fpga/queue_sizes.h"

#include <algorithm>

namespace triad::fpga {
namespace {

// Pictures after which every queue has been as full as it will be: windows
// reach into the picture before at most.
constexpr std::int64_t kPictures = 3;

struct Edge {
  int stage;
  std::size_t input;
};

class Execution {
 public:
  explicit Execution(const Workload& workload)
      : workload_(workload), states_(workload.stages.size()) {
    for (std::size_t i = 0; i < states_.size(); ++i) {
      const Stage& stage = workload.stages[i];
      State& state = states_[i];
      state.waiting.resize(stage.inputs.size());
      state.most.resize(stage.inputs.size(), 1);
      for (std::size_t j = 0; j < stage.inputs.size(); ++j)
        states_[std::size_t(stage.inputs[j])].readers.push_back({int(i), j});
      if (!stage.inputs.empty()) state.needs = needs(stage);
    }
  }

  std::vector<std::vector<std::int64_t>> run() {
    const auto last = int(states_.size()) - 1;
    const std::int64_t pixels = workload_.stages.back().output.pixels();
    while (states_.back().written < kPictures * pixels) ask(last);
    std::vector<std::vector<std::int64_t>> result;
    for (State& state : states_) result.push_back(std::move(state.most));
    return result;
  }

 private:
  struct State {
    std::vector<Edge> readers;
    std::vector<std::int64_t> needs;  // input pixels before each output pixel
    std::vector<std::int64_t> waiting, most;  // pixels in each input's queue
    std::int64_t read = 0, written = 0;
  };

  // Of one picture; the last also takes the pixels that no window needs.
  std::vector<std::int64_t> needs(const Stage& stage) const {
    const Stream& input = workload_.input(stage);
    const Window* window = window_of(stage.work);
    std::vector<std::int64_t> result;
    std::int64_t most = 0;
    for (std::int64_t y = 0; y < stage.output.height; ++y)
      for (std::int64_t x = 0; x < stage.output.width; ++x) {
        most = std::max(most, 1 + (window ? last_needed(*window, input, y, x)
                                          : kept(stage, input, y, x)));
        result.push_back(most);
      }
    return result;
  }

  static std::int64_t kept(const Stage& stage, const Stream& input,
                           std::int64_t y, std::int64_t x) {
    Subsample which;
    if (const auto* work = std::get_if<Subsample>(&stage.work)) which = *work;
    return (y * which.stride[0] + which.first[0]) * input.width +
           x * which.stride[1] + which.first[1];
  }

  // Makes `stage` write its next pixel.
  void ask(int stage) {
    State& state = states_[std::size_t(stage)];
    if (state.needs.empty()) return write(stage);
    const auto pixels = std::int64_t(state.needs.size());
    const Stage& what = workload_.stages[std::size_t(stage)];
    const std::int64_t picture = state.written / pixels;
    const std::int64_t target =
        picture * workload_.input(what).pixels() +
        state.needs[std::size_t(state.written % pixels)];
    if (passes_on(what)) {  // writes as its input comes
      const std::int64_t written = state.written;
      while (state.written == written) ask(what.inputs[0]);
      return;
    }
    while (state.read < target) {
      for (std::size_t i = 0; i < what.inputs.size(); ++i)
        while (state.waiting[i] == 0) ask(what.inputs[i]);
      for (std::int64_t& waiting : state.waiting) --waiting;
      ++state.read;
    }
    write(stage);
  }

  static bool passes_on(const Stage& stage) {
    return stage.inputs.size() == 1 && !window_of(stage.work);
  }

  void write(int stage) {
    State& state = states_[std::size_t(stage)];
    ++state.written;
    for (const Edge& edge : state.readers) {
      State& reader = states_[std::size_t(edge.stage)];
      std::int64_t& waiting = reader.waiting[edge.input];
      ++waiting;
      reader.most[edge.input] = std::max(reader.most[edge.input], waiting);
      if (passes_on(workload_.stages[std::size_t(edge.stage)]))
        pass_on(edge.stage);
    }
  }

  void pass_on(int stage) {
    State& state = states_[std::size_t(stage)];
    --state.waiting[0];
    const std::int64_t size =
        workload_.input(workload_.stages[std::size_t(stage)]).pixels();
    const std::int64_t pixel = state.read++ % size + 1;
    if (std::ranges::binary_search(state.needs, pixel)) write(stage);
  }

  const Workload& workload_;
  std::vector<State> states_;
};

}  // namespace

std::int64_t last_needed(const Window& window, const Stream& input,
                         std::int64_t y, std::int64_t x) {
  const auto last = [](std::int64_t start, std::int64_t kernel,
                       std::int64_t size) {
    return std::min(start + kernel, size) - 1;
  };
  return last(y * window.stride[0] - window.top, window.kernel[0],
              input.height) *
             input.width +
         last(x * window.stride[1] - window.left, window.kernel[1],
              input.width);
}

std::vector<std::vector<std::int64_t>> queue_sizes(const Workload& workload) {
  return Execution(workload).run();
}

}  // namespace triad::fpga
