// How the page looks: light and dark as the reader's system has it, and on paper.

export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: #f6f7f5; --card: #ffffff; --ink: #1b2430; --soft: #5c6877; --line: #e2e6e3; --track: #eef1ee;
  --published: #0f7b6c; --area: #0f7b6c33; --delivered: #c26a12; --dropped: #c0343d; --gap: #8a94a01f;
  --shadow: 0 1px 2px #1b24300f, 0 4px 16px #1b24300a;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #11161c; --card: #191f27; --ink: #e6ebf0; --soft: #98a5b3; --line: #2a323c; --track: #242c36;
    --published: #3fc1ab; --area: #3fc1ab30; --delivered: #f0a04b; --dropped: #ff737b; --gap: #98a5b326;
    --shadow: none;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
}
main { max-width: 1080px; margin: 0 auto; padding: 40px 24px 24px; }
header { margin-bottom: 28px; }
.brand { margin: 0; color: var(--published); font-size: 13px; font-weight: 600; letter-spacing: .06em;
  text-transform: uppercase; }
h1 { margin: 2px 0 4px; font-size: 32px; line-height: 1.2; letter-spacing: -.02em; overflow-wrap: anywhere; }
h2 { margin: 0 0 4px; font-size: 17px; letter-spacing: -.005em; }
p { margin: 0; }
.note { color: var(--soft); font-size: 13px; overflow-wrap: anywhere; }
h2 + .note { margin-bottom: 14px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(124px, 1fr)); gap: 12px;
  margin: 0 0 16px; }
.tiles div, section { background: var(--card); border: 1px solid var(--line); border-radius: 10px;
  box-shadow: var(--shadow); }
.tiles div { padding: 14px 16px; }
dt { color: var(--soft); font-size: 13px; }
dd { margin: 0; font-size: 24px; font-weight: 600; letter-spacing: -.02em;
  font-variant-numeric: tabular-nums; }
.bad dd { color: var(--dropped); }
section { padding: 20px 22px 22px; margin-bottom: 16px; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 400px), 1fr)); gap: 0 16px; }
.chart { overflow-x: auto; }
.chart svg { display: block; width: 100%; min-width: 620px; height: auto; }
svg text { fill: var(--soft); font-size: 12px; font-variant-numeric: tabular-nums; }
.grid, .tick { fill: none; stroke: var(--line); stroke-width: 1; }
.area { stroke-width: 1.5; }
.line { fill: none; stroke-width: 1.75; stroke-linejoin: round; }
.area.published { fill: var(--area); stroke: var(--published); }
.line.delivered { stroke: var(--delivered); }
.column.published, .swatch.published { fill: var(--published); }
.column.delivered, .swatch.delivered { fill: var(--delivered); }
.column.dropped, .swatch.dropped { fill: var(--dropped); }
.gap, .swatch.gap { fill: var(--gap); }
.hint { fill: transparent; }
.hint:hover { fill: var(--gap); }
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 10px 0 0; padding: 0; list-style: none;
  color: var(--soft); font-size: 13px; }
.legend svg { width: 10px; height: 10px; margin-right: 7px; }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: 14px; }
th { padding: 6px 12px 6px 0; border-bottom: 1px solid var(--line); color: var(--soft); font-size: 12px;
  font-weight: 600; text-align: left; white-space: nowrap; }
td { padding: 6px 12px 6px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
thead td { padding: 0; }
tbody tr:last-child td { border-bottom: 0; }
th:last-child, td:last-child { padding-right: 0; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.name { overflow-wrap: anywhere; min-width: 130px; }
.code { font-size: 13px;
  font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
.value { color: var(--soft); overflow-wrap: anywhere; min-width: 190px; }
.time { white-space: nowrap; color: var(--soft); font-variant-numeric: tabular-nums; }
.bars { width: 22%; min-width: 70px; }
.bar { display: block; width: 100%; height: 8px; margin-top: 7px; border-radius: 4px; }
.track { fill: var(--track); }
.fill { fill: var(--published); }
.bad .fill { fill: var(--dropped); }
footer { padding: 4px 2px 24px; color: var(--soft); font-size: 13px; }
@media (max-width: 560px) {
  main { padding: 24px 12px; }
  section { padding: 16px; }
  h1 { font-size: 26px; }
  .bars { display: none; }
}
@media print {
  @page { size: A4; margin: 14mm; }
  :root {
    color-scheme: light;
    --paper: #fff; --card: #fff; --ink: #000; --soft: #444; --line: #ccc; --track: #eee;
    --published: #0f7b6c; --area: #0f7b6c33; --delivered: #c26a12; --dropped: #c0343d; --gap: #8a94a033;
    --shadow: none;
  }
  body { font-size: 11px; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  main { max-width: none; padding: 0; }
  table { font-size: 10.5px; }
  dd { font-size: 17px; }
  .code { font-size: 10px; }
  .tiles { grid-template-columns: repeat(7, 1fr); gap: 6px; }
  .tiles div { padding: 8px; }
  dt { font-size: 10px; }
  header { margin-bottom: 16px; }
  section { padding: 12px 14px; margin-bottom: 10px; }
  tr, section:has(.chart), .pair section { break-inside: avoid; }
  h2, h2 + .note { break-after: avoid; }
  h2 { font-size: 13.5px; }
  .note, .legend, th, footer { font-size: 10px; }
  td, th { padding-top: 3px; padding-bottom: 3px; }
  .bar { height: 6px; margin-top: 5px; }
  .value { min-width: 0; }
  .chart svg { min-width: 0; }
  .pair { grid-template-columns: 1fr 1fr; }
}
`;
