#pragma once
// A design as a folder that simulates, checks itself and goes to a vendor's
// tool: rtl, mem, tb, sim, report, constraints, vendor, README.md.

#include <filesystem>
#include <map>
#include <string>

#include "triad/fpga/emit/design.h"
#include "triad/fpga/vectors.h"

namespace triad::fpga {

using Files = std::map<std::string, std::string>;  // path inside to text

// rtl/, mem/, sim/: all that a simulator needs, without pictures.
Files simulation_files(const Design& design);

struct PackageSettings {
  double clock_mhz = 100;  // of the constraints
  std::string model;       // what it was made from, for the README
  std::string version;     // of the tool
};

// All files, with a bench for `vectors` (at least one picture).
Files package_files(const Design& design, const Vectors& vectors,
                    const PackageSettings& settings);

// Writes into a new folder beside `folder` and renames it, so that a reader
// never sees a half. Throws Error if `folder` exists and was not made by this
// function (an empty folder may be replaced), or cannot be written.
void write_package(const std::filesystem::path& folder, const Files& files);

// Whether write_package may write there; the same Error where not.
void require_package_folder(const std::filesystem::path& folder);

// Writes files below a folder that exists.
void write_files(const std::filesystem::path& folder, const Files& files);

}  // namespace triad::fpga
