#pragma once
// All state of a training, as one safetensors file a step: checkpoints/
// step-0000123.safetensors. Written to a temporary name and renamed, so that a
// kill at any time leaves the last whole one.

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "triad/train/torch.h"

namespace triad::train {

struct Checkpoint {
  std::int64_t step = 0;  // optimiser steps done
  std::map<std::string, at::Tensor>
      tensors;  // float, double, int64, uint8 or bool; on the CPU
  std::map<std::string, std::string> metadata;
  std::vector<std::string> damaged;  // why newer ones were passed over
};

// Writes into `folder`, and removes all but the last two and what killed
// writers left unfinished. Throws Error naming the path and the cause, or the
// tensor that is not finite; the older ones are kept then.
void write_checkpoint(const std::filesystem::path& folder,
                      const Checkpoint& checkpoint);

// The one of most steps that can be read, or nothing where there is none at
// all. Throws Error naming the newest file if every one is damaged.
std::optional<Checkpoint> read_last_checkpoint(
    const std::filesystem::path& folder);

}  // namespace triad::train
