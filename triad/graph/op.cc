#include "triad/graph/op.h"

namespace triad::graph {
namespace {

// In the order of the variant Op.
constexpr std::array<std::string_view, std::variant_size_v<Op>> kNames = {
    "input",  "conv2d",   "linear",       "batch_norm",          "relu",
    "relu6",  "max_pool", "average_pool", "global_average_pool", "add",
    "concat", "flatten",  "pad",          "strided_slice",       "dropout",
    "softmax"};

}  // namespace

std::string_view name(const Op& op) { return kNames[op.index()]; }

}  // namespace triad::graph
