#include "triad/fpga/simulate/simulation.h"

#include <cstring>
#include <sstream>

#include "triad/base/error.h"
#include "triad/base/file.h"
#include "triad/base/sha256.h"
#include "triad/fpga/emit/package.h"
#include "triad/fpga/simulate/process.h"

namespace triad::fpga {
namespace {

namespace fs = std::filesystem;

bool is_memory(const std::string& path) {
  return path.starts_with(std::string(kMemoryFolder) + "/");
}

std::string key_of(const Files& files) {
  Sha256 hash;
  for (const auto& [path, text] : files) {
    if (is_memory(path)) continue;
    hash.update(fmt::format("{} {}\n", path, text.size())).update(text);
  }
  return hash.hex().substr(0, 32);
}

// The line that says what is wrong.
std::string first_error(const std::string& output) {
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line);)
    if (line.find("rror") != std::string::npos) return line;
  return output.substr(0, output.find('\n'));
}

// Compiles in a folder of its own; where in it the program lies.
fs::path compile(const Files& files, const fs::path& folder) {
  const graph::Support support = can_simulate();
  require(support.yes, "rtl: {}", support.because);
  write_files(folder, files);
  const Finished made =
      run_program({"make", "-s", "-C", "sim", "simulate"}, folder);
  require(made.code == 0, "rtl: Verilator cannot compile the design: {}",
          first_error(made.output));
  return folder / "sim" / "simulate";
}

KeptProgram compile_once(const Files& files) {
  return {key_of(files),
          [&](const fs::path& folder) { return compile(files, folder); }};
}

std::vector<std::int32_t> read_sums(const fs::path& file) {
  const std::vector<std::byte> bytes = read_file(file);
  std::vector<std::int32_t> sums(bytes.size() / sizeof(std::int32_t));
  std::memcpy(sums.data(), bytes.data(), sums.size() * sizeof(std::int32_t));
  return sums;
}

std::vector<PictureTimes> read_times(const std::string& text) {
  std::vector<PictureTimes> times;
  std::istringstream in(text);
  for (PictureTimes one; in >> one.first_in >> one.last_out;)
    times.push_back(one);
  return times;
}

}  // namespace

graph::Support can_simulate() {
  for (const char* program : {"verilator", "make", "c++"})
    if (!has_program(program))
      return {false, fmt::format(
                         "'{}' is missing: scripts/setup installs it (Debian's "
                         "packages verilator, make and g++)",
                         program)};
  return {};
}

Simulation::Simulation(Design design)
    : design_(std::move(design)),
      program_(compile_once(simulation_files(design_))) {}

SimulationResult Simulation::run(const std::vector<std::uint8_t>& pixels,
                                 const RunSettings& settings) const {
  require(settings.stall_percent >= 0 && settings.stall_percent < 100,
          "rtl: expected stalls in 0 to 99 percent of the cycles, got {}",
          settings.stall_percent);
  const Scratch scratch;
  Files memories = simulation_files(design_);
  std::erase_if(memories,
                [](const auto& file) { return !is_memory(file.first); });
  write_files(scratch.folder(), memories);
  write_file(scratch.folder() / "pictures", std::as_bytes(std::span(pixels)));
  const Finished ran = run_program(
      {program_.path().string(), "pictures", "sums",
       std::to_string(settings.stall_percent), std::to_string(settings.seed)},
      scratch.folder());
  require(ran.code == 0, "rtl: the simulation of {} failed: {}",
          design_.workload.name, first_error(ran.output));
  SimulationResult result{read_sums(scratch.folder() / "sums"),
                          read_times(ran.output)};
  require(result.sums.size() ==
              result.times.size() * design_.workload.logit_scale.size(),
          "rtl: the simulation of {} gave {} sums for {} pictures",
          design_.workload.name, result.sums.size(), result.times.size());
  return result;
}

}  // namespace triad::fpga
