// One connection: reads requests, hands them to the pipeline and writes the answers, one after the
// other. Lives on one thread.
#pragma once

#include <atomic>
#include <memory>
#include <optional>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>

#include "api/pipeline.h"

namespace gatefold::api {

class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(boost::asio::ip::tcp::socket socket, const Context& context,
          const std::atomic<bool>& draining);

  // Until the client or the server ends it. Exceptions stop here.
  boost::asio::awaitable<void> run();
  // The server ends: an idle connection is closed, a busy one after its answer. The session's
  // thread.
  void drain();

 private:
  struct Head {
    bool keep_alive = true;
    bool is_head = false;
    std::string audit_id;
  };
  boost::asio::awaitable<std::optional<Request>> read(Head& head);
  // Takes in for a while what a refused client still sends: closing on bytes that nobody read
  // resets the connection, and a client that reads only after writing would lose the answer.
  boost::asio::awaitable<void> linger();
  boost::asio::awaitable<Reply> answer(Request request);
  boost::asio::awaitable<bool> write(Response response, const Head& head);
  boost::asio::awaitable<bool> write(BodyStream stream, const Head& head);
  boost::asio::awaitable<bool> write(WatchStream stream, const Head& head);
  boost::asio::awaitable<bool> write_chunked_head(const Response& response, const Head& head);
  boost::asio::awaitable<bool> watch_loop(engine::Watcher& watcher, const WatchStream& stream);
  boost::asio::awaitable<bool> write_events(std::vector<engine::WatchEvent> events,
                                            const WatchStream& stream, bool& is_first);
  void notice_end_of_client();

  boost::beast::tcp_stream stream_;
  const Context& context_;
  const std::atomic<bool>& draining_;
  boost::beast::flat_buffer buffer_;
  boost::asio::steady_timer timer_;
  std::optional<Reply> reply_;
  bool is_idle_ = false;
  bool is_client_gone_ = false;
};

}  // namespace gatefold::api
