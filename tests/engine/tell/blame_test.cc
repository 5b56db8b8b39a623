#include "engine/tell/blame.h"

#include "tests/schema/parsed.h"

namespace gatefold::engine {
namespace {

using namespace gatefold::test;

class History {
 public:
  void put(std::string_view body) {
    ++revision_;
    blame_.fold({{revision_}, {static_cast<std::int64_t>(revision_)}, {.user = "ann"}}, json(body));
  }
  void lose() { blame_.fold_gap({++revision_}); }
  // `path=value@revision`, and where a gap may hide it, `~` and where that begins.
  Texts told() const {
    Texts texts;
    for (const auto& field : blame_.fields()) {
      auto text = field.path + "=" + to_json(field.value) + "@" + to_string(field.mark.revision);
      if (field.gap_from) text += "~" + to_string(*field.gap_from);
      texts.push_back(text);
    }
    return texts;
  }

 private:
  Blame blame_;
  std::uint64_t revision_ = 0;
};

}  // namespace

TEST_CASE("each field has the version that set it last") {
  History history;
  history.put(R"({"a":1,"b":{"c":2,"d":3}})");
  history.put(R"({"a":1,"b":{"c":5,"d":3}})");
  history.put(R"({"a":2,"b":{"c":5,"d":3},"e":[]})");
  CHECK(history.told() == Texts{"a=2@3", "b.c=5@2", "b.d=3@1", "e=[]@3"});
  // What goes and comes again was set by whom brought it back.
  history.put(R"({"a":2,"b":{"d":3}})");
  history.put(R"({"a":2,"b":{"c":5,"d":3}})");
  CHECK(history.told() == Texts{"a=2@3", "b.c=5@5", "b.d=3@1"});
  history.put(R"({"a":2,"b":{}})");
  CHECK(history.told() == Texts{"a=2@3", "b={}@6"});
}

TEST_CASE("an item that moves keeps who set it") {
  History history;
  history.put(R"({"l":[{"name":"a","v":1}]})");
  history.put(R"({"l":[{"name":"b","v":2},{"name":"a","v":1}]})");
  history.put(R"({"l":[{"name":"b","v":3},{"name":"a","v":1}]})");
  CHECK(history.told() ==
        Texts{"l[b].name=\"b\"@2", "l[b].v=3@3", "l[a].name=\"a\"@1", "l[a].v=1@1"});
  // Two of a name: places count from here on, and nothing else has changed.
  history.put(R"({"l":[{"name":"b","v":3},{"name":"a","v":1},{"name":"a","v":4}]})");
  CHECK(history.told() == Texts{"l[0].name=\"b\"@2", "l[0].v=3@3", "l[1].name=\"a\"@1",
                                "l[1].v=1@1", "l[2].name=\"a\"@4", "l[2].v=4@4"});
}

TEST_CASE("fields that every write moves are nobody's") {
  History history;
  history.put(
      R"({"metadata":{"name":"x","resourceVersion":"1","generation":1,"managedFields":[]}})");
  CHECK(history.told() == Texts{"metadata.name=\"x\"@1"});
}

TEST_CASE("what may have been set in a version without body says so") {
  History history;
  history.put(R"({"a":1,"b":1})");
  history.lose();
  history.lose();
  history.put(R"({"a":1,"b":2})");
  history.put(R"({"a":1,"b":2,"c":3})");
  CHECK(history.told() == Texts{"a=1@1", "b=2@4~2", "c=3@5"});
  CHECK(Blame().fields().empty());
}

}  // namespace gatefold::engine
