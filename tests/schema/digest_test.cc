#include "schema/digest.h"

#include <catch2/catch.hpp>

namespace gatefold {
namespace {

TEST_CASE("a short digest is the start of the text's SHA-256") {
  CHECK(short_digest("") == "e3b0c44298fc1c14");
  CHECK(short_digest("abc") == "ba7816bf8f01cfea");
}

}  // namespace
}  // namespace gatefold
