// triad line-up: the same network with its channels in an order in which zeros
// fill the groups of the machine that will run it.

#include <array>
#include <charconv>
#include <memory>

#include "tools/commands.h"
#include "tools/model_file.h"
#include "tools/output.h"
#include "triad/base/error.h"
#include "triad/format/writer.h"
#include "triad/quantise/line_up_groups.h"

namespace triad::tools {
namespace {

// Share of the groups that must die for the new file to be of use.
constexpr double kWorthIt = 0.01;

struct Options {
  std::string model, output, groups = "8x4x1";
  bool json = false;
};

// "8x4x1": outputs x inputs x taps.
encoding::PeGeometry parse_groups(const std::string& text) {
  std::array<int, 3> sizes = {};
  const char* at = text.data();
  const char* const end = at + text.size();
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const auto [next, error] = std::from_chars(at, end, sizes[i]);
    const bool ends_well = i == 2 ? next == end : next != end && *next == 'x';
    if (error != std::errc() || !ends_well || sizes[i] <= 0)
      throw CLI::ValidationError(
          "--groups", fmt::format("expected outputs x inputs x taps such as "
                                  "8x4x1, got '{}'",
                                  text));
    at = next + 1;
  }
  return {sizes[0], sizes[1], sizes[2]};
}

struct Result {
  quantise::LinedUp lined_up;
  std::int64_t bytes_before = 0, bytes = 0;

  double share(std::int64_t groups) const {
    return double(groups) / double(std::max<std::int64_t>(lined_up.groups, 1));
  }
};

// What a user might take for a gain and is none.
std::vector<std::string> notes_on(const Result& result) {
  std::vector<std::string> notes;
  const std::int64_t before = result.lined_up.living_before;
  const std::int64_t after = result.lined_up.living_after;
  if (after >= before)
    notes.push_back("nothing gained: no order found frees a group");
  else if (result.share(before - after) < kWorthIt)
    notes.push_back(
        fmt::format("next to nothing gained: {} of {} groups freed, in the "
                    "best order found",
                    before - after, before));
  if (result.bytes > result.bytes_before)
    notes.push_back(fmt::format(
        "the file is {:.1f} % larger: it lists the living groups of another "
        "size",
        100 * (double(result.bytes) / double(result.bytes_before) - 1)));
  return notes;
}

void print(const Result& result, const Options& options) {
  const quantise::LinedUp& lined_up = result.lined_up;
  const std::vector<std::string> notes = notes_on(result);
  if (options.json)
    return print_json({{"file", options.output},
                       {"groups", lined_up.groups},
                       {"groups_alive_before", lined_up.living_before},
                       {"groups_alive", lined_up.living_after},
                       {"bytes_before", result.bytes_before},
                       {"bytes", result.bytes},
                       {"notes", notes}});
  print_line(fmt::format(
      "{}: {} groups of {}, alive {} ({:.1f} %), before {} ({:.1f} %); {}, "
      "before {}",
      options.output, lined_up.groups, options.groups, lined_up.living_after,
      100 * result.share(lined_up.living_after), lined_up.living_before,
      100 * result.share(lined_up.living_before),
      human_bytes(double(result.bytes)),
      human_bytes(double(result.bytes_before))));
  for (const std::string& note : notes) print_line("note: " + note);
}

void line_up(const Options& options) {
  require(options.output.ends_with(".triad"),
          "line-up: expected an output that ends in .triad, got {}",
          options.output);
  const encoding::PeGeometry groups = parse_groups(options.groups);
  ModelFile model = read_model_file(options.model);
  require_other_file(options.output, model.file);
  require(model.graph.is_lowered(),
          "line-up: {} holds floats: triad compress makes integers of it",
          model.file.string());
  Result result{quantise::line_up_groups(std::move(model.graph), groups),
                model.file_bytes};
  model.metadata["groups"] = options.groups;
  format::write_model({result.lined_up.graph, model.metadata}, options.output);
  result.bytes = std::int64_t(std::filesystem::file_size(options.output));
  print(result, options);
}

}  // namespace

void add_line_up(CLI::App& command) {
  const auto options = std::make_shared<Options>();
  command
      .add_option("model", options->model,
                  "Run folder or .triad file of a lowered network")
      ->required();
  command.add_option("-o,--output", options->output, "The .triad file")
      ->required();
  command
      .add_option("--groups", options->groups,
                  "Weights a kernel skips together: outputs x inputs x taps")
      ->capture_default_str();
  command.add_flag("--json", options->json, "Machine-readable output");
  command.callback([options] { line_up(*options); });
}

}  // namespace triad::tools
