#include "triad/onnx/import/find_input.h"

#include <algorithm>

#include "triad/base/error.h"

namespace triad::onnx {
namespace {

constexpr std::int64_t kMostChannels = 1 << 20;

const ValueMessage& find_picture(const ModelMessage& model,
                                 const std::vector<std::size_t>& order,
                                 const std::set<std::string_view>& constants) {
  std::set<std::string_view> read;
  for (const std::size_t i : order)
    read.insert(model.nodes[i].inputs.begin(), model.nodes[i].inputs.end());
  for (const ValueMessage& output : model.outputs) read.insert(output.name);
  const ValueMessage* found = nullptr;
  for (const ValueMessage& input : model.inputs) {
    if (constants.contains(input.name) || !read.contains(input.name)) continue;
    require(!found,
            "inputs '{}' and '{}': expected one picture as the network's input "
            "(make the other an initializer, or split the model)",
            found ? found->name : "", input.name);
    found = &input;
  }
  require(found, "expected an input that its outputs depend on");
  return *found;
}

// Whether the first thing that happens to the tensor, element by element ops
// aside, is a transpose from channels last.
bool is_channels_last(const ModelMessage& model,
                      const std::vector<std::size_t>& order,
                      std::string_view tensor) {
  for (const std::size_t i : order) {
    const NodeMessage& node = model.nodes[i];
    if (std::ranges::count(node.inputs, tensor) == 0) continue;
    if (node.op == "Transpose") {
      const AttributeMessage* perm = node.find("perm");
      return perm && perm->ints == std::vector<std::int64_t>{0, 3, 1, 2};
    }
    const bool is_elementwise =
        node.op == "Sub" || node.op == "Add" || node.op == "Mul" ||
        node.op == "Div" || node.op == "Cast" || node.op == "Identity" ||
        node.op == "QuantizeLinear" || node.op == "DequantizeLinear";
    if (!is_elementwise || node.outputs.empty()) return false;
    tensor = node.outputs[0];
  }
  return false;
}

Shape known_sizes(const ValueMessage& input, const ImportSettings& settings,
                  bool channels_last) {
  Shape shape = input.shape;
  if (!settings.input.empty()) {
    const Shape& given = settings.input;
    require(given.size() == 3 && shape.size() == 4,
            "input '{}': expected [C, H, W] as its size", input.name);
    const Shape full =
        channels_last ? Shape{given[1], given[2], given[0]} : given;
    for (std::size_t i = 0; i < 3; ++i) {
      require(shape[i + 1] <= 0 || shape[i + 1] == full[i],
              "input '{}': the file says {} where {} was asked for", input.name,
              shape[i + 1], full[i]);
      shape[i + 1] = full[i];
    }
  }
  for (std::size_t i = 1; i < shape.size(); ++i)
    require(shape[i] > 0,
            "input '{}': dimension {} is open: say the picture's size with "
            "--input C,H,W",
            input.name, i);
  return shape;
}

}  // namespace

PictureInput find_input(const ModelMessage& model,
                        const std::vector<std::size_t>& order,
                        const std::set<std::string_view>& constants,
                        const ImportSettings& settings) {
  const ValueMessage& input = find_picture(model, order, constants);
  const std::size_t rank = input.shape.size();
  require(rank >= 2 && rank <= 4,
          "input '{}': expected a batch of pictures [N, C, H, W], got {} "
          "dimensions",
          input.name, rank);
  require(input.type == DataType::float32 || input.type == DataType::float64 ||
              input.type == DataType::float16 || input.type == DataType::uint8,
          "input '{}': expected floats or uint8, got {}", input.name,
          to_string(input.type));
  const bool last = rank == 4 && is_channels_last(model, order, input.name);
  Shape shape = known_sizes(input, settings, last);
  PictureInput picture{
      input.name, {}, {}, shape[0], input.type == DataType::uint8};
  if (picture.batch <= 0) picture.batch = -1;
  shape[0] = kBatch;
  if (last)
    picture.value = {shape[3], shape[1], shape[2]};
  else
    picture.value = {shape[1], rank > 2 ? shape[2] : 1,
                     rank > 3 ? shape[3] : 1};
  require(picture.value[0] <= kMostChannels,
          "input '{}': expected at most {} channels, got {}", input.name,
          kMostChannels, picture.value[0]);
  const View plain = View::of(picture.value);
  if (last)
    picture.view = plain.transposed({0, 2, 3, 1});
  else
    picture.view = plain.reshaped(shape).value_or(plain);
  return picture;
}

}  // namespace triad::onnx
