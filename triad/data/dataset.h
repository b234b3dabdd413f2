#pragma once
// Pictures, labelled or not. A data set never changes once opened; views
// (split, first n) share it.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "triad/base/shape.h"

namespace triad::data {

// One decoded picture, planes in order: pixels [C, H, W].
struct Picture {
  Shape shape;
  std::vector<std::uint8_t> pixels;
};

class Dataset {
 public:
  virtual ~Dataset() = default;
  virtual std::int64_t count() const = 0;
  virtual Picture picture(
      std::int64_t index) const = 0;  // own size; thread-safe
  // -1 where the set has no labels; it has no classes then.
  virtual std::int32_t label(std::int64_t index) const = 0;
  virtual const std::vector<std::string>& classes() const = 0;
  // [C, H, W] where all pictures have one size, else empty (image folders).
  virtual Shape picture_shape() const = 0;
  // All pixels [N, C, H, W] where the set lies in memory, else empty.
  virtual std::span<const std::uint8_t> pixels() const { return {}; }
  // SHA-256 over pixels and labels (folders: over names, sizes and labels), for
  // provenance.
  virtual std::string hash() const = 0;
};

using DatasetPointer = std::shared_ptr<const Dataset>;

// Training pictures (shuffled by the seed, so that the first n are a fair
// sample), pictures to choose by, and pictures that never choose anything. From
// open() none is null; it may be empty.
struct Splits {
  DatasetPointer train, validation, test;
};

struct OpenSettings {
  std::filesystem::path root;     // the data folder; empty: $TRIAD_DATA
  double validation_share = 0.1;  // of the training pictures, in [0, 1)
  std::uint64_t seed = 1;  // of the split; generated data are always the same
  // Whether training needs labels. If not, the pictures that lie in a folder
  // itself will do where it has no other training pictures.
  bool needs_labels = true;
};

// Opens by name: "digits" (generated), "mnist", "cifar10", "cifar100", or a
// path: an image folder (one sub-folder per class; train/ and val/ or test/
// where they exist; or pictures alone) or an idx or CIFAR folder. Throws Error
// that says where it looked and how to get the data.
Splits open(const std::string& name, const OpenSettings& settings = {});

// The pictures of `whole` at `indices`, in that order: copied where they lie in
// memory, else a view that shares `whole`. Throws Error if an index is out of
// range.
DatasetPointer subset(DatasetPointer whole, std::vector<std::int64_t> indices);

}  // namespace triad::data
