// Compressed bodies, for clients that take them (R1.16).
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace gatefold::api {

// Whether an Accept-Encoding header names gzip, as Kubernetes reads it: qualities are not asked.
bool takes_gzip(std::string_view accept_encoding);

// One body, piece by piece; of the session that writes it.
class Gzip {
 public:
  Gzip();
  ~Gzip();
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;

  // Bytes that are ready after `piece`; none as yet is fine. `is_last` ends the stream.
  std::string take(std::string_view piece, bool is_last);

 private:
  struct Stream;
  std::unique_ptr<Stream> stream_;
};

}  // namespace gatefold::api
