// What the same traffic costs without Gatefold: a bare Beast server that reads requests whole and
// answers with bytes that were prepared, and, where the traffic is durable, a bare RocksDB behind
// it.
#pragma once

#include <cstdint>
#include <string>

namespace gatefold::bench {

struct FloorServer {
  unsigned threads = 2;
  std::string answer;  // the body of every answer
  // Not empty: each POST's body is put into this RocksDB before the answer, `bytes_per_write` of it
  // (repeated or cut), by one thread that makes one batch and one WAL sync of all that wait.
  std::string directory;
  std::size_t bytes_per_write = 0;
  // Not empty: GET opens a chunked stream; each POST sends this line to every open stream.
  std::string line;
};

// Prints its port on standard output and serves until SIGTERM, which must be blocked in the caller.
int run_floor_server(const FloorServer& floor);

}  // namespace gatefold::bench
