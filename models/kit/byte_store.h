// The bytes of a memory model, owned by somebody else, or nothing but their number when a run has no values.
#pragma once

#include <cstdint>
#include <cstring>

#include "models/kit/rows.h"

namespace mmasim::models {

class ByteStore {
 public:
  ByteStore(uint8_t* base, uint64_t bytes) : base_(base), bytes_(bytes) {}

  // Moves the payload's rows, if there are bytes to move, and sets its response: an address error outside the
  // memory. A payload without data asks for the time alone.
  void access(tlm::tlm_generic_payload& payload) const {
    const Rows rows = rows_of(payload);
    uint64_t address = payload.get_address();
    uint8_t* data = payload.get_data_ptr();
    payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    for (uint64_t row = 0; row < rows.rows; ++row) {
      if (address > bytes_ || rows.row_bytes > bytes_ - address) return;
      if (base_ != nullptr && data != nullptr)
        move(payload.is_read(), address, data + row * rows.row_bytes, rows.row_bytes);
      address += static_cast<uint64_t>(rows.stride);
    }
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
  }

  // Grants the whole memory, without latency: initiators time their own accesses.
  bool grant(tlm::tlm_dmi& dmi) const {
    if (base_ == nullptr) return false;
    dmi.allow_read_write();
    dmi.set_dmi_ptr(base_);
    dmi.set_start_address(0);
    dmi.set_end_address(bytes_ - 1);
    return true;
  }

 private:
  void move(bool is_read, uint64_t address, uint8_t* data, uint64_t bytes) const {
    if (is_read) {
      std::memcpy(data, base_ + address, bytes);
    } else {
      std::memcpy(base_ + address, data, bytes);
    }
  }

  uint8_t* base_;
  uint64_t bytes_;
};

}  // namespace mmasim::models
