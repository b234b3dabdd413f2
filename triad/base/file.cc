#include "triad/base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "triad/base/error.h"

namespace triad {
namespace fs = std::filesystem;
namespace {

[[noreturn]] void fail_with_errno(const fs::path& path, const char* action) {
  fail("{}: cannot {}: {}", path.string(), action, std::strerror(errno));
}

// An open file, closed when it goes out of scope.
class Descriptor {
 public:
  Descriptor(const fs::path& path, int flags)
      : number_(::open(path.c_str(), flags | O_CLOEXEC, 0666)) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  bool is_open() const { return number_ >= 0; }
  int number() const { return number_; }

  // Network file systems report a full disk only here.
  bool close() { return ::close(std::exchange(number_, -1)) == 0; }

 private:
  int number_;
};

template <typename Buffer>
Buffer read_whole(const fs::path& path) {
  const Descriptor file(path, O_RDONLY);
  if (!file.is_open()) fail_with_errno(path, "open for reading");
  struct stat status {};
  if (::fstat(file.number(), &status) != 0) fail_with_errno(path, "read");
  Buffer buffer;
  // One byte more than the size, so that the end is seen without growing.
  buffer.resize(std::size_t(status.st_size) + 1);
  std::size_t used = 0;
  for (;;) {
    if (used == buffer.size()) buffer.resize(2 * buffer.size());
    const ssize_t count =
        ::read(file.number(), buffer.data() + used, buffer.size() - used);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail_with_errno(path, "read");
    if (count == 0) break;
    used += std::size_t(count);
  }
  buffer.resize(used);
  return buffer;
}

bool write_all(const Descriptor& file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(file.number(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    bytes.remove_prefix(std::size_t(count));
  }
  return true;
}

void create_parents(const fs::path& path) {
  if (!path.has_parent_path()) return;
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  require(!error, "{}: cannot create the folder: {}",
          path.parent_path().string(), error.message());
}

// A name beside the target, unique among the writers of this machine.
fs::path temporary_name(const fs::path& path) {
  static std::atomic<unsigned> counter{0};
  fs::path name = path;
  name += fmt::format(".{}-{}.part", ::getpid(), counter++);
  return name;
}

// Makes the rename itself last through a power cut, where the file system can.
void flush_folder(const fs::path& path) {
  const fs::path parent = path.has_parent_path() ? path.parent_path() : ".";
  const Descriptor folder(parent, O_RDONLY | O_DIRECTORY);
  if (folder.is_open()) ::fsync(folder.number());
}

}  // namespace

std::vector<std::byte> read_file(const fs::path& path) {
  return read_whole<std::vector<std::byte>>(path);
}

std::string read_text(const fs::path& path) {
  return read_whole<std::string>(path);
}

void write_file(const fs::path& path, std::string_view text) {
  std::error_code ignored;
  const fs::file_status status = fs::status(path, ignored);
  require(!fs::exists(status) || fs::is_regular_file(status),
          "{}: cannot write: not a regular file", path.string());
  create_parents(path);
  const fs::path temporary = temporary_name(path);
  Descriptor file(temporary, O_WRONLY | O_CREAT | O_TRUNC);
  if (!file.is_open()) fail_with_errno(path, "write");
  const bool written = write_all(file, text) && ::fsync(file.number()) == 0 &&
                       file.close() &&
                       ::rename(temporary.c_str(), path.c_str()) == 0;
  if (!written) {
    const int cause = errno;
    ::unlink(temporary.c_str());
    errno = cause;
    fail_with_errno(path, "write");
  }
  flush_folder(path);
}

void write_file(const fs::path& path, std::span<const std::byte> bytes) {
  write_file(path, std::string_view(reinterpret_cast<const char*>(bytes.data()),
                                    bytes.size()));
}

void append_line(const fs::path& path, std::string_view line) {
  create_parents(path);
  Descriptor file(path, O_WRONLY | O_CREAT | O_APPEND);
  if (!file.is_open()) fail_with_errno(path, "append");
  std::string text(line);
  text += '\n';
  // One write, so that lines of several processes do not mix.
  if (!write_all(file, text) || !file.close()) fail_with_errno(path, "append");
}

}  // namespace triad
