#pragma once
// A run: the folder of one training or compression, which every command reads
// and writes, so that work can be stopped, resumed, compared, reproduced and
// shared.

#include <filesystem>

#include "triad/recipe/provenance.h"
#include "triad/recipe/recipe.h"

namespace triad::recipe {

class RunFolder {
 public:
  // Makes the folder and writes recipe.toml (resolved) and provenance.json.
  // Throws Error if the folder is not empty: a run is resumed or left alone,
  // never overwritten.
  static RunFolder create(const std::filesystem::path& path,
                          const Recipe& recipe, const Provenance& provenance);

  // An existing run, to read. Throws Error if the folder holds none.
  static RunFolder open(const std::filesystem::path& path);

  // An existing run, to continue with the same recipe. Throws Error naming the
  // first key that differs from the run's own recipe.
  static RunFolder resume(const std::filesystem::path& path,
                          const Recipe& recipe);

  // True if the folder holds a recipe.toml.
  static bool is_run(const std::filesystem::path& path);

  Recipe recipe() const;
  Provenance provenance() const;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path recipe_path() const { return path_ / "recipe.toml"; }
  std::filesystem::path provenance_path() const {
    return path_ / "provenance.json";
  }
  std::filesystem::path metrics_path() const { return path_ / "metrics.jsonl"; }
  std::filesystem::path checkpoints_path() const {
    return path_ / "checkpoints";
  }
  std::filesystem::path model_path() const { return path_ / "model.triad"; }
  std::filesystem::path report_path() const { return path_ / "report.html"; }

 private:
  explicit RunFolder(std::filesystem::path path) : path_(std::move(path)) {}

  std::filesystem::path path_;
};

}  // namespace triad::recipe
