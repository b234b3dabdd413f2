#include "triad/fpga/simulate/process.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <sstream>

#include "triad/base/error.h"

namespace triad::fpga {
namespace {

constexpr int kNotStarted = 127;

std::string read_all(int end) {
  std::string text;
  char part[4096];
  for (;;) {
    const ssize_t size = read(end, part, sizeof part);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return text;
    text.append(part, std::size_t(size));
  }
}

int wait_for(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

Finished run_program(const std::vector<std::string>& arguments,
                     const std::filesystem::path& folder) {
  // All made before fork: the child may only call what is safe in signals.
  std::vector<char*> list;
  for (const std::string& argument : arguments)
    list.push_back(const_cast<char*>(argument.c_str()));
  list.push_back(nullptr);
  const std::string where = folder.string();
  int ends[2];
  // Close on exec, or what another thread starts meanwhile keeps them open.
  require(pipe2(ends, O_CLOEXEC) == 0, "{}: cannot be started: {}",
          arguments[0], std::strerror(errno));
  const pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], STDOUT_FILENO);
    dup2(ends[1], STDERR_FILENO);
    if (chdir(where.c_str()) == 0) execvp(list[0], list.data());
    _exit(kNotStarted);
  }
  close(ends[1]);
  Finished finished;
  if (child > 0) {
    finished.output = read_all(ends[0]);
    finished.code = wait_for(child);
  }
  close(ends[0]);
  require(child > 0 && finished.code != kNotStarted,
          "{}: cannot be started in {}", arguments[0], where);
  return finished;
}

bool has_program(const std::string& name) {
  const char* path = std::getenv("PATH");
  std::istringstream folders(path ? path : "");
  for (std::string folder; std::getline(folders, folder, ':');)
    if (access((folder + "/" + name).c_str(), X_OK) == 0) return true;
  return false;
}

}  // namespace triad::fpga
