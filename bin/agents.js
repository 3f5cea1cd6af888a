#!/usr/bin/env node
// Must parse on every Node that runs ES modules at all: an old one gets a sentence, not a syntax error.
var major = Number(process.versions.node.split(".")[0]);
if (major >= 24) {
  void import("../dist/cli/main.js");
} else {
  process.stderr.write(
    "agents needs Node 24 or newer, and this is Node " +
      process.versions.node +
      ".\n  Bring the right one into the project with npm install --save-dev node@24, then run it as npx agents.\n",
  );
  process.exitCode = 1;
}
