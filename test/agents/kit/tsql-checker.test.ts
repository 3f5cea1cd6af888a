import t from "tap";
import { createDatabase } from "../../../src/agents/kit/sql/sqlserver/prepare-database.ts";
import { TsqlChecker } from "./tsql/check.ts";

void t.test("the checker finds what SQL Server would not take, or not take as it is meant", (t) => {
  const wrong: [sql: string, says: RegExp, parameters?: unknown[]][] = [
    ["select [a] from [t] limit 1", /expected the end, found "limit"/],
    ["select [a] from [t] offset 0 rows", /order by before offset/],
    ["select top(1) [a] from [t] order by [a] offset 0 rows", /no offset beside top/],
    ["select [a] from (select [a] from [t] order by [a]) as [x]", /no order of its own/],
    ["select [a] from (select [a] from [t])", /a derived table has a name/],
    ["insert into [t] ([a]) values (@1) returning [a]", /found "returning"/, [1]],
    ["insert into [t] ([a]) values (@1) on conflict do nothing", /found "on"/, [1]],
    ["insert or ignore into [t] ([a]) values (@1)", /expected insert into/, [1]],
    ["insert into [t] ([a], [b]) values (@1)", /2 values a row/, [1]],
    ["insert into [t] ([a]) values ('x')", /a parameter/],
    [`insert into [t] ([a]) values ${Array.from({ length: 1001 }, () => "(1)").join(", ")}`, /1000 rows/],
    ["select [a] = @1 from [t]", /found "="/, [1]],
    ["select * from [t] where [a]", /a comparison/],
    ["select * from [t] where true", /has no true|a comparison|expected \(/],
    ["select * from [t] where [a] = true", /has no true/],
    ["select * from [t] where [a] in ()", /a name/],
    ["select [a] || [b] from [t]", /no T-SQL: \|\|/],
    ['select "a" from [t]', /no T-SQL: "a"/],
    ["select order from [t]", /reserved word/],
    ["select length([a]) from [t]", /a function that both databases have/],
    ["select * from [t] where [a] in (select [value] from json_each(@1))", /expected \)/, ["[]"]],
    ["select datetime('now') from [t]", /a function/],
    [
      "merge into [t] using (values (@1)) as [n] ([a]) on [t].[a] = [n].[a] when not matched then insert ([a]) values ([n].[a]);",
      /expected with/,
      [1],
    ],
    [
      "merge into [t] with (updlock) using (values (@1)) as [n] ([a]) on [t].[a] = [n].[a] when not matched then insert ([a]) values ([n].[a]);",
      /holdlock/,
      [1],
    ],
    [
      "merge into [t] with (holdlock) using (values (@1)) as [n] ([a]) on [t].[a] = [n].[a] when not matched then insert ([a]) values ([n].[a])",
      /expected ;/,
      [1],
    ],
    ["create table [t] ([a] text)", /one of the types/],
    ["create table [t] ([a] varchar(10))", /one of the types/],
    ["create table [t] ([a] boolean)", /one of the types/],
    ["create table [t] ([a] nvarchar)", /nvarchar\(1\)/],
    ["create table [t] ([a] nvarchar(5000) collate Latin1_General_100_BIN2)", /nvarchar\(max\)/],
    ["create table [t] ([a] nvarchar(10))", /expected collate/],
    ["create table [t] ([a] nvarchar(10) collate Latin1_General_100_CI_AS)", /binary collation/],
    ["create table [t] ([a] nvarchar(451) collate Latin1_General_100_BIN2 primary key)", /900 bytes/],
    [
      "create table [t] ([a] nvarchar(max) collate Latin1_General_100_BIN2 not null unique)",
      /column with a length/,
    ],
    ["create table [t] ([a] int unique)", /allows one null/],
    ["create table [t] ([a] int primary key autoincrement)", /found "autoincrement"/],
    ["create table if not exists [t] ([a] int)", /reserved word/],
    ["create table [t] ([a] int default false)", /expected null/],
    ["create index [i] on [t] ([nope])", /nope is none/],
    ["begin immediate", /a statement that this checker knows/],
    ["pragma foreign_keys = on", /a statement that this checker knows/],
    ["select @1", /do not fit 2 values/, [1, 2]],
    ["select @2", /do not fit 1 values/, [1]],
    ["select @1", /neither text nor number/, [new Date(0)]],
    [
      `select ${Array.from({ length: 2101 }, (_, index) => `@${index + 1}`).join(", ")}`,
      /2100 at most/,
      Array(2101).fill(1),
    ],
  ];
  for (const [text, says, parameters = []] of wrong) {
    t.match(new TsqlChecker().check({ sql: text, parameters }), says, text.slice(0, 60));
  }
  for (const statement of createDatabase("my]db")) {
    t.equal(new TsqlChecker().check({ sql: statement, parameters: [] }), null, statement);
  }
  t.end();
});
