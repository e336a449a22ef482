// Sends an instruction to its definition.
#include "isa/semantics/semantics.h"

#include <stdexcept>
#include <string>
#include <type_traits>
#include <variant>

namespace mmasim::isa::semantics {
namespace {

template <class T>
constexpr bool kIsDma = std::is_same_v<T, DmaCopy> || std::is_same_v<T, DmaFill>;
template <class T>
constexpr bool kIsControl =
    std::is_same_v<T, CtlLayer> || std::is_same_v<T, CtlEnd> || std::is_same_v<T, SyncWait> ||
    std::is_same_v<T, SyncSignal> || std::is_same_v<T, DmaWait>;

}  // namespace

void execute(const Instruction& instruction, Registers& registers, const MemoryView& memory) {
  std::visit(
      [&](const auto& i) {
        using T = std::decay_t<decltype(i)>;
        if constexpr (kIsControl<T>)
          throw std::logic_error(std::string(T::mnemonic) + " does nothing to registers and memory");
        else if constexpr (kIsDma<T>)
          execute(i, memory);
        else
          execute(i, registers, memory);
      },
      instruction);
}

}  // namespace mmasim::isa::semantics
