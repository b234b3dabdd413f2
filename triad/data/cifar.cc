#include "triad/data/cifar.h"

#include <sstream>

#include "triad/base/error.h"
#include "triad/base/file.h"
#include "triad/data/memory_dataset.h"

namespace triad::data {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPixels = 3 * 32 * 32;

struct Layout {
  std::size_t label_bytes;
  int classes;
  const char* names_file;
  std::vector<const char*> train_files;
  const char* test_file;
};

const Layout& layout_of(Cifar kind) {
  static const Layout kTen = {
      1,
      10,
      "batches.meta.txt",
      {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin",
       "data_batch_4.bin", "data_batch_5.bin"},
      "test_batch.bin"};
  static const Layout kHundred = {
      2, 100, "fine_label_names.txt", {"train.bin"}, "test.bin"};
  return kind == Cifar::k10 ? kTen : kHundred;
}

struct Records {
  std::vector<std::uint8_t> pixels;
  std::vector<std::int32_t> labels;
};

void append_records(std::span<const std::byte> bytes, const Layout& layout,
                    std::string_view origin, Records& records) {
  const std::size_t record = layout.label_bytes + kPixels;
  require(!bytes.empty() && bytes.size() % record == 0,
          "{}: expected whole records of {} bytes, got {} bytes; copy or "
          "download the file again",
          origin, record, bytes.size());
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  for (std::size_t start = 0; start < bytes.size(); start += record) {
    const int label = data[start + layout.label_bytes - 1];
    require(label < layout.classes,
            "{}: record {} has label {}, expected 0 to {}", origin,
            start / record, label, layout.classes - 1);
    records.labels.push_back(label);
    const auto* first = data + start + layout.label_bytes;
    records.pixels.insert(records.pixels.end(), first, first + kPixels);
  }
}

DatasetPointer make_dataset(Records records, std::vector<std::string> classes) {
  return std::make_shared<MemoryDataset>(
      Shape{3, 32, 32}, std::move(records.pixels), std::move(records.labels),
      std::move(classes));
}

std::vector<std::string> read_classes(const fs::path& folder,
                                      const Layout& layout) {
  if (!fs::exists(folder / layout.names_file))
    return numbered_classes(layout.classes);
  std::istringstream text(read_text(folder / layout.names_file));
  std::vector<std::string> names;
  for (std::string name; text >> name;) names.push_back(name);
  require(int(names.size()) == layout.classes,
          "{}: expected {} class names, got {}",
          (folder / layout.names_file).string(), layout.classes, names.size());
  return names;
}

DatasetPointer read_files(const fs::path& folder, const Layout& layout,
                          const std::vector<const char*>& files) {
  Records records;
  for (const char* file : files) {
    const fs::path path = folder / file;
    require(fs::exists(path), "{}: expected the file {}", folder.string(),
            file);
    if (records.pixels.empty())
      records.pixels.reserve(files.size() * fs::file_size(path));
    append_records(read_file(path), layout, path.string(), records);
  }
  return make_dataset(std::move(records), read_classes(folder, layout));
}

}  // namespace

bool is_cifar_folder(const fs::path& folder, Cifar kind) {
  return fs::exists(folder / layout_of(kind).test_file);
}

DatasetPointer parse_cifar(std::span<const std::byte> bytes, Cifar kind,
                           std::vector<std::string> classes,
                           std::string_view origin) {
  Records records;
  append_records(bytes, layout_of(kind), origin, records);
  return make_dataset(std::move(records), std::move(classes));
}

Splits read_cifar_folder(const fs::path& folder, Cifar kind) {
  const Layout& layout = layout_of(kind);
  return {read_files(folder, layout, layout.train_files), nullptr,
          read_files(folder, layout, {layout.test_file})};
}

}  // namespace triad::data
