#include "triad/graph/op.h"

namespace triad::graph {
namespace {

// In the order of the variant Op.
constexpr std::array<std::string_view, std::variant_size_v<Op>> kNames = {
    "input",
    "conv2d",
    "linear",
    "batch_norm",
    "relu",
    "leaky_relu",
    "clip",
    "hard_sigmoid",
    "hard_swish",
    "sigmoid",
    "max_pool",
    "average_pool",
    "global_average_pool",
    "add",
    "mul",
    "concat",
    "flatten",
    "channels_last",
    "pad",
    "slice",
    "resize",
    "dropout",
    "softmax"};

}  // namespace

std::string_view name(const Op& op) { return kNames[op.index()]; }

}  // namespace triad::graph
