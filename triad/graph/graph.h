#pragma once
// The network: nodes in topological order, values between them, parameters each
// an Encoding. A float network is the one whose parameters are all Dense; the
// encoded graph is the same type.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "triad/base/shape.h"
#include "triad/encoding/encoding.h"
#include "triad/encoding/integer.h"
#include "triad/graph/op.h"

namespace triad::graph {

using ValueId = std::int32_t;

// A tensor between nodes. Shapes leave out the batch: [C, H, W], [F], or rows
// of features [R, F].
struct Value {
  std::string name;
  Shape shape;
  // Set once the graph is lowered.
  std::optional<encoding::Quantization> quantization = {};
};

// A named weight. Names are PyTorch's within the node: weight, bias,
// running_mean, running_var.
struct Parameter {
  std::string name;
  encoding::Encoding encoding;
};

// Integers that turn accumulators into output values (encoding/integer.h), set
// by lowering.
// Conv2d, Linear:              bias [K], multiplier [K], one shift
// Add, Concat, Relu, pools:    multiplier [number of inputs], one shift
// Mul:                         multiplier [1], one shift
// other element functions:     table [256 or 1025]
// See docs/integer_arithmetic.md.
// A Linear that produces logits has no multipliers:
// logit = logit_scale[k] * (accumulator + bias).
struct Requantization {
  int shift = 0;
  std::vector<std::int32_t> bias = {};
  std::vector<std::int16_t> multiplier = {};
  std::vector<float> logit_scale = {};
  std::vector<std::int16_t> table = {};
};

struct Node {
  // Unique; PyTorch's module path where there is one: "layer1.0.conv1".
  std::string name;
  Op op;
  std::vector<ValueId> inputs = {};
  ValueId output = -1;
  std::vector<Parameter> parameters = {};
  // [subnets] once lowered, else empty.
  std::vector<Requantization> requantization = {};

  // Null where the node has no such parameter.
  const Parameter* find(std::string_view parameter) const;
  Parameter* find(std::string_view parameter);
};

// Channels kept of each value; one full subnet is the normal case (dynamic
// networks have several).
struct Subnet {
  std::string name = "full";
  std::vector<std::int64_t> width = {};  // [values]; empty: all channels
};

// How a picture of bytes becomes the input:
// real = (byte / 255 - mean[c]) / deviation[c].
struct Preprocessing {
  std::vector<float> mean, deviation;  // [C]
};

struct Graph {
  std::string name;  // "resnet20"
  std::vector<Value> values = {};
  std::vector<Node> nodes = {};  // topological; the first is the one Input node
  std::vector<ValueId> outputs = {};
  std::vector<Subnet> subnets = {Subnet{}};
  Preprocessing preprocessing = {};
  // Names of the elements of the first output; may be empty.
  std::vector<std::string> classes = {};
  // Lowered graphs: integer of the input value for channel c and byte b at
  // [c * 256 + b].
  std::vector<std::int16_t> input_table = {};

  const Node* find(std::string_view node) const;
  Node* find(std::string_view node);
  const Value& value(ValueId id) const { return values[std::size_t(id)]; }
  ValueId input() const { return nodes.front().output; }
  bool is_lowered() const { return !input_table.empty(); }
};

// Output shape of `node` for the given input shapes; writes nothing. Input has
// no rule: its shape is given. Throws Error naming the node and the shapes if
// they do not fit, or an attribute is out of range.
Shape infer_shape(const Node& node, const std::vector<Shape>& inputs);

// Checks everything a reader of untrusted files must know: ids, topological
// order, names, shapes of every value and parameter, encodings, quantization,
// requantization sizes. Throws Error naming the first node, the same for any
// number of threads.
void validate(const Graph& graph, int threads = 1);

// One line a node: name, op, output shape, encoding. For people and for golden
// tests.
std::string dump(const Graph& graph);

struct Cost {
  std::int64_t parameters = 0;  // weights and biases; no running statistics
  std::int64_t macs = 0;        // of Conv2d and Linear, one picture
};
Cost count(const Node& node, const Graph& graph);
Cost count(const Graph& graph);

}  // namespace triad::graph
