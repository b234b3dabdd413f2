#include "tools/shell.h"

namespace triad::tools {

std::string shell_word(const std::string& word) {
  const bool plain =
      word.find_first_of(" \t\n'\"\\()[]{}<>|&;*?!#~`") == std::string::npos;
  if (plain) return word;
  std::string text = "'";
  for (const char letter : word)
    letter == '\'' ? text += "'\\''" : text += letter;
  return text + "'";
}

}  // namespace triad::tools
