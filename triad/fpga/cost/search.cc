#include "triad/fpga/cost/search.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "triad/base/error.h"
#include "triad/fpga/fold.h"

namespace triad::fpga {
namespace {

std::string excess(const std::vector<Use>& uses) {
  std::string text;
  for (const Use& use : uses) {
    if (use.share() <= 1) continue;
    const double used = std::ceil(use.used);
    text += fmt::format("{}{:.0f} {} needed, {} there: {:.0f} too many",
                        text.empty() ? "" : "; ", used, use.resource,
                        use.available, used - double(use.available));
  }
  return text;
}

bool fits(const Price& price) { return tightest(price.uses).share() <= 1; }

class Search {
 public:
  Search(const Workload& workload, const Part& part, double clock_mhz,
         const Constants& constants)
      : workload_(workload),
        part_(part),
        clock_mhz_(clock_mhz),
        constants_(constants) {}

  Price at(std::int64_t interval) const {
    return price(make_plan(workload_, fold(workload_, interval)), part_,
                 clock_mhz_, constants_);
  }

  // With the cycles that pictures really take.
  Price timed(std::int64_t interval) const {
    Price result = at(interval);
    result.times = time_pictures(result.plan, kTimedPictures);
    return result;
  }

 private:
  const Workload& workload_;
  const Part& part_;
  double clock_mhz_;
  const Constants& constants_;
};

}  // namespace

void require_fit(const Part& part, const std::vector<Use>& uses) {
  require(tightest(uses).share() <= 1,
          "fpga: {}: {} (by the closed forms); take more cycles a picture, "
          "--style array or a larger part",
          part.name, excess(uses));
}

Price search_budget(const Workload& workload, const Part& part,
                    double clock_mhz, const Constants& constants) {
  const Search search(workload, part, clock_mhz, constants);
  const std::int64_t longest = longest_interval(workload);
  Price best = search.at(longest);
  const Price slowest = best;
  if (tightest(slowest.uses).share() > 2) require_fit(part, slowest.uses);
  // Intervals are tried on a scale of 5 %: finer steps change no folding. Not
  // all uses fall with the interval, block RAMs come and go: a few foldings are
  // tried before it is said that none fits.
  constexpr int kTried = 24;
  const double low = std::log(double(least_interval(workload).cycles));
  const double high = std::log(double(longest));
  const int steps = std::max(1, int(std::ceil((high - low) / 0.05)));
  const auto interval = [&](int step) {
    return std::int64_t(std::ceil(std::exp(low + (high - low) * step / steps)));
  };
  int slow = steps;
  while (!fits(best) && slow > std::max(0, steps - kTried))
    best = search.at(interval(--slow));
  if (!fits(best)) require_fit(part, slowest.uses);
  int fast = -1;  // the slow one fits
  while (slow - fast > 1) {
    const int middle = fast + (slow - fast) / 2;
    Price candidate = search.at(interval(middle));
    if (fits(candidate)) {
      slow = middle;
      best = std::move(candidate);
    } else {
      fast = middle;
    }
  }
  best.times = time_pictures(best.plan, kTimedPictures);
  // Where stages hold each other up, slower ones do as well.
  Price smaller = search.timed(best.interval());
  return fits(smaller) && smaller.interval() <= best.interval() &&
                 tightest(smaller.uses).share() < tightest(best.uses).share()
             ? smaller
             : best;
}

Price search_rate(const Workload& workload, const Part& part, double clock_mhz,
                  double pictures_per_second, const Constants& constants) {
  require(pictures_per_second > 0,
          "fpga: expected a rate above 0 pictures/s, got {}",
          pictures_per_second);
  const auto interval = std::int64_t(clock_mhz * 1e6 / pictures_per_second);
  const Search search(workload, part, clock_mhz, constants);
  // The slowest stage is a bound: where stages hold each other up, it has to be
  // as much faster as pictures come late.
  const LeastInterval least = least_interval(workload);
  std::int64_t asked = std::max(interval, least.cycles);
  Price result = search.timed(asked);
  while (result.interval() > interval && asked > least.cycles) {
    asked = std::max(asked * interval / result.interval(), least.cycles);
    result = search.timed(asked);
  }
  require(result.interval() <= interval,
          "fpga: {}: expected at most {:.0f} pictures/s at {} MHz, those of "
          "the fastest folding ({} cycles each), got {}",
          workload.name, std::floor(result.rate()), clock_mhz,
          result.interval(), pictures_per_second);
  require_fit(part, result.uses);
  return result;
}

}  // namespace triad::fpga
