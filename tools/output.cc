#include "tools/output.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "triad/base/error.h"

namespace triad::tools {

void print_line(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fputc('\n', stdout);
}

void print_json(const Json& json) { print_line(json.dump(2)); }

void print_table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], row[i].size());
  }
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i)
      line += i == 0 ? fmt::format("{:<{}}", row[i], widths[i])
                     : fmt::format("  {:>{}}", row[i], widths[i]);
    print_line(line);
  }
}

std::string human_bytes(double bytes) {
  for (const char* unit : {"bytes", "KB", "MB"}) {
    if (bytes < 1000) return fmt::format("{:.3g} {}", bytes, unit);
    bytes /= 1000;
  }
  return fmt::format("{:.3g} GB", bytes);
}

void flush_results() {
  errno = 0;
  require(std::fflush(stdout) == 0 && std::ferror(stdout) == 0,
          "stdout: cannot write the results: {}",
          errno ? std::strerror(errno) : "unknown reason");
}

}  // namespace triad::tools
