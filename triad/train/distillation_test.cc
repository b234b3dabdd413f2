#include "triad/train/distillation.h"

#include <gmock/gmock.h>

#include "triad/base/error.h"
#include "triad/data/digits.h"
#include "triad/graph/builder.h"
#include "triad/graph/fold_batch_norm.h"
#include "triad/train/batches.h"
#include "triad/train/evaluate.h"
#include "triad/train/initialise.h"
#include "triad/train/method.h"
#include "triad/train/trainer.h"
#include "triad/train/unfold_batch_norm.h"

namespace triad::train {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

struct Options {
  bool norm = true, softmax = false, detector = false;
};

// A residual block between a first layer and a last one; a detector gives the
// block's value too.
graph::Graph small_network(const Options& shape = {}) {
  graph::Builder net("small", {1, 28, 28});
  const auto block = [&](const std::string& name, graph::ValueId x,
                         graph::ValueId residual) {
    x = net.conv(name, x,
                 {.outputs = 8, .kernel = {3, 3}, .padding = {1, 1, 1, 1}},
                 !shape.norm);
    if (shape.norm) x = net.add(name + ".bn", graph::BatchNorm{}, {x});
    if (residual >= 0) x = net.add(name + ".add", graph::Add{}, {x, residual});
    return net.add(name + ".relu", graph::Relu{}, {x});
  };
  const auto first = block("first", net.input(), -1);
  const auto second = block("second", first, first);
  auto x = net.add("pool", graph::MaxPool{}, {second});
  x = net.linear("last", net.add("flat", graph::Flatten{}, {x}), 10);
  if (shape.softmax) x = net.add("softmax", graph::Softmax{}, {x});
  graph::Graph graph =
      shape.detector ? net.finish({x, second}) : net.finish({x});
  graph.preprocessing = {{0.5f}, {0.5f}};
  initialise(graph, 7);
  return graph;
}

at::Tensor pictures() {
  at::manual_seed(3);
  return at::randn({6, 1, 28, 28});
}

recipe::Distillation alone(double features = 0) {
  recipe::Distillation settings;
  settings.weight = 1;
  settings.features = features;
  return settings;
}

double loss_of(Network& student, Network& teacher,
               const recipe::Distillation& settings) {
  const Distillation distillation(student, teacher, settings);
  return distillation
      .loss(student.values(pictures(), false, distillation.student_values()),
            teacher.values(pictures(), false, distillation.teacher_values()))
      .item<double>();
}

TEST(Distillation, OfAnEqualNetworkCostsNothing) {
  for (const Options& shape :
       {Options{}, Options{.norm = false}, Options{.softmax = true},
        Options{.detector = true}}) {
    Network student(small_network(shape)), teacher(small_network(shape));
    EXPECT_NEAR(loss_of(student, teacher, alone(1)), 0, 1e-6);
  }
}

TEST(Distillation, OfClassesIsTheSoftenedDivergence) {
  Network student(small_network()), teacher(small_network());
  {
    const at::NoGradGuard no_gradient;
    student.layers().back().latent.mul_(0.5);
  }
  recipe::Distillation settings = alone();
  settings.temperature = 3;
  const at::Tensor p = at::softmax(teacher.forward(pictures(), false) / 3, 1);
  const at::Tensor q = at::softmax(student.forward(pictures(), false) / 3, 1);
  const double expected =
      9 * (p * (p.log() - q.log())).sum(1).mean().item<double>();
  EXPECT_GT(expected, 0.01);
  EXPECT_NEAR(loss_of(student, teacher, settings), expected, 1e-4 * expected);
}

TEST(Distillation, ReadsLogitsBeforeASoftmax) {
  Network plain(small_network()), softmax(small_network({.softmax = true}));
  EXPECT_TRUE(at::equal(plain.forward(pictures(), false),
                        softmax.forward(pictures(), false)));
}

TEST(Distillation, OfSeveralOutputsIsTheirErrorOverTheTeachersVariance) {
  Network student(small_network({.detector = true}));
  Network teacher(small_network({.detector = true}));
  {
    const at::NoGradGuard no_gradient;
    student.layers().back().latent.mul_(0.5);
  }
  // The first output alone differs.
  const at::Tensor s = student.forward(pictures(), false);
  const at::Tensor t = teacher.forward(pictures(), false);
  const double expected = (s - t).square().mean().item<double>() /
                          t.var(/*unbiased=*/false).item<double>() / 2;
  EXPECT_GT(expected, 0.01);
  EXPECT_NEAR(loss_of(student, teacher, alone()), expected, 1e-4 * expected);
}

TEST(Distillation, OfFeaturesSeesLayersThatTheOutputsDoNot) {
  Network student(small_network()), teacher(small_network());
  {
    const at::NoGradGuard no_gradient;
    student.layers()[1].latent.mul_(0.5);
  }
  const double without = loss_of(student, teacher, alone());
  EXPECT_GT(loss_of(student, teacher, alone(1)), without + 0.01);
}

TEST(Distillation, RefusesATeacherThatDoesNotFit) {
  Network student(small_network());
  Network teacher(small_network({.detector = true}));
  recipe::Distillation settings = alone();
  settings.loss = "values";
  EXPECT_THAT([&] { Distillation(student, teacher, settings); },
              ThrowsMessage<Error>(HasSubstr("differ in number or shape")));
  graph::Graph brighter = small_network();
  brighter.preprocessing.mean = {0.25f};
  Network other(brighter);
  EXPECT_THAT(
      [&] { Distillation(student, other, settings); },
      ThrowsMessage<Error>(HasSubstr("normalise pictures differently")));
}

TEST(Network, HasEveryLayerThatNoneComesAfterAsALastOne) {
  graph::Builder net("heads", {3, 8, 8});
  const auto stem = net.conv("stem", net.input(), {.outputs = 4}, true);
  const auto middle = net.conv("middle", stem, {.outputs = 4}, true);
  const auto scores = net.conv("scores", middle, {.outputs = 2}, true);
  const auto boxes = net.conv("boxes", middle, {.outputs = 4}, true);
  graph::Graph graph = net.finish({scores, boxes});
  graph.preprocessing = {{0, 0, 0}, {1, 1, 1}};
  const Network network(graph);
  std::string ends;
  for (const Layer& layer : network.layers())
    ends += layer.is_first ? 'f' : layer.is_last ? 'l' : '-';
  EXPECT_EQ(ends, "f-ll");
}

TEST(UnfoldBatchNorm, ChangesNothingAndIsTakenBackByFolding) {
  const graph::Graph folded = small_network({.norm = false});
  const data::Splits digits = data::make_digits({.train = 200, .test = 10});
  const graph::Graph unfolded = unfold_batch_norm(folded, digits.train, 100);
  EXPECT_NE(unfolded.find("first.norm"), nullptr);
  EXPECT_EQ(unfolded.find("last.norm"), nullptr);
  Network before(folded), after(unfolded),
      again(graph::fold_batch_norm(unfolded));
  const at::Tensor truth = before.forward(pictures(), false);
  const double scale = truth.abs().max().item<double>();
  for (Network* network : {&after, &again})
    EXPECT_LT((network->forward(pictures(), false) - truth)
                  .abs()
                  .max()
                  .item<double>(),
              1e-5 * scale);
}

TEST(UnfoldBatchNorm, HasTheMomentsOfTheLayersOutputs) {
  const data::Splits digits = data::make_digits({.train = 100, .test = 10});
  Network network(
      unfold_batch_norm(small_network({.norm = false}), digits.train, 100));
  std::vector<std::int64_t> all(100);
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = std::int64_t(i);
  const at::Tensor batch =
      Batches(digits.train, network.graph()).load(all).pictures;
  // Over the same pictures, batch moments are the running ones.
  const at::Tensor with_running = network.forward(batch, false);
  const at::Tensor with_batch = network.forward(batch, true);
  EXPECT_LT((with_running - with_batch).abs().max().item<double>(),
            1e-3 * with_running.abs().max().item<double>());
}

// The same pictures with no labels.
class Unlabelled : public data::Dataset {
 public:
  explicit Unlabelled(data::DatasetPointer whole) : whole_(std::move(whole)) {}
  std::int64_t count() const override { return whole_->count(); }
  data::Picture picture(std::int64_t i) const override {
    return whole_->picture(i);
  }
  std::int32_t label(std::int64_t) const override { return -1; }
  const std::vector<std::string>& classes() const override { return none_; }
  Shape picture_shape() const override { return {}; }
  std::string hash() const override { return whole_->hash(); }

 private:
  data::DatasetPointer whole_;
  std::vector<std::string> none_;
};

TEST(Training, LearnsATeacherWithoutLabels) {
  data::Splits splits = data::make_digits({.train = 320, .test = 32});
  splits.train = std::make_shared<Unlabelled>(splits.train);
  splits.validation = splits.test = std::make_shared<Unlabelled>(splits.test);
  recipe::Recipe recipe;
  recipe.distillation = alone(1);
  recipe.training.epochs = 5;
  recipe.training.learning_rate = 0.001;
  recipe.training.batch = 32;
  for (const bool detector : {false, true}) {
    const Options options{.norm = false, .detector = detector};
    Network teacher(small_network(options));
    graph::Graph start = small_network(options);
    for (graph::Node& node : start.nodes)
      if (node.name == "second")
        node.find("weight")->encoding = encoding::Dense{
            {8, 8, 3, 3}, encoding::share(std::vector<float>(576))};
    initialise(start, 99);
    Network student(start);
    const double before = loss_of(student, teacher, recipe.distillation);
    Methods methods;
    const TrainResult result = train(student, methods, splits, recipe,
                                     {.threads = 1, .teacher = &teacher});
    EXPECT_FALSE(result.validation_percent.has_value());
    EXPECT_LT(loss_of(student, teacher, recipe.distillation), 0.85 * before);
  }
}

TEST(Training, WithoutLabelsNeedsATeacherAlone) {
  data::Splits splits = data::make_digits({.train = 64, .test = 32});
  splits.train = std::make_shared<Unlabelled>(splits.train);
  recipe::Recipe recipe;
  recipe.training.batch = 32;
  Network network(small_network());
  Methods methods;
  EXPECT_THAT([&] { train(network, methods, splits, recipe, {}); },
              ThrowsMessage<Error>(HasSubstr("distillation.weight = 1")));
}

TEST(Accuracy, IsOfNetworksWithClassesOnLabelledPictures) {
  const data::Splits digits = data::make_digits({.train = 10, .test = 10});
  EXPECT_TRUE(has_accuracy(small_network(), *digits.test));
  EXPECT_FALSE(has_accuracy(small_network({.detector = true}), *digits.test));
  EXPECT_FALSE(has_accuracy(small_network(), Unlabelled(digits.test)));
}

}  // namespace
}  // namespace triad::train
