#include "triad/recipe/keys.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace triad::recipe {
namespace {

// Accessors, made from pointers to members.
template <auto kMember>
auto& top(Recipe& recipe) {
  return recipe.*kMember;
}
template <auto kSection, auto kMember>
auto& in(Recipe& recipe) {
  return recipe.*kSection.*kMember;
}

Limits any() { return {}; }
Limits at_least(double low) { return {.low = low}; }
Limits above(double low) { return {.low = low, .is_low_out = true}; }
Limits from_to(double low, double high) { return {.low = low, .high = high}; }
Limits share() { return {.low = 0, .high = 1, .is_high_out = true}; }  // [0, 1)
Limits positive_share() {
  return {.low = 0, .high = 1, .is_low_out = true};
}  // (0, 1]
Limits one_of(std::vector<std::string> words) {
  return {.words = std::move(words)};
}

constexpr double kLargestInteger = 9007199254740992;  // exact as a double

std::vector<Key> top_keys() {
  return {{"", "name", &top<&Recipe::name>, any()},
          {"", "seed", &top<&Recipe::seed>, from_to(0, kLargestInteger)},
          {"",
           "activation_bits",
           &top<&Recipe::activation_bits>,
           {.low = 8, .high = 16}}};
}

std::vector<Key> data_keys() {
  constexpr auto s = &Recipe::data;
  return {
      {"data", "name", &in<s, &Data::name>, any()},
      {"data", "validation_share", &in<s, &Data::validation_share>, share()},
      {"data", "limit", &in<s, &Data::limit>, at_least(0)}};
}

std::vector<Key> model_keys() {
  constexpr auto s = &Recipe::model;
  return {{"model", "name", &in<s, &Model::name>, any()},
          {"model", "weights", &in<s, &Model::weights>, any()},
          {"model", "mean", &in<s, &Model::mean>, any()},
          {"model", "deviation", &in<s, &Model::deviation>, above(0)}};
}

std::vector<Key> training_keys() {
  constexpr auto s = &Recipe::training;
  using T = Training;
  return {
      {"training", "epochs", &in<s, &T::epochs>, at_least(0)},
      {"training", "batch", &in<s, &T::batch>, from_to(1, 1 << 20)},
      {"training", "optimiser", &in<s, &T::optimiser>, one_of({"sgd", "adam"})},
      {"training", "learning_rate", &in<s, &T::learning_rate>, above(0)},
      {"training", "momentum", &in<s, &T::momentum>, share()},
      {"training", "weight_decay", &in<s, &T::weight_decay>, at_least(0)},
      {"training", "schedule", &in<s, &T::schedule>,
       one_of({"cosine", "step", "constant"})},
      {"training", "step_at", &in<s, &T::step_at>, at_least(0)},
      {"training", "step_factor", &in<s, &T::step_factor>, above(0)},
      {"training", "warm_up_epochs", &in<s, &T::warm_up_epochs>, at_least(0)},
      {"training", "label_smoothing", &in<s, &T::label_smoothing>, share()},
      {"training", "augmentation", &in<s, &T::augmentation>,
       one_of({"none", "crop_flip", "shift", "random_resized_crop"})},
      {"training", "precision", &in<s, &T::precision>,
       one_of({"float32", "bfloat16"})},
      {"training", "evaluate_every", &in<s, &T::evaluate_every>, above(0)}};
}

std::vector<Key> distillation_keys() {
  constexpr auto s = &Recipe::distillation;
  using D = Distillation;
  return {
      {"distillation", "weight", &in<s, &D::weight>, from_to(0, 1)},
      {"distillation", "temperature", &in<s, &D::temperature>, above(0)},
      {"distillation", "loss", &in<s, &D::loss>,
       one_of({"auto", "classes", "values"})},
      {"distillation", "features", &in<s, &D::features>, at_least(0)},
      {"distillation", "teacher_model", &in<s, &D::teacher_model>, any()},
      {"distillation", "teacher_weights", &in<s, &D::teacher_weights>, any()}};
}

std::vector<Key> pattern_keys() {
  constexpr auto s = &Recipe::pattern;
  return {{"pattern", "structure", &in<s, &Pattern::structure>,
           one_of({"none", "irregular", "pe_group", "filter", "channel"})},
          {"pattern", "outputs", &in<s, &Pattern::outputs>, at_least(0)},
          {"pattern", "inputs", &in<s, &Pattern::inputs>, at_least(0)},
          {"pattern", "taps", &in<s, &Pattern::taps>, at_least(0)}};
}

std::vector<Key> ternary_keys() {
  constexpr auto s = &Recipe::ternary;
  using T = Ternary;
  return {
      {"ternary", "enabled", &in<s, &T::enabled>, any()},
      {"ternary", "threshold_of", &in<s, &T::threshold_of>,
       one_of({"maximum", "mean"})},
      {"ternary", "threshold_share", &in<s, &T::threshold_share>, at_least(0)},
      {"ternary", "scale_per", &in<s, &T::scale_per>,
       one_of({"layer", "filter"})},
      {"ternary", "gradient_window", &in<s, &T::gradient_window>, above(0)},
      {"ternary", "first_layer", &in<s, &T::first_layer>, any()},
      {"ternary", "last_layer", &in<s, &T::last_layer>, any()},
      {"ternary", "group_zero_share", &in<s, &T::group_zero_share>, share()},
      {"ternary", "start", &in<s, &T::start>, share()}};
}

std::vector<Key> group_lasso_keys() {
  constexpr auto s = &Recipe::group_lasso;
  using G = GroupLasso;
  return {
      {"group_lasso", "enabled", &in<s, &G::enabled>, any()},
      {"group_lasso", "lambda", &in<s, &G::lambda>, at_least(0)},
      {"group_lasso", "threshold", &in<s, &G::threshold>,
       one_of({"none", "layer_mean", "rank", "mix", "global"})},
      {"group_lasso", "threshold_ratio", &in<s, &G::threshold_ratio>, above(0)},
      {"group_lasso", "detach_threshold", &in<s, &G::detach_threshold>, any()},
      {"group_lasso", "first_layer", &in<s, &G::first_layer>, any()},
      {"group_lasso", "last_layer", &in<s, &G::last_layer>, any()},
      {"group_lasso", "density", &in<s, &G::density>, positive_share()},
      {"group_lasso", "compression_rate", &in<s, &G::compression_rate>,
       above(0)},
      {"group_lasso", "layer_density", &in<s, &G::layer_density>,
       positive_share()},
      {"group_lasso", "start", &in<s, &G::start>, share()},
      {"group_lasso", "stop", &in<s, &G::stop>, from_to(0, 1)},
      {"group_lasso", "dead_below", &in<s, &G::dead_below>, share()}};
}

std::vector<Key> make_keys() {
  std::vector<Key> all;
  for (auto section :
       {top_keys, data_keys, model_keys, training_keys, distillation_keys,
        pattern_keys, ternary_keys, group_lasso_keys})
    for (Key& key : section()) all.push_back(std::move(key));
  return all;
}

}  // namespace

bool Limits::contains(double value) const {
  return std::isfinite(value) && (is_low_out ? value > low : value >= low) &&
         (is_high_out ? value < high : value <= high);
}

bool Limits::contains(const std::string& word) const {
  return words.empty() ||
         std::find(words.begin(), words.end(), word) != words.end();
}

std::string Limits::to_text() const {
  if (!words.empty()) return fmt::format("one of {}", fmt::join(words, ", "));
  if (std::isinf(low)) return "a finite number";
  if (std::isinf(high))
    return fmt::format("a number {} {}", is_low_out ? "above" : "of at least",
                       low);
  return fmt::format("a number in {}{}, {}{}", is_low_out ? '(' : '[', low,
                     high, is_high_out ? ')' : ']');
}

std::span<const Key> keys() {
  static const std::vector<Key> kKeys = make_keys();
  return kKeys;
}

const Key* find_key(std::string_view section, std::string_view name) {
  for (const Key& key : keys())
    if (key.section == section && key.name == name) return &key;
  return nullptr;
}

}  // namespace triad::recipe
