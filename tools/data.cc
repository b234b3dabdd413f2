// triad data: which data sets this machine has; one of them as PNG files.

#include <filesystem>
#include <memory>

#include "tools/commands.h"
#include "tools/output.h"
#include "triad/base/error.h"
#include "triad/base/file.h"
#include "triad/data/dataset.h"
#include "triad/data/png.h"

namespace triad::tools {
namespace {

struct Options {
  std::vector<std::string> names;
  std::string folder;
  std::int64_t limit = 100;
  bool json = false;
};

// One data set as it was found, or why it was not.
struct Finding {
  std::string name, problem;
  data::Splits splits;
};

data::Splits open_whole(const std::string& name) {
  return data::open(name, {.validation_share = 0});
}

Finding find(const std::string& name) {
  try {
    return {name, "", open_whole(name)};
  } catch (const Error& error) {
    return {name, error.what(), {}};
  }
}

std::string short_hash(const data::DatasetPointer& set) {
  return set->count() == 0 ? "-" : set->hash().substr(0, 16);
}

void print_text(const std::vector<Finding>& findings) {
  std::vector<std::vector<std::string>> rows = {{"data", "training", "test",
                                                 "classes", "picture",
                                                 "training hash", "test hash"}};
  for (const auto& [name, problem, splits] : findings) {
    if (!problem.empty()) continue;
    const Shape shape = splits.test->picture_shape();
    rows.push_back({name, std::to_string(splits.train->count()),
                    std::to_string(splits.test->count()),
                    std::to_string(splits.test->classes().size()),
                    shape.empty() ? "any size" : to_string(shape),
                    short_hash(splits.train), short_hash(splits.test)});
  }
  print_table(rows);
  for (const Finding& finding : findings)
    if (!finding.problem.empty()) print_line("not here: " + finding.problem);
}

Json to_json(const Finding& finding) {
  const auto& [name, problem, splits] = finding;
  if (!problem.empty())
    return {{"name", name}, {"found", false}, {"problem", problem}};
  return {{"name", name},
          {"found", true},
          {"training", splits.train->count()},
          {"test", splits.test->count()},
          {"classes", splits.test->classes()},
          {"picture", splits.test->picture_shape()},
          {"training_hash", splits.train->hash()},
          {"test_hash", splits.test->hash()}};
}

void list(const Options& options) {
  std::vector<Finding> findings;
  // A set asked for by name must be there.
  for (const std::string& name : options.names)
    findings.push_back({name, "", open_whole(name)});
  if (options.names.empty())
    for (const char* name : {"digits", "mnist", "cifar10", "cifar100"})
      findings.push_back(find(name));
  if (!options.json) return print_text(findings);
  Json json = Json::array();
  for (const Finding& finding : findings) json.push_back(to_json(finding));
  print_json(json);
}

// Test pictures as <folder>/<class>/<index>.png, an image folder to read again.
void export_pictures(const Options& options) {
  require(options.names.size() == 1, "data: -o exports one data set, got {}",
          options.names.size());
  const data::DatasetPointer test = data::open(options.names.front()).test;
  const std::int64_t count = std::min(options.limit, test->count());
  for (std::int64_t i = 0; i < count; ++i) {
    const std::string& label = test->classes()[std::size_t(test->label(i))];
    write_file(std::filesystem::path(options.folder) / label /
                   fmt::format("{:05}.png", i),
               data::encode_png(test->picture(i)));
  }
  print_line(fmt::format("{} test pictures of {} written to {}", count,
                         options.names.front(), options.folder));
}

}  // namespace

void add_data(CLI::App& command) {
  const auto options = std::make_shared<Options>();
  command.add_option("names", options->names,
                     "digits, mnist, cifar10, cifar100 or folders; none: all");
  command.add_option("-o,--output", options->folder,
                     "Export the test pictures as PNG files into this folder");
  command
      .add_option("--limit", options->limit, "Pictures to export at most (100)")
      ->check(CLI::Range(1, 1'000'000));
  command.add_flag("--json", options->json, "Machine-readable output");
  command.callback([options] {
    options->folder.empty() ? list(*options) : export_pictures(*options);
  });
}

}  // namespace triad::tools
