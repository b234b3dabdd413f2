#include "triad/recipe/provenance.h"

#include <fmt/format.h>
#include <unistd.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "triad/base/error.h"
#include "triad/base/file.h"
#include "triad/base/sha256.h"

namespace triad::recipe {
namespace {

using Json = nlohmann::ordered_json;

template <typename Value>
void read(const Json& json, const char* key, Value& value) {
  const auto at = json.find(key);
  require(at != json.end(), "provenance: missing \"{}\"", key);
  constexpr bool kIsText = std::is_same_v<Value, std::string>;
  require(kIsText ? at->is_string() : at->is_number_unsigned(),
          "provenance: expected {} in \"{}\"",
          kIsText ? "text" : "a whole number", key);
  value = at->get<Value>();
}

// The first "model name" of /proc/cpuinfo (x86), else "Hardware" or "unknown
// processor".
std::string processor_name() {
  std::ifstream file("/proc/cpuinfo");
  std::string line;
  while (std::getline(file, line))
    if (line.starts_with("model name") || line.starts_with("Hardware")) {
      const std::size_t colon = line.find(": ");
      if (colon != std::string::npos) return line.substr(colon + 2);
    }
  return "unknown processor";
}

}  // namespace

std::string to_json(const Provenance& p) {
  const Json json = {{"tool_version", p.tool_version},
                     {"commit", p.commit},
                     {"seed", p.seed},
                     {"threads", p.threads},
                     {"data_hash", p.data_hash},
                     {"parent_hash", p.parent_hash},
                     {"command", p.command},
                     {"machine", p.machine},
                     {"libtorch", p.libtorch}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

Provenance provenance_from_json(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  require(json.is_object(), "provenance: expected a JSON object");
  Provenance p;
  read(json, "tool_version", p.tool_version);
  read(json, "commit", p.commit);
  read(json, "seed", p.seed);
  read(json, "threads", p.threads);
  read(json, "data_hash", p.data_hash);
  read(json, "parent_hash", p.parent_hash);
  read(json, "command", p.command);
  read(json, "machine", p.machine);
  read(json, "libtorch", p.libtorch);
  return p;
}

std::string describe_machine() {
  const double memory_bytes =
      double(sysconf(_SC_PHYS_PAGES)) * double(sysconf(_SC_PAGE_SIZE));
  return fmt::format("{}, {} threads, {:.1f} GiB", processor_name(),
                     std::thread::hardware_concurrency(),
                     memory_bytes / (1 << 30));
}

std::string hash_file(const std::filesystem::path& path) {
  return sha256(read_file(path));
}

}  // namespace triad::recipe
