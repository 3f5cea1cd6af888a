import type { Twin } from "./twins.ts";

/** The last of the weak lines is the one that is found. */
function twin(cwe: string, file: string, weak: readonly string[], fixed: readonly string[]): Twin {
  return { cwe, file, weak, line: weak.length, fixed };
}

/** Functions by other names, values that were made harmless on the way, and texts over several lines. */
export const spelledOtherwise: readonly Twin[] = [
  twin(
    "CWE-78",
    "imported.ts",
    ['import { exec as run } from "node:child_process";', "run(`ls ${dir}`);"],
    ['import { exec as run } from "./jobs.ts";', "run(`ls ${dir}`);"],
  ),
  twin(
    "CWE-78",
    "required.js",
    ["const { exec: run } = require('child_process');", "run('ls ' + dir);"],
    ["const { execFile: run } = require('child_process');", "run('ls', [dir]);"],
  ),
  twin(
    "CWE-78",
    "promised.ts",
    ["const start = promisify(exec);", "await start(`ls ${dir}`);"],
    ["const start = promisify(execFile);", "await start('ls', [`${dir}`]);"],
  ),
  twin(
    "CWE-78",
    "variable.ts",
    ["const cmd = `ls ${dir}`;", "exec(cmd, done);"],
    ["const cmd = `ls ${DIR}`;", "exec(cmd, done);"],
  ),
  twin("CWE-78", "list.ts", ['exec(["ls", dir].join(" "));'], ['exec(["ls", "-l"].join(" "));']),
  twin("CWE-78", "concat.ts", ['exec("ls ".concat(dir));'], ['exec("ls ".concat("-l"));']),
  twin("CWE-78", "required.ts", ['require("child_process").exec("ls " + dir);'], ["/ls/.exec('ls ' + dir);"]),
  twin(
    "CWE-78",
    "option.ts",
    ['spawn("ls", [dir], { shell: true });'],
    ['spawn("ls", ["-l"], { shell: true });'],
  ),
  twin(
    "CWE-78",
    "imported.py",
    ["from os import path, system", 'system("ping " + host)'],
    ["from os import path", 'system("ping " + host)', "path.join(a, b)"],
  ),
  twin(
    "CWE-78",
    "alias.py",
    ["from subprocess import (run, Popen as P)", 'P("ls " + d, shell=True)'],
    ["from subprocess import (run, Popen as P)", 'P(["ls", d])'],
  ),
  twin(
    "CWE-78",
    "quoted.py",
    ['os.system(f"cp {shlex.quote(a)} {b}")'],
    ['os.system(f"cp {shlex.quote(a)} {quote(b)}")', 'os.system("ls " + shlex.quote(d))'],
  ),
  twin(
    "CWE-78",
    "async.py",
    ['await asyncio.create_subprocess_shell(f"ping {host}")'],
    ['await asyncio.create_subprocess_exec("ping", host)'],
  ),
  twin("CWE-95", "vm.ts", ["vm.runInNewContext(req.body.code);"], ['vm.runInNewContext("1 + 1");']),
  twin(
    "CWE-22",
    "number.ts",
    ["const name = req.params.name;", "fs.renameSync(tmp, `./data/${name}`);"],
    ["const name = Number(req.params.name);", "fs.renameSync(tmp, `./data/${name}.json`);"],
  ),
  twin(
    "CWE-22",
    "listed.ts",
    ["const file = files + req.params.id;", "fs.promises.copyFile(file, dest);"],
    [
      "const file = FILES[req.params.id];",
      "fs.readFileSync(file);",
      "fs.readFileSync(FILES.get(req.params.id));",
    ],
  ),
  twin(
    "CWE-22",
    "imported.ts",
    ['import { readFile as get } from "node:fs/promises";', "await get(join(ROOT, req.query.name));"],
    [
      'import { readFile as get } from "node:fs/promises";',
      "await get(join(ROOT, basename(req.query.name)));",
    ],
  ),
  twin(
    "CWE-22",
    "upload.py",
    ["f = request.files['f']", "f.save(os.path.join(UPLOADS, f.filename))"],
    [
      "f = request.files['f']",
      "f.save(os.path.join(UPLOADS, secure_filename(f.filename)))",
      "form.save(request.POST)",
    ],
  ),
  twin(
    "CWE-22",
    "number.py",
    ["return FileResponse(f\"/data/{request.path_params['n']}\")"],
    ["n = int(request.args['n'])", 'return open(f"/data/{n}.txt").read()'],
  ),
  twin(
    "CWE-79",
    "half.ts",
    ["node.innerHTML = escapeHtml(name) + bio;"],
    [
      'node.innerHTML = "<b>" + escapeHtml(name) + "</b>" + DOMPurify.sanitize(marked(bio));',
      "node.innerHTML = `<b>${escapeHtml(name)}</b>`;",
      "const clean = DOMPurify.sanitize(bio);",
      "node.innerHTML = clean;",
    ],
  ),
  twin(
    "CWE-79",
    "jquery.js",
    ['jQuery("#x").append("<li>" + name + "</li>");'],
    ['$("#x").append($("<li>").text(name));'],
  ),
  twin(
    "CWE-79",
    "status.js",
    ["res.status(200).send(`<p>${name}</p>`);"],
    ["res.status(404).send(`no ${name}`);"],
  ),
  twin("CWE-79", "hono.ts", ["return c.html(`<p>${name}</p>`);"], ["return c.html(html`<p>${name}</p>`);"]),
  twin("CWE-79", "unsafe.ts", ["node.setHTMLUnsafe(bio);"], ["node.setHTML(bio);"]),
  twin("CWE-79", "trust.ts", ["this.s.bypassSecurityTrustHtml(bio);"], ["this.s.sanitize(bio);"]),
  twin("CWE-79", "page.svelte", ["{@html bio}"], ["{bio}"]),
  twin("CWE-79", "page.ejs", ["<p><%- name %></p>"], ["<p><%= name %></p>", "<%- include('head') %>"]),
  twin("CWE-79", "page.hbs", ["<p>{{{name}}}</p>"], ["<p>{{name}}</p>"]),
  twin(
    "CWE-79",
    "style.tsx",
    ["return <b dangerouslySetInnerHTML={{ __html: `<i>${name}</i>` }} />;"],
    ["return <style dangerouslySetInnerHTML={{ __html: `body{}` }} />;"],
  ),
  twin(
    "CWE-79",
    "alias.py",
    ["from markupsafe import Markup as M", 'return M(f"<b>{name}</b>")'],
    ["from markupsafe import Markup as M", 'return M("<b>me</b>")'],
  ),
  {
    cwe: "CWE-89",
    file: "lines.py",
    weak: ['q = f"""', "    SELECT *", "    FROM t", "    WHERE a = '{a}'", '"""'],
    line: 1,
    fixed: ['q = """', "    SELECT *", "    FROM t", "    WHERE a = %s", '"""', "cur.execute(q, (a,))"],
  },
  {
    cwe: "CWE-89",
    file: "formatted.py",
    weak: ['q = """', "    SELECT * FROM t", "    WHERE a = '%s'", '""" % a'],
    line: 1,
    fixed: ['"""Select the users', "from a table", '"""', "x = 5 % a"],
  },
  twin(
    "CWE-89",
    "dictionary.py",
    ["q = 'SELECT * FROM t WHERE a = %(a)s' % {'a': a}"],
    ["cur.execute('SELECT * FROM t WHERE a = %(a)s', {'a': a})"],
  ),
  twin(
    "CWE-89",
    "joined.py",
    ["q = ' '.join(['SELECT * FROM t WHERE a =', a])"],
    [
      "q = ' '.join(['SELECT * FROM t', 'WHERE a = %s'])",
      "q = 'SELECT * FROM t WHERE id IN (%s)' % ','.join('?' * len(ids))",
      "q = f'SELECT * FROM t WHERE id IN ({placeholders})'",
    ],
  ),
  twin(
    "CWE-89",
    "escaped.ts",
    ["db.query(`SELECT * FROM t WHERE a = ${db.escape(a)} AND b = ${b}`);"],
    [
      "db.query(`SELECT * FROM t WHERE a = ${db.escape(a)} LIMIT ${Number(n)}`);",
      'db.query("SELECT * FROM t WHERE a = " + db.escape(a));',
      "db.query(`SELECT * FROM t WHERE id IN (${ids.map(() => '?').join(',')})`, ids);",
      "db.query(`SELECT * FROM t WHERE id IN (${placeholders})`, ids);",
    ],
  ),
  twin(
    "CWE-89",
    "builder.ts",
    ["users.createQueryBuilder('u').where(`u.name = '${name}'`);"],
    ["users.createQueryBuilder('u').where('u.name = :name', { name });", "list.where(`${name} likes it`);"],
  ),
  twin(
    "CWE-89",
    "alter.ts",
    ["db.exec(`ALTER TABLE ${table} ADD x`);"],
    [
      "db.exec('ALTER TABLE t ADD x');",
      "throw new Error(`cannot select ${a} from ${b}`);",
      "log(`delete from cache: ${key}`);",
    ],
  ),
];
