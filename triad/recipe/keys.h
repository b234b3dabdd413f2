#pragma once
// The one table of recipe keys: reading, settings, writing, comparing and range
// checks all come from it. A new key is a member in recipe.h and a row in
// keys.cc.

#include <limits>
#include <span>
#include <variant>

#include "triad/recipe/recipe.h"

namespace triad::recipe {

using Number = double;
using Numbers = std::vector<double>;
using OptionalNumber = std::optional<double>;
using NamedNumbers = std::map<std::string, double>;

// Where in a Recipe a key's value lies.
using Access =
    std::variant<bool& (*)(Recipe&), std::int64_t& (*)(Recipe&),
                 std::uint64_t& (*)(Recipe&), Number& (*)(Recipe&),
                 std::string& (*)(Recipe&), Numbers& (*)(Recipe&),
                 OptionalNumber& (*)(Recipe&), NamedNumbers& (*)(Recipe&)>;

// Allowed values: a range for numbers, a list for words (empty: any text).
struct Limits {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  bool is_low_out = false,
       is_high_out = false;  // the end itself is not allowed
  std::vector<std::string> words = {};

  bool contains(double value) const;
  bool contains(const std::string& word) const;
  std::string to_text() const;  // "a number in (0, 1]", "sgd or adam"
};

struct Key {
  std::string section;  // empty: top of the file
  std::string name;
  Access access;
  Limits limits;

  std::string path() const {
    return section.empty() ? name : section + '.' + name;
  }
};

// In the order they are written.
std::span<const Key> keys();

// Null if there is no such key.
const Key* find_key(std::string_view section, std::string_view name);

}  // namespace triad::recipe
