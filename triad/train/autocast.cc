#include "triad/train/autocast.h"

#include "triad/base/error.h"

namespace triad::train {
namespace {

#if TORCH_VERSION_MAJOR > 2 || \
    (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
void set_enabled(at::DeviceType device, bool enabled) {
  at::autocast::set_autocast_dtype(device, at::kBFloat16);
  at::autocast::set_autocast_enabled(device, enabled);
}
#else
void set_enabled(at::DeviceType device, bool enabled) {
  if (device == at::kCUDA) {
    at::autocast::set_autocast_gpu_dtype(at::kBFloat16);
    at::autocast::set_enabled(enabled);
  } else {
    at::autocast::set_autocast_cpu_dtype(at::kBFloat16);
    at::autocast::set_cpu_enabled(enabled);
  }
}
#endif

}  // namespace

Autocast::Autocast(std::string_view precision, const at::Device& device)
    : device_(device.type()), active_(precision == "bfloat16") {
  require(active_ || precision == "float32",
          "training.precision: expected float32 or bfloat16, got \"{}\"",
          precision);
  if (active_) set_enabled(device_, true);
}

Autocast::~Autocast() {
  if (!active_) return;
  set_enabled(device_, false);
  at::autocast::clear_cache();
}

}  // namespace triad::train
