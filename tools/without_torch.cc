// The commands that train, in a build without libtorch: they say so.

#include "tools/commands.h"
#include "triad/base/error.h"

namespace triad::tools {
namespace {

void refuse(CLI::App& command) {
  command.allow_extras();
  command.callback([name = command.get_name()] {
    fail("{}: this build has no libtorch: build with -DTRIAD_TORCH=ON", name);
  });
}

}  // namespace

void add_train(CLI::App& command) { refuse(command); }
void add_compress(CLI::App& command) { refuse(command); }

}  // namespace triad::tools
