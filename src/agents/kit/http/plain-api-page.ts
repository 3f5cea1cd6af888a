/** A page of our own that lists the operations of `/openapi.json` and sends requests: the stand-in for Swagger UI. */
export function plainApiPage(agent: string): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${agent}</title><style>
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
summary { cursor: pointer; padding: .4rem 0; } code, pre, textarea { font: 13px/1.4 ui-monospace, monospace; }
pre { background: #8881; padding: .6rem; overflow: auto; } textarea { width: 100%; height: 8rem; box-sizing: border-box; }
.note { color: #777; }
</style></head>
<body><h1>${agent}</h1>
<p class="note">A plain page of the API. For Swagger UI, install swagger-ui-dist beside the agent.
The description itself: <a href="/openapi.json">/openapi.json</a></p>
<main id="operations"></main>
<script type="module">
const api = await (await fetch("/openapi.json")).json();
const make = (tag, text, parent) => { const e = document.createElement(tag); e.textContent = text ?? ""; parent.append(e); return e; };
for (const [path, item] of Object.entries(api.paths)) for (const [method, operation] of Object.entries(item)) {
  const box = make("details", "", document.querySelector("#operations"));
  make("code", method.toUpperCase() + " " + path, make("summary", "", box));
  make("p", operation.description ?? operation.summary, box);
  const body = operation.requestBody?.content?.["application/json"]?.schema;
  if (operation.parameters?.length) make("pre", JSON.stringify(operation.parameters, null, 2), box);
  if (body) make("pre", JSON.stringify(body, null, 2), box);
  const url = make("input", "", make("p", "", box)); url.size = 60; url.value = path;
  const input = body ? make("textarea", "{}", box) : null;
  const send = make("button", "Send", box);
  const out = make("pre", "", box);
  send.onclick = async () => {
    const answer = await fetch(url.value, { method: method.toUpperCase(), body: input?.value, headers: input ? { "content-type": "application/json" } : {} });
    const text = await answer.text();
    let shown = text; try { shown = JSON.stringify(JSON.parse(text), null, 2); } catch {}
    out.textContent = answer.status + " " + answer.statusText + "\\n" + shown;
  };
}
</script></body></html>`;
}
