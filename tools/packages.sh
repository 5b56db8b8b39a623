# Sourced: the Debian packages that Gatefold needs, and install_packages NAME..., which calls apt
# only when one of them is not there.

build_packages=(
  ccache clang-19 cmake flatbuffers-compiler libboost-json1.81-dev libboost-url1.81-dev
  libboost1.81-dev libclang-rt-19-dev libcli11-dev libflatbuffers-dev libfmt-dev
  libhowardhinnant-date-dev libre2-dev librocksdb-dev libspdlog-dev libssl-dev libyaml-cpp-dev
  libzstd-dev lld-19 mold ninja-build pkg-config prometheus-cpp-dev zlib1g-dev)
test_packages=(catch2 clang-format-19 clang-tidy-19 curl git)

install_packages() {
  local package missing=() as_root=()
  for package; do
    dpkg -s "$package" 2>/dev/null | grep -q '^Status: install ok installed$' ||
      missing+=("$package")
  done
  if ((${#missing[@]} == 0)); then return 0; fi
  if ((EUID != 0)); then
    if ! command -v sudo >/dev/null; then
      echo "missing packages: ${missing[*]}; run this as root, or install sudo" >&2
      return 1
    fi
    as_root=(sudo)
  fi
  echo "installing ${missing[*]}" >&2
  "${as_root[@]}" apt-get update -qq >&2 &&
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y \
      --no-install-recommends -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 \
      "${missing[@]}" >/dev/null
}
