#pragma once
// Where a result comes from: enough to make it again, or to see why it cannot
// be.

#include <cstdint>
#include <filesystem>
#include <string>

namespace triad::recipe {

struct Provenance {
  std::string tool_version, commit;
  std::uint64_t seed = 0;
  int threads = 0;
  std::string data_hash;  // Dataset::hash of the training pictures
  std::string
      parent_hash;  // SHA-256 of the file training started from; empty: none
  std::string command;   // the command line
  std::string machine;   // describe_machine()
  std::string libtorch;  // its version; empty: not used

  bool operator==(const Provenance&) const = default;
};

// A JSON object of several lines, and back. Throws Error naming what is missing
// or of a wrong type.
std::string to_json(const Provenance& provenance);
Provenance provenance_from_json(std::string_view text);

// "Intel(R) Xeon(R) Platinum 8481C, 2 threads, 7.8 GiB": processor, hardware
// threads, memory.
std::string describe_machine();

// SHA-256 of a file's bytes. Throws Error naming the path if it cannot be read.
std::string hash_file(const std::filesystem::path& path);

}  // namespace triad::recipe
