#pragma once
// Ops of a graph to and from the union of tables in triad.fbs: the only place
// that knows both.

#include <flatbuffers/flatbuffers.h>

#include <cstdint>

#include "triad/graph/op.h"

namespace triad::format {

namespace fbs {
enum class Op : std::uint8_t;
}

struct StoredOp {
  fbs::Op type;
  flatbuffers::Offset<void> table;
};

// Throws Error for an attribute that is no 32-bit integer.
StoredOp write_op(flatbuffers::FlatBufferBuilder& builder, const graph::Op& op);

// The first version of the format that has the op.
int first_version(fbs::Op type);

// `table` is null or verified as of `type`. Attributes may be out of range:
// graph::infer_shape says. Throws Error for a type this version does not know,
// and for null.
graph::Op read_op(fbs::Op type, const void* table);

// For 64-bit numbers that a file holds in 32. Throws Error if they do not fit.
std::int32_t to_file_integer(std::int64_t value);

}  // namespace triad::format
