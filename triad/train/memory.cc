#include "triad/train/memory.h"

#include <cstdlib>
#if defined(__GLIBC__)
#include <malloc.h>

#include <climits>
#endif

namespace triad::train {

void keep_freed_memory() {
#if defined(__GLIBC__)
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, INT_MAX);
  mallopt(M_TOP_PAD, 64 << 20);
#endif
}

}  // namespace triad::train
