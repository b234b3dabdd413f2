#include "tools/picture_options.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <string_view>
#include <utility>
#include <vector>

namespace triad::tools {
namespace {

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

// A wrong option is a matter of usage, as it is for CLI11's own types.
template <typename... Args>
void expect(bool condition, std::string_view option,
            fmt::format_string<Args...> text, Args&&... args) {
  if (!condition)
    throw CLI::ValidationError(std::string(option),
                               fmt::format(text, std::forward<Args>(args)...));
}

double parse_number(std::string_view text, std::string_view option) {
  double value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value);
  expect(error == std::errc{} && end == text.data() + text.size() &&
             std::isfinite(value),
         option, "expected numbers or fractions such as 127/255, got '{}'",
         text);
  return value;
}

float parse_fraction(std::string_view text, std::string_view option) {
  const auto parts = split(text, '/');
  expect(parts.size() <= 2, option,
         "expected numbers or fractions such as 127/255, got '{}'", text);
  double value = parse_number(parts[0], option);
  if (parts.size() == 2) value /= parse_number(parts[1], option);
  expect(std::isfinite(value), option, "division by zero in '{}'", text);
  return float(value);
}

void replace(std::vector<float>& numbers, const std::string& text,
             std::string_view option) {
  if (text.empty()) return;
  const auto parts = split(text, ',');
  expect(parts.size() == 1 || parts.size() == numbers.size(), option,
         "expected 1 or {} numbers, got {}", numbers.size(), parts.size());
  for (std::size_t c = 0; c < numbers.size(); ++c)
    numbers[c] = parse_fraction(parts[parts.size() == 1 ? 0 : c], option);
}

}  // namespace

void add_picture_options(CLI::App& command, PictureOptions& options) {
  command.add_option(
      "--input", options.input,
      "C,H,W of the pictures, where an ONNX file leaves it open");
  command.add_option("--mean", options.mean,
                     "Subtracted from pictures of 0..1, where an ONNX file "
                     "does not say: one number, or one for each channel");
  command.add_option("--deviation", options.deviation,
                     "What they are then divided by; 1/255: the network takes "
                     "0..255");
}

Shape input_shape(const PictureOptions& options) {
  if (options.input.empty()) return {};
  Shape shape;
  for (const std::string_view part : split(options.input, ',')) {
    std::int64_t size = 0;
    const auto [end, error] =
        std::from_chars(part.data(), part.data() + part.size(), size);
    const bool whole =
        error == std::errc{} && end == part.data() + part.size() && size > 0;
    expect(whole, "--input", "expected C,H,W such as 3,224,224, got '{}'",
           options.input);
    shape.push_back(size);
  }
  expect(shape.size() == 3, "--input",
         "expected C,H,W such as 3,224,224, got '{}'", options.input);
  return shape;
}

void apply_preprocessing(graph::Graph& graph, const PictureOptions& options) {
  graph::Preprocessing& real = graph.preprocessing;
  replace(real.mean, options.mean, "--mean");
  replace(real.deviation, options.deviation, "--deviation");
  for (const float deviation : real.deviation)
    expect(deviation > 0, "--deviation", "expected numbers > 0");
}

}  // namespace triad::tools
