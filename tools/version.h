#pragma once
// What was built, for --version and for the records of a run. Written by
// cmake/write_version.cmake at every build.

namespace triad::tools {

extern const char* const kVersion;  // "0.1.0"
extern const char* const
    kCommit;                      // "2ddd02452cf1-dirty", "unknown" without git
extern const char* const kBuild;  // "g++ 12.2.0, Release, libtorch 1.13.0"

}  // namespace triad::tools
