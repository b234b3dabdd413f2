#pragma once
// The graph that an import builds, and what the tensors of the file are in it.

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "triad/graph/graph.h"
#include "triad/onnx/import/constant.h"
#include "triad/onnx/import/view.h"

namespace triad::onnx {

// What the integers of a quantised tensor mean: scale * (integer - zero_point).
struct Steps {
  float scale = 1.0f;
  std::int64_t zero_point = 0;
};

// A tensor that depends on the picture.
struct Tensor {
  graph::ValueId value = -1;
  View view;
  // Set where the file's tensor holds integers; the value holds the real
  // numbers they mean.
  std::optional<Steps> steps = {};
  // Of the node that made the view, for the names of what the view needs.
  std::string_view view_name = {};
};

using Symbol = std::variant<Constant, Tensor>;

class Network {
 public:
  // `most_numbers`: see spend.
  Network(std::string name, Shape input, std::int64_t most_numbers);

  // Appends a node; its name and its output's are made unique. Throws Error
  // naming the node if it does not fit its inputs.
  graph::ValueId add(std::string_view name, std::string_view value_name,
                     graph::Op op, std::vector<graph::ValueId> inputs,
                     std::vector<graph::Parameter> parameters = {});
  // A batch norm that computes gain[c] * x + offset[c]; [C].
  graph::ValueId add_affine(std::string_view name, std::string_view value_name,
                            graph::ValueId x, std::vector<float> gain,
                            std::vector<float> offset);

  const Shape& shape(graph::ValueId id) const { return graph_.value(id).shape; }
  // Channels of a value [C, H, W] or features of [F].
  std::int64_t channels(graph::ValueId id) const { return shape(id)[0]; }
  // Whether no number of the value can be negative.
  bool is_positive(graph::ValueId id) const;

  // The tensor as a value of its own, [N, C, H, W], [N, R, F] or [N, F]: the
  // view is plain afterwards. False if no op of the graph can lay it out so.
  bool make_plain(Tensor& tensor);

  // Counts numbers that the file does not hold but makes. Throws Error where a
  // small file makes too many.
  void spend(std::int64_t numbers);

  // A line for the report; one that is there already is not repeated.
  void note(std::string text);

  graph::Graph& graph() { return graph_; }
  const std::vector<std::string>& notes() const { return notes_; }
  const std::set<std::string>& affine_nodes() const { return affine_; }

 private:
  std::string unique(std::string_view name);

  graph::Graph graph_;
  std::set<std::string> names_, affine_;
  std::vector<std::string> notes_;
  std::int64_t most_numbers_, spent_ = 0;
};

graph::Parameter dense(std::string name, Shape shape,
                       std::vector<float> values);

}  // namespace triad::onnx
