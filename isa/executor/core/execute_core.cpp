// Sends a core instruction to its fast form.
#include "isa/executor/core/execute_core.h"

#include <stdexcept>
#include <string>
#include <type_traits>
#include <variant>

#include "isa/executor/core/dsp.h"
#include "isa/executor/core/mma.h"
#include "isa/executor/core/registers.h"

namespace mmasim::isa {
namespace {

template <class T>
constexpr bool runs_on_core =
    !std::is_same_v<T, CtlLayer> && !std::is_same_v<T, CtlEnd> && !std::is_same_v<T, SyncWait> &&
    !std::is_same_v<T, SyncSignal> && !std::is_same_v<T, DmaWait> && !std::is_same_v<T, DmaCopy> &&
    !std::is_same_v<T, DmaFill>;

}  // namespace

void execute_core(const Instruction& instruction, CoreState& state, const MemoryView& memory) {
  std::visit(
      [&](const auto& i) {
        using T = std::decay_t<decltype(i)>;
        CoreState::Registers& registers = state.registers();
        if constexpr (kRunsOnDsp<T>)
          execute(i, registers.dsp_stage, registers, memory);
        else if constexpr (runs_on_core<T>)
          execute(i, registers, memory);
        else
          throw std::logic_error(std::string("execute_core: ") + T::mnemonic + " is not the core's");
      },
      instruction);
}

}  // namespace mmasim::isa
