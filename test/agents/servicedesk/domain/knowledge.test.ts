import { test } from "tap";
import { decideArticle } from "../../../../src/agents/servicedesk/domain/knowledge/article.ts";
import { rank } from "../../../../src/agents/servicedesk/domain/knowledge/rank.ts";
import { countTokens, tokensOf } from "../../../../src/agents/servicedesk/domain/knowledge/tokens.ts";
import { templateReply } from "../../../../src/agents/servicedesk/domain/suggestion.ts";

await test("words meet whatever their form, case and accents", (t) => {
  const same: readonly (readonly string[])[] = [
    ["printer", "Printers", "PRINTER", "printer's"],
    ["reset", "resetting", "resets"],
    ["install", "installing", "installed", "installs"],
    ["café", "cafe", "Cafés"],
    ["battery", "batteries"],
    ["straße", "STRASSE", "Straßes"],
    ["Drücker", "drucker"],
    ["wifi", "Wi-Fi", "WI-FI"],
    ["email", "e-mail", "E-Mails"],
    ["setup", "set-up"],
    ["mailbox", "mailboxes"],
    ["log", "logging", "logged", "logs"],
    ["cache", "caching", "cached"],
    ["login", "log in", "Logging in", "logged on", "logon", "logins", "sign-in", "log into"],
  ];
  for (const words of same) {
    t.equal(
      new Set(words.flatMap(tokensOf)).size,
      1,
      `${words.join(", ")}: ${words.flatMap(tokensOf).join(", ")}`,
    );
  }
  t.strictSame(tokensOf("I cannot connect to the VPN, please!"), [
    "connect",
    "vpn",
    "please".replace(/e$/, ""),
  ]);
  t.strictSame(tokensOf("the and to"), []);
  t.strictSame(
    tokensOf("x".repeat(100)).map(({ length }) => length),
    [40],
  );
  t.strictSame(tokensOf("access class status"), ["access", "class", "status"], "endings that are none");
  t.strictSame(countTokens(["a", "b", "a"]), [
    { token: "a", count: 2 },
    { token: "b", count: 1 },
  ]);
  t.end();
});

await test("BM25 as it is worked out by hand", (t) => {
  // Three articles of 4, 8 and 6 words; "vpn" is in two of them, "reset" in one.
  const postings = [
    { token: "vpn", articleId: "a", count: 1 },
    { token: "vpn", articleId: "b", count: 3 },
    { token: "reset", articleId: "a", count: 1 },
  ];
  const lengths = new Map([
    ["a", 4],
    ["b", 8],
  ]);
  const ranked = rank(postings, { articles: 3, meanLength: 6, lengths });
  // idf(vpn) = ln(1 + 1.5/2.5) = 0.4700; idf(reset) = ln(1 + 2.5/1.5) = 0.9808.
  // a: 2.2/(1 + 1.2 × (0.25 + 0.75 × 4/6)) = 1.1579 × (0.4700 + 0.9808) = 1.680
  // b: 6.6/(3 + 1.2 × (0.25 + 0.75 × 8/6)) = 1.4667 × 0.4700 = 0.689
  t.strictSame(ranked, [
    { articleId: "a", score: 1.68, matched: ["vpn", "reset"] },
    { articleId: "b", score: 0.689, matched: ["vpn"] },
  ]);
  const equal = rank(
    ["z", "m"].map((articleId) => ({ token: "x", articleId, count: 1 })),
    { articles: 2, meanLength: 5, lengths: new Map() },
  );
  t.strictSame(
    equal.map(({ articleId }) => articleId),
    ["m", "z"],
    "equal ones come by their id",
  );
  t.strictSame(rank([], { articles: 0, meanLength: 0, lengths }), []);
  t.end();
});

await test("an article that is saved as it is changes nothing", (t) => {
  const article = { title: "a", body: "b" };
  t.equal(decideArticle(article, article).length, 0);
  t.strictSame(decideArticle(article, null), [{ type: "article-saved", data: article }]);
  t.equal(decideArticle({ ...article, body: "c" }, article).length, 1);
  t.end();
});

await test("without a model the best article is the reply, and the others are named", (t) => {
  const article = { articleId: "a", title: "Unlock", body: "Wait.", score: 1, matched: [] };
  t.match(
    templateReply([article, { ...article, title: "Other" }]),
    /^Unlock\n\nWait\.\n\nSee also: Other\.$/,
  );
  t.match(templateReply([]), /No article/);
  t.end();
});
