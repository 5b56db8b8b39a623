# gatefold_test(NAME room SOURCES ... LIBRARIES ... [TIMEOUT seconds] [LABELS ...]): one Catch2
# binary of a room, registered as one test. Every *_test.cc of the calling folder must be named: a
# test file that no build runs fails the configure step.
function(gatefold_test)
  cmake_parse_arguments(ARG "" "NAME;TIMEOUT" "SOURCES;LIBRARIES;LABELS" ${ARGN})
  set_property(DIRECTORY APPEND PROPERTY gatefold_named_tests ${ARG_SOURCES})
  cmake_language(DEFER CALL gatefold_check_named)
  add_executable(${ARG_NAME} ${ARG_SOURCES})
  target_link_libraries(${ARG_NAME} PRIVATE gatefold_flags Catch2::Catch2WithMain ${ARG_LIBRARIES})
  target_compile_definitions(${ARG_NAME} PRIVATE GATEFOLD_SOURCE_DIR="${CMAKE_SOURCE_DIR}"
    CATCH_CONFIG_CONSOLE_WIDTH=100)
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 600)
  endif()
  add_test(NAME ${ARG_NAME} COMMAND ${ARG_NAME} --durations no)
  set_tests_properties(${ARG_NAME} PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}")
endfunction()

# At the end of a folder: all of its tests are part of a binary.
function(gatefold_check_named)
  get_property(named DIRECTORY PROPERTY gatefold_named_tests)
  file(GLOB present RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} CONFIGURE_DEPENDS *_test.cc)
  foreach(file IN LISTS present)
    if(NOT file IN_LIST named)
      message(FATAL_ERROR "${CMAKE_CURRENT_SOURCE_DIR}/${file} is not part of any test")
    endif()
  endforeach()
endfunction()
