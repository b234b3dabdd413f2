#pragma once
// One node of the file while it is lowered: its inputs, its attributes, and
// what its outputs become.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "triad/base/error.h"
#include "triad/onnx/import/network.h"

namespace triad::onnx {

using Symbols = std::map<std::string_view, Symbol>;

class Call {
 public:
  // `batch`: the file's fixed batch, -1 if it is open.
  Call(const NodeMessage& node, Symbols& symbols, Network& network,
       std::int64_t batch)
      : network(network), node_(node), symbols_(symbols), batch_(batch) {}

  Network& network;

  std::string_view op() const { return node_.op; }
  std::string_view name() const;  // the node's, or its first output's
  std::int64_t opset() const { return node_.opset; }
  std::int64_t batch() const { return batch_; }

  // Throws Error "<op> '<node>': <text>".
  template <typename... Args>
  [[noreturn]] void refuse(fmt::format_string<Args...> text,
                           Args&&... args) const {
    fail("{} '{}': {}", node_.op, name(),
         fmt::format(text, std::forward<Args>(args)...));
  }
  template <typename... Args>
  void expect(bool condition, fmt::format_string<Args...> text,
              Args&&... args) const {
    if (!condition) refuse(text, std::forward<Args>(args)...);
  }

  std::size_t input_count() const { return node_.inputs.size(); }
  std::size_t output_count() const { return node_.outputs.size(); }
  bool has_input(std::size_t i) const;
  bool has_output(std::size_t i) const;
  std::string_view output_name(std::size_t i = 0) const {
    return node_.outputs[i];
  }
  // These throw Error if there is no such input or it is of the other kind.
  bool is_constant(std::size_t i) const;
  const Constant& constant(std::size_t i) const;
  Tensor& tensor(std::size_t i) const;      // of real numbers
  Tensor& any_tensor(std::size_t i) const;  // of integers, too
  // tensor(i) with a plain view; `what` it must be: "a picture [N, C, H, W]".
  Tensor& plain(std::size_t i, std::size_t rank, std::string_view what) const;

  std::int64_t integer(std::string_view attribute, std::int64_t other) const;
  float number(std::string_view attribute, float other) const;
  std::vector<std::int64_t> integers(std::string_view attribute,
                                     std::vector<std::int64_t> other) const;
  std::string text(std::string_view attribute, std::string other) const;
  const AttributeMessage* find(std::string_view attribute) const {
    return node_.find(attribute);
  }
  // Integers that newer opsets take as input `i`, older ones as an attribute.
  std::vector<std::int64_t> list(std::size_t i, std::string_view attribute,
                                 std::vector<std::int64_t> other) const;
  // An axis of `rank` dimensions, counted from the end if negative.
  std::size_t axis(std::int64_t axis, std::size_t rank) const;
  std::vector<std::size_t> axes(const std::vector<std::int64_t>& axes,
                                std::size_t rank) const;

  // Adds a node of the graph with this node's names.
  graph::ValueId add(graph::Op op, std::vector<graph::ValueId> inputs,
                     std::vector<graph::Parameter> parameters = {}) const;
  // What an output becomes.
  void set(Symbol symbol, std::size_t output = 0) const;
  void set_value(graph::ValueId value) const;  // as it is

 private:
  const Symbol& symbol(std::size_t i) const;
  const NodeMessage& node_;
  Symbols& symbols_;
  std::int64_t batch_;
};

}  // namespace triad::onnx
