# Run at every build: writes OUTPUT, the commit as a C++ source, only when it changes.
execute_process(
  COMMAND git describe --always --dirty --abbrev=12 --exclude=*
  WORKING_DIRECTORY ${SOURCE_DIR} OUTPUT_VARIABLE commit
  OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
if(failed)
  set(commit unknown)
endif()
file(CONFIGURE OUTPUT ${OUTPUT} @ONLY CONTENT [[
#include "tools/version.h"

namespace triad::tools {
const char* const kVersion = "@VERSION@";
const char* const kCommit = "@commit@";
const char* const kBuild = "@BUILD@";
}  // namespace triad::tools
]])
