# `cpack` in the build folder makes two Debian packages: mmasim, the program with its configurations, manual page and
# completion, and mmasim-dev, the libraries. dpkg-shlibdeps and file find what they depend on.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME mmasim)
set(CPACK_PACKAGE_VENDOR mmasim)
set(CPACK_PACKAGE_CONTACT "mmasim developers <mmasim@localhost>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL program dev)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME mmasim)
set(CPACK_COMPONENT_PROGRAM_DESCRIPTION "cycle-approximate simulator of SoCs with a matrix multiply accelerator
 It takes an ONNX network and a YAML description of the hardware, quantizes the network, lowers it to a program, and
 executes the program on SystemC models.")
set(CPACK_DEBIAN_DEV_PACKAGE_NAME mmasim-dev)
set(CPACK_DEBIAN_DEV_PACKAGE_DEPENDS "libsystemc-dev, libonnx-dev, libprotobuf-dev, libyaml-cpp-dev, libfmt-dev, \
libcli11-dev, nlohmann-json3-dev, zlib1g-dev")
set(CPACK_COMPONENT_DEV_DESCRIPTION "models and libraries of mmasim
 Static libraries, headers, a CMake package and a pkg-config file: to put the SoC of mmasim into a SystemC platform.")
include(CPack)
