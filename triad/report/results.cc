#include "triad/report/results.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "triad/base/error.h"
#include "triad/base/file.h"

namespace triad::report {
namespace {

// Columns in the order a reader asks for them; other measures follow as
// recorded.
const std::vector<std::string>& measure_order() {
  static const std::vector<std::string> kOrder = {
      "accuracy_percent",    "cr",         "density",
      "smallest_zero_share", "file_bytes", "file_ratio"};
  return kOrder;
}

std::vector<std::string> split(const std::string& name) {
  std::vector<std::string> parts(1);
  for (const char c : name)
    if (c == '.')
      parts.emplace_back();
    else
      parts.back() += c;
  return parts;
}

void add_once(std::vector<std::string>& list, const std::string& item) {
  if (std::find(list.begin(), list.end(), item) == list.end())
    list.push_back(item);
}

ResultGroup& find_group(Results& results, const std::vector<std::string>& p) {
  for (ResultGroup& group : results.groups)
    if (group.system == p[0] && group.network == p[1] && group.data == p[2])
      return group;
  results.groups.push_back({p[0], p[1], p[2], {}, {}, {}});
  return results.groups.back();
}

void add(Results& results, const Record& record) {
  const std::vector<std::string> parts = split(record.name);
  if (parts.size() < 5) {
    results.others.push_back(record);
    return;
  }
  ResultGroup& group = find_group(results, parts);
  std::string variant = parts[3];  // may hold points: "lambda_0.02"
  for (std::size_t i = 4; i + 1 < parts.size(); ++i) variant += '.' + parts[i];
  add_once(group.variants, variant);
  add_once(group.measures, parts.back());
  group.cells[variant][parts.back()][record.seed] = record;
}

void sort_measures(ResultGroup& group) {
  const auto rank = [](const std::string& measure) {
    const auto& order = measure_order();
    return std::find(order.begin(), order.end(), measure) - order.begin();
  };
  std::stable_sort(
      group.measures.begin(), group.measures.end(),
      [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
}

// Of these less is better: sizes, times, energies, losses, shares kept.
bool is_less_better(const std::string& measure) {
  for (const char* end :
       {"_bytes", "_ms", "_ns", "_seconds", "_pj", "loss", "density", "_bits"})
    if (measure.ends_with(end)) return true;
  return false;
}

// Counts in full, others with about four digits.
std::string number_text(double value) {
  if (std::abs(value) >= 1000) value = std::round(value);
  if (value == std::trunc(value) && std::abs(value) < 1e15)
    return fmt::format("{}", std::int64_t(value));
  if (std::abs(value) >= 10) return fmt::format("{:.2f}", value);
  return fmt::format("{:.4g}", value);
}

double mean_of(const std::map<std::uint64_t, Record>& by_seed) {
  double sum = 0;
  for (const auto& [seed, record] : by_seed) sum += record.value;
  return sum / double(by_seed.size());
}

std::string cell_text(const std::map<std::uint64_t, Record>& by_seed,
                      const std::string& measure) {
  double least = HUGE_VAL, most = -HUGE_VAL;
  for (const auto& [seed, record] : by_seed) {
    least = std::min(least, record.value);
    most = std::max(most, record.value);
  }
  const std::string mean = number_text(mean_of(by_seed));
  if (least == most) return mean;
  return fmt::format("{} ({})", mean,
                     number_text(is_less_better(measure) ? least : most));
}

std::string heading_of(const ResultGroup& group, const std::string& measure) {
  std::string words = measure, unit;
  std::replace(words.begin(), words.end(), '_', ' ');
  if (words == "cr") words = "CR";
  if (words.ends_with(" percent")) words.resize(words.size() - 8);
  for (const auto& [variant, measures] : group.cells)
    if (const auto at = measures.find(measure); at != measures.end())
      unit = at->second.begin()->second.unit;
  const bool has_unit = !unit.empty() && unit != "1" && !words.ends_with(unit);
  return has_unit ? words + ", " + unit : words;
}

std::size_t seeds_of(const ResultGroup& group, const std::string& variant) {
  std::set<std::uint64_t> seeds;
  for (const auto& [measure, by_seed] : group.cells.at(variant))
    for (const auto& [seed, record] : by_seed) seeds.insert(seed);
  return seeds.size();
}

std::string row_of(const ResultGroup& group, const std::string& variant) {
  std::string row;
  const auto& measures = group.cells.at(variant);
  for (const std::string& measure : group.measures) {
    const auto at = measures.find(measure);
    row += at == measures.end() ? std::string("  |")
                                : ' ' + cell_text(at->second, measure) + " |";
  }
  return row + fmt::format(" {} |\n", seeds_of(group, variant));
}

// "wpc_a" is of the family "wpc", "wpc_density0.5" of "wpc density".
std::string family_of(std::string variant) {
  const std::size_t bar = variant.rfind('_');
  if (bar == std::string::npos) return variant;
  const bool is_letter = bar + 2 == variant.size();
  const std::size_t number = variant.find_first_of("0123456789", bar);
  if (is_letter)
    variant.resize(bar);
  else if (number != std::string::npos)
    variant.resize(number);
  while (variant.ends_with('_')) variant.pop_back();
  std::replace(variant.begin(), variant.end(), '_', ' ');
  return variant;
}

}  // namespace

Results group_records(const std::vector<Record>& records) {
  Results results;
  for (const Record& record : records) add(results, record);
  for (ResultGroup& group : results.groups) sort_measures(group);
  return results;
}

std::string to_table(const ResultGroup& group) {
  std::string table = "| variant |", rule = "| :-- |";
  for (const std::string& measure : group.measures) {
    table += ' ' + heading_of(group, measure) + " |";
    rule += " --: |";
  }
  table += " seeds |\n" + rule + " --: |\n";
  for (const std::string& variant : group.variants)
    table += "| " + variant + " |" + row_of(group, variant);
  return table;
}

ResultGroup select(const ResultGroup& group,
                   const std::vector<std::string>& names) {
  ResultGroup chosen = group;
  const std::string prefix =
      fmt::format("{}.{}.{}", group.system, group.network, group.data);
  std::erase_if(chosen.variants, [&](const std::string& variant) {
    return std::none_of(names.begin(), names.end(), [&](const auto& name) {
      return name == prefix || name == prefix + '.' + variant;
    });
  });
  std::erase_if(chosen.measures, [](const std::string& measure) {
    const auto& known = measure_order();
    return std::find(known.begin(), known.end(), measure) == known.end();
  });
  return chosen;
}

Plot plot_accuracy(const ResultGroup& group) {
  std::map<std::string, std::vector<std::pair<double, double>>> families;
  std::vector<std::string> order;
  for (const std::string& variant : group.variants) {
    const auto& measures = group.cells.at(variant);
    const auto rate = measures.find("cr");
    const auto accuracy = measures.find("accuracy_percent");
    if (rate == measures.end() || accuracy == measures.end()) continue;
    add_once(order, family_of(variant));
    families[family_of(variant)].push_back(
        {mean_of(rate->second), mean_of(accuracy->second)});
  }
  Plot plot{fmt::format("{} on {}", group.network, group.data),
            "compression rate",
            "accuracy, %",
            {}};
  for (const std::string& family : order) {
    auto& points = families[family];
    std::sort(points.begin(), points.end());
    Series series{family, {}, {}, Mark::kLineAndPoints};
    for (const auto& [rate, accuracy] : points) {
      series.x.push_back(rate);
      series.y.push_back(accuracy);
    }
    plot.series.push_back(std::move(series));
  }
  return plot;
}

}  // namespace triad::report
