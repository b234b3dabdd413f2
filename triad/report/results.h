#pragma once
// The pages and plots of results/, made from records alone. Names are
// system.network.data.variant.measure; records of another form are listed by
// themselves. Of records with the same name and seed the last counts.

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "triad/report/record.h"
#include "triad/report/svg_plot.h"

namespace triad::report {

// All records of one network, data set and system: one table, perhaps one plot.
struct ResultGroup {
  std::string system, network, data;
  std::vector<std::string> variants,
      measures;  // in the order of their first record
  // By variant, measure and seed.
  std::map<std::string, std::map<std::string, std::map<std::uint64_t, Record>>>
      cells;
};

struct Results {
  std::vector<ResultGroup> groups;
  std::vector<Record> others;
};

Results group_records(const std::vector<Record>& records);

// A Markdown table: a row per variant, a column per measure, the mean over
// seeds, and the best in brackets where there are several.
std::string to_table(const ResultGroup& group);

// Of the group only the variants named ("system.network.data.variant", or
// without the variant: all) and the measures a front page shows: accuracy,
// rates, sizes.
ResultGroup select(const ResultGroup& group,
                   const std::vector<std::string>& names);

// Accuracy against compression rate: a line per family of variants ("wpc_a" and
// "wpc_b" are of the family "wpc"), a point per variant, the mean over its
// seeds. Without series where nothing has both measures.
Plot plot_accuracy(const ResultGroup& group);

// The page results/README.md: a section per group with table, plot, notes,
// commands.
std::string render_results_markdown(const std::vector<Record>& records);

// Reads <folder>/records.jsonl; writes <folder>/README.md and its plots beside
// it. In `readme`, if given, replaces what stands between the lines "<!--
// results NAME... -->" and
// "<!-- /results -->" by the tables that select() gives for these names.
// Throws Error if a file cannot be read or written, or the lines are missing.
void render_results(const std::filesystem::path& folder,
                    const std::filesystem::path& readme = {});

}  // namespace triad::report
