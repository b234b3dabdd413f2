#include "tools/outcome.h"

#include <algorithm>
#include <cmath>

#include "tools/output.h"
#include "triad/report/record.h"

namespace triad::tools {
namespace {

struct Fact {
  std::string measure;
  double value;
  std::string unit;
};

// In the order they are printed and recorded.
std::vector<Fact> facts(const Outcome& outcome) {
  const Measures& measures = outcome.measures;
  std::vector<Fact> list;
  const auto add_percent = [&](const std::string& measure,
                               const std::optional<double>& percent) {
    if (percent) list.push_back({measure, *percent, "%"});
  };
  add_percent("accuracy_percent", outcome.percent);
  add_percent("float_accuracy_percent", outcome.float_percent);
  add_percent("validation_accuracy_percent", outcome.validation_percent);
  double largest = -1;
  for (const LayerError& row : outcome.layer_errors)
    if (row.is_output) largest = std::max(largest, row.relative_rms);
  if (largest >= 0) list.push_back({"output_error", largest, "1"});
  if (measures.counted_layers > 0) {
    list.push_back({"cr", measures.compression_rate, "x"});
    list.push_back({"density", measures.census.density(), "1"});
    list.push_back({"s_min", measures.census.smallest_zero_share, "1"});
  }
  list.push_back({"file_bytes", double(outcome.file_bytes), "bytes"});
  list.push_back({"file_compression", outcome.file_compression(), "x"});
  return list;
}

void print_layer_errors(const std::vector<LayerError>& errors) {
  if (errors.empty()) return;
  std::vector<std::vector<std::string>> rows = {
      {"error against the original", "relative RMS"}};
  for (const LayerError& row : errors)
    rows.push_back({row.is_output ? row.layer + " (output)" : row.layer,
                    fmt::format("{:.4f}", row.relative_rms)});
  print_table(rows);
  print_line("");
}

// One word of a record's name: dots part the words.
std::string word(std::string text) {
  for (char& letter : text)
    if (!std::isalnum(static_cast<unsigned char>(letter))) letter = '_';
  return text;
}

// system.network.data.variant: systems are numbered as in the papers' list.
std::string default_name(const recipe::Recipe& recipe) {
  const std::string system = recipe.group_lasso.enabled ? "s1"
                             : recipe.ternary.enabled   ? "s6"
                                                        : "train";
  // Of files and folders, their own names.
  const auto last = [](const std::string& name) {
    return word(std::filesystem::path(name).stem().string());
  };
  return fmt::format("{}.{}.{}.{}", system, last(recipe.model.name),
                     last(recipe.data.name), word(recipe.name));
}

}  // namespace

void print_outcome(const Outcome& outcome, const std::filesystem::path& model,
                   bool as_json) {
  if (as_json) {
    Json json = {{"model", model.string()}};
    for (const Fact& fact : facts(outcome)) json[fact.measure] = fact.value;
    for (const LayerError& row : outcome.layer_errors)
      json["layer_errors"][row.layer] = row.relative_rms;
    return print_json(json);
  }
  print_layer_errors(outcome.layer_errors);
  std::vector<std::vector<std::string>> rows;
  for (const Fact& fact : facts(outcome))
    rows.push_back({fact.measure,
                    fact.value == std::floor(fact.value)
                        ? fmt::format("{:.0f}", fact.value)
                        : fmt::format("{:.4f}", fact.value),
                    fact.unit == "1" ? "" : fact.unit});
  print_line(model.string());
  print_table(rows);
}

void record_outcome(const Outcome& outcome, const recipe::Recipe& recipe,
                    const RunOptions& options,
                    const recipe::Provenance& provenance) {
  if (options.records.empty()) return;
  const std::string name =
      options.record_name.empty() ? default_name(recipe) : options.record_name;
  const std::string machine =
      fmt::format("{}, {} used, libtorch {}", provenance.machine,
                  provenance.threads, provenance.libtorch);
  std::vector<report::Record> records;
  for (const Fact& fact : facts(outcome))
    records.push_back({.name = name + "." + fact.measure,
                       .value = fact.value,
                       .unit = fact.unit,
                       .command = provenance.command,
                       .commit = provenance.commit,
                       .machine = machine,
                       .seed = recipe.seed});
  report::append_records(options.records, records);
}

}  // namespace triad::tools
