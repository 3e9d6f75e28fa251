/** Light and dark by the system's choice, down to 360 px. */
export const css = `:root {
  color-scheme: light dark;
  --page: #f6f7f9;
  --panel: #ffffff;
  --line: #e3e6ea;
  --text: #1c2430;
  --quiet: #5b6675;
  --accent: #3457d5;
  --selected: #eaeffc;
  --hover: #f2f4f8;
  --ok: #11734b;
  --warn: #8f5a00;
  --bad: #b4232f;
  --ok-soft: #e2f4ea;
  --warn-soft: #fcf0d9;
  --bad-soft: #fce8e8;
  --plain-soft: #eceff3;
  --bar: #9aabdf;
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, 'Liberation Mono', 'DejaVu Sans Mono', monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12161c;
    --panel: #191f27;
    --line: #2a323d;
    --text: #e2e7ee;
    --quiet: #98a4b3;
    --accent: #8ea8ff;
    --selected: #232f4d;
    --hover: #1f2731;
    --ok: #6dd3a0;
    --warn: #e8b661;
    --bad: #ff8f93;
    --ok-soft: #17352a;
    --warn-soft: #3a2e17;
    --bad-soft: #412024;
    --plain-soft: #28303b;
    --bar: #4a62a8;
  }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body { margin: 0; background: var(--page); color: var(--text); font: 13px/1.45 system-ui, -apple-system, 'Segoe UI', Roboto, 'Liberation Sans', sans-serif; }
h1, h2, h3, p, dl, dd { margin: 0; font-size: inherit; }
code, pre, .mono { font-family: var(--mono); font-size: 12px; }
a { color: var(--accent); text-underline-offset: 2px; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; border-radius: 4px; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip { position: absolute; left: 8px; top: -60px; z-index: 9; padding: 8px 12px; background: var(--panel); }
.skip:focus { top: 8px; }
.quiet, small, .hint { color: var(--quiet); font-weight: 400; }
small, .hint { font-size: 12px; }

.bar { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 14px; padding: 9px 20px; background: var(--panel); border-bottom: 1px solid var(--line); }
.bar h1 { font-size: 14px; font-weight: 650; }
.bar nav { display: flex; flex-wrap: wrap; gap: 2px 14px; margin-left: auto; }
.bar nav a { color: var(--quiet); text-decoration: none; }
.bar nav a:hover { color: var(--accent); text-decoration: underline; }
.upstream { overflow-wrap: anywhere; }
.pill::before { content: ''; display: inline-block; width: 7px; height: 7px; margin-right: 6px; border-radius: 50%; background: currentColor; vertical-align: 1px; }
.pill { padding: 1px 9px 1px 8px; border-radius: 20px; font-size: 12px; font-weight: 550; color: var(--warn); background: var(--warn-soft); }
.pill[data-state=live] { color: var(--ok); background: var(--ok-soft); }
.pill[data-state=off] { color: var(--bad); background: var(--bad-soft); }

main { padding: 14px 20px 24px; max-width: 1880px; margin: auto; }
.overview { background: var(--panel); border: 1px solid var(--line); border-radius: 8px; margin-bottom: 14px; overflow: hidden; }
.tiles { display: grid; grid-template-columns: repeat(5, 1fr); gap: 1px; background: var(--line); }
.tile { background: var(--panel); padding: 10px 14px 9px; min-width: 0; display: grid; grid-template-rows: auto 26px 4px 1fr; }
.tile dt { color: var(--quiet); font-size: 12px; }
.tile .hint { grid-row: 4; overflow-wrap: anywhere; padding-top: 3px; }
.figure { font-size: 18px; line-height: 26px; font-weight: 600; font-variant-numeric: tabular-nums; white-space: nowrap; }
.track { align-self: center; height: 3px; border-radius: 2px; background: var(--plain-soft); overflow: hidden; }
.track span { display: block; height: 100%; width: 0; background: var(--bar); border-radius: 2px; }
.tile:has(#sparkline) { position: relative; }
#sparkline { position: absolute; right: 14px; top: 30px; width: 45%; height: 24px; }
#sparkline svg { display: block; width: 100%; height: 100%; fill: var(--bar); }
.tag { display: inline-block; padding: 0 7px; border-radius: 4px; font-size: 11.5px; line-height: 18px; font-weight: 550; vertical-align: 2px; white-space: nowrap; color: var(--quiet); background: var(--plain-soft); }
.ok { color: var(--ok); }
.warn { color: var(--warn); }
.bad { color: var(--bad); }
.tag.ok { background: var(--ok-soft); }
.tag.warn { background: var(--warn-soft); }
.tag.bad { background: var(--bad-soft); }
#families { padding: 4px 14px 10px; border-top: 1px solid var(--line); }

button, select, input { font: inherit; color: inherit; background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: 4px 10px; min-height: 30px; }
button { cursor: pointer; }
button:hover { background: var(--hover); }
input::placeholder { color: var(--quiet); opacity: 1; }
button.link { border: 0; padding: 0; min-height: 0; background: none; color: var(--accent); text-decoration: underline; text-underline-offset: 2px; }
[role=switch]::before { content: ''; display: inline-block; width: 24px; height: 14px; margin-right: 7px; border-radius: 7px; vertical-align: -2px; background: radial-gradient(circle at 7px 7px, var(--panel) 4.5px, transparent 5px) var(--quiet); }
[role=switch][aria-checked=true]::before { background: radial-gradient(circle at 17px 7px, var(--panel) 4.5px, transparent 5px) var(--accent); }

.split { display: grid; grid-template-columns: minmax(0, 1fr); gap: 14px; align-items: start; }
.split:has(#details:not([hidden])) { grid-template-columns: minmax(0, 1fr) minmax(380px, 44%); }
.list { background: var(--panel); border: 1px solid var(--line); border-radius: 8px; overflow: hidden; }
.tools { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 14px; padding: 9px 14px; border-bottom: 1px solid var(--line); }
.tools h2 { font-weight: 600; white-space: nowrap; }
.filters, .switches { display: flex; flex-wrap: wrap; gap: 8px; }
.filters { flex: 1 1 300px; }
.filters label { flex: 0 1 auto; }
.filters label:first-child { flex: 1 1 140px; }
.filters input, .filters select { width: 100%; }
.note { padding: 22px 14px; color: var(--quiet); }
.note code { color: var(--text); overflow-wrap: anywhere; }

table { width: 100%; border-collapse: collapse; text-align: left; }
th { font-weight: 500; color: var(--quiet); font-size: 12px; }
th, td { padding: 4px 8px; vertical-align: middle; }
#requests { table-layout: fixed; }
#requests:focus { outline: none; }
#requests th, #requests td { white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
#requests th:first-child, #requests td:first-child { padding-left: 14px; width: 62px; }
#requests th:nth-child(2) { width: 66px; }
#requests .family { width: 142px; }
#requests .number { width: 76px; text-align: right; font-variant-numeric: tabular-nums; }
#requests .time { width: 84px; padding-right: 14px; }
#requests tbody tr { height: 29px; border-top: 1px solid var(--line); cursor: pointer; }
#requests tbody td, #requests tbody th { padding-block: 0; }
#requests tbody tr:hover { background: var(--hover); }
#requests tbody tr[data-open] { background: var(--selected); }
#requests tbody tr:focus-within { box-shadow: inset 3px 0 var(--accent); }
#requests tbody td { color: var(--quiet); }
#requests td:first-child { font-weight: 600; font-variant-numeric: tabular-nums; }
#requests td.ok { color: var(--ok); }
#requests td.warn { color: var(--warn); }
#requests td.bad { color: var(--bad); }
#requests td.method { font-family: var(--mono); font-size: 12px; }
#requests tbody th { color: var(--text); font-weight: 400; }
.open { display: block; width: 100%; min-height: 0; padding: 1px 2px; border: 0; background: none; text-align: left; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-family: var(--mono); font-size: 12px; }
.open:hover { background: none; }
.open .tag { margin-left: 6px; font-family: system-ui, sans-serif; vertical-align: 0; }

#details { position: sticky; top: 14px; max-height: calc(100vh - 28px); overflow: auto; background: var(--panel); border: 1px solid var(--line); border-radius: 8px; }
.head { position: sticky; top: 0; display: flex; flex-wrap: wrap; gap: 8px; align-items: start; padding: 9px 14px; background: var(--panel); border-bottom: 1px solid var(--line); }
.head h2 { padding-inline: 4px; margin-left: -4px; flex: 1 1 200px; font-weight: 500; font-family: var(--mono); font-size: 12px; line-height: 1.5; padding-block: 5px; overflow-wrap: anywhere; max-height: 8em; overflow-y: auto; }
.part { padding: 10px 14px; border-bottom: 1px solid var(--line); }
.part:last-child { border: 0; }
.part h3 { font-weight: 600; margin-bottom: 6px; }
.part h4 { font-weight: 500; font-size: 12px; color: var(--quiet); margin: 9px 0 3px; }
.facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 2px 14px; }
.facts dt { color: var(--quiet); }
.facts dd { overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
.facts.mono dt { max-width: 20ch; overflow-wrap: anywhere; }
.timing { display: flex; height: 8px; margin-bottom: 8px; border-radius: 4px; overflow: hidden; background: var(--plain-soft); }
.timing span { min-width: 1px; }
.key { display: inline-block; width: 8px; height: 8px; margin-right: 7px; border-radius: 2px; }
.wait-token { background: #d68a1c; }
.wait-queue { background: #9a7bd8; }
.wait-8x8 { background: #4f7be0; }
.wait-rest { background: #79b8a4; }
pre { margin: 0; padding: 8px 10px; max-height: 420px; overflow: auto; border-radius: 6px; background: var(--page); white-space: pre-wrap; overflow-wrap: anywhere; tab-size: 2; }

@media (max-width: 1500px) {
  .split:has(#details:not([hidden])) :is(.family, .size) { display: none; }
}
@media (max-width: 1000px) {
  .tiles { grid-template-columns: repeat(6, 1fr); }
  .tile { grid-column: span 2; }
  .tile:nth-child(n + 4) { grid-column: span 3; }
  .split:has(#details:not([hidden])) { grid-template-columns: minmax(0, 1fr); }
  #details { position: fixed; inset: 0; z-index: 5; max-height: none; border: 0; border-radius: 0; }
}
@media (max-width: 640px) {
  .bar { padding: 9px 12px; }
  .bar nav { margin-left: 0; }
  main { padding: 10px 8px 16px; }
  .tiles { grid-template-columns: 1fr 1fr; }
  .tile, .tile:nth-child(n + 4) { grid-column: auto; padding: 8px 10px; }
  .tile:last-child { grid-column: 1 / -1; }
  #sparkline, .hint:not(:has(button)) { display: none; }
  .tile { grid-template-rows: auto 26px 4px auto; }
  .filters label { flex: 1 1 120px; }
  .filters label:first-child { flex-basis: 100%; }
  #requests .family, #requests .size, #requests .time { display: none; }
  #requests .number { width: 68px; }
  #requests th:first-child, #requests td:first-child { padding-left: 10px; width: 58px; }
  #requests th:nth-child(2) { width: 60px; }
  #requests th, #requests td { padding: 5px; }
  .head h2 { flex-basis: 100%; }
  button, select, input { min-height: 36px; }
}
@media (prefers-reduced-motion: no-preference) {
  .track span { transition: width 1s linear; }
  #requests tbody tr.new { animation: arrive 1.2s ease-out; }
  @keyframes arrive { from { background: var(--selected); } }
}
@media (forced-colors: active) {
  #requests tbody tr[data-open] th { text-decoration: underline; }
  .track, .timing, [role=switch]::before { forced-color-adjust: none; }
}
`
