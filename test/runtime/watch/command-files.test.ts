import { join } from "node:path";
import t from "tap";
import { commandFiles } from "../../../src/runtime/watch/command-files.ts";

t.test(
  "of a command the files that it names count, not the program and not what does not exist",
  async (t) => {
    const cwd = t.testdir({ python3: "", "agent.py": "", conf: { "local.toml": "" } });
    const command = [
      "python3",
      "-u",
      "agent.py",
      "--settings=conf/local.toml",
      "conf",
      "agent.py",
      "missing.py",
      join(cwd, "conf/local.toml"),
    ];
    t.same(commandFiles(command, cwd), [join(cwd, "agent.py"), join(cwd, "conf/local.toml")]);
  },
);
