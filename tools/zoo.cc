// triad zoo: the networks known by name.

#include "triad/zoo/zoo.h"

#include <memory>

#include "tools/commands.h"
#include "tools/output.h"

namespace triad::tools {
namespace {

struct Network {
  const zoo::Entry* entry;
  graph::Cost cost;
};

void print_text(const std::vector<Network>& networks) {
  std::vector<std::vector<std::string>> rows = {
      {"network", "input", "classes", "parameters", "MACs"}};
  for (const auto& [entry, cost] : networks)
    rows.push_back({std::string(entry->name), to_string(entry->input),
                    std::to_string(entry->classes),
                    std::to_string(cost.parameters),
                    std::to_string(cost.macs)});
  print_table(rows);
}

void print_objects(const std::vector<Network>& networks) {
  Json list = Json::array();
  for (const auto& [entry, cost] : networks)
    list.push_back({{"name", entry->name},
                    {"description", entry->description},
                    {"input", entry->input},
                    {"classes", entry->classes},
                    {"parameters", cost.parameters},
                    {"macs", cost.macs}});
  print_json(list);
}

}  // namespace

void add_zoo(CLI::App& command) {
  const auto json = std::make_shared<bool>(false);
  command.add_flag("--json", *json, "Machine-readable output");
  command.callback([json] {
    std::vector<Network> networks;
    for (const zoo::Entry& entry : zoo::entries())
      networks.push_back({&entry, graph::count(zoo::make(entry.name))});
    *json ? print_objects(networks) : print_text(networks);
  });
}

}  // namespace triad::tools
