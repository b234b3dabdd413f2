# Never run by those who wrote it: no Vivado was at hand. Synthesis and reports, started in the folder above:
#   vivado -mode batch -source vendor/vivado.tcl -tclargs xc7z020clg400-1
# Memories are found as mem/... from there, so keep the working folder.
set part [lindex $argv 0]
if {$part eq ""} { set part xc7z020clg400-1 }
read_verilog [glob rtl/*.v]
read_xdc constraints/clock.xdc
synth_design -top top -part $part -mode out_of_context
report_utilization -file report/vivado_utilization.txt
opt_design
place_design
route_design
report_timing_summary -file report/vivado_timing.txt
report_utilization -hierarchical -file report/vivado_utilization_routed.txt
