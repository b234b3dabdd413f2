#include "triad/fpga/simulate/kept_programs.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>
#include <vector>

#include "triad/base/error.h"

namespace triad::fpga {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kKept = 8, kKeyLength = 32;
constexpr char kProgram[] = "program";

// A folder that nobody else can write: programs in it are run.
fs::path own_folder() {
  const fs::path folder =
      fs::temp_directory_path() / fmt::format("triad-rtl-{}", getuid());
  mkdir(folder.c_str(), 0700);
  struct stat what = {};
  require(lstat(folder.c_str(), &what) == 0 && S_ISDIR(what.st_mode) &&
              what.st_uid == getuid() && (what.st_mode & 0077) == 0,
          "{}: expected a folder that is yours alone; remove it, or set TMPDIR",
          folder.string());
  return folder;
}

fs::path new_folder() {
  std::string name = (own_folder() / "run-XXXXXX").string();  // for mkdtemp
  require(mkdtemp(name.data()) != nullptr, "{}: cannot be made: {}", name,
          std::strerror(errno));
  return name;
}

void remove_unused(const fs::path& folder) {
  std::error_code ignored;
  if (const auto lock = FolderLock::try_exclusive(folder))
    fs::remove_all(folder, ignored);
}

// Locked folders stay; so those of killed processes go, and a folder without
// a program is one whose build was ended.
void clean() {
  std::vector<std::pair<fs::file_time_type, fs::path>> kept;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(own_folder(), error))
    if (entry.path().filename().string().size() == kKeyLength &&
        fs::exists(entry.path() / kProgram, error))
      kept.emplace_back(fs::last_write_time(entry.path(), error), entry.path());
    else
      remove_unused(entry.path());
  std::ranges::sort(kept, std::greater{});
  for (std::size_t i = kKept; i < kept.size(); ++i)
    remove_unused(kept[i].second);
}

// In a scratch folder, so that a program that is there is whole.
void build_program(const fs::path& program, const KeptProgram::Build& build) {
  const Scratch scratch;
  std::error_code error;
  fs::rename(build(scratch.folder()), program, error);
  require(!error, "{}: cannot be written: {}", program.string(),
          error.message());
}

// Shared, with a program inside. Only who has the folder alone builds.
FolderLock lock_program(const std::string& key,
                        const KeptProgram::Build& build) {
  require(key.size() == kKeyLength, "simulation: expected a key of {} digits",
          kKeyLength);
  const fs::path folder = own_folder() / key, program = folder / kProgram;
  for (;;) {
    if (FolderLock shared(folder, Sharing::shared); fs::exists(program))
      return shared;
    const FolderLock alone(folder, Sharing::exclusive);
    if (fs::exists(program)) continue;
    build_program(program, build);
    clean();
  }
}

}  // namespace

// A cleaner may see the folder before its lock: then the lock makes it anew.
Scratch::Scratch()
    : folder_(new_folder()), lock_(folder_, Sharing::exclusive) {}

Scratch::~Scratch() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

KeptProgram::KeptProgram(const std::string& key, const Build& build)
    : lock_(lock_program(key, build)), path_(own_folder() / key / kProgram) {
  std::error_code ignored;
  fs::last_write_time(path_.parent_path(), fs::file_time_type::clock::now(),
                      ignored);
}

}  // namespace triad::fpga
