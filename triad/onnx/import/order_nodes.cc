#include "triad/onnx/import/order_nodes.h"

#include <set>
#include <unordered_map>

#include "triad/base/error.h"

namespace triad::onnx {
namespace {

using Makers = std::unordered_map<std::string_view, std::size_t>;

Makers find_makers(const ModelMessage& model) {
  Makers makers;
  for (std::size_t i = 0; i < model.nodes.size(); ++i)
    for (const std::string_view output : model.nodes[i].outputs)
      require(output.empty() || makers.try_emplace(output, i).second,
              "tensor '{}' is made by two nodes", output);
  return makers;
}

std::vector<bool> find_needed(const ModelMessage& model, const Makers& makers) {
  std::vector<bool> needed(model.nodes.size(), false);
  std::vector<std::size_t> open;
  const auto visit = [&](std::string_view tensor) {
    const auto maker = makers.find(tensor);
    if (maker == makers.end() || needed[maker->second]) return;
    needed[maker->second] = true;
    open.push_back(maker->second);
  };
  for (const ValueMessage& output : model.outputs) visit(output.name);
  while (!open.empty()) {
    const NodeMessage& node = model.nodes[open.back()];
    open.pop_back();
    for (const std::string_view input : node.inputs) visit(input);
  }
  return needed;
}

}  // namespace

std::vector<std::size_t> order_nodes(const ModelMessage& model) {
  const Makers makers = find_makers(model);
  const std::vector<bool> needed = find_needed(model, makers);
  // Of each node: those that read it, and how many of its inputs are missing.
  std::vector<std::vector<std::size_t>> readers(model.nodes.size());
  std::vector<std::size_t> missing(model.nodes.size(), 0);
  std::set<std::size_t> ready;
  std::size_t count = 0;
  for (std::size_t i = 0; i < model.nodes.size(); ++i) {
    if (!needed[i]) continue;
    ++count;
    for (const std::string_view input : model.nodes[i].inputs)
      if (const auto maker = makers.find(input); maker != makers.end()) {
        readers[maker->second].push_back(i);
        ++missing[i];
      }
    if (missing[i] == 0) ready.insert(i);
  }
  std::vector<std::size_t> order;
  while (!ready.empty()) {
    const std::size_t first = *ready.begin();
    ready.erase(ready.begin());
    order.push_back(first);
    for (const std::size_t reader : readers[first])
      if (--missing[reader] == 0) ready.insert(reader);
  }
  for (std::size_t i = 0; i < model.nodes.size() && order.size() < count; ++i)
    require(!needed[i] || missing[i] == 0,
            "{} '{}': its inputs depend on its own output (a cycle)",
            model.nodes[i].op, model.nodes[i].name);
  return order;
}

}  // namespace triad::onnx
