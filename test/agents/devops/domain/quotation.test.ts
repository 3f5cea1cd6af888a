import t from "tap";
import { quotation } from "../../../../src/agents/devops/domain/quotation.ts";

const seen = (text: string): string => quotation(text).replaceAll("\u200B", "|");

t.test("what outsiders write is quoted, and calls nobody", (t) => {
  t.equal(quotation("One\r\ntwo\n\nthree"), "> One\n> two\n> \n> three");
  t.equal(seen("ask @ada, @octo/ops or a@b.example"), "> ask @|ada, @|octo/ops or a@|b.example");
  t.equal(seen("as #12, octo/hello#7 and GH-3"), "> as #|12, octo/hello#|7 and GH-|3");
  t.equal(seen("<!-- agents-issue 1 --> hidden"), "> <|!-- agents-issue 1 --> hidden");
  t.equal(seen("at @ 5, room #A, C#, <b>"), "> at @ 5, room #A, C#, <b>");
  t.end();
});
