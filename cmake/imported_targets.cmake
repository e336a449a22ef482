# Gives SystemC and yaml-cpp one target name each, whatever form they are installed in. Included by the build of
# mmasim and by the package that it installs.

if(NOT TARGET SystemC::systemc)
  find_package(SystemCLanguage CONFIG QUIET)  # a user's own SystemC first
endif()
if(NOT TARGET SystemC::systemc)  # then the distribution's, which has a pkg-config file only
  find_package(PkgConfig REQUIRED)
  pkg_check_modules(SYSTEMC REQUIRED IMPORTED_TARGET systemc)
  add_library(SystemC::systemc ALIAS PkgConfig::SYSTEMC)
endif()

if(TARGET yaml-cpp AND NOT TARGET yaml-cpp::yaml-cpp)  # before yaml-cpp 0.8
  add_library(yaml-cpp::yaml-cpp ALIAS yaml-cpp)
endif()
