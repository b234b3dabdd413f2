#include "triad/fpga/emit/modules.h"

#include <algorithm>
#include <cctype>
#include <set>

#include "triad/base/error.h"

namespace triad::fpga {
namespace {

// Calls use(word) for each word of Verilog outside comments.
template <typename Use>
void for_each_word(std::string_view text, Use use) {
  const auto is_letter = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_';
  };
  for (std::size_t i = 0; i < text.size();) {
    if (text.substr(i, 2) == "//") {
      i = std::min(text.find('\n', i), text.size());
    } else if (is_letter(text[i])) {
      std::size_t end = i;
      while (end < text.size() && is_letter(text[end])) ++end;
      use(text.substr(i, end - i));
      i = end;
    } else {
      ++i;
    }
  }
}

}  // namespace

std::vector<Module> modules_of(const Netlist& netlist) {
  const auto find = [](std::string_view name) {
    return std::ranges::find(modules(), name, &Module::name);
  };
  std::set<std::string_view> used;
  std::vector<Module> next;
  for (const Instance& instance : netlist.instances) {
    const auto module = find(instance.module);
    require(module != modules().end(), "fpga: '{}': there is no module '{}'",
            instance.name, instance.module);
    if (used.insert(module->name).second) next.push_back(*module);
  }
  while (!next.empty()) {
    const Module module = next.back();
    next.pop_back();
    for_each_word(module.text, [&](std::string_view word) {
      const auto other = find(word);
      if (other != modules().end() && used.insert(other->name).second)
        next.push_back(*other);
    });
  }
  std::vector<Module> result;
  std::ranges::copy_if(
      modules(), std::back_inserter(result),
      [&](const Module& module) { return used.contains(module.name); });
  return result;
}

}  // namespace triad::fpga
