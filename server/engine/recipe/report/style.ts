/** The report's looks: no fonts, scripts or pictures from elsewhere; light and dark by the reader's own setting. */

export const style = `
:root {
  color-scheme: light dark;
  --page: #ffffff; --ink: #1b1f26; --soft: #5c6675; --line: #dde2e9; --panel: #f5f7fa;
  --before: #a9b3c1; --after: #2463d6; --good: #1a7f45; --bad: #b3261e; --track: #e6eaf0;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14171c; --ink: #e6e9ee; --soft: #98a3b3; --line: #2c323b; --panel: #1c2128;
    --before: #566173; --after: #6ea4ff; --good: #5dcb8a; --bad: #ff8a80; --track: #2a303a;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
}
main { max-width: 1000px; margin: 0 auto; padding: 40px 24px 64px; }
header p { margin: 0; color: var(--soft); }
h1 { font-size: 30px; line-height: 1.2; margin: 4px 0 8px; overflow-wrap: anywhere; }
h2 { font-size: 19px; margin: 44px 0 12px; }
h3 { font-size: 14px; margin: 20px 0 6px; color: var(--soft); font-weight: 600; }
.headline { display: grid; grid-template-columns: repeat(auto-fit, minmax(210px, 1fr)); gap: 14px;
  margin: 26px 0 16px; }
.headline div { background: var(--panel); border: 1px solid var(--line); border-radius: 10px; padding: 16px 18px; }
.headline strong { display: block; font-size: 27px; line-height: 1.25; letter-spacing: -0.01em; }
.headline span { color: var(--soft); }
.verdict { margin: 0; padding: 10px 14px; border-left: 4px solid var(--good); background: var(--panel); }
.verdict.missed { border-color: var(--bad); }
.hint { color: var(--soft); }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--soft); padding: 12px 0 8px; }
th, td { text-align: left; padding: 6px 20px 6px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-weight: 600; color: var(--soft); }
tbody th { color: var(--ink); font-weight: 500; }
td.n, th.n { text-align: right; white-space: nowrap; }
td.name, th.name { overflow-wrap: anywhere;
  font: 13px/1.6 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
.scroll { overflow-x: auto; }
.chip { display: inline-block; padding: 0 8px; border-radius: 9px; border: 1px solid var(--line);
  background: var(--panel); }
.chip.changed { border-color: var(--after); }
.reason { display: block; color: var(--soft); font-size: 13px; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(320px, 1fr)); gap: 8px 32px; }
svg.chart { display: block; width: 100%; max-width: 480px; height: auto; }
svg.wide { max-width: none; }
svg.cell { display: inline-block; width: 80px; height: 8px; vertical-align: middle; margin-left: 8px; }
svg text { font: 13px system-ui, -apple-system, "Segoe UI", sans-serif; fill: var(--ink); }
svg text.axis { fill: var(--soft); font-size: 12px; }
svg .before { fill: var(--before); } svg .after { fill: var(--after); } svg .track { fill: var(--track); }
svg.wide rect.after { fill-opacity: 0.85; }
svg .curve { fill: none; stroke: var(--after); stroke-width: 1.75; stroke-linejoin: round; }
svg .rule { stroke: var(--line); stroke-width: 1; }
svg .mark-before { stroke: var(--soft); stroke-width: 1.5; }
svg .mark-after { stroke: var(--after); stroke-width: 1.5; }
.legend { color: var(--soft); margin: 0 0 6px; }
.legend i { display: inline-block; width: 11px; height: 11px; border-radius: 3px; margin: 0 5px 0 14px; }
.legend i:first-child { margin-left: 0; }
.legend .before { background: var(--before); } .legend .after { background: var(--after); }
.samples { display: grid; grid-template-columns: repeat(auto-fill, minmax(150px, 1fr)); gap: 12px; padding: 0;
  margin: 0; }
.samples li { list-style: none; border: 1px solid var(--line); border-radius: 8px; padding: 10px; font-size: 13px; }
.samples img { display: block; width: 100%; max-height: 120px; object-fit: contain; margin-bottom: 8px;
  image-rendering: pixelated; background: var(--panel); }
.samples b { overflow-wrap: anywhere; }
.worse { color: var(--bad); } .better { color: var(--good); }
ul.notes { padding-left: 20px; } ul.notes li { margin: 4px 0; }
pre { background: var(--panel); border: 1px solid var(--line); border-radius: 8px; padding: 14px 16px; overflow-x: auto;
  font: 13px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 20px; margin: 12px 0; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
summary { cursor: pointer; color: var(--soft); margin: 8px 0; }
@media print { main { max-width: none; padding: 0; } details > * { display: revert; } }
`;
