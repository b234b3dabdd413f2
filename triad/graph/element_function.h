#pragma once
// The ops that are a function of each element on its own, Relu included: their
// one definition over real numbers.

#include "triad/graph/op.h"

namespace triad::graph {

bool is_element_function(const Op& op);

// f(x) of such an op, in double; NaN stays NaN. Any other op gives x.
double element_function(const Op& op, double x);

// Whether its lowered form is a table: all of them but Relu, which is a term.
bool has_table(const Op& op);

}  // namespace triad::graph
