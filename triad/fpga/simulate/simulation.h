#pragma once
// A design compiled by Verilator. Compiled simulations are kept by the content
// of what was compiled (kept_programs.h); the memories' contents are read at
// each run, so weights that change no sizes compile nothing anew.

#include <cstdint>
#include <vector>

#include "triad/fpga/emit/design.h"
#include "triad/fpga/simulate/kept_programs.h"

namespace triad::fpga {

struct RunSettings {
  int stall_percent = 0;   // cycles in which either stream pauses, 0..99
  std::uint64_t seed = 1;  // of the pauses
};

// Of a picture, in cycles from the first beat of the first picture.
struct PictureTimes {
  std::int64_t first_in = 0, last_out = 0;
};

struct SimulationResult {
  std::vector<std::int32_t> sums;   // [N][K]
  std::vector<PictureTimes> times;  // [N]
};

class Simulation {
 public:
  // Compiles `design` unless that was done before: for ResNet-20 about a
  // minute. Throws Error where Verilator is missing, naming the package, or
  // refuses the design.
  explicit Simulation(Design design);

  // pixels [N][H][W][C]. Throws Error if the design comes to a stand.
  SimulationResult run(const std::vector<std::uint8_t>& pixels,
                       const RunSettings& settings) const;

 private:
  Design design_;
  KeptProgram program_;
};

// Whether this machine can compile simulations; else why not, in a line.
graph::Support can_simulate();

}  // namespace triad::fpga
