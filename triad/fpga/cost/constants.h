#pragma once
// Numbers of the cost model as data: TOML files under fpga/, of which the
// library holds a copy, so that an installed tool needs no files.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace triad::fpga {

// Text of fpga/NAME.toml: "parts/zynq_7020". Throws Error naming those there
// are.
std::string_view constant_file(std::string_view name);

// Names in a folder of fpga/, "parts", without the folder; sorted.
std::vector<std::string> constant_files(std::string_view folder);

// One table of a TOML file. Each key is asked for once; `finish` refuses those
// that nobody asked for. Errors name the file, the key and what was expected.
class ConstantTable {
 public:
  // Throws Error with the line of what is no TOML.
  ConstantTable(std::string_view text, std::string origin);
  ~ConstantTable();
  ConstantTable(ConstantTable&&) noexcept;

  bool has(std::string_view key) const;
  double number(std::string_view key);                // finite, >= 0
  std::int64_t whole(std::string_view key);           // >= 0
  std::string text(std::string_view key);             // not empty
  std::string date(std::string_view key);             // "2026-11-25"
  std::vector<double> numbers(std::string_view key);  // finite, any sign
  ConstantTable table(std::string_view key);
  std::vector<ConstantTable> tables(std::string_view key);
  std::vector<std::string> keys() const;
  const std::string& origin() const { return origin_; }

  // Throws Error naming the first key not asked for and the nearest known one.
  void finish() const;

 private:
  struct Node;
  ConstantTable(std::shared_ptr<const Node> node, std::string origin);
  std::string where(std::string_view key) const;
  void ask(std::string_view key);

  std::shared_ptr<const Node> node_;
  std::string origin_;
  std::vector<std::string> asked_;
};

}  // namespace triad::fpga
