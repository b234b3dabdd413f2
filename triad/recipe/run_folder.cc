#include "triad/recipe/run_folder.h"

#include "triad/base/error.h"
#include "triad/base/file.h"

namespace triad::recipe {

namespace fs = std::filesystem;

RunFolder RunFolder::create(const fs::path& path, const Recipe& recipe,
                            const Provenance& provenance) {
  require(!is_run(path),
          "{}: already holds a run; continue it with --resume or choose "
          "another folder with -o",
          path.string());
  std::error_code error;
  require(!fs::exists(path, error) ||
              (fs::is_directory(path, error) && fs::is_empty(path, error)),
          "{}: exists and is not an empty folder; choose another with -o",
          path.string());
  const RunFolder run(path);
  fs::create_directories(run.checkpoints_path(), error);
  require(!error, "{}: cannot create: {}", path.string(), error.message());
  write_file(run.provenance_path(), to_json(provenance));
  // Last, because it makes the folder a run.
  write_file(run.recipe_path(), to_toml(recipe));
  return run;
}

RunFolder RunFolder::open(const fs::path& path) {
  require(is_run(path), "{}: expected a run folder with a recipe.toml",
          path.string());
  return RunFolder(path);
}

RunFolder RunFolder::resume(const fs::path& path, const Recipe& recipe) {
  RunFolder run = open(path);
  const std::vector<std::string> changed = differences(run.recipe(), recipe);
  require(changed.empty(),
          "{}: cannot resume with another recipe: {} (the run's own first)",
          path.string(), changed.empty() ? "" : changed.front());
  return run;
}

bool RunFolder::is_run(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path / "recipe.toml", error);
}

Recipe RunFolder::recipe() const { return read_recipe(recipe_path()); }

Provenance RunFolder::provenance() const {
  try {
    return provenance_from_json(read_text(provenance_path()));
  } catch (const Error& error) {
    fail("{}: {}", provenance_path().string(), error.what());
  }
}

}  // namespace triad::recipe
