#include "triad/fpga/emit/package.h"

#include <unistd.h>

#include "triad/base/error.h"
#include "triad/base/file.h"
#include "triad/fpga/emit/modules.h"
#include "triad/fpga/emit/package_texts.h"
#include "triad/fpga/emit/print_verilog.h"
#include "triad/fpga/emit/readme.h"
#include "triad/fpga/emit/reload.h"
#include "triad/fpga/emit/shell.h"

namespace triad::fpga {
namespace {

namespace fs = std::filesystem;

struct Sizes {
  std::int64_t channels, pixels, logits;
};

Sizes sizes(const Design& design) {
  const Stream& picture = design.workload.stages.front().output;
  return {picture.channels, picture.pixels(),
          design.workload.stages.back().output.channels};
}

std::string harness_settings(const Design& design) {
  const auto [channels, pixels, logits] = sizes(design);
  return fmt::format(
      "#pragma once\n// Of the design: bytes of a pixel, pixels of a picture, "
      "its logits, and after how many cycles\n// without a beat a simulation "
      "gives up.\nconstexpr int kChannels = {}, kPixels = {}, kLogits = "
      "{};\nconstexpr long long kIdleLimit = {};\n",
      channels, pixels, logits, design.patience);
}

std::string bench_settings(const Design& design, const Vectors& vectors) {
  const auto [channels, pixels, logits] = sizes(design);
  return fmt::format(
      "`define PICTURES {}\n`define PIXELS {}\n`define PIXEL_BITS {}\n"
      "`define LOGITS {}\n`define IDLE_LIMIT {}\n",
      vectors.pictures, pixels, channels * 8, logits, design.patience);
}

MemoryFile pictures(const Design& design, const Vectors& vectors) {
  const auto channels = std::size_t(sizes(design).channels);
  MemoryFile memory{"pictures", "pixels, a byte a channel, channel 0 lowest",
                    int(channels) * 8};
  for (std::size_t i = 0; i < vectors.pixels.size(); i += channels) {
    Bits word;
    for (std::size_t c = 0; c < channels; ++c)
      word.append(vectors.pixels[i + c], 8);
    memory.words.push_back(std::move(word));
  }
  return memory;
}

MemoryFile sums(const Vectors& vectors) {
  MemoryFile memory{"expected", "sums of logits, by triad's reference", 32};
  for (const std::int32_t sum : vectors.sums) {
    memory.words.emplace_back();
    memory.words.back().append(sum, 32);
  }
  return memory;
}

std::string logit_scales(const Workload& workload) {
  std::string text;
  for (const float scale : workload.logit_scale)
    text += fmt::format("{:.9g}\n", scale);
  return text;
}

// Names come from files of users: what would end a cell is printed as '?'.
std::string stages_tsv(const Design& design) {
  std::string text;
  for (const auto& row : design.stages) {
    for (std::size_t i = 0; i < row.size(); ++i)
      text.append(i == 0 ? "" : "\t").append(printable(row[i]));
    text += "\n";
  }
  return text;
}

void add_constraints(Files& files, double clock_mhz) {
  const double period = 1000 / clock_mhz;
  const std::string create = fmt::format(
      "create_clock -name aclk -period {:.3f} [get_ports aclk]\n", period);
  files["constraints/clock.xdc"] = create;
  files["constraints/clock.sdc"] = create;
  files["constraints/clock.pcf"] =
      fmt::format("set_frequency aclk {:.3f}\n", clock_mhz);
}

bool is_package(const fs::path& folder) {
  std::error_code ignored;
  if (!fs::is_regular_file(folder / "README.md", ignored) ||
      !fs::is_regular_file(folder / "rtl" / "top.v", ignored))
    return false;
  return read_text(folder / "README.md").starts_with(kReadmeBeginning);
}

std::string cause(const std::error_code& error) { return error.message(); }

}  // namespace

Files simulation_files(const Design& design) {
  Files files;
  files["rtl/top.v"] = print_verilog(design.netlist);
  for (const Module& module : modules_of(design.netlist))
    files[fmt::format("rtl/{}.v", module.name)] = module.text;
  for (const MemoryFile& memory : design.netlist.memories)
    files[fmt::format("{}/{}", kMemoryFolder, memory.name)] =
        print_memory(memory);
  files["sim/harness.cc"] = kHarness;
  files["sim/Makefile"] = kMakefile;
  files["sim/settings.h"] = harness_settings(design);
  return files;
}

Files package_files(const Design& design, const Vectors& vectors,
                    const PackageSettings& settings) {
  Files files = simulation_files(design);
  files["tb/bench.v"] = kBench;
  files["tb/settings.vh"] = bench_settings(design, vectors);
  files["tb/pictures.mem"] = print_memory(pictures(design, vectors));
  files["tb/expected.mem"] = print_memory(sums(vectors));
  if (const auto reload = reload_memory(design.netlist))
    files[fmt::format("{}/{}", kMemoryFolder, reload->name)] =
        print_memory(*reload);
  files["report/folding.json"] = design.folding;
  files["report/stages.tsv"] = stages_tsv(design);
  files["report/logit_scales.txt"] = logit_scales(design.workload);
  add_constraints(files, settings.clock_mhz);
  files["vendor/vivado.tcl"] = kVivado;
  files["vendor/quartus.tcl"] = kQuartus;
  files["README.md"] = readme(design, vectors, settings);
  return files;
}

void require_package_folder(const fs::path& folder) {
  std::error_code error;
  if (!fs::exists(fs::symlink_status(folder, error))) return;
  require(fs::is_directory(folder, error) &&
              (fs::is_empty(folder, error) || is_package(folder)),
          "{}: exists and was not made by triad rtl: name another folder",
          folder.string());
}

void write_files(const fs::path& folder, const Files& files) {
  for (const auto& [path, text] : files) write_file(folder / path, text);
}

// What lies beside the files of an old package, such as a vendor's reports,
// moves on into the new one. rtl, mem, tb and sim are the package's alone.
void keep_others(const fs::path& old, const fs::path& fresh) {
  std::error_code error;
  std::vector<fs::path> kept;
  for (const auto& entry : fs::recursive_directory_iterator(old, error)) {
    const fs::path path = entry.path().lexically_relative(old);
    const std::string top = path.begin()->string();
    const bool is_own =
        top == "rtl" || top == "mem" || top == "tb" || top == "sim";
    if (!is_own && !entry.is_directory(error) &&
        !fs::exists(fs::symlink_status(fresh / path, error)))
      kept.push_back(path);
  }
  for (const fs::path& path : kept) {
    fs::create_directories((fresh / path).parent_path(), error);
    fs::rename(old / path, fresh / path, error);
  }
}

void write_package(const fs::path& folder, const Files& files) {
  require_package_folder(folder);
  fs::path target = folder;
  if (!target.has_filename()) target = target.parent_path();  // "out/"
  const std::string suffix = fmt::format(".{}", getpid());
  const fs::path fresh = target.string() + suffix + ".new";
  const fs::path old = target.string() + suffix + ".old";
  std::error_code error;
  try {
    write_files(fresh, files);
  } catch (...) {
    fs::remove_all(fresh, error);
    throw;
  }
  if (fs::exists(target)) fs::rename(target, old, error);
  if (!error) fs::rename(fresh, target, error);
  if (error) {
    const std::string why = cause(error);
    fs::remove_all(fresh, error);
    if (fs::exists(old)) fs::rename(old, target, error);
    fail("{}: cannot be written: {}", target.string(), why);
  }
  keep_others(old, target);
  fs::remove_all(old, error);
}

}  // namespace triad::fpga
