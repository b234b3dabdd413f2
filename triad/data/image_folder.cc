#include "triad/data/image_folder.h"

#include <algorithm>
#include <charconv>
#include <sstream>

#include "triad/base/error.h"
#include "triad/base/file.h"
#include "triad/base/sha256.h"
#include "triad/data/picture_file.h"

namespace triad::data {
namespace {

namespace fs = std::filesystem;

constexpr int kMaximumLabel = 999999;

struct Entry {
  fs::path path;
  std::int32_t label = 0;
};

class ImageFolder final : public Dataset {
 public:
  ImageFolder(std::vector<Entry> entries, std::vector<std::string> classes)
      : entries_(std::move(entries)), classes_(std::move(classes)) {}

  std::int64_t count() const override { return std::int64_t(entries_.size()); }
  Picture picture(std::int64_t index) const override {
    return read_picture(entries_[std::size_t(index)].path);
  }
  std::int32_t label(std::int64_t index) const override {
    return entries_[std::size_t(index)].label;
  }
  const std::vector<std::string>& classes() const override { return classes_; }
  Shape picture_shape() const override { return {}; }
  std::string hash() const override {
    Sha256 hash;
    for (const Entry& entry : entries_)
      hash.update(fmt::format("{} {} {}\n", entry.path.filename().string(),
                              fs::file_size(entry.path), entry.label));
    return hash.hex();
  }

 private:
  std::vector<Entry> entries_;
  std::vector<std::string> classes_;
};

bool is_picture_name(const fs::path& path) {
  std::string end = path.extension().string();
  for (char& c : end) c = char(std::tolower(static_cast<unsigned char>(c)));
  return end == ".jpeg" || end == ".jpg" || end == ".png";
}

// Names in a folder that fit, sorted; hidden ones left out.
template <typename Fits>
std::vector<fs::path> list(const fs::path& folder, Fits fits) {
  std::error_code error;
  std::vector<fs::path> paths;
  for (const auto& item : fs::directory_iterator(folder, error))
    if (item.path().filename().string().front() != '.' && fits(item))
      paths.push_back(item.path());
  require(!error, "{}: cannot list: {}", folder.string(), error.message());
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::vector<fs::path> sub_folders(const fs::path& folder) {
  return list(folder, [](const auto& item) { return item.is_directory(); });
}

std::vector<fs::path> picture_files(const fs::path& folder) {
  return list(folder, [](const auto& item) {
    return item.is_regular_file() && is_picture_name(item.path());
  });
}

std::vector<std::string> split_tabs(const std::string& line) {
  std::vector<std::string> cells;
  std::istringstream text(line);
  for (std::string cell; std::getline(text, cell, '\t');) cells.push_back(cell);
  if (!cells.empty() && cells.back().ends_with('\r')) cells.back().pop_back();
  return cells;
}

// Columns of labels.tsv, found by the names in its first line; a name's last
// column wins, since ImageNet's table has "name" for the file and for the
// class.
struct Columns {
  std::size_t index, file, name;
};

Columns find_columns(const std::string& line, const fs::path& path) {
  const std::vector<std::string> cells = split_tabs(line);
  const auto find = [&](std::string_view wanted) {
    const auto at = std::find(cells.rbegin(), cells.rend(), wanted);
    require(at != cells.rend(), "{}: expected a column \"{}\" in line 1",
            path.string(), wanted);
    return std::size_t(cells.rend() - at) - 1;
  };
  return {find("index"), find("file"), find("name")};
}

std::int32_t parse_label(const std::string& text, const std::string& where) {
  std::int32_t label = -1;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), label);
  require(error == std::errc() && end == text.data() + text.size() &&
              label >= 0 && label <= kMaximumLabel,
          "{}: expected an index of 0 to {}, got \"{}\"", where, kMaximumLabel,
          text);
  return label;
}

Splits hold_out_tenth(const DatasetPointer& all) {
  std::vector<std::int64_t> train, test;
  for (std::int64_t i = 0; i < all->count(); ++i)
    (i % 10 == 9 ? test : train).push_back(i);
  return {subset(all, train), nullptr, subset(all, test)};
}

}  // namespace

bool is_image_folder(const fs::path& folder) {
  return fs::exists(folder / "labels.tsv") || !sub_folders(folder).empty();
}

DatasetPointer read_class_folder(const fs::path& folder,
                                 std::vector<std::string> classes) {
  const std::vector<fs::path> folders = sub_folders(folder);
  if (classes.empty())
    for (const fs::path& path : folders)
      classes.push_back(path.filename().string());
  std::vector<Entry> entries;
  for (const fs::path& path : folders) {
    const auto at =
        std::find(classes.begin(), classes.end(), path.filename().string());
    require(at != classes.end(), "{}: a class that train/ does not have",
            path.string());
    const auto label = std::int32_t(at - classes.begin());
    for (fs::path& file : picture_files(path))
      entries.push_back({std::move(file), label});
  }
  require(!entries.empty(),
          "{}: expected sub-folders, one per class, with .jpg or .png files",
          folder.string());
  return std::make_shared<ImageFolder>(std::move(entries), std::move(classes));
}

DatasetPointer read_labelled_folder(const fs::path& folder) {
  const fs::path path = folder / "labels.tsv";
  std::istringstream text(read_text(path));
  std::string line;
  std::getline(text, line);
  const Columns columns = find_columns(line, path);
  std::vector<Entry> entries;
  std::vector<std::string> classes;
  for (int number = 2; std::getline(text, line); ++number) {
    const std::string where = fmt::format("{}, line {}", path.string(), number);
    const std::vector<std::string> cells = split_tabs(line);
    require(
        cells.size() > std::max({columns.index, columns.file, columns.name}),
        "{}: expected as many columns as line 1", where);
    const fs::path file = cells[columns.file];
    require(!file.has_parent_path() && fs::exists(folder / file),
            "{}: expected a file of this folder, got \"{}\"", where,
            file.string());
    const std::int32_t label = parse_label(cells[columns.index], where);
    if (classes.size() <= std::size_t(label)) classes.resize(label + 1);
    classes[label] = cells[columns.name];
    entries.push_back({folder / file, label});
  }
  require(!entries.empty(), "{}: expected at least one picture", path.string());
  return std::make_shared<ImageFolder>(std::move(entries), std::move(classes));
}

bool is_picture_folder(const fs::path& folder) {
  return !picture_files(folder).empty();
}

Splits read_picture_folder(const fs::path& folder) {
  std::vector<Entry> entries;
  for (fs::path& file : picture_files(folder))
    entries.push_back({std::move(file), -1});
  require(!entries.empty(), "{}: expected .jpg or .png files", folder.string());
  return hold_out_tenth(std::make_shared<ImageFolder>(
      std::move(entries), std::vector<std::string>{}));
}

Splits read_image_folder(const fs::path& folder) {
  if (fs::exists(folder / "labels.tsv"))
    return {nullptr, nullptr, read_labelled_folder(folder)};
  const bool has_train = fs::exists(folder / "train");
  const bool has_val = fs::exists(folder / "val");
  const bool has_test = fs::exists(folder / "test");
  if (!has_train && !has_val && !has_test)
    return hold_out_tenth(read_class_folder(folder));

  Splits splits;
  std::vector<std::string> classes;
  if (has_train) {
    splits.train = read_class_folder(folder / "train");
    classes = splits.train->classes();
  }
  if (has_val) splits.validation = read_class_folder(folder / "val", classes);
  if (has_test) splits.test = read_class_folder(folder / "test", classes);
  if (!has_test) std::swap(splits.test, splits.validation);
  return splits;
}

}  // namespace triad::data
