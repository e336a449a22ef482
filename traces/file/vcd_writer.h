// trace.vcd: what each unit does at each moment, as signals for GTKWave: a scope per core with wires that are
// 1 while a unit is busy, numbers of the layer and of transfers per channel, the cause of a wait as text, and
// rates as reals.
#pragma once

#include <memory>

#include "traces/file/text_file.h"
#include "traces/file/writer.h"

namespace mmasim::traces {

// limit_bytes: most bytes of the file's text; 0: any number. channels: of each core's DMA engine.
std::unique_ptr<Writer> make_vcd_writer(std::unique_ptr<TextFile> file, const RunFacts& facts,
                                        uint32_t channels, uint64_t limit_bytes);

}  // namespace mmasim::traces
