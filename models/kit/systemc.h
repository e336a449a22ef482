// The one way in to SystemC and TLM-2.0: with dynamic processes, which spawned channels and slots need.
#pragma once

#ifndef SC_INCLUDE_DYNAMIC_PROCESSES
#define SC_INCLUDE_DYNAMIC_PROCESSES
#endif
#include <systemc>
#include <tlm>
