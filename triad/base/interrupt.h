#pragma once
// Ctrl-C as a flag, so that long work stops at a safe place and leaves a
// resumable run.

namespace triad {

// From now on the first SIGINT or SIGTERM sets the flag of interrupted(); a
// second one ends the process as usual. Waiting system calls are restarted.
// Throws Error if the system refuses.
void install_interrupt_handler();

// True once a SIGINT or SIGTERM has come. Safe and cheap from any thread.
bool interrupted();

}  // namespace triad
