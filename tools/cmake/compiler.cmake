# The compiler, its warnings and its sanitizers. GCC 12 miscompiles coroutines (double frees in
# expressions with co_await), so only clang is accepted.
if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang" OR CMAKE_CXX_COMPILER_VERSION VERSION_LESS 19)
  message(FATAL_ERROR
    "Gatefold needs clang 19 or newer; configure with --preset dev, tsan or release")
endif()

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)

find_program(CCACHE ccache)
if(CCACHE)
  # Base directory and no directory hash: all build directories share one cache.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}
      CCACHE_NOHASHDIR=1 ${CCACHE})
endif()

add_library(gatefold_flags INTERFACE)
target_compile_options(gatefold_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Wold-style-cast
  -Wimplicit-fallthrough
  -Wthread-safety -Wno-missing-designated-field-initializers -Werror -fno-omit-frame-pointer)
target_link_options(gatefold_flags INTERFACE -fuse-ld=mold)
target_compile_definitions(gatefold_flags INTERFACE
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED)
target_include_directories(gatefold_flags INTERFACE ${CMAKE_SOURCE_DIR})

set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1")
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1 -DNDEBUG")
if(GATEFOLD_SANITIZE)
  target_compile_options(gatefold_flags INTERFACE -fsanitize=${GATEFOLD_SANITIZE}
    -fno-sanitize-recover=all)
  target_link_options(gatefold_flags INTERFACE -fsanitize=${GATEFOLD_SANITIZE})
endif()

# Two translation units of Beast at once are what a small machine has memory and patience for.
set_property(GLOBAL PROPERTY JOB_POOLS beast=2)
# gatefold_beast(TARGET SOURCES ...): sources of a target that compile Beast. Pools are a matter of
# targets, so these become one of their own.
function(gatefold_beast TARGET)
  cmake_parse_arguments(ARG "" "" "SOURCES" ${ARGN})
  add_library(${TARGET}_beast OBJECT ${ARG_SOURCES})
  set_target_properties(${TARGET}_beast PROPERTIES JOB_POOL_COMPILE beast)
  target_link_libraries(${TARGET}_beast PRIVATE $<TARGET_PROPERTY:${TARGET},LINK_LIBRARIES>)
  target_compile_definitions(${TARGET}_beast PRIVATE
    $<TARGET_PROPERTY:${TARGET},COMPILE_DEFINITIONS>)
  target_sources(${TARGET} PRIVATE $<TARGET_OBJECTS:${TARGET}_beast>)
endfunction()
