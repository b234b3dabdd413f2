#pragma once
// A file seen as memory, without reading what is not touched.

#include <cstddef>
#include <filesystem>
#include <span>

namespace triad::format {

class MappedFile {
 public:
  // Throws Error naming the path if it is no regular file that can be read.
  explicit MappedFile(const std::filesystem::path& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  // Aligned to a page. Valid while this object lives and nobody shortens the
  // file in place (write_file of base/file.h never does).
  std::span<const std::byte> bytes() const { return bytes_; }

 private:
  std::span<const std::byte> bytes_;
};

}  // namespace triad::format
