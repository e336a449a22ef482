// Carries an exception out of a SystemC process, which the kernel would turn into a report: the process
// pauses the simulation, and whoever called sc_start() throws it again.
#pragma once

#include <exception>
#include <utility>

#include "models/kit/systemc.h"

namespace mmasim::models {

class Failure {
 public:
  template <class Work>
  void guard(Work&& work) {
    try {
      std::forward<Work>(work)();
    } catch (const sc_core::sc_unwind_exception&) {
      throw;  // the kernel's own: it ends a process
    } catch (const std::exception&) {
      if (!error_) error_ = std::current_exception();
      sc_core::sc_pause();  // sc_stop() would print
    }
  }
  void rethrow() const {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  std::exception_ptr error_;
};

}  // namespace mmasim::models
