#pragma once
// What triad cost prints.

#include "triad/fpga/cost/array_price.h"
#include "triad/fpga/cost/break_even.h"
#include "triad/fpga/cost/search.h"

namespace triad::tools {

void print_price(const fpga::Price& price, const fpga::Constants& constants);
void print_price_json(const fpga::Price& price,
                      const fpga::Constants& constants);

void print_price(const fpga::ArrayPrice& price,
                 const fpga::Constants& constants);
void print_price_json(const fpga::ArrayPrice& price,
                      const fpga::Constants& constants);

// The styles that were measured, against dense ones.
void print_styles(const fpga::Part& part, int pes, bool as_json);
// Each layer and style: does pruning this layer pay at all?
void print_break_even(const fpga::Workload& workload, const fpga::Part& part,
                      int pes, bool as_json);

void print_advice(const fpga::Price& price, bool as_json);

}  // namespace triad::tools
