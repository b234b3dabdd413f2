#include <algorithm>
#include <limits>

#include "triad/onnx/import/ops/lower.h"

namespace triad::onnx {
namespace {

using Floats = std::vector<float>;

// For each channel of the value its place along the constant, given which
// dimensions the constant has. None if it varies along another axis.
std::optional<std::vector<std::int64_t>> channel_places(const View& view,
                                                        const Shape& constant,
                                                        std::int64_t channels) {
  const std::size_t skipped = view.rank() - constant.size();
  const auto& factors = view.factors();
  // Stride in the constant of each factor of the channel axis.
  std::vector<std::int64_t> strides(factors.size(), 0);
  std::int64_t stride = 1;
  for (std::size_t i = constant.size(); i-- > 0;) {
    if (constant[i] == 1) continue;
    const View::Dimension& dimension = view.dimension(i + skipped);
    for (std::size_t j = dimension.size(); j-- > 0;) {
      const std::size_t f = dimension[j];
      if (factors[f].axis != 1) return std::nullopt;
      strides[f] = stride;
      stride *= factors[f].size;
    }
  }
  std::vector<std::int64_t> places;
  for (std::int64_t c = 0; c < channels; ++c) {
    std::int64_t rest = c, place = 0;
    for (std::size_t f = factors.size(); f-- > 0;) {
      if (factors[f].axis != 1) continue;
      place += rest % factors[f].size * strides[f];
      rest /= factors[f].size;
    }
    places.push_back(place);
  }
  return places;
}

bool broadcasts(const Shape& constant, const Shape& tensor) {
  if (constant.size() > tensor.size()) return false;
  const std::size_t skipped = tensor.size() - constant.size();
  for (std::size_t i = 0; i < constant.size(); ++i)
    if (constant[i] != 1 && constant[i] != tensor[i + skipped]) return false;
  return true;
}

// Before opset 7 a constant's first dimension stood at an axis.
Constant aligned(const Call& call, const Constant& constant, std::size_t rank) {
  if (call.opset() >= 7 || !call.find("axis")) return constant;
  Shape shape = constant.shape();
  const std::size_t axis = call.axis(call.integer("axis", 0), rank);
  if (axis + shape.size() < rank) shape.resize(rank - axis, 1);
  return constant.reshaped(shape);
}

// gain * tensor + offset, both from constants of the file.
void lower_affine(Call& call, std::size_t which, const Constant& given,
                  auto&& to_affine) {
  Tensor& x = call.tensor(which);
  const Constant constant = aligned(call, given, x.view.rank());
  auto numbers = per_channel(call.network, x, constant);
  if (!numbers) {
    Tensor plain = x;
    if (call.network.make_plain(plain)) {
      numbers = per_channel(call.network, plain, constant);
      if (numbers) x = plain;
    }
  }
  call.expect(numbers.has_value(),
              "expected a constant of one number for each channel, got {} "
              "beside {} dimensions",
              to_string(constant.shape()), x.view.rank());
  call.expect(call.network.shape(x.value).size() != 2,
              "expected a picture or features, got rows of features");
  Floats gain, offset;
  for (const float number : *numbers) {
    const auto [g, o] = to_affine(number);
    gain.push_back(g);
    offset.push_back(o);
  }
  const bool does_nothing =
      std::ranges::all_of(gain, [](float g) { return g == 1; }) &&
      std::ranges::all_of(offset, [](float o) { return o == 0; });
  if (does_nothing) return call.set(x);
  call.set(Tensor{call.network.add_affine(call.name(), call.output_name(),
                                          x.value, gain, offset),
                  x.view});
}

struct Affine {
  float gain, offset;
};

// Two computed tensors that lie in the same way.
std::vector<graph::ValueId> alike(const Call& call,
                                  const std::vector<std::size_t>& which) {
  std::vector<graph::ValueId> values;
  const Tensor& first = call.tensor(which[0]);
  bool same = true;
  for (const std::size_t i : which) {
    const Tensor& x = call.tensor(i);
    same &= x.view == first.view &&
            call.network.shape(x.value) == call.network.shape(first.value);
  }
  for (const std::size_t i : which) {
    Tensor& x = call.tensor(i);
    call.expect(x.view.shape() == first.view.shape(),
                "expected tensors of equal shape (of two computed tensors, "
                "only Mul broadcasts, over whole channels)");
    call.expect(same || call.network.make_plain(x),
                "expected tensors laid out alike");
    values.push_back(x.value);
  }
  return values;
}

// Whether `gate` is one factor for each channel of `picture`, laid out alike.
bool is_gate(const Network& network, const Tensor& gate,
             const Tensor& picture) {
  const Shape& from = network.shape(picture.value);
  if (from.size() != 3 || network.shape(gate.value) != Shape{from[0], 1, 1} ||
      gate.view.rank() != picture.view.rank())
    return false;
  const Shape a = gate.view.shape(), b = picture.view.shape();
  for (std::size_t i = 0; i < a.size(); ++i)
    if (a[i] != 1 &&
        (a[i] != b[i] || gate.view.whole_axes(i) != picture.view.whole_axes(i)))
      return false;
  return true;
}

void lower_bounded(Call& call, bool is_max) {
  constexpr float kLargest = std::numeric_limits<float>::max();
  call.expect(call.input_count() == 2,
              "expected a tensor and a constant, got {} inputs",
              call.input_count());
  const std::size_t which = call.is_constant(0) ? 1 : 0;
  const Tensor& x = call.tensor(which);
  const Floats bound = call.constant(1 - which).floats();
  call.expect(bound.size() == 1, "expected one number as bound, got {}",
              bound.size());
  graph::Op op =
      graph::Clip{is_max ? bound[0] : -kLargest, is_max ? kLargest : bound[0]};
  if (is_max && bound[0] == 0) op = graph::Relu{};
  call.set(Tensor{call.add(op, {x.value}), x.view});
}

}  // namespace

std::optional<Floats> per_channel(const Network& network, const Tensor& tensor,
                                  const Constant& constant) {
  const auto channels = std::size_t(network.channels(tensor.value));
  const Floats numbers = constant.floats();
  if (numbers.empty()) return std::nullopt;
  if (constant.shape().size() <= tensor.view.rank() &&
      std::ranges::count(numbers, numbers[0]) == std::ssize(numbers) &&
      (numbers.size() == 1 ||
       broadcasts(constant.shape(), tensor.view.shape())))
    return Floats(channels, numbers[0]);
  if (!broadcasts(constant.shape(), tensor.view.shape())) return std::nullopt;
  const auto places =
      channel_places(tensor.view, constant.shape(), std::int64_t(channels));
  if (!places) return std::nullopt;
  Floats result;
  for (const std::int64_t place : *places)
    result.push_back(numbers[std::size_t(place)]);
  return result;
}

void lower_add(Call& call) {
  for (const std::size_t i : {0, 1})
    if (call.is_constant(i))
      return lower_affine(call, 1 - i, call.constant(i), [](float x) {
        return Affine{1, x};
      });
  const graph::ValueId value = call.add(graph::Add{}, alike(call, {0, 1}));
  call.set(Tensor{value, call.tensor(0).view});
}

void lower_sub(Call& call) {
  if (call.is_constant(1))
    return lower_affine(call, 0, call.constant(1), [](float x) {
      return Affine{1, -x};
    });
  if (call.is_constant(0))
    return lower_affine(call, 1, call.constant(0), [](float x) {
      return Affine{-1, x};
    });
  const auto values = alike(call, {0, 1});
  const auto channels = std::size_t(call.network.channels(values[1]));
  call.expect(call.network.shape(values[1]).size() != 2,
              "expected pictures or features, got rows of features");
  const graph::ValueId negative = call.network.add_affine(
      fmt::format("{}.negative", call.name()), call.output_name(), values[1],
      Floats(channels, -1.0f), Floats(channels, 0.0f));
  const graph::ValueId value = call.add(graph::Add{}, {values[0], negative});
  call.set(Tensor{value, call.tensor(0).view});
}

void lower_mul(Call& call) {
  for (const std::size_t i : {0, 1})
    if (call.is_constant(i))
      return lower_affine(call, 1 - i, call.constant(i), [](float x) {
        return Affine{x, 0};
      });
  const Tensor &a = call.tensor(0), &b = call.tensor(1);
  for (const auto& [gate, picture] : {std::pair(&a, &b), std::pair(&b, &a)})
    if (is_gate(call.network, *gate, *picture))
      return call.set(
          Tensor{call.add(graph::Mul{}, {a.value, b.value}), picture->view});
  const graph::ValueId value = call.add(graph::Mul{}, alike(call, {0, 1}));
  call.set(Tensor{value, a.view});
}

void lower_div(Call& call) {
  call.expect(call.is_constant(1),
              "expected a constant divisor, got a computed one");
  lower_affine(call, 0, call.constant(1), [](float x) {
    return Affine{1 / x, 0};
  });
}

void lower_neg(Call& call) {
  const Constant minus_one(Shape{}, Floats{-1.0f});
  lower_affine(call, 0, minus_one, [](float x) { return Affine{x, 0}; });
}

void lower_sum(Call& call) {
  if (call.input_count() == 1) return lower_identity(call);
  std::vector<std::size_t> all;
  for (std::size_t i = 0; i < call.input_count(); ++i) {
    call.expect(call.input_count() == 2 || !call.is_constant(i),
                "expected computed tensors, got the constant input {}", i);
    all.push_back(i);
  }
  if (all.size() == 2) return lower_add(call);
  const graph::ValueId value = call.add(graph::Add{}, alike(call, all));
  call.set(Tensor{value, call.tensor(0).view});
}

void lower_max(Call& call) {
  if (call.input_count() == 1) return lower_identity(call);
  lower_bounded(call, true);
}
void lower_min(Call& call) {
  if (call.input_count() == 1) return lower_identity(call);
  lower_bounded(call, false);
}

}  // namespace triad::onnx
