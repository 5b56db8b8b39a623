// A rendered text that clients cache by its digest.
#pragma once

#include <string>
#include <string_view>

namespace gatefold::api {

struct Document {
  std::string text;
  // SHA-512 of the text in upper-case hexadecimal, without quotes: equal texts have equal tags on
  // every run.
  std::string etag;
};

Document make_document(std::string text);

std::string upper_hex_sha512(std::string_view bytes);

}  // namespace gatefold::api
