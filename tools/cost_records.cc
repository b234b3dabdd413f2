#include "tools/cost_records.h"

#include <fmt/format.h>

#include "tools/version.h"
#include "triad/recipe/provenance.h"
#include "triad/report/record.h"

namespace triad::tools {
namespace {

template <typename Price>
void append(const std::filesystem::path& file, const std::string& name,
            const std::string& command, const Price& price) {
  const fpga::Resources& total = price.total;
  const struct {
    const char* measure;
    double value;
    const char* unit;
  } facts[] = {
      {"interval", double(price.interval()), "cycles"},
      {"rate", price.rate(), "pictures/s"},
      {"lut", total.lut + total.lut_memory, "LUTs"},
      {"ff", total.ff, "flip-flops"},
      {"ramb18", total.ramb18, "blocks"},
      {"dsp", total.dsp, "blocks"},
  };
  const std::string note =
      fmt::format("{} at {} MHz, not routed; resources: closed forms",
                  price.part.name, price.clock_mhz);
  std::vector<report::Record> records;
  for (const auto& [measure, value, unit] : facts)
    records.push_back({.name = name + "." + measure,
                       .value = value,
                       .unit = unit,
                       .command = command,
                       .commit = kCommit,
                       .machine = recipe::describe_machine(),
                       .note = note});
  report::append_records(file, records);
}

}  // namespace

void record_price(const std::filesystem::path& file, const std::string& name,
                  const std::string& command, const fpga::Price& price) {
  append(file, name, command, price);
}

void record_price(const std::filesystem::path& file, const std::string& name,
                  const std::string& command, const fpga::ArrayPrice& price) {
  append(file, name, command, price);
}

}  // namespace triad::tools
