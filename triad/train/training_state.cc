#include "triad/train/training_state.h"

#include <cstdlib>

#include "triad/base/error.h"
#include "triad/base/sha256.h"

namespace triad::train {
namespace {

using Tensors = std::map<std::string, at::Tensor>;

std::string method_prefix(const Methods& methods, std::size_t i) {
  return fmt::format("method.{}.{}.", i, methods[i]->name());
}

// Hexadecimal: exact both ways.
std::string to_text(double value) { return fmt::format("{:a}", value); }

void put(Checkpoint& checkpoint, const std::string& prefix,
         const Tensors& tensors) {
  for (const auto& [name, tensor] : tensors)
    checkpoint.tensors[prefix + name] = tensor.detach().to(at::kCPU);
}

Tensors take(const Checkpoint& checkpoint, const std::string& prefix) {
  Tensors taken;
  for (const auto& [name, tensor] : checkpoint.tensors)
    if (name.starts_with(prefix)) taken[name.substr(prefix.size())] = tensor;
  return taken;
}

void copy_into(const std::vector<NamedTensor>& targets,
               const Checkpoint& checkpoint) {
  for (const NamedTensor& target : targets) {
    const auto found = checkpoint.tensors.find("network." + target.name);
    require(found != checkpoint.tensors.end() &&
                found->second.sizes() == target.tensor.sizes(),
            "checkpoint: no tensor of the right shape for {}", target.name);
    at::Tensor tensor = target.tensor;
    tensor.copy_(found->second);
  }
}

}  // namespace

std::string recipe_hash(const recipe::Recipe& recipe) {
  return sha256(recipe::to_toml(recipe));
}

Checkpoint save(const Network& network, const Optimiser& optimiser,
                const Methods& methods, const TrainingState& state) {
  Checkpoint checkpoint;
  checkpoint.step = state.step;
  for (const auto& list : {network.parameters(), network.buffers()})
    for (const NamedTensor& tensor : list)
      put(checkpoint, "network.", {{tensor.name, tensor.tensor}});
  put(checkpoint, "optimiser.", optimiser.state());
  for (std::size_t i = 0; i < methods.size(); ++i)
    put(checkpoint, method_prefix(methods, i), methods[i]->state());
  auto& facts = checkpoint.metadata;
  facts = {{"loss_sum", to_text(state.loss_sum)},
           {"loss_count", std::to_string(state.loss_count)},
           {"last_loss", to_text(state.last_loss)},
           {"best_step", std::to_string(state.best_step)},
           {"recipe_hash", state.recipe_hash},
           {"threads", std::to_string(state.threads)},
           {"libtorch", TORCH_VERSION}};
  if (state.last_percent) facts["last_percent"] = to_text(*state.last_percent);
  if (state.best_percent) facts["best_percent"] = to_text(*state.best_percent);
  return checkpoint;
}

std::string load(const Checkpoint& checkpoint, Network& network,
                 Optimiser& optimiser, Methods& methods, TrainingState& state) {
  const at::NoGradGuard no_gradient;
  const auto fact = [&](const char* key) {
    const auto found = checkpoint.metadata.find(key);
    require(found != checkpoint.metadata.end(), "checkpoint: {} is missing",
            key);
    return found->second;
  };
  const auto number = [&](const char* key) {
    return std::strtod(fact(key).c_str(), nullptr);
  };
  require(fact("recipe_hash") == state.recipe_hash,
          "checkpoint: made by another recipe; resume with the run's own "
          "recipe.toml, or "
          "start in a new folder");
  copy_into(network.parameters(), checkpoint);
  copy_into(network.buffers(), checkpoint);
  optimiser.load_state(take(checkpoint, "optimiser."));
  for (std::size_t i = 0; i < methods.size(); ++i)
    methods[i]->load_state(take(checkpoint, method_prefix(methods, i)));
  state.step = checkpoint.step;
  state.loss_sum = number("loss_sum");
  state.loss_count = std::int64_t(number("loss_count"));
  state.last_loss = number("last_loss");
  state.best_step = std::int64_t(number("best_step"));
  if (checkpoint.metadata.contains("last_percent"))
    state.last_percent = number("last_percent");
  if (checkpoint.metadata.contains("best_percent"))
    state.best_percent = number("best_percent");
  const std::string then = fmt::format("{} threads and libtorch {}",
                                       fact("threads"), fact("libtorch"));
  const std::string now =
      fmt::format("{} threads and libtorch {}", state.threads, TORCH_VERSION);
  if (then == now) return "";
  return fmt::format(
      "the run began with {} and goes on with {}: equal up to rounding, not "
      "bit for bit",
      then, now);
}

}  // namespace triad::train
