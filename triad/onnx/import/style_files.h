#pragma once
// Small networks as the usual exporters write them.

#include "triad/onnx/import/joined_files.h"
#include "triad/onnx/import/keras_files.h"
#include "triad/onnx/import/other_files.h"
#include "triad/onnx/import/quantised_files.h"
#include "triad/onnx/import/torch_files.h"
