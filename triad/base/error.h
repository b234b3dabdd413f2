#pragma once
// The one error type. Thrown at borders (open, load, configure, public entry
// points); code beneath a validated border does not throw. The library never
// prints and never exits.

#include <fmt/format.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace triad {

// A message of one line: "where: expected X, got Y", so that a user can mend it
// without the source.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Throws Error with a formatted message.
template <typename... Args>
[[noreturn]] void fail(fmt::format_string<Args...> text, Args&&... args) {
  throw Error(fmt::format(text, std::forward<Args>(args)...));
}

// Throws Error with a formatted message unless `condition` holds.
template <typename... Args>
void require(bool condition, fmt::format_string<Args...> text, Args&&... args) {
  if (!condition) throw Error(fmt::format(text, std::forward<Args>(args)...));
}

}  // namespace triad
