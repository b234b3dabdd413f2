#pragma once
// A folder that processes share or own for a while, by flock(2) on the folder
// itself: a lock ends with its process, so a killed one leaves none behind.

#include <filesystem>
#include <optional>

namespace triad::fpga {

enum class Sharing { shared, exclusive };

class FolderLock {
 public:
  // Makes `folder` where it is missing and waits for the lock. Throws Error
  // if the folder cannot be made or locked.
  FolderLock(const std::filesystem::path& folder, Sharing sharing);

  // Without waiting: exclusive and of a folder that exists, or nothing.
  static std::optional<FolderLock> try_exclusive(
      const std::filesystem::path& folder);

  FolderLock(FolderLock&& other) noexcept;
  FolderLock& operator=(FolderLock&& other) noexcept;
  ~FolderLock();

 private:
  explicit FolderLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_ = -1;
};

}  // namespace triad::fpga
