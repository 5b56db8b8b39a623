// The subcommands of gatefold. Each adds itself with its options, and sets `run` once it was asked
// for on the command line.
#pragma once

#include <functional>

namespace CLI {  // NOLINT(readability-identifier-naming): the name is the library's
class App;
}

namespace gatefold::tools {

using Run = std::function<int()>;

void add_serve(CLI::App& app, Run& run);
void add_fork(CLI::App& app, Run& run);
void add_log(CLI::App& app, Run& run);
void add_transitions(CLI::App& app, Run& run);
void add_show(CLI::App& app, Run& run);
void add_diff(CLI::App& app, Run& run);
void add_blame(CLI::App& app, Run& run);
void add_bisect(CLI::App& app, Run& run);
void add_lint(CLI::App& app, Run& run);
void add_stats(CLI::App& app, Run& run);
void add_verify(CLI::App& app, Run& run);
void add_redact(CLI::App& app, Run& run);
void add_export(CLI::App& app, Run& run);
void add_import(CLI::App& app, Run& run);
void add_backup(CLI::App& app, Run& run);
void add_backups(CLI::App& app, Run& run);
void add_restore(CLI::App& app, Run& run);
void add_rebuild(CLI::App& app, Run& run);
void add_kubeconfig(CLI::App& app, Run& run);
void add_bench(CLI::App& app, Run& run);
void add_replay(CLI::App& app, Run& run);

}  // namespace gatefold::tools
