#pragma once
// Which tools take an ONNX file, as far as their own documents say: rules as
// data, checked against the file's nodes. Nothing is run, so "accepts" means
// that no rule is known to be broken.

#include <filesystem>
#include <string>
#include <vector>

namespace triad::onnx {

struct Verdict {
  std::string tool;     // "hls4ml 1.3"
  bool accepts = true;  // no rule broken
  // The first node that breaks a rule and the rule, or a remark; may be empty.
  std::string because;
};

// One verdict per tool, triad's own importer first. Throws Error if the file
// cannot be read as ONNX at all.
std::vector<Verdict> check_compatibility(const std::filesystem::path& path);

}  // namespace triad::onnx
