#include "triad/runtime/kernels/table.h"

#include <cstdlib>
#include <string>

#include "triad/base/error.h"
#include "triad/runtime/kernels/avx2.h"
#include "triad/runtime/kernels/avx512vnni.h"
#include "triad/runtime/kernels/portable.h"

namespace triad::runtime {
namespace {

constexpr const Kernels* kTable[] = {
#if defined(__x86_64__)
    &kAvx512VbmiKernels,
    &kAvx512VnniKernels,
    &kAvx2Kernels,
#endif
    &kPortableKernels,
};

}  // namespace

std::span<const Kernels* const> all_kernels() { return kTable; }

const Kernels& choose_kernels(std::string_view name) {
  if (const char* pinned = std::getenv("TRIAD_KERNELS");
      name.empty() && pinned != nullptr)
    name = pinned;
  std::string names;
  for (const Kernels* kernels : kTable) {
    names.append(names.empty() ? "" : ", ").append(kernels->name);
    if (name.empty() ? !kernels->is_supported() : name != kernels->name)
      continue;
    require(kernels->is_supported(),
            "kernels '{}': this machine cannot run them", name);
    return *kernels;
  }
  fail("kernels '{}': expected one of {}", name, names);
}

}  // namespace triad::runtime
