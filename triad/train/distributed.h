#pragma once
// Data parallel over processes and machines, by libtorch's own c10d: Gloo on
// CPUs, NCCL on GPUs where the linked libtorch has it. Started the usual ways:
// torchrun, Slurm, mpirun.

#include <cstdint>
#include <memory>
#include <string>

#include "triad/train/batch_norm.h"

namespace triad::train {

// Where this process stands among those of the run.
struct RankEnvironment {
  int rank = 0, ranks = 1;
  int local_rank = 0;          // on this machine: picks the GPU
  std::string master_address;  // of rank 0
  std::uint16_t master_port = 29500;
};

// From RANK, WORLD_SIZE, LOCAL_RANK, MASTER_ADDR, MASTER_PORT. With MASTER_ADDR
// but without RANK, Slurm's or Open MPI's variables count. One rank if none is
// set. Throws Error naming the variable that is missing or out of range.
RankEnvironment rank_environment();

// Meets the other ranks; null for one rank. Waits for them up to five minutes.
// Throws Error naming the address if they cannot be met.
std::unique_ptr<Reducer> connect(const RankEnvironment& environment,
                                 const at::Device& device);

}  // namespace triad::train
