#pragma once
// What a student's values cost against its teacher's, the same network or
// another one.

#include <vector>

#include "triad/recipe/recipe.h"
#include "triad/train/network.h"

namespace triad::train {

// D:  classes  T^2 KL(teacher || student) of logits softened by T (Hinton,
//              Vinyals, Dean, arXiv:1503.02531), mean over the batch
//     values   mean over the outputs of their mean squared error, each divided
//              by the variance of the teacher's output in the batch
// F:  the same as values, over layer_values() (FitNets, arXiv:1412.6550)
class Distillation {
 public:
  // Throws Error if the two networks' pictures, outputs, or layers, where
  // `settings` compare them, do not fit each other.
  Distillation(const Network& student, const Network& teacher,
               const recipe::Distillation& settings);

  // Whether the loss takes the outputs as logits.
  bool compares_classes() const { return classes_; }

  // What the loss takes, for Network::values.
  const std::vector<graph::ValueId>& student_values() const { return student_; }
  const std::vector<graph::ValueId>& teacher_values() const { return teacher_; }

  // weight D + features F, a scalar.
  at::Tensor loss(const std::vector<at::Tensor>& student,
                  const std::vector<at::Tensor>& teacher) const;

 private:
  recipe::Distillation settings_;
  bool classes_ = true;
  std::size_t outputs_ = 1;  // of the values; layers come after them
  std::vector<graph::ValueId> student_, teacher_;
};

}  // namespace triad::train
