#include "triad/fpga/simulate/simulation.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
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

constexpr std::size_t kKept = 8;  // compiled simulations

// A folder that nobody else can write: programs in it are run.
fs::path own_folder() {
  const fs::path folder =
      fs::temp_directory_path() / fmt::format("triad-rtl-{}", getuid());
  mkdir(folder.c_str(), 0700);
  struct stat what = {};
  require(lstat(folder.c_str(), &what) == 0 && S_ISDIR(what.st_mode) &&
              what.st_uid == getuid() && (what.st_mode & 0077) == 0,
          "{}: expected a folder that is yours alone; remove it, or set TMPDIR",
          folder.string());
  return folder;
}

// A new name in that folder, of this process alone; removed at the end.
class Scratch {
 public:
  Scratch() {
    static std::atomic<int> count = 0;
    folder_ = own_folder() / fmt::format("run-{}-{}", getpid(), count++);
    fs::create_directories(folder_);
  }
  ~Scratch() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  const fs::path& folder() const { return folder_; }

 private:
  fs::path folder_;
};

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

bool is_key(const fs::path& folder) {
  return folder.filename().string().size() == 32;
}

// Of a process that was killed before it could remove it.
bool is_left_over(const fs::path& folder) {
  const std::string name = folder.filename().string();
  int process = 0;
  return std::sscanf(name.c_str(), "run-%d-", &process) == 1 && process > 0 &&
         kill(process, 0) != 0 && errno == ESRCH;
}

void remove_oldest() {
  std::vector<std::pair<fs::file_time_type, fs::path>> kept;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(own_folder(), error))
    if (is_left_over(entry.path()))
      fs::remove_all(entry.path(), error);
    else if (is_key(entry.path()))
      kept.emplace_back(fs::last_write_time(entry.path(), error), entry.path());
  std::ranges::sort(kept, std::greater{});
  for (std::size_t i = kKept; i < kept.size(); ++i)
    fs::remove_all(kept[i].second, error);
}

// The line that says what is wrong.
std::string first_error(const std::string& output) {
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line);)
    if (line.find("rror") != std::string::npos) return line;
  return output.substr(0, output.find('\n'));
}

fs::path compile(const Files& files) {
  const fs::path kept = own_folder() / key_of(files);
  const fs::path program = kept / "simulate";
  std::error_code ignored;
  if (fs::exists(program)) {
    fs::last_write_time(kept, fs::file_time_type::clock::now(), ignored);
    return program;
  }
  const graph::Support support = can_simulate();
  require(support.yes, "rtl: {}", support.because);
  const Scratch scratch;
  write_files(scratch.folder(), files);
  const Finished made =
      run_program({"make", "-s", "-C", "sim", "simulate"}, scratch.folder());
  require(made.code == 0, "rtl: Verilator cannot compile the design: {}",
          first_error(made.output));
  const fs::path fresh = scratch.folder() / "kept";
  fs::create_directories(fresh);
  fs::rename(scratch.folder() / "sim" / "simulate", fresh / "simulate");
  fs::rename(fresh, kept, ignored);  // another process may have been faster
  require(fs::exists(program), "{}: cannot be written", program.string());
  remove_oldest();
  return program;
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
      program_(compile(simulation_files(design_))) {}

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
      {program_.string(), "pictures", "sums",
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
