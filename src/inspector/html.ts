/** The page without its contents: those are put in by its script, as text. */
export const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>8x8-auth-proxy</title>
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16' rx='4' fill='%233457d5'/%3E%3Cpath d='M4 8h7M8 5l3 3-3 3' stroke='%23fff' stroke-width='1.6' fill='none'/%3E%3C/svg%3E">
<link rel="stylesheet" href="page.css">
<script type="module" src="page.js"></script>
</head>
<body>
<a class="skip" href="#requests">Skip to the requests</a>
<header class="bar">
  <h1>8x8-auth-proxy <small id="version"></small></h1>
  <p class="upstream"><span class="quiet">to</span> <code id="upstream">…</code></p>
  <p class="pill" id="connection" data-state="waiting">Connecting</p>
  <nav aria-label="The proxy's other addresses">
    <a href="status">Status</a>
    <a href="ready">Ready</a>
    <a href="live">Live</a>
    <a href="metrics">Metrics</a>
    <a href="openapi.json">OpenAPI</a>
    <a href="postman.json">Postman collection</a>
  </nav>
</header>
<main>
  <noscript><p class="note">This page needs JavaScript. The same facts as JSON: <a href="status">status</a>.</p></noscript>
  <section aria-label="At a glance" class="overview">
    <dl class="tiles">
      <div class="tile">
        <dt>Token</dt>
        <dd class="figure"><span id="token-time">–</span> <span class="tag" id="token-state"></span></dd>
        <dd class="track" aria-hidden="true"><span id="token-bar"></span></dd>
        <dd class="hint" id="token-hint"></dd>
      </div>
      <div class="tile">
        <dt>Readiness</dt>
        <dd class="figure" id="ready">–</dd>
        <dd class="hint" id="ready-hint"></dd>
      </div>
      <div class="tile">
        <dt>Requests a second</dt>
        <dd class="figure" id="rate">–</dd>
        <dd aria-hidden="true" id="sparkline"></dd>
        <dd class="hint" id="rate-hint"></dd>
      </div>
      <div class="tile">
        <dt>Errors in the last minute</dt>
        <dd class="figure" id="errors">–</dd>
        <dd class="hint" id="errors-hint"></dd>
      </div>
      <div class="tile">
        <dt>Products granted</dt>
        <dd class="figure" id="products">–</dd>
        <dd class="hint"><button type="button" class="link" id="families-toggle" aria-expanded="false" aria-controls="families">Families they open</button></dd>
      </div>
    </dl>
    <div id="families" hidden>
      <table class="plain">
        <caption class="hidden">API families and what opens them</caption>
        <thead><tr><th scope="col">Family</th><th scope="col">Opened by</th><th scope="col">Granted</th></tr></thead>
        <tbody></tbody>
      </table>
    </div>
  </section>
  <div class="split">
    <section aria-labelledby="requests-title" class="list">
      <div class="tools">
        <h2 id="requests-title">Requests <small id="count"></small></h2>
        <div class="filters" role="search" aria-label="Filter the requests">
          <label><span class="hidden">Text in the path or request id</span><input type="search" id="filter-text" placeholder="Filter by text  ( / )" autocomplete="off" spellcheck="false"></label>
          <label><span class="hidden">Family</span><select id="filter-family"><option value="">All families</option></select></label>
          <label><span class="hidden">Status</span><select id="filter-status">
            <option value="">All statuses</option>
            <option value="2">2xx</option>
            <option value="3">3xx</option>
            <option value="4">4xx</option>
            <option value="5">5xx</option>
            <option value="0">No response</option>
            <option value="error">All errors</option>
            <option value="own">Answered by the proxy</option>
          </select></label>
        </div>
        <div class="switches">
          <button type="button" role="switch" aria-checked="false" id="capture" title="The first 10 KB of text bodies, masked, in memory only. Ends a minute after the last page is closed.">Capture headers and bodies</button>
          <button type="button" id="pause">Pause</button>
        </div>
      </div>
      <table id="requests" tabindex="-1">
        <caption class="hidden">Requests, newest first. Arrow keys move, Enter opens the details, Escape closes them.</caption>
        <thead><tr>
          <th scope="col">Status</th>
          <th scope="col">Method</th>
          <th scope="col">Path</th>
          <th scope="col" class="family">Family</th>
          <th scope="col" class="number">Duration</th>
          <th scope="col" class="number size">Size</th>
          <th scope="col" class="number time">Time</th>
        </tr></thead>
        <tbody></tbody>
      </table>
      <p class="note" id="empty" hidden></p>
    </section>
    <aside id="details" aria-labelledby="details-title" hidden></aside>
  </div>
</main>
<p class="hidden" role="status" id="announcer"></p>
</body>
</html>
`
