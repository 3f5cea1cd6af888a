#!/usr/bin/env node
// Must parse on every Node that runs ES modules at all: an old one gets a sentence, not a syntax error.
var major = Number(process.versions.node.split(".")[0]);
if (major >= 24) {
  void import("../dist/cli/main.js");
} else {
  process.stderr.write(
    "agents needs Node 24 or newer, and this is Node " +
      process.versions.node +
      ".\n  Run it as npx agents in a project where npm install was run: that brings the right Node along.\n",
  );
  process.exitCode = 1;
}
