#pragma once
// Folders of JPEG and PNG files. Pictures are decoded when asked for, as [3, H,
// W].

#include <filesystem>

#include "triad/data/dataset.h"

namespace triad::data {

// True if the folder has sub-folders or a labels.tsv.
bool is_image_folder(const std::filesystem::path& folder);

// One sub-folder per class, in the order of their names; files in the order of
// theirs. `classes` empty: the names of the sub-folders; else sub-folders must
// be among them. Throws Error naming the folder if it holds no pictures or an
// unknown class.
DatasetPointer read_class_folder(const std::filesystem::path& folder,
                                 std::vector<std::string> classes = {});

// Files named in labels.tsv, a table whose columns include "index" (the label),
// "file" and "name" (of the class). Throws Error naming the line that is bad or
// the file that is missing.
DatasetPointer read_labelled_folder(const std::filesystem::path& folder);

// Whether pictures lie in the folder itself.
bool is_picture_folder(const std::filesystem::path& folder);

// The pictures in the folder itself, in the order of their names, without
// labels; every tenth is in the test set. Throws Error naming the folder if it
// holds none.
Splits read_picture_folder(const std::filesystem::path& folder);

// train/, val/ and test/ where they exist: without test/, val/ is the test set
// (as ImageNet's is); a folder without train/ but with class sub-folders gives
// every tenth picture to the test set; one with labels.tsv is a test set alone.
// Missing parts stay empty pointers.
Splits read_image_folder(const std::filesystem::path& folder);

}  // namespace triad::data
