#include "triad/base/interrupt.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <cstdlib>

namespace triad {
namespace {

// Ends with 0 if the first signal only sets the flag.
[[noreturn]] void interrupt_once(int number) {
  install_interrupt_handler();
  const bool before = interrupted();
  ::raise(number);
  std::_Exit(!before && interrupted() ? 0 : 1);
}

void interrupt_twice() {
  install_interrupt_handler();
  ::raise(SIGTERM);
  ::raise(SIGINT);
}

TEST(Interrupt, TheFirstSignalSetsAFlag) {
  EXPECT_EXIT(interrupt_once(SIGINT), testing::ExitedWithCode(0), "");
  EXPECT_EXIT(interrupt_once(SIGTERM), testing::ExitedWithCode(0), "");
}

TEST(Interrupt, TheSecondKills) {
  EXPECT_EXIT(interrupt_twice(), testing::KilledBySignal(SIGINT), "");
}

}  // namespace
}  // namespace triad
