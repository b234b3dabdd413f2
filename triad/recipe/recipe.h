#pragma once
// A recipe says what to train, on what, how, and with which methods: a TOML
// file under recipes/, every key known by a table, unknown keys refused with
// the nearest known one.

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace triad::recipe {

struct Data {
  std::string name = "digits";  // data::open
  double validation_share = 0.1;
  std::int64_t limit =
      0;  // first n training pictures after the shuffle; 0: all

  bool operator==(const Data&) const = default;
};

struct Model {
  std::string name = "lenet5";  // zoo name, or an .onnx or .triad file
  // safetensors, .triad or run folder; empty: the file's own, or initialised
  // by seed
  std::string weights;
  // Of a picture's channels, (byte / 255 - mean) / deviation; one for each
  // channel, or one for all. Empty: as the network says.
  std::vector<double> mean, deviation;

  bool operator==(const Model&) const = default;
};

struct Training {
  double epochs = 1;  // fractions allowed
  std::int64_t batch = 128;
  std::string optimiser = "sgd";  // sgd (Nesterov) | adam
  double learning_rate = 0.02, momentum = 0.9, weight_decay = 1e-4;
  std::string schedule = "cosine";  // cosine | step | constant
  std::vector<double> step_at;      // epochs, for step
  std::vector<double> step_factor;  // one per step_at
  double warm_up_epochs = 0;
  double label_smoothing = 0;
  std::string augmentation =
      "none";  // none | crop_flip | shift | random_resized_crop
  std::string precision = "float32";  // float32 | bfloat16
  double evaluate_every = 1;          // epochs between validation runs

  bool operator==(const Training&) const = default;
};

// What a teacher gives: loss = (1 - weight) CE + weight D + features F, see
// triad/train/distillation.h.
struct Distillation {
  double weight = 0;  // 0: none; 1: no labels are needed
  double temperature = 2;
  // What D compares: classes (softened logits), or values (of all outputs).
  // auto: classes where the network has one output of one row, else values.
  std::string loss = "auto";
  double features = 0;          // share of F, the values after each layer
  std::string teacher_model;    // as model.name; empty: the recipe's own
  std::string teacher_weights;  // empty: the recipe's own starting weights

  bool operator==(const Distillation&) const = default;
};

// The groups that live or die together, in every compressed layer. Layers
// narrower than `inputs` are an error unless they are the first or last and
// excluded.
struct Pattern {
  std::string structure =
      "none";  // none | irregular | pe_group | filter | channel
  std::int64_t outputs = 1, inputs = 16, taps = 0;

  bool operator==(const Pattern&) const = default;
};

// Straight-through ternarisation, triad/train/method/ternary.h.
struct Ternary {
  bool enabled = false;
  std::string threshold_of = "maximum";  // maximum | mean
  double threshold_share = 0.05;
  std::string scale_per = "layer";  // layer | filter
  double gradient_window = 1.0;     // straight through where |w| < window
  bool first_layer = false, last_layer = false;  // ternarise them too
  double group_zero_share = 0;  // share of zeros forced into each living group
  double start = 0;  // share of training after which it begins, in [0, 1)

  bool operator==(const Ternary&) const = default;
};

// Clipped group lasso over the pattern's groups,
// triad/train/method/group_lasso.h.
struct GroupLasso {
  bool enabled = false;
  double lambda = 0.002;
  std::string threshold =
      "layer_mean";  // none (plain lasso) | layer_mean | rank | mix | global
  double threshold_ratio = 0.7;  // a
  bool detach_threshold = true;
  bool first_layer = false, last_layer = false;
  // A requested size: exactly one of them, or none (lambda alone decides).
  std::optional<double> density;           // living groups / groups, in (0, 1]
  std::optional<double> compression_rate;  // 16 / (D (1 - s_min)), > 0
  // The same for single layers, by name: what a target asks for so that its
  // lanes do not idle (triad cost --advise). The others share `density`.
  std::map<std::string, double> layer_density;
  double start = 0,
         stop = 1;  // shares of training between which groups are shrunk
  double dead_below = 0.1;  // at stop, groups with a norm below this share of
                            // the layer's mean living norm die

  bool operator==(const GroupLasso&) const = default;
};

struct Recipe {
  std::string name;
  std::uint64_t seed = 1;
  Data data;
  Model model;
  Training training;
  Distillation distillation;
  Pattern pattern;
  Ternary ternary;
  GroupLasso group_lasso;
  std::int64_t activation_bits = 8;  // of the packed model: 8 | 16

  bool operator==(const Recipe&) const = default;
};

// Reads a recipe, applies "section.key=value" settings (words need no quotes;
// "none" unsets an optional number), checks every value's range. Without a name
// it is named after its file. Throws Error naming file, line, key and the
// nearest known key.
Recipe read_recipe(const std::filesystem::path& path,
                   const std::vector<std::string>& set = {});
Recipe parse_recipe(std::string_view text, std::string_view origin,
                    const std::vector<std::string>& set = {});

// The fully resolved recipe as TOML; parse_recipe(to_toml(r)) == r.
std::string to_toml(const Recipe& recipe);

// The keys whose values differ, each as "training.batch: 128 and 64".
std::vector<std::string> differences(const Recipe& a, const Recipe& b);

}  // namespace triad::recipe
