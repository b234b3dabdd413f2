#include "tools/style_options.h"

namespace triad::tools {

void add_style_options(CLI::App& command, StyleOptions& options) {
  CLI::Option* style =
      command
          .add_option("--style", options.style,
                      "dataflow: hardware for each layer, all at once; array: "
                      "one array of PEs for all layers in turn")
          ->check(CLI::IsMember({"dataflow", "array"}));
  command.add_option("--pes", options.array.pes, "PEs of an array")
      ->capture_default_str()
      ->check(CLI::Range(1, 1024));
  command
      .add_option("--lanes", options.array.lanes,
                  "Channels that each PE of an array takes a cycle")
      ->capture_default_str()
      ->check(CLI::Range(2, 1024))
      ->needs(style);
  command
      .add_option("--requantisers", options.array.requantisers,
                  "Sums of an array that become bytes each cycle")
      ->capture_default_str()
      ->check(CLI::Range(1, 1024))
      ->needs(style);
  command
      .add_flag("--dsp", options.array.dsp,
                "Multiply in DSP blocks where an array requantises and adds")
      ->needs(style);
}

}  // namespace triad::tools
