#include "api/server.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <spdlog/spdlog.h>

#include "api/limits.h"
#include "api/session.h"

namespace gatefold::api {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
// After a failed accept, out of file descriptors say.
constexpr std::chrono::milliseconds kAcceptPause{100};
// A connection without traffic is probed after a minute, and given up two minutes later.
constexpr int kKeepAliveIdleSeconds = 60;
constexpr int kKeepAliveIntervalSeconds = 30;
constexpr int kKeepAliveProbes = 4;

}  // namespace

class Server::Threads {
 public:
  Threads(const Context& context, const ServerOptions& options)
      : context_(context),
        state_(options.limits),
        loops_(make_loops(std::max(1u, options.threads))),
        acceptor_(loops_[0]->io) {}

  Result<void> listen(const ServerOptions& options) {
    boost::system::error_code error;
    const auto address = asio::ip::make_address(options.address, error);
    if (error) return bad_request("not an IP address: " + options.address);
    const tcp::endpoint endpoint(address, options.port);
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error) {
      return unavailable(
          fmt::format("can't listen on {}:{}: {}", options.address, options.port, error.message()));
    }
    set_inherited_options();
    local_ = acceptor_.local_endpoint();
    return {};
  }

  void run() {
    start_accepting();
    for (auto& loop : loops_) {
      loop->thread = std::thread([&io = loop->io] { io.run(); });
    }
  }

  const tcp::endpoint& local() const { return local_; }

  void stop() {
    if (state_.draining.exchange(true)) return;
    asio::post(loops_[0]->io, [this] {
      boost::system::error_code ignored;
      acceptor_.close(ignored);
    });
    for (auto& loop : loops_) {
      asio::post(loop->io, [&sessions = loop->sessions] {
        for (const auto& weak : sessions) {
          if (const auto session = weak.lock()) session->drain();
        }
      });
    }
    {
      std::unique_lock lock(mutex_);
      const bool all_ended =
          ended_.wait_for(lock, state_.limits.drain, [this] { return connections_ == 0; });
      if (!all_ended) spdlog::warn("{} connections did not end in time", connections_);
    }
    for (auto& loop : loops_) {
      loop->guard.reset();
      loop->io.stop();
    }
    for (auto& loop : loops_) {
      if (loop->thread.joinable()) loop->thread.join();
    }
  }

 private:
  struct Loop {
    asio::io_context io{1};
    asio::executor_work_guard<asio::io_context::executor_type> guard{io.get_executor()};
    std::vector<std::weak_ptr<Session>> sessions;  // this loop's thread only
    std::thread thread;
  };

  // What accepted sockets inherit on Linux. A peer that vanished without a word, behind a watch
  // without news say, is noticed by its silence.
  void set_inherited_options() {
    const auto set = [socket = acceptor_.native_handle()](int level, int name, int value) {
      setsockopt(socket, level, name, &value, sizeof(value));
    };
    set(IPPROTO_TCP, TCP_NODELAY, 1);
    set(SOL_SOCKET, SO_KEEPALIVE, 1);
    set(IPPROTO_TCP, TCP_KEEPIDLE, kKeepAliveIdleSeconds);
    set(IPPROTO_TCP, TCP_KEEPINTVL, kKeepAliveIntervalSeconds);
    set(IPPROTO_TCP, TCP_KEEPCNT, kKeepAliveProbes);
  }

  static std::vector<std::unique_ptr<Loop>> make_loops(unsigned count) {
    std::vector<std::unique_ptr<Loop>> loops;
    for (unsigned i = 0; i < count; ++i) loops.push_back(std::make_unique<Loop>());
    return loops;
  }

  void start_accepting() {
    asio::co_spawn(loops_[0]->io, accept(), [this](const std::exception_ptr& failure) {
      if (!failure) return;
      spdlog::error("accepting ended by an exception, and starts again");
      start_accepting();
    });
  }

  asio::awaitable<void> accept() {
    std::size_t turn = 0;
    asio::steady_timer pause(loops_[0]->io);
    while (!state_.draining) {
      auto& loop = *loops_[turn++ % loops_.size()];
      auto [error, socket] = co_await acceptor_.async_accept(loop.io, kTuple);
      if (state_.draining || error == asio::error::operation_aborted) co_return;
      if (error || !count_in()) {
        if (error) spdlog::warn("accept failed: {}", error.message());
        pause.expires_after(kAcceptPause);
        co_await pause.async_wait(kTuple);
        continue;
      }
      asio::post(loop.io, [this, &loop, accepted = std::move(socket)]() mutable {
        start(loop, std::move(accepted));
      });
    }
  }

  void start(Loop& loop, tcp::socket socket) {
    try {
      auto session = std::make_shared<Session>(std::move(socket), context_, state_);
      auto& sessions = loop.sessions;
      if (sessions.size() == sessions.capacity()) {
        std::erase_if(sessions, [](const auto& weak) { return weak.expired(); });
      }
      sessions.push_back(session);
      asio::co_spawn(loop.io, session->run(),
                     [this, session](const std::exception_ptr&) { count_out(); });
    } catch (const std::exception& failure) {
      spdlog::error("a connection could not be served: {}", failure.what());
      count_out();
    }
  }

  bool count_in() {
    const std::scoped_lock lock(mutex_);
    if (connections_ >= state_.limits.connections) return false;
    ++connections_;
    return true;
  }

  void count_out() {
    const std::scoped_lock lock(mutex_);
    if (--connections_ == 0) ended_.notify_all();
  }

  const Context& context_;
  ServerState state_;
  std::vector<std::unique_ptr<Loop>> loops_;
  tcp::acceptor acceptor_;
  tcp::endpoint local_;
  std::mutex mutex_;
  std::condition_variable ended_;
  std::size_t connections_ = 0;  // guarded by mutex_
};

Server::Server(std::unique_ptr<Threads> threads) : threads_(std::move(threads)) {}

Server::~Server() {
  stop();
}

Result<std::unique_ptr<Server>> Server::start(const Context& context, ServerOptions options) {
  auto threads = std::make_unique<Threads>(context, options);
  auto listening = threads->listen(options);
  if (!listening) return std::unexpected(std::move(listening.error()));
  threads->run();
  return std::unique_ptr<Server>(new Server(std::move(threads)));
}

std::string Server::url() const {
  const auto address = threads_->local().address();
  return fmt::format(fmt::runtime(address.is_v6() ? "http://[{}]:{}" : "http://{}:{}"),
                     address.to_string(), port());
}

std::uint16_t Server::port() const {
  return threads_->local().port();
}

void Server::stop() {
  threads_->stop();
}

}  // namespace gatefold::api
