#include <algorithm>
#include <cmath>

#include "triad/base/error.h"
#include "triad/graph/graph.h"

namespace triad::graph {
namespace {

// Bounds far beyond real networks and far below overflow of 64-bit products.
constexpr std::int64_t kLargestAttribute = 1 << 20;
constexpr std::int64_t kLargestValue = 1 << 28;  // elements

// Whether the product of positive dimensions is at most kLargestValue.
bool fits(const Shape& shape) {
  std::int64_t room = kLargestValue;
  for (const std::int64_t size : shape) room /= size;
  return room > 0;
}

// Whether `gate` is one factor a channel of `picture`.
bool is_gate(const Shape& gate, const Shape& picture) {
  return picture.size() == 3 && gate == Shape{picture[0], 1, 1};
}

std::string list(const std::vector<Shape>& shapes) {
  std::string text;
  for (const Shape& shape : shapes)
    text += (text.empty() ? "" : ", ") + to_string(shape);
  return text.empty() ? "no inputs" : text;
}

// A sliding window along one axis, dilation applied to the kernel.
struct Window {
  std::int64_t kernel, stride, before, after;
};

struct ShapeRule {
  const Node& node;
  const std::vector<Shape>& inputs;

  template <typename... Args>
  void expect(bool condition, fmt::format_string<Args...> text,
              Args&&... args) const {
    if (condition) return;
    fail("{} '{}' of {}: expected {}", name(node.op), node.name, list(inputs),
         fmt::format(text, std::forward<Args>(args)...));
  }

  void expect_inputs(std::size_t low, std::size_t high) const {
    expect(
        inputs.size() >= low && inputs.size() <= high, "{} input{}",
        low == high ? fmt::format("{}", low) : fmt::format("{} or more", low),
        high == 1 ? "" : "s");
  }

  const Shape& one() const {
    expect_inputs(1, 1);
    return inputs[0];
  }

  const Shape& picture() const {
    expect(one().size() == 3, "a [C, H, W] input");
    return inputs[0];
  }

  void expect_within(std::string_view what, std::int64_t value,
                     std::int64_t low) const {
    expect(value >= low && value <= kLargestAttribute, "{} in {}..{}, got {}",
           what, low, kLargestAttribute, value);
  }

  void expect_within(std::string_view what, const Pair& pair) const {
    for (const std::int64_t value : pair) expect_within(what, value, 1);
  }

  void expect_padding(const Padding& padding) const {
    for (const std::int64_t value : padding) expect_within("padding", value, 0);
  }

  std::int64_t slide(const Window& window, std::int64_t size,
                     bool ceil_mode) const {
    const std::int64_t room =
        size + window.before + window.after - window.kernel;
    expect(room >= 0, "a window of at most {} (padding included), got {}",
           size + window.before + window.after, window.kernel);
    std::int64_t steps =
        (room + (ceil_mode ? window.stride - 1 : 0)) / window.stride;
    // As PyTorch: the last window starts inside the picture or its left
    // padding, never in the right padding.
    if (ceil_mode && steps * window.stride >= size + window.before) --steps;
    return steps + 1;
  }

  // Elements that a range takes of an axis of `size`.
  std::int64_t take(const Range& range, std::int64_t size) const {
    expect_within("stride", range.stride, 1);
    const std::int64_t stop = std::min(range.stop, size);
    expect(range.start >= 0 && range.start < stop,
           "a range within 0..{} that is not empty, got {}..{}", size,
           range.start, range.stop);
    return (stop - range.start + range.stride - 1) / range.stride;
  }

  // MaxPool and AveragePool.
  template <typename Pool>
  Shape pool(const Pool& op) const {
    const Shape& in = picture();
    expect_within("kernel", op.kernel);
    expect_within("stride", op.stride);
    expect_padding(op.padding);
    // So that every window holds a real pixel: no empty maximum, no division
    // by zero.
    for (std::size_t side = 0; side < 4; ++side)
      expect(op.padding[side] < op.kernel[side % 2],
             "padding smaller than the kernel");
    const auto axis = [&](std::size_t i) {
      return slide(
          {op.kernel[i], op.stride[i], op.padding[i], op.padding[i + 2]},
          in[i + 1], op.ceil_mode);
    };
    return {in[0], axis(0), axis(1)};
  }

  Shape operator()(const Input&) const {
    fail("input '{}': expected its shape to be given, it has no rule",
         node.name);
  }

  Shape operator()(const Conv2d& op) const {
    const Shape& in = picture();
    expect_within("outputs", op.outputs, 1);
    expect_within("groups", op.groups, 1);
    expect_within("kernel", op.kernel);
    expect_within("stride", op.stride);
    expect_within("dilation", op.dilation);
    expect_padding(op.padding);
    expect(in[0] % op.groups == 0 && op.outputs % op.groups == 0,
           "input channels and {} outputs to be multiples of {} groups",
           op.outputs, op.groups);
    const auto axis = [&](std::size_t i) {
      return slide({op.dilation[i] * (op.kernel[i] - 1) + 1, op.stride[i],
                    op.padding[i], op.padding[i + 2]},
                   in[i + 1], false);
    };
    return {op.outputs, axis(0), axis(1)};
  }

  Shape operator()(const Linear& op) const {
    expect(one().size() == 1, "an [F] input (add a Flatten before it)");
    expect_within("outputs", op.outputs, 1);
    return {op.outputs};
  }

  Shape operator()(const BatchNorm& op) const {
    expect(std::isfinite(op.epsilon) && op.epsilon > 0,
           "a finite epsilon > 0, got {}", op.epsilon);
    expect(one().size() != 2, "a [C, H, W] or [F] input");
    return inputs[0];
  }

  Shape operator()(const Relu&) const { return one(); }
  Shape operator()(const LeakyRelu& op) const {
    expect(std::isfinite(op.slope), "a finite slope, got {}", op.slope);
    return one();
  }
  Shape operator()(const Clip& op) const {
    expect(std::isfinite(op.low) && std::isfinite(op.high) && op.low < op.high,
           "finite low < high, got {} and {}", op.low, op.high);
    return one();
  }
  Shape operator()(const HardSigmoid& op) const {
    expect(std::isfinite(op.alpha) && std::isfinite(op.beta),
           "finite alpha and beta, got {} and {}", op.alpha, op.beta);
    return one();
  }
  Shape operator()(const HardSwish&) const { return one(); }
  Shape operator()(const Sigmoid&) const { return one(); }
  Shape operator()(const MaxPool& op) const { return pool(op); }
  Shape operator()(const AveragePool& op) const { return pool(op); }

  Shape operator()(const GlobalAveragePool&) const {
    return {picture()[0], 1, 1};
  }

  Shape operator()(const Add&) const {
    expect_inputs(2, SIZE_MAX);
    for (const Shape& shape : inputs)
      expect(shape == inputs[0], "inputs of equal shape");
    return inputs[0];
  }

  Shape operator()(const Mul&) const {
    expect_inputs(2, 2);
    const Shape &a = inputs[0], &b = inputs[1];
    if (a == b || is_gate(b, a)) return a;
    expect(is_gate(a, b), "inputs of equal shape, or [C, H, W] and [C, 1, 1]");
    return b;
  }

  Shape operator()(const Concat&) const {
    expect_inputs(1, SIZE_MAX);
    Shape sum = inputs[0];
    sum[0] = 0;
    for (const Shape& shape : inputs) {
      expect(std::equal(shape.begin() + 1, shape.end(), sum.begin() + 1,
                        sum.end()),
             "inputs equal but for their first axis");
      sum[0] += shape[0];
    }
    return sum;
  }

  Shape operator()(const Flatten&) const { return {element_count(one())}; }

  Shape operator()(const ChannelsLast& op) const {
    const std::int64_t elements = element_count(picture());
    expect_within("columns", op.columns, 1);
    expect(elements % op.columns == 0, "elements to fill rows of {} columns",
           op.columns);
    return {elements / op.columns, op.columns};
  }

  Shape operator()(const Pad& op) const {
    const Shape& in = picture();
    expect_padding(op.padding);
    expect_within("channels_before", op.channels_before, 0);
    expect_within("channels_after", op.channels_after, 0);
    return {op.channels_before + in[0] + op.channels_after,
            op.padding[0] + in[1] + op.padding[2],
            op.padding[1] + in[2] + op.padding[3]};
  }

  Shape operator()(const Slice& op) const {
    const Shape& in = picture();
    return {take(op.channels, in[0]), take(op.rows, in[1]),
            take(op.columns, in[2])};
  }

  Shape operator()(const Resize& op) const {
    const Shape& in = picture();
    expect_within("factor", op.factor);
    return {in[0], in[1] * op.factor[0], in[2] * op.factor[1]};
  }

  Shape operator()(const Dropout& op) const {
    expect(op.probability >= 0 && op.probability < 1,
           "a probability in [0, 1), got {}", op.probability);
    return one();
  }

  Shape operator()(const Softmax&) const {
    expect(one().size() <= 2, "an [F] or [R, F] input");
    return inputs[0];
  }
};

}  // namespace

Shape infer_shape(const Node& node, const std::vector<Shape>& inputs) {
  const ShapeRule rule{node, inputs};
  for (const Shape& shape : inputs) {
    rule.expect(shape.size() >= 1 && shape.size() <= 3,
                "inputs [C, H, W], [R, F] or [F]");
    for (const std::int64_t size : shape)
      rule.expect(size > 0, "positive dimensions");
    rule.expect(fits(shape), "at most {} elements", kLargestValue);
  }
  const Shape output = std::visit(rule, node.op);
  rule.expect(fits(output), "an output of at most {} elements, got {}",
              kLargestValue, to_string(output));
  return output;
}

}  // namespace triad::graph
