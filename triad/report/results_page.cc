#include <algorithm>
#include <iterator>
#include <sstream>

#include "triad/base/error.h"
#include "triad/base/file.h"
#include "triad/report/results.h"

namespace triad::report {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kBegin = "<!-- results ";
constexpr std::string_view kEnd = "<!-- /results -->";

std::string plot_name(const ResultGroup& group) {
  return fmt::format("{}.{}.{}.svg", group.system, group.network, group.data);
}

std::string title_of(const ResultGroup& group) {
  return fmt::format("{} on {} ({})", group.network, group.data, group.system);
}

// Commands, machines and notes, each once, in the order of the records.
struct Origins {
  std::vector<std::string> commands, machines, notes;

  static void add(std::vector<std::string>& list, const std::string& item) {
    if (!item.empty() &&
        std::find(list.begin(), list.end(), item) == list.end())
      list.push_back(item);
  }
};

Origins origins_of(const ResultGroup& group) {
  Origins origins;
  for (const std::string& variant : group.variants)
    for (const auto& [measure, by_seed] : group.cells.at(variant))
      for (const auto& [seed, record] : by_seed) {
        Origins::add(origins.commands, record.command);
        Origins::add(origins.machines,
                     record.machine + ", commit " + record.commit);
        if (!record.note.empty())
          Origins::add(origins.notes, variant + ": " + record.note);
      }
  return origins;
}

std::string bullet_list(const std::vector<std::string>& items) {
  std::string text;
  for (const std::string& item : items) text += "- " + item + '\n';
  return text.empty() ? text : text + '\n';
}

std::string to_section(const ResultGroup& group) {
  std::string page = fmt::format("## {}\n\n", title_of(group));
  page += to_table(group) + '\n';
  if (!plot_accuracy(group).series.empty())
    page += fmt::format("![accuracy against compression rate]({})\n\n",
                        plot_name(group));
  const Origins origins = origins_of(group);
  page += bullet_list(origins.notes);
  page += "<details><summary>How these were made</summary>\n\n```sh\n";
  for (const std::string& command : origins.commands) page += command + '\n';
  page += "```\n\n" + bullet_list(origins.machines) + "</details>\n\n";
  return page;
}

std::string others_table(const std::vector<Record>& records) {
  std::vector<Record> last;  // of one name the last counts
  for (const Record& record : records) {
    const auto at =
        std::find_if(last.begin(), last.end(), [&](const Record& known) {
          return known.name == record.name && known.seed == record.seed;
        });
    if (at == last.end())
      last.push_back(record);
    else
      *at = record;
  }
  std::string table =
      "| measure | value | unit | note |\n| :-- | --: | :-- | :-- |\n";
  for (const Record& record : last)
    table += fmt::format("| {} | {:.6g} | {} | {} |\n", record.name,
                         record.value, record.unit, record.note);
  return table + '\n';
}

std::string chosen_tables(const Results& results,
                          const std::vector<std::string>& names) {
  std::string tables;
  for (const ResultGroup& group : results.groups) {
    const ResultGroup chosen = select(group, names);
    if (!chosen.variants.empty())
      tables += "**" + title_of(group) + "**\n\n" + to_table(chosen) + '\n';
  }
  return tables;
}

void write_between_marks(const fs::path& readme, const Results& results) {
  std::string text = read_text(readme);
  const std::size_t begin = text.find(kBegin);
  const std::size_t start = text.find("-->\n", begin);
  const std::size_t end = text.find(kEnd, start);
  require(begin != std::string::npos && start != std::string::npos &&
              end != std::string::npos,
          "{}: expected the lines \"{}NAME... -->\" and \"{}\"",
          readme.string(), kBegin, kEnd);
  const std::size_t first = begin + kBegin.size();
  std::istringstream words(text.substr(first, start - first));
  const std::vector<std::string> names{
      std::istream_iterator<std::string>(words), {}};
  const std::size_t body = start + 4;
  text.replace(body, end - body, '\n' + chosen_tables(results, names));
  write_file(readme, std::string_view(text));
}

}  // namespace

std::string render_results_markdown(const std::vector<Record>& records) {
  const Results results = group_records(records);
  std::string page =
      "# Results\n\nMade by `scripts/render_results` from `records.jsonl`. "
      "Means over seeds; the best seed in brackets.\n\n";
  for (const ResultGroup& group : results.groups) page += to_section(group);
  if (!results.others.empty())
    page += "## Others\n\n" + others_table(results.others);
  while (page.ends_with("\n\n")) page.pop_back();
  return page;
}

void render_results(const fs::path& folder, const fs::path& readme) {
  const std::vector<Record> records = read_records(folder / "records.jsonl");
  write_file(folder / "README.md",
             std::string_view(render_results_markdown(records)));
  const Results results = group_records(records);
  for (const ResultGroup& group : results.groups)
    if (const Plot plot = plot_accuracy(group); !plot.series.empty())
      write_file(folder / plot_name(group), std::string_view(to_svg(plot)));
  if (!readme.empty()) write_between_marks(readme, results);
}

}  // namespace triad::report
