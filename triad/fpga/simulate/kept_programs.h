#pragma once
// Compiled programs, kept in a folder of the user's own below the system's
// folder for temporary files. Processes share it: who uses a program or a
// scratch folder holds its lock, and only what can be locked is removed. The
// least recently used programs beyond 8 go, and what killed processes left.

#include <filesystem>
#include <functional>
#include <string>

#include "triad/fpga/simulate/folder_lock.h"

namespace triad::fpga {

// A new folder of this object's alone; removed at its end.
class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path folder_;
  FolderLock lock_;
};

class KeptProgram {
 public:
  // Builds a program in a scratch folder and says where in it it lies.
  using Build =
      std::function<std::filesystem::path(const std::filesystem::path&)>;

  // The program of that key (32 hexadecimal digits of what it is built from),
  // built unless it is kept; who asks while another process builds it waits.
  // What `build` throws passes through, and nothing is kept.
  KeptProgram(const std::string& key, const Build& build);

  // There as long as this object lives.
  const std::filesystem::path& path() const { return path_; }

 private:
  FolderLock lock_;
  std::filesystem::path path_;
};

}  // namespace triad::fpga
