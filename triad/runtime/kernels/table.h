#pragma once
// The kernels this program holds, best first.

#include <span>
#include <string_view>

#include "triad/runtime/kernels/kernel.h"

namespace triad::runtime {

std::span<const Kernels* const> all_kernels();

// The kernels called `name`; if empty, those the environment's TRIAD_KERNELS
// names; if that is not set either, the first that this machine can run.
// Throws Error naming the choices for an unknown name, and for kernels that
// this machine cannot run.
const Kernels& choose_kernels(std::string_view name = {});

}  // namespace triad::runtime
