// Entry of the program. The SystemC kernel needs to be entered through sc_main; what happens is cli.cpp.
#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <systemc>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "sim/commands/cli.h"
#include "sim/host/exit_code.h"
#include "sim/host/interruption.h"

int sc_main(int argc, char** argv) { return mmasim::sim::run_command_line(argc, argv); }

// Large blocks come and go with every step of a run: their pages are kept, as new ones are dear.
static void keep_freed_pages() {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
#endif
}

// A file opened later must not become what is printed to: a stream that is closed stays one that refuses.
static void keep_closed_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(stream, F_GETFD) < 0 && open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0)
      std::exit(mmasim::sim::kUserMistake);
  }
}

int main(int argc, char** argv) {
  keep_closed_streams();
  keep_freed_pages();
  setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 1);
  mmasim::sim::install_interruption();
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is told as one that cannot be written
  return sc_core::sc_elab_and_sim(argc, argv);
}
