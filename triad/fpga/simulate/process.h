#pragma once
// Another program, run to its end.

#include <filesystem>
#include <string>
#include <vector>

namespace triad::fpga {

struct Finished {
  int code = -1;       // exit code; 128 + signal where one ended it
  std::string output;  // stdout and stderr together
};

// Runs `arguments` (a program found on the PATH, then what it gets; no shell)
// in `folder` and waits. Throws Error if it cannot be started.
Finished run_program(const std::vector<std::string>& arguments,
                     const std::filesystem::path& folder);

// Whether the PATH has a program of this name.
bool has_program(const std::string& name);

}  // namespace triad::fpga
