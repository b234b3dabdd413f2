#include "triad/train/distributed.h"

#include <charconv>
#include <cstdlib>
#include <optional>
#include <string_view>

#include "triad/base/error.h"
#include "triad/train/process_group.h"
// A libtorch of its own download has Gloo inside but not Gloo's headers.
#if defined(USE_C10D_GLOO) && __has_include(<gloo/algorithm.h>)
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#define TRIAD_GLOO
#endif

namespace triad::train {
namespace {

std::optional<std::string> variable(const char* name) {
  const char* const value = std::getenv(name);
  if (value == nullptr) return std::nullopt;
  return value;
}

int number(const char* name, int lowest, int highest) {
  const std::string text = variable(name).value_or("");
  int value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value);
  require(error == std::errc() && end == text.data() + text.size() &&
              value >= lowest && value <= highest,
          "{}: expected a number from {} to {}, got \"{}\"", name, lowest,
          highest, text);
  return value;
}

// The variables of one way to start processes.
struct Launcher {
  const char *rank, *ranks, *local_rank;
};
constexpr Launcher kTorchrun{"RANK", "WORLD_SIZE", "LOCAL_RANK"};
constexpr Launcher kOthers[] = {
    {"SLURM_PROCID", "SLURM_NTASKS", "SLURM_LOCALID"},
    {"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE",
     "OMPI_COMM_WORLD_LOCAL_RANK"}};

class GroupReducer : public Reducer {
 public:
  GroupReducer(c10::intrusive_ptr<ProcessGroup> group, const at::Device& device)
      : group_(std::move(group)), device_(device) {}
  int rank() const override { return group_->getRank(); }
  int ranks() const override { return group_->getSize(); }
  void sum(at::Tensor values) override {
    const at::NoGradGuard no_gradient;
    std::vector<at::Tensor> sent = {values.detach().to(device_).contiguous()};
    try {
      group_->allreduce(sent)->wait();
    } catch (const std::exception& error) {
      fail("data parallel: rank {} lost another rank: {}", rank(),
           first_line(error));
    }
    if (!sent[0].is_alias_of(values)) values.copy_(sent[0]);
  }

  static std::string first_line(const std::exception& error) {
    const std::string_view text = error.what();
    return std::string(text.substr(0, text.find('\n')));
  }

 private:
  c10::intrusive_ptr<ProcessGroup> group_;
  at::Device device_;
};

#ifdef TRIAD_GLOO
c10::intrusive_ptr<ProcessGroup> make_gloo_group(
    const c10::intrusive_ptr<c10d::Store>& store,
    const RankEnvironment& environment) {
  using Gloo = c10d::ProcessGroupGloo;
  const auto options = Gloo::Options::create();
  const std::string& address = environment.master_address;
  if (const auto interface = variable("GLOO_SOCKET_IFNAME"))
    options->devices = {Gloo::createDeviceForInterface(*interface)};
  else if (address == "localhost" || address.starts_with("127."))
    options->devices = {Gloo::createDeviceForHostname(address)};
  else
    options->devices = {Gloo::createDefaultDevice()};
  return c10::make_intrusive<Gloo>(store, environment.rank, environment.ranks,
                                   options);
}
#else
c10::intrusive_ptr<ProcessGroup> make_gloo_group(
    const c10::intrusive_ptr<c10d::Store>&, const RankEnvironment&) {
  fail(
      "this build is without Gloo: install its headers (libgloo-dev) and build "
      "again");
}
#endif

}  // namespace

RankEnvironment rank_environment() {
  RankEnvironment environment;
  const auto master = variable("MASTER_ADDR");
  const Launcher* launcher = variable(kTorchrun.ranks) ? &kTorchrun : nullptr;
  // A shell inside a Slurm job has these too; MASTER_ADDR says they are meant.
  for (const Launcher& other : kOthers)
    if (launcher == nullptr && master && variable(other.ranks))
      launcher = &other;
  if (launcher == nullptr) return environment;
  environment.ranks = number(launcher->ranks, 1, 1 << 20);
  environment.rank = number(launcher->rank, 0, environment.ranks - 1);
  if (variable(launcher->local_rank))
    environment.local_rank = number(launcher->local_rank, 0, environment.rank);
  if (environment.ranks == 1) return environment;
  require(master.has_value(),
          "MASTER_ADDR: expected the address of rank 0, {} is {}",
          launcher->ranks, environment.ranks);
  environment.master_address = *master;
  if (variable("MASTER_PORT"))
    environment.master_port = std::uint16_t(number("MASTER_PORT", 1, 65535));
  return environment;
}

std::unique_ptr<Reducer> make_reducer(c10::intrusive_ptr<ProcessGroup> group,
                                      const at::Device& device) {
  return std::make_unique<GroupReducer>(std::move(group), device);
}

std::unique_ptr<Reducer> connect(
    const RankEnvironment& environment,
    [[maybe_unused]] const at::Device& device) {  // without NCCL: Gloo for all
  if (environment.ranks == 1) return nullptr;
  try {
    c10d::TCPStoreOptions options;
    options.port = environment.master_port;
    options.isServer = environment.rank == 0;
    options.numWorkers = std::size_t(environment.ranks);
    const auto store = c10::make_intrusive<c10d::TCPStore>(
        environment.master_address, options);
#ifdef TRIAD_NCCL
    if (device.is_cuda())
      return make_reducer(make_nccl_group(store, environment), device);
#endif
    return make_reducer(make_gloo_group(store, environment), at::kCPU);
  } catch (const std::exception& error) {
    fail("data parallel: rank {} cannot meet the {} ranks at {}:{}: {}",
         environment.rank, environment.ranks, environment.master_address,
         environment.master_port, GroupReducer::first_line(error));
  }
}

}  // namespace triad::train
