// Built only with a libtorch that has CUDA; not tested beyond one rank.
#ifdef TRIAD_NCCL
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>

#include "triad/train/process_group.h"

namespace triad::train {

c10::intrusive_ptr<ProcessGroup> make_nccl_group(
    const c10::intrusive_ptr<c10d::Store>& store,
    const RankEnvironment& environment) {
  return c10::make_intrusive<c10d::ProcessGroupNCCL>(store, environment.rank,
                                                     environment.ranks);
}

}  // namespace triad::train
#endif
