// triad histogram: how one weight is distributed in several runs, as a plot.

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>

#include "tools/commands.h"
#include "tools/output.h"
#include "triad/base/error.h"
#include "triad/base/file.h"
#include "triad/format/safetensors.h"
#include "triad/report/svg_plot.h"

namespace triad::tools {
namespace {

namespace fs = std::filesystem;

constexpr int kBins = 101;  // odd: zero lies in the middle of a bin

struct Options {
  std::string weight, output;
  std::vector<std::string> files;
};

struct Weights {
  std::string name;
  std::vector<float> values;
};

Weights read_weights(const fs::path& path, const std::string& weight) {
  const bool is_run = fs::is_directory(path);
  const fs::path file = is_run ? path / "weights.safetensors" : path;
  auto tensors = format::read_safetensors(file).tensors;
  const auto found = tensors.find(weight);
  require(found != tensors.end(), "{}: has no weight {}", file.string(),
          weight);
  auto* values = std::get_if<std::vector<float>>(&found->second.values);
  require(values != nullptr && !values->empty(), "{}: {} holds no floats",
          file.string(), weight);
  return {is_run ? path.filename().string() : path.stem().string(),
          std::move(*values)};
}

// "s1.net.naive-seed1", "s1.net.wpc-seed1" to "naive", "wpc": what all names
// begin and end with tells nothing.
void shorten_names(std::vector<Weights>& all) {
  if (all.size() < 2) return;
  const std::string first = all.front().name;
  std::size_t before = first.size(), after = first.size();
  for (const Weights& weights : all) {
    const auto& name = weights.name;
    const auto start = std::ranges::mismatch(first, name).in1 - first.begin();
    const auto end =
        std::mismatch(first.rbegin(), first.rend(), name.rbegin(), name.rend())
            .first -
        first.rbegin();
    before = std::min(before, std::size_t(start));
    after = std::min(after, std::size_t(end));
  }
  for (Weights& weights : all)
    if (before + after < weights.name.size())
      weights.name =
          weights.name.substr(before, weights.name.size() - before - after);
}

// Dead groups would stand far above all else: the legend counts zeros instead.
void take_out_zeros(Weights& weights) {
  const auto zeros = std::erase(weights.values, 0.0f);
  weights.name +=
      fmt::format(" ({:.0f} % zero)",
                  100 * double(zeros) / double(zeros + weights.values.size()));
}

// All on one axis, symmetric about zero.
report::Plot plot(const std::vector<Weights>& all, const std::string& weight) {
  float reach = 0;
  for (const Weights& weights : all)
    for (const float value : weights.values)
      reach = std::max(reach, std::abs(value));
  require(reach > 0, "{}: every weight is zero", weight);
  report::Plot plot{
      .title = weight, .x_label = "weight", .y_label = "share of non-zeros"};
  for (const Weights& weights : all)
    plot.series.push_back(
        report::histogram(weights.name, weights.values, kBins, -reach, reach));
  return plot;
}

}  // namespace

void add_histogram(CLI::App& command) {
  const auto options = std::make_shared<Options>();
  command
      .add_option("weight", options->weight,
                  "Its name, layer2.1.conv1.weight for instance")
      ->required();
  command
      .add_option("runs", options->files,
                  "Run folders or .safetensors files, in the legend's order")
      ->required();
  command.add_option("-o,--output", options->output, "SVG file to write")
      ->required();
  command.callback([options] {
    std::vector<Weights> all;
    for (const std::string& file : options->files)
      all.push_back(read_weights(file, options->weight));
    shorten_names(all);
    for (Weights& weights : all) take_out_zeros(weights);
    write_file(options->output,
               std::string_view(to_svg(plot(all, options->weight))));
    print_line("wrote " + options->output);
  });
}

}  // namespace triad::tools
