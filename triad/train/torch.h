#pragma once
// The only file that includes libtorch, so that its price (about 26 s a unit)
// is paid in one place, by a precompiled header.

// First: clang stumbles over libtorch 1.13 in C++20 otherwise.
#include <ATen/core/ivalue.h>
//
#include <ATen/autocast_mode.h>
#include <torch/torch.h>
#include <torch/version.h>
