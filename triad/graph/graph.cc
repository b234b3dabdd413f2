#include "triad/graph/graph.h"

#include <algorithm>

namespace triad::graph {
namespace {

// First element of that name, or null.
template <typename Items>
auto* find_named(Items& items, std::string_view name) {
  const auto found = std::ranges::find(
      items, name,
      [](const auto& item) -> std::string_view { return item.name; });
  return found == items.end() ? nullptr : &*found;
}

}  // namespace

const Parameter* Node::find(std::string_view parameter) const {
  return find_named(parameters, parameter);
}

Parameter* Node::find(std::string_view parameter) {
  return find_named(parameters, parameter);
}

const Node* Graph::find(std::string_view node) const {
  return find_named(nodes, node);
}

Node* Graph::find(std::string_view node) { return find_named(nodes, node); }

}  // namespace triad::graph
