// Entry of a test executable whose cases may elaborate SystemC: doctest runs inside sc_main.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cstdlib>
#include <systemc>

int sc_main(int argc, char** argv) { return doctest::Context(argc, argv).run(); }

int main(int argc, char** argv) {
  setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 1);
  return sc_core::sc_elab_and_sim(argc, argv);
}
