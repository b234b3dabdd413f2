#pragma once
// CIFAR-10 and CIFAR-100, binary version: records of one label byte (CIFAR-100:
// coarse, then fine) and 3,072 bytes, planes R, G, B of 32 x 32. Source:
// https://www.cs.toronto.edu/~kriz/cifar.html.

#include <filesystem>
#include <span>
#include <string_view>

#include "triad/data/dataset.h"

namespace triad::data {

enum class Cifar { k10, k100 };  // CIFAR-100 is read with its fine labels

// True if the folder holds the test file of that set.
bool is_cifar_folder(const std::filesystem::path& folder, Cifar kind);

// `bytes` is one whole file. Throws Error naming `origin` unless it is one or
// more whole records with labels in range. `classes` has 10 or 100 names.
DatasetPointer parse_cifar(std::span<const std::byte> bytes, Cifar kind,
                           std::vector<std::string> classes,
                           std::string_view origin);

// train and test; validation stays empty. CIFAR-10: data_batch_1.bin .. 5,
// test_batch.bin, batches.meta.txt; CIFAR-100: train.bin, test.bin,
// fine_label_names.txt. Classes are numbered where the names are missing.
// Throws Error naming the file that is missing or bad.
Splits read_cifar_folder(const std::filesystem::path& folder, Cifar kind);

}  // namespace triad::data
