#include "triad/report/record.h"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>

#include "triad/base/error.h"
#include "triad/base/file.h"

namespace triad::report {
namespace {

using Json = nlohmann::ordered_json;

std::string text_of(const Json& json, const char* key, bool is_required) {
  const auto at = json.find(key);
  if (at == json.end() && !is_required) return "";
  require(at != json.end(), "record: missing \"{}\"", key);
  require(at->is_string(), "record: expected text in \"{}\"", key);
  return at->get<std::string>();
}

double value_of(const Json& json) {
  const auto at = json.find("value");
  require(at != json.end() && at->is_number(),
          "record: expected a number in \"value\"");
  const double value = at->get<double>();
  require(std::isfinite(value), "record: expected a finite \"value\"");
  return value;
}

std::uint64_t seed_of(const Json& json) {
  const auto at = json.find("seed");
  require(at != json.end() && at->is_number_unsigned(),
          "record: expected a whole number of at least 0 in \"seed\"");
  return at->get<std::uint64_t>();
}

}  // namespace

std::string to_json(const Record& record) {
  require(!record.name.empty(), "record: expected a name");
  require(std::isfinite(record.value), "record {}: expected a finite value",
          record.name);
  Json json = {{"name", record.name},     {"value", record.value},
               {"unit", record.unit},     {"command", record.command},
               {"commit", record.commit}, {"machine", record.machine},
               {"seed", record.seed}};
  // Whole values (bytes, counts) are written without a fraction.
  if (record.value == std::trunc(record.value) && std::abs(record.value) < 1e15)
    json["value"] = std::int64_t(record.value);
  if (!record.note.empty()) json["note"] = record.note;
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Record from_json(std::string_view line) {
  const Json json = Json::parse(line, nullptr, false);
  require(json.is_object(), "record: expected one JSON object");
  Record record;
  record.name = text_of(json, "name", true);
  require(!record.name.empty(), "record: expected a \"name\"");
  record.value = value_of(json);
  record.unit = text_of(json, "unit", true);
  record.command = text_of(json, "command", true);
  record.commit = text_of(json, "commit", true);
  record.machine = text_of(json, "machine", true);
  record.seed = seed_of(json);
  record.note = text_of(json, "note", false);
  return record;
}

std::vector<Record> read_records(const std::filesystem::path& path) {
  std::istringstream text(read_text(path));
  std::vector<Record> records;
  std::string line;
  for (int number = 1; std::getline(text, line); ++number) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    try {
      records.push_back(from_json(line));
    } catch (const Error& error) {
      fail("{}, line {}: {}", path.string(), number, error.what());
    }
  }
  return records;
}

void append_records(const std::filesystem::path& path,
                    const std::vector<Record>& records) {
  std::vector<std::string> lines;  // all or, if one is bad, none
  for (const Record& record : records) lines.push_back(to_json(record));
  for (const std::string& line : lines) append_line(path, line);
}

}  // namespace triad::report
