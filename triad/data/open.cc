#include <algorithm>
#include <cstdlib>

#include "triad/base/error.h"
#include "triad/base/random.h"
#include "triad/data/cifar.h"
#include "triad/data/dataset.h"
#include "triad/data/digits.h"
#include "triad/data/idx.h"
#include "triad/data/image_folder.h"

namespace triad::data {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kSplitStream = 0x73706c6974;

// How a folder on the disk is recognised and read.
struct Reader {
  bool (*recognises)(const fs::path&);
  Splits (*read)(const fs::path&);
};

bool is_cifar10(const fs::path& f) { return is_cifar_folder(f, Cifar::k10); }
bool is_cifar100(const fs::path& f) { return is_cifar_folder(f, Cifar::k100); }
Splits read_cifar10(const fs::path& f) {
  return read_cifar_folder(f, Cifar::k10);
}
Splits read_cifar100(const fs::path& f) {
  return read_cifar_folder(f, Cifar::k100);
}

constexpr Reader kIdx = {is_idx_folder, read_idx_folder};
constexpr Reader kCifar10 = {is_cifar10, read_cifar10};
constexpr Reader kCifar100 = {is_cifar100, read_cifar100};
constexpr Reader kImages = {is_image_folder, read_image_folder};

struct NamedSet {
  std::string_view name;
  Reader reader;
  std::vector<std::string_view> folders;  // within the data folder, ours first
  std::string_view source;
};

const std::vector<NamedSet>& named_sets() {
  static const std::vector<NamedSet> kSets = {
      {"mnist", kIdx, {"mnist", "MNIST/raw", ""}, "MNIST, four idx files"},
      {"cifar10",
       kCifar10,
       {"cifar-10", "cifar-10-batches-bin", ""},
       "CIFAR-10 binary version, cifar-10-binary.tar.gz"},
      {"cifar100",
       kCifar100,
       {"cifar-100", "cifar-100-binary", ""},
       "CIFAR-100 binary version, cifar-100-binary.tar.gz"}};
  return kSets;
}

fs::path data_root(const OpenSettings& settings) {
  if (!settings.root.empty()) return settings.root;
  const char* variable = std::getenv("TRIAD_DATA");
  return variable ? variable : "";
}

Splits read_named(const NamedSet& set, const OpenSettings& settings) {
  const fs::path root = data_root(settings);
  require(!root.empty(),
          "{}: no data folder: put {} into a folder {}/ and set TRIAD_DATA to "
          "the folder above it (\"digits\" needs no data)",
          set.name, set.source, set.folders.front());
  std::string looked;
  for (const std::string_view folder : set.folders) {
    const fs::path path = folder.empty() ? root : root / folder;
    if (set.reader.recognises(path)) return set.reader.read(path);
    looked += (looked.empty() ? "" : ", ") + path.string();
  }
  fail(
      "{}: not found in {}: put {} there or set TRIAD_DATA to the folder that "
      "holds {}/ (\"digits\" needs no data)",
      set.name, looked, set.source, set.folders.front());
}

Splits read_path(const fs::path& path, bool needs_labels) {
  Splits splits;
  for (const Reader& reader : {kIdx, kCifar10, kCifar100, kImages})
    if (!splits.train && !splits.test && reader.recognises(path))
      splits = reader.read(path);
  if (!splits.train && !needs_labels && is_picture_folder(path))
    return read_picture_folder(path);
  require(splits.train || splits.test,
          "{}: expected idx files, CIFAR .bin files, class sub-folders or "
          "labels.tsv (pictures alone do for label-free training: "
          "distillation.weight = 1)",
          path.string());
  return splits;
}

Splits read(const std::string& name, const OpenSettings& settings) {
  if (name == "digits") return make_digits();
  for (const NamedSet& set : named_sets())
    if (set.name == name) return read_named(set, settings);
  require(fs::is_directory(name),
          "data \"{}\": expected digits, mnist, cifar10, cifar100 or a folder",
          name);
  return read_path(name, settings.needs_labels);
}

}  // namespace

Splits open(const std::string& name, const OpenSettings& settings) {
  const double share = settings.validation_share;
  require(share >= 0 && share < 1,
          "data \"{}\": expected a validation share in [0, 1), got {}", name,
          share);
  Splits splits = read(name, settings);
  // Missing parts become empty sets that know their classes and size.
  if (!splits.train) splits.train = subset(splits.test, {});
  const std::int64_t count = splits.train->count();
  const auto held = splits.validation ? 0 : std::int64_t(double(count) * share);
  const std::vector<std::int64_t> order =
      permutation(count, settings.seed, kSplitStream);
  if (!splits.validation)
    splits.validation =
        subset(splits.train, {order.begin(), order.begin() + held});
  splits.train = subset(splits.train, {order.begin() + held, order.end()});
  return splits;
}

}  // namespace triad::data
