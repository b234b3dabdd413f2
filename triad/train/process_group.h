#pragma once
// A c10d process group as a Reducer: what Gloo and NCCL have in common.

#include "triad/train/torch.h"  // tells the version
//
#include <memory>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>
#if TORCH_VERSION_MAJOR >= 2
#include <torch/csrc/distributed/c10d/Backend.hpp>
#else
#include <torch/csrc/distributed/c10d/ProcessGroup.hpp>
#endif

#include "triad/train/batch_norm.h"
#include "triad/train/distributed.h"

namespace triad::train {

#if TORCH_VERSION_MAJOR >= 2
using ProcessGroup = c10d::Backend;
#else
using ProcessGroup = c10d::ProcessGroup;
#endif

// Sums on `device`; tensors from elsewhere travel there and back.
std::unique_ptr<Reducer> make_reducer(c10::intrusive_ptr<ProcessGroup> group,
                                      const at::Device& device);

// distributed_nccl.cc, only with a libtorch that has CUDA.
c10::intrusive_ptr<ProcessGroup> make_nccl_group(
    const c10::intrusive_ptr<c10d::Store>& store,
    const RankEnvironment& environment);

}  // namespace triad::train
