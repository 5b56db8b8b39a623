// The documents of schema/kinds and schema/proto/messages.table as they are compiled in.
#pragma once

#include <string_view>
#include <vector>

namespace gatefold {

struct BuiltinKind {
  std::string_view file;
  bool core = false;  // known without a definition in the log
  std::string_view text;
};

std::vector<BuiltinKind> builtin_kind_documents();
std::string_view builtin_message_table();

}  // namespace gatefold
