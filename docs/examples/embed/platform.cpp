// A SystemC platform around the SoC of mmasim: a camera that writes frames into the same DDR that a network
// runs from, over the SoC's own interconnect, and so slows it down.
//
//   mmasim compile NETWORK.onnx -o PROGRAM.mma
//   embed PROGRAM.mma CAMERA_MEGABYTES_PER_SECOND
#include <tlm_utils/simple_initiator_socket.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

#include "isa/program/program_file.h"
#include "models/soc.h"

using namespace mmasim;

// Writes lines of a frame round and round, as fast as asked or as the DDR takes them.
class Camera : public sc_core::sc_module {
 public:
  tlm_utils::simple_initiator_socket<Camera> ddr{"ddr"};

  SC_HAS_PROCESS(Camera);
  Camera(sc_core::sc_module_name name, const models::Soc& soc, uint64_t frame_offset, double bytes_per_second)
      : sc_module(name),
        soc_(soc),
        frame_offset_(frame_offset),
        line_period_(kLineBytes / bytes_per_second, sc_core::SC_SEC),
        line_(kLineBytes) {
    SC_THREAD(capture);
  }

  static constexpr uint64_t kLines = 480, kLineBytes = 1280, kFrameBytes = kLines * kLineBytes;

  uint64_t written_bytes() const { return written_bytes_; }

 private:
  void capture() {
    sc_core::sc_time due;
    for (uint64_t line = 0; !soc_.ended(); line = (line + 1) % kLines) {
      write(frame_offset_ + line * kLineBytes);
      due += line_period_;
      if (due > sc_core::sc_time_stamp()) wait(due - sc_core::sc_time_stamp());
    }
  }

  void write(uint64_t offset) {
    tlm::tlm_generic_payload payload;
    payload.set_command(tlm::TLM_WRITE_COMMAND);
    payload.set_address(isa::Address::in(isa::Space::ddr, offset).raw);
    payload.set_data_ptr(line_.data());
    payload.set_data_length(kLineBytes);
    payload.set_streaming_width(kLineBytes);
    sc_core::sc_time delay;
    ddr->b_transport(payload, delay);
    wait(delay);
    if (payload.is_response_error()) SC_REPORT_FATAL("camera", payload.get_response_string().c_str());
    written_bytes_ += kLineBytes;
  }

  const models::Soc& soc_;
  const uint64_t frame_offset_;
  const sc_core::sc_time line_period_;
  std::vector<uint8_t> line_;
  uint64_t written_bytes_ = 0;
};

int run(const char* program_file, double camera_megabytes_per_second) {
  const isa::Program program = isa::load_program(program_file);
  isa::verify_program(program);
  models::SocConfig config;  // the TDA4VM's values; sim/config/config.h reads them from YAML
  if (program.machine.name != config.machine.name) {
    throw std::invalid_argument(std::string(program_file) + ": compiled for " + program.machine.name +
                                ", and this platform has a " + config.machine.name);
  }
  config.machine = program.machine;

  const uint64_t frame_offset = program.ddr_bytes_used;
  isa::OwnedMemory memory(program.machine, frame_offset + Camera::kFrameBytes);
  const isa::MemoryView view = memory.view();
  std::copy(program.constants.begin(), program.constants.end(), view.base[static_cast<int>(isa::Space::ddr)]);
  // The network's input would be written to program.inputs[0].address; here it is black.

  models::Soc soc("soc", config, program, &view);
  Camera camera("camera", soc, frame_offset, camera_megabytes_per_second * 1e6);
  camera.ddr.bind(soc.initiators());
  sc_core::sc_start();
  const models::Activity activity = soc.finish();

  const double seconds = static_cast<double>(activity.total_cycles) / (config.core_clock_mhz * 1e6);
  std::printf("%s: %llu cycles; the camera wrote %.1f MB/s\n", program.network.c_str(),
              static_cast<unsigned long long>(activity.total_cycles),
              static_cast<double>(camera.written_bytes()) / 1e6 / seconds);
  return 0;
}

int sc_main(int argc, char* argv[]) {
  const double megabytes_per_second = argc == 3 ? std::atof(argv[2]) : 0;
  if (!(megabytes_per_second > 0)) {
    std::fprintf(stderr, "usage: embed PROGRAM.mma CAMERA_MEGABYTES_PER_SECOND\n");
    return 2;
  }
  try {
    return run(argv[1], megabytes_per_second);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "embed: %s\n", error.what());
    return 1;
  }
}
