#include "triad/train/trainer.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>
#include <set>
#include <thread>

#include "triad/base/interrupt.h"
#include "triad/base/parallel.h"
#include "triad/base/progress.h"
#include "triad/base/random.h"
#include "triad/train/autocast.h"
#include "triad/train/batches.h"
#include "triad/train/checkpoint.h"
#include "triad/train/distillation.h"
#include "triad/train/evaluate.h"
#include "triad/train/gradient_exchange.h"
#include "triad/train/loss.h"
#include "triad/train/memory.h"
#include "triad/train/method.h"
#include "triad/train/metrics_log.h"
#include "triad/train/optimiser.h"
#include "triad/train/schedule.h"
#include "triad/train/training_state.h"

namespace triad::train {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

class Trainer {
 public:
  Trainer(Network& network, Methods& methods, const data::Splits& splits,
          const recipe::Recipe& recipe, const TrainSettings& settings);
  TrainResult run();

 private:
  void start();
  void resume();
  void step(const std::vector<std::int64_t>& order);
  at::Tensor forward_loss(const Batch& batch);
  // What the teacher says of `pictures`; with `training`, the network's batch
  // norms take the batch's moments. `logits` gets the network's.
  at::Tensor distillation_loss(const at::Tensor& pictures, bool training,
                               at::Tensor* logits = nullptr);
  double validation_loss();
  void after_step();
  void report(bool evaluated);
  bool validate();
  void write_checkpoint();
  void show(const std::string& note);
  Progress progress() const;
  std::int64_t epoch() const { return state_.step / steps_per_epoch_; }
  bool writes_files() const {
    return !settings_.run.empty() &&
           (settings_.reducer == nullptr || settings_.reducer->rank() == 0);
  }

  Network& network_;
  Methods& methods_;
  data::Splits splits_;
  const recipe::Recipe& recipe_;
  const TrainSettings& settings_;
  Batches batches_;
  Augmentation augmentation_;
  std::optional<Distillation> distillation_;
  bool has_labels_;
  Optimiser optimiser_;
  GradientExchange exchange_;
  std::int64_t share_;  // pictures of a batch that are this rank's
  std::int64_t steps_per_epoch_, steps_, evaluate_every_;
  TrainingState state_;
  MetricsLog log_;
  std::optional<ProgressBar> bar_;
  Clock::time_point last_checkpoint_ = Clock::now();
  double training_seconds_ = 0;
  std::int64_t trained_pictures_ = 0;
  double rate_ = 0;     // learning rate of the last step
  double penalty_ = 0;  // of all methods, in the last step
};

std::int64_t ranks_of(const TrainSettings& settings) {
  return settings.reducer == nullptr ? 1 : settings.reducer->ranks();
}

Trainer::Trainer(Network& network, Methods& methods, const data::Splits& splits,
                 const recipe::Recipe& recipe, const TrainSettings& settings)
    : network_(network),
      methods_(methods),
      splits_(splits),
      recipe_(recipe),
      settings_(settings),
      batches_(splits.train, network.graph()),
      augmentation_(augmentation_from_string(recipe.training.augmentation)),
      has_labels_(has_accuracy(network.graph(), *splits.train)),
      optimiser_(network.parameters(), recipe.training),
      exchange_(network.parameters(), settings.reducer),
      share_(recipe.training.batch / ranks_of(settings)) {
  const recipe::Training& training = recipe.training;
  require(share_ >= 1 && share_ * ranks_of(settings) == training.batch,
          "training.batch: {} pictures cannot be shared by {} ranks evenly",
          training.batch, ranks_of(settings));
  steps_per_epoch_ = batches_.count() / training.batch;
  require(
      steps_per_epoch_ >= 1,
      "training.batch: {} pictures a batch, but the training set has only {}",
      training.batch, batches_.count());
  const auto steps_of = [&](double epochs) {
    return std::max<std::int64_t>(
        1, std::llround(epochs * double(steps_per_epoch_)));
  };
  // None at all takes the starting weights as they are.
  steps_ = training.epochs == 0 ? 0 : steps_of(training.epochs);
  evaluate_every_ = steps_of(training.evaluate_every);
  require(recipe.distillation.weight == 0 || settings.teacher != nullptr,
          "distillation.weight is {}, but there is no teacher network",
          recipe.distillation.weight);
  if (recipe.distillation.weight > 0)
    distillation_.emplace(network, *settings.teacher, recipe.distillation);
  require(!distillation_ || distillation_->compares_classes() ||
              recipe.distillation.weight == 1,
          "distillation.loss = \"values\" leaves no logits for labels: set "
          "distillation.weight = 1");
  require(
      has_labels_ || recipe.distillation.weight == 1,
      "training: {}: {}: set distillation.weight = 1, which needs no labels",
      recipe.data.name,
      splits.train->classes().empty()
          ? "the pictures have no labels"
          : network.graph().name + " has not one output of as many classes");
}

Progress Trainer::progress() const {
  const auto epochs = std::int64_t(std::ceil(recipe_.training.epochs));
  return {state_.step, steps_, epoch(), epochs, rate_};
}

void Trainer::start() {
  keep_freed_memory();
  const int threads =
      settings_.threads > 0
          ? settings_.threads
          : int(std::max(1u, std::thread::hardware_concurrency()));
  at::set_num_threads(threads);
  set_thread_count(threads);
  network_.set_reducer(settings_.reducer);
  network_.set_weight_hook(
      [this_methods = &methods_](const Layer& layer, const at::Tensor& latent) {
        at::Tensor weight = latent;
        for (const auto& method : *this_methods)
          weight = method->weight(layer, weight);
        return weight;
      });
  for (const auto& method : methods_) method->begin(network_);
  state_.recipe_hash = recipe_hash(recipe_);
  state_.threads = threads;
  if (settings_.resume && !settings_.run.empty()) resume();
  exchange_.start(network_, state_.step);
  if (writes_files()) log_.open(settings_.run, state_.step);
}

void Trainer::resume() {
  const auto checkpoint = read_last_checkpoint(settings_.run / "checkpoints");
  if (!checkpoint) return;
  for (const std::string& why : checkpoint->damaged)
    settings_.warn(
        fmt::format("{}; going on from step {}", why, checkpoint->step));
  const std::string difference =
      load(*checkpoint, network_, optimiser_, methods_, state_);
  if (!difference.empty()) settings_.warn(difference);
}

at::Tensor Trainer::forward_loss(const Batch& batch) {
  const at::Tensor pictures = batch.pictures.to(network_.device());
  const Autocast autocast(recipe_.training.precision, network_.device());
  const double soft = recipe_.distillation.weight;
  if (!distillation_)
    return loss(network_.forward(pictures, true),
                batch.labels.to(network_.device()), recipe_.training);
  at::Tensor logits;
  const at::Tensor learned = distillation_loss(pictures, true, &logits);
  if (soft == 1) return learned;
  return learned + (1 - soft) * loss(logits.flatten(1),
                                     batch.labels.to(network_.device()),
                                     recipe_.training);
}

at::Tensor Trainer::distillation_loss(const at::Tensor& pictures, bool training,
                                      at::Tensor* logits) {
  std::vector<at::Tensor> teacher;
  {
    const at::NoGradGuard no_gradient;
    teacher = settings_.teacher->values(pictures, false,
                                        distillation_->teacher_values());
  }
  const std::vector<at::Tensor> student =
      network_.values(pictures, training, distillation_->student_values());
  if (logits != nullptr) *logits = student.front();
  return distillation_->loss(student, teacher);
}

void Trainer::step(const std::vector<std::int64_t>& order) {
  const Clock::time_point begin = Clock::now();
  rate_ =
      learning_rate(recipe_.training, state_.step, steps_, steps_per_epoch_);
  const std::int64_t rank =
      settings_.reducer == nullptr ? 0 : settings_.reducer->rank();
  const std::int64_t first =
      state_.step % steps_per_epoch_ * recipe_.training.batch + rank * share_;
  const Batch batch = batches_.load(
      std::span(order).subspan(std::size_t(first), std::size_t(share_)),
      {augmentation_, recipe_.seed, epoch()});
  network_.set_dropout_seed(
      Random(recipe_.seed, std::uint64_t(rank), std::uint64_t(state_.step))
          .next());

  at::Tensor total = forward_loss(batch);
  penalty_ = 0;
  const Progress now = progress();
  for (const auto& method : methods_)
    if (const at::Tensor penalty = method->penalty(now); penalty.defined()) {
      total = total + penalty;
      penalty_ += penalty.item<double>();
    }
  total.backward();
  const double mean = exchange_.average(total.item<double>(), interrupted());
  require(std::isfinite(mean),
          "training: the loss is {} at step {} (epoch {}, learning rate {}); "
          "what is checkpointed is kept, try a smaller learning rate",
          mean, state_.step, epoch(), rate_);
  optimiser_.step(rate_);
  ++state_.step;
  state_.loss_sum += mean - penalty_;  // every rank has the same penalty
  ++state_.loss_count;
  const Progress after = progress();
  for (const auto& method : methods_) method->after_step(after);
  training_seconds_ += seconds_since(begin);
  trained_pictures_ += share_;
  if (bar_) {
    bar_->note(fmt::format("loss {:.3f}",
                           state_.loss_sum / double(state_.loss_count)));
    bar_->advance(recipe_.training.batch);
  }
}

bool Trainer::validate() {
  const auto& pictures = splits_.validation;
  if (pictures == nullptr || pictures->count() == 0 || !has_labels_)
    return false;
  const double percent = evaluate(network_, pictures).top1_percent();
  state_.last_percent = percent;
  if (!state_.best_percent || percent > *state_.best_percent) {
    state_.best_percent = percent;
    state_.best_step = state_.step;
  }
  return true;
}

// Of the distillation alone, with running moments.
double Trainer::validation_loss() {
  const at::NoGradGuard no_gradient;
  const Batches batches(splits_.validation, network_.graph());
  double sum = 0;
  for (std::int64_t first = 0; first < batches.count();
       first += recipe_.training.batch) {
    std::vector<std::int64_t> indices(
        std::size_t(std::min(recipe_.training.batch, batches.count() - first)));
    std::iota(indices.begin(), indices.end(), first);
    const at::Tensor pictures =
        batches.load(indices).pictures.to(network_.device());
    sum += distillation_loss(pictures, false).item<double>() *
           double(indices.size());
  }
  return sum / double(batches.count());
}

void Trainer::report(bool evaluated) {
  std::map<std::string, double> facts = {
      {"epoch", double(state_.step) / double(steps_per_epoch_)},
      {"learning_rate", rate_},
      {"train_loss", state_.loss_sum / double(state_.loss_count)},
      {"penalty", penalty_},
      {"images_per_second", double(trained_pictures_) / training_seconds_}};
  if (evaluated) {
    facts["validation_percent"] = *state_.last_percent;
    facts["best_validation_percent"] = *state_.best_percent;
  }
  if (!has_labels_ && splits_.validation && splits_.validation->count() > 0)
    facts["validation_loss"] = validation_loss();
  for (const auto& method : methods_)
    for (const auto& [key, value] : method->metrics())
      facts[fmt::format("{}.{}", method->name(), key)] = value;
  if (writes_files()) log_.write(state_.step, facts);
  state_.last_loss = facts["train_loss"];
  state_.loss_sum = 0;
  state_.loss_count = 0;
}

void Trainer::write_checkpoint() {
  if (writes_files())
    train::write_checkpoint(settings_.run / "checkpoints",
                            save(network_, optimiser_, methods_, state_));
  last_checkpoint_ = Clock::now();
}

void Trainer::after_step() {
  const bool epoch_ends =
      state_.step % steps_per_epoch_ == 0 || state_.step == steps_;
  const bool evaluates =
      state_.step % evaluate_every_ == 0 || state_.step == steps_;
  if (epoch_ends) {
    const Progress now = progress();
    for (const auto& method : methods_) method->after_epoch(now);
  }
  if (epoch_ends || evaluates) report(evaluates && validate());
  const bool due =
      settings_.checkpoint_minutes > 0 &&
      seconds_since(last_checkpoint_) > 60 * settings_.checkpoint_minutes;
  if (epoch_ends || due || exchange_.interrupted()) write_checkpoint();
  if (epoch_ends && bar_) bar_->finish();
  if (exchange_.interrupted() && state_.step < steps_)
    throw Interrupted(fmt::format(
        "training: interrupted after step {} of {}; go on with --resume",
        state_.step, steps_));
}

TrainResult Trainer::run() {
  start();
  std::vector<std::int64_t> order;
  std::int64_t ordered_epoch = -1;
  while (state_.step < steps_) {
    if (epoch() != ordered_epoch) {
      ordered_epoch = epoch();
      order = permutation(batches_.count(), recipe_.seed,
                          std::uint64_t(ordered_epoch));
      if (settings_.show_progress) {
        bar_.emplace(
            fmt::format("epoch {}/{}", ordered_epoch + 1, progress().epochs),
            steps_per_epoch_ * recipe_.training.batch, "images");
        bar_->skip(state_.step % steps_per_epoch_ * recipe_.training.batch);
      }
    }
    step(order);
    after_step();
  }
  return {state_.step,
          state_.last_percent,
          state_.best_percent,
          state_.best_step,
          state_.last_loss,
          training_seconds_ > 0 ? double(trained_pictures_) / training_seconds_
                                : 0};
}

}  // namespace

TrainResult train(Network& network, Methods& methods,
                  const data::Splits& splits, const recipe::Recipe& recipe,
                  const TrainSettings& settings) {
  return Trainer(network, methods, splits, recipe, settings).run();
}

}  // namespace triad::train
