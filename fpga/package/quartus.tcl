# Never run by those who wrote it: no Quartus was at hand. Compilation, started in the folder above:
#   quartus_sh -t vendor/quartus.tcl "Cyclone V" 5CSEBA6U23I7
# Memories are found as mem/... from there, so keep the working folder.
package require ::quartus::project
package require ::quartus::flow
set family [lindex $quartus(args) 0]
set part [lindex $quartus(args) 1]
project_new -overwrite top
set_global_assignment -name FAMILY $family
set_global_assignment -name DEVICE $part
set_global_assignment -name TOP_LEVEL_ENTITY top
foreach file [glob rtl/*.v] { set_global_assignment -name VERILOG_FILE $file }
set_global_assignment -name SDC_FILE constraints/clock.sdc
execute_flow -compile
project_close
