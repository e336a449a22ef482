# Installs mmasim, builds docs/examples/embed against what was installed, and runs it: the camera's traffic must slow
# the network down. Called by ctest with MMASIM_BUILD, MMASIM_SOURCE, GENERATOR and WORK (a folder that it
# may delete).
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

run_beside_camera(1 alone)
run_beside_camera(8000 beside)
if(NOT beside GREATER alone)
  message(FATAL_ERROR "the network took ${alone} cycles alone and ${beside} beside the camera")
endif()
