#pragma once
// Commands as a user would type them.

#include <string>

namespace triad::tools {

// A word for a shell, in quotes where it needs them; "$TRIAD_DATA" stays a
// variable.
std::string shell_word(const std::string& word);

}  // namespace triad::tools
