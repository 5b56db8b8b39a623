// What every server that the binary runs needs: where it listens, where it logs, what its probes
// look at.
#pragma once

#include <csignal>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "api/probes.h"
#include "engine/engine.h"
#include "schema/status.h"

namespace gatefold::tools {

struct Endpoint {
  std::string address;
  std::uint16_t port = 0;
  bool is_loopback = false;
};

// `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080`.
Result<Endpoint> parse_listen(std::string_view text);
// Everybody may do everything: other addresses than loopback are for who says so.
Result<void> check_exposure(const Endpoint& endpoint, bool allow_unauthenticated);

// To stderr; `format` is text or json.
void set_up_logging(const std::string& level, const std::string& format);
void add_checks(engine::Engine& engine, api::Probes& probes);
unsigned thread_count(unsigned asked);
// As many connections as the process may have descriptors for, beside those that the store needs:
// the usual soft limit of 1,024 is far below what it may have.
std::size_t connections_max();
// Before any thread runs: few arenas, and the signals that end a server blocked for sigwait().
sigset_t prepare_process();

}  // namespace gatefold::tools
