#include "triad/fpga/simulate/folder_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "triad/base/error.h"

namespace triad::fpga {
namespace {

namespace fs = std::filesystem;

int open_folder(const fs::path& folder) {
  return open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
}

bool lock(int descriptor, int operation) {
  while (flock(descriptor, operation) != 0)
    if (errno != EINTR) return false;
  return true;
}

// Not so if it was removed, and perhaps made anew, while the lock was waited
// for: then the lock is one of a folder that nobody finds.
bool is_still(int descriptor, const fs::path& folder) {
  struct stat locked = {}, named = {};
  return fstat(descriptor, &locked) == 0 &&
         lstat(folder.c_str(), &named) == 0 && locked.st_ino == named.st_ino &&
         locked.st_dev == named.st_dev;
}

}  // namespace

FolderLock::FolderLock(const fs::path& folder, Sharing sharing) {
  const int operation = sharing == Sharing::shared ? LOCK_SH : LOCK_EX;
  for (;;) {
    require(mkdir(folder.c_str(), 0700) == 0 || errno == EEXIST,
            "{}: cannot be made: {}", folder.string(), std::strerror(errno));
    FolderLock attempt(open_folder(folder));
    if (attempt.descriptor_ < 0 && errno == ENOENT) continue;
    require(attempt.descriptor_ >= 0 && lock(attempt.descriptor_, operation),
            "{}: cannot be locked: {}", folder.string(), std::strerror(errno));
    if (!is_still(attempt.descriptor_, folder)) continue;
    std::swap(descriptor_, attempt.descriptor_);
    return;
  }
}

std::optional<FolderLock> FolderLock::try_exclusive(const fs::path& folder) {
  FolderLock attempt(open_folder(folder));
  if (attempt.descriptor_ < 0 ||
      !lock(attempt.descriptor_, LOCK_EX | LOCK_NB) ||
      !is_still(attempt.descriptor_, folder))
    return std::nullopt;
  return attempt;
}

FolderLock::FolderLock(FolderLock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

FolderLock& FolderLock::operator=(FolderLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

FolderLock::~FolderLock() {
  if (descriptor_ >= 0) close(descriptor_);
}

}  // namespace triad::fpga
