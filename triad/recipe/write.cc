#include <fmt/format.h>
#include <fmt/ranges.h>

#include "triad/recipe/keys.h"

namespace triad::recipe {
namespace {

std::string quote(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      out += {'\\', c};
    else if (code < 0x20 || code == 0x7f)
      out += fmt::format("\\u{:04x}", code);
    else
      out += c;
  }
  return out + '"';
}

// The value as TOML; empty for an optional without one and no named numbers.
struct ToText {
  Recipe& recipe;

  std::string operator()(bool& (*access)(Recipe&)) const {
    return access(recipe) ? "true" : "false";
  }
  std::string operator()(std::int64_t& (*access)(Recipe&)) const {
    return std::to_string(access(recipe));
  }
  std::string operator()(std::uint64_t& (*access)(Recipe&)) const {
    return std::to_string(access(recipe));
  }
  std::string operator()(double& (*access)(Recipe&)) const {
    return fmt::format("{}", access(recipe));  // shortest that reads back
  }
  std::string operator()(std::string& (*access)(Recipe&)) const {
    return quote(access(recipe));
  }
  std::string operator()(std::vector<double>& (*access)(Recipe&)) const {
    return fmt::format("[{}]", fmt::join(access(recipe), ", "));
  }
  std::string operator()(std::optional<double>& (*access)(Recipe&)) const {
    const std::optional<double>& value = access(recipe);
    return value ? fmt::format("{}", *value) : "";
  }
  std::string operator()(NamedNumbers& (*access)(Recipe&)) const {
    std::vector<std::string> items;
    for (const auto& [name, value] : access(recipe))
      items.push_back(fmt::format("{} = {}", quote(name), value));
    return items.empty() ? "" : fmt::format("{{{}}}", fmt::join(items, ", "));
  }
};

std::string value_text(const Recipe& recipe, const Key& key) {
  Recipe copy = recipe;  // accessors are shared with the reader
  return std::visit(ToText{copy}, key.access);
}

}  // namespace

std::string to_toml(const Recipe& recipe) {
  std::string text, section;
  for (const Key& key : keys()) {
    const std::string value = value_text(recipe, key);
    if (value.empty()) continue;
    if (key.section != section) text += fmt::format("\n[{}]\n", key.section);
    section = key.section;
    text += fmt::format("{} = {}\n", key.name, value);
  }
  return text;
}

std::vector<std::string> differences(const Recipe& a, const Recipe& b) {
  std::vector<std::string> out;
  for (const Key& key : keys()) {
    const std::string left = value_text(a, key), right = value_text(b, key);
    if (left != right)
      out.push_back(fmt::format("{}: {} and {}", key.path(),
                                left.empty() ? "none" : left,
                                right.empty() ? "none" : right));
  }
  return out;
}

}  // namespace triad::recipe
