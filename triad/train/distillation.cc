#include "triad/train/distillation.h"

#include "triad/base/error.h"
#include "triad/train/evaluate.h"
#include "triad/train/relative_error.h"

namespace triad::train {
namespace {

at::Tensor softened_divergence(const at::Tensor& student,
                               const at::Tensor& teacher, double temperature) {
  const auto log_softmax = [&](const at::Tensor& logits) {
    return at::log_softmax(logits.flatten(1).to(at::kFloat) / temperature, 1);
  };
  return at::kl_div(log_softmax(student), log_softmax(teacher),
                    at::Reduction::Sum, /*log_target=*/true) *
         (temperature * temperature / double(student.size(0)));
}

at::Tensor mean_error(const std::vector<at::Tensor>& student,
                      const std::vector<at::Tensor>& teacher, std::size_t first,
                      std::size_t end) {
  at::Tensor sum = relative_error(student[first], teacher[first]);
  for (std::size_t i = first + 1; i < end; ++i)
    sum = sum + relative_error(student[i], teacher[i]);
  return sum / double(end - first);
}

std::vector<Shape> shapes(const Network& network,
                          const std::vector<graph::ValueId>& values) {
  std::vector<Shape> list;
  for (const graph::ValueId value : values)
    list.push_back(network.graph().value(value).shape);
  return list;
}

void require_same_pictures(const graph::Graph& student,
                           const graph::Graph& teacher) {
  const Shape& ours = student.value(student.input()).shape;
  const Shape& theirs = teacher.value(teacher.input()).shape;
  require(ours == theirs,
          "distillation: {} takes pictures of {}, its teacher {} of {}",
          student.name, to_string(ours), teacher.name, to_string(theirs));
  require(
      student.preprocessing.mean == teacher.preprocessing.mean &&
          student.preprocessing.deviation == teacher.preprocessing.deviation,
      "distillation: {} and its teacher {} normalise pictures differently: "
      "choose a teacher of equal mean and deviation",
      student.name, teacher.name);
}

}  // namespace

Distillation::Distillation(const Network& student, const Network& teacher,
                           const recipe::Distillation& settings)
    : settings_(settings) {
  require_same_pictures(student.graph(), teacher.graph());
  classes_ = settings.loss == "classes" ||
             (settings.loss == "auto" && has_classes(student.graph()));
  if (classes_) {
    student_ = {student.logits()};
    teacher_ = {teacher.logits()};
  } else {
    student_ = student.graph().outputs;
    teacher_ = teacher.graph().outputs;
  }
  outputs_ = student_.size();
  if (settings.features > 0) {
    const auto ours = student.layer_values(), theirs = teacher.layer_values();
    student_.insert(student_.end(), ours.begin(), ours.end());
    teacher_.insert(teacher_.end(), theirs.begin(), theirs.end());
  }
  require(
      shapes(student, student_) == shapes(teacher, teacher_),
      "distillation: outputs{} of {} and of its teacher {} differ in number "
      "or shape",
      settings.features > 0 ? " or layers" : "", student.graph().name,
      teacher.graph().name);
}

at::Tensor Distillation::loss(const std::vector<at::Tensor>& student,
                              const std::vector<at::Tensor>& teacher) const {
  at::Tensor total = (classes_ ? softened_divergence(student[0], teacher[0],
                                                     settings_.temperature)
                               : mean_error(student, teacher, 0, outputs_)) *
                     settings_.weight;
  if (settings_.features > 0)
    total = total + mean_error(student, teacher, outputs_, student.size()) *
                        settings_.features;
  return total;
}

}  // namespace triad::train
