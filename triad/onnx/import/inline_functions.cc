#include "triad/onnx/import/inline_functions.h"

#include <algorithm>

#include "triad/base/error.h"

namespace triad::onnx {
namespace {

constexpr std::size_t kDeepest = 32;
constexpr std::size_t kMostNodes = 200'000;

class Inliner {
 public:
  explicit Inliner(ModelMessage& model) : model_(model) {}

  void run() {
    std::vector<NodeMessage> nodes = std::move(model_.nodes);
    for (NodeMessage& node : nodes) expand(std::move(node), 0);
    model_.nodes = std::move(result_);
  }

 private:
  using Names = std::map<std::string_view, std::string_view>;

  void expand(NodeMessage node, std::size_t depth) {
    const FunctionMessage* function = find(node);
    if (!function) {
      require(result_.size() < kMostNodes,
              "expected at most {} nodes, its functions inlined", kMostNodes);
      result_.push_back(std::move(node));
      return;
    }
    require(depth < kDeepest,
            "function '{}': expected calls at most {} deep (does it call "
            "itself?)",
            node.op, kDeepest);
    require(++calls_ <= kMostNodes, "expected at most {} calls of functions",
            kMostNodes);
    Names names;
    bind(names, function->inputs, node.inputs);
    bind(names, function->outputs, node.outputs);
    const std::string_view prefix = call_name(node);
    for (const NodeMessage& inner : function->nodes)
      expand(rename(inner, node, *function, names, prefix), depth + 1);
  }

  const FunctionMessage* find(const NodeMessage& node) const {
    const auto found =
        std::ranges::find_if(model_.functions, [&](const auto& function) {
          return function.name == node.op && function.domain == node.domain;
        });
    return found == model_.functions.end() ? nullptr : &*found;
  }

  static void bind(Names& names, const std::vector<std::string_view>& formal,
                   const std::vector<std::string_view>& actual) {
    for (std::size_t i = 0; i < formal.size(); ++i)
      names[formal[i]] = i < actual.size() ? actual[i] : std::string_view();
  }

  std::string_view call_name(const NodeMessage& node) {
    if (!node.name.empty()) return node.name;
    return node.outputs.empty() ? node.op : node.outputs.front();
  }

  NodeMessage rename(const NodeMessage& inner, const NodeMessage& call,
                     const FunctionMessage& function, Names& names,
                     std::string_view prefix) {
    NodeMessage node = inner;
    const auto local = [&](std::string_view name) {
      require(name.size() + prefix.size() < 4096,
              "function '{}': expected shorter names", call.op);
      return model_.keep(fmt::format("{}/{}", prefix, name));
    };
    for (auto* list : {&node.inputs, &node.outputs})
      for (std::string_view& name : *list) {
        if (name.empty()) continue;
        const auto [entry, is_new] = names.try_emplace(name);
        if (is_new) entry->second = local(name);
        name = entry->second;
      }
    if (!node.name.empty()) node.name = local(node.name);
    std::vector<AttributeMessage> attributes;
    for (const AttributeMessage& attribute : node.attributes) {
      if (attribute.reference.empty()) {
        attributes.push_back(attribute);
        continue;
      }
      const AttributeMessage* given = call.find(attribute.reference);
      const auto other = std::ranges::find(
          function.defaults, attribute.reference, &AttributeMessage::name);
      if (!given && other != function.defaults.end()) given = &*other;
      if (!given) continue;  // left out, as in the call
      attributes.push_back(*given);
      attributes.back().name = attribute.name;
    }
    node.attributes = std::move(attributes);
    return node;
  }

  ModelMessage& model_;
  std::vector<NodeMessage> result_;
  std::size_t calls_ = 0;
};

}  // namespace

void inline_functions(ModelMessage& model) {
  if (!model.functions.empty()) Inliner(model).run();
}

}  // namespace triad::onnx
