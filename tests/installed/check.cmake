# Installs the runtime of BUILD below WORK, builds the example against it, and runs it on MODEL.
function(run)
  execute_process(COMMAND ${ARGV} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK})
run(${CMAKE_COMMAND} --install ${BUILD} --component runtime --prefix ${WORK}/prefix)
run(${CMAKE_COMMAND} -S ${SOURCE} -B ${WORK}/build -D CMAKE_PREFIX_PATH=${WORK}/prefix
    -D EXAMPLE=${SOURCE}/../../examples/classify.c)
run(${CMAKE_COMMAND} --build ${WORK}/build)

string(REPEAT "0123456789abcdef" 192 picture)  # 3 x 32 x 32 bytes
file(WRITE ${WORK}/picture.raw "${picture}")
run(${WORK}/build/classify ${MODEL} ${WORK}/picture.raw)
execute_process(COMMAND ${WORK}/build/classify ${MODEL} ${WORK}/prefix/none
                RESULT_VARIABLE failed ERROR_QUIET)
if(NOT failed EQUAL 1)
  message(FATAL_ERROR "expected exit code 1 for a missing picture, got ${failed}")
endif()

execute_process(COMMAND ${CMAKE_COMMAND} -E env PKG_CONFIG_PATH=${WORK}/prefix/${LIBDIR}/pkgconfig
                        pkg-config --libs triad COMMAND_ERROR_IS_FATAL ANY)

file(GLOB library ${WORK}/prefix/${LIBDIR}/libtriad.so.*.*.*)
run(strip ${library})
file(SIZE ${library} size_bytes)
if(size_bytes GREATER 1000000)
  message(FATAL_ERROR "libtriad.so: expected less than 1 MB stripped, got ${size_bytes} bytes")
endif()
message(STATUS "libtriad.so: ${size_bytes} bytes stripped")
