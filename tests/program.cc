#include "tests/program.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <thread>

namespace triad {
namespace {

struct Close {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, Close>;

std::string read_all(std::FILE* file) {
  std::string text;
  char part[4096];
  for (std::size_t size; (size = std::fread(part, 1, sizeof part, file)) > 0;)
    text.append(part, size);
  return text;
}

void set_environment(const std::vector<std::string>& environment) {
  for (const std::string& entry : environment) {
    const std::size_t equals = entry.find('=');
    if (equals == std::string::npos)
      unsetenv(entry.c_str());
    else
      setenv(entry.substr(0, equals).c_str(), entry.c_str() + equals + 1, 1);
  }
}

// Gives up when the child ends before the file is there.
void interrupt(pid_t child, const std::filesystem::path& at) {
  using namespace std::chrono_literals;
  siginfo_t ended = {};
  while (!std::filesystem::exists(at)) {
    waitid(P_PID, id_t(child), &ended, WEXITED | WNOHANG | WNOWAIT);
    if (ended.si_pid == child) return;
    std::this_thread::sleep_for(10ms);
  }
  kill(child, SIGINT);
}

// The child's half: never returns.
[[noreturn]] void execute(const std::vector<std::string>& arguments,
                          const ProgramSettings& settings, int out, int err) {
  dup2(out, STDOUT_FILENO);
  dup2(err, STDERR_FILENO);
  set_environment(settings.environment);
  if (settings.file_bytes > 0) {
    const rlimit limit = {rlim_t(settings.file_bytes),
                          rlim_t(settings.file_bytes)};
    setrlimit(RLIMIT_FSIZE, &limit);
    std::signal(SIGXFSZ, SIG_IGN);  // writes fail instead, as on a full disk
  }
  std::string program = TRIAD_PROGRAM;
  std::vector<char*> list = {program.data()};
  std::vector<std::string> copies = arguments;
  for (std::string& argument : copies) list.push_back(argument.data());
  list.push_back(nullptr);
  execv(program.c_str(), list.data());
  _exit(127);
}

}  // namespace

Answer run_triad(const std::vector<std::string>& arguments,
                 const ProgramSettings& settings) {
  // A file for stdout, so that the limit on files meets it; a pipe for stderr.
  const File out(std::tmpfile());
  int ends[2];
  if (!out || pipe(ends) != 0) std::abort();
  const pid_t child = fork();
  if (child == 0) execute(arguments, settings, fileno(out.get()), ends[1]);
  close(ends[1]);
  if (!settings.interrupt_at.empty()) interrupt(child, settings.interrupt_at);
  const File err(fdopen(ends[0], "r"));
  Answer answer;
  answer.err = read_all(err.get());
  int status = 0;
  waitpid(child, &status, 0);
  answer.code =
      WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  std::rewind(out.get());
  answer.out = read_all(out.get());
  return answer;
}

}  // namespace triad
