#include "triad/fpga/folding_file.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "triad/base/error.h"
#include "triad/base/file.h"
#include "triad/base/nearest.h"

namespace triad::fpga {
namespace {

using Json = nlohmann::json;

constexpr int kLargest = 1 << 16;

struct Field {
  const char* name;
  int Folding::*value;
};
constexpr Field kFields[] = {{"units", &Folding::units},
                             {"pes", &Folding::pes},
                             {"lanes", &Folding::lanes},
                             {"requantisers", &Folding::requantisers}};

Json parse(const std::filesystem::path& file) {
  const std::string text = read_text(file);
  const Json json = Json::parse(text, nullptr, false);
  require(json.is_object(),
          "{}: expected a JSON object with a folding for each stage",
          file.string());
  return json;
}

Folding read_folding(const Json& json, const std::string& where) {
  require(json.is_object(), "{}: expected an object of numbers", where);
  Folding folding;
  for (const auto& [key, value] : json.items()) {
    const auto field =
        std::ranges::find(kFields, key, [](const Field& f) { return f.name; });
    require(field != std::end(kFields),
            "{}: expected units, pes, lanes or requantisers, got '{}'", where,
            key);
    require(value.is_number_integer() && value >= 1 && value <= kLargest,
            "{}: expected {} of 1 to {}", where, key, kLargest);
    folding.*(field->value) = value.get<int>();
  }
  return folding;
}

}  // namespace

std::string to_json(const Workload& workload,
                    const std::vector<Folding>& foldings) {
  std::string text = "{";
  for (std::size_t i = 1; i < foldings.size(); ++i) {
    const Folding& folding = foldings[i];
    text += fmt::format("{}\n  {}: {{", i == 1 ? "" : ",",
                        Json(workload.stages[i].name).dump());
    if (std::holds_alternative<Convolution>(workload.stages[i].work))
      text += fmt::format(
          "\"units\": {}, \"pes\": {}, \"lanes\": {}, \"requantisers\": {}",
          folding.units, folding.pes, folding.lanes, folding.requantisers);
    else
      text += fmt::format("\"lanes\": {}", folding.lanes);
    text += "}";
  }
  return text + "\n}\n";
}

std::vector<Folding> read_foldings(const std::filesystem::path& file,
                                   const Workload& workload) {
  const Json json = parse(file);
  std::vector<std::string_view> names;
  std::vector<Folding> foldings(1);
  for (const Stage& stage : workload.stages) {
    if (stage.inputs.empty()) continue;
    names.push_back(stage.name);
    require(json.contains(stage.name),
            "{}: expected a folding for each stage, '{}' has none",
            file.string(), stage.name);
    foldings.push_back(read_folding(
        json[stage.name], fmt::format("{}: '{}'", file.string(), stage.name)));
  }
  for (const auto& [name, value] : json.items())
    require(std::ranges::find(names, name) != names.end(),
            "{}: '{}' is no stage of {}", file.string(), name, workload.name);
  return foldings;
}

}  // namespace triad::fpga
