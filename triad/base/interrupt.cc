#include "triad/base/interrupt.h"

#include <signal.h>

#include <atomic>
#include <cerrno>
#include <cstring>

#include "triad/base/error.h"

namespace triad {
namespace {

std::atomic<bool> flag{false};
static_assert(std::atomic<bool>::is_always_lock_free,
              "a signal handler may only touch lock-free atomics");

extern "C" void on_interrupt(int number) {
  if (!flag.exchange(true)) return;
  ::signal(number, SIG_DFL);
  ::raise(number);  // delivered when this handler returns
}

}  // namespace

void install_interrupt_handler() {
  struct sigaction action {};
  action.sa_handler = on_interrupt;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  for (const int number : {SIGINT, SIGTERM})
    require(::sigaction(number, &action, nullptr) == 0, "interrupt handler: {}",
            std::strerror(errno));
}

bool interrupted() { return flag.load(std::memory_order_relaxed); }

}  // namespace triad
