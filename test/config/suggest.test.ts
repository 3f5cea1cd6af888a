import t from "tap";
import { editDistance, suggest } from "../../src/runtime/model/config/suggest.ts";

void t.test("inserting, deleting, replacing and swapping neighbours cost one each", async (t) => {
  t.equal(editDistance("port", "prot"), 1);
  t.equal(editDistance("sqlserver", "sqlsever"), 1);
  t.equal(editDistance("redis", "rediss"), 1);
  t.equal(editDistance("kitten", "sitting"), 3);
  t.equal(editDistance("", "abc"), 3);
  t.equal(editDistance("same", "same"), 0);
});

void t.test("the nearest name is suggested, and nothing where no name is near", async (t) => {
  t.equal(suggest("notificaton", ["implementation", "notification"]), "notification");
  t.equal(suggest("REDIS", ["redis"]), "redis");
  t.equal(suggest("xyz", ["redis", "sqlserver"]), null);
  t.equal(suggest("a", []), null);
});
