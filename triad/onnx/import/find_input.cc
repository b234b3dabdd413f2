#include "triad/onnx/import/find_input.h"

#include <algorithm>

#include "triad/base/error.h"

namespace triad::onnx {
namespace {

constexpr std::int64_t kMostChannels = 1 << 20;

std::vector<const ValueMessage*> find_inputs(
    const ModelMessage& model, const std::vector<std::size_t>& order,
    const std::set<std::string_view>& constants) {
  std::set<std::string_view> read;
  for (const std::size_t i : order)
    read.insert(model.nodes[i].inputs.begin(), model.nodes[i].inputs.end());
  for (const ValueMessage& output : model.outputs) read.insert(output.name);
  std::vector<const ValueMessage*> found;
  for (const ValueMessage& input : model.inputs)
    if (!constants.contains(input.name) && read.contains(input.name))
      found.push_back(&input);
  require(!found.empty(), "expected an input that its outputs depend on");
  return found;
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

// `given`: [C, H, W] that a user asks for, or empty; a C of 0 is the file's.
Shape known_sizes(const ValueMessage& input, const Shape& given,
                  bool channels_last) {
  Shape shape = input.shape;
  if (!given.empty()) {
    require(given.size() == 3 && shape.size() == 4,
            "input '{}': expected [C, H, W] as its size", input.name);
    const Shape full =
        channels_last ? Shape{given[1], given[2], given[0]} : given;
    for (std::size_t i = 0; i < 3; ++i) {
      require(shape[i + 1] <= 0 || full[i] == 0 || shape[i + 1] == full[i],
              "input '{}': the file says {} where {} was asked for", input.name,
              shape[i + 1], full[i]);
      if (full[i] > 0) shape[i + 1] = full[i];
    }
  }
  for (std::size_t i = 1; i < shape.size(); ++i)
    require(shape[i] > 0,
            "input '{}': dimension {} is open: say the picture's size with "
            "--input C,H,W",
            input.name, i);
  return shape;
}

void require_pictures(const ValueMessage& input) {
  const std::size_t rank = input.shape.size();
  require(rank >= 2 && rank <= 4,
          "input '{}': expected a batch of pictures [N, C, H, W], got {} "
          "dimensions",
          input.name, rank);
  require(input.type == DataType::float32 || input.type == DataType::float64 ||
              input.type == DataType::float16 || input.type == DataType::uint8,
          "input '{}': expected floats or uint8, got {}", input.name,
          to_string(input.type));
}

InputPart to_part(const ValueMessage& input, const Shape& given, bool last) {
  Shape shape = known_sizes(input, given, last);
  const std::size_t rank = shape.size();
  InputPart part{.name = input.name};
  if (last)
    part.value = {shape[3], shape[1], shape[2]};
  else
    part.value = {shape[1], rank > 2 ? shape[2] : 1, rank > 3 ? shape[3] : 1};
  require(part.value[0] <= kMostChannels,
          "input '{}': expected at most {} channels, got {}", input.name,
          kMostChannels, part.value[0]);
  shape[0] = kBatch;
  const View plain = View::of(part.value);
  part.view = last ? plain.transposed({0, 2, 3, 1})
                   : plain.reshaped(shape).value_or(plain);
  return part;
}

// Behind the channels that are there already.
void append(PictureInput& picture, InputPart part) {
  if (picture.parts.empty()) {
    picture.value = part.value;
  } else {
    const InputPart& first = picture.parts.front();
    require(part.value[1] == first.value[1] && part.value[2] == first.value[2],
            "inputs '{}' {} and '{}' {}: several inputs become channels of one "
            "picture, which takes equal heights and widths: make one an "
            "initializer, or split the model",
            first.name, to_string(first.value), part.name,
            to_string(part.value));
    part.first_channel = picture.value[0];
    picture.value[0] += part.value[0];
    require(picture.value[0] <= kMostChannels,
            "inputs: expected at most {} channels together, got {}",
            kMostChannels, picture.value[0]);
  }
  picture.parts.push_back(std::move(part));
}

void join_batch(PictureInput& picture, const ValueMessage& input) {
  const std::int64_t batch = input.shape[0];
  if (batch <= 0) return;
  require(picture.batch == -1 || picture.batch == batch,
          "input '{}': has a batch of {} where another has {}: several inputs "
          "become channels of one picture",
          input.name, batch, picture.batch);
  picture.batch = batch;
}

}  // namespace

PictureInput find_input(const ModelMessage& model,
                        const std::vector<std::size_t>& order,
                        const std::set<std::string_view>& constants,
                        const ImportSettings& settings) {
  const auto inputs = find_inputs(model, order, constants);
  Shape given = settings.input;
  if (inputs.size() > 1 && !given.empty()) given[0] = 0;
  PictureInput picture;
  picture.is_bytes = inputs[0]->type == DataType::uint8;
  for (const ValueMessage* input : inputs) {
    require_pictures(*input);
    require((input->type == DataType::uint8) == picture.is_bytes,
            "inputs '{}' {} and '{}' {}: several inputs become one picture, "
            "all of uint8 or all of floats",
            inputs[0]->name, to_string(inputs[0]->type), input->name,
            to_string(input->type));
    const bool last =
        input->shape.size() == 4 && is_channels_last(model, order, input->name);
    append(picture, to_part(*input, given, last));
    join_batch(picture, *input);
  }
  if (!given.empty())
    require(settings.input[0] == picture.value[0],
            "the file's inputs have {} channels together where {} were asked "
            "for",
            picture.value[0], settings.input[0]);
  return picture;
}

}  // namespace triad::onnx
