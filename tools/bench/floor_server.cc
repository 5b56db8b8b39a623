#include "tools/bench/floor_server.h"

#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <fmt/format.h>
#include <rocksdb/db.h>

namespace gatefold::bench {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;

// One thread, one batch of all that wait, one sync: the cheapest way to make writes durable with
// RocksDB.
class Batcher {
 public:
  Batcher(const std::string& directory, std::size_t bytes) : value_(bytes, 'x') {
    rocksdb::Options options;
    options.create_if_missing = true;
    // As Gatefold's own: preallocated files make a sync dearer.
    options.allow_fallocate = false;
    options.info_log_level = rocksdb::WARN_LEVEL;
    rocksdb::DB* database = nullptr;
    const auto status = rocksdb::DB::Open(options, directory, &database);
    if (!status.ok()) throw std::runtime_error(status.ToString());
    database_.reset(database);
    thread_ = std::thread([this] { run(); });
  }
  ~Batcher() {
    {
      const std::scoped_lock lock(mutex_);
      stopping_ = true;
    }
    work_.notify_one();
    thread_.join();
  }
  Batcher(const Batcher&) = delete;
  Batcher& operator=(const Batcher&) = delete;

  void submit(std::function<void()> done) {
    {
      const std::scoped_lock lock(mutex_);
      waiting_.push_back(std::move(done));
    }
    work_.notify_one();
  }

 private:
  void run() {
    for (std::uint64_t key = 0;;) {
      std::vector<std::function<void()>> taken;
      {
        std::unique_lock lock(mutex_);
        work_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
        if (waiting_.empty()) return;
        taken.swap(waiting_);
      }
      rocksdb::WriteBatch batch;
      for (std::size_t i = 0; i < taken.size(); ++i) {
        batch.Put(fmt::format("{:016x}", ++key), value_);
      }
      rocksdb::WriteOptions options;
      options.sync = true;
      if (!database_->Write(options, &batch).ok()) std::abort();
      for (auto& done : taken) done();
    }
  }

  std::string value_;
  std::unique_ptr<rocksdb::DB> database_;
  std::mutex mutex_;
  std::condition_variable work_;
  std::vector<std::function<void()>> waiting_;
  bool stopping_ = false;
  std::thread thread_;
};

// An open stream: lines that wait for its socket. Its own thread only.
struct Stream {
  explicit Stream(asio::io_context& context)
      : wake(context, asio::steady_timer::time_point::max()) {}
  asio::steady_timer wake;
  std::size_t lines = 0;
};

// One thread with its connections.
struct Worker {
  asio::io_context context{1};
  std::set<Stream*> streams;
};

struct Server {
  const FloorServer& floor;
  std::string chunk;
  std::unique_ptr<Batcher> batcher;
  std::deque<Worker> workers;
};

asio::awaitable<void> durable(Server& server) {
  auto executor = co_await asio::this_coro::executor;
  co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(
      [&server, executor](auto handler) {
        auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        server.batcher->submit(
            [shared, executor] { asio::post(executor, [shared] { std::move (*shared)(); }); });
      },
      asio::use_awaitable);
}

void broadcast(Server& server) {
  for (auto& worker : server.workers) {
    asio::post(worker.context, [&worker] {
      for (auto* stream : worker.streams) {
        ++stream->lines;
        stream->wake.cancel_one();
      }
    });
  }
}

asio::awaitable<void> run_stream(Server& server, Worker& worker, tcp::socket& socket) {
  const std::string head =
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
  Stream stream(worker.context);
  worker.streams.insert(&stream);
  try {
    co_await asio::async_write(socket, asio::buffer(head), asio::use_awaitable);
    for (;;) {
      if (stream.lines == 0) {
        boost::system::error_code cancelled;
        co_await stream.wake.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
        continue;
      }
      --stream.lines;
      co_await asio::async_write(socket, asio::buffer(server.chunk), asio::use_awaitable);
    }
  } catch (...) {
    worker.streams.erase(&stream);
    throw;
  }
}

asio::awaitable<void> run_connection(Server& server, Worker& worker, tcp::socket socket) {
  socket.set_option(tcp::no_delay(true));
  boost::beast::flat_buffer buffer;
  for (;;) {
    http::request<http::string_body> request;
    co_await http::async_read(socket, buffer, request, asio::use_awaitable);
    const bool is_post = request.method() != http::verb::get;
    if (!is_post && !server.chunk.empty()) {
      co_await run_stream(server, worker, socket);
      co_return;
    }
    if (is_post && server.batcher) co_await durable(server);
    if (is_post && !server.chunk.empty()) broadcast(server);
    http::response<http::span_body<const char>> response{http::status::ok, 11};
    response.set(http::field::content_type, "application/json");
    response.body() = {server.floor.answer.data(), server.floor.answer.size()};
    response.prepare_payload();
    co_await http::async_write(socket, response, asio::use_awaitable);
  }
}

asio::awaitable<void> accept(Server& server, tcp::acceptor& acceptor) {
  for (std::size_t next = 0;; ++next) {
    auto& worker = server.workers[next % server.workers.size()];
    auto socket = co_await acceptor.async_accept(worker.context, asio::use_awaitable);
    asio::co_spawn(worker.context, run_connection(server, worker, std::move(socket)),
                   asio::detached);
  }
}

}  // namespace

int run_floor_server(const FloorServer& floor) {
  Server server{floor, {}, nullptr, {}};
  if (!floor.line.empty()) {
    server.chunk = fmt::format("{:x}\r\n{}\n\r\n", floor.line.size() + 1, floor.line);
  }
  if (!floor.directory.empty()) {
    server.batcher = std::make_unique<Batcher>(floor.directory, floor.bytes_per_write);
  }
  for (unsigned i = 0; i < floor.threads; ++i) server.workers.emplace_back();
  auto& first = server.workers.front().context;
  tcp::acceptor acceptor(first, {asio::ip::address_v4::loopback(), 0});
  asio::co_spawn(first, accept(server, acceptor), asio::detached);
  std::vector<std::thread> threads;
  for (auto& worker : server.workers) {
    threads.emplace_back([&worker] {
      const auto work = asio::make_work_guard(worker.context);
      worker.context.run();
    });
  }
  fmt::print("{}\n", acceptor.local_endpoint().port());
  std::fflush(stdout);
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  int signal = 0;
  sigwait(&signals, &signal);
  for (auto& worker : server.workers) worker.context.stop();
  for (auto& thread : threads) thread.join();
  return 0;
}

}  // namespace gatefold::bench
