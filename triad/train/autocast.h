#pragma once
// Mixed precision for one scope: convolutions and linear layers in bfloat16,
// weights, batch norm and the loss in float.

#include <string_view>

#include "triad/train/torch.h"

namespace triad::train {

class Autocast {
 public:
  // precision: "float32" changes nothing. Throws Error naming the choices.
  Autocast(std::string_view precision, const at::Device& device);
  ~Autocast();
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;

 private:
  at::DeviceType device_;
  bool active_;
};

}  // namespace triad::train
