#include "triad/report/metrics.h"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "triad/base/error.h"
#include "triad/base/file.h"

namespace triad::report {
namespace {

using Json = nlohmann::ordered_json;

MetricsLine parse_line(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  require(json.is_object(), "expected one JSON object");
  MetricsLine line;
  const auto step = json.find("step");
  require(step != json.end() && step->is_number_integer(),
          "expected a whole number in \"step\"");
  line.step = step->get<std::int64_t>();
  for (const auto& [key, value] : json.items()) {
    if (key == "step") continue;
    require(value.is_number() || value.is_null(), "expected a number in \"{}\"",
            key);
    line.values[key] = value.is_null()
                           ? std::numeric_limits<double>::quiet_NaN()
                           : value.get<double>();
  }
  return line;
}

}  // namespace

std::string to_json(const MetricsLine& line) {
  Json json = {{"step", line.step}};
  for (const auto& [name, value] : line.values)
    json[name] = std::isfinite(value) ? Json(value) : Json(nullptr);
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void append_metrics(const std::filesystem::path& path,
                    const MetricsLine& line) {
  append_line(path, to_json(line));
}

std::vector<MetricsLine> read_metrics(const std::filesystem::path& path) {
  if (!std::filesystem::exists(path)) return {};
  const std::string text = read_text(path);
  std::vector<MetricsLine> lines;
  int number = 1;
  for (std::size_t start = 0; start < text.size(); ++number) {
    const std::size_t end = text.find('\n', start);
    if (end == std::string::npos) break;  // cut off while being written
    try {
      lines.push_back(
          parse_line(std::string_view(text).substr(start, end - start)));
    } catch (const Error& error) {
      fail("{}, line {}: {}", path.string(), number, error.what());
    }
    start = end + 1;
  }
  return lines;
}

void truncate_metrics(const std::filesystem::path& path,
                      std::int64_t last_step) {
  if (!std::filesystem::exists(path)) return;
  std::string text;
  for (const MetricsLine& line : read_metrics(path))
    if (line.step <= last_step) text += to_json(line) + '\n';
  write_file(path, std::string_view(text));
}

}  // namespace triad::report
