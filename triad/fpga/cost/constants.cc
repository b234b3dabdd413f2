#include "triad/fpga/cost/constants.h"

#include <toml++/toml.h>

#include <algorithm>
#include <cmath>
#include <sstream>

#include "triad/base/error.h"
#include "triad/base/nearest.h"
#include "triad/fpga/cost/embedded.h"

namespace triad::fpga {

std::string_view constant_file(std::string_view name) {
  std::string known;
  for (const EmbeddedFile& file : embedded_files()) {
    if (file.name == name) return file.text;
    known += fmt::format("{}{}", known.empty() ? "" : ", ", file.name);
  }
  fail("fpga: no file of constants {}; there are {}", name, known);
}

std::vector<std::string> constant_files(std::string_view folder) {
  std::vector<std::string> names;
  for (const EmbeddedFile& file : embedded_files())
    if (file.name.starts_with(folder) && file.name[folder.size()] == '/')
      names.emplace_back(file.name.substr(folder.size() + 1));
  return names;
}

struct ConstantTable::Node {
  toml::table table;
};

ConstantTable::ConstantTable(std::string_view text, std::string origin)
    : origin_(std::move(origin)) {
  try {
    node_ = std::make_shared<const Node>(Node{toml::parse(text)});
  } catch (const toml::parse_error& error) {
    fail("{}:{}: {}", origin_, error.source().begin.line, error.description());
  }
}

ConstantTable::ConstantTable(std::shared_ptr<const Node> node,
                             std::string origin)
    : node_(std::move(node)), origin_(std::move(origin)) {}
ConstantTable::~ConstantTable() = default;
ConstantTable::ConstantTable(ConstantTable&&) noexcept = default;

std::string ConstantTable::where(std::string_view key) const {
  return fmt::format("{}: {}", origin_, key);
}

void ConstantTable::ask(std::string_view key) {
  asked_.emplace_back(key);
  require(has(key), "{}: missing", where(key));
}

bool ConstantTable::has(std::string_view key) const {
  return node_->table.contains(key);
}

double ConstantTable::number(std::string_view key) {
  ask(key);
  const auto value = node_->table[key].value<double>();
  require(node_->table[key].is_number() && std::isfinite(*value) && *value >= 0,
          "{}: expected a number of at least 0", where(key));
  return *value;
}

std::int64_t ConstantTable::whole(std::string_view key) {
  ask(key);
  const auto* value = node_->table[key].as_integer();
  require(value && **value >= 0, "{}: expected a whole number of at least 0",
          where(key));
  return **value;
}

std::string ConstantTable::text(std::string_view key) {
  ask(key);
  const auto* value = node_->table[key].as_string();
  require(value && !value->get().empty(), "{}: expected a text in quotes",
          where(key));
  return value->get();
}

std::string ConstantTable::date(std::string_view key) {
  ask(key);
  const auto* value = node_->table[key].as_date();
  require(value, "{}: expected a date such as 2026-11-25", where(key));
  std::ostringstream text;
  text << value->get();
  return text.str();
}

std::vector<double> ConstantTable::numbers(std::string_view key) {
  ask(key);
  std::vector<double> values;
  const auto* array = node_->table[key].as_array();
  require(array, "{}: expected a list of numbers", where(key));
  for (const toml::node& item : *array) {
    const auto value = item.is_number() ? item.value<double>() : std::nullopt;
    require(value && std::isfinite(*value), "{}: expected a list of numbers",
            where(key));
    values.push_back(*value);
  }
  return values;
}

ConstantTable ConstantTable::table(std::string_view key) {
  ask(key);
  const auto* value = node_->table[key].as_table();
  require(value, "{}: expected a table", where(key));
  return ConstantTable(std::make_shared<const Node>(Node{*value}), where(key));
}

std::vector<ConstantTable> ConstantTable::tables(std::string_view key) {
  ask(key);
  std::vector<ConstantTable> result;
  const auto* array = node_->table[key].as_array();
  require(array, "{}: expected tables [[{}]]", where(key), key);
  for (const toml::node& item : *array) {
    require(item.is_table(), "{}: expected tables [[{}]]", where(key), key);
    result.push_back(
        ConstantTable(std::make_shared<const Node>(Node{*item.as_table()}),
                      fmt::format("{} {}", where(key), result.size() + 1)));
  }
  return result;
}

std::vector<std::string> ConstantTable::keys() const {
  std::vector<std::string> names;
  for (const auto& item : node_->table)
    names.emplace_back(std::string_view(item.first));
  return names;
}

void ConstantTable::finish() const {
  for (const std::string& key : keys())
    require(std::ranges::find(asked_, key) != asked_.end(),
            "{}: unknown key (nearest known: {})", where(key),
            nearest(key, asked_));
}

}  // namespace triad::fpga
