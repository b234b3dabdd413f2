#include "triad/recipe/recipe.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>

#include "triad/base/error.h"
#include "triad/base/file.h"
#include "triad/base/nearest.h"
#include "triad/recipe/keys.h"

namespace triad::recipe {
namespace {

// Reads one TOML value into the recipe. `where` leads the message of any error.
class Assign {
 public:
  Assign(const toml::node& node, const Key& key, std::string where,
         Recipe& recipe)
      : node_(node), key_(key), where_(std::move(where)), recipe_(recipe) {}

  void operator()(bool& (*access)(Recipe&)) const {
    require(node_.is_boolean(), "{}: {}: expected true or false", where_,
            key_.path());
    access(recipe_) = **node_.as_boolean();
  }
  void operator()(std::int64_t& (*access)(Recipe&)) const {
    access(recipe_) = whole();
  }
  void operator()(std::uint64_t& (*access)(Recipe&)) const {
    access(recipe_) = std::uint64_t(whole());
  }
  void operator()(double& (*access)(Recipe&)) const {
    access(recipe_) = number(node_);
  }
  void operator()(std::optional<double>& (*access)(Recipe&)) const {
    const bool is_none = node_.is_string() && **node_.as_string() == "none";
    access(recipe_) = is_none ? std::nullopt : std::optional(number(node_));
  }
  void operator()(std::string& (*access)(Recipe&)) const {
    require(
        node_.is_string() && key_.limits.contains(**node_.as_string()),
        "{}: {}: expected {}{}", where_, key_.path(),
        key_.limits.words.empty() ? "a text in quotes" : key_.limits.to_text(),
        node_.is_string() ? ", got \"" + **node_.as_string() + '"' : "");
    access(recipe_) = **node_.as_string();
  }
  void operator()(std::vector<double>& (*access)(Recipe&)) const {
    if (node_.is_number()) {  // a list of one
      access(recipe_) = {number(node_)};
      return;
    }
    require(node_.is_array(),
            "{}: {}: expected a number or a list of them: [1, 2]", where_,
            key_.path());
    std::vector<double> values;
    for (const toml::node& item : *node_.as_array())
      values.push_back(number(item));
    access(recipe_) = std::move(values);
  }
  void operator()(NamedNumbers& (*access)(Recipe&)) const {
    require(node_.is_table(),
            "{}: {}: expected numbers by name: {{\"conv1\" = 0.5}}", where_,
            key_.path());
    NamedNumbers values;
    for (const auto& [name, value] : *node_.as_table())
      values[std::string(name.str())] = number(value);
    access(recipe_) = std::move(values);
  }

 private:
  double number(const toml::node& node) const {
    const std::optional<double> value =
        node.is_number() ? node.value<double>() : std::nullopt;
    require(value && key_.limits.contains(*value), "{}: {}: expected {}{}",
            where_, key_.path(), key_.limits.to_text(),
            value ? fmt::format(", got {}", *value) : "");
    return *value;
  }
  std::int64_t whole() const {
    require(node_.is_integer(), "{}: {}: expected a whole number", where_,
            key_.path());
    number(node_);
    return **node_.as_integer();
  }

  const toml::node& node_;
  const Key& key_;
  std::string where_;
  Recipe& recipe_;
};

// "keys" of a mistyped one are searched in all sections, its own first.
[[noreturn]] void fail_unknown(std::string_view section, std::string_view name,
                               const std::string& where) {
  std::vector<std::string> known;
  for (const bool is_own : {true, false})
    for (const Key& key : keys())
      if ((key.section == section) == is_own) known.push_back(key.name);
  const std::string best = nearest(name, known);
  std::string path;
  for (const Key& key : keys())
    if (key.name == best && (path.empty() || key.section == section))
      path = key.path();
  fail("{}: unknown key {} {} (nearest known: {})", where, name,
       section.empty() ? "outside the sections"
                       : "in section " + std::string(section),
       path);
}

void assign(std::string_view section, std::string_view name,
            const toml::node& value, const std::string& where, Recipe& recipe) {
  const Key* key = find_key(section, name);
  if (key == nullptr) fail_unknown(section, name, where);
  std::visit(Assign(value, *key, where, recipe), key->access);
}

std::vector<std::string> section_names() {
  std::vector<std::string> names;
  for (const Key& key : keys())
    if (!key.section.empty() && (names.empty() || names.back() != key.section))
      names.push_back(key.section);
  return names;
}

void check_section(std::string_view name, const std::string& where) {
  const std::vector<std::string> known = section_names();
  require(std::find(known.begin(), known.end(), name) != known.end(),
          "{}: unknown section {} (nearest known: {})", where, name,
          nearest(name, known));
}

toml::table parse_toml(std::string_view text, std::string_view origin) {
  try {
    return toml::parse(text, origin);
  } catch (const toml::parse_error& error) {
    fail("{}, line {}: {}", origin, error.source().begin.line,
         error.description());
  }
}

void read_table(const toml::table& table, std::string_view origin,
                Recipe& recipe) {
  const auto where = [&](const toml::node& node) {
    return fmt::format("{}, line {}", origin, node.source().begin.line);
  };
  for (const auto& [name, node] : table) {
    if (!node.is_table()) {
      assign("", name.str(), node, where(node), recipe);
      continue;
    }
    check_section(name.str(), where(node));
    for (const auto& [key, value] : *node.as_table())
      assign(name.str(), key.str(), value, where(value), recipe);
  }
}

// A word without quotes is a text: --set model.name=resnet20.
toml::table parse_value(const std::string& text, const std::string& where) {
  try {
    return toml::parse("value = " + text);
  } catch (const toml::parse_error&) {
    require(text.find_first_of("\"'\n\r\\[]") == std::string::npos,
            "{}: expected a TOML value after \"=\"", where);
    return toml::parse("value = '" + text + "'");
  }
}

void apply_setting(const std::string& setting, Recipe& recipe) {
  const std::string where = "--set " + setting;
  const std::size_t equals = setting.find('=');
  require(equals != std::string::npos && equals > 0,
          "{}: expected section.key=value", where);
  const std::string path = setting.substr(0, equals);
  const std::size_t dot = path.find('.');
  const bool is_top = dot == std::string::npos;
  const std::string section = is_top ? "" : path.substr(0, dot);
  if (!is_top) check_section(section, where);
  const toml::table table = parse_value(setting.substr(equals + 1), where);
  assign(section, is_top ? path : path.substr(dot + 1), *table.get("value"),
         where, recipe);
}

// What no single key can tell.
void check_together(const Recipe& recipe, std::string_view origin) {
  const Training& training = recipe.training;
  require(training.step_at.size() == training.step_factor.size(),
          "{}: expected as many training.step_factor as training.step_at, got "
          "{} and {}",
          origin, training.step_factor.size(), training.step_at.size());
  require(training.schedule != "step" || !training.step_at.empty(),
          "{}: training.schedule \"step\" needs training.step_at", origin);
  const GroupLasso& lasso = recipe.group_lasso;
  require(!lasso.density || !lasso.compression_rate,
          "{}: expected one of group_lasso.density and "
          "group_lasso.compression_rate, got both",
          origin);
  require(lasso.start < lasso.stop,
          "{}: expected group_lasso.start < group_lasso.stop, got {} and {}",
          origin, lasso.start, lasso.stop);
  require(recipe.activation_bits == 8 || recipe.activation_bits == 16,
          "{}: activation_bits: expected 8 or 16, got {}", origin,
          recipe.activation_bits);
}

// Messages quote the file, which may hold anything; an error stays one line.
std::string printable(std::string text) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  return text;
}

}  // namespace

Recipe parse_recipe(std::string_view text, std::string_view origin,
                    const std::vector<std::string>& set) {
  try {
    Recipe recipe;
    read_table(parse_toml(text, origin), origin, recipe);
    for (const std::string& setting : set) apply_setting(setting, recipe);
    check_together(recipe, origin);
    return recipe;
  } catch (const Error& error) {
    throw Error(printable(error.what()));
  }
}

Recipe read_recipe(const std::filesystem::path& path,
                   const std::vector<std::string>& set) {
  Recipe recipe = parse_recipe(read_text(path), path.string(), set);
  if (recipe.name.empty()) recipe.name = path.stem().string();
  return recipe;
}

}  // namespace triad::recipe
