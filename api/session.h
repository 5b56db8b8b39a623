// One connection: reads requests, hands them to the pipeline and writes the answers, one after the
// other. Lives on one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include "api/connection.h"
#include "api/pipeline.h"
#include "api/receive.h"
#include "api/websocket.h"

namespace gatefold::api {

class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(boost::asio::ip::tcp::socket socket, const Context& context, ServerState& state);

  // Until the client or the server ends it. Exceptions stop here.
  boost::asio::awaitable<void> run();
  // The server ends: an idle connection is closed, a busy one after its answer. The session's
  // thread.
  void drain() { connection_->end_if_idle(); }

 private:
  struct Head {
    bool keep_alive = false;
    bool is_head = false;
    bool takes_chunks = true;
    bool takes_gzip = false;
    std::string audit_id;
    std::optional<WebSocketHandshake> handshake;
    WebSocket* frames = nullptr;  // where a watch goes that has changed to WebSocket
  };
  boost::asio::awaitable<bool> serve_one();
  boost::asio::awaitable<Reply> answer(Request request, Head& head, RequestLabels& labels);
  std::optional<Reply> begin(Request request, RequestLabels& labels);
  void take(std::uint64_t turn, Reply reply);
  void run_task(std::uint64_t turn, std::move_only_function<void()>& task);

  boost::asio::awaitable<bool> write(Response response, const Head& head);
  boost::asio::awaitable<bool> write(BodyStream stream, const Head& head);
  boost::asio::awaitable<bool> write(WatchStream stream, const Head& head,
                                     const RequestLabels& labels);
  // Of a body whose length nobody knows: in chunks, or up to the end of the connection.
  boost::asio::awaitable<bool> write_open_head(const Response& response, const Head& head);
  boost::asio::awaitable<bool> write_piece(std::span<const boost::asio::const_buffer> buffers,
                                           const Head& head);
  boost::asio::awaitable<bool> write_end(const Head& head);
  // Appends the next piece; nothing where the stream has failed.
  std::optional<bool> take_piece(BodyStream& stream, std::string& piece);
  boost::asio::awaitable<bool> watch_loop(engine::Watch& watcher, const WatchStream& stream,
                                          const Head& head, const RequestLabels& labels);
  // After the handshake; what was asked for is sent in frames (R16.11).
  boost::asio::awaitable<bool> write_frames(engine::Watch& watcher, const WatchStream& stream,
                                            Head head, const RequestLabels& labels);
  boost::asio::awaitable<bool> write_framed(std::span<const boost::asio::const_buffer> buffers,
                                            const Head& head);
  boost::asio::awaitable<bool> write_events(std::vector<engine::WatchEvent> events,
                                            const WatchStream& stream, const Head& head,
                                            bool& is_first);

  const std::shared_ptr<Connection> connection_;
  const Context& context_;
  ServerState& state_;
  boost::asio::steady_timer timer_;
  std::optional<Reply> reply_;
  std::uint64_t turn_ = 0;  // the request that reply_ is for: a late answer belongs to none
};

}  // namespace gatefold::api
