// Entry of the program. The SystemC kernel needs to be entered through sc_main; what happens is cli.cpp.
#include <unistd.h>
#include <csignal>
#include <cstdlib>
#include <systemc>

#include "sim/cli.h"

int sc_main(int argc, char** argv) { return mmasim::sim::run_command_line(argc, argv); }

int main(int argc, char** argv) {
  setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 1);
  std::signal(SIGINT, [](int) { _exit(mmasim::sim::kInterrupted); });
  std::signal(SIGPIPE, SIG_IGN);
  return sc_core::sc_elab_and_sim(argc, argv);
}
