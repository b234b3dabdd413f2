#pragma once
// Results on stdout: lines and tables for people, JSON for programs. What a
// command says on the way goes to stderr instead.

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace triad::tools {

using Json = nlohmann::ordered_json;

// Writes one line.
void print_line(const std::string& text);

// Writes the object over several lines.
void print_json(const Json& json);

// Columns as wide as their widest cell; the first to the left, others to the
// right.
void print_table(const std::vector<std::vector<std::string>>& rows);

// "12.3 KB": three significant digits, steps of 1000.
std::string human_bytes(double bytes);

// Throws Error if anything printed did not reach stdout (a full disk, say).
void flush_results();

}  // namespace triad::tools
