/**
 * The file in which the kernel counts what it has ended for want of memory in the control group of this process, which its
 * children are in too unless they go elsewhere: `memory.events` of v2, groups below it included, `memory.oom_control` of v1.
 * Null where the hierarchy is not mounted. (The root of v2 has no such file.)
 *
 * @param cgroup `/proc/self/cgroup` (cgroups(7)). @param mountinfo `/proc/self/mountinfo` (proc(5)).
 */
export function memoryEventsOf(cgroup: string, mountinfo: string): string | null {
  const groups = cgroup.split("\n").map((line) => /^\d+:([^:]*):(.*)$/.exec(line));
  const v1 = groups.find((group) => group?.[1]?.split(",").includes("memory") === true);
  const group = v1 ?? groups.find((each) => each?.[1] === "");
  const path = group?.[2];
  if (path === undefined) return null;
  for (const line of mountinfo.split("\n")) {
    const [mount = "", filesystem = ""] = line.split(" - ");
    const [root, place] = mount.split(" ").slice(3, 5);
    const [type, , options = ""] = filesystem.split(" ");
    const fits =
      v1 === undefined ? type === "cgroup2" : type === "cgroup" && options.split(",").includes("memory");
    if (!fits || root === undefined || place === undefined) continue;
    const below = pathBelow(root, path);
    if (below === null) continue;
    return `${place}${below}/${v1 === undefined ? "memory.events" : "memory.oom_control"}`;
  }
  return null;
}

/** Null where a path is not in what is mounted. */
function pathBelow(root: string, path: string): string | null {
  if (path === root) return "";
  if (root === "/") return path;
  return path.startsWith(`${root}/`) ? path.slice(root.length) : null;
}
