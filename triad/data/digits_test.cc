#include "triad/data/digits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "triad/base/error.h"
#include "triad/base/parallel.h"
#include "triad/base/random.h"
#include "triad/data/glyph.h"

namespace triad::data {
namespace {

constexpr int kInputs = 28 * 28;

// Softmax regression by stochastic gradient descent: the linear model to beat.
class LinearModel {
 public:
  void train(const Dataset& data, int epochs) {
    for (int epoch = 0; epoch < epochs; ++epoch) {
      const float rate = 0.05f * float(epochs - epoch) / float(epochs);
      for (const std::int64_t i :
           permutation(data.count(), 7, std::uint64_t(epoch)))
        step(input(data, i), data.label(i), rate);
    }
  }

  double accuracy(const Dataset& data) const {
    int right = 0;
    for (std::int64_t i = 0; i < data.count(); ++i) {
      const std::array<float, 10> score = scores(input(data, i));
      right += std::max_element(score.begin(), score.end()) - score.begin() ==
               data.label(i);
    }
    return double(right) / double(data.count());
  }

 private:
  using Input = std::array<float, kInputs>;

  static Input input(const Dataset& data, std::int64_t index) {
    Input x;
    for (int i = 0; i < kInputs; ++i)
      x[i] = float(data.pixels()[index * kInputs + i]) / 255.0f;
    return x;
  }

  std::array<float, 10> scores(const Input& x) const {
    std::array<float, 10> score = bias_;
    for (int k = 0; k < 10; ++k) {
      float sum = 0;
      for (int i = 0; i < kInputs; ++i) sum += weight_[k][i] * x[i];
      score[k] += sum;
    }
    return score;
  }

  void step(const Input& x, int label, float rate) {
    std::array<float, 10> p = scores(x);
    const float top = *std::max_element(p.begin(), p.end());
    float sum = 0;
    for (float& value : p) sum += value = std::exp(value - top);
    for (int k = 0; k < 10; ++k) {
      const float slope = rate * (p[k] / sum - float(k == label));
      for (int i = 0; i < kInputs; ++i) weight_[k][i] -= slope * x[i];
      bias_[k] -= slope;
    }
  }

  std::array<Input, 10> weight_ = {};
  std::array<float, 10> bias_ = {};
};

TEST(Digits, LinearModelStaysUnder95Percent) {
  const Splits splits = make_digits();
  LinearModel model;
  model.train(*splits.train, 15);
  const double accuracy = model.accuracy(*splits.test);
  RecordProperty("accuracy", std::to_string(accuracy));
  EXPECT_LT(accuracy, 0.95);
  EXPECT_GT(accuracy, 0.80);  // but it can be learned
}

TEST(Digits, AreTheSameAtAnyThreadCount) {
  const DigitsSettings settings{.train = 333, .test = 50, .seed = 4};
  const int threads = thread_count();
  set_thread_count(1);
  const std::string one = make_digits(settings).train->hash();
  set_thread_count(3);
  const std::string three = make_digits(settings).train->hash();
  set_thread_count(threads);
  EXPECT_EQ(one, three);
}

TEST(Digits, PictureDependsOnlyOnSeedAndIndex) {
  const Splits few = make_digits({.train = 20, .test = 10, .seed = 3});
  const Splits many = make_digits({.train = 150, .test = 10, .seed = 3});
  EXPECT_EQ(few.train->picture(19).pixels, many.train->picture(19).pixels);
  const Splits other = make_digits({.train = 20, .test = 10, .seed = 5});
  EXPECT_NE(few.train->hash(), other.train->hash());
  EXPECT_NE(few.train->picture(0).pixels, few.test->picture(0).pixels);
}

TEST(Digits, HaveEqualClassesAndVisibleInk) {
  const Splits splits = make_digits({.train = 200, .test = 0});
  std::array<int, 10> count = {};
  for (std::int64_t i = 0; i < 200; ++i) {
    ++count[splits.train->label(i)];
    const Picture picture = splits.train->picture(i);
    EXPECT_GT(std::count_if(picture.pixels.begin(), picture.pixels.end(),
                            [](int value) { return value > 110; }),
              12)
        << i;
  }
  EXPECT_THAT(count, testing::Each(20));
  EXPECT_EQ(splits.train->picture_shape(), (Shape{1, 28, 28}));
  EXPECT_EQ(splits.test->count(), 0);
}

TEST(Digits, RefuseANegativeCount) {
  EXPECT_THROW(make_digits({.train = -1}), Error);
}

TEST(Glyph, EveryDigitHasThreeWaysInTheUnitSquare) {
  for (int digit = 0; digit < 10; ++digit) {
    EXPECT_GE(glyphs_of(digit).size(), 3u);
    for (const Glyph& glyph : glyphs_of(digit))
      for (const Stroke& stroke : glyph) {
        EXPECT_GE(stroke.size(), 2u);
        for (const Point p : stroke) {
          EXPECT_TRUE(p.x >= 0 && p.x <= 1 && p.y >= 0 && p.y <= 1) << digit;
        }
      }
  }
}

TEST(Glyph, SmoothCurvePassesThroughItsPoints) {
  const Stroke points = {{0, 0}, {0.5, 1}, {1, 0}};
  const Stroke line = smooth(points, 4);
  ASSERT_EQ(line.size(), 9u);
  for (int i = 0; i < 3; ++i) {
    EXPECT_NEAR(line[4 * i].x, points[i].x, 1e-12);
    EXPECT_NEAR(line[4 * i].y, points[i].y, 1e-12);
  }
}

}  // namespace
}  // namespace triad::data
