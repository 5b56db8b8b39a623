// Deletes every derived column family of a data directory, or all their rows, as a clumsy hand
// would: with RocksDB alone.
// gatefold_drop_derived DIRECTORY [rows]
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include <rocksdb/db.h>

int main(int argc, char** argv) {
  const bool rows_alone = argc == 3 && std::string_view(argv[2]) == "rows";
  if (argc != 2 && !rows_alone) return 2;
  std::vector<std::string> names;
  if (!rocksdb::DB::ListColumnFamilies({}, argv[1], &names).ok()) return 3;
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  for (const auto& name : names) descriptors.emplace_back(name, rocksdb::ColumnFamilyOptions());
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* database = nullptr;
  if (!rocksdb::DB::Open({}, argv[1], descriptors, &handles, &database).ok()) return 3;
  int dropped = 0;
  for (auto* handle : handles) {
    const std::string& name = handle->GetName();
    const bool is_derived =
        name == "current" || name == "versions" || name == "transitions" || name == "index";
    if (is_derived && (rows_alone ? database->DeleteRange({}, handle, "", "\xff")
                                  : database->DropColumnFamily(handle))
                          .ok()) {
      ++dropped;
    }
    database->DestroyColumnFamilyHandle(handle);
  }
  delete database;
  std::printf("%d families dropped\n", dropped);
  return dropped == 4 ? 0 : 1;
}
