# Installs mmasim, builds docs/examples/embed against what was installed, with CMake and with pkg-config, and runs it: the
# camera's traffic must slow the network down. Looks at the manual page and the completion. Called by ctest with
# MMASIM_BUILD, MMASIM_SOURCE, GENERATOR and WORK (a folder that it may delete).
file(REMOVE_RECURSE ${WORK})

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE said ERROR_VARIABLE said)
  if(NOT result EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "${command}\n${said}")
  endif()
  set(said "${said}" PARENT_SCOPE)
endfunction()

# In cycles.
function(run_beside_camera megabytes_per_second result)
  run(${WORK}/build/embed ${WORK}/squeezenet1_1.mma ${megabytes_per_second})
  if(NOT said MATCHES "squeezenet1_1: ([0-9]+) cycles; the camera wrote")
    message(FATAL_ERROR "embed said: ${said}")
  endif()
  set(${result} ${CMAKE_MATCH_1} PARENT_SCOPE)
endfunction()

run(${CMAKE_COMMAND} --install ${MMASIM_BUILD} --prefix ${WORK}/installed)
run(${CMAKE_COMMAND} -S ${MMASIM_SOURCE}/docs/examples/embed -B ${WORK}/build -G ${GENERATOR} -DCMAKE_BUILD_TYPE=Release
    -DCMAKE_PREFIX_PATH=${WORK}/installed)
run(${CMAKE_COMMAND} --build ${WORK}/build)
run(${WORK}/installed/bin/mmasim compile ${MMASIM_SOURCE}/tests/networks/squeezenet1_1.onnx --random-weights 1 --quiet
    -o ${WORK}/squeezenet1_1.mma)

# The program's own configurations come before those of the source tree: a fault put into them is met.
file(APPEND ${WORK}/installed/share/mmasim/configs/am62a.yaml "nonsense: 1\n")
execute_process(COMMAND ${WORK}/installed/bin/mmasim run ${MMASIM_SOURCE}/tests/networks/squeezenet1_1.onnx --timing-only
    --random-weights 1 --config am62a --out none RESULT_VARIABLE result ERROR_VARIABLE said)
if(NOT result EQUAL 2 OR NOT said MATCHES "package-test/installed/.*am62a.yaml:.*nonsense")
  message(FATAL_ERROR "--config am62a of the installed program said: ${said}")
endif()

file(READ ${WORK}/installed/share/man/man1/mmasim.1 manual)
if(NOT manual MATCHES "\\.TH MMASIM 1" OR NOT manual MATCHES "\\.SS mmasim run NETWORK")
  message(FATAL_ERROR "mmasim.1 is no manual page of mmasim")
endif()
run(bash ${CMAKE_CURRENT_LIST_DIR}/completion_test ${WORK}/installed/share/bash-completion/completions/mmasim)

# With pkg-config in place of CMake; both programs are the same.
find_program(PKG_CONFIG pkg-config REQUIRED)
set(ENV{PKG_CONFIG_PATH} ${WORK}/installed/lib/pkgconfig)
run(${PKG_CONFIG} --cflags --libs mmasim)
separate_arguments(flags UNIX_COMMAND "${said}")
run(c++ -std=c++17 ${MMASIM_SOURCE}/docs/examples/embed/platform.cpp ${flags} -o ${WORK}/embed-by-pkg-config)
run(${WORK}/embed-by-pkg-config ${WORK}/squeezenet1_1.mma 1)
set(by_pkg_config "${said}")
run(${WORK}/build/embed ${WORK}/squeezenet1_1.mma 1)
if(NOT by_pkg_config STREQUAL said)
  message(FATAL_ERROR "built with pkg-config it said: ${by_pkg_config}\nbuilt with CMake: ${said}")
endif()

# A program for another SoC would run at the times of this one.
run(${WORK}/installed/bin/mmasim compile ${MMASIM_SOURCE}/tests/networks/squeezenet1_1.onnx --config am68a
    --timing-only --quiet -o ${WORK}/am68a.mma)
execute_process(COMMAND ${WORK}/build/embed ${WORK}/am68a.mma 1 RESULT_VARIABLE result ERROR_VARIABLE said)
if(NOT result EQUAL 1 OR NOT said MATCHES "compiled for am68a, and this platform has a tda4vm")
  message(FATAL_ERROR "embed said of a program for another SoC: ${said}")
endif()

run_beside_camera(1 alone)
run_beside_camera(8000 beside)
if(NOT beside GREATER alone)
  message(FATAL_ERROR "the network took ${alone} cycles alone and ${beside} beside the camera")
endif()
